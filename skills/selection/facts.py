"""The tables that niches are measured from, as they are read, and what is refused of them.

Refusal
├── UnusableNiches     two rows of one niche and country
├── UnusableHistory    a backtest without mornings, or a niche twice on one of them
└── UnusableFacts      outcomes of a fact whose chances do not add up, or without money
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

Numbers = np.ndarray[Any, Any]
TEXT, NUMBER, DAY = "text", "number", "day"
PLACE = ["niche", "country"]
"""A niche in a country. Within the skill `place` is its number in their order, and what a series is indexed by."""

NICHES = {"niche": TEXT, "country": TEXT, "concept": TEXT, "label": TEXT, "terms": NUMBER, "volume": NUMBER}
MEMBERS = {"niche": TEXT, "country": TEXT, "term": TEXT, "share": NUMBER}
CLICKS = {"niche": TEXT, "country": TEXT, "asin": TEXT, "click_share": NUMBER}
VOLUMES = {"country": TEXT, "week": DAY, "term": TEXT, "volume": NUMBER, "volume_basis": TEXT}
SEARCH_TERMS = {
    "country": TEXT, "week": DAY, "department": TEXT, "term": TEXT, "asin": TEXT, "title": TEXT, "brand": TEXT,
    "click_share": NUMBER, "conversion_share": NUMBER,
}  # fmt: skip
SEARCH_QUERIES = {
    "country": TEXT, "week": DAY, "asin": TEXT, "term": TEXT, "clicks_total": NUMBER, "purchases_total": NUMBER,
}  # fmt: skip
CATALOG_ITEMS = {
    "country": TEXT, "asin": TEXT, "seen_on": DAY, "title": TEXT, "brand": TEXT, "price_minor": NUMBER,
    "currency": TEXT, "reviews": NUMBER, "rating": NUMBER, "launched_on": DAY, "in_stock": TEXT, "features": TEXT,
}  # fmt: skip
FEEDBACK_TOPICS = {
    "country": TEXT, "asin": TEXT, "topic": TEXT, "kind": TEXT, "sentiment": TEXT, "mentions": NUMBER,
}  # fmt: skip
OPPORTUNITIES = {
    "country": TEXT, "exported_on": DAY, "niche_name": TEXT, "top_terms": TEXT, "volume_90d": NUMBER,
    "growth_90d_percent": NUMBER, "growth_180d_percent": NUMBER, "average_price_minor": NUMBER, "currency": TEXT,
    "click_share_top5": NUMBER, "click_share_top20": NUMBER, "launches_180d": NUMBER,
    "launches_succeeded_180d": NUMBER, "out_of_stock_share": NUMBER, "return_share": NUMBER,
}  # fmt: skip


class UnusableNiches(Refusal):
    """Niches that cannot be told apart."""


class UnusableHistory(Refusal):
    """A history that no backtest can walk through."""


class UnusableFacts(Refusal):
    """Outcomes of a fact that no value can be read from."""


class Degradations:
    """What an answer had to do without, one row per reason, in the order in which it was met."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(self, reason: str, rows: int, **values: object) -> None:
        """Keep the reason when it concerns any row."""
        if rows:
            self._rows.append({"reason": reason, "values": {"rows": rows, **values}, "rows": rows})

    def to_frame(self) -> pd.DataFrame:
        """One row per reason: reason (a sentence), values, rows."""
        return pd.DataFrame(self._rows, columns=["reason", "values", "rows"]).astype(
            {"reason": "str", "rows": "int64"}
        )


