"""Customs values of many lines at once: each with the choice that its SKU and country have, or refused for itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

import pandas as pd

from skills.customs.value import CustomsValue, Goods, Method, UnusableValue, ValueDecision, ValueRule, value_goods
from skills.vocabulary import Money, check_columns, mark

LINES = ["entry", "sku", "country", "units", "committed"]
CHOICES = ["sku", "country", "method", "amount_minor", "currency", "basis", "evidence", "broker", "decided_by",
           "decided_on", "importer", "attorney", "expires"]  # fmt: skip
VALUED = ["customs_value_minor", "customs_currency", "customs_method", "customs_basis", "evidence", "flags"]
REFUSED = ["entry", "sku", "country", "reason", "values"]
EVERY_SKU = "*"


def value_lines(
    lines: pd.DataFrame, choices: pd.DataFrame, rules: Iterable[ValueRule], as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """State the customs value of own stock, line by line; a line without a method is refused for itself alone.

    Args:
        lines: One row per (entry, sku, country): units [units, > 0], committed (bool).
        choices: One row per (sku or `*`, country, decided_on): method, amount_minor of one unit, currency, basis,
            evidence (between semicolons), broker, decided_by, importer, attorney, expires (last day it holds). Those
            taken after `as_of` or expired before it do not count; of the rest the newest, the SKU's own before `*`.
        rules: How each country values imports, dated.

    Returns:
        The valued lines, their columns kept, with customs_value_minor (units × amount), customs_currency,
        customs_method, customs_basis, evidence and flags (a tuple of marked sentences: hub stock that nobody is
        committed to, a rule that nobody checked). And the refused ones: entry, sku, country, reason (a marked
        sentence) and values (what fills its places). Each line is in one of both, in order.

    Raises:
        MissingColumns: a column is missing.
    """
    check_columns("customs lines", lines.columns, LINES)
    check_columns("customs_values", choices.columns, CHOICES)
    rules = list(rules)
    chosen = _choose(choices, as_of)
    valued: list[dict[Any, Any]] = []
    refused: list[tuple[Any, ...]] = []
    for line in lines.to_dict("records"):
        place = str(line["sku"]), str(line["country"])
        choice = chosen.get(place) or chosen.get((EVERY_SKU, place[1]))
        try:
            value = _value(line, choice, rules, as_of)
        except UnusableValue as refusal:
            refused.append((line["entry"], *place, refusal.template, refusal.values))
            continue
        cells = (value.amount.minor, value.amount.currency, value.method, value.basis, "; ".join(value.evidence))
        valued.append({**line, **dict(zip(VALUED, (*cells, value.flags), strict=True))})
    columns = [*lines.columns, *VALUED]
    return pd.DataFrame(valued, columns=columns), pd.DataFrame(refused, columns=REFUSED)


def _choose(choices: pd.DataFrame, as_of: date) -> dict[tuple[str, str], dict[str, Any]]:
    """(sku or `*`, country) → the newest choice that holds."""
    decided, expires = (pd.to_datetime(choices[name]) for name in ("decided_on", "expires"))
    day = pd.Timestamp(as_of)
    holding = choices[(decided <= day) & (expires.isna() | (expires >= day))]
    ordered = holding.sort_values("decided_on", kind="stable").to_dict("records")
    return {
        (str(row["sku"]), str(row["country"])): {str(name): cell for name, cell in row.items()} for row in ordered
    }


def _value(line: dict[Any, Any], choice: dict[str, Any] | None, rules: list[ValueRule], as_of: date) -> CustomsValue:
    sku, country, units = str(line["sku"]), str(line["country"]), int(line["units"])
    decision = None
    if choice is not None:
        decision = ValueDecision(
            country=country,
            method=cast(Method, str(choice["method"])),
            amount=Money(int(choice["amount_minor"]) * units, str(choice["currency"])),
            evidence=tuple(part.strip() for part in str(choice["evidence"]).split(";") if part.strip()),
            broker=str(choice["broker"]),
            decided_by=str(choice["decided_by"]),
            decided_on=pd.Timestamp(choice["decided_on"]).date(),
            importer=str(choice["importer"]),
            attorney=str(choice["attorney"]),
        )
    goods = Goods(sku, country, sold_for_export=False, committed=bool(line["committed"]), decision=decision)
    value = value_goods(goods, rules, as_of)
    if choice is not None and choice["basis"] != value.basis:
        raise UnusableValue(
            mark(
                "{goods} into {country}: the chosen value is {found}, and the country values imports {expected}. "
                "Have the broker state it on that basis and choose again."
            ),
            goods=sku,
            country=country,
            found=choice["basis"],
            expected=value.basis,
        )
    return value
