"""Bound and plan of posed problems against trying every plan: limits of any kind, charges paid once, least lots."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.distribution.bound import lower_bound
from skills.distribution.policy import DistributionPolicy
from skills.distribution.problem import Problem, TooLarge
from skills.distribution.search import find_plan
from skills.distribution.solve import solve

EXACT = DistributionPolicy(gap_percent="0")
PRICES = DistributionPolicy(exact_below_skus=0)


def draw_problem(seed: int, charged: bool = True, least: bool = True) -> Problem:
    """Three pools, three lanes into two countries, four limits; few enough cartons to try every plan."""
    draw = np.random.default_rng(seed)
    pools, lanes = 3, 3
    slots = pools * lanes
    count = draw.integers(0, 3, slots)
    values = [np.sort(draw.integers(50, 1000, size))[::-1] for size in count]
    lane = np.tile(np.arange(lanes), pools)
    country = np.array([0, 1, 1])[lane]
    volume, cash = draw.integers(1, 9, pools).repeat(lanes), draw.integers(10, 90, slots)
    limit = np.stack([np.where(lane < 2, lane, -1), 2 + 0 * lane, np.full(slots, 3)], axis=1)
    charges = draw.integers(0, 600, 5) if charged else np.zeros(5, dtype="int64")
    gate = np.stack([lane, 3 + country], axis=1)
    return Problem(
        value=np.concatenate([np.zeros(0, dtype="int64"), *values]).astype("int64"),
        begin=np.concatenate([[0], np.cumsum(count)]),
        pool=np.repeat(np.arange(pools), lanes),
        pool_cartons=draw.integers(0, 5, pools),
        limit=limit,
        use=np.stack([volume, volume * 3, cash], axis=1),
        limits=np.array([draw.integers(4, 30), draw.integers(4, 30), draw.integers(20, 90), draw.integers(80, 400)]),
        names=(("lane volume", "A"), ("lane volume", "B"), ("received volume", "N"), ("weekly cash", "")),
        gate=np.where(charges[gate] > 0, gate, -1),
        charges=charges,
        shipment=lane,
        amount=np.ones((slots, 1), dtype="int64"),
        least=draw.integers(0, 3, (lanes, 1)) if least else np.zeros((lanes, 1), dtype="int64"),
        least_cartons=1,
    )


def try_everything(problem: Problem) -> int:
    best = 0
    for plan in itertools.product(*(range(count + 1) for count in np.diff(problem.begin).tolist())):
        counts = np.array(plan)
        lots = np.bincount(problem.shipment, weights=counts, minlength=3)
        if keeps(problem, counts) and not ((lots > 0) & (lots < problem.least[:, 0])).any():
            best = max(best, problem.worth(counts))
    return best


def keeps(problem: Problem, counts: np.ndarray) -> bool:
    return bool((problem.room(counts) >= 0).all() and (problem.left(counts) >= 0).all())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_program_pays_a_charge_only_where_the_best_of_all_plans_does(seed: int) -> None:
    problem = draw_problem(seed)
    best = try_everything(problem)
    solution = solve(problem, 3, EXACT)
    counts, priced, bound = solution.counts, solution.priced, solution.bound
    assert keeps(problem, counts)
    assert problem.worth(counts) == best == bound
    assert priced.bound >= best


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_prices_alone_bound_every_plan_and_give_one_that_keeps_all_limits(seed: int) -> None:
    problem = draw_problem(seed)
    solution = solve(problem, 3, PRICES)
    counts, bound = solution.counts, solution.bound
    assert keeps(problem, counts)
    assert 0 <= problem.worth(counts) <= try_everything(problem) <= bound


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_parts_of_all_plans_share_none_and_leave_none_out(seed: int) -> None:
    parts = solve(draw_problem(seed), 3, DistributionPolicy(exact_below_skus=0, gap_percent="0")).parts
    assert sum(2.0 ** -len(part.shut | part.paid) for part in parts) == 1
    assert all(one.shut & other.paid or one.paid & other.shut for one, other in itertools.combinations(parts, 2))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_without_shared_limits_the_bound_with_charges_is_the_best_plan(seed: int) -> None:
    problem = draw_problem(seed, least=False)
    loose = replace(problem, limits=problem.limits + 10**6)
    assert lower_bound(loose).bound == try_everything(loose)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), more=st.integers(1, 4), charged=st.booleans())
def test_more_at_the_hub_never_lowers_the_best_value(seed: int, more: int, charged: bool) -> None:
    problem = draw_problem(seed, charged)
    richer = replace(problem, pool_cartons=problem.pool_cartons + more)
    value, new_value = (one.worth(solve(one, 3, EXACT).counts) for one in (problem, richer))
    assert new_value >= value


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), times=st.integers(2, 5))
def test_scaling_what_cartons_take_and_limits_hold_changes_no_plan(seed: int, times: int) -> None:
    problem = draw_problem(seed)
    scaled = replace(problem, use=problem.use * times, limits=problem.limits * times)
    assert scaled.worth(solve(scaled, 3, EXACT).counts) == problem.worth(solve(problem, 3, EXACT).counts)


def test_a_problem_without_a_carton_has_an_empty_plan() -> None:
    problem = draw_problem(1).without(np.ones(9, dtype="bool"))
    solution = solve(problem, 3, EXACT)
    counts, bound = solution.counts, solution.bound
    assert (int(counts.sum()), bound) == (0, 0)


@pytest.mark.parametrize("part", ["value", "use", "limits"])
def test_numbers_beyond_counting_are_refused_by_name(part: str) -> None:
    problem = draw_problem(2)
    with pytest.raises(TooLarge, match="expected 0 to"):
        replace(problem, **{part: getattr(problem, part) + 2**41})


def test_a_thousand_products_are_within_a_two_hundredth_of_a_percent() -> None:
    from allocation_world import make_problem

    problem = make_problem(1000, 11)
    priced = lower_bound(problem)
    counts = find_plan(problem, priced)
    assert keeps(problem, counts)
    assert (priced.bound - problem.worth(counts)) * 20_000 <= priced.bound
