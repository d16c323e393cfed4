"""From what each SKU needs to what is ordered: cartons and limits, and what would reverse it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.calendar import NEVER, SCENARIOS, SupplierCalendar
from skills.replenishment.capacity import count_make_days
from skills.replenishment.cash import Ints
from skills.replenishment.cash_limits import CashLimits, read_limits
from skills.replenishment.led import NOT_LED, PHASE_OUT
from skills.replenishment.limits import (
    BUILD_UP,
    CASH_PATH,
    JOINT_MOQ,
    MOST_COVER,
    SHELF_LIFE,
    THRESHOLD,
    WEEKLY_CAPACITY,
    WEEKLY_CASH,
    SupplierLines,
    cut_to_capacity,
    cut_to_cash,
    raise_to_minimum,
)
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.reasons import (
    BELOW_THRESHOLD,
    BUILDS_UP,
    CAPACITY_WAITS,
    CASH_PATH_WAITS,
    CASH_WAITS,
    FILLS_MINIMUM,
    LIES_TOO_LONG,
    MINIMUM_ABOVE_CAPACITY,
    MINIMUM_WAITS,
    SHELF_LIFE_ENDS,
    SUPPLIER_BUSY,
    explain_shortage,
)
from skills.replenishment.steady import hold_steady
from skills.vocabulary import Currency

_ANY = 1 << 40
"""Cartons of a SKU that keeps."""


def bound_orders(
    lines: pd.DataFrame,
    calendars: dict[str, SupplierCalendar],
    path: dict[str, Ints],
    previous: pd.DataFrame | None,
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: Currency,
    as_of: date,
) -> pd.DataFrame:
    """Round the need up to cartons; then shelf life, threshold, build-up, joint minimum, capacity, cash, last night.

    Adds need_cartons, build_cartons, moq_cartons, capacity_cartons, cash_cartons (after each step), cartons,
    order_units, capped_by, cash_week, cash_lack_base_minor, held, flip_demand_percent, and fills in the reason.
    make_days are the working days that the line waits for those made before it; its readiness is moved by them.
    """
    lines = _round_up(lines.assign(free=lines["reason"] == ""), policy)
    lines = lines.sort_values(["urgency_days", "sku"], kind="stable").reset_index(drop=True)
    lines = _build_up(lines, policy)
    lines = _raise_to_minimums(lines, policy)
    lines = lines.assign(moq_cartons=lines["cartons"])
    lines = _cut_to_capacities(lines, policy)
    lines = _add_make_days(lines.assign(capacity_cartons=lines["cartons"]), calendars, policy)
    cash = read_limits(lines, path, rates, policy, base_currency, as_of)
    lines = _cut_to_cash(lines, cash, policy)
    lines = lines.assign(cash_cartons=lines["cartons"])
    lines = hold_steady(lines, previous, cash, policy)
    lines = lines.assign(order_units=lines["cartons"] * lines["carton_units"])
    return lines.assign(flip_demand_percent=_find_flips(lines, policy)).sort_values("sku", kind="stable")


def _round_up(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    wanted = (-(-lines["raw_need"] // lines["carton_units"])).where(lines["free"], 0)
    lasts, wanted = wanted > lines["sold_cartons"], wanted.clip(upper=lines["sold_cartons"])
    most = (lines["fresh_units"] // lines["carton_units"]).where(lines["shelf_life_days"] > 0, _ANY)
    spoils, wanted = wanted > most, wanted.clip(upper=most)
    # no minimum and no closure buys more of what sale ends for
    most = most.mask(lines["led_by"] == PHASE_OUT, wanted)
    below = (wanted > 0) & (wanted * lines["carton_units"] < policy.threshold_units)
    reason = lines["reason"].mask(lines["free"], explain_shortage(lines)).mask(lasts, LIES_TOO_LONG)
    reason = reason.mask(spoils, SHELF_LIFE_ENDS)
    return lines.assign(
        most_cartons=most,
        need_cartons=wanted.mask(below, 0),
        cartons=wanted.mask(below, 0),
        reason=reason.mask(below, BELOW_THRESHOLD),
        capped_by=pd.Series("", index=lines.index, dtype="str")
        .mask(lasts, MOST_COVER)
        .mask(spoils, SHELF_LIFE)
        .mask(below, THRESHOLD),
    )


def _take_supplier_lines(rows: pd.DataFrame) -> SupplierLines:
    return SupplierLines(
        rows["cartons"].to_numpy(),
        rows["carton_units"].to_numpy(),
        rows["position"].to_numpy(),
        rows["daily_mean"].to_numpy(),
        rows["most_cartons"].to_numpy(),
    )


def _build_up(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    """Order now what later orders have no capacity for before a closure: need until it is over − what they can hold.

    Added at one common cover in days, lowest cover first, as for a joint minimum, and at most what tonight's order
    can hold. Adds build_cartons and build_scale: the scale of demand below which nothing is built up.
    """
    scale = pd.Series(np.nan, index=lines.index)
    cartons = lines["cartons"].copy()
    reason, capped_by = lines["reason"].copy(), lines["capped_by"].copy()
    ahead = lines["free"] & (lines["build_ready_p50"] != NEVER) & (lines["order_capacity_units"] >= 0)
    for _, group in lines.loc[ahead].groupby("supplier", sort=True):
        coming = group["position"] + group["too_late_units"]
        later = int(group["later_capacity_units"].iloc[0])
        lacking = int((group["build_level"] - coming).clip(lower=0).sum()) - later
        own = _take_supplier_lines(group)
        wanted = min(lacking, int(group["order_capacity_units"].iloc[0]) + 1 - int(own.carton_units.max()))
        if wanted <= int((own.cartons * own.carton_units).sum()):
            continue
        raised = raise_to_minimum(own, wanted, 7 * policy.dead_after_weeks, policy.threshold_units)
        if raised is not None:
            more = raised > own.cartons
            cartons[group.index] = raised
            capped_by[group.index[more]] = BUILD_UP
            reason[group.index[more]] = BUILDS_UP
            needed = group["build_level"] > coming
            scale[group.index[more]] = (int(coming[needed].sum()) + later) / int(group["build_level"][needed].sum())
    return lines.assign(cartons=cartons, build_cartons=cartons, build_scale=scale, reason=reason, capped_by=capped_by)


def _raise_to_minimums(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    cartons = lines["cartons"].copy()
    reason, capped_by = lines["reason"].copy(), lines["capped_by"].copy()
    for _, group in lines.loc[lines["free"]].groupby("supplier", sort=True):
        minimum = int(group["joint_moq_units"].iloc[0])
        capacity, busy = (int(group[name].iloc[0]) for name in ("order_capacity_units", "busy_units"))
        needed = group["cartons"] > 0
        if not needed.any():
            continue
        own = _take_supplier_lines(group)
        raised = raise_to_minimum(own, minimum, 7 * policy.dead_after_weeks, policy.threshold_units)
        short = int((own.cartons * own.carton_units).sum()) < minimum
        held = MINIMUM_WAITS if raised is None else ""
        if 0 <= capacity < minimum:
            held = SUPPLIER_BUSY if capacity + busy >= minimum else MINIMUM_ABOVE_CAPACITY
        if held:
            cartons[group.index] = 0
            reason[group.index[needed]] = held
            capped_by[group.index[needed]] = JOINT_MOQ
        elif short and raised is not None:
            more = raised > own.cartons
            cartons[group.index] = raised
            capped_by[group.index[more]] = JOINT_MOQ
            reason[group.index[more & ~needed.to_numpy()]] = FILLS_MINIMUM
            # what the minimum adds to is ordered after all
            lies = group.index[more & needed.to_numpy() & (reason[group.index] == LIES_TOO_LONG).to_numpy()]
            reason[lies] = explain_shortage(group.loc[lies])
    return lines.assign(cartons=cartons, reason=reason, capped_by=capped_by)


def _cut_to_capacities(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    cartons = lines["cartons"].copy()
    reason = lines["reason"].copy()
    for _, group in lines.loc[lines["cartons"] > 0].groupby("supplier", sort=True):
        capacity = int(group["order_capacity_units"].iloc[0])
        units = group["cartons"] * group["carton_units"]
        if not 0 <= capacity < int(units.sum()):
            continue
        own = _take_supplier_lines(group)
        given = cut_to_capacity(own, capacity, policy.threshold_units)
        if int((given * own.carton_units).sum()) < int(group["joint_moq_units"].iloc[0]):
            given = np.zeros_like(given)
            reason[group.index] = MINIMUM_ABOVE_CAPACITY
        else:
            reason[group.index[given < own.cartons]] = CAPACITY_WAITS
        cartons[group.index] = given
    cut = cartons < lines["cartons"]
    return lines.assign(cartons=cartons, reason=reason, capped_by=lines["capped_by"].mask(cut, WEEKLY_CAPACITY))


def _add_make_days(
    lines: pd.DataFrame, calendars: dict[str, SupplierCalendar], policy: ReplenishmentPolicy
) -> pd.DataFrame:
    """Beyond a week's capacity an order is finished over several weeks, its most urgent lines first."""
    make_days = pd.Series(0, index=lines.index, dtype="int64")
    made = lines["cartons"] > 0
    ready = {f"ready_{name}": lines[f"ready_{name}"].copy() for name in SCENARIOS}
    for supplier, group in lines.loc[made & (lines["weekly_capacity_units"] > 0)].groupby("supplier", sort=True):
        weekly, busy = (int(group[name].iloc[0]) for name in ("weekly_capacity_units", "busy_units"))
        days = count_make_days(group["cartons"] * group["carton_units"], busy, weekly, policy.working_days_per_week)
        make_days[group.index] = days
        for name, moved in ready.items():
            at = group[name].to_numpy()
            later = [calendars[str(supplier)].finish_one(day, more) for day, more in zip(at, days, strict=True)]
            moved[group.index] = np.where(days > 0, later, at)
    return lines.assign(make_days=make_days, **ready)


