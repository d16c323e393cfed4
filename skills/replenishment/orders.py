"""From what each SKU needs to what is ordered: cartons, limits, money, and what would reverse it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.calendar import NEVER, SCENARIOS
from skills.replenishment.limits import (
    JOINT_MOQ,
    THRESHOLD,
    WEEKLY_CAPACITY,
    WEEKLY_CASH,
    SupplierLines,
    cut_to_capacity,
    cut_to_cash,
    raise_to_minimum,
)
from skills.replenishment.money import base_per_minor, quote_exchange, share_of
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import POSITION
from skills.replenishment.reasons import (
    BELOW_THRESHOLD,
    CAPACITY_WAITS,
    CASH_WAITS,
    FILLS_MINIMUM,
    MINIMUM_ABOVE_CAPACITY,
    MINIMUM_WAITS,
    explain_shortage,
)
from skills.vocabulary import Currency, round_half_even


def bound_orders(
    lines: pd.DataFrame, rates: RateBook, policy: ReplenishmentPolicy, base_currency: Currency, as_of: date
) -> pd.DataFrame:
    """Round the need up to cartons; then threshold, joint minimum, weekly capacity, weekly cash, in that order.

    Adds need_cartons, moq_cartons, capacity_cartons (after each of those steps), cartons, order_units, capped_by,
    flip_demand_percent, and fills in the reason.
    """
    lines = lines.assign(free=lines["reason"] == "")
    wanted = (-(-lines["raw_need"] // lines["carton_units"])).where(lines["free"], 0)
    below = (wanted > 0) & (wanted * lines["carton_units"] < policy.threshold_units)
    lines = lines.assign(
        need_cartons=wanted.mask(below, 0),
        cartons=wanted.mask(below, 0),
        reason=lines["reason"].mask(lines["free"], explain_shortage(lines)).mask(below, BELOW_THRESHOLD),
        capped_by=pd.Series("", index=lines.index, dtype="str").mask(below, THRESHOLD),
    )
    lines = lines.sort_values(["urgency_days", "sku"], kind="stable").reset_index(drop=True)
    lines = _raise_to_minimums(lines, policy)
    lines = lines.assign(moq_cartons=lines["cartons"])
    lines = _cut_to_capacities(lines, policy)
    lines = lines.assign(capacity_cartons=lines["cartons"])
    lines = _cut_to_cash(lines, rates, policy, base_currency, as_of)
    lines = lines.assign(order_units=lines["cartons"] * lines["carton_units"])
    return lines.assign(flip_demand_percent=_find_flips(lines, policy)).sort_values("sku", kind="stable")


def _take_supplier_lines(rows: pd.DataFrame) -> SupplierLines:
    return SupplierLines(
        rows["cartons"].to_numpy(),
        rows["carton_units"].to_numpy(),
        rows["position"].to_numpy(),
        rows["daily_mean"].to_numpy(),
    )


def _raise_to_minimums(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    cartons = lines["cartons"].copy()
    reason, capped_by = lines["reason"].copy(), lines["capped_by"].copy()
    for _, group in lines.loc[lines["free"]].groupby("supplier", sort=True):
        minimum = int(group["joint_moq_units"].iloc[0])
        capacity = int(group["weekly_capacity_units"].iloc[0])
        needed = group["cartons"] > 0
        if not needed.any():
            continue
        own = _take_supplier_lines(group)
        raised = raise_to_minimum(own, minimum, 7 * policy.dead_after_weeks, policy.threshold_units)
        short = int((own.cartons * own.carton_units).sum()) < minimum
        held = MINIMUM_ABOVE_CAPACITY if 0 <= capacity < minimum else MINIMUM_WAITS if raised is None else ""
        if held:
            cartons[group.index] = 0
            reason[group.index[needed]] = held
            capped_by[group.index[needed]] = JOINT_MOQ
        elif short and raised is not None:
            more = raised > own.cartons
            cartons[group.index] = raised
            capped_by[group.index[more]] = JOINT_MOQ
            reason[group.index[more & ~needed.to_numpy()]] = FILLS_MINIMUM
    return lines.assign(cartons=cartons, reason=reason, capped_by=capped_by)


def _cut_to_capacities(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    cartons = lines["cartons"].copy()
    reason = lines["reason"].copy()
    for _, group in lines.loc[lines["cartons"] > 0].groupby("supplier", sort=True):
        capacity = int(group["weekly_capacity_units"].iloc[0])
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


def _cut_to_cash(
    lines: pd.DataFrame, rates: RateBook, policy: ReplenishmentPolicy, base_currency: Currency, as_of: date
) -> pd.DataFrame:
    if policy.weekly_cash_minor is None:
        return lines
    wanted = lines.loc[lines["cartons"] > 0]
    factors = base_per_minor(wanted["cost_currency"], rates, base_currency, as_of)
    unit = [
        cost * factors[currency]
        for cost, currency in zip(wanted["unit_cost_minor"].tolist(), wanted["cost_currency"], strict=True)
    ]
    percents = wanted["deposit_percent"].tolist()
    given = cut_to_cash(
        wanted["cartons"].to_numpy(),
        wanted["carton_units"].to_numpy(),
        pd.factorize(wanted["supplier"])[0].astype(np.int64),
        wanted["joint_moq_units"].to_numpy(),
        policy.weekly_cash_minor,
        policy.threshold_units,
        lambda place, units: share_of(round_half_even(units * unit[place]), percents[place]),
    )
    cartons = lines["cartons"].copy()
    cartons[wanted.index] = given
    cut = cartons < lines["cartons"]
    return lines.assign(
        cartons=cartons,
        capped_by=lines["capped_by"].mask(cut, WEEKLY_CASH),
        reason=lines["reason"].mask(cut, CASH_WAITS),
    )


def _find_flips(lines: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.Series:
    """The change of demand [%] that turns an ordered line to zero, or a line that needs nothing into an order.

    The level scales with demand, so a line needs nothing once `level × (1 + change) ≤ position`, or falls below
    the threshold a little earlier. A line raised by the joint minimum goes when its supplier's last need goes.
    """
    kept = (max(policy.threshold_units - 1, 0) // lines["carton_units"]) * lines["carton_units"]
    level = lines["service_quantile"].where(lines["service_quantile"] > 0)
    scale = (lines["position"] + kept) / level
    needed = lines["need_cartons"] > 0
    by_supplier = scale.where(needed & lines["free"]).groupby(lines["supplier"], sort=True).transform("min")
    ordered = lines["cartons"] > 0
    raised = ordered & (lines["capped_by"] == JOINT_MOQ)
    down = np.floor(((scale.where(~raised, by_supplier) - 1.0) * 1000.0).round(6)) / 10.0
    up = np.ceil(((scale - 1.0) * 1000.0).round(6)) / 10.0
    idle = lines["free"] & (lines["raw_need"] == 0) & ~ordered
    flips: pd.Series = down.where(ordered, up.where(idle)).round(1)
    return flips


def value_orders(lines: pd.DataFrame, rates: RateBook, base_currency: Currency, as_of: date) -> pd.DataFrame:
    """Price each line: in its own currency, in the base currency, the deposit now and the balance later."""
    known = lines.loc[lines["cost_currency"] != "", "cost_currency"]
    factors = base_per_minor(known, rates, base_currency, as_of)
    quotes = {currency: quote_exchange(currency, rates, base_currency, as_of) for currency in factors}
    rows = list(
        zip(
            lines["order_units"].tolist(),
            lines["unit_cost_minor"].tolist(),
            lines["cost_currency"],
            lines["deposit_percent"].tolist(),
            strict=True,
        )
    )
    values = [round_half_even(units * cost * factors[key]) if key else 0 for units, cost, key, _ in rows]
    costs = [round_half_even(cost * factors[key]) if key else 0 for _, cost, key, _ in rows]
    deposits = [share_of(value, row[3]) for value, row in zip(values, rows, strict=True)]
    return lines.assign(
        unit_cost_base_minor=np.array(costs, dtype=np.int64),
        fx_rate=pd.array([quotes[key][0] if key else "" for *_, key, _ in rows], dtype="str"),
        fx_note=pd.array([quotes[key][1] if key else "" for *_, key, _ in rows], dtype="str"),
        value_minor=lines["order_units"] * lines["unit_cost_minor"],
        value_base_minor=np.array(values, dtype=np.int64),
        deposit_base_minor=np.array(deposits, dtype=np.int64),
        balance_base_minor=np.array(values, dtype=np.int64) - np.array(deposits, dtype=np.int64),
        base_currency=pd.Series(base_currency, index=lines.index, dtype="str"),
    )


ARRIVALS = ("early", "usual", "late")
"""The next order's arrival in the lead-time scenarios p10, p50, p90."""

