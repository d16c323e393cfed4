"""What earlier mornings would have measured, and how much each niche grew after them: what a score is tested on.

For each earlier quarter the market's tables are cut to what was known then, niches are built and measured by the very
functions of tonight, and only the growth of the quarter that followed looks past that morning.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Policy
from skills import niches, selection
from skills.selection.backtest import TOO_FEW, Backtest
from skills.selection.volume import read_seasons
from tasks.selection import backtest_score
from tasks.store.niches import no_members
from tasks.store.snapshots import Snapshot

QUARTER_WEEKS = 13
_KNOWN_ON = {
    "search_terms": ("week", 7),
    "search_queries": ("week", 7),
    "catalog_items": ("seen_on", 1),
    "opportunities": ("exported_on", 1),
}
"""Table → its day, and after how many days its row is known; topics carry no day and are left out of the past."""


def look_back(known: Snapshot, own_asins: frozenset[str], policy: Policy) -> Backtest:
    """Whether the score of earlier mornings predicted the growth after them; untested where no morning can tell."""
    history = measure_history(known, own_asins, policy)
    if history.empty:
        nothing = pd.DataFrame()
        return Backtest(nothing, nothing, nothing, (TOO_FEW, {"folds": 0, "needed": policy.selection.least_folds}))
    return backtest_score(history, policy.selection)


@task(name="selection · measure history", cache_policy=NO_CACHE, timeout_seconds=1800)
def measure_history(known: Snapshot, own_asins: frozenset[str], policy: Policy) -> pd.DataFrame:
    """Metrics of every niche at the end of each earlier quarter, and its growth in the next.

    Args:
        known: search_terms, search_queries, catalog_items and opportunities are read.
        own_asins: The seller's own products.
        policy: Of niches and selection.

    Returns:
        One row per (as_of, niche, country): the columns of `measure_niches`, and growth_next_percent: mean searches a
        week of the niche's terms in the 13 weeks after, against the 13 weeks before, the season taken out of both
        where a year is known (what is to be predicted may be known by now; what predicts may not). Only mornings with
        13 known weeks on either side count.
    """
    weeks = known.search_terms["week"]
    if weeks.empty:
        return pd.DataFrame({"as_of": [], "growth_next_percent": []})
    volumes = niches.estimate_volumes(known.search_terms, known.search_queries, policy.niches)
    rows = []
    morning = known.as_of - timedelta(weeks=QUARTER_WEEKS)
    while pd.Timestamp(morning) - pd.Timedelta(weeks=QUARTER_WEEKS) >= weeks.min():
        rows.append(_measure(known, morning, volumes, own_asins, policy))
        morning -= timedelta(weeks=QUARTER_WEEKS)
    if not rows:
        return pd.DataFrame({"as_of": [], "growth_next_percent": []})
    return pd.concat(rows[::-1], ignore_index=True)


def _measure(
    known: Snapshot, morning: date, volumes: pd.DataFrame, own_asins: frozenset[str], policy: Policy
) -> pd.DataFrame:
    """One earlier morning; `volumes` looks past it only for the growth that followed."""
    then = {name: _cut(known.tables[name], name, morning) for name in _KNOWN_ON}
    searched = niches.estimate_volumes(then["search_terms"], then["search_queries"], policy.niches)
    found = niches.build_niches(searched, then["search_terms"], no_members(), policy.niches)
    measured = selection.measure_niches(
        found.niches, found.members, found.clicks, searched, then["search_terms"], then["search_queries"],
        then["catalog_items"], known.feedback_topics.iloc[:0], then["opportunities"], own_asins,
        policy.selection, morning,
    )  # fmt: skip
    growth = _grow(found.members, volumes, morning, policy.selection.least_season_weeks)
    return measured.metrics.merge(growth, on=["niche", "country"]).assign(as_of=pd.Timestamp(morning))


def _cut(table: pd.DataFrame, name: str, morning: date) -> pd.DataFrame:
    column, days = _KNOWN_ON[name]
    return table[table[column] + pd.Timedelta(days=days) <= pd.Timestamp(morning)]


def _grow(members: pd.DataFrame, volumes: pd.DataFrame, morning: date, season_weeks: int) -> pd.DataFrame:
    """One row per (niche, country) with searches on both sides of the morning: growth_next_percent.

    A week counts to the side on which it ends: one that the morning cuts was not known on it. A week that the country
    has and the niche has not, after its first one, is a week without searches.
    """
    shared = volumes.merge(members[["niche", "country", "term", "share"]], on=["country", "term"])
    shared = shared.assign(volume=shared["volume"] * shared["share"])
    weekly = shared.groupby(["country", "niche", "week"])["volume"].sum()
    parts = [
        _grow_country(str(country), part.droplevel("country").unstack("week"), pd.Timestamp(morning), season_weeks)
        for country, part in weekly.groupby("country", sort=True)
    ]
    blank = pd.DataFrame({"niche": [], "country": [], "growth_next_percent": []})
    grown = pd.concat(parts or [blank], ignore_index=True)
    return grown.sort_values(["niche", "country"], ignore_index=True)


def _grow_country(country: str, weekly: pd.DataFrame, morning: pd.Timestamp, season_weeks: int) -> pd.DataFrame:
    """The same for one country: one row per niche, one column per week; niches that begin together at once."""
    weeks = pd.DatetimeIndex(weekly.columns)
    numbers = np.asarray((weeks - weeks[0]).days) // 7
    months = np.asarray((weeks + pd.Timedelta(days=3)).month)
    until_end = np.asarray((weeks + pd.Timedelta(days=7) - morning).days)
    before = (until_end > -7 * QUARTER_WEEKS) & (until_end <= 0)
    after = (until_end > 0) & (until_end <= 7 * QUARTER_WEEKS)
    searches = weekly.to_numpy(dtype="float64")
    first = (~np.isnan(searches)).argmax(axis=1)
    growth = np.full(len(searches), np.nan)
    for begin in np.unique(first):
        at = np.flatnonzero(first == begin)
        if not (before[begin:].any() and after[begin:].any()):
            continue
        level = np.nan_to_num(searches[at, begin:])
        season = read_seasons(numbers[begin:], level, months[begin:], season_weeks)[:, months[begin:]]
        level = level / np.where(np.isnan(season), 1.0, season)
        then, later = level[:, before[begin:]].mean(axis=1), level[:, after[begin:]].mean(axis=1)
        growth[at] = np.where(then > 0, 100 * (later / np.where(then > 0, then, 1.0) - 1), np.nan)
    table = pd.DataFrame({"niche": weekly.index, "country": country, "growth_next_percent": growth.round(6)})
    return table[table["growth_next_percent"].notna()]