def _cut_to_cash(lines: pd.DataFrame, cash: CashLimits | None, policy: ReplenishmentPolicy) -> pd.DataFrame:
    lines = lines.assign(cash_week=pd.Series(pd.NaT, index=lines.index, dtype="datetime64[us]"))
    lines = lines.assign(cash_lack_base_minor=np.int64(0))
    if cash is None:
        return lines
    wanted = lines["cartons"].to_numpy()
    given = cut_to_cash(
        wanted,
        lines["carton_units"].to_numpy(),
        pd.factorize(lines["supplier"])[0].astype(np.int64),
        lines["joint_moq_units"].to_numpy(),
        cash.limits,
        policy.threshold_units,
        cash.pay,
    )
    units = lines["carton_units"].to_numpy()
    lacks = cash.find_lacks(wanted * units, given * units, lines["supplier"].tolist())
    cut = pd.Series(given < wanted, index=lines.index)
    path = cut & np.array([limit > 0 for limit, _ in lacks], dtype=np.bool_)
    reason = lines["reason"].mask(cut, CASH_WAITS).mask(path, CASH_PATH_WAITS)
    return lines.assign(
        cartons=given,
        capped_by=lines["capped_by"].mask(cut, WEEKLY_CASH).mask(path, CASH_PATH),
        reason=reason,
        cash_week=pd.Series([cash.weeks[max(limit - 1, 0)] for limit, _ in lacks], index=lines.index).where(cut),
        cash_lack_base_minor=np.array([lack for _, lack in lacks], dtype=np.int64),
    )


