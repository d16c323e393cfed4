"""Which opportunities pass the filters, what they score, and which are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.selection.facts import TEXT, join_places, read_table
from skills.selection.filters import check_filters
from skills.selection.policy import SelectionPolicy
from skills.selection.score import PARTS, earn_points, list_parts, read_values, score_rows
from skills.vocabulary import check_columns, mark

KEY = ["concept", "niche", "country"]
MARGINS = [
    "cm2_percent", "cm3_percent", "cm3_minor", "landed_minor", "price_minor", "break_even_acos_percent",
    "capital_minor", "days_to_cash", "yearly_units", "yearly_cm3_minor", "risk_level",
]  # fmt: skip
SCORES = [
    *KEY, "label", "score", "rank", "shown", "known_weight_percent", "filtered_by", "filtered_values", "boundary",
]  # fmt: skip
CONCEPTS = [
    "concept", "label", "score", "countries", "yearly_cm3_minor", "capital_minor", "rank", "shown", "boundary",
]  # fmt: skip

TOO_LITTLE_KNOWN = mark("Only {value} % of the weight of the score is known; below {limit} % no score is given.")
NEAR_CUT = mark("Near the cut: {score} points, and the cut between shown and not shown lies at {cut}.")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What `rank_opportunities` found.

    Attributes:
        scores: One row per (concept, niche, country): SCORES. score [0…100, missing where filtered or too little is
            known], rank within all [missing without a score], shown, known_weight_percent, filtered_by (a sentence
            or "") with filtered_values, boundary (list of (sentence, values)).
        parts: One row per (concept, niche, country, component): value, low, high, scale, direction, weight,
            weight_used [of 100 after renormalisation], points [whole, add up to the score], known, source.
        concepts: One row per concept that passes somewhere: CONCEPTS. score of its best country, countries that pass
            (";" between, best first), money summed over them.
        cut: Points below which nothing is shown.
    """

    scores: pd.DataFrame
    parts: pd.DataFrame
    concepts: pd.DataFrame
    cut: int


def rank_opportunities(metrics: pd.DataFrame, margins: pd.DataFrame, policy: SelectionPolicy, as_of: date) -> Ranked:
    """Filter, then score by the declared anchors, then rank.

    score = 100 × Σ weight × place ÷ Σ weight over the known components, place being the value's way from the worse
    anchor to the better one, on its scale, clipped to 0…1. Ties of the score are ranked by yearly CM3, then by
    volume, then by what rounding hid; what is equal in all shares its rank, and is shown if there is room for all of
    it, so neither names nor the order of rows decide.

    Args:
        metrics: One row per (concept, niche, country), from `measure_niches`.
        margins: One row per (concept, country): MARGINS in the base currency, NaN without a quote; risk_level 0…3.
            May be empty.
        as_of: The morning, for seasons.

    Returns:
        Ranked; an unknown value passes its filter and is named in `boundary`.

    Raises:
        MissingColumns: of either table.
    """
    check_columns("metrics", metrics.columns, [*KEY, "label", "volume"])
    money = read_table("margins", margins, {"concept": TEXT, "country": TEXT, **dict.fromkeys(MARGINS, "number")})
    money = money.drop(columns="price_minor").drop_duplicates(["concept", "country"], keep="first")
    own = metrics.drop(columns=[name for name in MARGINS if name in metrics.columns and name != "price_minor"])
    table = own.merge(money, on=["concept", "country"], how="left").sort_values(KEY, ignore_index=True)
    values = read_values(table, policy)
    places = earn_points(values, policy)
    scored = score_rows(places, policy)
    checked = check_filters(table, policy, as_of)
    reasons, filled = checked.reasons, checked.filled
    for at in np.flatnonzero(scored["score"].isna()).tolist():
        if not reasons[at]:
            reasons[at] = TOO_LITTLE_KNOWN
            filled[at] = _say_unknown(scored.iloc[at], values.iloc[at], policy)
    facts = table[[*KEY, "label", "volume", "yearly_cm3_minor", "capital_minor"]]
    scores = facts.assign(
        known_weight_percent=scored["known_weight_percent"], exact=scored["exact"],
        filtered_by=pd.Series(reasons, index=table.index, dtype="str"),
        filtered_values=pd.Series(filled, index=table.index, dtype=object),
        boundary=pd.Series(checked.boundaries, index=table.index, dtype=object),
    )  # fmt: skip
    scores["score"] = scored["score"].where(scores["filtered_by"] == "")
    scores = scores.astype(dict.fromkeys([*KEY, "label"], "str"))
    scores["rank"] = _rank(scores)
    concepts = _join_concepts(scores)
    cut = _find_cut(concepts, policy)
    parts = list_parts(scores[KEY], values, places, scores["score"], policy)
    scores, concepts = _show(scores, concepts, cut, policy)
    return Ranked(scores[SCORES], parts[[*KEY, *PARTS]], concepts[CONCEPTS], cut)


