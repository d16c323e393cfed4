"""Orders that a product's life cycle leads: the launch's first stock, the last buy, and nothing after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.replenishment import explain_replenishment, list_basis
from skills.replenishment.reasons import (
    AFTER_END,
    CLOSED_TODAY,
    FIRST_STOCK,
    LAST_BUY,
    LAST_BUY_COVERED,
    LAUNCH_COVERED,
    LEAVING,
)


def given_level(level: int, until: str, sku: str = "KD-1", **cells: Any) -> pd.DataFrame:
    row = {"sku": sku, "level": level, "until": pd.Timestamp(until), "end_stated": True, "ratio_percent": 75.0,
           "underage_base_minor": 3000, "overage_base_minor": 1000, "reason": "template"}  # fmt: skip
    return pd.DataFrame([row | cells])


def ordered(facts: Any, build: Any, cycle: str, levels: pd.DataFrame, **changed: Any) -> pd.Series:
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = cycle
    stock = build.stock(("KD-1", "SZ-HUB", "available", 100))
    orders = facts.but(products=products, levels=levels, stock=stock, **changed).plan()
    return orders[orders["sku"] == "KD-1"].iloc[0]


def test_a_launch_is_ordered_up_to_its_level_in_cartons(facts: Any, build: Any) -> None:
    row = ordered(facts, build, "launch", given_level(900, "2026-03-15"))
    assert row["raw_need"] == 900 - row["position"] > 0
    assert row["order_units"] == -(-row["raw_need"] // row["carton_units"]) * row["carton_units"]
    assert (row["reason"], row["order_up_to"], row["led_by"]) == (FIRST_STOCK, 900, "launch")
    covered = ordered(facts, build, "launch", given_level(int(row["position"]), "2026-03-15"))
    assert (covered["order_units"], covered["reason"]) == (0, LAUNCH_COVERED)


def test_what_was_ordered_for_a_launch_is_not_ordered_again_though_it_comes_after_the_weeks_covered(
    facts: Any, build: Any
) -> None:
    level = given_level(900, "2025-12-21")
    row = ordered(facts, build, "launch", level)
    assert row["order_units"] > 0 and row["arrival_p50"] > row["covers_until"]
    placed = build.purchase_orders(("PO-1", "KD-1", int(row["order_units"]), str(row["ready_on"].date()), 0))
    again = ordered(facts, build, "launch", level, purchase_orders=placed)
    assert (again["order_units"], again["reason"], again["too_late_units"]) == (0, LAUNCH_COVERED, 0)


def test_a_last_buy_takes_all_that_is_missing_and_names_the_last_day(facts: Any, build: Any) -> None:
    row = ordered(facts, build, "phase_out", given_level(2000, "2026-06-30"))
    assert row["raw_need"] == 2000 - row["position"]
    assert row["reason"] == LAST_BUY
    # 18 working days, 3 for the check, the transit: an order of that day still arrives
    assert pd.Timestamp("2026-04-01") < row["cut_off_on"] < pd.Timestamp("2026-06-30")
    assert row["last_safe_date"] <= row["cut_off_on"]
    day = row["cut_off_on"].date()
    last = facts.but(as_of=day, forecast=build.forecast({("KD-1", "US"): 60.0, ("KD-1", "DE"): 20.0}, as_of=day))
    still = ordered(last, build, "phase_out", given_level(2000, "2026-06-30"))
    assert still["order_units"] > 0 and still["arrival_p50"] <= pd.Timestamp("2026-06-30")
    assert still["cut_off_on"] == row["cut_off_on"]


def test_after_the_cut_off_nothing_is_bought_however_much_is_missing(facts: Any, build: Any) -> None:
    row = ordered(facts, build, "phase_out", given_level(2000, "2025-12-20"))
    assert (row["order_units"], row["reason"]) == (0, AFTER_END)
    assert row["raw_need"] > 0 and pd.isna(row["cut_off_on"])


@pytest.mark.parametrize("until", ["2025-11-10", "2025-11-23", "2025-11-24"])
def test_after_the_end_of_sale_the_end_is_the_reason_and_not_that_no_demand_is_forecast(
    facts: Any, build: Any, until: str
) -> None:
    none = given_level(0, until, ratio_percent=0.0, reason="No demand is forecast: nothing can be sized.")
    row = ordered(facts, build, "phase_out", none)
    assert (row["order_units"], row["reason"]) == (0, AFTER_END)


def test_what_lasts_until_the_end_of_sale_is_not_bought_again(facts: Any, build: Any) -> None:
    row = ordered(facts, build, "phase_out", given_level(100, "2026-06-30"))
    assert (row["order_units"], row["reason"]) == (0, LAST_BUY_COVERED)


def test_no_minimum_buys_more_of_what_sale_ends_for(facts: Any, build: Any) -> None:
    level = given_level(2000, "2026-06-30")
    alone = ordered(facts, build, "phase_out", level)
    filled = facts.but(suppliers=build.suppliers(joint_moq_units=2300))
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = "phase_out"
    stock = build.stock(("KD-1", "SZ-HUB", "available", 100))
    orders = filled.but(products=products, levels=level, stock=stock).plan().set_index("sku")
    assert orders["order_units"].sum() >= 2300
    assert orders.loc["KD-1", "order_units"] == alone["order_units"]


def test_a_level_of_nothing_says_why(facts: Any, build: Any) -> None:
    none = given_level(
        0, "2026-06-30", ratio_percent=0.0, reason="A unit brings no more than it costs: none is bought."
    )
    for cycle in ("launch", "phase_out"):
        row = ordered(facts, build, cycle, none)
        assert (row["order_units"], row["reason"]) == (0, none["reason"].iloc[0])


def test_a_quantile_of_nothing_is_covered_and_no_obstacle(facts: Any, build: Any) -> None:
    """The sentence of a level that was found has places for its numbers, which a held order could not fill."""
    row = ordered(facts, build, "phase_out", given_level(0, "2026-06-30", reason="The {percent} % quantile"))
    assert (row["order_units"], row["reason"]) == (0, LAST_BUY_COVERED)


def test_what_is_phased_out_without_a_level_is_left_alone(facts: Any, build: Any) -> None:
    assert ordered(facts, build, "phase_out", given_level(900, "2026-06-30").iloc[:0])["reason"] == LEAVING
    assert ordered(facts, build, "exit", given_level(900, "2026-06-30"))["reason"] == LEAVING


def test_a_supplier_that_closes_for_good_is_still_asked_for_the_last_buy(facts: Any, build: Any) -> None:
    closing = build.closures(("haina", "2025-12-20", "2099-12-31"))
    row = ordered(facts, build, "phase_out", given_level(900, "2026-06-30"), closures=closing)
    assert row["order_units"] > 0
    assert row["cut_off_on"] < pd.Timestamp("2025-12-20")


@given(level=st.integers(0, 5000), more=st.integers(0, 5000), cycle=st.sampled_from(["launch", "phase_out"]))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_higher_level_never_orders_less_and_a_closed_supplier_is_never_asked(
    facts: Any, build: Any, level: int, more: int, cycle: str
) -> None:
    low, high = (ordered(facts, build, cycle, given_level(units, "2026-06-30")) for units in (level, level + more))
    assert 0 <= low["order_units"] <= high["order_units"]
    shut = build.closures(("haina", "2025-11-20", "2025-11-30"))
    closed = ordered(facts, build, cycle, given_level(level + more, "2026-06-30"), closures=shut)
    assert closed["order_units"] == 0
    assert closed["reason"] == CLOSED_TODAY


def test_the_explanation_shows_ratio_level_position_and_last_day(facts: Any, build: Any) -> None:
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = "phase_out"
    assumed = given_level(2000, "2026-06-30", end_stated=False)
    orders = facts.but(products=products, levels=assumed).plan()
    steps = explain_replenishment(orders[orders["sku"] == "KD-1"]).set_index("label")
    row = orders[orders["sku"] == "KD-1"].iloc[0]
    assert steps.loc["Critical ratio", ["value", "note"]].tolist() == ["75", "30.00 ÷ (30.00 + 10.00)"]
    level = "Order-up-to level: demand until then that is not exceeded at the critical ratio"
    assert steps.loc[level, "value"] == "2000"
    assert steps.loc["Need", "note"] == f"max(0, 2000 − {row['position']}) = {row['raw_need']}"
    assert any(label.startswith("Sale is taken to end with the forecast") for label in steps.index)
    assert "Expected demand until then" not in steps.index
    last_day = "Last day to order: what is ordered by then arrives before sale ends"
    assert steps.loc[last_day, "value"] == str(row["cut_off_on"].date())


def test_a_longer_lead_time_is_no_cause_where_the_end_of_sale_leads(facts: Any, build: Any) -> None:
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = "phase_out"
    level = given_level(2000, "2026-06-30")
    before = facts.but(products=products, levels=level)
    basis = list_basis(before.plan(), before.policy)
    slower = before.but(suppliers=build.suppliers(production_days_p50=22, production_days_p90=30), previous=basis)
    row = slower.plan().set_index("sku").loc["KD-1"]
    assert (row["change_lead_time"], row["change_cause"]) == (0, "")


@pytest.mark.parametrize("as_of", [date(2026, 1, 5), date(2026, 2, 9), date(2026, 3, 9)])
def test_the_last_day_stays_where_the_stated_end_puts_it(facts: Any, build: Any, as_of: date) -> None:
    level = given_level(2000, "2026-06-30")
    row = ordered(facts, build, "phase_out", level)
    demand = build.forecast({("KD-1", "US"): 60.0, ("KD-1", "DE"): 20.0}, as_of=as_of)
    later = ordered(facts.but(as_of=as_of, forecast=demand), build, "phase_out", level)
    assert later["cut_off_on"] == row["cut_off_on"]
