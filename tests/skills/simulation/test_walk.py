"""The walk keeps every unit, never looks ahead, and gives the same answer for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.simulation import race_policies
from skills.simulation.engine import sell_week
from skills.simulation.plan import Run
from skills.simulation.policy import SimulationPolicy
from skills.simulation.pooling import hub_stock, scattered_stock
from skills.simulation.rivals import min_max, reorder_point, velocity_times_days
from skills.simulation.score import MONEY, score_pairs, score_skus
from skills.simulation.small import build_small_world
from skills.simulation.tuning import spread_parameters
from skills.simulation.world import Arrivals, Contender, Decision, Policy, Seen, UnsoundDecision, UnusableWorld, World

POLICY = SimulationPolicy(split_orders_percent=50, short_weeks_percent=50)
RULES: dict[str, Callable[[World], Policy]] = {
    "velocity": lambda _: velocity_times_days(POLICY),
    "min_max": lambda _: min_max(POLICY),
    "s_S": lambda world: reorder_point(spread_parameters(world.facts, ((1.0, 14, 7),) * 3)),
    "hub": lambda _: hub_stock(1.0, 1.0),
    "scattered": lambda _: scattered_stock(1.0),
}


def make_world(seed: int, weeks: int = 6, lost_percent: int = 100) -> World:
    """Four SKUs in two countries, lumpy demand, cartons of six, a supplier with little capacity."""
    stream = np.random.Generator(np.random.PCG64(seed))
    pairs = [(sku, country) for sku in range(4) for country in range(2)]
    lumpy = stream.integers(0, 4, (8, 91 + 7 * weeks)) * stream.integers(0, 2, (8, 91 + 7 * weeks))
    world = build_small_world(
        demand=lumpy[:, 91:].tolist(), past=lumpy[:, :91].tolist(), pairs=pairs, carton=6,
        hub=stream.integers(0, 60, 4).tolist(), forward=stream.integers(0, 30, 8).tolist(),
        transit_days=9, made_days=12, lost_percent=lost_percent,
    )  # fmt: skip
    lanes = np.array([[6, 9, 15], [4, 5, 9]], dtype=np.int64)
    facts = replace(
        world.facts, weekly_capacity=np.array([40]), joint_moq=np.array([24]), lane_days=lanes,
        made_days=np.array([[8, 12, 20]]), deposit_percent=np.array([30]), order_cash=20_000, shipping_cash=3_000,
    )  # fmt: skip
    on_way = Arrivals(np.array([0, 1, 1]), np.array([12, 6, 6]), np.array([3, 10, 200]))
    return replace(world, facts=facts, to_hub=on_way, to_forward=on_way)


def race(world: World, *names: str) -> dict[str, Run]:
    found = [Contender(name, lambda name=name: RULES[name](world)) for name in names]  # type: ignore[misc]
    return {name: runs[0] for name, runs in race_policies(world, found, POLICY).items()}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(RULES)), lost=st.sampled_from([0, 35, 100]))
def test_no_unit_is_lost_or_made_on_the_way(seed: int, name: str, lost: int) -> None:
    world = make_world(seed, lost_percent=lost)
    run, facts = race(world, name)[name], world.facts
    opening = world.hub + facts.sum_skus(world.forward)
    np.add.at(opening, world.to_hub.place, world.to_hub.units)
    np.add.at(opening, facts.pair_sku[world.to_forward.place], world.to_forward.units)
    closing = run.hub + facts.sum_skus(run.forward + run.transit) + run.on_order
    assert (opening + run.ordered == facts.sum_skus(run.sold) + closing).all()
    assert min(run.hub.min(), run.forward.min(), run.transit.min(), run.on_order.min()) >= 0
    assert (run.sold <= run.demand).all()
    score, pairs = score_skus(world, run, 10), score_pairs(world, run)
    assert (score["profit"] == score["net_sales"] - score[list(MONEY[1:-1])].sum(axis=1)).all()
    for amount in ("net_sales", "freight", "fulfilment"):
        assert score[amount].sum() == pairs[amount].sum()


@pytest.mark.parametrize("name", sorted(RULES))
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), week=st.integers(1, 5))
def test_what_happens_later_changes_no_earlier_decision(name: str, seed: int, week: int) -> None:
    world = make_world(seed)
    demand = world.demand.copy()
    demand[:, 7 * week :] = 17
    as_it_was, changed = (race(replace(world, demand=table), name)[name] for table in (world.demand, demand))
    for before, after in zip(as_it_was.decisions[: week + 1], changed.decisions[: week + 1], strict=True):
        assert (before.order_units == after.order_units).all()
        assert before.ship_pair.tolist() == after.ship_pair.tolist()
        assert before.ship_units.tolist() == after.ship_units.tolist()
    assert as_it_was.weekly_sold[:week].tolist() == changed.weekly_sold[:week].tolist()


def test_the_same_seed_gives_the_same_digest_and_another_seed_another_course() -> None:
    world = make_world(3, weeks=12)
    first, second = race(world, "velocity")["velocity"], race(world, "velocity")["velocity"]
    assert first.digest == second.digest
    other = POLICY.model_copy(update={"seed": 5})
    moved = race_policies(world, [Contender("v", lambda: RULES["velocity"](world))], other)["v"][0]
    assert moved.digest != first.digest


def test_a_policy_that_orders_nothing_sells_what_lay_there_and_ties_up_nothing_more() -> None:
    world = build_small_world(demand=[2] * 14, hub=[0], forward=[5])
    run = race_policies(world, [Contender("idle", lambda: lambda _seen: Decision())], POLICY)["idle"][0]
    assert run.sold.tolist() == [5]
    assert int(run.ordered.sum()) == int(run.hub_unit_days.sum()) == int(run.on_order.sum()) == 0
    empty = replace(world, forward=np.zeros(1, dtype=np.int64))
    nothing = race_policies(empty, [Contender("idle", lambda: lambda _seen: Decision())], POLICY)["idle"][0]
    score = score_skus(empty, nothing, 52)
    assert score[["capital_days", "dead", "profit", "sold"]].to_numpy().tolist() == [[0, 0, 0, 0]]


def test_a_policy_cannot_ship_more_than_the_hub_holds_nor_change_what_lies_there() -> None:
    world = build_small_world(demand=[1] * 14, hub=[3], forward=[0])
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(UnsoundDecision, match="S0"):
        race_policies(world, [Contender("greedy", lambda: lambda _seen: Decision(
            ship_pair=one, ship_lane=one, ship_units=one + 4))], POLICY)  # fmt: skip

    def forge(seen: Seen) -> Decision:
        seen.forward[:] = 99
        with pytest.raises(ValueError, match="read-only"):
            seen.sold[:] = 99
        return Decision()

    run = race_policies(world, [Contender("forger", lambda: forge)], POLICY)["forger"][0]
    assert run.sold.tolist() == [0]


def test_buyers_who_wait_are_served_when_stock_comes() -> None:
    demand = [4, *[0] * 13]
    world = build_small_world(demand=demand, hub=[8], forward=[0], transit_days=7, lost_percent=50)
    sent = np.zeros(1, dtype=np.int64)
    policy = lambda seen: Decision(ship_pair=sent, ship_lane=sent, ship_units=seen.hub.copy())  # noqa: E731
    run = race_policies(world, [Contender("late", lambda: policy)], POLICY)["late"][0]
    assert run.weekly_sold.tolist() == [0, 2]


def test_a_world_that_does_not_fit_is_refused_by_name() -> None:
    world = build_small_world(demand=[1] * 14, hub=[3], forward=[0])
    for change, name in ({"demand": world.demand[:, :7]}, "demand"), ({"forward": np.array([-1])}, "forward"):
        with pytest.raises(UnusableWorld, match=name):
            race_policies(replace(world, **change), [], POLICY)


def plain_week(state: list[list[int]], arriving: Any, demand: Any, lost: int) -> tuple[Any, Any, Any]:
    """The compiled loop in plain Python."""
    sold, out = np.zeros(arriving.shape, dtype=np.int64), np.zeros(arriving.shape, dtype=np.bool_)
    lying = [0] * len(arriving)
    for pair, (stock, queue, rest) in enumerate(state):
        for day in range(7):
            stock += int(arriving[pair, day])
            late = min(queue, stock)
            now = min(int(demand[pair, day]), stock - late)
            more, rest = divmod(rest + (int(demand[pair, day]) - now) * (100 - lost), 100)
            stock, queue = stock - late - now, queue - late + more
            sold[pair, day], out[pair, day] = late + now, stock == 0
            lying[pair] += stock
        state[pair] = [stock, queue, rest]
    return sold, out, np.array(lying)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 100_000), lost=st.integers(0, 100))
def test_the_compiled_week_is_the_plain_one(seed: int, lost: int) -> None:
    stream = np.random.Generator(np.random.PCG64(seed))
    state = stream.integers(0, 12, (5, 3))
    arriving, demand = stream.integers(0, 4, (2, 5, 7))
    expected = [row.tolist() for row in state]
    sold, out, lying = plain_week(expected, arriving, demand, lost)
    stock, queue, rest = (state[:, column].copy() for column in range(3))
    got_sold, got_out, got_lying = np.zeros_like(sold), np.zeros_like(out), np.zeros(5, dtype=np.int64)
    sell_week(stock, queue, rest, arriving, demand, lost, got_sold, got_out, got_lying)
    assert np.array_equal(got_sold, sold)
    assert np.array_equal(got_out, out)
    assert np.array_equal(got_lying, lying)
    assert np.stack([stock, queue, rest], axis=1).tolist() == expected