_DATES = {
    "order_on": "order_day",
    "next_order_on": "next_order_day",
    **{f"{when}ready_{name}": f"{when}ready_{name}" for when in ("", "next_") for name in SCENARIOS},
    **{f"{when}arrival_{name}": f"{when}arrival_{name}" for when in ("", "next_") for name in SCENARIOS},
    "stock_out_p50": "stock_out_day",
    "stock_out_service": "stock_out_service_day",
    "last_safe_date": "last_safe_day",
}

ORDER_COLUMNS = [
    *("sku", "supplier", "life_cycle", "order_units", "cartons", "carton_units", "reason", "capped_by"),
    *("as_of", "order_on", "ready_on", "arrival_p10", "arrival_p50", "arrival_p90"),
    *("next_order_on", "next_ready_on", "next_arrival_p10", "next_arrival_p50", "next_arrival_p90"),
    *(f"production_days_{name}" for name in SCENARIOS),
    *("working_days_per_week", "closed_days", "next_closed_days", "qc_days"),
    *(f"transit_days_{name}" for name in SCENARIOS),
    *("transit_note", "service_percent", "demand_mean", "demand_p50"),
    *(f"demand_{name}" for name in ARRIVALS),
    *(f"covered_{name}" for name in ARRIVALS),
    *("service_quantile", "order_up_to", "extended_days", "daily_mean"),
    *POSITION,
    *("position", "raw_need", "need_cartons", "moq_cartons", "capacity_cartons"),
    *("joint_moq_units", "weekly_capacity_units", "threshold_units"),
    *("unit_cost_minor", "cost_currency", "unit_cost_base_minor", "base_currency", "fx_rate", "fx_note"),
    *("value_minor", "value_base_minor", "deposit_percent", "deposit_base_minor", "balance_days"),
    *("balance_base_minor", "balance_on", "stock_out_p50", "stock_out_service", "last_safe_date", "late_days"),
    "flip_demand_percent",
]


