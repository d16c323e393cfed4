"""What is ordered, and what is not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.rates import MissingRate
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import UnusableFacts
from skills.replenishment.reasons import (
    BEFORE_CLOSURE,
    BEYOND_FORECAST,
    CLOSED_FOR_GOOD,
    CLOSED_TODAY,
    ENOUGH,
    LEAVING,
    NO_FORECAST,
    NO_PRODUCT,
    NO_SUPPLIER,
    SHORT,
)


def _row(orders: pd.DataFrame, sku: str) -> pd.Series:
    return orders.set_index("sku").loc[sku]


def test_the_level_covers_demand_until_the_next_order_arrives(facts: Any) -> None:
    row = _row(facts.plan(), "KD-1")
    assert row["next_order_on"] == pd.Timestamp("2025-12-01")
    assert row["next_ready_on"] == pd.Timestamp("2025-12-22"), "18 working days at six a week"
    assert row["next_arrival_p50"] == pd.Timestamp("2025-12-22") + pd.Timedelta(days=3 + 37)
    assert row["demand_mean"] == pytest.approx(80 / 7 * 68, abs=1e-3)
    assert row["demand_usual"] < row["order_up_to"] < row["demand_late"]
    assert row["order_units"] >= row["order_up_to"]
    assert row["reason"] == SHORT


def test_the_last_order_before_spring_festival_covers_to_the_first_arrival_after_it(facts: Any, build: Any) -> None:
    closures = build.closures(("haina", "2026-02-07", "2026-03-04"))
    orders = {}
    for as_of in (date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)):
        forecast = build.forecast({("KD-1", "US"): 70.0}, as_of=as_of)
        plan = facts.but(forecast=forecast, closures=closures, as_of=as_of, products=build.products("KD-1")).plan()
        orders[as_of] = _row(plan, "KD-1")
    before, last, after = orders.values()
    # 18 working days from 12 January are done by 2 February; from 19 January they are not done by the 7th
    assert before["next_arrival_p50"] - before["arrival_p50"] == pd.Timedelta(days=7)
    assert last["ready_on"] == pd.Timestamp("2026-02-02")
    assert last["next_ready_on"] > pd.Timestamp("2026-03-04")
    assert last["next_arrival_p50"] - last["arrival_p50"] > pd.Timedelta(days=28)
    forecast = build.forecast({("KD-1", "US"): 70.0}, as_of=date(2026, 1, 12))
    never_closed = facts.but(forecast=forecast, as_of=date(2026, 1, 12), products=build.products("KD-1")).plan()
    bought_ahead = last["order_up_to"] - _row(never_closed, "KD-1")["order_up_to"]
    assert bought_ahead > 21 * 10, "26 closed days are bought before the closure"
    assert last["reason"] == BEFORE_CLOSURE
    assert after["next_arrival_p50"] - after["arrival_p50"] < pd.Timedelta(days=10)


def test_order_up_to_without_lead_time_fails_where_the_right_one_serves(facts: Any, build: Any) -> None:
    """60 days of lead time: 30 of production, 30 of transit; weekly review; normal demand, unmet demand is lost."""
    suppliers = build.suppliers(production_days_p10=30, production_days_p50=30, production_days_p90=30)
    lanes = build.lanes(transit_days_p10=30, transit_days_p50=30, transit_days_p90=30)
    policy = ReplenishmentPolicy(working_days_per_week=7, qc_days=0, cycle_service_percent=90)
    forecast = build.forecast({("A", "US"): 700.0}, spread=0.3)
    products = build.products("A", carton_units=1)
    right = facts.but(forecast=forecast, products=products, suppliers=suppliers, lanes=lanes, policy=policy).plan()
    level = int(_row(right, "A")["order_up_to"])
    assert level == pytest.approx(67 * 100 + 1.2816 * 0.3 * 700 * (67 / 7) ** 0.5, rel=2e-3)
    assert _serve(level, lead_days=60) >= 0.97
    review_only = 7 * 100 + 1.2816 * 0.3 * 700
    assert _serve(int(review_only), lead_days=60) < 0.3


def _serve(level: int, lead_days: int) -> float:
    """Share of demand served over ten years by ordering up to a level every week."""
    demand = np.maximum(np.random.default_rng(7).normal(100, 0.3 * 700 / 7**0.5, 3650), 0)
    on_hand, on_order, served = float(level), 0.0, 0.0
    arrivals = np.zeros(len(demand) + lead_days + 1)
    for day, asked in enumerate(demand):
        on_hand, on_order = on_hand + arrivals[day], on_order - arrivals[day]
        if day % 7 == 0:
            order = max(0.0, level - on_hand - on_order)
            arrivals[day + lead_days] += order
            on_order += order
        sold = min(on_hand, float(asked))
        on_hand, served = on_hand - sold, served + sold
    return served / float(demand.sum())


def test_every_unit_counts_in_one_state_and_what_is_sold_or_lost_does_not_count(facts: Any, build: Any) -> None:
    stock = build.stock(
        *[("KD-1", "SZ-HUB", state, units) for state, units in
          [("available", 100), ("qc_hold", 20), ("receiving", 3), ("researching", 2),
           ("reserved", 50), ("stranded", 70), ("unfulfillable", 90)]]
    )  # fmt: skip
    row = _row(
        facts.but(
            stock=stock,
            inbound=build.inbound(("S1", "KD-1", "US-FBA", 40, "2025-12-20")),
            purchase_orders=build.purchase_orders(("P1", "KD-1", 60, "2025-12-10", 0)),
        ).plan(),
        "KD-1",
    )
    assert row["position"] == 100 + 20 + 3 + 2 + 40 + 60
    assert row["reserved"] == 50
    assert row["raw_need"] == row["order_up_to"] - 225


def test_enough_stock_orders_nothing_and_says_how_much_demand_would_change_that(facts: Any, build: Any) -> None:
    row = _row(facts.but(stock=build.stock(("KD-1", "SZ-HUB", "available", 2000))).plan(), "KD-1")
    assert (row["order_units"], row["reason"]) == (0, ENOUGH)
    more = facts.but(
        stock=build.stock(("KD-1", "SZ-HUB", "available", 2000)),
        forecast=_scaled(facts.forecast, 1 + row["flip_demand_percent"] / 100 + 0.001),
    ).plan()
    assert _row(more, "KD-1")["order_units"] > 0


def test_an_order_falls_away_at_its_flip_distance_and_not_before(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "SZ-HUB", "available", 700))
    flip = _row(facts.but(stock=stock).plan(), "KD-1")["flip_demand_percent"]
    assert flip < 0
    for change, ordered in ((flip, False), (flip + 0.2, True)):
        orders = facts.but(stock=stock, forecast=_scaled(facts.forecast, 1 + change / 100)).plan()
        assert bool(_row(orders, "KD-1")["order_units"] > 0) is ordered


def test_the_flip_distance_knows_the_threshold(facts: Any, build: Any) -> None:
    wide = facts.but(
        stock=build.stock(("KD-1", "SZ-HUB", "available", 700)), policy=ReplenishmentPolicy(threshold_units=100)
    )
    flip = _row(wide.plan(), "KD-1")["flip_demand_percent"]
    assert _row(wide.but(forecast=_scaled(facts.forecast, 1 + flip / 100)).plan(), "KD-1")["order_units"] == 0
    assert _row(wide.but(forecast=_scaled(facts.forecast, 1.002 + flip / 100)).plan(), "KD-1")["order_units"] > 0


def _scaled(forecast: pd.DataFrame, scale: float) -> pd.DataFrame:
    numbers = [name for name in forecast if name.startswith(("mean", "p", "cum_"))]
    return forecast.assign(**{name: forecast[name] * scale for name in numbers})


def test_the_last_safe_date_is_the_last_on_which_an_order_still_arrives_in_time(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "SZ-HUB", "available", 850))
    row = _row(facts.but(stock=stock).plan(), "KD-1")
    assert row["order_units"] > 0
    # 850 units at 80 a week last until 6 February; 40 days of QC and transit before it: ready by 28 December
    assert row["stock_out_p50"] == pd.Timestamp("2026-02-06")
    assert row["last_safe_date"] == pd.Timestamp("2025-12-07"), "18 working days later is Saturday 27 December"
    assert row["late_days"] == 0
    late = _row(facts.but(stock=build.stock(("KD-1", "SZ-HUB", "available", 80))).plan(), "KD-1")
    assert late["last_safe_date"] == pd.Timestamp("2025-11-24")
    assert late["late_days"] == (late["arrival_p50"] - late["stock_out_p50"]).days > 0


@pytest.mark.parametrize("life_cycle", ["phase_out", "exit"])
def test_a_sku_on_its_way_out_is_not_ordered(facts: Any, build: Any, life_cycle: str) -> None:
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = life_cycle
    row = _row(facts.but(products=products).plan(), "KD-1")
    assert (row["order_units"], row["reason"]) == (0, LEAVING)


def test_a_supplier_closed_for_ever_is_never_asked(facts: Any, build: Any) -> None:
    for first_day in ("2025-11-01", "2025-11-26", "2025-12-20"):
        orders = facts.but(closures=build.closures(("haina", first_day, "2028-11-30"))).plan()
        assert orders["order_units"].tolist() == [0, 0]
        assert set(orders["reason"]) == {CLOSED_FOR_GOOD}


def test_a_supplier_closed_today_is_asked_on_the_day_it_opens(facts: Any, build: Any) -> None:
    row = _row(facts.but(closures=build.closures(("haina", "2025-11-20", "2025-11-30"))).plan(), "KD-1")
    assert (row["order_units"], row["reason"]) == (0, CLOSED_TODAY)
    assert row["order_on"] == pd.Timestamp("2025-12-01")
    assert row["raw_need"] > 0


def test_a_coverage_beyond_the_forecast_is_extended_and_says_so(facts: Any, build: Any) -> None:
    short = facts.but(forecast=build.forecast({("KD-1", "US"): 60.0, ("KD-1", "DE"): 20.0}, weeks=8))
    row = _row(short.plan(), "KD-1")
    assert row["reason"] == BEYOND_FORECAST
    assert row["extended_days"] == (row["next_arrival_p90"] - row["as_of"]).days - 56
    assert row["demand_mean"] == pytest.approx(80 / 7 * 68, abs=1e-3)


def test_a_sku_without_facts_is_listed_with_the_fact_that_is_missing(facts: Any, build: Any) -> None:
    products = pd.concat([build.products("PM-2"), build.products("ST-3"), build.products("XX-4", supplier="nobody")])
    stock = build.stock(("ST-3", "SZ-HUB", "available", 5), ("XX-4", "SZ-HUB", "available", 5))
    orders = facts.but(products=products, stock=stock).plan().set_index("sku")
    assert orders["reason"].to_dict() == {
        "KD-1": NO_PRODUCT,
        "PM-2": SHORT,
        "ST-3": NO_FORECAST,
        "XX-4": NO_SUPPLIER,
    }
    assert orders.loc[["KD-1", "ST-3", "XX-4"], "order_units"].tolist() == [0, 0, 0]


def test_money_is_exact_in_the_base_currency(facts: Any, build: Any) -> None:
    products = build.products("KD-1", "PM-2", unit_cost_minor=333, cost_currency="USD")
    row = _row(facts.but(products=products, rates=build.rates(CNY="7.123457")).plan(), "KD-1")
    exact = row["order_units"] * 333 * 7.123457
    assert row["value_base_minor"] == round(exact)
    assert row["deposit_base_minor"] + row["balance_base_minor"] == row["value_base_minor"]
    assert row["fx_rate"] == "7.123457"
    assert "test, 2025-11-24" in row["fx_note"]
    yen = _row(facts.but(products=build.products("KD-1", "PM-2", cost_currency="JPY")).plan(), "KD-1")
    assert yen["value_base_minor"] == pytest.approx(yen["order_units"] * 1250 * 7.10 / 155 * 100, abs=1)


def test_a_currency_without_a_rate_is_refused(facts: Any, build: Any) -> None:
    with pytest.raises(MissingRate, match="GBP"):
        facts.but(products=build.products("KD-1", "PM-2", cost_currency="GBP")).plan()


def test_facts_that_cannot_be_are_refused_by_name(facts: Any, build: Any) -> None:
    with pytest.raises(UnusableFacts, match=r"products.*KD-1"):
        facts.but(products=build.products("KD-1", "KD-1")).plan()
    with pytest.raises(UnusableFacts, match=r"Negative stock.*KD-1 @ SZ-HUB"):
        facts.but(stock=build.stock(("KD-1", "SZ-HUB", "available", -1))).plan()
    with pytest.raises(UnusableFacts, match="lost"):
        facts.but(stock=build.stock(("KD-1", "SZ-HUB", "lost", 1))).plan()
    with pytest.raises(UnusableFacts, match="carton"):
        facts.but(products=build.products("KD-1", "PM-2", carton_units=0)).plan()


def test_an_empty_seller_gets_an_empty_plan(facts: Any) -> None:
    empty = facts.but(forecast=facts.forecast.iloc[:0], products=facts.products.iloc[:0]).plan()
    assert len(empty) == 0
    assert list(empty.columns) == list(facts.plan().columns)


def test_the_order_of_the_rows_changes_nothing(facts: Any, build: Any) -> None:
    busy = facts.but(
        stock=build.stock(("KD-1", "SZ-HUB", "available", 300), ("PM-2", "US-FBA", "available", 30)),
        closures=build.closures(("haina", "2026-02-07", "2026-03-04")),
    )
    turned = busy.but(
        forecast=busy.forecast.iloc[::-1],
        products=busy.products.iloc[::-1],
        stock=busy.stock.iloc[::-1],
        lanes=busy.lanes.iloc[::-1],
    )
    pd.testing.assert_frame_equal(busy.plan(), turned.plan())


def test_inputs_are_left_as_they_were(facts: Any) -> None:
    before = facts.forecast.copy(), facts.products.copy(), facts.suppliers.copy()
    facts.plan()
    for was, now in zip(before, (facts.forecast, facts.products, facts.suppliers), strict=True):
        pd.testing.assert_frame_equal(was, now)


@pytest.mark.long
@given(
    stock=st.integers(0, 3000),
    more=st.integers(0, 500),
    carton=st.integers(1, 60),
    service=st.integers(50, 98),
    week=st.integers(0, 10),
)
@settings(max_examples=15, deadline=None)
def test_more_stock_never_orders_more_and_orders_are_full_cartons(
    build: Any, stock: int, more: int, carton: int, service: int, week: int
) -> None:
    as_of = date(2025, 11, 24) + timedelta(days=7 * week)
    base = build.facts(
        forecast=build.forecast({("A", "US"): 55.0, ("A", "DE"): 5.0}, as_of=as_of),
        products=build.products("A", carton_units=carton),
        closures=build.closures(("haina", "2026-02-07", "2026-03-04")),
        policy=ReplenishmentPolicy(cycle_service_percent=service),
        as_of=as_of,
    )
    less_row = base.but(stock=build.stock(("A", "SZ-HUB", "available", stock))).plan().iloc[0]
    more_row = base.but(stock=build.stock(("A", "SZ-HUB", "available", stock + more))).plan().iloc[0]
    assert less_row["order_units"] >= more_row["order_units"] >= 0
    assert less_row["order_units"] % carton == 0
    assert less_row["order_units"] + stock >= less_row["order_up_to"]
    higher = ReplenishmentPolicy(cycle_service_percent=min(service + 5, 98))
    assert base.but(policy=higher).plan().iloc[0]["order_up_to"] >= less_row["order_up_to"]
