"""What an allocation may never do, whatever the night looks like."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.distribution import Allocation, verify_allocation
from skills.distribution.network import NoHub
from skills.distribution.policy import DistributionPolicy

NIGHTS = {
    "skus": st.integers(1, 6),
    "seed": st.integers(0, 10_000),
    "scarce": st.sampled_from([0.05, 0.3, 0.7, 2.0]),
    "volume": st.sampled_from([None, 0.05, 0.3]),
    "cash": st.sampled_from([None, 50_000, 400_000]),
    "least": st.sampled_from([0, 100_000]),
    "cartons": st.sampled_from([1, 2]),
}
relaxed = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def limit(world: Any, volume: float | None, cash: int | None, least: int = 0, cartons: int = 1, **more: Any) -> Any:
    lanes = world.lanes.assign(weekly_capacity_m3=np.nan if volume is None else volume)
    policy = DistributionPolicy(
        weekly_cash_minor=cash, minimum_shipment_minor=least, threshold_cartons=cartons, **more
    )
    return world.change(lanes=lanes, policy=policy)


def check(world: Any, allocation: Allocation) -> pd.DataFrame:
    return verify_allocation(
        allocation, world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.quote(),
        world.products, world.feeds, world.policy, pd.Timestamp("2025-11-24").date(),
    )  # fmt: skip


@pytest.mark.long
@relaxed
@given(**NIGHTS)
def test_an_allocation_keeps_every_limit_and_its_value_lies_below_the_bound(
    build: Callable[..., Any], skus: int, seed: int, scarce: float, volume: Any, cash: Any, least: int, cartons: int
) -> None:
    world = limit(build(skus, seed=seed, scarce=scarce), volume, cash, least, cartons)
    allocation = world.allocate()
    findings = check(world, allocation)
    assert findings.empty, findings.to_string()
    assert 0 <= allocation.value_base_minor <= allocation.bound_base_minor
    assert (allocation.lines["units"] % allocation.lines["cartons"] == 0).all()


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), volume=st.sampled_from([None, 0.1]), more=st.integers(1, 3))
def test_more_hub_stock_never_lowers_the_value(build: Callable[..., Any], seed: int, volume: Any, more: int) -> None:
    world = limit(build(3, seed=seed, scarce=0.2), volume, None, gap_percent="0")
    at_hub = world.stock["node"] == "HUB"
    richer = world.change(stock=world.stock.assign(units=world.stock["units"] * np.where(at_hub, 1 + more, 1)))
    assert richer.allocate().value_base_minor >= world.allocate().value_base_minor


@pytest.mark.long
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    volume=st.sampled_from([None, 0.08, 0.15]),
    cash=st.sampled_from([None, 30_000, 90_000]),
    least=st.sampled_from([0, 60_000]),
    cartons=st.sampled_from([1, 2]),
)
def test_the_integer_program_finds_what_trying_everything_finds(
    build: Callable[..., Any], seed: int, volume: Any, cash: Any, least: int, cartons: int
) -> None:
    world = limit(build(2, seed=seed, scarce=0.15), volume, cash, least, cartons, gap_percent="0")
    allocation = world.allocate()
    best = try_everything(world)
    if best is not None:
        assert allocation.value_base_minor == best
        assert allocation.bound_base_minor == best


def try_everything(world: Any) -> int | None:
    """Best value over all counts of cartons per slot; None where that would take too long."""
    free = world.change(
        lanes=world.lanes.assign(weekly_capacity_m3=np.nan),
        policy=DistributionPolicy(),
        stock=world.stock,
    ).allocate()
    quote = world.quote().set_index(["sku", "country", "lane"])
    slots = [
        (key, part["value_base_minor"].tolist()) for key, part in free.candidates.groupby(["sku", "country", "lane"])
    ]
    if np.prod([len(values) + 1.0 for _, values in slots]) > 2_000:
        return None
    carton = world.products.set_index("sku")["carton_units"]
    hub = world.stock[world.stock["node"] == "HUB"].set_index("sku")["units"]
    room = world.lanes.set_index("lane")["weekly_capacity_m3"]
    best = 0
    for counts in itertools.product(*(range(len(values) + 1) for _, values in slots)):
        used = dict.fromkeys(hub.index, 0)
        volume = dict.fromkeys(room.index, 0.0)
        landed = dict.fromkeys(room.index, 0)
        cash, value, possible = 0, 0, True
        for (key, values), count in zip(slots, counts, strict=True):
            if not count:
                continue
            sku, _, lane = key
            units = carton[sku]
            possible &= count >= world.policy.threshold_cartons
            used[sku] += count
            volume[lane] += count * round(quote.loc[key, "cm3"] * units)
            landed[lane] += count * round(quote.loc[key, "landed"] * units)
            cash += count * round(quote.loc[key, "cash"] * units)
            value += sum(values[:count])
        possible &= all(count <= hub[sku] // carton[sku] for sku, count in used.items())
        possible &= all(not volume[lane] > limit_m3 * 1e6 for lane, limit_m3 in room.items())
        possible &= all(not 0 < total < world.policy.minimum_shipment_minor for total in landed.values())
        possible &= world.policy.weekly_cash_minor is None or cash <= world.policy.weekly_cash_minor
        if possible:
            best = max(best, value)
    return best


def test_the_order_of_rows_changes_nothing(build: Callable[..., Any]) -> None:
    world = limit(build(5, seed=4), 0.3, 500_000)
    turned = world.change(
        **{
            name: getattr(world, name).iloc[::-1].reset_index(drop=True)
            for name in ("stock", "inbound", "nodes", "lanes", "forecast", "products", "sales")
        }
    )
    one, other = world.allocate(), turned.allocate()
    pd.testing.assert_frame_equal(one.lines, other.lines)
    assert one.bound_base_minor == other.bound_base_minor


def test_forty_skus_are_solved_within_the_gap(build: Callable[..., Any]) -> None:
    world = build(40, ("US", "DE", "GB", "FR", "JP", "CA"))
    allocation = limit(world, 0.8, 3_000_000).allocate()
    assert allocation.method == "integer program"
    assert float(allocation.gap_percent) <= 0.05


def test_above_the_limit_of_the_integer_program_prices_alone_still_give_a_bound(build: Callable[..., Any]) -> None:
    world = limit(build(12, seed=3), 0.4, 900_000, exact_below_skus=0)
    allocation = world.allocate()
    assert allocation.method == "multipliers"
    assert allocation.value_base_minor <= allocation.bound_base_minor
    assert check(world, allocation).empty


def test_without_any_shared_limit_the_split_is_proven_best(small: Any) -> None:
    allocation = small.allocate()
    assert allocation.value_base_minor == allocation.bound_base_minor
    assert allocation.gap_percent == "0.0000"


def test_a_stale_country_keeps_yesterdays_lines_first_and_gets_nothing_new(build: Callable[..., Any]) -> None:
    world = build(3, scarce=0.2)
    carton = int(world.products["carton_units"].iloc[0])
    held = pd.DataFrame({"sku": ["SKU-0000"], "country": ["DE"], "lane": ["DE-SEA"], "units": [carton]})
    stale = world.change(feeds=world.feeds.assign(stale=world.feeds["country"] == "DE"), held=held)
    allocation = stale.allocate()
    german = allocation.lines[allocation.lines["country"] == "DE"]
    assert german[["sku", "lane", "units", "held"]].to_numpy().tolist() == [["SKU-0000", "DE-SEA", carton, True]]
    assert check(stale, allocation).empty
    waiting = allocation.waiting[allocation.waiting["country"] == "DE"]
    assert waiting["reason"].str.startswith("The country's data is stale").all()
    assert "SKU-0000" not in set(waiting["sku"])


def test_kept_lines_never_take_more_than_the_hub_holds(small: Any) -> None:
    held = pd.DataFrame({"sku": ["SKU-0000"], "country": ["DE"], "lane": ["DE-SEA"], "units": [10**6]})
    stale = small.change(feeds=small.feeds.assign(stale=small.feeds["country"] == "DE"), held=held)
    assert check(stale, stale.allocate()).empty


def test_a_kept_line_whose_lane_is_gone_waits_with_its_reason(small: Any) -> None:
    held = pd.DataFrame({"sku": ["SKU-0000"], "country": ["DE"], "lane": ["DE-BOAT"], "units": [24]})
    stale = small.change(feeds=small.feeds.assign(stale=small.feeds["country"] == "DE"), held=held)
    waiting = stale.allocate().waiting
    assert ("SKU-0000", "DE") in set(zip(waiting["sku"], waiting["country"], strict=True))


def test_a_country_without_a_lane_waits_and_the_night_goes_on(small: Any) -> None:
    world = small.change(lanes=small.lanes[small.lanes["country"] == "US"])
    allocation = world.allocate()
    german = allocation.waiting[allocation.waiting["country"] == "DE"]
    assert set(german["reason"]) == {"No lane leads from a hub to {country}. Add one to lanes."}
    assert german["values"].iloc[0] == '{"country": "DE"}'
    assert len(allocation.lines)


def test_a_lane_to_an_unknown_node_waits_and_names_the_country(small: Any) -> None:
    world = small.change(nodes=small.nodes[small.nodes["node"] != "DE-FBA"])
    reasons = world.allocate().waiting.set_index("country")["reason"]
    assert set(reasons["DE"]) == {"The lane to {country} ends at a node that is not in nodes. Add the node."}


def test_a_night_without_any_lane_sends_nothing_and_says_why(small: Any) -> None:
    allocation = small.change(lanes=small.lanes.head(0)).allocate()
    assert allocation.lines.empty
    assert len(allocation.waiting) == 8
    assert (allocation.value_base_minor, allocation.bound_base_minor) == (0, 0)


def test_a_night_without_hub_stock_sends_nothing_and_says_why(small: Any) -> None:
    allocation = small.change(stock=small.stock[small.stock["node"] != "HUB"]).allocate()
    assert allocation.lines.empty
    assert set(allocation.waiting["reason"]) == {"The hub holds no full carton."}


def test_a_network_without_a_hub_is_refused_by_name(small: Any) -> None:
    with pytest.raises(NoHub, match="No node is a hub"):
        small.change(nodes=small.nodes[small.nodes["stage"] != "hub"]).quote()


def test_the_reserve_of_the_hub_stays_there(build: Callable[..., Any]) -> None:
    world = limit(build(3, scarce=0.1), None, None, hub_reserve_percent=50)
    allocation = world.allocate()
    at_hub = world.stock[world.stock["node"] == "HUB"].set_index("sku")["units"]
    sent = allocation.lines.groupby("sku")["units"].sum()
    assert (sent <= at_hub.reindex(sent.index) / 2).all()


def test_stock_of_one_hub_does_not_leave_from_another(small: Any) -> None:
    second = small.nodes.head(1).assign(node="HUB2")
    lanes = small.lanes.assign(from_node=np.where(small.lanes["country"] == "DE", "HUB2", "HUB"))
    allocation = small.change(nodes=pd.concat([small.nodes, second]), lanes=lanes).allocate()
    assert set(allocation.lines["country"]) <= {"US"}


def test_a_lane_that_is_slower_and_dearer_gets_nothing(small: Any) -> None:
    worse = small.lanes[small.lanes["lane"] == "US-SEA"].assign(
        lane="US-OLD", transit_days_p50=45, transit_days_p90=60, cost_per_m3_minor=200000
    )
    allocation = small.change(lanes=pd.concat([small.lanes, worse], ignore_index=True)).allocate()
    assert "US-OLD" not in set(allocation.slots.frame["lane"])


def test_air_is_flown_only_where_stock_runs_out_before_the_sea_arrives(build: Callable[..., Any]) -> None:
    world = build(1, ("US",), scarce=5.0)
    in_country = world.stock["node"] == "US-FBA"
    nothing = world.inbound.head(0)
    full = world.change(
        stock=world.stock.assign(units=np.where(in_country, 10_000, world.stock["units"])), inbound=nothing
    )
    empty = world.change(
        stock=world.stock.assign(units=np.where(in_country, 0, world.stock["units"])), inbound=nothing
    )
    assert full.allocate().lines.empty
    assert "US-AIR" in set(empty.allocate().lines["lane"])


def test_the_ranked_list_is_cut_where_the_cartons_stop(build: Callable[..., Any]) -> None:
    allocation = limit(build(8, seed=2, scarce=0.2), 0.3, None).allocate()
    ranked = allocation.ranked
    assert ranked["chosen"].sum() == min(150, allocation.lines["cartons"].sum())
    assert ranked["chosen"].is_monotonic_decreasing
    assert ranked["rank"].is_unique


def test_every_line_names_the_other_lane_and_keeping_it(small: Any) -> None:
    for options in small.allocate().lines["alternatives"]:
        assert [option["what"] for option in options] == ["send by another lane", "keep at the hub"]
        assert options[-1]["value_minor"] == 0
