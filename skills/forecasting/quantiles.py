"""Quantiles by conformal factors: how far past forecasts missed, pooled over series that are alike.

A miss is measured in units of the series' own spread, (demand − forecast) ÷ (spread × √weeks), at rolling origins,
and pooled by horizon knot, kind of row (the SKU as a whole, the country that sells most, other countries) and zero
class. The p-quantile of a pool, times the spread of the row, is what is added to its forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.vocabulary import QUANTILES

KNOTS: tuple[int, ...] = (1, 2, 4, 8, 13, 26)
"""Horizons at which misses are pooled [weeks]; between them the factor is interpolated."""
CLASSES = 4
TIERS = 3
SMALLEST_POOL: Ints = np.array([60, 60, 60, 60, 250])
"""Misses that a pool needs for each quantile; with fewer the pool of its zero class over all kinds of row decides,
then that of all rows. The outermost quantile would else be a single miss."""
FALLBACK: Floats = np.array([-1.2816, 0.0, 0.6745, 1.2816, 2.0537])
"""Factors of the normal distribution for p10 … p98, where too few misses could be measured."""
SPREAD_PRIOR_WEEKS = 4
"""Weeks of evidence that the pooled spread weighs against a row's own."""
SPREAD_UNKNOWN = 1.0
"""Spread ÷ mean where no row is long enough to tell."""


@dataclass(frozen=True)
class Misses:
    """Standardised misses of one knot at one origin, one entry per row that could be measured."""

    knot: int
    pools: Ints
    cumulative: Floats
    weekly: Floats


@dataclass(frozen=True)
class Factors:
    """(knot, pool, quantile) of cumulative and of single-week demand, and the longest measured horizon."""

    knots: Ints
    cumulative: Floats
    weekly: Floats


def number_pools(tiers: Ints, classes: Ints) -> Ints:
    """One number per (kind of row, zero class)."""
    return tiers * CLASSES + classes


