"""Lead time depends on the day of the order."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.replenishment import plan_last_orders
from skills.replenishment.calendar import NEVER, find_last_safe_days, read_calendar
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.transit import find_usual_transit, weigh_transit

AS_OF = date(2025, 11, 24)


def test_production_counts_the_suppliers_working_days_only(build: Any) -> None:
    six_days = read_calendar(build.closures(), AS_OF, 6)
    # 18 working days after Monday 24 November at six a week: three weeks, Monday 15 December
    assert six_days.finish_one(0, 18) == 21
    assert read_calendar(build.closures(), AS_OF, 7).finish_one(0, 18) == 18


def test_production_rests_while_the_supplier_is_closed(build: Any) -> None:
    closed = read_calendar(build.closures(("haina", "2025-12-01", "2025-12-10")), AS_OF, 7)
    assert closed.finish_one(0, 6) == 6, "finished on Sunday 30 November, the day before the closure"
    assert closed.finish_one(0, 7) == 17, "one day more waits out the ten closed days"
    assert closed.next_open(9) == 17
    assert closed.closed_between(0, 17) == 10


def test_a_supplier_that_never_opens_again_has_no_next_day(build: Any) -> None:
    gone = read_calendar(build.closures(("haina", "2025-11-01", "2199-12-31")), AS_OF, 6)
    assert gone.next_open(0) == NEVER
    assert gone.finish_one(0, 1) == NEVER


def test_closures_that_overlap_count_once(build: Any) -> None:
    twice = read_calendar(
        build.closures(("haina", "2025-12-01", "2025-12-10"), ("haina", "2025-12-05", "2025-12-12")), AS_OF, 7
    )
    assert twice.closed_between(0, 30) == 12


def test_the_last_safe_day_falls_before_the_closure_when_the_stock_out_falls_into_it(build: Any) -> None:
    calendar = read_calendar(build.closures(("haina", "2026-02-07", "2026-03-04")), AS_OF, 7)
    after_ready, stock_outs = np.array([38, 38, 38]), np.array([120, 60, 10])
    safe = find_last_safe_days(calendar, 18, after_ready, stock_outs)
    closes = (date(2026, 2, 7) - AS_OF).days
    assert safe[0] == closes - 1 - 18, "ready on the last working day, though the stock-out is two weeks later"
    assert safe[1] == 60 - 38 - 18
    assert safe[2] == 0, "already too late: order today"


def test_the_last_order_before_spring_festival_is_ready_before_it_and_the_next_arrives_after_it(build: Any) -> None:
    closures = build.closures(("haina", "2026-02-07", "2026-03-04"), ("haina", "2025-01-20", "2025-02-10"))
    plan = plan_last_orders(build.suppliers(), closures, build.lanes(), AS_OF, ReplenishmentPolicy())
    assert len(plan) == 1, "a closure that is over is left out"
    row = plan.iloc[0]
    calendar = read_calendar(closures.iloc[:1], AS_OF, 6)
    closes = (date(2026, 2, 7) - AS_OF).days
    last = (row["last_order_on"].date() - AS_OF).days
    assert calendar.finish_one(last, 24) < closes <= calendar.finish_one(last + 1, 24)
    assert row["reopens_on"] == pd.Timestamp("2026-03-05")
    assert row["first_arrival_after"] == pd.Timestamp("2026-03-05") + pd.Timedelta(days=3 + 35)
    assert not row["passed"]


def test_the_last_order_of_a_closure_that_has_begun_has_passed(build: Any) -> None:
    closures = build.closures(("haina", "2025-11-20", "2025-11-30"))
    row = plan_last_orders(build.suppliers(), closures, build.lanes(), AS_OF, ReplenishmentPolicy()).iloc[0]
    assert row["passed"]
    assert row["last_order_on"] < pd.Timestamp(AS_OF)
    assert row["first_arrival_after"] > pd.Timestamp("2025-12-01")


def test_a_closure_without_an_end_has_no_arrival_after_it(build: Any) -> None:
    closures = build.closures(("haina", "2026-02-07", "2199-12-31"))
    row = plan_last_orders(build.suppliers(), closures, build.lanes(), AS_OF, ReplenishmentPolicy()).iloc[0]
    assert pd.isna(row["reopens_on"])
    assert pd.isna(row["first_arrival_after"])
    assert row["last_order_on"] < row["closes_on"]


def test_the_usual_way_is_by_sea_and_may_have_two_legs(build: Any) -> None:
    lanes = build.lanes()
    onward = lanes.iloc[[0]].assign(
        lane="DE-FR", from_node="DE-FBA", to_node="FR-FBA", country="FR", mode="truck",
        transit_days_p10=3, transit_days_p50=4, transit_days_p90=6,
    )  # fmt: skip
    usual = find_usual_transit(pd.concat([lanes, onward], ignore_index=True)).set_index("country")
    assert usual.loc["US", "way"] == "SZ-US-SEA"
    assert usual.loc["FR", "way"] == "SZ-DE-SEA + DE-FR"
    assert usual.loc["FR", "transit_days_p50"] == 46
    by_air = find_usual_transit(lanes.loc[lanes["mode"] == "air"])
    assert by_air["mode"].tolist() == ["air"]


def test_among_sea_lanes_the_cheaper_is_the_usual_one(build: Any) -> None:
    lanes = build.lanes().iloc[[0, 0]].assign(
        lane=["SLOW", "FAST"], transit_days_p50=[37, 23], cost_per_m3_minor=[118_000, 0], cost_per_kg_minor=[0, 1_350]
    )  # fmt: skip
    assert find_usual_transit(lanes)["way"].tolist() == ["SLOW"]
    assert find_usual_transit(lanes.assign(currency=["CNY", "USD"]))["way"].tolist() == ["FAST"], "not comparable"


def test_a_regional_node_is_on_the_way_to_the_shelf_of_its_country(build: Any) -> None:
    lanes = build.lanes(mode="sea").iloc[[0, 0]].assign(
        lane=["SZ-LGB", "LGB-FBA"], from_node=["SZ-HUB", "LGB"], to_node=["LGB", "US-FBA"], mode=["sea", "truck"],
        transit_days_p50=[30, 5],
    )  # fmt: skip
    assert find_usual_transit(lanes)["transit_days_p50"].tolist() == [35]


def test_transit_is_weighted_by_demand_and_rounded_up(build: Any) -> None:
    forecast = build.forecast({("A", "US"): 60.0, ("A", "DE"): 20.0, ("B", "XX"): 1.0})
    transit = weigh_transit(forecast, build.lanes(), 9).set_index("sku")
    assert transit.loc["A", "transit_days_p50"] == 37  # 0.75 × 35 + 0.25 × 42 = 36.75
    assert transit.loc["B", "transit_days_p50"] == 9
    assert transit.loc["B", "transit_note"] == "XX? 100.0 % × 9"
