"""The plan against velocity × days on the same stock, by the same value of a carton."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.distribution import compare_with_velocity
from skills.distribution.policy import DistributionPolicy

AS_OF = date(2025, 11, 24)


def compare(world: Any) -> pd.DataFrame:
    return compare_with_velocity(
        world.allocate(), world.sales, world.stock, world.nodes, world.lanes, world.quote(), world.feeds,
        world.policy, AS_OF,
    )  # fmt: skip


def one_sku(world: Any, hub: int, sold: dict[str, int], **policy: object) -> Any:
    """Cartons of ten by sea alone, nothing in the countries; so many units sold in the last 28 days."""
    sales = pd.DataFrame(
        {
            "sku": "SKU-0000",
            "country": list(sold),
            "day": pd.Timestamp("2025-11-10"),
            "units": list(sold.values()),
            "revenue_minor": [3000 * units for units in sold.values()],
            "currency": ["USD" if country == "US" else "EUR" for country in sold],
        }
    )
    return world.change(
        sales=sales,
        products=world.products[world.products["sku"] == "SKU-0000"].assign(carton_units=10),
        stock=pd.DataFrame({"sku": ["SKU-0000"], "node": ["HUB"], "state": ["available"], "units": [hub]}),
        inbound=world.inbound.head(0),
        lanes=world.lanes[world.lanes["mode"] == "sea"].reset_index(drop=True),
        policy=DistributionPolicy(**policy),
    )


def by_country(rows: pd.DataFrame) -> pd.Series:
    return rows[rows["sku"] == "SKU-0000"].set_index("country")["rule_units"]


def test_the_rule_covers_the_days_until_the_next_departure_arrives_and_the_safety_days(small: Any) -> None:
    """56 sold in 28 days: 2 a day. The next sea departure arrives 2 + 7 + 37 = 46 days from now; 14 more make 60."""
    rows = compare(one_sku(small, hub=1000, sold={"US": 56}))
    assert by_country(rows).to_dict()["US"] == 120
    assert by_country(compare(one_sku(small, 1000, {"US": 56}, velocity_safety_days=0))).to_dict()["US"] == 90


def test_when_the_hub_is_short_every_country_gets_the_same_share(small: Any) -> None:
    """12 and 6 cartons wanted, 9 at hand: two thirds to the one that wants two thirds."""
    rows = by_country(compare(one_sku(small, hub=90, sold={"US": 56, "DE": 28})))
    assert rows.to_dict() == {"US": 60, "DE": 30}


def test_the_rule_keeps_the_limits_that_the_plan_keeps(build: Callable[..., Any]) -> None:
    world = build(8, seed=3, scarce=1.0)
    lanes = world.lanes.assign(weekly_capacity_m3=0.1)
    tight = world.change(lanes=lanes, policy=DistributionPolicy(weekly_cash_minor=200_000))
    rows = compare(tight)
    sent = rows[rows["sku"] != "*"].merge(tight.products, on="sku")
    volume = sent["length_cm"] * sent["width_cm"] * sent["height_cm"] * sent["rule_units"] / 1e6
    assert (volume.groupby(sent["country"]).sum() <= 0.1 + 1e-9).all()
    assert rows["rule_units"].sum() > 0


def test_the_rows_add_up_and_the_regret_is_the_difference(build: Callable[..., Any]) -> None:
    world = build(8, ("US", "DE", "JP"), seed=5, scarce=1.0)
    rows = compare(world)
    total, countries = rows.iloc[-1], rows[(rows["sku"] == "*") & (rows["country"] != "*")]
    lines = rows[rows["sku"] != "*"]
    for name in ("units", "rule_units", "value_base_minor", "rule_value_base_minor", "regret_base_minor"):
        assert total[name] == countries[name].sum() == lines[name].sum()
    assert total["value_base_minor"] == world.allocate().value_base_minor
    assert (rows["regret_base_minor"] == rows["value_base_minor"] - rows["rule_value_base_minor"]).all()


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("scarce", [0.2, 1.0])
def test_without_shared_limits_the_rule_is_never_worth_more_than_the_plan(
    build: Callable[..., Any], seed: int, scarce: float
) -> None:
    assert compare(build(6, ("US", "DE", "JP"), seed=seed, scarce=scarce)).iloc[-1]["regret_base_minor"] >= 0


def test_charges_of_lanes_are_paid_on_both_sides(build: Callable[..., Any]) -> None:
    world = build(4, ("US", "DE"), seed=5, scarce=2.0)
    charged = world.change(lanes=world.lanes.assign(fixed_minor=np.where(world.lanes["mode"] == "sea", 1000, 0)))
    free, paid = compare(world).iloc[-1], compare(charged).iloc[-1]
    assert free["rule_value_base_minor"] - paid["rule_value_base_minor"] == 2000
    assert paid["value_base_minor"] == charged.allocate().value_base_minor


def test_a_stale_country_is_compared_on_neither_side(build: Callable[..., Any]) -> None:
    world = build(4, seed=2)
    stale = world.change(feeds=world.feeds.assign(stale=world.feeds["country"] == "DE"))
    assert "DE" not in set(compare(stale)["country"])


def test_the_order_of_rows_changes_nothing(build: Callable[..., Any]) -> None:
    world = build(5, seed=4, scarce=0.4)
    turned = world.change(sales=world.sales.iloc[::-1], stock=world.stock.iloc[::-1], nodes=world.nodes.iloc[::-1])
    pd.testing.assert_frame_equal(compare(world), compare(turned))


def test_a_seller_without_sales_sends_nothing_by_the_rule(small: Any) -> None:
    quiet = small.change(sales=small.sales.assign(day=pd.Timestamp("2025-01-06")))
    assert compare(quiet)["rule_units"].sum() == 0
    assert np.isfinite(compare(quiet)["regret_base_minor"]).all()


def test_the_rule_too_keeps_what_a_lane_carries_by_weight_and_what_it_takes_at_least(
    build: Callable[..., Any],
) -> None:
    world = build(6, seed=2, scarce=2.0)
    free = compare(world)["rule_units"].iloc[-1]
    heavy = compare(world.change(lanes=world.lanes.assign(weekly_capacity_kg=60.0)))["rule_units"].iloc[-1]
    least = compare(world.change(lanes=world.lanes.assign(minimum_cartons=10_000)))["rule_units"].iloc[-1]
    assert least == 0 < heavy < free
