"""Orders that do not twitch: a line of last night moves only for more than it is worth, and always for a cause."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from skills.replenishment.cash_limits import CashLimits
from skills.replenishment.led import NOT_LED
from skills.replenishment.limits import CASH_PATH, WEEKLY_CASH, fits
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import SELLABLE
from skills.vocabulary import mark

EFFECTS: dict[str, str] = {
    "demand": mark("Changed by demand"),
    "stock": mark("Changed by stock that was sold or counted anew"),
    "ordered": mark("Changed by what was ordered or shipped meanwhile"),
    "arrival": mark("Changed by arrivals that moved"),
    "lead_time": mark("Changed by the lead time until the next order arrives"),
    "policy": mark("Changed by the policy"),
    "cost": mark("Changed by cost"),
    "cash": mark("Changed by cash"),
    "limits": mark("Changed by cartons and the supplier's limits"),
}
"""What may move a line against last night's plan; the units of all together are the change."""

NEW_SKU = "new_sku"
CAUSES: dict[str, str] = {
    "demand": mark("Moved against last night: demand."),
    "stock": mark("Moved against last night: stock."),
    "ordered": mark("Moved against last night: orders released meanwhile."),
    "arrival": mark("Moved against last night: arrivals."),
    "lead_time": mark("Moved against last night: lead time."),
    "policy": mark("Moved against last night: policy."),
    "cost": mark("Moved against last night: cost."),
    "cash": mark("Moved against last night: cash."),
    "limits": mark("Moved against last night: cartons or the supplier's limits."),
    NEW_SKU: mark("Not in last night's plan: a new SKU."),
}
"""The cause that explains most of a change, as a reader is told."""

_NUMBERS = [
    *("order_units", "order_up_to", "on_hand", "inbound", "on_order", "too_late_units", "cover_days"),
    "unit_cost_base_minor",
]
BASIS_COLUMNS = ["sku", "supplier", *_NUMBERS, "daily_mean", "capped_by", "policy"]


def list_basis(orders: pd.DataFrame, policy: ReplenishmentPolicy) -> pd.DataFrame:
    """What the next night compares its orders with.

    Args:
        orders: What `plan_replenishment` returned.
        policy: With which it did.
    Returns:
        One row per SKU that has a level: sku, supplier, order_units, order_up_to, on_hand (sellable), inbound,
        on_order, too_late_units, cover_days (until the next order arrives), unit_cost_base_minor, daily_mean,
        capped_by, policy (as JSON, the same in every row).
    """
    rows = orders.loc[(orders["order_up_to"] > 0) & orders["next_arrival_p50"].notna()]
    return rows.assign(
        on_hand=rows[list(SELLABLE)].sum(axis=1).astype("int64"),
        cover_days=(rows["next_arrival_p50"] - rows["as_of"]).dt.days.astype("int64"),
        policy=pd.Series(json.dumps(policy.model_dump(), sort_keys=True), index=rows.index, dtype="str"),
    )[BASIS_COLUMNS].reset_index(drop=True)


def hold_steady(
    lines: pd.DataFrame, previous: pd.DataFrame | None, cash: CashLimits | None, policy: ReplenishmentPolicy
) -> pd.DataFrame:
    """Keep last night's quantity where the change is too small to matter and no limit stands against it.

    A line that is new, falls away, or has had units released since then is never kept back. Adds held.

    Args:
        lines: cartons, carton_units, most_cartons, supplier, its minimum and capacity, inbound, on_order.
        previous: From `list_basis` of the night before.
        cash: The limits of tonight's lines.
        policy: least_change_units, least_change_percent.
    """
    held = np.zeros(len(lines), dtype=np.bool_)
    if previous is None or previous.empty:
        return lines.assign(held=held)
    before = _match(lines, previous)
    units, carton = lines["cartons"] * lines["carton_units"], lines["carton_units"]
    least = np.maximum(policy.least_change_units, before["order_units"] * policy.least_change_percent / 100)
    moved = (units - before["order_units"]).abs()
    released = lines["inbound"] + lines["on_order"] > before["inbound"] + before["on_order"]
    small = (moved > 0) & (moved <= np.maximum(least, carton)) & (units > 0) & (before["order_units"] > 0)
    small &= ~released & (before["order_units"] % carton == 0) & (before["order_units"] >= policy.threshold_units)
    small &= before["order_units"] // carton <= lines["most_cartons"]
    cartons = lines["cartons"].to_numpy().copy()
    totals = units.groupby(lines["supplier"], sort=True).sum().to_dict()
    left = np.zeros(0, dtype=np.int64) if cash is None else cash.limits - cash.pay_all(units.to_numpy())
    for place in np.flatnonzero(small):
        row = lines.iloc[place]
        was = int(before["order_units"].iloc[place])
        total = totals[row["supplier"]] + was - int(units.iloc[place])
        capacity = int(row["order_capacity_units"])
        if total < int(row["joint_moq_units"]) or 0 <= capacity < total:
            continue
        if cash is not None:
            more = cash.pay(int(place), was) - cash.pay(int(place), int(units.iloc[place]))
            if (more > 0).any() and not fits(more, left):
                continue
            left = left - more
        totals[row["supplier"]] = total
        cartons[place] = was // int(row["carton_units"])
        held[place] = True
    return lines.assign(cartons=cartons, held=held)


