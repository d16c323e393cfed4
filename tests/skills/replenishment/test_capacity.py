"""Orders that take a supplier several weeks, and what is made before it closes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.reasons import BUILDS_UP, SUPPLIER_BUSY

MONTHLY = ReplenishmentPolicy(review_days=28)


def test_an_order_above_a_weeks_capacity_is_finished_over_several_weeks(facts: Any, build: Any) -> None:
    free = facts.but(policy=MONTHLY, suppliers=build.suppliers(weekly_capacity_units=float("nan"))).plan()
    tight = facts.but(policy=MONTHLY, suppliers=build.suppliers(weekly_capacity_units=600)).plan()
    assert free["order_units"].equals(tight["order_units"]), "four weeks until the next order hold it"
    total = tight["order_units"].sum()
    assert 600 < total <= 2400
    last = tight.loc[tight["make_days"].idxmax()]
    assert last["make_days"] == -(-(total - 600) * 6 // 600)
    assert last["ready_on"] > free["ready_on"].max()
    assert (last["arrival_p50"] - last["ready_on"]) == (free["arrival_p50"] - free["ready_on"]).iloc[last.name]
    assert last["balance_on"] == last["ready_on"] + pd.Timedelta(days=14)


def test_the_most_urgent_line_is_made_first(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "SZ-HUB", "available", 900))
    suppliers = build.suppliers(weekly_capacity_units=200)
    orders = facts.but(policy=MONTHLY, stock=stock, suppliers=suppliers).plan().set_index("sku")
    assert orders.loc["PM-2", "make_days"] == -(-max(orders.loc["PM-2", "order_units"] - 200, 0) * 6 // 200)
    assert orders.loc["KD-1", "make_days"] > orders.loc["PM-2", "make_days"]


def test_an_order_never_takes_more_than_is_made_until_the_next_one_is_ready(facts: Any, build: Any) -> None:
    orders = facts.but(policy=MONTHLY, suppliers=build.suppliers(weekly_capacity_units=200)).plan()
    assert (orders["order_capacity_units"] == 800).all(), "24 working days at six a week"
    assert 800 - 48 < orders["order_units"].sum() <= 800
    assert (orders["ready_on"] < orders["next_ready_on"]).all()


def test_open_orders_promised_for_those_weeks_take_their_share_first(facts: Any, build: Any) -> None:
    suppliers = build.suppliers(weekly_capacity_units=480)
    early = build.purchase_orders(("P1", "XX-9", 5000, "2025-12-08", 0))
    assert set(facts.but(suppliers=suppliers, purchase_orders=early).plan()["busy_units"]) == {0}
    same_week = build.purchase_orders(("P1", "XX-9", 300, "2025-12-15", 0))
    orders = facts.but(suppliers=suppliers, purchase_orders=same_week).plan()
    own = orders[orders["supplier"] == "haina"]
    assert set(own["order_capacity_units"]) == {180}
    assert 0 < own["order_units"].sum() <= 180
    far = build.purchase_orders(("P1", "XX-9", 300, "2026-01-19", 0))
    assert set(facts.but(suppliers=suppliers, purchase_orders=far).plan()["busy_units"]) == {0}, "made in January"
    large = build.purchase_orders(("P1", "XX-9", 2300, "2026-01-19", 0))
    busy = facts.but(suppliers=suppliers, purchase_orders=large).plan()
    assert set(busy.loc[busy["supplier"] == "haina", "busy_units"]) == {2300 - 4 * 480}
    halves = build.purchase_orders(("P1", "XX-9", 1150, "2026-01-19", 0), ("P2", "YY-9", 1150, "2026-01-19", 0))
    busy = facts.but(suppliers=suppliers, purchase_orders=halves).plan()
    told = "two orders share the weeks that one would have"
    assert set(busy.loc[busy["supplier"] == "haina", "busy_units"]) == {2300 - 4 * 480}, told
    minimum = facts.but(
        suppliers=build.suppliers(weekly_capacity_units=480, joint_moq_units=240), purchase_orders=same_week
    ).plan()
    assert minimum["order_units"].sum() == 0
    assert SUPPLIER_BUSY in set(minimum["reason"])


def test_what_the_weeks_before_a_closure_cannot_hold_is_ordered_weeks_earlier(facts: Any, build: Any) -> None:
    """18 working days of production: 12 January is the last order that is ready before 7 February."""
    closures = build.closures(("haina", "2026-02-07", "2026-03-04"))
    as_of = date(2025, 12, 29)
    base = facts.but(
        forecast=build.forecast({("KD-1", "US"): 350.0}, as_of=as_of),
        products=build.products("KD-1"),
        stock=build.stock(("KD-1", "SZ-HUB", "available", 3700)),
        closures=closures,
        as_of=as_of,
    )
    ample = base.but(suppliers=build.suppliers(weekly_capacity_units=5000)).plan().iloc[0]
    assert ample["build_cartons"] == ample["need_cartons"]
    narrow = base.but(suppliers=build.suppliers(weekly_capacity_units=700)).plan().iloc[0]
    assert narrow["raw_need"] == ample["raw_need"]
    assert narrow["order_units"] > ample["order_units"]
    assert (narrow["reason"], narrow["capped_by"]) == (BUILDS_UP, "build-up before a closure")
    assert narrow["order_units"] <= narrow["order_capacity_units"]
    never_closed = (
        base.but(suppliers=build.suppliers(weekly_capacity_units=700), closures=build.closures()).plan().iloc[0]
    )
    assert never_closed["order_units"] == ample["order_units"], "the same need, and nothing to build up for"
    full = base.but(
        suppliers=build.suppliers(weekly_capacity_units=700), stock=build.stock(("KD-1", "SZ-HUB", "available", 4800))
    )
    promised = build.purchase_orders(("P1", "XX-9", 240, "2026-02-06", 0))
    free, taken = (facts.plan().iloc[0] for facts in (full, full.but(purchase_orders=promised)))
    assert taken["build_cartons"] == free["build_cartons"] + 10, "the weeks before the closure are taken"
    less = narrow["flip_demand_percent"]
    assert less <= 0


def test_nothing_spoils_before_it_is_sold(facts: Any, build: Any) -> None:
    products = build.products("KD-1", "PM-2").assign(shelf_life_days=[30, 0])
    orders = facts.but(products=products, suppliers=build.suppliers(joint_moq_units=900)).plan().set_index("sku")
    kept = orders.loc["KD-1"]
    until = (kept["ready_on"] - kept["as_of"]).days + 30
    assert kept["order_units"] + kept["position"] <= 80 / 7 * until
    assert 80 / 7 * until - kept["order_units"] < 24
    assert kept["capped_by"] == "shelf life"
    assert orders["order_units"].sum() >= 900 or orders["order_units"].sum() == 0
