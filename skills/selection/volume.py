"""Searches of a niche week by week: level, season and growth, each read from complete known weeks only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.selection.facts import PLACE, Degradations, Numbers, join_rows, round_each
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import mark, name_rows

VOLUME = [
    "volume", "volume_recent", "volume_basis", "growth_90d_percent", "growth_180d_percent", "season_peak_month",
    "season_ratio", "weeks_known",
]  # fmt: skip
RANK_ONLY = "rank only"
_QUARTER, _HALF = 13, 26
_YEAR_LAGS = range(48, 57)
_FLAT = 1.05
_AT_ONCE = 4_000_000
MOST_GROWTH = 999.0
"""Percent; what grows faster was hardly searched for before."""

MISSING_WEEKS = mark(
    "{country}: {rows} weeks between the first and the last reported one are missing ({weeks}); they count as "
    "unknown, not as no searches."
)
NO_SEASON = mark(
    "{country}: the season is not taken out of {rows} niches, for fewer than {needed} weeks of them are known; their "
    "growth earns no points."
)
INDEX_ONLY = mark(
    "{country}: the volume of {rows} niches is an index of their rank, not searches, for no query of your own with "
    "volume lies near them; it earns no points."
)
NO_WEEKS = mark("{rows} niches have no complete week of searches; their volume is the one that built them.")


@dataclass(frozen=True, slots=True)
class Weeks:
    """Searches of every place in every week.

    Attributes:
        days: First days of the weeks that any country has, in order.
        searches: [place, week]; NaN before the place was first seen, and where its country has no report.
        bases: Per place the basis of most of its searches, "" without any.
    """

    days: pd.DatetimeIndex
    searches: Numbers
    bases: pd.Series

    def to_frame(self, places: pd.DataFrame) -> pd.DataFrame:
        """One row per (niche, country, week): volume."""
        place, week = np.nonzero(~np.isnan(self.searches))
        named = {name: places[name].array.take(place) for name in PLACE}
        return pd.DataFrame({**named, "week": self.days.to_numpy()[week], "volume": self.searches[place, week]})


def sum_weeks(
    volumes: pd.DataFrame, members: pd.DataFrame, places: pd.DataFrame, degradations: Degradations
) -> Weeks:
    """Searches per place and week, and the basis of most of them.

    Args:
        volumes: One row per (country, week, term) of a complete week: volume [searches a week], volume_basis,
            term_number.
        members: One row per (place, term), in this order: share, term_number.
        places: One row per place: country.

    Returns:
        From the first week in which the niche was seen, every week that its country has.
    """
    known = volumes[volumes["volume"] >= 0]
    week, days = pd.factorize(known["week"], sort=True)
    countries, names = pd.factorize(known["country"], sort=True)
    reported = np.zeros((len(names), len(days)), dtype=bool)
    reported[countries, week] = True
    for country, row in zip(names, reported, strict=True):
        found = pd.DatetimeIndex(days[row])
        gaps = pd.date_range(found[0], found[-1], freq="7D").difference(found)
        missing = name_rows(day.date().isoformat() for day in gaps)
        degradations.add(MISSING_WEEKS, len(gaps), country=str(country), weeks=missing)
    member, row = join_rows(members["term_number"].to_numpy(), known["term_number"].to_numpy())
    place = members["place"].to_numpy()[member]
    searches = known["volume"].to_numpy()[row] * members["share"].to_numpy()[member]
    shape = (len(places), len(days))
    cell = place * len(days) + week[row]
    summed = np.bincount(cell, searches, minlength=shape[0] * shape[1]).reshape(shape).round(3)
    seen = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) > 0
    at = pd.Index(names).get_indexer(pd.Index(places["country"]))
    is_known = np.logical_or.accumulate(seen, axis=1) & reported[at] if len(names) else seen
    basis, words = pd.factorize(known["volume_basis"], sort=True)
    by_basis = (
        pd.Series(searches).groupby(place * len(words) + basis[row], sort=True).sum().reset_index(name="volume")
    )
    by_basis["place"] = by_basis["index"] // max(1, len(words))
    most = by_basis.sort_values(["place", "volume", "index"], ascending=[True, False, True]).drop_duplicates("place")
    bases = pd.Series(words[most["index"] % max(1, len(words))], index=most["place"], dtype="str")
    bases = bases.reindex(places.index).fillna("")
    return Weeks(pd.DatetimeIndex(days), np.where(is_known, summed, np.nan), bases)


def measure_volume(
    niches: pd.DataFrame, weeks: Weeks, policy: SelectionPolicy, degradations: Degradations
) -> pd.DataFrame:
    """Level, growth and season of every niche.

    A season is one factor per month: the mean of volume over its straight trend, the trend being the median change
    between weeks about a year apart, in which the season cancels. With one year known half of the factor is used,
    with two years two thirds, and so on: one year's weather is not a season. Volume and growth are read without it;
    growth compares the mean of the last 13 (26) weeks with that of the 13 (26) before.

    Args:
        niches: One row per place: country, volume, which stands where no week is known.

    Returns:
        One row per place: VOLUME.
    """
    known = ~np.isnan(weeks.searches)
    found = {name: np.full(len(niches), np.nan) for name in VOLUME}
    found["volume"], found["volume_recent"] = (niches["volume"].to_numpy(copy=True) for _ in range(2))
    found["weeks_known"] = known.sum(axis=1)
    measurable = np.flatnonzero(found["weeks_known"])
    _, pattern = np.unique(known[measurable], axis=0, return_inverse=True)
    for rows in pd.Series(measurable).groupby(pattern, sort=True).indices.values():
        there = known[measurable[rows[0]]]
        step = max(1, _AT_ONCE // (len(_YEAR_LAGS) * int(there.sum())))
        for begin in range(0, len(rows), step):
            at = measurable[rows[begin : begin + step]]
            for name, numbers in _measure(weeks.days[there], weeks.searches[np.ix_(at, there)], policy).items():
                found[name][at] = numbers
    degradations.add(NO_WEEKS, len(niches) - len(measurable))
    answer = pd.DataFrame({**found, "volume_basis": weeks.bases})
    needed = policy.least_season_weeks
    for name, group in answer.groupby(niches["country"], sort=True):
        degradations.add(NO_SEASON, int(group["season_ratio"].isna().sum()), country=str(name), needed=needed)
        degradations.add(INDEX_ONLY, int((group["volume_basis"] == RANK_ONLY).sum()), country=str(name))
    return answer.astype({"season_peak_month": "Int64", "weeks_known": "int64"})[VOLUME]


def _measure(days: pd.DatetimeIndex, searches: Numbers, policy: SelectionPolicy) -> dict[str, Numbers | list[float]]:
    """Places [rows] whose searches of the same weeks are known."""
    numbers = ((days - days[0]).days // 7).to_numpy()
    months = (days + pd.Timedelta(days=3)).month.to_numpy()
    factors = read_seasons(numbers, searches, months, policy.least_season_weeks)
    seasonal = ~np.isnan(factors[:, 1])
    level = np.where(seasonal[:, None], searches / factors[:, months], searches)
    peak = factors[:, 1:].argmax(axis=1) + 1
    ratio = np.array(round_each(factors[np.arange(len(factors)), peak], 2))
    recent = slice(-policy.recent_weeks, None)
    return {
        "volume": round_each(np.ascontiguousarray(level[:, recent]).mean(axis=1), 1),
        "volume_recent": round_each(np.ascontiguousarray(searches[:, recent]).mean(axis=1), 1),
        "growth_90d_percent": _grow(numbers, level, _QUARTER),
        "growth_180d_percent": _grow(numbers, level, _HALF),
        "season_ratio": ratio,
        "season_peak_month": np.where(ratio >= _FLAT, peak, np.nan),
    }


def read_season(numbers: Numbers, values: Numbers, months: Numbers, needed: int) -> Numbers | None:
    """Factor by month of one place, at 1 … 12, mean 1; None where too few weeks or months are known."""
    factors: Numbers = read_seasons(numbers, np.asarray(values, dtype="float64")[None, :], months, needed)[0]
    return None if np.isnan(factors[1]) else factors


def read_seasons(numbers: Numbers, searches: Numbers, months: Numbers, needed: int) -> Numbers:
    """Factors by month, at 1 … 12, mean 1, of places whose searches of the same weeks are known.

    Args:
        numbers: Of the weeks, ascending.
        searches: [place, week].
        months: Of the weeks.
        needed: Weeks from which a season is read.

    Returns:
        [place, 0 … 12]; NaN where too few weeks or months are known, or nothing is searched.
    """
    factors = np.full((len(searches), 13), np.nan)
    if len(numbers) < needed or len(np.unique(months)) < 12:
        return factors
    searched = searches.mean(axis=1) > 0
    searches = searches[searched]
    mean = searches.mean(axis=1)
    pairs = [(lag, np.intersect1d(numbers, numbers + lag, assume_unique=True, return_indices=True))
             for lag in _YEAR_LAGS]  # fmt: skip
    changes = [(searches[:, later] - searches[:, earlier]) / lag for lag, (_, later, earlier) in pairs]
    slopes = np.concatenate(changes, axis=1)
    slope = np.median(slopes, axis=1, overwrite_input=True) if slopes.shape[1] else np.zeros(len(searches))
    trend = mean[:, None] + slope[:, None] * (numbers - float(numbers.mean()))
    ratio = searches / np.maximum(trend, mean[:, None] / 10)
    by_month = np.empty((len(searches), 12))
    for month in range(1, 13):
        by_month[:, month - 1] = np.ascontiguousarray(ratio[:, months == month]).mean(axis=1)
    by_month /= by_month.mean(axis=1)[:, None]
    years = len(numbers) / 52
    factors[searched, 0] = 1.0
    factors[searched, 1:] = np.maximum(1 + (by_month - 1) * (years / (years + 1)), 0.1)
    return factors


def _grow(numbers: Numbers, level: Numbers, window: int) -> Numbers:
    """Percent by which the last window lies above the one before, 999 at most; NaN where half of one is unknown."""
    age = int(numbers[-1]) - numbers
    recent, before = np.flatnonzero(age < window), np.flatnonzero((age >= window) & (age < 2 * window))
    if 2 * min(len(recent), len(before)) < window:
        return np.full(len(level), np.nan)
    now = np.ascontiguousarray(level[:, recent]).mean(axis=1)
    then = np.ascontiguousarray(level[:, before]).mean(axis=1)
    grown = 100 * (now / np.where(then > 0, then, np.nan) - 1)
    return np.asarray(np.minimum(round_each(grown, 1), MOST_GROWTH))
