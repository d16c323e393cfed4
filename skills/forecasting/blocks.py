"""Blocks: 128 series side by side, a row per week, so that one instruction works on several series.

All series of a block end in its last row. Only known weeks from the first sale on are *seen*; no state changes in
another week. A pass over a block visits its `stops`, the rolling origins and the present, and leaves what it knew
there. No fastmath, no parallel loop, no exp, log or pow: the same bits on every x86-64 machine. Each kernel has a
plain twin in tests/skills/forecasting.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.forecasting.arrays import Bools, Floats, Ints

LANES = 128
"""Series of a block."""
WEEKS, SALES, MEAN_UNITS, STEADY_UNITS, SQUARES, SWING, SILENCE, RECENT, LEVEL = range(9)
"""What is held of a series at a stop; the level is what its default model forecasts for the first week."""
RECENT_WEEKS = 4
CALM_TIMES, CALM_SALES = 4.0, 3.0
"""A calm week counts at most this many times the mean calm week with sales so far, once there are three of them."""
RECENT_SHARE = 0.2
"""What the last four weeks count in a steady mean, beside the mean of calm weeks."""


@njit(cache=True)
def load_block(
    values: Floats,
    known: Bools,
    ends: Ints,
    finals: Ints,
    first: int,
    units: Floats,
    seen: Floats,
    gain: Floats,
    sale: Floats,
    wait: Floats,
    calm: Floats,
) -> None:
    """Copy up to 128 series into the columns of a block, the week before `finals` into its last row.

    Args:
        values: (series, week) units.
        known: Same shape.
        ends: One past the last week that may be read, per series.
        finals: One past the week that goes into the last row, per series.
        first: The first series of the block.
        units: Out: (row, lane) units, 0 where unknown or before the first sale.
        seen: Out: 1 where known and not before the first sale.
        gain: Out: 1 ÷ weeks seen so far, where seen.
        sale: Out: 1 ÷ sales so far, where one is made.
        wait: Out: weeks seen since the sale before, where one is made; 1 at the first.
        calm: Out: units, at most four times the mean calm sale before, from the fourth sale on.
    """
    rows = units.shape[0]
    for out in (units, seen, gain, sale, wait, calm):
        out[:] = 0.0
    for lane in range(min(LANES, values.shape[0] - first)):
        series = first + lane
        count, sales, waited, total = 0.0, 0.0, 1.0, 0.0
        shift = finals[series] - rows
        for row in range(max(0, -shift), min(rows, min(ends[series], values.shape[1]) - shift)):
            week = row + shift
            value = values[series, week]
            if known[series, week] and (count > 0.0 or value > 0.0):
                count += 1.0
                seen[row, lane] = 1.0
                gain[row, lane] = 1.0 / count
                if value > 0.0:
                    most = CALM_TIMES * total / sales if sales >= CALM_SALES else value
                    calm[row, lane] = min(value, most)
                    total += calm[row, lane]
                    sales += 1.0
                    units[row, lane] = value
                    sale[row, lane] = 1.0 / sales
                    wait[row, lane] = waited
                    waited = 0.0
                waited += 1.0


@njit(cache=True)
def count_weeks(
    units: Floats,
    calm: Floats,
    seen: Floats,
    gain: Floats,
    stops: Ints,
    place: Floats,
    slope: Floats,
    held: Floats,
) -> None:
    """What a block holds up to each stop, and the number of each week among those seen.

    Args:
        units: From `load_block`, like calm, seen and gain.
        stops: Rows, rising.
        place: Out: (row, lane) number of the week.
        slope: Out: (stop, lane) of the least-squares line, units per week seen.
        held: Out: (what, stop, lane) weeks seen, weeks with a sale, mean, steady mean, recent squared miss of
            a slow level, mean swing from week to week, weeks seen since the last sale, and mean of the last four
            weeks, -1 where none of them was seen.
    """
    count, sold, total, moment = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    level, square, last, swing = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    calm_total, silence = np.zeros(LANES), np.zeros(LANES)
    at = 0
    for stop in range(stops.size):
        for row in range(at, stops[stop]):
            for lane in range(LANES):
                place[row, lane] = count[lane]
                total[lane] += units[row, lane]
                calm_total[lane] += calm[row, lane]
                moment[lane] += count[lane] * units[row, lane]
                sold[lane] += 1.0 if units[row, lane] > 0.0 else 0.0
                silence[lane] = 0.0 if units[row, lane] > 0.0 else silence[lane] + seen[row, lane]
                count[lane] += seen[row, lane]
            for lane in range(LANES):
                follows = seen[row, lane] if gain[row, lane] < 1.0 else 0.0
                miss = units[row, lane] - level[lane]
                level[lane] += max(0.1, gain[row, lane]) * miss * seen[row, lane]
                square[lane] += max(0.05, gain[row, lane]) * (miss * miss - square[lane]) * follows
                swing[lane] += abs(units[row, lane] - last[lane]) * follows
                last[lane] = units[row, lane] if seen[row, lane] > 0.0 else last[lane]
        at = stops[stop]
        for lane in range(LANES):
            some = max(count[lane], 1.0)
            middle = 0.5 * (some - 1.0)
            width = some * (some * some - 1.0) / 12.0
            recent, weeks = 0.0, 0.0
            for row in range(max(0, at - RECENT_WEEKS), at):
                recent += units[row, lane]
                weeks += seen[row, lane]
            slope[stop, lane] = (moment[lane] - middle * total[lane]) / width if width > 0.0 else 0.0
            held[WEEKS, stop, lane] = count[lane]
            held[SALES, stop, lane] = sold[lane]
            held[MEAN_UNITS, stop, lane] = total[lane] / some
            held[SILENCE, stop, lane] = silence[lane]
            # the first week has no miss
            held[SQUARES, stop, lane] = square[lane] * some / max(some - 1.0, 1.0)
            held[SWING, stop, lane] = swing[lane] / max(some - 1.0, 1.0)
            held[RECENT, stop, lane] = recent / weeks if weeks > 0.0 else -1.0
            calm_mean = calm_total[lane] / some
            moved = RECENT_SHARE * (recent / weeks - calm_mean) if weeks > 0.0 else 0.0
            held[STEADY_UNITS, stop, lane] = calm_mean + moved
