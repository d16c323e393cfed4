"""Quantiles by conformal factors: how far past forecasts missed, pooled over series that are alike.

A miss is measured in units of the series' own spread, (demand − forecast) ÷ (spread × √weeks), at rolling origins,
and pooled by horizon knot, kind of row (the SKU as a whole, the country that sells most, other countries) and zero
class. The p-quantile of a pool, times the spread of the row, is what is added to its forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from skills.forecasting import models
from skills.forecasting.arrays import Floats, Ints
from skills.vocabulary import QUANTILES

KNOTS: tuple[int, ...] = (1, 2, 4, 8, 13, 26)
"""Horizons at which misses are pooled [weeks]; between them the factor is interpolated."""
CLASSES = 4
TIERS = 3
SMALLEST_POOL: Ints = np.array([60, 60, 60, 60, 250])
"""Misses that a pool needs for each quantile; with fewer the pool of its zero class over all kinds of row decides,
then that of all rows. The outermost quantile would else be a single miss."""
LOWEST, HIGHEST, FINENESS = 16.0, 48.0, 256.0
"""Misses are counted between these many spreads below and above, in this many steps a spread."""
STEPS = int((LOWEST + HIGHEST) * FINENESS) + 1
FALLBACK: Floats = np.array([-1.2816, 0.0, 0.6745, 1.2816, 2.0537])
"""Factors of the normal distribution for p10 … p98, where too few misses could be measured."""
SPREAD_PRIOR_WEEKS = 4
"""Weeks of evidence that the pooled spread weighs against a row's own."""
SPREAD_UNKNOWN = 1.0
"""Spread ÷ mean where no row is long enough to tell."""


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


def pool_misses(misses: Floats, held: Floats, tiers: Ints, knots: Ints) -> tuple[Floats, Floats, Ints, Factors]:
    """Spread ÷ mean per zero class, spread and pool of each series now, and the factors of every pool.

    Args:
        misses: (accumulated or single, origin, knot, series) units, NaN where nothing was measured.
        held: (weeks seen, weeks with a sale, mean and squared miss; stop; series), the present last.
        tiers: Kind of row per series.
        knots: Horizons [weeks].
    """
    stops, count = held.shape[1:]
    weeks, sales, means, squares = (held[what].reshape(-1) for what in range(4))
    classes = models.find_classes(weeks, sales)
    now = slice((stops - 1) * count, stops * count)
    ratio = pool_spread(squares[now], means[now], weeks[now], classes[now])
    spread = shrink_spread(squares, means, weeks, classes, ratio)
    pools = number_pools(np.tile(tiers, stops), classes)
    tables = np.empty((2, len(knots), TIERS * CLASSES, len(QUANTILES)))
    past = spread.reshape(stops, count)[:-1], pools.reshape(stops, count)[:-1]
    for kind in range(2):
        for index in range(len(knots)):
            tables[kind, index] = _read_quantiles(count_misses(misses[kind, :, index], *past))
    return ratio, spread[now], pools[now], Factors(knots, tables[0], tables[1])


@njit(cache=True)
def count_misses(misses: Floats, spread: Floats, pools: Ints) -> Ints:
    """How often each standardised miss occurred: (pool, step of 1/256 spread from 16 below to 48 above).

    Args:
        misses: (origin, series) units, NaN where nothing was measured.
        spread: Same shape, units per week.
        pools: Same shape.
    """
    counts = np.zeros((TIERS * CLASSES, STEPS), np.int64)
    for origin in range(misses.shape[0]):
        for series in range(misses.shape[1]):
            miss, width = misses[origin, series], spread[origin, series]
            if width > 0.0 and not np.isnan(miss):
                step = int(np.ceil(min(max(miss / width, -LOWEST), HIGHEST) * FINENESS))
                counts[pools[origin, series], step + int(LOWEST * FINENESS)] += 1
    return counts


def _read_quantiles(counts: Ints) -> Floats:
    """(pool, quantile): of the pool as far as it is large enough, else of its zero class, else of all."""
    by_class = counts.reshape(TIERS, CLASSES, STEPS).sum(axis=0)
    table = np.broadcast_to(_refine(by_class.sum(axis=0)[None], FALLBACK[None]), (CLASSES, len(QUANTILES)))
    table = np.tile(_refine(by_class, table), (TIERS, 1))
    return _refine(counts, table)


def _refine(counts: Ints, coarse: Floats) -> Floats:
    """The finite-sample conformal quantile, the ⌈p (n + 1)⌉-th smallest, of pools that are large enough."""
    below = np.cumsum(counts, axis=1)
    size = below[:, -1:]
    ranks = -(-np.array([round(p * 100) for p in QUANTILES.values()]) * (size + 1) // 100)
    fine = np.empty(coarse.shape)
    for pool in range(len(counts)):
        fine[pool] = np.searchsorted(below[pool], np.minimum(ranks[pool], size[pool])) / FINENESS - LOWEST
    return np.where(size >= SMALLEST_POOL, fine, coarse)


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


def add_factors(mean: Floats, spread: Floats, pools: Ints, factors: Factors, knots: Ints) -> Floats:
    """(quantile, series, knot) of demand accumulated to each knot, >= 0, rising in p and in weeks."""
    out = np.empty((len(QUANTILES), len(spread), len(knots)))
    total = np.cumsum(mean, axis=1)
    for index, knot in enumerate(knots):
        width = spread * np.sqrt(float(knot))
        for q in range(len(QUANTILES)):
            out[q, :, index] = total[:, knot - 1] + factors.cumulative[index, pools, q] * width
    np.maximum(out, 0.0, out=out)
    return np.maximum.accumulate(np.maximum.accumulate(out, axis=0), axis=2)
