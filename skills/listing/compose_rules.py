"""What a marketplace allows in a text, read from one dated table: limits, symbols, claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from skills.listing.localise import Market
from skills.listing.translate import match_names
from skills.vocabulary import Refusal, check_columns, mark

RULE_COLUMNS = (
    "rule", "country", "language", "field", "value", "action", "effective_from", "effective_to", "source",
    "retrieved_on", "confidence",
)  # fmt: skip
FIELDS = ("title", "bullet", "description", "search_terms")
EMOJI = "[emoji]"
_COUNTED = ("max_bytes", "max_characters", "max_count", "max_repeats")


class MissingLimits(Refusal):
    """No limit is valid for a text in a country on that day."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A phrase that a text may not hold: in which language, whether it is taken out or the text refused, and why."""

    phrase: str
    language: str
    field: str
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class TextRules:
    """The rules of one country on one day.

    Attributes:
        max_bytes: By field, UTF-8; the strictest where rows differ.
        max_characters: By field.
        symbols: By field, signs that are taken out; `[emoji]` for pictures.
    """

    max_bytes: dict[str, int]
    max_characters: dict[str, int]
    max_count: dict[str, int]
    max_repeats: int | None
    symbols: dict[str, frozenset[str]]
    claims: tuple[Claim, ...]
    sources: dict[str, str] = field(default_factory=dict)

    def claims_for(self, text_field: str, languages: Iterable[str]) -> tuple[Claim, ...]:
        spoken = {*languages, "*"}
        return tuple(one for one in self.claims if one.field in (text_field, "*") and one.language in spoken)


def read_rules(limits: pd.DataFrame, market: Market, as_of: date) -> TextRules:
    """The rules of a country that are valid on a day.

    Args:
        limits: One row per rule (assets/text_rules.csv): rule (max_bytes|max_characters|max_count|max_repeats|
            symbol|claim), country (codes, blanks between), language (* for any), field (title|bullet|description|
            search_terms|*), value, action (cut|flag|remove|refuse), effective_from, effective_to ("" for open),
            source, retrieved_on, confidence.
    Raises:
        MissingLimits: names a field that has no limit in bytes.
    """
    check_columns("limits", limits.columns, RULE_COLUMNS)
    day = as_of.isoformat()
    rows = [row for row in limits.to_dict("records") if _is_valid(row, market.country, day)]
    found: dict[str, dict[str, int]] = {
        name: {} for name in ("max_bytes", "max_characters", "max_count", "max_repeats")
    }
    symbols: dict[str, set[str]] = {}
    for row in rows:
        if row["rule"] in found:
            kept, value = found[row["rule"]], int(row["value"])
            kept[row["field"]] = min(value, kept.get(row["field"], value))
        elif row["rule"] == "symbol":
            symbols.setdefault(row["field"], set()).add(str(row["value"]))
    for name in FIELDS:
        if name not in found["max_bytes"]:
            raise MissingLimits(
                mark(
                    "No limit in bytes for {field} in {country} on {day}: the table of text rules has no valid row. "
                    "Add a dated row with its source to skills/listing/assets/text_rules.csv."
                ),
                field=name,
                country=market.country,
                day=day,
            )
    claims = (
        Claim(str(row["value"]), row["language"], row["field"], row["action"], row["source"])
        for row in rows
        if row["rule"] == "claim"
    )
    return TextRules(
        found["max_bytes"],
        found["max_characters"],
        found["max_count"],
        found["max_repeats"].get("title"),
        {name: frozenset(signs) for name, signs in symbols.items()},
        tuple(sorted(claims, key=lambda one: (-len(one.phrase), one.phrase, one.language))),
    )


def find_claim(text: str, claims: tuple[Claim, ...], protected: Iterable[str] = ()) -> tuple[Claim, int, int] | None:
    """The first claim in a text that is not part of a brand or a protected word, with where it stands."""
    folded = _fold(text)
    possible = [one for one in claims if _fold_phrase(one.phrase) in folded]
    pattern = match_names(one.phrase for one in possible)
    if pattern is None:
        return None
    names = match_names(protected)
    spared = [found.span() for found in names.finditer(text)] if names is not None else []
    for found in pattern.finditer(text):
        if all(found.end() <= start or end <= found.start() for start, end in spared):
            said = _fold(found[0])
            claim = next((one for one in possible if _fold_phrase(one.phrase) == said), possible[0])
            return claim, found.start(), found.end()
    return None


@lru_cache(maxsize=4096)
def _fold_phrase(phrase: str) -> str:
    return _fold(phrase)


def _fold(text: str) -> str:
    """A text in small letters, with every i dotted and every apostrophe straight: however a claim was typed."""
    return text.replace("İ", "i").casefold().replace("ı", "i").replace("’", "'")


def _is_valid(row: dict[Any, Any], country: str, day: str) -> bool:
    began, ends = str(row["effective_from"]), str(row["effective_to"] or "")
    return country in str(row["country"]).split() and began <= day and (not ends or day <= ends)