def list_columns(lines: pd.DataFrame, policy: ReplenishmentPolicy, as_of: date) -> pd.DataFrame:
    """The columns of `ORDER_COLUMNS`, days turned into dates."""
    start = np.datetime64(as_of, "D")

    def dates(days: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        offsets = days.to_numpy(dtype=np.int64)
        made = (start + np.maximum(offsets, 0)).astype("datetime64[us]")
        made[offsets == NEVER] = np.datetime64("NaT")
        return np.asarray(made)

    ordered = lines["order_units"] > 0
    unset = ordered & (lines["last_safe_day"] == NEVER)
    lines = lines.assign(last_safe_day=lines["last_safe_day"].mask(unset, lines["next_order_day"]))
    lines = lines.assign(**{name: dates(lines[column]) for name, column in _DATES.items()})
    balance_on = lines["ready_p50"] + pd.to_timedelta(lines["balance_days"], unit="D")
    return lines.assign(
        as_of=pd.Timestamp(as_of),
        closed_days=lines["closed_days"].clip(lower=0),
        next_closed_days=lines["next_closed_days"].clip(lower=0),
        ready_on=lines["ready_p50"],
        next_ready_on=lines["next_ready_p50"],
        balance_on=balance_on.where(ordered),
        working_days_per_week=np.int64(policy.working_days_per_week),
        service_percent=np.int64(policy.cycle_service_percent),
        threshold_units=np.int64(policy.threshold_units),
    )[ORDER_COLUMNS].reset_index(drop=True)
