"""Parameters found by walking: (s, S) on the weeks before the test, and the factor that gives an asked fill rate."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from skills.simulation.paths import sample_path
from skills.simulation.plan import Run, race_policies, walk_forward
from skills.simulation.policy import SimulationPolicy
from skills.simulation.pooling import hub_stock, scattered_stock
from skills.simulation.rivals import Tuned, reorder_point
from skills.simulation.score import score_skus
from skills.simulation.world import Contender, Facts, Ints, Policy, World

REORDER_FACTORS = (0.6, 0.8, 1.0, 1.25, 1.6)
ORDER_DAYS = (7, 14, 28, 56)
COUNTRY_DAYS = (7, 14, 28)
_FORWARD_FACTORS = (1.0, 2.0, 4.0, 8.0)
_FACTORS = (-8.0, 8.0)
_HALVINGS = 9

Parameters = tuple[float, int, int]


def tune_reorder_points(before: World, policy: SimulationPolicy) -> tuple[Parameters, ...]:
    """The (s, S) parameters that earned most in the weeks before the test, for slow, middling and fast SKUs.

    Every combination of `REORDER_FACTORS`, `ORDER_DAYS` and `COUNTRY_DAYS` walks through those weeks once; the sum of
    profit decides, per third of the SKUs by units sold before.

    Args:
        before: A world that ends where the test begins.
        policy: Its seed is moved by one, so that the paths are others than the test's.
    """
    thirds = _find_thirds(before.facts)
    path = sample_path(before.facts, policy.model_copy(update={"seed": policy.seed + 1}), 0)
    best: list[tuple[int, Parameters]] = []
    for parameters in itertools.product(REORDER_FACTORS, ORDER_DAYS, COUNTRY_DAYS):
        rule = reorder_point(spread_parameters(before.facts, (parameters,) * 3))
        run = walk_forward(before, "", rule, path)
        profit = score_skus(before, run, 1)["profit"].to_numpy()
        earned = [int(profit[thirds == third].sum()) for third in range(3)]
        found = [(money, parameters) for money in earned]
        best = [max(pair, key=lambda row: row[0]) for pair in zip(best or found, found, strict=True)]
    return tuple(parameters for _, parameters in best)


def spread_parameters(facts: Facts, parameters: tuple[Parameters, ...]) -> Tuned:
    """The parameters of each third, per SKU."""
    chosen = np.array(parameters)[_find_thirds(facts)]
    return Tuned(chosen[:, 0], chosen[:, 1], chosen[:, 2])


def match_fill(
    world: World, rule: Callable[[float], Policy], fill: float, policy: SimulationPolicy, low: float, high: float
) -> tuple[float, list[Run]]:
    """The factor at which a rule serves the asked share of demand, by halving, and its runs there.

    Args:
        world: The test.
        rule: Factor → policy; more serves more.
        fill: Share of demand, from 0 to 1.
        policy: Seed and paths.
        low, high: Factors to look between; the nearer end where neither side reaches the fill.
    """
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        runs = _run(world, rule, middle, policy)
        if measure_fill(runs) < fill:
            low = middle
        else:
            high = middle
    return high, _run(world, rule, high, policy)


def compare_pooling(world: World, fill: float, policy: SimulationPolicy) -> dict[str, list[Run]]:
    """Hub against scattered stock, each at the asked fill rate; the hub's two factors are found together.

    Neither is bound by the weekly limits of cash, which would bind one and not the other.

    Returns:
        "hub" and "scattered" → one run per path; of the hub's combinations the one with the least stock among those
        that come within 0.5 points of the fill rate, else the nearest; their own fill rates say whether they do.
    """
    free = replace(world, facts=replace(world.facts, order_cash=-1, shipping_cash=-1))
    tried = [match_fill(free, _with_forward(factor), fill, policy, *_FACTORS)[1] for factor in _FORWARD_FACTORS]
    nearest = min(abs(measure_fill(runs) - fill) for runs in tried)
    reached = [runs for runs in tried if abs(measure_fill(runs) - fill) <= max(0.005, nearest)]
    best = min(reached, key=lambda runs: sum(int(run.weekly_stock.sum()) for run in runs))
    _, apart = match_fill(free, scattered_stock, fill, policy, *_FACTORS)
    return {"hub": best, "scattered": apart}


def measure_fill(runs: list[Run]) -> float:
    """Units sold over units asked for."""
    asked = sum(int(run.demand.sum()) for run in runs)
    return sum(int(run.sold.sum()) for run in runs) / asked if asked else 1.0


def _with_forward(forward_factor: float) -> Callable[[float], Policy]:
    return lambda hub_factor: hub_stock(hub_factor, forward_factor)


def _run(world: World, rule: Callable[[float], Policy], factor: float, policy: SimulationPolicy) -> list[Run]:
    contender = Contender("", lambda: rule(factor))
    return [replace(run, policy="") for run in race_policies(world, [contender], policy)[""]]


def _find_thirds(facts: Facts) -> Ints:
    """0 slow, 1 middling, 2 fast: rank by units sold in the past, ties by name."""
    sold = facts.sum_skus(facts.past_sold.sum(axis=1))
    rank = np.empty(len(sold), dtype=np.int64)
    rank[np.argsort(sold, kind="stable")] = np.arange(len(sold))
    return rank * 3 // max(len(sold), 1)
