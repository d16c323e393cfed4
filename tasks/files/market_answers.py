"""What single answers of Amazon's operations say: topics of reviews and returns, and catalog items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

_CM = {"centimeters": 1.0, "millimeters": 0.1, "meters": 100.0, "inches": 2.54, "feet": 30.48}
_KG = {"kilograms": 1.0, "grams": 0.001, "pounds": 0.45359237, "ounces": 0.028349523125}
"""Unit → centimetres, kilograms (exact by definition)."""

_Rows = Iterator[tuple[str, date | None, tuple[object, ...]]]
"""Marketplace, last day it speaks of, values in the order of the columns."""


@dataclass(frozen=True)
class Answer:
    """An operation whose answers fill a table.

    Attributes:
        name: What its rows are called in reports.
        operation: Its name at Amazon.
        pages: Member that holds a page of answers; "" if each stands alone.
        columns: Which columns it fills, the country left out.
        headers: Where the answer has them.
        percents: Columns of shares that it states in percent.
        holds: Whether a document is such an answer.
        rows: Its rows; the second argument is the day in the file's name.
    """

    name: str
    operation: str
    pages: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    percents: frozenset[str]
    holds: Callable[[dict[str, Any]], bool]
    rows: Callable[[dict[str, Any], str], _Rows]


def _has_topics(document: dict[str, Any]) -> bool:
    return isinstance(document.get("topics"), dict | list) and bool({"asin", "browseNodeId"} & set(document))


def _is_item(document: dict[str, Any]) -> bool:
    return "asin" in document and "topics" not in document and "reviewTrends" not in document


def _topics(document: dict[str, Any], _: str) -> _Rows:
    """Topics of a product's or browse node's reviews, or of a node's returns, which are all complaints."""
    place = str(document.get("marketplaceId") or document.get("countryCode") or "")
    subject = document.get("asin") or document.get("browseNodeId")
    last = _as_day((document.get("dateRange") or {}).get("endDate"))
    topics = document["topics"]
    said = (
        [("return", "negative", topics)]
        if isinstance(topics, list)
        else [("review", tone, topics.get(f"{tone}Topics") or []) for tone in ("positive", "negative")]
    )
    for kind, sentiment, listed in said:
        for topic in (topic for topic in listed if isinstance(topic, dict)):
            own = topic.get("asinMetrics")
            node = topic.get("browseNodeMetrics") or {}
            share = (own or {}).get("occurrencePercentage")
            impact = (own or {}).get("starRatingImpact")
            if own is None:
                share = (node.get("occurrencePercentage") or {}).get("allProducts")
                impact = (node.get("starRatingImpact") or {}).get("allProducts")
            mentions = (own or {}).get("numberOfMentions")
            yield place, last, (subject, topic.get("topic"), kind, sentiment, mentions, share, impact)


def _items(item: dict[str, Any], day: str) -> _Rows:
    """One row per marketplace that the item has a summary for."""
    for summary in item.get("summaries") or [{}]:
        place = str(summary.get("marketplaceId") or "")
        ranks = _of(item.get("salesRanks"), place)
        group: dict[str, Any] = next(
            iter(ranks.get("displayGroupRanks") or ranks.get("classificationRanks") or []), {}
        )
        package = _of(item.get("dimensions"), place).get("package") or {}
        sides = [_measure(package.get(side), _CM) for side in ("length", "width", "height")]
        known = sorted((side for side in sides if side is not None), reverse=True)
        attributes = item.get("attributes") or {}
        launched = _of(attributes.get("product_site_launch_date"), place, "marketplace_id").get("value")
        bullets = [
            str(point.get("value"))
            for point in attributes.get("bullet_point") or []
            if point.get("marketplace_id", place) == place
        ]
        yield place, None, (
            item.get("asin"),
            day or None,
            summary.get("itemName"),
            summary.get("brand"),
            group.get("title") or (summary.get("browseClassification") or {}).get("displayName"),
            group.get("rank"),
            str(_as_day(launched or summary.get("releaseDate")) or ""),
            _measure(package.get("weight"), _KG),
            *(known if len(known) == 3 else (None, None, None)),
            ";".join(bullet.replace(";", ",") for bullet in bullets),
        )  # fmt: skip


def _of(listed: list[dict[str, Any]] | None, place: str, key: str = "marketplaceId") -> dict[str, Any]:
    """The entry of that marketplace."""
    return next((entry for entry in listed or [] if entry.get(key) == place), {})


def _measure(dimension: dict[str, Any] | None, units: dict[str, float]) -> float | None:
    """The value in our unit; unknown in a unit that nobody knows."""
    factor = units.get(str((dimension or {}).get("unit", "")).lower())
    value = (dimension or {}).get("value")
    return round(float(value) * factor, 6) if factor and isinstance(value, int | float) else None


def _as_day(moment: object) -> date | None:
    try:
        return date.fromisoformat(str(moment)[:10])
    except ValueError:
        return None


ANSWERS = {
    "feedback_topics": Answer(
        "topics",
        "getItemReviewTopics, getBrowseNodeReviewTopics, getBrowseNodeReturnTopics",
        "",
        ("asin", "topic", "kind", "sentiment", "mentions", "occurrence_share", "star_impact"),
        ("asin", "topic", "kind", "sentiment", "numberOfMentions", "occurrencePercentage", "starRatingImpact"),
        frozenset({"occurrence_share"}),
        _has_topics,
        _topics,
    ),
    "catalog_items": Answer(
        "items",
        "getCatalogItem, searchCatalogItems",
        "items",
        ("asin", "seen_on", "title", "brand", "category", "rank", "launched_on", "weight_kg", "length_cm",
         "width_cm", "height_cm", "features"),
        ("asin", "day in the file's name", "itemName", "brand", "title", "rank", "launchDate", "weight", "length",
         "width", "height", "bullet_point"),
        frozenset(),
        _is_item,
        _items,
    ),
}  # fmt: skip
"""Table → the answers it is read from."""
