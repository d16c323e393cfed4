"""Lead time that depends on the day of the order: working days, closures, and what they do to arrivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.transit import find_usual_transit

SCENARIOS: dict[str, float] = {"p10": 0.3, "p50": 0.4, "p90": 0.3}
"""Lead-time scenarios and their weights (Swanson's rule for a three-point distribution)."""

NEVER = -1
_LOOK_BACK_DAYS = 370
_LOOK_AHEAD_DAYS = 3 * 366

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
        ahead = np.flatnonzero(self.is_open[max(day, -_LOOK_BACK_DAYS) + _LOOK_BACK_DAYS :])
        return day + int(ahead[0]) if len(ahead) else NEVER

    def last_open(self, days: Days) -> Days:
        """Per day: the day itself, or the last before it on which the supplier is not closed."""
        places = np.arange(len(self.is_open))
        latest = np.maximum.accumulate(np.where(self.is_open, places, 0))
        return latest[days + _LOOK_BACK_DAYS] - _LOOK_BACK_DAYS

    def finish(self, starts: Days, working_days: int) -> Days:
        """Per order day: the day that ends the n-th working day after it; NEVER beyond the horizon."""
        places = starts + _LOOK_BACK_DAYS
        ends = np.searchsorted(self.worked, self.worked[places] + working_days, side="left")
        ends = np.maximum(ends, places)
        return np.where(ends < len(self.worked), ends - _LOOK_BACK_DAYS, NEVER).astype(np.int64)

    def finish_one(self, start: int, working_days: int) -> int:
        return int(self.finish(np.array([start], dtype=np.int64), working_days)[0]) if start != NEVER else NEVER

    def closed_between(self, start: int, end: int) -> int:
        """How many days after `start` and up to `end` lie inside a closure."""
        if NEVER in (start, end):
            return 0
        return int((~self.is_open[start + 1 + _LOOK_BACK_DAYS : end + 1 + _LOOK_BACK_DAYS]).sum())


def read_calendar(closures: pd.DataFrame, as_of: date, working_days_per_week: int) -> SupplierCalendar:
    """One supplier's calendar from its rows of `supplier_closures` (first_day, last_day)."""
    first = as_of - timedelta(days=_LOOK_BACK_DAYS)
    length = _LOOK_BACK_DAYS + _LOOK_AHEAD_DAYS + 1
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
    starts = np.arange(_LOOK_AHEAD_DAYS, dtype=np.int64)
    ready = calendar.finish(starts, working_days)
    ready = np.where(ready == NEVER, np.int64(1 << 40), ready)
    latest = np.searchsorted(ready, stock_out_days - after_ready_days, side="right") - 1
    return np.maximum(calendar.last_open(np.maximum(latest, 0).astype(np.int64)), 0)


def plan_last_orders(
    suppliers: pd.DataFrame,
    supplier_closures: pd.DataFrame,
    lanes: pd.DataFrame,
    as_of: date,
    policy: ReplenishmentPolicy,
) -> pd.DataFrame:
    """The last order before each closure, and the first arrival of what misses it.

    Args:
        suppliers: One row per supplier: production_days_p10/p50/p90 [working days].
        supplier_closures: One row per closure: supplier, first_day, last_day.
        lanes: Transit from the hub; the country that is reached first counts.
        as_of: Closures that ended before it are left out.
        policy: working_days_per_week, qc_days, forward_days.
    Returns:
        One row per (supplier, closure): closes_on, reopens_on (NaT if it never does), last_order_on (production
        is finished before the closure in nine of ten cases), last_order_p50 (in one of two), passed (last_order_on
        lies before as_of), first_arrival_after (median arrival of the first order that the closure delays; NaT if
        there is none), reason. A last order more than a year before as_of is NaT.
    """
    transit = find_usual_transit(lanes)
    transit_days = int(transit["transit_days_p50"].min()) if len(transit) else policy.forward_days
    calendars = read_calendars(suppliers, supplier_closures, as_of, policy.working_days_per_week)
    made = suppliers.set_index("supplier")
    rows = []
    for row in supplier_closures.sort_values(["supplier", "first_day", "last_day"], kind="stable").itertuples(
        index=False
    ):
        closes = (pd.Timestamp(str(row.first_day)).date() - as_of).days
        ends = (pd.Timestamp(str(row.last_day)).date() - as_of).days
        calendar = calendars.get(str(row.supplier))
        if ends < 0 or closes > _LOOK_AHEAD_DAYS or calendar is None:
            continue
        days = {name: int(made.loc[str(row.supplier), f"production_days_{name}"]) for name in SCENARIOS}  # type: ignore[arg-type]
        last = {name: _last_start(calendar, closes, days[name]) for name in ("p50", "p90")}
        reopens = calendar.next_open(ends + 1) if ends < _LOOK_AHEAD_DAYS else NEVER
        missed = calendar.next_open(max(0, NEVER if last["p50"] is None else last["p50"] + 1))
        ready = calendar.finish_one(missed, days["p50"])
        rows.append(
            {
                "supplier": str(row.supplier),
                "closes_on": _day(as_of, closes),
                "reopens_on": _day(as_of, None if reopens == NEVER else reopens),
                "last_order_on": _day(as_of, last["p90"]),
                "last_order_p50": _day(as_of, last["p50"]),
                "passed": last["p90"] is None or last["p90"] < 0,
                "first_arrival_after": _day(as_of, None if ready == NEVER else ready + policy.qc_days + transit_days),
                "reason": str(row.reason),
            }
        )
    dates = ["closes_on", "reopens_on", "last_order_on", "last_order_p50", "first_arrival_after"]
    frame = pd.DataFrame(
        rows,
        columns=[
            "supplier",
            "closes_on",
            "reopens_on",
            "last_order_on",
            "last_order_p50",
            "passed",
            "first_arrival_after",
            "reason",
        ],
    )
    return frame.astype(
        {"supplier": "str", "reason": "str", "passed": "bool"} | dict.fromkeys(dates, "datetime64[us]")
    )


def _last_start(calendar: SupplierCalendar, closes: int, working_days: int) -> int | None:
    """The last open day whose order is finished before the closure begins."""
    starts = np.arange(-_LOOK_BACK_DAYS, closes, dtype=np.int64)
    ready = calendar.finish(starts, working_days)
    in_time = starts[(ready < closes) & (ready >= starts) & calendar.is_open[starts + _LOOK_BACK_DAYS]]
    return int(in_time[-1]) if len(in_time) else None


def _day(as_of: date, offset: int | None) -> pd.Timestamp:
    return pd.NaT if offset is None else pd.Timestamp(as_of + timedelta(days=offset))  # type: ignore[return-value]
