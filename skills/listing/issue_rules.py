"""Which issues are known: the dated table of codes and messages, its causes, remedies and mends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.listing.issue_mends import ACTIONS, NEEDS
from skills.vocabulary import Refusal, check_columns, mark

RULE_COLUMNS = (
    "rule", "codes", "pattern", "action", "cause", "cause_zh", "remedy", "remedy_zh", "effective_from", "source",
    "retrieved_on", "confidence",
)  # fmt: skip
TEXTS = ("cause", "cause_zh", "remedy", "remedy_zh", "source", "confidence")

_ONCE = mark("a name that stands once")
_EXPRESSION = mark("a regular expression")
_NAMING = mark("a regular expression that names what the action needs")
_CODES = mark("codes, or a pattern")
_DAY = mark("a day such as 2026-11-30")


class UnusableIssueRules(Refusal):
    """A row of the table of issues that cannot be read."""


@dataclass(frozen=True, slots=True)
class IssueRule:
    """One kind of issue.

    Attributes:
        id: Its name.
        codes: The marketplace's numbers of it.
        pattern: What its message says; None for any.
        action: A key of `ACTIONS`; "" leaves it to a person.
        since: First day on which it counts.
        texts: cause and remedy in both languages, source, confidence.
    """

    id: str
    codes: frozenset[str]
    pattern: re.Pattern[str] | None
    action: str
    since: date
    texts: dict[str, str]


def read_issue_rules(rules: pd.DataFrame, as_of: date) -> list[IssueRule]:
    """The rules in force on a day, in the order of the table.

    Raises:
        MissingColumns: of the table.
        UnusableIssueRules: names the line, what stands there and what was expected.
    """
    check_columns("issue rules", rules.columns, RULE_COLUMNS)
    found: dict[str, IssueRule] = {}
    for line, row in enumerate(rules.to_dict("records"), 2):
        one = _read_rule(line, {name: str(row[name]) for name in RULE_COLUMNS})
        if one.id in found or not one.id:
            raise _refuse(line, "rule", one.id, _ONCE)
        found[one.id] = one
    return [one for one in found.values() if one.since <= as_of]


def find_rule(book: list[IssueRule], code: str, message: str) -> tuple[IssueRule | None, dict[str, str] | None]:
    """The rule of an issue, and what its message names; None where the message is not the one that the rule knows.

    Code and pattern that both fit come first, then a code alone of a rule without a pattern, then a pattern alone,
    then a code whose message reads otherwise; among equals the order of the table counts.
    """
    best: tuple[int, IssueRule, dict[str, str] | None] | None = None
    for rule in book:
        match = rule.pattern.search(message) if rule.pattern is not None else None
        reads = match is not None or rule.pattern is None
        if code in rule.codes:
            rank = 0 if match is not None else 1 if reads else 3
        elif match is not None:
            rank = 2
        else:
            continue
        if best is None or rank < best[0]:
            named = {name: said for name, said in match.groupdict().items() if said} if match is not None else {}
            best = (rank, rule, named if reads else None)
    return (None, None) if best is None else best[1:]


def _read_rule(line: int, row: dict[str, str]) -> IssueRule:
    try:
        pattern = re.compile(row["pattern"], re.IGNORECASE) if row["pattern"] else None
    except re.error:
        raise _refuse(line, "pattern", row["pattern"], _EXPRESSION) from None
    action, codes = row["action"], frozenset(row["codes"].split())
    if action and action not in ACTIONS:
        raise _refuse(line, "action", action, ", ".join(ACTIONS))
    needs = NEEDS.get(action, ())
    if needs and (pattern is None or not set(needs) & set(pattern.groupindex)):
        raise _refuse(line, "pattern", row["pattern"], _NAMING)
    if not codes and pattern is None:
        raise _refuse(line, "codes", "", _CODES)
    try:
        since = date.fromisoformat(row["effective_from"])
    except ValueError:
        raise _refuse(line, "effective_from", row["effective_from"], _DAY) from None
    return IssueRule(row["rule"].strip(), codes, pattern, action, since, {name: row[name] for name in TEXTS})


def _refuse(line: int, column: str, value: Any, expected: str) -> UnusableIssueRules:
    return UnusableIssueRules(
        mark(
            "The table of issues cannot be used: line {line}, {column}: {value!r}; expected {expected}. Correct it "
            "in skills/listing/assets/issue_rules.csv."
        ),
        line=line,
        column=column,
        value=value,
        expected=expected,
    )
