"""What holds of every plan, whatever the seller."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.replenishment.demand import UnusableForecast
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import UnusableFacts

_WEEKLY = {("A", "US"): 60.0, ("B", "DE"): 35.0, ("C", "US"): 12.0, ("C", "DE"): 3.0}


def _seller(build: Any, stocks: list[int], carton: int = 1, **terms: Any) -> Any:
    return build.facts(
        forecast=build.forecast(_WEEKLY),
        products=build.products("A", "B", "C", carton_units=carton),
        suppliers=build.suppliers(**terms),
        stock=build.stock(*[(sku, "US-FBA", "available", units) for sku, units in zip("ABC", stocks, strict=True)]),
        purchase_orders=build.purchase_orders(("P1", "A", 90, "2025-12-10", 0), ("P1", "A", 60, "2026-01-20", 0)),
        inbound=build.inbound(("S1", "B", "SZ-HUB", 45, "2025-12-05")),
        closures=build.closures(("haina", "2026-02-07", "2026-03-04")),
    )


_STOCKS = st.lists(st.integers(0, 1500), min_size=3, max_size=3)


@pytest.mark.long
@given(stocks=_STOCKS, carton=st.integers(1, 40), service=st.integers(50, 97), more=st.integers(1, 20),
       capacity=st.sampled_from([200, 100_000]))  # fmt: skip
@settings(max_examples=8, deadline=None)
def test_a_higher_service_level_never_lowers_stock(
    build: Any, stocks: list[int], carton: int, service: int, more: int, capacity: int
) -> None:
    seller = _seller(build, stocks, carton, weekly_capacity_units=capacity)
    low = seller.but(policy=ReplenishmentPolicy(cycle_service_percent=service)).plan()
    high = seller.but(policy=ReplenishmentPolicy(cycle_service_percent=min(service + more, 98))).plan()
    assert (high["order_up_to"] >= low["order_up_to"]).all()
    assert (high["need_cartons"] >= low["need_cartons"]).all()
    if capacity == 100_000:
        assert (high["order_units"] >= low["order_units"]).all()


@pytest.mark.long
@given(stocks=_STOCKS, scale=st.integers(2, 9), minimum=st.integers(0, 900), capacity=st.integers(300, 2000))
@settings(max_examples=8, deadline=None)
def test_scaling_all_units_scales_the_plan(
    build: Any, stocks: list[int], scale: int, minimum: int, capacity: int
) -> None:
    seller = _seller(build, stocks, joint_moq_units=minimum, weekly_capacity_units=capacity)
    numbers = [name for name in seller.forecast if name.startswith(("mean", "p", "cum_"))]
    larger = seller.but(
        forecast=seller.forecast.assign(**{name: seller.forecast[name] * scale for name in numbers}),
        suppliers=build.suppliers(joint_moq_units=minimum * scale, weekly_capacity_units=capacity * scale),
        stock=seller.stock.assign(units=seller.stock["units"] * scale),
        purchase_orders=seller.purchase_orders.assign(units_open=seller.purchase_orders["units_open"] * scale),
        inbound=seller.inbound.assign(units=seller.inbound["units"] * scale),
    )
    one, many = seller.plan(), larger.plan()
    # every level is rounded up to a whole unit, so a line differs by fewer units than the scale, a shared limit by 3×
    assert ((many["order_up_to"] - scale * one["order_up_to"]).abs() < scale).all()
    assert ((many["raw_need"] - scale * one["raw_need"]).abs() <= scale).all()
    total = many["order_units"].sum() - scale * one["order_units"].sum()
    ordered = [bool(orders["order_units"].sum()) for orders in (one, many)]
    assert abs(total) <= 6 * scale or ordered[0] != ordered[1]
    assert (
        many["short_from"].equals(one["short_from"])
        or (many["short_units"] - one["short_units"] * scale).abs().max() <= scale
    )
    assert many[["next_arrival_p50", "arrival_p10"]].equals(one[["next_arrival_p50", "arrival_p10"]])


@pytest.mark.long
@given(stocks=_STOCKS, seed=st.integers(0, 2**32 - 1), capacity=st.sampled_from([200, 100_000]))
@settings(max_examples=6, deadline=None)
def test_the_order_of_rows_changes_nothing(build: Any, stocks: list[int], seed: int, capacity: int) -> None:
    seller = _seller(build, stocks, 6, weekly_capacity_units=capacity, joint_moq_units=300)
    draw = np.random.default_rng(seed)
    tables = ("forecast", "products", "suppliers", "stock", "inbound", "purchase_orders", "closures", "lanes")
    turned = seller.but(
        **{name: getattr(seller, name).iloc[draw.permutation(len(getattr(seller, name)))] for name in tables}
    )
    pd.testing.assert_frame_equal(turned.plan(), seller.plan())


@pytest.mark.long
@given(first=st.integers(-40, 120), days=st.integers(0, 90), review=st.sampled_from([7, 14, 28]),
       capacity=st.sampled_from([150, 100_000]))  # fmt: skip
@settings(max_examples=8, deadline=None)
def test_a_closed_supplier_is_never_asked(build: Any, first: int, days: int, review: int, capacity: int) -> None:
    seller = _seller(build, [0, 100, 900], 6, weekly_capacity_units=capacity)
    begins = pd.Timestamp(seller.as_of) + pd.Timedelta(days=first)
    ends = begins + pd.Timedelta(days=days)
    plan = seller.but(
        closures=build.closures(("haina", str(begins.date()), str(ends.date()))),
        policy=ReplenishmentPolicy(review_days=review),
    ).plan()
    today = pd.Timestamp(seller.as_of)
    if begins <= today <= ends:
        assert plan["order_units"].sum() == 0
    for day in ("order_on", "next_order_on"):
        assert not plan[day].between(begins, ends).any()
    made = plan[plan["order_units"] > 0]
    assert not made["ready_on"].between(begins, ends).any()


def test_no_demand_orders_nothing(build: Any) -> None:
    seller = _seller(build, [0, 0, 0], joint_moq_units=500)
    quiet = seller.forecast.assign(
        **{name: 0.0 for name in seller.forecast if name.startswith(("mean", "p", "cum_"))}
    )
    orders = seller.but(forecast=quiet).plan()
    assert orders["order_units"].tolist() == [0, 0, 0]
    assert orders["short_units"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize(
    ("table", "column", "named"),
    [
        ("products", "unit_cost_minor", "unit_cost_minor of products"),
        ("suppliers", "production_days_p50", "production_days_p50 of suppliers"),
        ("suppliers", "joint_moq_units", "joint_moq_units of suppliers"),
        ("lanes", "transit_days_p90", "transit_days_p90 of lanes"),
        ("inbound", "units", "units of inbound"),
        ("purchase_orders", "units_open", "units_open of purchase_orders"),
    ],
)
def test_what_is_no_number_is_refused_by_name(build: Any, table: str, column: str, named: str, wrong: float) -> None:
    seller = _seller(build, [5, 5, 5])
    frame = getattr(seller, table)
    frame = frame.assign(**{column: frame[column].astype("float64")})
    frame.loc[frame.index[0], column] = wrong
    with pytest.raises(UnusableFacts, match=f"{named} is missing, infinite or negative for {frame.iloc[0, 0]}"):
        seller.but(**{table: frame}).plan()


def test_a_forecast_or_a_capacity_without_end_is_refused_by_name(build: Any) -> None:
    seller = _seller(build, [5, 5, 5])
    with pytest.raises(UnusableFacts, match="capacity of haina is infinite"):
        seller.but(suppliers=build.suppliers(weekly_capacity_units=float("inf"))).plan()
    for value in (float("nan"), float("inf")):
        forecast = seller.forecast.copy()
        forecast.loc[forecast.index[forecast["country"] == "*"][0], "cum_p90"] = value
        with pytest.raises(UnusableForecast, match="A"):
            seller.but(forecast=forecast).plan()
