"""Looking back: every model at every rolling origin, what it would have cost, and how far the default missed.

Kernels over a chunk of series. The present is the last stop; the origins are the stops before it. They carry the
code and constants of models, blocks and kernels inside, and numba's cache watches this file alone: whoever changes
those changes a line here too, or deletes the cache. Revision 4.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.blocks import (
    LANES,
    MEAN_UNITS,
    RECENT,
    SALES,
    SQUARES,
    STEADY_UNITS,
    WEEKS,
    count_weeks,
    load_block,
)
from skills.forecasting.kernels import fit_adida, fit_damped, fit_levels, fit_sba, fit_tsb
from skills.forecasting.models import (
    ADIDA,
    DAMPED,
    MEAN,
    MODELS,
    SBA,
    SEASONAL,
    SES,
    SPARSE_BLEND,
    START_WEEKS,
    STEADY,
    THETA,
    TREND_BLEND,
    TREND_WEEKS,
    TSB,
    choose_default,
)

COUNT = len(MODELS)
SHORT_WEEKS = 4
"""Besides the longest horizon, models are compared over this one [weeks]."""
SHARE_WEEKS = 52
"""Weeks back that a share looks."""
NEWCOMER_WEEKS = 13
"""A country that joined later is given at least this many weeks when its rate is measured for a share."""
YOUNGEST = 4
"""A row needs this many known weeks at an origin for its miss to count."""
P90 = 1.2816
"""Spreads that p90 lies above the mean in a normal distribution."""


@njit(cache=True)
def look_back(
    values: Floats,
    known: Bools,
    ends: Ints,
    finals: Ints,
    rows: int,
    stops: Ints,
    longest: int,
    season: int,
    weeks: Floats,
    sales: Floats,
    states: Floats,
    paths: Floats,
    losses: Floats,
) -> None:
    """Fit every series of a chunk at every stop, forecast from each origin and compare with what followed.

    Args:
        values: (series, week) units.
        known: Same shape.
        ends: One past the last week that may be read, per series.
        finals: One past the week that all of the SKU's series end in, per series; the origins count back from it.
        rows: Weeks read before `finals`.
        stops: Rows of the origins, rising, and then `rows`.
        longest: Weeks ahead that are compared at most.
        season: Weeks of a year; 0 = no seasonal-naive forecast.
        weeks: Out: (stop, series) weeks seen.
        sales: Out: (stop, series) weeks with a sale.
        states: Out: (series, model, 3) level, trend and damping at the present, of the models that have a state.
        paths: Out: (stop, series, week ahead) of the default of the class.
        losses: Out: (series, model) pinball loss summed over the origins.
    """
    count = stops.size
    units, seen, gain = np.empty((rows, LANES)), np.empty((rows, LANES)), np.empty((rows, LANES))
    sale, wait, place = np.empty((rows, LANES)), np.empty((rows, LANES)), np.empty((rows, LANES))
    calm = np.empty((rows, LANES))
    slope, held = np.empty((count, LANES)), np.empty((RECENT + 1, count, LANES))
    fitted = np.zeros((TREND_BLEND, 3, count, LANES))
    fitted[THETA, 2] = 1.0
    trend = np.empty((count, 3, LANES))
    drawn = np.zeros((COUNT, longest, LANES))
    loss, default = np.empty((COUNT, LANES)), np.zeros(LANES, np.int64)
    for first in range(0, values.shape[0], LANES):
        lanes = min(LANES, values.shape[0] - first)
        load_block(values, known, ends, finals, first, units, seen, gain, sale, wait, calm)
        count_weeks(units, calm, seen, gain, stops, place, slope, held)
        fit_levels(units, seen, gain, place, held[WEEKS], slope, stops, fitted[SES, 0], fitted[THETA, 0])
        fit_damped(units, seen, gain, stops, trend)
        fit_sba(units, seen, sale, wait, stops, fitted[SBA, 0])
        fit_tsb(calm, seen, gain, sale, stops, fitted[TSB, 0])
        fit_adida(units, seen, held[WEEKS], held[SALES], fitted[SES, 0], stops, fitted[ADIDA, 0])
        for stop in range(count):
            for lane in range(LANES):
                fitted[MEAN, 0, stop, lane] = held[MEAN_UNITS, stop, lane]
                fitted[STEADY, 0, stop, lane] = held[STEADY_UNITS, stop, lane]
                fitted[THETA, 1, stop, lane] = 0.5 * slope[stop, lane]
                for part in range(3):
                    fitted[DAMPED, part, stop, lane] = trend[stop, part, lane]
        for lane in range(lanes):
            for stop in range(count):
                weeks[stop, first + lane] = held[WEEKS, stop, lane]
                sales[stop, first + lane] = held[SALES, stop, lane]
            for model in range(TREND_BLEND):
                for part in range(3):
                    states[first + lane, model, part] = fitted[model, part, count - 1, lane]
        for origin in range(count):
            ahead = min(longest, rows - stops[origin]) if origin < count - 1 else longest
            draw_block(fitted[:, :, origin], ahead, drawn)
            draw_season(units, seen, fitted[MEAN, 0, origin], stops[origin], season, ahead, drawn[SEASONAL])
            for lane in range(lanes):
                default[lane] = choose_default(held[WEEKS, origin, lane], held[SALES, origin, lane])
                for week in range(ahead):
                    paths[origin, first + lane, week] = drawn[default[lane], week, lane]
            if origin == count - 1:
                continue
            judge(units, seen, stops[origin], ahead, drawn, held[SQUARES, origin], loss)
            for lane in range(lanes):
                if held[WEEKS, origin, lane] >= START_WEEKS:
                    for model in range(COUNT):
                        known_then = model != SEASONAL or held[WEEKS, origin, lane] >= season > 0
                        # a model that could not be used then costs what the default did
                        losses[first + lane, model] += loss[model if known_then else default[lane], lane]


@njit(cache=True)
def draw_block(fitted: Floats, ahead: int, drawn: Floats) -> None:
    """(model, week ahead, lane) units per week, never negative, blends included."""
    for model in range(TREND_BLEND):
        level, step = fitted[model, 0].copy(), fitted[model, 1].copy()
        for week in range(ahead):
            for lane in range(LANES):
                if week < TREND_WEEKS:
                    step[lane] *= fitted[model, 2, lane]
                    level[lane] += step[lane]
                drawn[model, week, lane] = max(level[lane], 0.0)
    for week in range(ahead):
        for lane in range(LANES):
            drawn[TREND_BLEND, week, lane] = 0.5 * (drawn[THETA, week, lane] + drawn[DAMPED, week, lane])
            drawn[SPARSE_BLEND, week, lane] = 0.5 * (drawn[STEADY, week, lane] + drawn[TSB, week, lane])


@njit(cache=True)
def draw_season(units: Floats, seen: Floats, mean: Floats, stop: int, season: int, ahead: int, drawn: Floats) -> None:
    """The same weeks a year before, the mean where they are not known."""
    for week in range(ahead):
        row = stop - season + week % max(season, 1)
        for lane in range(LANES):
            drawn[week, lane] = mean[lane]
            if season > 0 and row >= 0 and seen[row, lane] > 0.0:
                drawn[week, lane] = units[row, lane]


@njit(cache=True)
def judge(units: Floats, seen: Floats, stop: int, ahead: int, drawn: Floats, squares: Floats, loss: Floats) -> None:
    """Pinball loss of p50 and p90 of demand over four weeks and over all weeks ahead, per (model, lane).

    p50 is the forecast, p90 lies 1.2816 × spread × √weeks above it for every model alike. Only known weeks count; a
    window with fewer than three of them (or than it has) costs nothing.
    """
    weeks, short_weeks = np.zeros(LANES), np.zeros(LANES)
    for week in range(ahead):
        for lane in range(LANES):
            weeks[lane] += seen[stop + week, lane]
        if week == min(SHORT_WEEKS, ahead) - 1:
            short_weeks[:] = weeks
    miss, short_miss = np.empty(LANES), np.empty(LANES)
    for model in range(COUNT):
        miss[:] = 0.0
        for week in range(ahead):
            for lane in range(LANES):
                miss[lane] += (units[stop + week, lane] - drawn[model, week, lane]) * seen[stop + week, lane]
            if week == min(SHORT_WEEKS, ahead) - 1:
                short_miss[:] = miss
        for lane in range(LANES):
            cushion = P90 * np.sqrt(squares[lane] * weeks[lane])
            short_cushion = P90 * np.sqrt(squares[lane] * short_weeks[lane])
            cost = 0.5 * (abs(miss[lane]) + abs(short_miss[lane]))
            above, short_above = miss[lane] - cushion, short_miss[lane] - short_cushion
            cost += max(0.9 * above, -0.1 * above) + max(0.9 * short_above, -0.1 * short_above)
            loss[model, lane] = cost if weeks[lane] >= min(3, ahead) else 0.0


@njit(cache=True)
def measure_rows(
    values: Floats, known: Bools, ends: Ints, finals: Ints, rows: int, stops: Ints, held: Floats
) -> None:
    """What `count_weeks` holds of each series at each stop: held (what, stop, series)."""
    units, seen, gain = np.empty((rows, LANES)), np.empty((rows, LANES)), np.empty((rows, LANES))
    sale, wait, place = np.empty((rows, LANES)), np.empty((rows, LANES)), np.empty((rows, LANES))
    calm = np.empty((rows, LANES))
    slope, found = np.empty((stops.size, LANES)), np.empty((RECENT + 1, stops.size, LANES))
    for first in range(0, values.shape[0], LANES):
        load_block(values, known, ends, finals, first, units, seen, gain, sale, wait, calm)
        count_weeks(units, calm, seen, gain, stops, place, slope, found)
        for what in range(RECENT + 1):
            for stop in range(stops.size):
                for lane in range(min(LANES, values.shape[0] - first)):
                    held[what, stop, first + lane] = found[what, stop, lane]


@njit(cache=True)
def share_rows(
    values: Floats,
    known: Bools,
    firsts: Ints,
    ends: Ints,
    finals: Ints,
    rows: int,
    stops: Ints,
    groups: Ints,
    shares: Floats,
) -> None:
    """Share of each row in its group's units per known week of the last year, at each stop.

    A row younger than 13 weeks is measured over 13 weeks, or over the group's life when that is shorter: weeks before
    a newcomer's first sale, when the SKU already sold elsewhere, count as weeks without sales.

    Args:
        groups: Base series of each row.
        shares: Out: (stop, row).
    """
    count, width = values.shape
    size = groups.max() + 1
    members, begin = np.zeros(size), np.full(size, width)
    for row in range(count):
        members[groups[row]] += 1.0
        begin[groups[row]] = min(begin[groups[row]], firsts[row])
    totals = np.zeros((stops.size, size))
    sold, weeks = np.zeros(width + 1), np.zeros(width + 1)
    for row in range(count):
        for week in range(width):
            sold[week + 1] = sold[week] + values[row, week]
            weeks[week + 1] = weeks[week] + (1.0 if known[row, week] else 0.0)
        for stop in range(stops.size):
            end = max(0, min(ends[row], finals[row] - rows + stops[stop]))
            low = max(0, end - SHARE_WEEKS)
            missed = max(0, min(NEWCOMER_WEEKS, end - begin[groups[row]]) - max(0, end - firsts[row]))
            rate = (sold[end] - sold[low]) / max(1.0, weeks[end] - weeks[low] + missed)
            shares[stop, row] = rate
            totals[stop, groups[row]] += rate
    for stop in range(stops.size):
        for row in range(count):
            total = totals[stop, groups[row]]
            shares[stop, row] = shares[stop, row] / total if total > 0.0 else 1.0 / members[groups[row]]


@njit(cache=True)
def measure_misses(
    values: Floats, known: Bools, finals: Ints, rows: int, stops: Ints, knots: Ints, paths: Floats, misses: Floats
) -> None:
    """Miss of each knot at each origin, of accumulated demand per √week and of the single week.

    A knot counts when its week is known and at most a quarter of the weeks up to it are not, and the series had
    four known weeks at the origin.

    Args:
        paths: (origin, series, week ahead) forecast made at the origin.
        misses: Out: (accumulated or single, origin, knot, series) units; left as it is where nothing was measured.
    """
    for series in range(values.shape[0]):
        for origin in range(stops.size - 1):
            start = finals[series] - rows + stops[origin]
            before = 0
            for week in range(max(0, start)):
                before += 1 if known[series, week] else 0
            if start < 0 or before < YOUNGEST:
                continue
            sold, expected, weeks, knot = 0.0, 0.0, 0.0, 0
            for ahead in range(min(knots[-1], rows - stops[origin])):
                week = start + ahead
                if known[series, week]:
                    sold += values[series, week]
                    expected += paths[origin, series, ahead]
                    weeks += 1.0
                if ahead + 1 == knots[knot]:
                    if known[series, week] and 4.0 * weeks >= 3.0 * knots[knot]:
                        misses[0, origin, knot, series] = (sold - expected) / np.sqrt(weeks)
                        misses[1, origin, knot, series] = values[series, week] - paths[origin, series, ahead]
                    knot += 1


@njit(cache=True)
def draw_chosen(
    values: Floats,
    known: Bools,
    finals: Ints,
    states: Floats,
    chosen: Ints,
    season: int,
    drawn: Floats,
) -> None:
    """(series, week ahead) of one model each.

    Args:
        states: (series, model, 3).
        drawn: Out: (series, week ahead).
    """
    count, length = drawn.shape
    path = np.empty((TREND_BLEND, length))
    for series in range(count):
        model = chosen[series]
        if model == SEASONAL:
            for week in range(length):
                back = finals[series] - season + week % season
                drawn[series, week] = states[series, MEAN, 0]
                if back >= 0 and known[series, back]:
                    drawn[series, week] = values[series, back]
            continue
        for state in range(TREND_BLEND):
            level, step = states[series, state, 0], states[series, state, 1]
            for week in range(length):
                if week < TREND_WEEKS:
                    step *= states[series, state, 2]
                    level += step
                path[state, week] = max(level, 0.0)
        for week in range(length):
            if model == TREND_BLEND:
                drawn[series, week] = 0.5 * (path[THETA, week] + path[DAMPED, week])
            elif model == SPARSE_BLEND:
                drawn[series, week] = 0.5 * (path[STEADY, week] + path[TSB, week])
            else:
                drawn[series, week] = path[model, week]