def pool_spread(squares: Floats, means: Floats, counts: Ints, classes: Ints) -> Floats:
    """Median of spread ÷ mean per zero class, from rows with at least 20 known weeks."""
    pooled = np.full(CLASSES, SPREAD_UNKNOWN)
    usable = (counts >= 20) & (means > 0.0) & (squares > 0.0)
    for kind in range(CLASSES):
        ratios = np.sort(np.sqrt(squares[usable & (classes == kind)]) / means[usable & (classes == kind)])
        if ratios.size:
            pooled[kind] = ratios[ratios.size // 2]
    return pooled


def shrink_spread(squares: Floats, means: Floats, counts: Ints, classes: Ints, pooled: Floats) -> Floats:
    """A row's spread [units per week], drawn towards that of its class where its history is short."""
    prior = pooled[classes] * means
    weight = counts / (counts + float(SPREAD_PRIOR_WEEKS))
    return np.sqrt(weight * squares + (1.0 - weight) * prior * prior)


def measure_misses(
    actual: Floats, known: Bools, path: Floats, spread: Floats, pools: Ints, usable: Bools, knots: Ints
) -> list[Misses]:
    """Misses of every knot whose window is complete but for at most a quarter of censored weeks.

    Args:
        actual: (row, week after the origin) units.
        known: Same shape; False where the week is unknown.
        path: Same shape; forecast made at the origin.
        spread: Units per week at the origin, per row.
        pools: Pool per row.
        usable: Rows that may be measured.
        knots: Horizons [weeks].
    """
    found: list[Misses] = []
    sold = np.cumsum(np.where(known, actual, 0.0), axis=1)
    expected = np.cumsum(np.where(known, path, 0.0), axis=1)
    weeks = np.cumsum(known, axis=1)
    for knot in knots:
        at = int(knot) - 1
        rows = np.flatnonzero(usable & (spread > 0.0) & known[:, at] & (4 * weeks[:, at] >= 3 * knot))
        whole = (sold[rows, at] - expected[rows, at]) / (spread[rows] * np.sqrt(weeks[rows, at].astype(np.float64)))
        single = (actual[rows, at] - path[rows, at]) / spread[rows]
        found.append(Misses(int(knot), pools[rows], whole, single))
    return found


def pool_factors(misses: list[Misses], knots: Ints) -> Factors:
    """The finite-sample conformal quantile (the ⌈p (n + 1)⌉-th smallest miss) of every pool."""
    cumulative = np.empty((len(knots), TIERS * CLASSES, len(QUANTILES)))
    weekly = np.empty_like(cumulative)
    for index, knot in enumerate(knots):
        chosen = [miss for miss in misses if miss.knot == knot]
        pools = np.concatenate([miss.pools for miss in chosen]) if chosen else np.empty(0, np.int64)
        for target, values in (
            (cumulative, [miss.cumulative for miss in chosen]),
            (weekly, [miss.weekly for miss in chosen]),
        ):
            joined = np.concatenate(values) if values else np.empty(0)
            target[index] = _quantiles_of_pools(joined, pools)
    return Factors(knots, cumulative, weekly)


def _quantiles_of_pools(values: Floats, pools: Ints) -> Floats:
    everything = _refine(values, FALLBACK)
    table = np.empty((TIERS * CLASSES, len(QUANTILES)))
    for kind in range(CLASSES):
        coarse = _refine(values[pools % CLASSES == kind], everything)
        for tier in range(TIERS):
            table[tier * CLASSES + kind] = _refine(values[pools == tier * CLASSES + kind], coarse)
    return table


def _refine(values: Floats, coarse: Floats) -> Floats:
    """The quantiles of a pool as far as it is large enough, else the coarser ones."""
    return np.where(values.size >= SMALLEST_POOL, _conformal(values), coarse) if values.size else coarse


def _conformal(values: Floats) -> Floats:
    ordered = np.sort(values, kind="stable")
    ranks = [-(-round(p * 100) * (ordered.size + 1) // 100) for p in QUANTILES.values()]
    return np.asarray(ordered[np.clip(np.array(ranks) - 1, 0, ordered.size - 1)])


def spread_quantiles(
    mean: Floats, cum_mean: Floats, spread: Floats, weeks: Floats, delay: Ints, pools: Ints, factors: Factors
) -> tuple[Floats, Floats]:
    """Quantiles of each week and of cumulative demand: (quantile, row, week ahead), ≥ 0, rising in p and in weeks.

    Args:
        mean: (row, week ahead) forecast.
        cum_mean: (row, week ahead) forecast from as_of to the end of that week.
        spread: (row, week ahead) units per week, with season, events and overrides in it.
        weeks: Weeks from as_of to the end of each week ahead (the first may be a part of a week).
        delay: Weeks between the end of a row's history and the first week ahead.
        pools: Pool per row.
        factors: From `pool_factors`.
    """
    horizon = mean.shape[1]
    longest = float(factors.knots[-1])
    # beyond the longest measured horizon the error of the level rules: the width grows with the weeks, not their root
    width = np.where(weeks <= longest, np.sqrt(weeks), np.sqrt(longest) * weeks / longest)
    by_week = np.empty((len(QUANTILES), *mean.shape))
    by_time = np.empty_like(by_week)
    steps = np.minimum(np.arange(1, horizon + 1) + delay[:, None], factors.knots[-1]).astype(np.float64)
    right = np.clip(np.searchsorted(factors.knots, steps), 1, max(1, len(factors.knots) - 1))
    if len(factors.knots) == 1:
        right = np.zeros_like(right)
    left = np.maximum(right - 1, 0)
    gap = np.maximum(factors.knots[right] - factors.knots[left], 1)
    share = (steps - factors.knots[left]) / gap if len(factors.knots) > 1 else np.zeros_like(steps)
    row_pools = pools[:, None]
    for q in range(len(QUANTILES)):
        for table, target, base, scale in (
            (factors.weekly, by_week, mean, spread),
            (factors.cumulative, by_time, cum_mean, spread * width),
        ):
            low, high = table[left, row_pools, q], table[right, row_pools, q]
            target[q] = np.maximum(base + (low + share * (high - low)) * scale, 0.0)
    by_week = np.maximum.accumulate(by_week, axis=0)
    by_time = np.maximum.accumulate(np.maximum.accumulate(by_time, axis=2), axis=0)
    return by_week, by_time
