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
_TEXTS = ("cause", "cause_zh", "remedy", "remedy_zh", "source", "confidence")


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
        texts: cause and remedy in both languages, source, confidence.
    """

    id: str
    codes: frozenset[str]
    pattern: re.Pattern[str] | None
    action: str
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
        one = _read_rule(line, {str(name): str(value) for name, value in row.items()})
        if one.id in found:
            raise _refuse(line, "rule", one.id, mark("a name that stands once"))
        found[one.id] = one
    starts = dict(zip(rules["rule"], rules["effective_from"], strict=True))
    return [one for one in found.values() if str(starts[one.id]) <= as_of.isoformat()]


def find_rule(book: list[IssueRule], code: str, message: str) -> tuple[IssueRule | None, dict[str, str]]:
    """The rule of an issue and what its message names: one whose code and pattern both fit, else whose pattern does,
    else whose code does.
    """
    fits: list[tuple[int, IssueRule, dict[str, str]]] = []
    for rule in book:
        match = rule.pattern.search(message) if rule.pattern else None
        has_code = code in rule.codes
        if match or has_code:
            rank = 0 if match and has_code else 1 if match else 2
            fits.append((rank, rule, {k: v for k, v in match.groupdict().items() if v} if match else {}))
    if not fits:
        return None, {}
    _, rule, found = min(fits, key=lambda fit: fit[0])
    return rule, found


def _read_rule(line: int, row: dict[str, str]) -> IssueRule:
    try:
        pattern = re.compile(row["pattern"], re.IGNORECASE) if row["pattern"] else None
    except re.error:
        raise _refuse(line, "pattern", row["pattern"], mark("a regular expression")) from None
    if row["action"] and row["action"] not in ACTIONS:
        raise _refuse(line, "action", row["action"], ", ".join(ACTIONS))
    need = NEEDS.get(row["action"], "")
    if need and (pattern is None or need not in pattern.groupindex):
        raise _refuse(line, "pattern", row["pattern"], mark("a regular expression that names what the action needs"))
    if not row["codes"] and pattern is None:
        raise _refuse(line, "codes", "", mark("codes, or a pattern"))
    return IssueRule(
        row["rule"], frozenset(row["codes"].split()), pattern, row["action"], {name: row[name] for name in _TEXTS}
    )


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
