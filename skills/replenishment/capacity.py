"""What a supplier finishes week by week: how much of an order by when, and what must be made before it closes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.replenishment.calendar import NEVER, SCENARIOS, SupplierCalendar
from skills.replenishment.policy import ReplenishmentPolicy

NO_LIMIT = -1
_LOOK_AHEAD_DAYS = 182
"""Closures whose last order lies within half a year are built up for."""


def measure_capacity(
    suppliers: pd.DataFrame,
    schedule: pd.DataFrame,
    calendars: dict[str, SupplierCalendar],
    purchase_orders: pd.DataFrame,
    policy: ReplenishmentPolicy,
    as_of: date,
) -> pd.DataFrame:
    """How much of tonight's order can be made, beside open orders, before the next one is due.

    A week's capacity is finished after the production days, each further week's a working week later. Tonight's
    order may take the weeks until the next review's order is ready. An open order that is promised for later than a
    week before tonight's order takes what it needs of those weeks first.

    Args:
        suppliers: weekly_capacity_units (missing = none), production days.
        schedule: From `schedule_orders`.
        calendars: One per supplier.
        purchase_orders: supplier, units_open, ready_on.
        policy: review_days, working_days_per_week.
        as_of: Day 0.
    Returns:
        One row per supplier: busy_units, order_capacity_units (-1 = no limit), later_capacity_units (what the orders
        of later reviews can hold, beside open ones, before the closure to build up for) and build_ready_p10/p50/p90
        (days from as_of on which the first order that this closure delays is ready; -1 = nothing to build up for).
    """
    rows = []
    per_week = policy.working_days_per_week
    limits = dict(zip(suppliers["supplier"], suppliers["weekly_capacity_units"], strict=True))
    for made, at in zip(suppliers.to_dict("records"), schedule.to_dict("records"), strict=True):
        supplier, calendar = str(at["supplier"]), calendars[str(at["supplier"])]
        build = {f"build_ready_{name}": NEVER for name in SCENARIOS}
        row = {"supplier": supplier, "busy_units": 0, "order_capacity_units": NO_LIMIT, "later_capacity_units": 0}
        if not pd.isna(limits[supplier]) and NEVER not in (at["ready_p50"], at["next_ready_p50"]):
            weekly = int(limits[supplier])
            window = max(int(at["ready_p50"]) - 7, 0), int(at["next_ready_p50"])
            busy = _count_busy(purchase_orders, supplier, calendar, window, weekly, per_week, as_of)
            own = weekly * calendar.worked_between(at["ready_p50"], at["next_ready_p50"]) // per_week
            row |= {"busy_units": busy, "order_capacity_units": max(max(own, weekly) - busy, 0)}
            delayed = _find_delayed_order(calendar, at, int(made["production_days_p50"]), policy.review_days)
            if delayed != NEVER:
                build = {
                    f"build_ready_{name}": calendar.finish_one(delayed, int(made[f"production_days_{name}"]))
                    for name in SCENARIOS
                }
                window = int(at["next_ready_p50"]), build["build_ready_p50"]
                taken = _count_busy(purchase_orders, supplier, calendar, window, weekly, per_week, as_of)
                later = weekly * calendar.worked_between(*window) // per_week
                row["later_capacity_units"] = max(later - taken, 0)
        rows.append(row | build)
    numbers = ["busy_units", "order_capacity_units", "later_capacity_units"]
    numbers += [f"build_ready_{name}" for name in SCENARIOS]
    frame = pd.DataFrame(rows, columns=["supplier", *numbers])
    return frame.astype({"supplier": "str"} | dict.fromkeys(numbers, "int64"))


def _count_busy(
    orders: pd.DataFrame,
    supplier: str,
    calendar: SupplierCalendar,
    window: tuple[int, int],
    weekly: int,
    per_week: int,
    as_of: date,
) -> int:
    """Units of open orders that are made in the days of the window, all as late as their promises allow."""
    if not len(orders):
        return 0
    own = orders.loc[orders["supplier"] == supplier]
    promised = (pd.to_datetime(own["ready_on"]).to_numpy(dtype="datetime64[D]") - np.datetime64(as_of, "D")).astype(
        np.int64
    )
    begins, ends = window
    latest_first = sorted(zip(promised.tolist(), own["units_open"].tolist(), strict=True), reverse=True)
    busy, waiting = 0, 0
    for place, (day, units) in enumerate(latest_first):
        waiting += int(units)
        before = latest_first[place + 1][0] if place + 1 < len(latest_first) else begins
        later = weekly * calendar.worked_between(max(before, ends), day) // per_week if day > max(before, ends) else 0
        waiting = max(waiting - later, 0)
        first, last = max(before, begins), min(day, ends)
        made = min(waiting, weekly * calendar.worked_between(first, last) // per_week) if last > first else 0
        busy, waiting = busy + made, waiting - made
    return busy


def _find_delayed_order(calendar: SupplierCalendar, at: dict[str, int], working_days: int, review_days: int) -> int:
    """The first later order that a closure delays, so that its supplier must be asked for more before it; or NEVER.

    The next review's own delay is not meant: tonight's order covers it already.
    """
    day, ready = at["next_order_day"], at["next_ready_p50"]
    if calendar.closed_between(at["ready_p50"], ready):
        return NEVER
    while day != NEVER and day <= _LOOK_AHEAD_DAYS:
        following = calendar.next_open(day + review_days)
        next_ready = calendar.finish_one(following, working_days)
        if next_ready == NEVER:
            return NEVER
        if calendar.closed_between(ready, next_ready):
            return following
        day, ready = following, next_ready
    return NEVER


def count_make_days(units: pd.Series, busy: int, weekly: int, working_days_per_week: int) -> pd.Series:
    """Per line of one supplier, in the order in which they are made: working days after the first week's output.

    Args:
        units: Of each line.
        busy: Units of open orders that are made before.
        weekly: Weekly capacity, above 0.
        working_days_per_week: Of the supplier.
    """
    beyond = (busy + units.cumsum() - weekly).clip(lower=0)
    return -(-beyond * working_days_per_week // weekly)