def _say_unknown(answer: pd.Series, value: pd.Series, policy: SelectionPolicy) -> dict[str, Any]:
    unknown = [str(name) for name in value.index[value.isna()]]
    return {"value": int(answer["known_weight_percent"]), "limit": policy.least_known_percent,
            "components": ", ".join(unknown)}  # fmt: skip


def _rank(table: pd.DataFrame) -> pd.Series:
    """By score, then yearly CM3, volume, what rounding hid; equals share it; missing without a score."""
    keys = ["score", "yearly_cm3_minor", "volume", "exact"]
    order = table[keys].astype("float64").fillna(-math.inf)
    order = order[table["score"].notna()].sort_values(keys, ascending=False)
    changes = (order != order.shift()).any(axis=1)
    place = pd.Series(np.arange(1, len(order) + 1), index=order.index).where(changes).ffill()
    return place.reindex(table.index).astype("Int64")


def _join_concepts(scores: pd.DataFrame) -> pd.DataFrame:
    passing = scores[scores["score"].notna()].sort_values(["concept", "rank", "country", "niche"])
    grouped = passing.groupby("concept", sort=True)
    table = grouped.agg(
        label=("label", "first"), score=("score", "first"), volume=("volume", "max"), exact=("exact", "first")
    )
    table = table.reset_index()
    first = passing.drop_duplicates(["concept", "country"])
    table["countries"] = join_places(first["concept"], first["country"]).array
    once = first.groupby("concept", sort=True)
    for column in ("yearly_cm3_minor", "capital_minor"):
        table[column] = once[column].sum(min_count=1).to_numpy()
    table["rank"] = _rank(table)
    return table


def _find_cut(concepts: pd.DataFrame, policy: SelectionPolicy) -> int:
    """The least score that is shown: the policy's, or that of the last one for whom there is room."""
    ordered = concepts.sort_values("rank")["score"]
    full = len(ordered) > policy.most_opportunities
    return max(policy.least_score, int(ordered.iloc[policy.most_opportunities - 1])) if full else policy.least_score


def _show(
    scores: pd.DataFrame, concepts: pd.DataFrame, cut: int, policy: SelectionPolicy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    ahead = concepts["rank"].map(concepts["rank"].value_counts()) + concepts["rank"] - 1
    fits = (ahead <= policy.most_opportunities) & (concepts["score"] >= policy.least_score)
    shown = set(concepts.loc[fits, "concept"])
    concepts = concepts.assign(shown=fits.astype("bool"))
    scores = scores.assign(shown=scores["concept"].isin(shown) & scores["score"].notna())

    def near(score: Any) -> list[tuple[str, dict[str, Any]]]:
        if pd.isna(score) or abs(int(score) - cut) > policy.near_points:
            return []
        return [(NEAR_CUT, {"score": int(score), "cut": cut})]

    scores["boundary"] = [
        [*said, *near(score)] for said, score in zip(scores["boundary"], scores["score"], strict=True)
    ]
    concepts["boundary"] = pd.Series([near(score) for score in concepts["score"]], index=concepts.index, dtype=object)
    return scores, concepts.astype({"concept": "str", "label": "str"})
