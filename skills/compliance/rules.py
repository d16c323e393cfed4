"""Rule tables as they are used: every row typed, or refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import get_args

import pandas as pd

from skills.compliance.conditions import Condition, Words, compile_words, parse_condition
from skills.compliance.facts import EU_MEMBERS, Row, UnusableRules
from skills.rates import Confidence, Dated
from skills.vocabulary import check_columns, mark

RULE_COLUMNS = (
    "line", "id", "topic", "countries", "applies", "requirement", "requirement_zh", "evidence", "mandatory",
    "otherwise", "effective_from", "effective_to", "source", "retrieved_on", "confidence", "remedy", "remedy_zh",
    "lead_days", "lead_days_most",
)  # fmt: skip
WORD_COLUMNS = ("line", "group", "language", "words")
KIND_COLUMNS = ("line", "kind", "of", "per_country", "needs")
PASS, BLOCK = mark("pass"), mark("block")
MISSING, ASK = mark("missing evidence"), mark("ask a professional")
SEVERITY = {PASS: 0, MISSING: 1, ASK: 2, BLOCK: 3}
"""Answers, best first."""
EXEMPTION = "exemption"
"""A written statement that one rule does not apply: its number is the rule's id. It is a kind of every book."""
NEEDS = ("document", "number", "issued_on", "expires")


@dataclass(frozen=True)
class RuleBook:
    """The tables of one reading, as text.

    Attributes:
        rules: One row per rule: columns of `RULE_COLUMNS`.
        words: One row per (group, language): words (";" between).
        kinds: One row per kind of evidence: of (product, company), per_country (yes, no), needs (names of columns
            that must not be blank, by space).
    """

    rules: pd.DataFrame
    words: pd.DataFrame
    kinds: pd.DataFrame


@dataclass(frozen=True)
class Kind:
    """What a kind of document must carry to count."""

    of_product: bool
    per_country: bool
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Rule(Dated):
    """One requirement of some countries; texts as in the table."""

    id: str
    topic: str
    countries: frozenset[str]
    condition: Condition
    evidence: tuple[str, ...]
    mandatory: bool
    otherwise: str
    effective_from: date
    effective_to: date | None
    lead_days: int
    lead_days_most: int
    texts: Row


@dataclass(frozen=True)
class Book:
    """The tables, typed."""

    rules: tuple[Rule, ...]
    words: Words
    kinds: dict[str, Kind]


def type_rules(book: RuleBook) -> Book:
    """Type every row; rules are sorted by their id.

    Raises:
        MissingColumns: of a table.
        UnusableRules: names the first line that cannot be read, what stands there and what was expected.
    """
    check_columns("compliance words", book.words.columns, WORD_COLUMNS)
    check_columns("compliance kinds", book.kinds.columns, KIND_COLUMNS)
    check_columns("compliance rules", book.rules.columns, RULE_COLUMNS)
    words = _type_words(book.words)
    kinds = {EXEMPTION: Kind(of_product=True, per_country=True, needs=("document", "number", "issued_on"))}
    for row in _rows(book.kinds):
        kind = str(row["kind"])
        if not kind or kind in kinds:
            raise _refuse("kinds", row, "kind", mark("a name that stands once"))
        kinds[kind] = _type_kind(row)
    rules: dict[str, Rule] = {}
    for row in _rows(book.rules):
        rule = _type_rule(row, set(words.patterns), set(kinds))
        if not rule.id or rule.id in rules:
            raise _refuse("rules", row, "id", mark("a name that stands once"))
        rules[rule.id] = rule
    return Book(tuple(rules[name] for name in sorted(rules)), words, kinds)


def _type_words(frame: pd.DataFrame) -> Words:
    groups: dict[str, list[str]] = {}
    languages: dict[str, set[str]] = {}
    for row in _rows(frame):
        listed = [word.strip() for word in str(row["words"]).split(";") if word.strip()]
        try:
            compile_words(listed)
        except ValueError:
            listed = []
        if not listed:
            raise _refuse("words", row, "words", mark("words with letters, ; between them"))
        groups.setdefault(str(row["group"]), []).extend(listed)
        languages.setdefault(str(row["group"]), set()).add(str(row["language"]))
    everywhere = set.intersection(*languages.values()) if languages else set()
    return Words({group: compile_words(listed) for group, listed in groups.items()}, frozenset(everywhere))


