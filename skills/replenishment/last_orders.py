"""The last order before a supplier closes, and the first arrival of what misses it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.replenishment.calendar import (
    LOOK_AHEAD_DAYS,
    LOOK_BACK_DAYS,
    NEVER,
    SCENARIOS,
    SupplierCalendar,
    read_calendars,
)
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.transit import find_usual_transit
from skills.replenishment.travel import Ways, read_ways


def plan_last_orders(
    suppliers: pd.DataFrame,
    supplier_closures: pd.DataFrame,
    lanes: pd.DataFrame,
    as_of: date,
    policy: ReplenishmentPolicy,
    receiving_times: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The last order before each closure, and the first arrival of what misses it.

    Args:
        suppliers: One row per supplier: production_days_p10/p50/p90 [working days].
        supplier_closures: One row per closure: supplier, first_day, last_day.
        lanes: Transit from the hub; the country that is reached first counts, by the lanes' cut-off days.
        as_of: Closures that ended before it are left out.
        policy: working_days_per_week, qc_days, forward_days.
        receiving_times: One row per country and period in which receiving takes longer.
    Returns:
        One row per (supplier, closure): closes_on, reopens_on (NaT if it never does), last_order_on (production
        is finished before the closure in nine of ten cases), last_order_p50 (in one of two), passed (last_order_on
        lies before as_of), first_arrival_after (median arrival of the first order that the closure delays; NaT if
        there is none), reason. A last order more than a year before as_of is NaT. What is more than a week's capacity
        must be ordered so many weeks earlier.
    """
    countries = find_usual_transit(lanes)["country"]
    ways = read_ways(countries, _one_each(countries), lanes, receiving_times, policy.forward_days, as_of)
    calendars = read_calendars(suppliers, supplier_closures, as_of, policy.working_days_per_week)
    made = suppliers.set_index("supplier")
    rows = []
    for row in supplier_closures.sort_values(["supplier", "first_day", "last_day"], kind="stable").itertuples(
        index=False
    ):
        closes = (pd.Timestamp(str(row.first_day)).date() - as_of).days
        ends = (pd.Timestamp(str(row.last_day)).date() - as_of).days
        calendar = calendars.get(str(row.supplier))
        if ends < 0 or closes > LOOK_AHEAD_DAYS or calendar is None:
            continue
        days = {name: int(made.loc[str(row.supplier), f"production_days_{name}"]) for name in SCENARIOS}  # type: ignore[arg-type]
        last = {name: _last_start(calendar, closes, days[name]) for name in ("p50", "p90")}
        reopens = calendar.next_open(ends + 1) if ends < LOOK_AHEAD_DAYS else NEVER
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
                "first_arrival_after": _day(as_of, _arrive_first(ways, ready, policy)),
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


def _one_each(countries: pd.Series) -> pd.DataFrame:
    """A forecast in which each country is a SKU of its own."""
    return pd.DataFrame({"sku": countries, "country": countries, "mean": 1.0})


def _arrive_first(ways: Ways, ready: int, policy: ReplenishmentPolicy) -> int | None:
    if ready == NEVER:
        return None
    dispatched = ready + policy.qc_days
    rows = np.arange(len(ways.counts), dtype=np.int64)
    arrivals = ways.arrive(rows, np.full(len(rows), dispatched, dtype=np.int64), "p50")
    return int(arrivals.min()) if len(rows) else dispatched + policy.forward_days


def _last_start(calendar: SupplierCalendar, closes: int, working_days: int) -> int | None:
    """The last open day whose order is finished before the closure begins."""
    starts = np.arange(-LOOK_BACK_DAYS, closes, dtype=np.int64)
    ready = calendar.finish(starts, working_days)
    in_time = starts[(ready < closes) & (ready >= starts) & calendar.is_open[starts + LOOK_BACK_DAYS]]
    return int(in_time[-1]) if len(in_time) else None


def _day(as_of: date, offset: int | None) -> pd.Timestamp:
    return pd.NaT if offset is None else pd.Timestamp(as_of + timedelta(days=offset))  # type: ignore[return-value]