def read_table(name: str, table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """The needed columns in their types; an empty table may lack them, nothing else may.

    Raises:
        MissingColumns: names the table and what it lacks.
    """
    if table.empty:
        table = pd.DataFrame(columns=[*columns])
    check_columns(name, table.columns, [*columns])
    return pd.DataFrame({column: _read(table[column], kind) for column, kind in columns.items()}, copy=False)


def _read(values: pd.Series, kind: str) -> Any:
    if kind == TEXT:
        texts = values if values.dtype == "str" else pd.Series(values.to_numpy(dtype=object), dtype="str")
        return texts.fillna("").array
    if kind == NUMBER:
        numbers = pd.to_numeric(values, errors="coerce")
        plain = numbers.dtype == "float64"
        return numbers.to_numpy() if plain else numbers.to_numpy(dtype="float64", na_value=np.nan)
    return pd.to_datetime(values, errors="coerce").to_numpy(dtype="datetime64[us]")


def read_niches(niches: pd.DataFrame) -> pd.DataFrame:
    """Niches in order of their key.

    Raises:
        UnusableNiches: names those that are there twice.
    """
    read = read_table("niches", niches, NICHES).sort_values(PLACE, ignore_index=True)
    twice = read[read.duplicated(PLACE)]
    if len(twice):
        raise UnusableNiches(
            mark(
                "Niche {niches} is there twice in one country. Expected one row per niche and country: build the "
                "niches again from the search terms."
            ),
            niches=name_rows(dict.fromkeys(twice["niche"])),
        )
    return read


def name_places(table: pd.DataFrame, known: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with niche and country instead of the place's number."""
    named = {name: known[name].array.take(table["place"].to_numpy()) for name in PLACE}
    return table.assign(**named)[[*columns]]


def morning(as_of: date) -> pd.Timestamp:
    """The first instant of the day: what ended before it is known."""
    return pd.Timestamp(as_of)


def keep_complete_weeks(table: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows of weeks that ended before the morning."""
    complete = (table["week"] + pd.Timedelta(days=7) <= morning(as_of)).to_numpy()
    return table if complete.all() else table[complete]


def keep_last_weeks(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Rows of the last so many weeks that each country has."""
    weeks, days = pd.factorize(table["week"], sort=True)
    countries, names = pd.factorize(table["country"])
    there = np.zeros((len(names), len(days)), dtype=bool)
    there[countries, weeks] = True
    left = there[:, ::-1].cumsum(axis=1)[:, ::-1]
    return table[(left <= count)[countries, weeks]]


def find_rows(table: pd.DataFrame, known: pd.DataFrame, keys: Sequence[str]) -> Numbers:
    """For each row of `table` the row of `known` with its keys, which are there once; −1 without one."""
    code, among = np.zeros(len(table), dtype="int64"), np.zeros(len(known), dtype="int64")
    for key in keys:
        numbers, words = pd.factorize(known[key])
        found, texts = pd.factorize(table[key])
        at = pd.Index(words).get_indexer(pd.Index(texts))[found] if len(texts) else code
        code = np.where((code < 0) | (at < 0), -1, code * len(words) + at)
        among = among * len(words) + numbers
    return np.asarray(pd.Index(among).get_indexer(pd.Index(code)), dtype="int64")


def join_rows(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """Rows of both sides with the same number (−1 has none), in the order of the left, then of the right side."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    begin, end = np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right")
    count = np.where(left < 0, 0, end - begin)
    rows = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(rows)) - np.repeat(count.cumsum() - count, count)
    return rows, order[begin[rows] + within]


def join_texts(texts: Iterable[str]) -> str:
    """Texts in one, ";" between, as the tables write lists."""
    return ";".join(texts)


def join_places(places: pd.Series, texts: pd.Series) -> pd.Series:
    """The texts of each place in one, in their order; places come in order."""
    found: dict[Any, list[str]] = {}
    for place, text in zip(places.tolist(), texts.tolist(), strict=True):
        found.setdefault(place, []).append(text)
    return pd.Series([join_texts(listed) for listed in found.values()], index=list(found), dtype="str")


def round_each(values: Numbers, digits: int) -> list[float]:
    """Each number rounded as its decimals are written: NumPy's own rounding scales first, which moves halves."""
    return [round(value, digits) for value in values.tolist()]


def weighted_quantile(rows: pd.DataFrame, value: str, weight: str, probability: float) -> pd.Series:
    """The least value that covers the share of the weight, per place; unknown values are left out."""
    known = rows.loc[rows[value].notna() & (rows[weight] > 0), ["place", value, weight]]
    known = known.sort_values(["place", value, weight], ignore_index=True)
    grouped = known.groupby("place", sort=True)[weight]
    covered = grouped.cumsum() >= probability * grouped.transform("sum") - 1e-12
    return known[covered].groupby("place", sort=True)[value].first()


def weighted_mean(rows: pd.DataFrame, value: str, weight: str) -> pd.Series:
    """Mean of the known values by weight, per place; rows must come in a fixed order."""
    known = rows.loc[rows[value].notna() & (rows[weight] > 0), ["place", value, weight]]
    products = known.assign(product=known[value] * known[weight]).groupby("place", sort=True)
    return products["product"].sum() / products[weight].sum()
