"""The yearly season: weekly indices of each category, and of the category in each country as far as it departs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from skills.forecasting.arrays import Bools, Floats, Ints

SMOOTHING: tuple[float, ...] = (1.0, 2.0, 3.0, 2.0, 1.0)
BOUNDS = (0.2, 4.0)
CHANCE = 0.25
"""Standard deviation of the agreement of two seasons of noise so smoothed, √(3.07 ÷ 52); that of a departure counts
from there."""


@dataclass(frozen=True)
class Seasons:
    """Rows that share a season, and their indices.

    Attributes:
        kinds: Kind of each row.
        factors: (kind, week) with mean 1 over a year; the first kinds are the categories as a whole.
    """

    kinds: Ints
    factors: Floats


def measure_seasons(
    values: Floats,
    known: Bools,
    skus: Ints,
    categories: Ints,
    countries: Ints,
    season_weeks: int,
    week_one: int,
    horizon: int,
) -> Seasons:
    """Seasonal index of each row's category and country over history and horizon; 1 with less than two full seasons.

    Of a category: pooled units ÷ what they would be if every row always sold its mean, as ratio to the line through
    the means of its last two seasons, smoothed over five weeks, averaged over both, drawn towards 1 as far as they
    disagree (Spearman-Brown reliability). Of a country: the category's, plus the rise of its units ÷ what they would
    be if every row always sold its share of its SKU, found alike and drawn towards none: by its own reliability or
    that of all such departures, whichever is less. Compared within SKUs, a country that sells more of the seasonal
    ones is not taken for one with another season. Weeks that are not known do not count.

    Args:
        values, known: (row, week).
        skus: Per row, sorted.
        categories, countries: Per row, 0 … n - 1.
        season_weeks: Weeks of a year, 0 = no season.
        week_one: The first week ahead.
        horizon: Weeks ahead.
    """
    kinds, width, weeks = int(categories.max()) + 1, week_one + horizon, int(known.shape[1])
    if season_weeks < 4 or weeks < 2 * season_weeks:
        return Seasons(categories, np.ones((kinds, width)))
    begin, places = weeks - 2 * season_weeks, int(countries.max()) + 1
    pairs, of_row = np.unique(categories * places + countries, return_inverse=True)
    sold, level, share = np.zeros((3, len(pairs), weeks - begin))
    pool_weeks(values, known, skus, of_row.astype(np.int64), begin, sold, level, share)
    shapes, departures = np.zeros((kinds + len(pairs), season_weeks)), np.zeros((len(pairs), 2, season_weeks))
    bounds = np.searchsorted(pairs // places, np.arange(kinds + 1))
    for kind in range(kinds):
        inside = slice(bounds[kind], bounds[kind + 1])
        units, expected = (np.cumsum(table[inside], axis=0)[-1] for table in (sold, level))
        rise = _measure_rise(units, expected, season_weeks)
        if rise is None:
            continue
        shapes[kind] = _agree(rise) * 0.5 * (rise[0] + rise[1])
        shapes[kinds:][inside] = shapes[kind]
        for pair in range(inside.start, inside.stop):
            own = _measure_rise(sold[pair], share[pair], season_weeks)
            departures[pair] = 0.0 if own is None else own
    most = _agree(departures.swapaxes(0, 1).reshape(2, -1), CHANCE)
    for pair, (one, two) in enumerate(departures):
        shapes[kinds + pair] += min(most, _agree(departures[pair], CHANCE)) * 0.5 * (one + two)
    shapes = np.clip(1.0 + shapes, *BOUNDS)
    indices = np.round(shapes / (np.cumsum(shapes, axis=1)[:, -1:] / season_weeks), 6)
    return Seasons(kinds + of_row.astype(np.int64), indices[:, (np.arange(width) - begin) % season_weeks])


@njit(cache=True)
def pool_weeks(
    values: Floats,
    known: Bools,
    skus: Ints,
    groups: Ints,
    begin: int,
    sold: Floats,
    level: Floats,
    share: Floats,
) -> None:
    """Units of each group, what they would be if each row sold its mean, and if it sold its share of its SKU.

    A row counts in its known weeks, when three quarters of the weeks from `begin` on are known and it sold at all.

    Args:
        values, known: (row, week).
        skus: Per row, sorted.
        groups: Per row.
        begin: The first week that is pooled.
        sold, level, share: Out: (group, week from `begin` on) units.
    """
    count, width = values.shape
    whole, first = np.zeros(width - begin), 0
    for row in range(count):
        if row == 0 or skus[row] != skus[row - 1]:
            whole[:] = 0.0
            first = row
            while first < count and skus[first] == skus[row]:
                for week in range(begin, width):
                    whole[week - begin] += values[first, week]
                first += 1
        total, weeks, late, own, all_rows = 0.0, 0.0, 0, 0.0, 0.0
        for week in range(width):
            total += values[row, week]
            if known[row, week]:
                weeks += 1.0
                if week >= begin:
                    late += 1
                    own += values[row, week]
                    all_rows += whole[week - begin]
        if own > 0.0 and 4 * late >= 3 * (width - begin):
            for week in range(begin, width):
                if known[row, week]:
                    sold[groups[row], week - begin] += values[row, week]
                    level[groups[row], week - begin] += total / weeks
                    share[groups[row], week - begin] += own / all_rows * whole[week - begin]


def _measure_rise(sold: Floats, expected: Floats, season: int) -> Floats | None:
    """(season, week) ratio to the line through both seasons' means, less its mean; None where it cannot be told."""
    if (expected <= 0.0).any():
        return None
    level = sold / expected
    first, last = float(np.cumsum(level[:season])[-1] / season), float(np.cumsum(level[season:])[-1] / season)
    line = first + (last - first) / season * (np.arange(2 * season) - (season - 1) / 2.0)
    if (line <= 0.0).any():
        return None
    ratio = _smooth((level / line).reshape(2, season))
    return np.asarray(ratio - np.cumsum(ratio, axis=1)[:, -1:] / season)


def _agree(rise: Floats, chance: float = 0.0) -> float:
    """Reliability of the mean of two seasons, 2c ÷ (1 + c) of their agreement c, as far as it is above chance."""
    one, two = rise
    together = float(np.cumsum(one * two)[-1])
    alone = 0.5 * float(np.cumsum(one * one)[-1] + np.cumsum(two * two)[-1])
    agreement = max(0.0, together / alone - chance) / (1.0 - chance) if alone > 0.0 else 0.0
    return 2.0 * agreement / (1.0 + agreement)


def _smooth(ratio: Floats) -> Floats:
    """Five-week weighted mean around the year."""
    reach = len(SMOOTHING) // 2
    total = np.zeros_like(ratio)
    for shift, weight in enumerate(SMOOTHING):
        total += weight * np.roll(ratio, shift - reach, axis=1)
    return total / sum(SMOOTHING)