def name_changes(lines: pd.DataFrame, previous: pd.DataFrame | None, policy: ReplenishmentPolicy) -> pd.DataFrame:
    """How many units each line moved against last night, what by, and the cause that explains most of it.

    The need is level − position, so the effects of demand, lead time, stock, orders and arrivals add up to the change
    of the need; what is left is rounding and limits. A changed policy owns what else would be demand's; cash or cost
    what is left where cash bound in either night.

    Adds previous_units (-1: nothing to compare with), change_cause ("" where nothing moved), change_demand and the
    other `EFFECTS` [units].
    """
    nothing = dict.fromkeys((f"change_{name}" for name in EFFECTS), np.int64(0))
    cause = pd.Series("", index=lines.index, dtype="str")
    if previous is None or previous.empty:
        return lines.assign(previous_units=np.int64(-1), change_cause=cause, **nothing)
    before = _match(lines, previous)
    known = before["cover_days"] >= 0
    cover = lines["next_arrival_p50"].to_numpy()
    lead = np.rint(before["daily_mean"] * (cover - before["cover_days"])).astype("int64")
    lead = lead.where(lines["led_by"] == NOT_LED, 0)
    coming = lines["inbound"] + lines["on_order"] - before["inbound"] - before["on_order"]
    on_hand = lines[list(SELLABLE)].sum(axis=1) - before["on_hand"]
    level = lines["order_up_to"] - before["order_up_to"] - lead
    effects: dict[str, Any] = {
        "stock": -(on_hand + coming.clip(upper=0)),
        "ordered": -coming.clip(lower=0),
        "arrival": lines["too_late_units"] - before["too_late_units"],
        "lead_time": lead,
    }
    other = _policy_changed(previous, policy)
    effects |= {"policy" if other else "demand": level}
    moved = lines["order_units"] - before["order_units"]
    rest = moved - sum(effects.values())
    by_cash = lines["capped_by"].isin([WEEKLY_CASH, CASH_PATH]) | before["capped_by"].isin([WEEKLY_CASH, CASH_PATH])
    dearer = lines["unit_cost_base_minor"] != before["unit_cost_base_minor"]
    effects |= {
        "cost": rest.where(by_cash & dearer, 0),
        "cash": rest.where(by_cash & ~dearer, 0),
        "limits": rest.where(~by_cash, 0),
    }
    told = known & (moved != 0)
    table = pd.DataFrame({name: effects.get(name, 0) for name in EFFECTS}, index=lines.index)
    table = table.where(told, 0).astype("int64")
    same_way = table.mul(np.sign(moved), axis=0)
    largest = same_way.columns[same_way.to_numpy().argmax(axis=1)] if len(table) else []
    cause = cause.mask(told, pd.Series(largest, index=lines.index, dtype="str"))
    cause = cause.mask(~known & (lines["order_units"] > 0), NEW_SKU)
    return lines.assign(
        previous_units=before["order_units"].where(known, -1).astype("int64"),
        change_cause=cause,
        **{f"change_{name}": table[name] for name in EFFECTS},
    )


def _match(lines: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Last night's row of each line; 0 and cover_days -1 where there is none."""
    rows = previous.drop_duplicates("sku").set_index("sku").reindex(lines["sku"].to_numpy())
    known = rows["order_units"].notna()
    rows = rows.assign(
        **{name: rows[name].fillna(0).astype("int64") for name in _NUMBERS},
        daily_mean=rows["daily_mean"].fillna(0.0),
        capped_by=rows["capped_by"].fillna(""),
    )
    return rows.assign(cover_days=rows["cover_days"].where(known, -1)).set_axis(lines.index)


def _policy_changed(previous: pd.DataFrame, policy: ReplenishmentPolicy) -> bool:
    """Whether a field that both nights know has another value."""
    was: dict[str, Any] = json.loads(str(previous["policy"].iloc[0]))
    now = policy.model_dump()
    return any(was[name] != now[name] for name in sorted(was.keys() & now.keys()))
