"""Optimal levels under Poisson demand: reorder point and quantity (r, Q), minimum and maximum (s, S)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from skills.stocking.formulas import UnusableCosts
from skills.vocabulary import mark

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_MEAN = 100_000.0
"""Largest mean demand over the lead time for which the tables are built [units]."""


def size_reorder(
    holding_cost: Floats, stockout_cost: Floats, fixed_cost: Floats, demand_rate: Floats, lead_time: Floats
) -> tuple[Ints, Ints, Floats]:
    """Order `quantity` units whenever the position falls to `reorder`: exact (Federgruen and Zheng 1992).

    Args:
        holding_cost, stockout_cost: Money per unit and period.
        fixed_cost: Money per order.
        demand_rate: Units per period, Poisson.
        lead_time: Periods.

    Returns:
        reorder point, order quantity [units], cost per period.

    Raises:
        UnusableCosts: see `_check`.
    """
    mean = demand_rate * lead_time
    _check(holding_cost, stockout_cost, fixed_cost, mean)
    return _reorder(holding_cost, stockout_cost, fixed_cost, demand_rate, mean)


def size_min_max(
    holding_cost: Floats, stockout_cost: Floats, fixed_cost: Floats, demand_mean: Floats, covered_mean: Floats
) -> tuple[Ints, Ints, Floats]:
    """At each review order up to `most` when the position is at or below `least` (Zheng and Federgruen 1991).

    Args:
        holding_cost, stockout_cost: Money per unit at the end of a period.
        fixed_cost: Money per order.
        demand_mean: Units per period, Poisson.
        covered_mean: Mean demand that a level covers: lead time + review; equal to demand_mean without a lead time.

    Returns:
        least (s), most (S) [units], cost per period.

    Raises:
        UnusableCosts: see `_check`.
    """
    _check(holding_cost, stockout_cost, fixed_cost, covered_mean)
    if not (demand_mean > 0.0).all():
        raise UnusableCosts(mark("Demand per period must be above 0 for every product. Leave the others out."))
    return _min_max(holding_cost, stockout_cost, fixed_cost, demand_mean, covered_mean)


def _check(holding_cost: Floats, stockout_cost: Floats, fixed_cost: Floats, mean: Floats) -> None:
    for values in (holding_cost, stockout_cost, fixed_cost):
        if not ((values > 0.0).all() and np.isfinite(values).all()):
            raise UnusableCosts(mark("Costs must be above 0 and finite for every product. Correct the costs."))
    if not ((mean >= 0.0).all() and (mean <= MOST_MEAN).all()):
        raise UnusableCosts(
            mark("Demand over the lead time must lie from 0 to {most} units for every product. Use days or cartons."),
            most=f"{MOST_MEAN:.0f}",
        )


@njit(cache=True)
def tabulate_poisson(mean: float) -> tuple[Floats, Floats]:
    """Probability of each demand 0, 1, … and expected shortage below each level, until nothing is left to lose."""
    size = int(mean + 14.0 * math.sqrt(mean) + 40.0)
    chance = np.empty(size)
    log_mean = math.log(mean) if mean > 0.0 else 0.0
    for d in range(size):
        if mean > 0.0:
            chance[d] = math.exp(d * log_mean - mean - math.lgamma(d + 1.0))
        else:
            chance[d] = 1.0 if d == 0 else 0.0
    short = np.empty(size)
    short[0] = mean
    below = 0.0
    for level in range(1, size):
        below += chance[level - 1]
        short[level] = max(short[level - 1] - (1.0 - below), 0.0)
    return chance, short


@njit(cache=True)
def _cost(level: int, mean: float, short: Floats, holding: float, stockout: float) -> float:
    """Expected cost of a period that begins with `level` units against demand of that mean."""
    if level < 0:
        missing = mean - level
    elif level < short.size:
        missing = short[level]
    else:
        missing = 0.0
    return holding * (level - mean) + (holding + stockout) * missing


@njit(cache=True)
def _balance(chance: Floats, holding: float, stockout: float) -> int:
    """The smallest level with P(demand ≤ level) ≥ stockout ÷ (stockout + holding)."""
    wanted = stockout / (stockout + holding)
    below = 0.0
    for level in range(chance.size):
        below += chance[level]
        if below >= wanted:
            return level
    return chance.size - 1


@njit(cache=True)
def _reorder(
    holding: Floats, stockout: Floats, fixed: Floats, rate: Floats, mean: Floats
) -> tuple[Ints, Ints, Floats]:
    count = mean.size
    reorder, quantity, cost = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
    for i in range(count):
        chance, short = tabulate_poisson(mean[i])
        h, p = holding[i], stockout[i]
        r = _balance(chance, h, p) - 1
        q = 1
        total = _cost(r + 1, mean[i], short, h, p)
        best = fixed[i] * rate[i] + total
        while True:
            low, high = _cost(r, mean[i], short, h, p), _cost(r + q + 1, mean[i], short, h, p)
            # the next cheapest level joins the q that are visited
            joined = total + min(low, high)
            if (fixed[i] * rate[i] + joined) / (q + 1) > best:
                break
            if low < high:
                r -= 1
            q += 1
            total = joined
            best = (fixed[i] * rate[i] + total) / q
        reorder[i], quantity[i], cost[i] = r, q, best
    return reorder, quantity, cost


@njit(cache=True)
def _min_max(
    holding: Floats, stockout: Floats, fixed: Floats, demand: Floats, covered: Floats
) -> tuple[Ints, Ints, Floats]:
    count = demand.size
    least, most, cost = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
    for i in range(count):
        chance, _ = tabulate_poisson(demand[i])
        balanced, short = tabulate_poisson(covered[i])
        h, p = holding[i], stockout[i]
        size = 64
        renewals = np.zeros(size)  # m(j): expected visits j units below S
        visits = np.zeros(size + 1)  # M(j)
        known = 0
        top = _balance(balanced, h, p)
        s = top
        best = np.inf
        while True:
            s -= 1
            while known < top - s:
                if known == size:
                    renewals, visits, size = _longer(renewals, visits)
                known = _renew(chance, renewals, visits, known)
            best = _average(s, top, covered[i], short, h, p, fixed[i], renewals, visits)
            if best <= _cost(s, covered[i], short, h, p):
                break
        found = top
        level = top + 1
        while _cost(level, covered[i], short, h, p) <= best:
            while known < level - s:
                if known == size:
                    renewals, visits, size = _longer(renewals, visits)
                known = _renew(chance, renewals, visits, known)
            tried = _average(s, level, covered[i], short, h, p, fixed[i], renewals, visits)
            if tried < best:
                found = level
                while _average(s, found, covered[i], short, h, p, fixed[i], renewals, visits) <= _cost(
                    s + 1, covered[i], short, h, p
                ):
                    s += 1
                best = _average(s, found, covered[i], short, h, p, fixed[i], renewals, visits)
            level += 1
        least[i], most[i], cost[i] = s, found, best
    return least, most, cost


@njit(cache=True)
def _longer(renewals: Floats, visits: Floats) -> tuple[Floats, Floats, int]:
    size = 2 * renewals.size
    more, sums = np.zeros(size), np.zeros(size + 1)
    more[: renewals.size] = renewals
    sums[: visits.size] = visits
    return more, sums, size


@njit(cache=True)
def _renew(chance: Floats, renewals: Floats, visits: Floats, known: int) -> int:
    """m(known) and M(known + 1) from those before: m(j) (1 − p₀) = Σ p(l) m(j − l), m(0) = 1 ÷ (1 − p₀)."""
    if known == 0:
        renewals[0] = 1.0 / (1.0 - chance[0])
    else:
        total = 0.0
        for d in range(1, min(known, chance.size - 1) + 1):
            total += chance[d] * renewals[known - d]
        renewals[known] = total / (1.0 - chance[0])
    visits[known + 1] = visits[known] + renewals[known]
    return known + 1


@njit(cache=True)
def _average(
    s: int, top: int, mean: float, short: Floats, h: float, p: float, fixed: float, renewals: Floats, visits: Floats
) -> float:
    """Cost per period of (s, top): the fixed cost and that of every level visited, over the periods of a cycle."""
    total = fixed
    for j in range(top - s):
        total += renewals[j] * _cost(top - j, mean, short, h, p)
    return float(total / visits[top - s])