def _find_flips(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.Series:
    """The change of demand [%] that turns an ordered line to zero, or a line that needs nothing into an order.

    The level scales with demand, so a line needs nothing once `level × (1 + change) ≤ position`, or falls below
    the threshold a little earlier. A line raised by the joint minimum goes when its supplier's last need goes.
    """
    kept = (max(policy.threshold_units - 1, 0) // lines["carton_units"]) * lines["carton_units"]
    level = lines["service_quantile"].where(lines["service_quantile"] > 0)
    scale = (lines["position"] + kept) / level
    ordered, needed = lines["cartons"] > 0, lines["need_cartons"] > 0
    idle = lines["free"] & (lines["raw_need"] == 0) & ~ordered
    if policy.most_safety_weeks is not None:
        # a carton that is just sold is ordered: a hair less demand, and it is not
        sold = (lines["position"] + lines["carton_units"]) / lines["most_level"].where(lines["most_level"] > 0) - 1e-6
        scale = scale.mask((needed | idle) & (lines["led_by"] == NOT_LED) & (sold > scale), sold)
    by_supplier = scale.where(needed & lines["free"]).groupby(lines["supplier"], sort=True).transform("min")
    raised = ordered & (lines["capped_by"] == JOINT_MOQ)
    scale_down = scale.where(~raised, by_supplier)
    scale_down = scale_down.where(needed | lines["build_scale"].isna(), lines["build_scale"])
    down = np.floor(((scale_down - 1.0) * 1000.0).round(6)) / 10.0
    up = np.ceil(((scale - 1.0) * 1000.0).round(6)) / 10.0
    flips: pd.Series = down.where(ordered, up.where(idle)).round(1)
    return flips
