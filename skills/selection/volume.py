"""Searches of a niche week by week: level, season and growth, each read from complete known weeks only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.selection.facts import PLACE, Degradations, keep_complete_weeks
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


def sum_weeks(
    volumes: pd.DataFrame, members: pd.DataFrame, as_of: date, degradations: Degradations
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Searches per niche and week, and the basis of most of them.

    Args:
        volumes: One row per (country, week, term): volume [searches a week], volume_basis.
        members: One row per (niche, country, term): share.

    Returns:
        weeks: one row per (niche, country, week), from the first week in which the niche was seen, for every week
        that the country has: volume. bases: one row per (niche, country): volume_basis.
    """
    known = keep_complete_weeks(volumes, as_of)
    known = known[known["volume"] >= 0]
    joined = members.merge(known, on=["country", "term"]).sort_values([*PLACE, "week", "term"], ignore_index=True)
    joined["volume"] = joined["volume"] * joined["share"]
    summed = joined.groupby([*PLACE, "week"], sort=True, as_index=False)["volume"].sum()
    bases = joined.groupby([*PLACE, "volume_basis"], sort=True)["volume"].sum().reset_index()
    bases = bases.sort_values([*PLACE, "volume", "volume_basis"], ascending=[True, True, False, True])
    bases = bases.drop_duplicates(PLACE)[[*PLACE, "volume_basis"]]
    calendar = known[["country", "week"]].drop_duplicates().sort_values(["country", "week"], ignore_index=True)
    for country, found in calendar.groupby("country", sort=True)["week"]:
        expected = pd.date_range(found.iloc[0], found.iloc[-1], freq="7D")
        gaps = expected.difference(pd.DatetimeIndex(found))
        weeks = name_rows(week.date().isoformat() for week in gaps)
        degradations.add(MISSING_WEEKS, len(gaps), country=str(country), weeks=weeks)
    first = summed.groupby(PLACE, as_index=False)["week"].min().rename(columns={"week": "first"})
    grid = first.merge(calendar, on="country")
    grid = grid[grid["week"] >= grid["first"]].drop(columns="first")
    weeks_known = grid.merge(summed, on=[*PLACE, "week"], how="left")
    weeks_known["volume"] = weeks_known["volume"].fillna(0.0).round(3)
    return weeks_known.sort_values([*PLACE, "week"], ignore_index=True), bases


def measure_volume(
    niches: pd.DataFrame,
    weeks: pd.DataFrame,
    bases: pd.DataFrame,
    policy: SelectionPolicy,
    degradations: Degradations,
) -> pd.DataFrame:
    """Level, growth and season of every niche.

    A season is one factor per month: the mean of volume over its straight trend, the trend being the median change
    between weeks about a year apart, in which the season cancels. With one year known half of the factor is used,
    with two years two thirds, and so on: one year's weather is not a season. Volume and growth are read without it;
    growth compares the mean of the last 13 (26) weeks with that of the 13 (26) before.

    Returns:
        One row per (niche, country) of `niches`: VOLUME.
    """
    measured: dict[tuple[str, str], dict[str, Any]] = {}
    for (niche, country), rows in weeks.groupby(PLACE, sort=True):
        measured[str(niche), str(country)] = _measure(rows["week"], rows["volume"], policy)
    known_bases = {(row.niche, row.country): row.volume_basis for row in bases.itertuples(index=False)}
    rows_out, unknown = [], 0
    for row in niches.itertuples(index=False):
        key = (str(row.niche), str(row.country))
        found = measured.get(key)
        unknown += found is None
        level = {"volume": float(str(row.volume)), "volume_recent": float(str(row.volume)), "weeks_known": 0}
        rows_out.append({**dict(zip(PLACE, key, strict=True)), "volume_basis": known_bases.get(key, ""),
                         **(found or level)})  # fmt: skip
    table = pd.DataFrame(rows_out, columns=[*PLACE, *VOLUME])
    degradations.add(NO_WEEKS, unknown)
    needed = policy.least_season_weeks
    for country, group in table.groupby("country", sort=True):
        degradations.add(NO_SEASON, int(group["season_ratio"].isna().sum()), country=str(country), needed=needed)
        degradations.add(INDEX_ONLY, int((group["volume_basis"] == RANK_ONLY).sum()), country=str(country))
    floats = ["volume", "volume_recent", "growth_90d_percent", "growth_180d_percent", "season_ratio"]
    types = {**dict.fromkeys(floats, "float64"), "season_peak_month": "Int64", "weeks_known": "int64"}
    return table.astype({**types, "volume_basis": "str"})


def _measure(week: pd.Series, volume: pd.Series, policy: SelectionPolicy) -> dict[str, Any]:
    numbers = ((week - week.iloc[0]).dt.days // 7).to_numpy()
    values = volume.to_numpy(dtype="float64")
    months = (week + pd.Timedelta(days=3)).dt.month.to_numpy()
    factors = read_season(numbers, values, months, policy.least_season_weeks)
    level = values if factors is None else values / factors[months]
    answer = {
        "volume": round(float(level[-policy.recent_weeks :].mean()), 1),
        "volume_recent": round(float(values[-policy.recent_weeks :].mean()), 1),
        "growth_90d_percent": _grow(numbers, level, _QUARTER),
        "growth_180d_percent": _grow(numbers, level, _HALF),
        "weeks_known": len(values),
    }
    if factors is not None:
        peak = int(np.argmax(factors[1:])) + 1
        ratio = round(float(factors[peak]), 2)
        answer |= {"season_ratio": ratio} | ({"season_peak_month": peak} if ratio >= _FLAT else {})
    return answer


def read_season(
    numbers: np.ndarray[Any, Any], values: np.ndarray[Any, Any], months: np.ndarray[Any, Any], needed: int
) -> np.ndarray[Any, Any] | None:
    """Factor by month, at 1 … 12, mean 1; None where too few weeks or months are known."""
    mean = float(values.mean()) if len(values) else 0.0
    if len(values) < needed or mean <= 0 or len(set(months.tolist())) < 12:
        return None
    slopes = [slope for lag in _YEAR_LAGS for slope in _changes(numbers, values, lag)]
    slope = float(np.median(slopes)) if slopes else 0.0
    trend = np.maximum(mean + slope * (numbers - float(numbers.mean())), mean / 10)
    ratio = values / trend
    years = len(values) / 52
    factors = np.ones(13)
    factors[1:] = [float(ratio[months == month].mean()) for month in range(1, 13)]
    factors[1:] /= factors[1:].mean()
    factors[1:] = 1 + (factors[1:] - 1) * (years / (years + 1))
    return np.maximum(factors, 0.1)


def _changes(numbers: np.ndarray[Any, Any], values: np.ndarray[Any, Any], lag: int) -> Sequence[float]:
    """Change per week between every two known weeks so far apart."""
    _, later, earlier = np.intersect1d(numbers, numbers + lag, return_indices=True)
    return list((values[later] - values[earlier]) / lag)


def _grow(numbers: np.ndarray[Any, Any], level: np.ndarray[Any, Any], window: int) -> float:
    """Percent by which the last window lies above the one before, 999 at most; NaN where half of one is unknown."""
    last = int(numbers[-1])
    recent, before = level[numbers > last - window], level[(numbers <= last - window) & (numbers > last - 2 * window)]
    if 2 * min(len(recent), len(before)) < window or not before.mean() > 0:
        return float("nan")
    return min(round(100 * (float(recent.mean()) / float(before.mean()) - 1), 1), MOST_GROWTH)
