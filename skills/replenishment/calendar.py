"""Lead time that depends on the day of the order: working days, closures, and what they do to arrivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.policy import ReplenishmentPolicy

SCENARIOS: dict[str, float] = {"p10": 0.3, "p50": 0.4, "p90": 0.3}
"""Lead-time scenarios and their weights (Swanson's rule for a three-point distribution)."""

NEVER = -1
LOOK_BACK_DAYS = 370
LOOK_AHEAD_DAYS = 3 * 366

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SupplierCalendar:
    """Which days a supplier works, from a year before as_of to three years after; days are counted from as_of.

    Attributes:
        as_of: Day 0.
        is_open: Per day: not inside a closure.
        worked: Per day: working days up to and including it.
    """

    as_of: date
    is_open: NDArray[np.bool_]
    worked: Days

    def next_open(self, day: int) -> int:
        """The day itself, or the first after it on which the supplier is not closed; NEVER beyond the horizon."""
        ahead = np.flatnonzero(self.is_open[max(day, -LOOK_BACK_DAYS) + LOOK_BACK_DAYS :])
        return day + int(ahead[0]) if len(ahead) else NEVER

    def last_open(self, days: Days) -> Days:
        """Per day: the day itself, or the last before it on which the supplier is not closed."""
        places = np.arange(len(self.is_open))
        latest = np.maximum.accumulate(np.where(self.is_open, places, 0))
        return latest[days + LOOK_BACK_DAYS] - LOOK_BACK_DAYS

    def finish(self, starts: Days, working_days: int) -> Days:
        """Per order day: the day that ends the n-th working day after it; NEVER beyond the horizon."""
        places = starts + LOOK_BACK_DAYS
        ends = np.searchsorted(self.worked, self.worked[places] + working_days, side="left")
        ends = np.maximum(ends, places)
        return np.where(ends < len(self.worked), ends - LOOK_BACK_DAYS, NEVER).astype(np.int64)

    def finish_one(self, start: int, working_days: int) -> int:
        return int(self.finish(np.array([start], dtype=np.int64), working_days)[0]) if start != NEVER else NEVER

    def worked_between(self, start: int, end: int) -> int:
        """How many working days lie after `start` and up to `end`; 0 where one of them is NEVER."""
        if NEVER in (start, end):
            return 0
        return int(self.worked[end + LOOK_BACK_DAYS] - self.worked[start + LOOK_BACK_DAYS])

    def closed_between(self, start: int, end: int) -> int:
        """How many days after `start` and up to `end` lie inside a closure."""
        if NEVER in (start, end):
            return 0
        return int((~self.is_open[start + 1 + LOOK_BACK_DAYS : end + 1 + LOOK_BACK_DAYS]).sum())


def read_calendar(closures: pd.DataFrame, as_of: date, working_days_per_week: int) -> SupplierCalendar:
    """One supplier's calendar from its rows of `supplier_closures` (first_day, last_day)."""
    first = as_of - timedelta(days=LOOK_BACK_DAYS)
    length = LOOK_BACK_DAYS + LOOK_AHEAD_DAYS + 1
    is_open = np.ones(length, dtype=np.bool_)
    for row in closures.itertuples(index=False):
        begin = (pd.Timestamp(str(row.first_day)).date() - first).days
        end = (pd.Timestamp(str(row.last_day)).date() - first).days
        is_open[max(begin, 0) : max(end + 1, 0)] = False
    weekday = (first.weekday() + np.arange(length)) % 7
    working = is_open & (weekday < working_days_per_week)
    return SupplierCalendar(as_of, is_open, np.cumsum(working).astype(np.int64))


def read_calendars(
    suppliers: pd.DataFrame, supplier_closures: pd.DataFrame, as_of: date, working_days_per_week: int
) -> dict[str, SupplierCalendar]:
    """Every supplier's calendar, those without a closure too."""
    closures = {str(supplier): rows for supplier, rows in supplier_closures.groupby("supplier", sort=True)}
    none = supplier_closures.iloc[:0]
    return {
        str(supplier): read_calendar(closures.get(str(supplier), none), as_of, working_days_per_week)
        for supplier in suppliers["supplier"]
    }


def schedule_orders(
    suppliers: pd.DataFrame, calendars: dict[str, SupplierCalendar], policy: ReplenishmentPolicy
) -> pd.DataFrame:
    """When an order of this review and one of the next would be ready.

    Returns:
        One row per supplier, days counted from as_of, -1 = never: order_day (first day the supplier is open),
        next_order_day (a review inside a closure moves to the day it ends), ready_p10/p50/p90 and
        next_ready_p10/p50/p90 (production finished), closed_days and next_closed_days (days of closure
        between order and p50 readiness).
    """
    rows = []
    for row in suppliers.itertuples(index=False):
        calendar = calendars[str(row.supplier)]
        order_day = calendar.next_open(0)
        next_day = NEVER if order_day == NEVER else calendar.next_open(order_day + policy.review_days)
        made = {name: int(getattr(row, f"production_days_{name}")) for name in SCENARIOS}
        ready = {f"ready_{name}": calendar.finish_one(order_day, days) for name, days in made.items()}
        later = {f"next_ready_{name}": calendar.finish_one(next_day, days) for name, days in made.items()}
        rows.append(
            {
                "supplier": str(row.supplier),
                "order_day": order_day,
                "next_order_day": next_day,
                **ready,
                **later,
                "closed_days": calendar.closed_between(order_day, ready["ready_p50"]),
                "next_closed_days": calendar.closed_between(next_day, later["next_ready_p50"])
                + (calendar.closed_between(order_day, next_day)),
            }
        )
    columns = ["supplier", "order_day", "next_order_day", "closed_days", "next_closed_days"]
    columns += [f"{when}ready_{name}" for when in ("", "next_") for name in SCENARIOS]
    schedule = pd.DataFrame(rows, columns=columns)
    numbers = [name for name in columns if name != "supplier"]
    return schedule.astype({"supplier": "str"} | dict.fromkeys(numbers, "int64"))


def find_last_safe_days(
    calendar: SupplierCalendar, working_days: int, after_ready_days: Days, stock_out_days: Days
) -> Days:
    """Per SKU of one supplier: the last open day from as_of on whose order still arrives by the stock-out day.

    Args:
        calendar: The supplier's.
        working_days: Production, median.
        after_ready_days: QC and transit, median.
        stock_out_days: Median stock-out, counted from as_of.
    Returns:
        Days from as_of; 0 where even an order of today comes too late.
    """
    starts = np.arange(LOOK_AHEAD_DAYS, dtype=np.int64)
    ready = calendar.finish(starts, working_days)
    ready = np.where(ready == NEVER, np.int64(1 << 40), ready)
    latest = np.searchsorted(ready, stock_out_days - after_ready_days, side="right") - 1
    return np.maximum(calendar.last_open(np.maximum(latest, 0).astype(np.int64)), 0)
