"""The same engine at rolling origins of the past: which model to trust, and how far forecasts miss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skills.forecasting import choice, kernels, quantiles
from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.panel import Pool, pool_rows, share_rows

ORIGINS = 9
"""Origins looked back at."""
SHORT_WEEKS = 4
"""Besides the longest horizon, models are compared over this one [weeks]."""
YOUNGEST = 4
"""A row needs this many known weeks at an origin for its miss to count."""


@dataclass(frozen=True)
class Series:
    """The rows of a panel, what is forecast for them (base series), and the SKUs they add up to.

    Attributes:
        values: (row, week) units without season and events.
        known: (row, week).
        firsts: First week per row.
        ends: One past the last week per row.
        skus: SKU number per row, sorted.
        tiers: Kind of row for the pools of misses: 1 the country that sells most, 2 any other (0 is the whole SKU).
        base: The series that are forecast: a row of its own, or the SKU's thin rows together.
        base_of_row: Base series of each row.
        base_order: Rows sorted by base series.
        base_sku: SKU number per base series.
        whole: The SKUs as a whole.
    """

    values: Floats
    known: Bools
    firsts: Ints
    ends: Ints
    skus: Ints
    tiers: Ints
    base: Pool
    base_of_row: Ints
    base_order: Ints
    base_sku: Ints
    whole: Pool

    def share(self, ends: Ints) -> Floats:
        """Share of each row in its base series, read up to `ends` per row."""
        order = self.base_order
        ordered = share_rows(
            self.values[order], self.known[order], self.firsts[order], ends[order], self.base_of_row[order]
        )
        shares = np.empty(len(order))
        shares[order] = ordered
        return shares

    def sum_rows(self, rows: Floats) -> Floats:
        """(row, …) → (SKU, …)."""
        starts = np.flatnonzero(np.concatenate([[True], self.skus[1:] != self.skus[:-1]]))
        return np.asarray(np.add.reduceat(rows, starts, axis=0))


@dataclass(frozen=True)
class Learned:
    """What the past taught: a model per base series, spread per row and then per SKU, and the pooled factors."""

    chosen: Ints
    fitted: Floats
    share: Floats
    spread: Floats
    ratio: Floats
    pools: Ints
    factors: quantiles.Factors


def gather_series(
    values: Floats, known: Bools, firsts: Ints, ends: Ints, skus: Ints, countries: Ints, thin_weeks: int
) -> Series:
    """Rows with fewer than `thin_weeks` weeks of sales are forecast together per SKU, the others alone."""
    thin = ((values > 0.0) & known).sum(axis=1) < thin_weeks
    key = skus * (int(countries.max()) + 2) + np.where(thin, 0, countries + 1)
    order = np.argsort(key, kind="stable").astype(np.int64)
    base = pool_rows(values[order], known[order], firsts[order], ends[order], key[order])
    base_of_row = np.empty(len(order), np.int64)
    base_of_row[order] = base.group_of_row
    base_sku = np.empty(base.values.shape[0], np.int64)
    base_sku[base_of_row] = skus
    sold = np.bincount(countries, weights=np.cumsum(values, axis=1)[:, -1])
    return Series(
        values=values,
        known=known,
        firsts=firsts,
        ends=ends,
        skus=skus,
        tiers=np.where(countries == sold.argmax(), 1, 2).astype(np.int64),
        base=base,
        base_of_row=base_of_row,
        base_order=order,
        base_sku=base_sku,
        whole=pool_rows(values, known, firsts, ends, skus),
    )


def learn(series: Series) -> Learned:
    """Choose a model per base series and pool the misses, from up to nine origins; then fit to the present."""
    weeks = series.values.shape[1]
    longest = min(quantiles.KNOTS[-1], max(1, weeks // 4))
    knots = np.array([knot for knot in quantiles.KNOTS if knot <= longest], dtype=np.int64)
    spacing = max(1, longest // 4)
    back = [spacing * k for k in range(1, ORIGINS + 1) if weeks - spacing * k >= kernels.START_WEEKS]
    fits = [_fit_at(series, distance) for distance in back]
    fitted, counts = choice.fit_models(series.base.values, series.base.known, series.base.ends)
    classes = choice.class_zeros(series.base.values, series.base.known)
    errors = np.zeros((2, len(counts), len(choice.MODELS)))
    origins = np.zeros((2, len(counts)), np.int64)
    for number, (distance, (past, past_counts)) in enumerate(zip(back, fits, strict=True)):
        half = int(2 * number >= len(back))
        error, measured = _compare_models(series, past, past_counts, distance, longest)
        errors[half] += error
        origins[half] += measured
    chosen = choice.choose_models(errors, origins, classes, counts)

    ratio, spread, pools = _measure_rows(series, 0, None)
    # a model picked on these origins would flatter itself: misses are those of the default of the class
    default = choice.default_models(classes, counts)
    misses: list[quantiles.Misses] = []
    for distance, (past, _) in zip(back, fits, strict=True):
        misses += _measure_origin(series, past, default, distance, knots, ratio)
    return Learned(
        chosen, fitted, series.share(series.ends), spread, ratio, pools, quantiles.pool_factors(misses, knots)
    )


def _fit_at(series: Series, distance: int) -> tuple[Floats, Ints]:
    ends = np.minimum(series.base.ends, series.whole.ends[series.base_sku] - distance)
    return choice.fit_models(series.base.values, series.base.known, ends)


def _compare_models(series: Series, fitted: Floats, counts: Ints, distance: int, longest: int) -> tuple[Floats, Ints]:
    """Absolute miss of cumulative demand over four weeks and over the longest horizon, per base series and model."""
    origin = series.whole.ends[series.base_sku] - distance
    actual, known = _window(series.base.values, series.base.known, origin, min(longest, distance))
    usable = (counts >= kernels.START_WEEKS) & (known.sum(axis=1) >= min(3, known.shape[1]))
    misses = np.cumsum(
        np.where(known, 1.0, 0.0)[:, None] * (choice.draw_paths(fitted, known.shape[1]) - actual[:, None]), axis=2
    )
    short = misses[:, :, min(SHORT_WEEKS, known.shape[1]) - 1]
    error = np.abs(short) + np.abs(misses[:, :, -1])
    return np.where(usable[:, None], error, 0.0), usable.astype(np.int64)


def _measure_origin(
    series: Series, fitted: Floats, models: Ints, distance: int, knots: Ints, ratio: Floats
) -> list[quantiles.Misses]:
    """Misses of rows and whole SKUs at one origin."""
    reachable = knots[knots <= distance]
    length = int(reachable[-1])
    base_path = choice.take_model(choice.draw_paths(fitted, length), models)
    origin = series.whole.ends - distance
    share = series.share(np.minimum(series.ends, origin[series.skus]))
    path = share[:, None] * base_path[series.base_of_row]
    actual, known = _window(series.values, series.known, origin[series.skus], length)
    whole_actual, whole_known = _window(series.whole.values, series.whole.known, origin, length)
    _, spread, pools = _measure_rows(series, distance, ratio)
    counts = np.concatenate(
        [
            _count_before(series.known, origin[series.skus]),
            _count_before(series.whole.known, origin),
        ]
    )
    return quantiles.measure_misses(
        np.concatenate([actual, whole_actual]),
        np.concatenate([known, whole_known]),
        np.concatenate([path, series.sum_rows(path)]),
        spread,
        pools,
        counts >= YOUNGEST,
        reachable,
    )


def _measure_rows(series: Series, distance: int, ratio: Floats | None) -> tuple[Floats, Floats, Ints]:
    """Spread ÷ mean per zero class, spread and pool of rows and then whole SKUs, `distance` weeks ago."""
    origin = series.whole.ends - distance
    ends = np.concatenate([np.minimum(series.ends, origin[series.skus]), origin])
    values = np.concatenate([series.values, series.whole.values])
    known = np.concatenate([series.known, series.whole.known])
    before = known & (np.arange(values.shape[1]) < ends[:, None])
    squares, means, counts = kernels.measure_spread(values, known, ends)
    classes = choice.class_zeros(values, before)
    tiers = np.concatenate([series.tiers, np.zeros(len(origin), np.int64)])
    pooled = quantiles.pool_spread(squares, means, counts, classes) if ratio is None else ratio
    spread = quantiles.shrink_spread(squares, means, counts, classes, pooled)
    return pooled, spread, quantiles.number_pools(tiers, classes)


def _count_before(known: Bools, ends: Ints) -> Ints:
    return np.asarray((known & (np.arange(known.shape[1]) < ends[:, None])).sum(axis=1), dtype=np.int64)


def _window(values: Floats, known: Bools, start: Ints, length: int) -> tuple[Floats, Bools]:
    """(row, week from `start`) of values and of what is known; outside the panel nothing is known."""
    column = start[:, None] + np.arange(length)
    inside = (column >= 0) & (column < values.shape[1])
    safe = np.clip(column, 0, values.shape[1] - 1)
    return np.take_along_axis(values, safe, axis=1), np.take_along_axis(known, safe, axis=1) & inside
