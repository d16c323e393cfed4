"""Quantiles by conformal factors: how far past forecasts missed, pooled over series that are alike.

A miss is measured in units of the series' own scale, (demand − forecast) ÷ (scale × √weeks), at rolling origins, and
pooled by horizon knot, kind of row (the SKU as a whole, the country that sells most, other countries) and zero class;
of single weeks also by how the series stands, seen three ways: pace, the last four weeks against the forecast;
silence, the weeks since the last sale; age, the weeks known. The p-quantile of a pool (the mean of the three ways),
times the scale of the row, is what is added to its forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from skills.forecasting import blocks, models
from skills.forecasting.arrays import Floats, Ints
from skills.vocabulary import QUANTILES

KNOTS: tuple[int, ...] = (1, 2, 4, 8, 13, 26)
"""Horizons at which misses are pooled [weeks]; between them the factor is interpolated."""
TIERS = 3
PACES: Floats = np.array([0.25, 0.6, 1.0, 1.5])
"""Bounds of the last four weeks ÷ level: from nearly silent to faster than forecast."""
SILENCES: Floats = np.array([0.5, 1.5, 3.5, 7.5])
"""Bounds of the weeks since the last sale."""
AGES: Floats = np.array([12.5, 19.5, 26.5, 52.5])
"""Bounds of the weeks known."""
STANDS = 5
"""Pools that each way of seeing divides a kind of row and zero class into."""
POOLS = TIERS * models.CLASSES * STANDS**3
WAYS: Ints = np.stack(
    [np.arange(POOLS) // STANDS**3 * STANDS + np.arange(POOLS) // STANDS**k % STANDS for k in (2, 1, 0)]
)
"""(way, pool) number of the pool of one way that a pool belongs to."""
ALIKE: Ints = np.arange(POOLS)[None] // STANDS**3
"""The same for kind of row and zero class alone."""
SMALLEST_POOL: Ints = np.array([60, 60, 60, 60, 250])
"""Misses that a pool needs for each quantile; with fewer the pool over all stands decides, then that of the wide zero
class, of it over all kinds of row, and of all. The outermost quantile would else be a single miss."""
LOWEST, HIGHEST, FINENESS = 16.0, 48.0, 64.0
"""Misses are counted between these many scales below and above, in this many steps a scale."""
STEPS = int((LOWEST + HIGHEST) * FINENESS) + 1
FALLBACK: Floats = np.array([-1.2816, 0.0, 0.6745, 1.2816, 2.0537])
"""Factors of the normal distribution for p10 … p98, where too few misses could be measured."""
UNSEEN_WINDOWS = 2.0
"""How far the tails of accumulated demand are moved out, per share of the history that the horizon takes."""
SPREAD_PRIOR_WEEKS = 4
"""Weeks of evidence that the pooled spread weighs against a row's own."""
SPREAD_UNKNOWN = 1.0
"""Spread ÷ mean where no row is long enough to tell."""
SWING_SPREAD = 0.8862
"""Standard deviation ÷ mean swing from week to week of independent normal weeks, √π ÷ 2."""


@dataclass(frozen=True)
class Factors:
    """(knot, pool, quantile) of cumulative and of single-week demand, and the longest measured horizon."""

    knots: Ints
    cumulative: Floats
    weekly: Floats


def number_pools(tiers: Ints, classes: Ints, recent: Floats, level: Floats, silence: Floats, weeks: Floats) -> Ints:
    """One number per (kind of row, zero class, pace, silence, age); an unknown pace goes with those as forecast."""
    known = (recent >= 0.0) & (level > 0.0)
    pools = (tiers * models.CLASSES + classes) * STANDS
    pools += np.searchsorted(PACES, np.where(known, recent / np.where(level > 0.0, level, 1.0), 1.0))
    pools *= STANDS
    pools += np.searchsorted(SILENCES, silence)
    pools *= STANDS
    pools += np.searchsorted(AGES, weeks)
    return pools