def _type_kind(row: Row) -> Kind:
    needs = tuple(str(row["needs"]).split())
    if row["of"] not in ("product", "company"):
        raise _refuse("kinds", row, "of", mark("product or company"))
    if row["per_country"] not in ("yes", "no"):
        raise _refuse("kinds", row, "per_country", mark("yes or no"))
    if not needs or not set(needs) <= set(NEEDS):
        raise _refuse("kinds", row, "needs", ", ".join(NEEDS))
    return Kind(row["of"] == "product", row["per_country"] == "yes", needs)


def _type_rule(row: Row, groups: set[str], kinds: set[str]) -> Rule:
    countries = str(row["countries"]).split()
    if not countries or not all(re.fullmatch("[A-Z]{2}", code) for code in countries):
        raise _refuse("rules", row, "countries", mark("country codes of two letters, by space"))
    try:
        condition = parse_condition(str(row["applies"]), groups)
    except ValueError:
        raise _refuse("rules", row, "applies", mark("a condition as SKILL.md describes it")) from None
    evidence = tuple(str(row["evidence"]).split())
    if not set(evidence) <= kinds:
        raise _refuse("rules", row, "evidence", mark("kinds of the table of kinds, by space"))
    if row["mandatory"] not in ("yes", "no") or (row["mandatory"] == "no" and not evidence):
        raise _refuse("rules", row, "mandatory", mark("yes, or no where some evidence answers the rule"))
    otherwise = str(row["otherwise"])
    if otherwise not in (MISSING, ASK, BLOCK) or (otherwise == MISSING and not evidence):
        raise _refuse("rules", row, "otherwise", mark("block, ask a professional, or missing evidence of some kind"))
    for name in ("topic", "requirement", "requirement_zh", "source", "remedy", "remedy_zh"):
        if not str(row[name]).strip():
            raise _refuse("rules", row, name, mark("some text"))
    if row["confidence"] not in get_args(Confidence):
        raise _refuse("rules", row, "confidence", ", ".join(get_args(Confidence)))
    first, last = _type_day(row, "effective_from"), None
    _type_day(row, "retrieved_on")
    if row["effective_to"]:
        last = _type_day(row, "effective_to")
        if last < first:
            raise _refuse("rules", row, "effective_to", mark("a last day on or after the first"))
    least, most = (_type_days(row, name) for name in ("lead_days", "lead_days_most"))
    if most < least:
        raise _refuse("rules", row, "lead_days_most", mark("days, not fewer than lead_days"))
    named = {code for given in countries for code in (EU_MEMBERS if given == "EU" else (given,))}
    return Rule(
        id=str(row["id"]),
        topic=str(row["topic"]),
        countries=frozenset(named),
        condition=condition,
        evidence=evidence,
        mandatory=row["mandatory"] == "yes",
        otherwise=otherwise,
        effective_from=first,
        effective_to=last,
        lead_days=least,
        lead_days_most=most,
        texts={name: str(row[name]) for name in RULE_COLUMNS if name != "line"},
    )


def _type_day(row: Row, name: str) -> date:
    try:
        return date.fromisoformat(str(row[name]))
    except ValueError:
        raise _refuse("rules", row, name, mark("a day, written YYYY-MM-DD")) from None


def _type_days(row: Row, name: str) -> int:
    if not re.fullmatch(r"\d{1,4}", str(row[name])):
        raise _refuse("rules", row, name, mark("a whole number of days"))
    return int(row[name])


def _refuse(table: str, row: Row, column: str, expected: str) -> UnusableRules:
    return UnusableRules(
        mark("Line {line} of the compliance {table}: {column} is {value}. Expected {expected}. Correct the line."),
        line=row["line"],
        table=table,
        column=column,
        value=str(row[column])[:60] or "–",
        expected=expected,
    )


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    for row in frame.to_dict("records"):
        yield {str(name): value for name, value in row.items()}
