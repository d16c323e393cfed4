"""A person can redo the arithmetic from the page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.replenishment import explain_replenishment
from skills.replenishment.policy import ReplenishmentPolicy

LEVEL = "Order-up-to level: what demand stays within at the service level, over the three arrivals"


def _steps(orders: pd.DataFrame, sku: str) -> pd.DataFrame:
    explained = explain_replenishment(orders)
    return explained.loc[explained["sku"] == sku].set_index("label")


def test_every_order_explains_its_quantity_from_demand_to_cartons(facts: Any, build: Any) -> None:
    orders = facts.but(
        stock=build.stock(("KD-1", "SZ-HUB", "available", 300), ("KD-1", "US-FBA", "receiving", 12))
    ).plan()
    steps = _steps(orders, "KD-1")
    level = int(steps.loc[LEVEL, "value"])
    position = int(steps.loc["Position: stock that counts, on the way and on order", "value"])
    assert position == int(steps.loc["Available", "value"]) + int(steps.loc["Being received", "value"]) == 312
    assert int(steps.loc["Need", "value"]) == level - position
    assert int(steps.loc["Order", "value"]) == -(-(level - position) // 24) * 24
    assert steps["step"].tolist() == list(range(1, len(steps) + 1))


def test_the_weighted_chances_of_the_three_arrivals_give_the_service_level(facts: Any) -> None:
    note = _steps(facts.plan(), "KD-1").loc[LEVEL, "note"]
    terms = re.findall(r"([\d.]+) × ([\d.]+)", note)
    assert len(terms) == 3
    assert abs(sum(float(weight) * float(chance) for weight, chance in terms) - 0.90) < 1e-3


def test_dates_follow_from_the_days_beside_them(facts: Any, build: Any) -> None:
    steps = _steps(facts.but(closures=build.closures(("haina", "2026-02-07", "2026-03-04"))).plan(), "KD-1")
    ready = date.fromisoformat(steps.loc["The next order is ready on", "value"])
    days = int(steps.loc["Quality check", "value"]) + int(
        steps.loc["Hub to shelf, weighted by the countries' demand", "value"]
    )
    arrival = date.fromisoformat(steps.loc["The next order arrives on; stock must last until then", "value"])
    assert arrival == ready + timedelta(days=days)


def test_a_limit_that_bound_has_its_own_step_and_one_that_did_not_has_none(facts: Any, build: Any) -> None:
    tight = facts.but(
        suppliers=build.suppliers(weekly_capacity_units=480), policy=ReplenishmentPolicy(weekly_cash_minor=150_000)
    )
    explained = explain_replenishment(tight.plan())
    assert "After the supplier's weekly capacity" in set(explained["label"])
    assert "After this week's cash" in set(explained["label"])
    assert "After the supplier's joint minimum" not in set(explained["label"])


def test_money_names_the_rate_its_source_and_its_date(facts: Any, build: Any) -> None:
    orders = facts.but(products=build.products("KD-1", "PM-2", cost_currency="USD")).plan()
    steps = _steps(orders, "KD-1")
    assert steps.loc["Rate of exchange", ["value", "unit"]].tolist() == ["7.1", "CNY / USD"]
    assert "test" in steps.loc["Rate of exchange", "note"]
    assert "2025-11-24" in steps.loc["Rate of exchange", "note"]
    value = orders.set_index("sku").loc["KD-1", "value_base_minor"]
    assert steps.loc["Value of the order line", "value"] == f"{value / 100:.2f}"


def test_a_line_that_is_not_ordered_says_why(facts: Any, build: Any) -> None:
    orders = facts.but(stock=build.stock(("OLD-7", "SZ-HUB", "available", 3))).plan()
    steps = _steps(orders, "OLD-7")
    assert "The SKU is missing from the products file; nothing is ordered." in steps.index
    assert steps.loc["Order", "value"] == "0"
    assert not steps["value"].str.contains("NaT|nan").any()
    assert not steps["note"].str.contains("NaT|nan").any()


def test_no_orders_explain_to_an_empty_frame(facts: Any) -> None:
    assert len(explain_replenishment(facts.plan().iloc[:0])) == 0
