"""Which opportunities pass the filters, what they score, and which are shown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.selection.facts import TEXT, join_texts, read_table
from skills.selection.policy import SelectionPolicy
from skills.selection.score import PARTS, earn_points, list_parts, read_values, score_rows
from skills.selection.volume import RANK_ONLY
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

TOO_FEW_SEARCHES = mark("{value} searches a week; at least {limit} are asked for.")
TOO_LITTLE_MARGIN = mark("CM2 is {value} % of net sales; at least {limit} % is asked for.")
TOO_RISKY = mark("The risk level is {value}; at most {limit} is accepted.")
TOO_MUCH_CAPITAL = mark("It binds {value} in minor units of the base currency; at most {limit} may be bound.")
SEASON_PAST = mark(
    "Its best month is month {month}, {ratio} times the mean; goods ordered now would wait {value} days for the next "
    "one, and at most {limit} days are accepted."
)
TOO_LITTLE_KNOWN = mark("Only {value} % of the weight of the score is known; below {limit} % no score is given.")
NEAR_FILTER = mark("Near a filter: {name} is {value}, the limit is {limit}.")
NEAR_CUT = mark("Near the cut: {score} points, and the cut between shown and not shown lies at {cut}.")
NOT_CHECKED = mark("Not checked, for it is not known: {name}.")
_NAMES = {
    "volume": mark("searches a week"),
    "cm2_percent": mark("CM2 in percent of net sales"),
    "risk_level": mark("level of risk"),
    "capital_minor": mark("capital bound, in minor units of the base currency"),
    "season": mark("days until its best month"),
}


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
    rows, parts = [], []
    facts = zip(
        table.to_dict("records"), scored.to_dict("records"), values.to_dict("records"), places.to_dict("records"),
        strict=True,
    )  # fmt: skip
    for row, answer, value, place in facts:
        reason, filled, near = _check_filters(row, policy, as_of)
        points = None if pd.isna(answer["score"]) else int(answer["score"])
        if not reason and points is None:
            reason, filled = TOO_LITTLE_KNOWN, _say_unknown(answer, value, policy)
        points = None if reason else points
        key = {name: row[name] for name in KEY}
        rows.append(
            {**key, "label": row["label"], "score": points, "known_weight_percent": answer["known_weight_percent"],
             "filtered_by": reason, "filtered_values": filled, "boundary": near, "volume": row["volume"],
             "exact": answer["exact"], "yearly_cm3_minor": row["yearly_cm3_minor"],
             "capital_minor": row["capital_minor"]}
        )  # fmt: skip
        parts += list_parts(key, value, place, points, policy)  # type: ignore[arg-type]
    names = [*KEY, "label", "score", "known_weight_percent", "filtered_by", "filtered_values", "boundary", "volume",
             "exact", "yearly_cm3_minor", "capital_minor"]  # fmt: skip
    scores = pd.DataFrame(rows, columns=names).astype({"score": "Int64", "known_weight_percent": "int64"})
    scores["rank"] = _rank(scores)
    concepts = _join_concepts(scores)
    cut = _find_cut(concepts, policy)
    scores, concepts = _show(scores, concepts, cut, policy)
    texts = dict.fromkeys([*KEY, "label", "filtered_by"], "str")
    table = pd.DataFrame(parts, columns=[*KEY, *PARTS]).astype(
        {**dict.fromkeys([*KEY, "component", "scale", "direction", "source"], "str"), "points": "Int64"}
    )
    return Ranked(scores[SCORES].astype(texts), table, concepts[CONCEPTS], cut)


def _list_filters(
    row: dict[Any, Any], policy: SelectionPolicy, as_of: date
) -> Iterator[tuple[str, float, float, int, str]]:
    """Name, value (NaN unknown), limit, +1 where the value must reach the limit and −1 where it may not pass it."""
    volume = math.nan if row.get("volume_basis") == RANK_ONLY else _number(row["volume"])
    yield "volume", volume, policy.least_volume, 1, TOO_FEW_SEARCHES
    yield "cm2_percent", _number(row["cm2_percent"]), policy.least_cm2_percent, 1, TOO_LITTLE_MARGIN
    yield "risk_level", _number(row["risk_level"]), policy.most_risk_level, -1, TOO_RISKY
    if policy.most_capital_minor is not None:
        yield "capital_minor", _number(row["capital_minor"]), policy.most_capital_minor, -1, TOO_MUCH_CAPITAL
    if _number(row.get("season_ratio")) >= policy.strong_season_ratio and pd.notna(row["season_peak_month"]):
        wait = wait_for_season(int(row["season_peak_month"]), policy.lead_days, as_of)
        yield "season", wait, policy.most_season_wait_days, -1, SEASON_PAST


def wait_for_season(month: int, lead_days: int, as_of: date) -> int:
    """Days that goods ordered on the morning wait for the first day of the next best month; 0 while it lasts."""
    arrival = pd.Timestamp(as_of) + pd.Timedelta(days=lead_days)
    if arrival.month == month:
        return 0
    year = arrival.year + (month < arrival.month)
    return (pd.Timestamp(year, month, 1) - arrival).days


def _check_filters(
    row: dict[Any, Any], policy: SelectionPolicy, as_of: date
) -> tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """The first filter that holds the row back with its values, and what is near or unchecked."""
    reason, filled = "", dict[str, Any]()
    near: list[tuple[str, dict[str, Any]]] = []
    for name, value, limit, sign, sentence in _list_filters(row, policy, as_of):
        if math.isnan(value):
            near.append((NOT_CHECKED, {"name": _NAMES[name]}))
            continue
        shown = {"value": _plain(value), "limit": _plain(limit)}
        if sign * (value - limit) < 0:
            if not reason:
                season = (
                    {"month": _plain(row["season_peak_month"]), "ratio": row["season_ratio"]}
                    if name == "season"
                    else {}
                )
                reason, filled = sentence, {**shown, **season}
        elif name != "risk_level" and 100 * abs(value - limit) <= policy.near_percent * abs(limit):
            near.append((NEAR_FILTER, {"name": _NAMES[name], **shown}))
    return reason, filled, near


def _say_unknown(answer: dict[Any, Any], value: dict[Any, Any], policy: SelectionPolicy) -> dict[str, Any]:
    unknown = [name for name, known in value.items() if math.isnan(known)]
    return {"value": int(answer["known_weight_percent"]), "limit": policy.least_known_percent,
            "components": ", ".join(unknown)}  # fmt: skip


def _rank(table: pd.DataFrame) -> pd.Series:
    """By score, then yearly CM3, volume, what rounding hid; equals share it; missing without a score."""
    keys = ["score", "yearly_cm3_minor", "volume", "exact"]
    order = table[keys].astype("float64").fillna(-math.inf)
    order = order[table["score"].notna()].sort_values(keys, ascending=False)
    changes = (order != order.shift()).any(axis=1)
    place = pd.Series(range(1, len(order) + 1), index=order.index).where(changes).ffill()
    return place.reindex(table.index).astype("Int64")


def _join_concepts(scores: pd.DataFrame) -> pd.DataFrame:
    passing = scores[scores["score"].notna()].sort_values(["concept", "rank", "country", "niche"])
    grouped = passing.groupby("concept", sort=True)
    table = grouped.agg(
        label=("label", "first"), score=("score", "first"), volume=("volume", "max"), exact=("exact", "first")
    )
    table = table.reset_index()
    countries = grouped["country"].agg(lambda found: join_texts(dict.fromkeys(found))).to_numpy()
    table["countries"] = pd.Series(countries, index=table.index, dtype="str")
    once = passing.drop_duplicates(["concept", "country"]).groupby("concept", sort=True)
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


def _number(value: Any) -> float:
    return math.nan if value is None or value is pd.NA else float(value)


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(float(value), 1)
