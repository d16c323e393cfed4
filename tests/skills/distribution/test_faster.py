"""Two lanes of one SKU and country: what the faster brings too much is not needed again from the slower."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.distribution import verify_allocation
from skills.distribution.need import add_arrivals, find_windows
from skills.distribution.policy import DistributionPolicy
from skills.distribution.revalue import Inputs, value_plans

AS_OF = date(2025, 11, 24)


def two_lanes(world: Any, carton: int, slow_days: int = 14) -> Any:
    """One SKU in the US, ten a week for certain, nothing there; air arrives after 7 days, sea after 14, both weekly.

    All that comes before the air is lost: it finds ten of need until the sea arrives, the sea ten of its own week.
    """
    weeks = range(1, 21)
    names = ("mean", "p10", "p50", "p75", "p90", "p98")
    forecast = pd.DataFrame(
        {
            "sku": "SKU-0000",
            "country": "US",
            "weeks_ahead": weeks,
            "week": pd.date_range(AS_OF, periods=20, freq="7D"),
            **{f"cum_{name}": [10.0 * week for week in weeks] for name in names},
        }
    )
    lanes = world.lanes[world.lanes["country"] == "US"].assign(cutoff_weekday=-1)
    days = np.where(lanes["mode"] == "air", 7, slow_days)
    lanes = lanes.assign(transit_days_p10=days, transit_days_p50=days, transit_days_p90=days)
    return world.change(
        forecast=forecast,
        lanes=lanes.reset_index(drop=True),
        stock=pd.DataFrame({"sku": ["SKU-0000"], "node": ["HUB"], "state": ["available"], "units": [600]}),
        inbound=world.inbound.head(0),
        products=world.products[world.products["sku"] == "SKU-0000"].assign(carton_units=carton),
        policy=DistributionPolicy(holding_percent_per_year=0),
    )


def sent(world: Any) -> dict[str, int]:
    lines = world.allocate().lines
    return dict(zip(lines["mode"], lines["units"], strict=True))


def added_value(world: Any, lines: pd.DataFrame) -> int:
    """What the plan's own cartons are worth together, without the search's code."""
    quote = world.quote()
    here = Inputs(
        world.stock,
        world.inbound,
        world.nodes,
        world.lanes,
        world.forecast,
        quote,
        world.products,
        world.policy,
        AS_OF,
    )
    found = value_plans({"plan": lines, "nothing": lines.head(0)}, {"here": here})
    return found["plan"]["here"] - found["nothing"]["here"]


def test_lanes_whose_cartons_just_fit_their_windows_are_both_used(small: Any) -> None:
    assert sent(two_lanes(small, carton=10)) == {"air": 10, "sea": 10}


def test_what_the_faster_lane_brings_too_much_is_not_sent_again_by_the_slower(small: Any) -> None:
    """A carton of twenty by air serves both weeks; the sea is left with nothing to do, or the air is."""
    units = sent(two_lanes(small, carton=20))
    assert sum(units.values()) == 20


def test_the_need_behind_a_faster_lane_is_what_it_leaves(small: Any) -> None:
    """Air brings 15 on day 7: 10 are sold until day 14, 5 are left for the ten of the week after."""
    allocation = two_lanes(small, carton=15).allocate()
    slots = allocation.slots
    sea, air = (int(np.flatnonzero(slots.frame["mode"] == mode)[0]) for mode in ("sea", "air"))
    assert slots.frame["planned_cartons"].iloc[air] == 1
    assert slots.frame["planned_cartons"].iloc[sea] == -1
    assert slots.frame["faster_units"].tolist()[sea] == 15
    assert slots.needs_alone[1, sea, 1:6] == pytest.approx([10.0] * 5)
    assert slots.needs[1, sea, 1:6] == pytest.approx([5.0] * 5)
    assert slots.frame["at_arrival"].iloc[sea] == pytest.approx(0.0)  # mean stock: 15 − 14 days of demand


def test_further_arrivals_count_like_inbound() -> None:
    coming = pd.DataFrame({"pair": [0, 0], "day": [3, 20], "units": [4, 9]})
    both = pd.DataFrame({"pair": [0, 0, 0], "day": [3, 9, 20], "units": [4, 7, 9]})
    at, start, ends = np.array([0]), np.array([12.0]), np.full((3, 1), 40.0)
    one = find_windows(at, start, ends, np.array([5.0]), coming, 1)
    other = find_windows(at, start, ends, np.array([5.0]), both, 1)
    found = add_arrivals(one, np.array([0]), np.array([9.0]), np.array([7]))
    for name in ("event_window", "event_day", "event_before", "event_units"):
        assert getattr(found, name).tolist() == getattr(other, name).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_never_claims_more_than_its_cartons_are_worth_together(build: Callable[..., Any], seed: int) -> None:
    world = build(4, seed=seed, scarce=2.0)
    empty = world.stock.assign(units=np.where(world.stock["node"] == "HUB", world.stock["units"], 0))
    hungry = world.change(
        stock=empty, lanes=world.lanes.assign(cost_per_kg_minor=world.lanes["cost_per_kg_minor"] / 4)
    )
    allocation = hungry.allocate()
    assert allocation.lines.groupby(["sku", "country"])["lane"].nunique().max() == 2
    rounding = int(allocation.lines["cartons"].sum()) + 1
    assert allocation.value_base_minor <= added_value(hungry, allocation.lines) + rounding


def test_the_check_finds_a_faster_line_that_slower_ones_do_not_count_with(small: Any) -> None:
    world = two_lanes(small, carton=15)
    allocation = world.allocate()
    lines = allocation.lines.copy()
    lines.loc[lines["mode"] == "air", ["cartons", "units"]] *= 2
    findings = verify_allocation(
        replace(allocation, lines=lines), world.stock, world.inbound, world.nodes, world.lanes, world.forecast,
        world.quote(), world.products, world.feeds, world.policy, AS_OF,
    )  # fmt: skip
    assert "no more by a faster lane than slower ones count with" in set(findings["check"])


def test_one_lane_alone_has_no_such_limit(build: Callable[..., Any]) -> None:
    world = build(3, seed=2)
    sea = world.change(lanes=world.lanes[world.lanes["mode"] == "sea"].reset_index(drop=True))
    frame = sea.allocate().slots.frame
    assert (frame["planned_cartons"] == -1).all()
    assert (frame["faster_units"] == 0).all()
    assert (frame["at_arrival"] == frame["at_arrival_alone"]).all()
