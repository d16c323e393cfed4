"""Joint minimum, weekly capacity, weekly cash."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.replenishment.limits import SupplierLines, cut_to_capacity, raise_to_minimum
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.reasons import (
    BELOW_THRESHOLD,
    CAPACITY_WAITS,
    CASH_WAITS,
    ENOUGH,
    FILLS_MINIMUM,
    MINIMUM_ABOVE_CAPACITY,
    MINIMUM_WAITS,
)


def _lines(cartons: list[int], units: list[int], position: list[int], daily: list[float]) -> SupplierLines:
    return SupplierLines(np.array(cartons), np.array(units), np.array(position), np.array(daily))


def test_the_joint_minimum_is_filled_where_cover_is_lowest() -> None:
    lines = _lines([2, 0, 0], [10, 10, 10], [0, 100, 900], [2.0, 2.0, 2.0])
    raised = raise_to_minimum(lines, 150, 364, 0)
    assert raised is not None
    assert (raised * 10).sum() >= 150
    assert raised.tolist() == [12, 2, 0] or abs((0 + raised[0] * 10) - (100 + raised[1] * 10)) <= 20
    assert raised[2] == 0, "900 units last for more than a year"


def test_an_order_that_reaches_the_minimum_is_left_as_it_is() -> None:
    lines = _lines([2, 3], [10, 10], [0, 0], [2.0, 2.0])
    raised = raise_to_minimum(lines, 50, 364, 0)
    assert raised is not None
    assert raised.tolist() == [2, 3]


def test_a_minimum_beyond_the_dead_stock_limit_is_not_bought() -> None:
    assert raise_to_minimum(_lines([1], [10], [0], [0.5]), 1000, 364, 0) is None


def test_capacity_goes_to_the_most_urgent_first() -> None:
    lines = _lines([5, 5, 5], [10, 20, 10], [0, 0, 0], [1.0, 1.0, 1.0])
    assert cut_to_capacity(lines, 100, 0).tolist() == [5, 2, 1]


def test_an_order_is_placed_only_if_one_sku_needs_it_and_then_reaches_the_minimum(facts: Any, build: Any) -> None:
    moq = facts.but(suppliers=build.suppliers(joint_moq_units=2000))
    enough = moq.but(stock=build.stock(("KD-1", "SZ-HUB", "available", 2000), ("PM-2", "SZ-HUB", "available", 200)))
    assert enough.plan()["order_units"].tolist() == [0, 0]
    assert set(enough.plan()["reason"]) == {ENOUGH}
    one = moq.but(stock=build.stock(("KD-1", "SZ-HUB", "available", 2000))).plan().set_index("sku")
    assert one["order_units"].sum() >= 2000
    assert one.loc["KD-1", "reason"] == FILLS_MINIMUM
    assert one.loc["KD-1", "capped_by"] == "joint MOQ"


def test_a_minimum_for_slow_goods_waits(facts: Any, build: Any) -> None:
    orders = facts.but(suppliers=build.suppliers(joint_moq_units=20_000)).plan()
    assert orders["order_units"].tolist() == [0, 0]
    assert set(orders["reason"]) == {MINIMUM_WAITS}
    assert set(orders["capped_by"]) == {"joint MOQ"}


def test_a_minimum_above_the_capacity_is_called_what_it_is(facts: Any, build: Any) -> None:
    orders = facts.but(suppliers=build.suppliers(joint_moq_units=900, weekly_capacity_units=500)).plan()
    assert orders["order_units"].tolist() == [0, 0]
    assert set(orders["reason"]) == {MINIMUM_ABOVE_CAPACITY}


def test_capacity_cuts_the_least_urgent_sku(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "SZ-HUB", "available", 400))
    orders = facts.but(stock=stock, suppliers=build.suppliers(weekly_capacity_units=240)).plan().set_index("sku")
    assert orders.loc["PM-2", "order_units"] == 144, "nothing in stock: served first"
    assert orders.loc["KD-1", "order_units"] == 96
    assert orders.loc["KD-1", ["capped_by", "reason"]].tolist() == ["weekly capacity", CAPACITY_WAITS]


def test_a_supplier_without_a_capacity_has_no_limit(facts: Any, build: Any) -> None:
    free = facts.but(suppliers=build.suppliers(weekly_capacity_units=float("nan"))).plan()
    assert free["order_units"].equals(facts.plan()["order_units"])


def test_cash_cuts_the_least_urgent_sku(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "SZ-HUB", "available", 400))
    limited = facts.but(stock=stock, policy=ReplenishmentPolicy(weekly_cash_minor=100_000)).plan().set_index("sku")
    assert limited["deposit_base_minor"].sum() <= 100_000
    assert limited.loc["PM-2", "order_units"] == 144
    assert limited.loc["KD-1", ["capped_by", "reason"]].tolist() == ["weekly cash", CASH_WAITS]


def test_cash_that_does_not_reach_a_joint_minimum_is_not_spent_on_half_an_order(facts: Any, build: Any) -> None:
    poor = facts.but(
        suppliers=build.suppliers(joint_moq_units=1000), policy=ReplenishmentPolicy(weekly_cash_minor=200_000)
    )
    assert poor.plan()["order_units"].tolist() == [0, 0]
    assert set(poor.plan()["capped_by"]) == {"weekly cash"}


def test_a_need_below_the_sellers_smallest_line_waits(facts: Any) -> None:
    orders = facts.but(policy=ReplenishmentPolicy(threshold_units=200)).plan().set_index("sku")
    assert orders.loc["PM-2", ["order_units", "capped_by", "reason"]].tolist() == [0, "threshold", BELOW_THRESHOLD]
    assert orders.loc["KD-1", "order_units"] > 200


@pytest.mark.long
@given(
    stocks=st.lists(st.integers(0, 1500), min_size=6, max_size=6),
    cartons=st.lists(st.integers(1, 50), min_size=6, max_size=6),
    capacity=st.one_of(st.none(), st.integers(0, 4000)),
    minimum=st.integers(0, 2500),
    cash=st.one_of(st.none(), st.integers(0, 3_000_000)),
    threshold=st.integers(0, 80),
    deposit=st.integers(0, 100),
)
@settings(max_examples=25, deadline=None)
def test_no_order_breaks_a_limit(
    build: Any,
    stocks: list[int],
    cartons: list[int],
    capacity: int | None,
    minimum: int,
    cash: int | None,
    threshold: int,
    deposit: int,
) -> None:
    skus = [f"S{number}" for number in range(6)]
    products = build.products(*skus).assign(carton_units=cartons, supplier=["haina", "haina", "haina", "x", "x", "x"])
    terms = {
        "joint_moq_units": minimum,
        "deposit_percent": deposit,
        "weekly_capacity_units": float("nan") if capacity is None else float(capacity),
    }
    suppliers = pd.concat([build.suppliers(**terms), build.suppliers(supplier="x", **terms)], ignore_index=True)
    plan = build.facts(
        forecast=build.forecast({(sku, "US"): 10.0 * (place + 1) for place, sku in enumerate(skus)}),
        products=products,
        suppliers=suppliers,
        stock=build.stock(*[(sku, "SZ-HUB", "available", units) for sku, units in zip(skus, stocks, strict=True)]),
        policy=ReplenishmentPolicy(weekly_cash_minor=cash, threshold_units=threshold),
    ).plan()
    assert (plan["order_units"] >= 0).all()
    assert (plan["order_units"] % plan["carton_units"] == 0).all()
    assert ((plan["order_units"] == 0) | (plan["order_units"] >= threshold)).all()
    totals = plan.groupby("supplier")["order_units"].sum()
    assert ((totals == 0) | (totals >= minimum)).all()
    if capacity is not None:
        assert (totals <= capacity).all()
    if cash is not None:
        assert plan["deposit_base_minor"].sum() <= cash
    assert ((plan["order_units"] > 0) | (plan["reason"] != "")).all()


def test_the_least_common_cover_that_reaches_the_minimum_is_taken() -> None:
    lines = _lines([1, 0], [1, 1], [0, 0], [1.0, 3.0])
    raised = raise_to_minimum(lines, 40, 364, 0)
    assert raised is not None
    assert raised.tolist() == [10, 30]


@pytest.mark.parametrize("capacity", [0, 23])
def test_a_capacity_below_one_carton_orders_nothing(facts: Any, build: Any, capacity: int) -> None:
    orders = facts.but(suppliers=build.suppliers(weekly_capacity_units=capacity)).plan()
    assert orders["order_units"].tolist() == [0, 0]
    assert set(orders["capped_by"]) == {"weekly capacity"}
