"""What earlier mornings would have measured, and how much each niche grew after them: what a score is tested on.

For each earlier quarter the market's tables are cut to what was known then, niches are built and measured by the very
functions of tonight, and only the growth of the quarter that followed looks past that morning.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Policy
from skills import niches, selection
from skills.selection.backtest import TOO_FEW, Backtest
from skills.selection.volume import read_season
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

    A week counts to the side on which it ends: one that the morning cuts was not known on it.
    """
    shared = volumes.merge(members[["niche", "country", "term", "share"]], on=["country", "term"])
    shared = shared.assign(volume=shared["volume"] * shared["share"])
    weekly = shared.groupby(["niche", "country", "week"])["volume"].sum().reset_index()
    numbers = (weekly["week"] - weekly["week"].min()).dt.days.to_numpy() // 7
    months = (weekly["week"] + pd.Timedelta(days=3)).dt.month.to_numpy()
    searches = weekly["volume"].to_numpy(dtype="float64")
    until_end = (weekly["week"] + pd.Timedelta(days=7) - pd.Timestamp(morning)).dt.days.to_numpy()
    is_before = (until_end > -7 * QUARTER_WEEKS) & (until_end <= 0)
    is_after = (until_end > 0) & (until_end <= 7 * QUARTER_WEEKS)
    rows = []
    for place, at in sorted(weekly.groupby(["niche", "country"]).indices.items()):
        level, month = searches[at], months[at]
        season = read_season(numbers[at], level, month, season_weeks)
        if season is not None:
            level = level / season[month]
        before, after = level[is_before[at]], level[is_after[at]]
        if len(before) and len(after) and before.mean() > 0:
            rows.append((place, round(100 * (float(after.mean()) / float(before.mean()) - 1), 6)))
    places = pd.DataFrame([place for place, _ in rows], columns=["niche", "country"])
    return places.assign(growth_next_percent=[growth for _, growth in rows])
