"""What sells too rarely is not bought to the service level: no carton that would lie beyond the most cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.replenishment import explain_replenishment
from skills.replenishment.limits import JOINT_MOQ, MOST_COVER
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.reasons import LIES_TOO_LONG, SHORT
from skills.replenishment.steps import say_number


def order(facts: Any, build: Any, weekly: float, spread: float, weeks: int | None, **product: Any) -> pd.Series:
    rare = facts.but(
        forecast=build.forecast({("KD-1", "US"): weekly}, spread=spread),
        products=build.products("KD-1", **product),
        policy=ReplenishmentPolicy(most_safety_weeks=weeks),
    )
    return rare.plan().iloc[0]


def test_a_carton_of_what_sells_too_rarely_is_not_ordered(facts: Any, build: Any) -> None:
    # a unit in two weeks, once in a while a dozen: the 90 % quantile asks for a carton that would last a year
    row = order(facts, build, 0.5, 8.0, 8)
    assert (row["order_units"], row["reason"], row["capped_by"]) == (0, LIES_TOO_LONG, MOST_COVER)
    without = order(facts, build, 0.5, 8.0, None)
    assert without["order_units"] == without["carton_units"] == 24
    assert without["order_up_to"] == row["order_up_to"], "the level stays what it is; the carton is left"


def test_what_sells_steadily_is_not_touched(facts: Any, build: Any) -> None:
    row, without = (order(facts, build, 60.0, 0.3, weeks) for weeks in (8, None))
    assert row["order_units"] == without["order_units"] > 0
    assert row["reason"] == SHORT


def test_the_explanation_shows_what_is_expected_to_be_sold(facts: Any, build: Any) -> None:
    row = order(facts, build, 3.0, 4.0, 2, carton_units=6)
    assert 0 < row["order_units"] < row["raw_need"]
    steps = explain_replenishment(pd.DataFrame([row])).set_index("label")
    shown = steps.loc["Expected to be sold within the most cover, in full cartons"]
    assert int(shown["value"]) == row["order_units"]
    assert f"/ 6⌋ = {row['order_units'] // 6}" in shown["note"]
    assert "Rounded up to full cartons" not in steps.index


def test_the_distance_to_no_order_knows_the_most_cover(facts: Any, build: Any) -> None:
    row = order(facts, build, 3.0, 4.0, 2, carton_units=6)
    change = 1 + row["flip_demand_percent"] / 100
    assert order(facts, build, 3.0 * change, 4.0, 2, carton_units=6)["order_units"] == 0
    assert order(facts, build, 3.0 * (change + 0.002), 4.0, 2, carton_units=6)["order_units"] > 0


def test_the_distance_to_an_order_knows_the_most_cover(facts: Any, build: Any) -> None:
    """Enough is there by both measures; a little more demand asks for a unit of a carton that would lie for years."""
    stock = build.stock(("KD-1", "SZ-HUB", "available", 40))
    row = order(facts.but(stock=stock), build, 0.5, 8.0, 8)
    assert (row["order_units"], row["raw_need"]) == (0, 0)
    change = 1 + row["flip_demand_percent"] / 100
    for times, wanted in ((change - 0.01, False), (change + 0.001, True)):
        moved = order(facts.but(stock=stock), build, 0.5 * times, 8.0, 8)
        assert bool(moved["order_units"] > 0) is wanted


def test_what_a_minimum_adds_to_is_not_said_to_lie_too_long(facts: Any, build: Any) -> None:
    one = facts.but(stock=build.stock())
    row = order(one, build, 3.0, 4.0, 2, carton_units=6)
    assert row["reason"] == LIES_TOO_LONG
    minimum = build.suppliers(joint_moq_units=int(row["order_units"]) + 6)
    filled = order(one.but(suppliers=minimum), build, 3.0, 4.0, 2, carton_units=6)
    assert (filled["order_units"], filled["capped_by"]) == (row["order_units"] + 6, JOINT_MOQ)
    assert filled["reason"] == SHORT


def test_the_explanation_of_the_distance_is_its_own_arithmetic(facts: Any, build: Any) -> None:
    row = order(facts, build, 3.0, 4.0, 2, carton_units=6)
    steps = explain_replenishment(pd.DataFrame([row])).set_index("label")
    shown = steps.loc["Change of demand that would reverse this"]
    assert shown["note"] == f"({row['position']} + 6) / {say_number(row['most_level'])} − 1"


@given(st.floats(0.05, 30.0), st.floats(0.0, 8.0), st.integers(1, 40), st.integers(0, 60), st.integers(1, 30))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_more_weeks_never_order_less_and_each_carton_is_expected_to_be_sold(
    facts: Any, build: Any, weekly: float, spread: float, carton: int, weeks: int, more: int
) -> None:
    few, many, all_of_it = (
        order(facts, build, weekly, spread, limit, carton_units=carton) for limit in (weeks, weeks + more, None)
    )
    assert few["order_units"] <= many["order_units"] <= all_of_it["order_units"]
    assert few["position"] + few["order_units"] <= np.round(few["most_level"], 4) + 1e-4 or few["order_units"] == 0