def pool_spread(squares: Floats, means: Floats, counts: Floats, classes: Ints) -> Floats:
    """Median of spread ÷ mean per zero class, from rows with at least 20 known weeks."""
    pooled = np.full(models.CLASSES, SPREAD_UNKNOWN)
    usable = (counts >= 20) & (means > 0.0) & (squares > 0.0)
    for kind in range(models.CLASSES):
        ratios = np.sort(np.sqrt(squares[usable & (classes == kind)]) / means[usable & (classes == kind)])
        if ratios.size:
            pooled[kind] = ratios[ratios.size // 2]
    return pooled


def shrink_spread(squares: Floats, means: Floats, counts: Floats, classes: Ints, pooled: Floats) -> Floats:
    """A row's spread [units per week], drawn towards that of its class where its history is short."""
    prior = pooled[classes] * means
    weight = counts / (counts + float(SPREAD_PRIOR_WEEKS))
    return np.sqrt(weight * squares + (1.0 - weight) * prior * prior)


def pool_misses(
    misses: Floats, held: Floats, tiers: Ints, knots: Ints, width: int
) -> tuple[Floats, Floats, Ints, Factors]:
    """Spread ÷ mean per zero class, scale and pool of each series now, and the factors of every pool.

    The scale is the mean of spread and swing, or the root of it × level, per wide zero class whichever made p50 and
    p90 of accumulated demand cheaper in the look back.

    Args:
        misses: (accumulated or single, origin, knot, series) units, NaN where nothing was measured.
        held: (what, stop, series) as in `blocks`, the present last.
        tiers: Kind of row per series.
        knots: Horizons [weeks].
    """
    stops, count = held.shape[1:]
    shape = (stops, count)
    flat = held.reshape(len(held), -1)
    weeks, means, squares = flat[blocks.WEEKS], flat[blocks.MEAN_UNITS], flat[blocks.SQUARES]
    classes = models.find_classes(weeks, flat[blocks.SALES])
    now = slice((stops - 1) * count, stops * count)
    ratio = pool_spread(squares[now], means[now], weeks[now], classes[now])
    spread = shrink_spread(squares, means, weeks, classes, ratio)
    pools = number_pools(
        np.tile(tiers, stops), classes, flat[blocks.RECENT], flat[blocks.LEVEL], flat[blocks.SILENCE], weeks
    )
    wide = models.widen_classes(classes)
    both = 0.5 * (spread + SWING_SPREAD * flat[blocks.SWING])
    scales = (np.sqrt(both * flat[blocks.LEVEL]), both)
    past_pools = pools.reshape(shape)[:-1]
    costs = np.zeros((len(scales), len(models.WIDE_CLASSES)))
    for index, scale in enumerate(scales):
        for knot in range(len(knots)):
            past = misses[0, :, knot], scale.reshape(shape)[:-1], past_pools
            table = _read_quantiles(count_misses(*past, ALIKE)[0])[ALIKE[0]]
            costs[index] += cost_misses(*past, wide.reshape(shape)[:-1], table)
    scale = np.where((costs[0] <= costs[1])[wide], *scales)
    past_scale = scale.reshape(shape)[:-1]
    # over months the last weeks tell little, and split pools tell less
    cumulative = [
        _read_quantiles(count_misses(miss, past_scale, past_pools, ALIKE)[0], float(knot) / width)[ALIKE[0]]
        for knot, miss in zip(knots, misses[0].swapaxes(0, 1), strict=True)
    ]
    counts = [count_misses(miss, past_scale, past_pools, WAYS) for miss in misses[1].swapaxes(0, 1)]
    # where no trend is carried a single week misses alike at every distance
    trends_from = models.WIDE_CLASSES[1] if width >= models.TREND_HISTORY else 0
    together = (np.arange(counts[0].shape[1]) // STANDS % models.CLASSES >= trends_from)[:, None]
    joined = np.add.reduce(counts)
    weekly = []
    for counted in counts if trends_from else counts[:1]:
        tables = [
            _read_quantiles(np.where(together, all_knots, own))
            for all_knots, own in zip(joined, counted, strict=True)
        ]
        weekly.append((tables[0][WAYS[0]] + tables[1][WAYS[1]] + tables[2][WAYS[2]]) / 3.0)
    by_knot = np.repeat(np.stack(weekly), len(knots) // len(weekly), axis=0)
    return ratio, scale[now], pools[now], Factors(knots, np.stack(cumulative), by_knot)


@njit(cache=True)
def count_misses(misses: Floats, scale: Floats, pools: Ints, ways: Ints) -> Ints:
    """How often each standardised miss occurred: (way, pool, step of 1/64 scale from 16 below to 48 above).

    Args:
        misses: (origin, series) units, NaN where nothing was measured.
        scale: Same shape, units per week.
        pools: Same shape.
        ways: (way, pool) what a pool is counted in.
    """
    counts = np.zeros((ways.shape[0], ways.max() + 1, STEPS), np.int32)
    for origin in range(misses.shape[0]):
        for series in range(misses.shape[1]):
            miss, width = misses[origin, series], scale[origin, series]
            if width > 0.0 and not np.isnan(miss):
                step = int(np.ceil(min(max(miss / width, -LOWEST), HIGHEST) * FINENESS))
                for way in range(ways.shape[0]):
                    counts[way, ways[way, pools[origin, series]], step + int(LOWEST * FINENESS)] += 1
    return counts


@njit(cache=True)
def cost_misses(misses: Floats, scale: Floats, pools: Ints, wide: Ints, table: Floats) -> Floats:
    """Pinball loss of p50 and p90 with these factors, per wide zero class.

    Args:
        misses: As for `count_misses`, like scale and pools.
        wide: Same shape, wide zero class.
        table: (pool, quantile) factors.
    """
    costs = np.zeros(4)
    for origin in range(misses.shape[0]):
        for series in range(misses.shape[1]):
            miss, width, pool = misses[origin, series], scale[origin, series], pools[origin, series]
            if not np.isnan(miss):
                middle, upper = miss - table[pool, 1] * width, miss - table[pool, 3] * width
                costs[wide[origin, series]] += 0.5 * abs(middle) + max(0.9 * upper, -0.1 * upper)
    return costs


def _read_quantiles(counts: Ints, share: float = 0.0) -> Floats:
    """(pool, quantile), of the pool as far as it is large enough, else of the next wider one.

    Args:
        counts: From `count_misses`.
        share: Of the history that the horizon takes.
    """
    levels = raise_levels(share)
    stands = counts.reshape(TIERS, models.CLASSES, -1, STEPS)
    by_class = stands.sum(axis=2)
    by_wide = np.add.reduceat(by_class, models.WIDE_CLASSES, axis=1)
    over_tiers = by_wide.sum(axis=0)
    sizes = np.diff([*models.WIDE_CLASSES, models.CLASSES])
    table = _refine(over_tiers.sum(axis=0)[None], FALLBACK[None], levels)
    table = _refine(over_tiers, np.tile(table, (len(sizes), 1)), levels)
    table = _refine(by_wide.reshape(-1, STEPS), np.tile(table, (TIERS, 1)), levels)
    table = _refine(by_class.reshape(-1, STEPS), np.repeat(table, np.tile(sizes, TIERS), axis=0), levels)
    return _refine(counts, np.repeat(table, stands.shape[2], axis=0), levels)


def raise_levels(share: float) -> Floats:
    """Probability that each quantile is read at, for a horizon that is this share of the history.

    Series miss together, and a history holds few separate windows as long as the horizon: the tail beyond p is cut
    by up to 2 × share × (2 p − 1)², which leaves the median and grows small as the history grows long.
    """
    p = np.array(list(QUANTILES.values()))
    cut = np.minimum(UNSEEN_WINDOWS * share, 0.9) * (2.0 * p - 1.0) * (2.0 * p - 1.0)
    return np.asarray(np.round(np.where(p > 0.5, 1.0 - (1.0 - p) * (1.0 - cut), p * (1.0 - cut)), 6))


def _refine(counts: Ints, coarse: Floats, levels: Floats) -> Floats:
    """The finite-sample conformal quantile, the ⌈p (n + 1)⌉-th smallest, of pools that are large enough."""
    sizes = counts.sum(axis=1)
    fine = coarse.copy()
    for pool in np.flatnonzero(sizes >= SMALLEST_POOL.min()):
        ranks = np.minimum(np.ceil(levels * (sizes[pool] + 1)), sizes[pool])
        steps = np.searchsorted(np.cumsum(counts[pool]), ranks) / FINENESS - LOWEST
        fine[pool] = np.where(sizes[pool] >= SMALLEST_POOL, steps, coarse[pool])
    return fine


def draw_factors(table: Floats, knots: Ints, delays: Ints, horizon: int) -> Floats:
    """(delay, pool, quantile, week ahead): factors of a table, linear between its knots and level beyond the last.

    Args:
        table: (knot, pool, quantile), `cumulative` or `weekly` of `Factors`.
        knots: Horizons of the table [weeks].
        delays: Weeks between the end of a history and the first week ahead.
        horizon: Weeks ahead.
    """
    steps = np.minimum(np.arange(1, horizon + 1) + delays[:, None], knots[-1]).astype(np.float64)
    right = np.clip(np.searchsorted(knots, steps), 1, max(1, len(knots) - 1))
    if len(knots) == 1:
        right = np.zeros_like(right)
    left = np.maximum(right - 1, 0)
    gap = np.maximum(knots[right] - knots[left], 1)
    share = (steps - knots[left]) / gap if len(knots) > 1 else np.zeros_like(steps)
    low, high = table[left], table[right]
    return np.ascontiguousarray((low + share[:, :, None, None] * (high - low)).transpose(0, 2, 3, 1))


def widen_weeks(weeks: Floats, knots: Ints) -> Floats:
    """√weeks; beyond the longest measured horizon the error of the level rules: the width grows with the weeks."""
    longest = float(knots[-1])
    return np.where(weeks <= longest, np.sqrt(weeks), np.sqrt(longest) * weeks / longest)


def spread_quantiles(mean: Floats, scale: Floats, factors: Floats) -> Floats:
    """(quantile, row, week ahead) around a forecast, ≥ 0, rising in p.

    Args:
        mean: (row, week ahead) forecast.
        scale: (row, week ahead) what a factor of 1 is worth [units].
        factors: (row, quantile, week ahead).
    """
    out = np.empty((len(QUANTILES), *mean.shape))
    for q, target in enumerate(out):
        np.maximum(mean + factors[:, q] * scale, 0.0, out=target)
    return np.maximum.accumulate(out, axis=0)


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
