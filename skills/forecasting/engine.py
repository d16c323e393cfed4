"""The engine: all series at once, from a look back at rolling origins to models, paths and pooled factors.

Works on arrays, in chunks of whole SKUs, so that memory beyond the answer stays bounded. `plan.py` stands on it with
a panel of a seller; `forecast_batch` takes any block of series of equal standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skills.forecasting import blocks, choice, lookback, models, quantiles
from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.panel import CHUNK, Pool, check_units, cut_rows, pool_rows, sum_rows

ORIGINS = 9
"""Origins looked back at."""


@dataclass(frozen=True)
class Series:
    """The rows of a panel, what is forecast for them (base series), and the SKUs they add up to.

    Attributes:
        values: (row, week) units without season and events.
        known: (row, week).
        firsts: First week per row.
        ends: One past the last week per row.
        skus: SKU number per row, 0 … n - 1, sorted.
        tiers: Kind of row for the pools of misses: 1 the country that sells most, 2 any other (0 is the whole SKU).
        base: The series that are forecast: a row of its own, or the SKU's thin rows together; sorted by SKU.
        base_of_row: Base series of each row.
        base_sku: SKU number per base series.
        whole: The SKUs as a whole; None when rows do not add up to anything.
        finals: One past the last week of any row, per SKU.
    """

    values: Floats
    known: Bools
    firsts: Ints
    ends: Ints
    skus: Ints
    tiers: Ints
    base: Pool
    base_of_row: Ints
    base_sku: Ints
    whole: Pool | None
    finals: Ints


@dataclass(frozen=True)
class Learned:
    """What the past taught: a model per base series; spread and pool per row, then per SKU; the pooled factors."""

    chosen: Ints
    states: Floats
    share: Floats
    spread: Floats
    ratio: Floats
    pools: Ints
    factors: quantiles.Factors


@dataclass(frozen=True)
class Batch:
    """Forecasts of a block of series.

    Attributes:
        chosen: Number of the model in `models.MODELS`, per series.
        mean: (series, week ahead) units per week.
        knots: Horizons of `quantiles` [weeks].
        quantiles: (quantile, series, knot) of demand accumulated to the end of that week [units].
    """

    chosen: Ints
    mean: Floats
    knots: Ints
    quantiles: Floats


def gather_series(
    values: Floats, known: Bools, firsts: Ints, ends: Ints, skus: Ints, countries: Ints, thin_weeks: int
) -> Series:
    """Rows with fewer than `thin_weeks` weeks of sales are forecast together per SKU, the others alone."""
    thin = ((values > 0.0) & known).sum(axis=1) < thin_weeks
    key = skus * (int(countries.max()) + 2) + np.where(thin, 0, countries + 1)
    order = np.argsort(key, kind="stable").astype(np.int64)
    base = pool_rows(values, known, firsts, ends, key[order], order)
    base_of_row = np.empty(len(order), np.int64)
    base_of_row[order] = base.group_of_row
    base_sku = np.empty(base.values.shape[0], np.int64)
    base_sku[base_of_row] = skus
    sold = np.bincount(countries, weights=sum_rows(values))
    whole = pool_rows(values, known, firsts, ends, skus)
    return Series(
        values=values,
        known=known,
        firsts=firsts,
        ends=ends,
        skus=skus,
        tiers=np.where(countries == sold.argmax(), 1, 2).astype(np.int64),
        base=base,
        base_of_row=base_of_row,
        base_sku=base_sku,
        whole=whole,
        finals=whole.ends,
    )


def place_origins(weeks: int) -> tuple[Ints, Ints, int]:
    """Rows of up to nine origins and the present, knots that can be measured, and weeks compared at most."""
    longest = min(quantiles.KNOTS[-1], max(1, weeks // 3))
    knots = np.array([knot for knot in quantiles.KNOTS if knot <= longest], dtype=np.int64)
    spacing = max(1, longest // 4)
    back = [spacing * k for k in range(ORIGINS, -1, -1)]
    stops = np.array([weeks - step for step in back if step == 0 or weeks - step >= models.START_WEEKS])
    return stops.astype(np.int64), knots, longest


def learn(series: Series, season_weeks: int) -> Learned:
    """Look back at every origin, choose a model per base series and pool the misses.

    Args:
        series: From `gather_series`.
        season_weeks: Weeks of a year, 0 = none.
    """
    width = series.values.shape[1]
    stops, knots, longest = place_origins(width)
    base, rows = series.base.values.shape[0], series.values.shape[0]
    measured = rows + (0 if series.whole is None else len(series.finals))
    weeks, sales = np.zeros((len(stops), base)), np.zeros((len(stops), base))
    states = np.zeros((base, models.TREND_BLEND, 3))
    losses = np.zeros((base, len(models.MODELS)))
    share = np.ones(rows)
    held = np.zeros((blocks.LEVEL + 1, len(stops), measured))
    misses = np.full((2, len(stops) - 1, len(knots), measured), np.nan, np.float32)
    for some, own, skus in _cut(series):
        paths = np.zeros((len(stops), own.stop - own.start, longest))
        ends, finals = series.base.ends[own], series.finals[series.base_sku[own]]
        chunk = weeks[:, own], sales[:, own], states[own], paths, losses[own]
        lookback.look_back(
            series.base.values[own], series.base.known[own], ends, finals, width, stops, longest, season_weeks,
            *chunk,
        )  # fmt: skip
        values, known = series.values[some], series.known[some]
        finals = series.finals[series.skus[some]]
        base_of_row = series.base_of_row[some] - own.start
        shares = np.ones((len(stops), some.stop - some.start))
        if len(series.base_of_row) > base:
            lookback.share_rows(
                values, known, series.firsts[some], series.ends[some], finals, width, stops, base_of_row, shares
            )
        share[some] = shares[-1]
        lookback.measure_rows(values, known, series.ends[some], finals, width, stops, held[: blocks.LEVEL, :, some])
        row_paths = paths
        if len(series.base_of_row) > base:
            row_paths = shares[:, :, None] * paths[:, base_of_row]
        held[blocks.LEVEL, :, some] = row_paths[:, :, 0]
        lookback.measure_misses(values, known, finals, width, stops, knots, row_paths, misses[:, :, :, some])
        if series.whole is not None:
            at = slice(rows + skus.start, rows + skus.stop)
            starts = np.searchsorted(series.skus[some], np.arange(skus.start, skus.stop))
            values, known, finals = series.whole.values[skus], series.whole.known[skus], series.finals[skus]
            lookback.measure_rows(values, known, finals, finals, width, stops, held[: blocks.LEVEL, :, at])
            sums = np.add.reduceat(row_paths, starts, axis=1)
            held[blocks.LEVEL, :, at] = sums[:, :, 0]
            lookback.measure_misses(values, known, finals, width, stops, knots, sums, misses[:, :, :, at])
    chosen = choice.choose_models(losses, weeks[-1], sales[-1])
    tiers = np.concatenate([series.tiers, np.zeros(measured - rows, np.int64)])
    ratio, spread, pools, factors = quantiles.pool_misses(misses, held, tiers, knots, width)
    return Learned(chosen, states, share, spread, ratio, pools, factors)


def _cut(series: Series) -> Iterator[tuple[slice, slice, slice]]:
    """Rows, base series and SKUs of each chunk."""
    for some in cut_rows(series.skus, CHUNK):
        skus = slice(int(series.skus[some.start]), int(series.skus[some.stop - 1]) + 1)
        low, high = np.searchsorted(series.base_sku, [skus.start, skus.stop])
        yield some, slice(int(low), int(high)), skus


def draw_chosen(series: Series, learned: Learned, season_weeks: int, length: int) -> Floats:
    """(base series, week ahead) of the chosen model, from the end of the SKU's history.

    Args:
        length: Weeks ahead.
    """
    base = series.base
    out = np.empty((len(learned.chosen), length))
    finals = series.finals[series.base_sku]
    lookback.draw_chosen(base.values, base.known, finals, learned.states, learned.chosen, season_weeks, out)
    return out


def forecast_points(values: Floats, known: Bools, horizon: int) -> tuple[Floats, Floats]:
    """The model set without choice and quantiles: every model's state, and the mean of the default.

    Args:
        values: (series, week) units; all end in the last week.
        known: Same shape; False where a week is not to be read.
        horizon: Weeks ahead.

    Returns:
        (series, model, 3) level, trend and damping after the last week, and (series, week ahead) units per week.

    Raises:
        BrokenHistory: names the series.
    """
    count, width = values.shape
    states, mean = np.zeros((count, models.TREND_BLEND, 3)), np.zeros((1, count, horizon))
    losses, stops = np.zeros((count, len(models.MODELS))), np.array([width])
    for start in range(0, count, CHUNK):
        some = slice(start, min(start + CHUNK, count))
        check_units(values[some], start)
        ends, weeks = np.full(some.stop - start, width), np.zeros((2, 1, some.stop - start))
        lookback.look_back(
            values[some], known[some], ends, ends, width, stops, horizon, 0, weeks[0], weeks[1], states[some],
            mean[:, some], losses[some],
        )  # fmt: skip
    return states, mean[0]


def forecast_batch(values: Floats, known: Bools, horizon: int, season_weeks: int) -> Batch:
    """Forecast series of equal standing: a model for each, its mean and quantiles of accumulated demand.

    Args:
        values: (series, week) units; all end in the last week.
        known: Same shape; False where a week is not to be read.
        horizon: Weeks ahead.
        season_weeks: Weeks of a year, 0 = no seasonal-naive forecast.

    Raises:
        BrokenHistory: names the series.
    """
    for start in range(0, len(values), CHUNK):
        check_units(values[start : start + CHUNK], start)
    count, width = values.shape
    rows = np.arange(count)
    ends = np.full(count, width)
    series = Series(
        values=values,
        known=known,
        firsts=np.zeros(count, np.int64),
        ends=ends,
        skus=rows,
        tiers=np.ones(count, np.int64),
        base=Pool(values, known, ends, rows),
        base_of_row=rows,
        base_sku=rows,
        whole=None,
        finals=ends,
    )
    taught = learn(series, season_weeks)
    mean = draw_chosen(series, taught, season_weeks, horizon)
    knots = taught.factors.knots[taught.factors.knots <= horizon]
    return Batch(
        taught.chosen, mean, knots, quantiles.add_factors(mean, taught.spread, taught.pools, taught.factors, knots)
    )
