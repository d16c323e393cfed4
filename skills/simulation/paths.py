"""Sampled lead times and capacities: one path is the same for every policy that is raced on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import Facts, Floats, Ints

NO_LIMIT = np.int64(1) << 40
_SHARES = np.array([0.0, 0.1, 0.5, 0.9, 1.0])


@dataclass(frozen=True)
class Path:
    """One course of events.

    Attributes:
        made: Per (supplier, week of order): days until the goods are at the hub, closures and QC included.
        split: Per (supplier, week of order): percent that arrives then; the rest follows.
        second_days: How much later the rest arrives.
        capacity: Per (supplier, week of readiness): most units that become ready in it.
        transit: Per (lane, week of departure): days from Monday to the shelf.
    """

    made: Ints
    split: Ints
    second_days: int
    capacity: Ints
    transit: Ints


def sample_path(facts: Facts, policy: SimulationPolicy, number: int) -> Path:
    """The `number`-th path of a seed.

    Lead times lie on straight lines between p10, p50 and p90, with ends half the nearer distance beyond (p90 side)
    and a quarter (p10 side).
    """
    stream = np.random.Generator(np.random.PCG64([policy.seed, number]))
    suppliers, lanes = len(facts.suppliers), len(facts.lanes)
    made = _draw_days(facts.made_days, stream.random((suppliers, facts.weeks)))
    transit = _draw_days(facts.lane_days, stream.random((lanes, facts.weeks)))
    split = stream.integers(0, 100, (suppliers, facts.weeks)) < policy.split_orders_percent
    ready_weeks = facts.working.shape[1] // 7
    short = stream.integers(0, 100, (suppliers, ready_weeks)) < policy.short_weeks_percent
    stated = np.where(facts.weekly_capacity < 0, NO_LIMIT, facts.weekly_capacity)[:, None]
    return Path(
        made=count_days_to_hub(facts, made),
        split=np.where(split, policy.first_part_percent, 100).astype(np.int64),
        second_days=policy.second_part_days,
        capacity=np.where(short, stated * policy.short_capacity_percent // 100, stated).astype(np.int64),
        transit=(transit + facts.lane_depart[:, None]).astype(np.int64),
    )


def usual_days_to_hub(facts: Facts) -> Ints:
    """Per (supplier, week of order): days to the hub at the median, as a planner counts them."""
    return count_days_to_hub(facts, np.repeat(facts.made_days[:, 1:2], facts.weeks, axis=1))


def count_days_to_hub(facts: Facts, working_days: Ints) -> Ints:
    """Calendar days that so many working days take after each week's Monday, and QC."""
    found = np.zeros(working_days.shape, dtype=np.int64)
    mondays = 7 * np.arange(working_days.shape[1])
    for supplier in range(len(facts.suppliers)):
        worked = np.cumsum(facts.working[supplier])
        ends = np.searchsorted(worked, worked[mondays] + working_days[supplier], side="left")
        ends = np.maximum(np.minimum(ends, facts.working.shape[1] - 1), mondays)
        found[supplier] = ends - mondays + facts.qc_days
    return found


def takes_orders(facts: Facts, week: int) -> np.ndarray:
    """Per supplier: whether it works on some day from this Monday to Saturday."""
    return np.asarray(facts.working[:, 7 * week : 7 * week + 6].any(axis=1))


def _draw_days(quantiles: Ints, uniform: Floats) -> Ints:
    low, middle, high = (quantiles[:, column].astype(np.float64) for column in range(3))
    ends = [low - (middle - low) / 4, low, middle, high, high + (high - middle) / 2]
    drawn = np.empty(uniform.shape)
    for row in range(len(quantiles)):
        drawn[row] = np.interp(uniform[row], _SHARES, [knot[row] for knot in ends])
    return np.maximum(np.floor(drawn + 0.5), 0).astype(np.int64)
