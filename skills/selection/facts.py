"""The tables that niches are measured from, as they are read, and what is refused of them.

Refusal
├── UnusableNiches     two rows of one niche and country
├── UnusableHistory    a backtest without mornings, or a niche twice on one of them
└── UnusableFacts      outcomes of a fact whose chances do not add up, or without money
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

TEXT, NUMBER, DAY = "text", "number", "day"
PLACE = ["niche", "country"]

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
    read = pd.DataFrame(index=pd.RangeIndex(len(table)))
    for column, kind in columns.items():
        values = table[column]
        if kind == TEXT:
            read[column] = pd.Series(values.to_numpy(dtype=object), dtype="str").fillna("")
        elif kind == NUMBER:
            read[column] = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
        else:
            read[column] = pd.to_datetime(values, errors="coerce").to_numpy(dtype="datetime64[us]")
    return read


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


def morning(as_of: date) -> pd.Timestamp:
    """The first instant of the day: what ended before it is known."""
    return pd.Timestamp(as_of)


def keep_complete_weeks(table: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows of weeks that ended before the morning."""
    return table[table["week"] + pd.Timedelta(days=7) <= morning(as_of)]


def join_texts(texts: Iterable[str]) -> str:
    """Texts in one, ";" between, as the tables write lists."""
    return ";".join(texts)


def weighted_quantile(rows: pd.DataFrame, value: str, weight: str, probability: float) -> pd.Series:
    """The least value that covers the share of the weight, per niche and country; unknown values are left out."""
    known = rows[rows[value].notna() & (rows[weight] > 0)].sort_values([*PLACE, value, weight], ignore_index=True)
    grouped = known.groupby(PLACE, sort=True)[weight]
    covered = grouped.cumsum() >= probability * grouped.transform("sum") - 1e-12
    return known[covered].groupby(PLACE, sort=True)[value].first()


def weighted_mean(rows: pd.DataFrame, value: str, weight: str) -> pd.Series:
    """Mean of the known values by weight, per niche and country; rows must come in a fixed order."""
    known = rows[rows[value].notna() & (rows[weight] > 0)]
    products = known.assign(product=known[value] * known[weight]).groupby(PLACE, sort=True)
    return products["product"].sum() / products[weight].sum()


def list_places(table: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(niche, country) → its rows, in their order: small groups are read faster as rows than as frames."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        found.setdefault((str(row["niche"]), str(row["country"])), []).append({str(k): v for k, v in row.items()})
    return found
