"""Limits of every kind and charges paid once, from the seller's tables to the checked plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.distribution import Allocation, verify_allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import NotANumber

relaxed = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(world: Any, allocation: Allocation, contribution: pd.DataFrame | None = None) -> str:
    quoted = world.quote() if contribution is None else contribution
    return verify_allocation(
        allocation, world.stock, world.inbound, world.nodes, world.lanes, world.forecast, quoted,
        world.products, world.feeds, world.policy, date(2025, 11, 24),
    ).to_string()  # fmt: skip


def used(allocation: Allocation, kind: str) -> pd.Series:
    rows = allocation.limits[allocation.limits["limit"] == kind]
    return rows.set_index("subject")["used"]


SOUND = "Empty DataFrame\nColumns: [check, subject, expected, found]\nIndex: []"


def test_a_lane_is_full_by_weight_before_it_is_by_volume(build: Callable[..., Any]) -> None:
    world = build(6, seed=2, scarce=2.0)
    heavy = world.change(lanes=world.lanes.assign(weekly_capacity_m3=50.0, weekly_capacity_kg=60.0))
    allocation = heavy.allocate()
    assert check(heavy, allocation) == SOUND
    assert (used(allocation, "lane weight") <= 60_000).all()
    assert allocation.lines.groupby("lane")["weight_kg"].sum().max() <= 60
    assert "lane weight" in set(allocation.lines["capped_by"])
    assert allocation.value_base_minor < world.allocate().value_base_minor


def test_what_a_node_receives_is_shared_by_all_lanes_to_it(build: Callable[..., Any]) -> None:
    world = build(6, seed=2, scarce=2.0)
    small = world.change(
        nodes=world.nodes.assign(weekly_capacity_m3=np.where(world.nodes["country"] == "DE", 0.2, np.nan))
    )
    allocation = small.allocate()
    assert check(small, allocation) == SOUND
    by_country = allocation.lines.groupby("country")["volume_m3"].sum()
    assert by_country["DE"] <= 0.2 < by_country["US"]
    assert used(allocation, "received volume").index.tolist() == ["DE-FBA"]


@pytest.mark.parametrize("below", [0, 500], ids=["prices", "program"])
def test_a_country_is_entered_only_where_its_cartons_earn_the_cost(build: Callable[..., Any], below: int) -> None:
    world = build(5, seed=3)
    world = world.change(policy=DistributionPolicy(exact_below_skus=below, gap_percent="0"))
    free = world.allocate()
    german = int(free.lines.loc[free.lines["country"] == "DE", "value_base_minor"].sum())
    american = int(free.lines.loc[free.lines["country"] == "US", "value_base_minor"].sum())
    assert german > 0 and american > 0
    for cost, entered in ((1, True), (german + american, False)):
        quoted = world.quote()
        quoted["entry_cost_base_minor"] = np.where(quoted["country"] == "DE", cost, 0)
        allocation = world.allocate(quoted)
        assert ("DE" in set(allocation.lines["country"])) is entered
        assert check(world, allocation, quoted) == SOUND
        assert allocation.charges.set_index("subject")["paid"].to_dict() == {"DE": entered}
        assert allocation.value_base_minor == allocation.lines["value_base_minor"].sum() - cost * entered


@relaxed
@given(seed=st.integers(0, 10_000), fixed=st.integers(0, 3_000_00), volume=st.sampled_from([np.nan, 0.3]),
       below=st.sampled_from([0, 500]))  # fmt: skip
@pytest.mark.long
def test_a_fixed_charge_is_paid_once_and_the_bound_counts_it(
    build: Callable[..., Any], seed: int, fixed: int, volume: float, below: int
) -> None:
    world = build(3, seed=seed, scarce=0.4)
    world = world.change(
        lanes=world.lanes.assign(fixed_minor=fixed, weekly_capacity_m3=volume, weekly_capacity_kg=400.0),
        policy=DistributionPolicy(exact_below_skus=below),
    )
    allocation = world.allocate()
    assert check(world, allocation) == SOUND
    paid = allocation.charges.loc[allocation.charges["paid"].astype("bool"), "cost_base_minor"].sum()
    assert allocation.value_base_minor == allocation.lines["value_base_minor"].sum() - paid
    assert allocation.value_base_minor >= 0


@relaxed
@given(seed=st.integers(0, 10_000), more=st.integers(1, 6))
@pytest.mark.long
def test_a_higher_duty_never_raises_a_countrys_share(build: Callable[..., Any], seed: int, more: int) -> None:
    world = build(1, seed=seed, scarce=0.3)
    world = world.change(policy=DistributionPolicy(gap_percent="0", hub_option_percent=0))
    quoted = world.quote()
    german = (quoted["country"] == "DE").to_numpy()
    duty = np.where(german, quoted["duty"] * more, 0.0)
    dearer = quoted.assign(contribution=quoted["contribution"] - duty, cash=quoted["cash"] + duty)
    assert share(world.allocate(dearer)) <= share(world.allocate(quoted))


def share(allocation: Allocation) -> int:
    return int(allocation.lines.loc[allocation.lines["country"] == "DE", "units"].sum())


def test_twice_the_units_in_cartons_of_twice_the_size_is_twice_the_plan(build: Callable[..., Any]) -> None:
    world = build(4, seed=6)
    quoted = world.quote()
    names = [name for name in world.forecast.columns if name.startswith(("cum_", "p", "mean"))]
    doubled = world.change(
        stock=world.stock.assign(units=world.stock["units"] * 2),
        inbound=world.inbound.assign(units=world.inbound["units"] * 2),
        forecast=world.forecast.assign(**{name: world.forecast[name] * 2 for name in names}),
        products=world.products.assign(carton_units=world.products["carton_units"] * 2),
    )
    one, two = world.allocate(quoted), doubled.allocate(quoted.assign(carton_units=quoted["carton_units"] * 2))
    keys = ["sku", "country", "lane", "cartons"]
    pd.testing.assert_frame_equal(one.lines[keys], two.lines[keys])
    assert (two.lines["units"] == 2 * one.lines["units"]).all()


def test_without_any_demand_nothing_leaves(build: Callable[..., Any]) -> None:
    world = build(2)
    names = [name for name in world.forecast.columns if name.startswith(("cum_", "p", "mean"))]
    allocation = world.change(forecast=world.forecast.assign(**dict.fromkeys(names, 0.0))).allocate()
    assert allocation.lines.empty
    assert (allocation.value_base_minor, allocation.bound_base_minor) == (0, 0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize(("table", "column"), [("stock", "units"), ("inbound", "units"), ("forecast", "cum_p90")])
def test_what_is_not_a_number_is_refused_by_name(small: Any, table: str, column: str, wrong: float) -> None:
    frame = getattr(small, table).copy()
    quoted = small.quote()
    frame[column] = frame[column].astype("float64")
    frame.loc[frame.index[0], column] = wrong
    with pytest.raises(NotANumber, match=f"{table}: {column} of SKU-0000 is (nan|inf) in 1 rows"):
        small.change(**{table: frame}).allocate(quoted)


def test_an_infinite_contribution_is_refused_by_name(small: Any) -> None:
    quoted = small.quote()
    quoted.loc[0, "contribution"] = np.inf
    with pytest.raises(NotANumber, match="contribution: contribution of SKU-0000 is inf"):
        small.allocate(quoted)
