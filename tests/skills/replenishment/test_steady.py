"""Every change against last night has a cause, and small ones are not made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.replenishment import explain_replenishment, list_basis
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.steady import EFFECTS


def _scaled(forecast: pd.DataFrame, scale: float) -> pd.DataFrame:
    numbers = [name for name in forecast if name.startswith(("mean", "p", "cum_"))]
    return forecast.assign(**{name: forecast[name] * scale for name in numbers})


def _after(facts: Any, **changed: Any) -> pd.Series:
    """KD-1 of the night that follows the plan of `facts`, with what changed meanwhile."""
    previous = list_basis(facts.plan(), facts.policy)
    return facts.but(previous=previous, **changed).plan().set_index("sku").loc["KD-1"]


def _effects(row: pd.Series) -> dict[str, int]:
    return {name: int(row[f"change_{name}"]) for name in EFFECTS if row[f"change_{name}"]}


def test_the_first_night_compares_with_nothing(facts: Any) -> None:
    orders = facts.plan()
    assert set(orders["previous_units"]) == {-1}
    assert set(orders["change_cause"]) == {""}
    empty = list_basis(orders.iloc[:0], facts.policy)
    pd.testing.assert_frame_equal(facts.but(previous=empty).plan(), orders)
    assert "Last night's plan" not in set(explain_replenishment(orders)["label"])


def test_the_same_facts_again_move_nothing(facts: Any) -> None:
    row = _after(facts)
    assert row["previous_units"] == row["order_units"]
    assert (row["change_cause"], _effects(row), row["held"]) == ("", {}, False)


def test_more_demand_is_named_as_the_cause(facts: Any) -> None:
    row = _after(facts, forecast=_scaled(facts.forecast, 1.3))
    assert row["order_units"] > row["previous_units"]
    assert row["change_cause"] == "demand"
    assert sum(_effects(row).values()) == row["order_units"] - row["previous_units"]


def test_stock_that_was_sold_is_named_as_the_cause(facts: Any, build: Any) -> None:
    before = facts.but(stock=build.stock(("KD-1", "US-FBA", "available", 400)))
    row = _after(before, stock=build.stock(("KD-1", "US-FBA", "available", 200)))
    assert row["change_cause"] == "stock"
    assert _effects(row)["stock"] == 200


def test_a_released_order_takes_its_line_away_and_is_not_ordered_again(facts: Any, build: Any) -> None:
    units = int(facts.plan().set_index("sku").loc["KD-1", "order_units"])
    row = _after(facts, purchase_orders=build.purchase_orders(("P1", "KD-1", units, "2025-12-15", 0)))
    assert (row["order_units"], row["change_cause"]) == (0, "ordered")
    assert _effects(row)["ordered"] == -units


def test_an_arrival_that_slips_behind_the_next_order_is_named(facts: Any, build: Any) -> None:
    before = facts.but(purchase_orders=build.purchase_orders(("P1", "KD-1", 300, "2025-12-15", 0)))
    row = _after(before, purchase_orders=build.purchase_orders(("P1", "KD-1", 300, "2026-02-15", 0)))
    assert row["change_cause"] == "arrival"
    assert _effects(row)["arrival"] == 300


def test_a_longer_lead_time_is_named(facts: Any, build: Any) -> None:
    slow = build.suppliers(production_days_p10=27, production_days_p50=30, production_days_p90=36)
    assert _after(facts, suppliers=slow)["change_cause"] == "lead_time"


def test_another_policy_is_named(facts: Any) -> None:
    row = _after(facts, policy=ReplenishmentPolicy(cycle_service_percent=98))
    assert row["change_cause"] == "policy"
    assert row["order_units"] > row["previous_units"]


def test_cash_and_a_dearer_product_are_told_apart(facts: Any, build: Any) -> None:
    cash = ReplenishmentPolicy(weekly_cash_minor=330_000)
    before = facts.but(policy=cash)
    assert _after(before)["change_cause"] == ""
    dearer = _after(before, products=build.products("KD-1", "PM-2", unit_cost_minor=1900))
    assert (dearer["capped_by"], dearer["change_cause"]) == ("weekly cash", "cost")
    path = ReplenishmentPolicy(opening_cash_minor=100_000_000, least_cash_minor=0)
    taxes = pd.DataFrame(
        {"week": [pd.Timestamp("2025-11-24")], "receipts_minor": [0], "rebates_minor": [0],
         "payments_minor": [99_400_000], "currency": ["CNY"]}
    )  # fmt: skip
    assert _after(facts.but(policy=path), cash_plan=taxes)["change_cause"] == "cash"


def test_a_new_sku_is_named(facts: Any) -> None:
    known = facts.plan()
    previous = list_basis(known[known["sku"] == "PM-2"], facts.policy)
    row = facts.but(previous=previous).plan().set_index("sku").loc["KD-1"]
    assert (row["change_cause"], row["previous_units"]) == ("new_sku", -1)


def test_a_change_of_one_carton_is_not_made(facts: Any, build: Any) -> None:
    before = facts.but(stock=build.stock(("KD-1", "US-FBA", "available", 300)))
    row = _after(before, stock=build.stock(("KD-1", "US-FBA", "available", 276)))
    assert row["held"]
    assert row["order_units"] == row["previous_units"] == row["cash_cartons"] * 24 - 24
    assert _effects(row) == {}
    more = _after(before, stock=build.stock(("KD-1", "US-FBA", "available", 252)))
    assert not more["held"]
    assert more["order_units"] == more["previous_units"] + 48


def test_the_sellers_threshold_keeps_larger_changes(facts: Any, build: Any) -> None:
    calm = ReplenishmentPolicy(least_change_units=120)
    before = facts.but(stock=build.stock(("KD-1", "US-FBA", "available", 300)), policy=calm)
    assert _after(before, stock=build.stock(("KD-1", "US-FBA", "available", 200)))["held"]
    assert not _after(before, stock=build.stock(("KD-1", "US-FBA", "available", 150)))["held"]
    percent = before.but(policy=ReplenishmentPolicy(least_change_percent=20))
    assert _after(percent, stock=build.stock(("KD-1", "US-FBA", "available", 200)))["held"]
    kept = explain_replenishment(
        before.but(previous=list_basis(before.plan(), calm), stock=build.stock(("KD-1", "US-FBA", "available", 200)))
        .plan()
    )  # fmt: skip
    assert "Kept at last night's quantity: the change is too small" in set(kept["label"])


def test_nothing_is_held_beyond_the_shelf_life_or_below_the_smallest_line(facts: Any, build: Any) -> None:
    calm = facts.but(policy=ReplenishmentPolicy(least_change_percent=50))
    units = int(calm.plan().set_index("sku").loc["KD-1", "order_units"])
    fresh = build.products("KD-1", "PM-2").assign(shelf_life_days=[50, 0])
    spoiling = _after(calm, products=fresh)
    assert (spoiling["held"], spoiling["capped_by"]) == (False, "shelf life")
    larger = ReplenishmentPolicy(least_change_percent=50, threshold_units=units + 1)
    grown = _after(calm, policy=larger, stock=build.stock(("KD-1", "US-FBA", "available", 0)),
                   forecast=_scaled(facts.forecast, 1.2))  # fmt: skip
    assert not grown["held"]
    assert grown["order_units"] > units


def test_a_first_carton_is_ordered_and_a_last_one_let_go(facts: Any, build: Any) -> None:
    calm = facts.but(policy=ReplenishmentPolicy(least_change_units=500))
    level = int(calm.plan().set_index("sku").loc["KD-1", "order_up_to"])
    full = build.stock(("KD-1", "US-FBA", "available", level))
    sold = build.stock(("KD-1", "US-FBA", "available", level - 10))
    assert _after(calm.but(stock=full), stock=sold)["order_units"] == 24
    assert _after(calm.but(stock=sold), stock=full)["order_units"] == 0


def test_a_closed_supplier_is_not_asked_for_last_nights_order(facts: Any, build: Any) -> None:
    row = _after(facts, closures=build.closures(("haina", "2025-11-20", "2025-11-30")))
    assert row["order_units"] == 0


@pytest.mark.long
@given(
    sold=st.lists(st.integers(0, 120), min_size=3, max_size=3),
    stocks=st.lists(st.integers(120, 1200), min_size=3, max_size=3),
    demand=st.sampled_from([0.9, 1.0, 1.05]),
    minimum=st.integers(0, 900),
    capacity=st.integers(300, 3000),
    cash=st.integers(100_000, 3_000_000),
    percent=st.integers(0, 40),
    released=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_a_held_night_breaks_no_limit_and_its_effects_add_up(
    build: Any,
    sold: list[int],
    stocks: list[int],
    demand: float,
    minimum: int,
    capacity: int,
    cash: int,
    percent: int,
    released: bool,
) -> None:
    weekly = {("A", "US"): 60.0, ("B", "DE"): 35.0, ("C", "US"): 12.0}
    first = build.facts(
        forecast=build.forecast(weekly),
        products=build.products("A", "B", "C"),
        suppliers=build.suppliers(joint_moq_units=minimum, weekly_capacity_units=capacity),
        stock=build.stock(*[(sku, "US-FBA", "available", units) for sku, units in zip("ABC", stocks, strict=True)]),
        policy=ReplenishmentPolicy(weekly_cash_minor=cash, least_change_percent=percent),
    )
    before = first.plan()
    units = before.set_index("sku")["order_units"]
    open_orders = [("P1", sku, int(units[sku]), "2025-12-20", 0) for sku in "ABC" if units[sku]]
    later = first.as_of + timedelta(days=1)
    left = [
        (sku, "US-FBA", "available", had - min(gone, had)) for sku, had, gone in zip("ABC", stocks, sold, strict=True)
    ]
    orders = first.but(
        forecast=build.forecast({key: mean * demand for key, mean in weekly.items()}, as_of=later),
        stock=build.stock(*left),
        purchase_orders=build.purchase_orders(*(open_orders if released else [])),
        previous=list_basis(before, first.policy),
        as_of=later,
    ).plan()
    total = int(orders["order_units"].sum())
    assert total == 0 or minimum <= total <= capacity
    assert orders["deposit_base_minor"].sum() <= cash
    moved = orders["order_units"] - orders["previous_units"]
    effects = sum(orders[f"change_{name}"] for name in EFFECTS)
    assert (effects == moved).all()
    assert ((orders["change_cause"] != "") == (moved != 0)).all()
    stayed = (orders["order_units"] > 0) & (orders["previous_units"] > 0)
    assert (moved[stayed & orders["held"]] == 0).all()
    if released:
        assert not orders["held"].any()
