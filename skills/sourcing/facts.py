"""Quotes and what they land at, as they are compared; what is refused of them, and what makes a quote unusable.

Refusal
├── UnusableQuotes        two rows for one quote or (quote, country), or landed costs in several currencies
├── UnknownQuote          a quote that is asked about and is not in the table
├── UnusableDeliveries    negative units, more failed than delivered, delivered before it was ordered
├── UnknownSupplier       a supplier that is asked about and has no delivery
└── UnusableRules         a table of risk words with a level outside 0 to 3
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd

from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import Money, Refusal, check_columns, mark, name_rows

QUOTE_COLUMNS = (
    "quote", "candidate", "supplier", "unit_cost_minor", "currency", "vat_invoice", "moq_units", "carton_units",
    "sample_days", "lead_days", "deposit_percent", "tooling_minor", "valid_until",
)  # fmt: skip
LANDED_COLUMNS = (
    "quote", "country", "landed_minor", "unit_base_minor", "freight_minor", "duty_minor", "import_vat_cash_minor",
    "rebate_minor", "net_minor", "transit_days", "weekly_units", "base_currency",
)  # fmt: skip
AMOUNTS = ("landed_minor", "unit_base_minor", "freight_minor", "duty_minor", "import_vat_cash_minor", "rebate_minor")
TERMS = ("payout_days", "reserve_percent", "reserve_days", "vat_refund_days", "rebate_days")
WEEKS_PER_YEAR = 52
_ROUNDING_MINOR = 3
"""What parts that were rounded one by one may exceed their sum by."""

NO_CURRENCY = mark("{currency} is no currency code. Correct the quote, and compare again.")
NO_RATE = mark("No rate of exchange from {currency} to {base} is known. Add one with its source, and compare again.")
NOT_LANDED = mark(
    "No landed cost of this quote in {country} is known: {missing}. Complete weight, sizes and HS code."
)
BAD_NUMBER = mark("{column} is {value}. Expected {expected}. Ask the supplier, and correct the quote.")
NOT_INVOICED = mark(
    "A rebate of {rebate} a unit is in the landed cost, but the supplier gives no special VAT invoice. Ask for the "
    "invoiced price, or take the rebate out."
)
TOO_LITTLE = mark("The landed cost of {landed} is less than its own parts. Compute it again from the quote.")
EXPIRED = mark("The quote ended on {valid_until}. Ask the supplier to renew it.")

Row = dict[str, Any]
Note = tuple[str, dict[str, Any]]


class UnusableQuotes(Refusal):
    """Tables that contradict themselves."""


class UnknownQuote(Refusal):
    """No such quote in that country."""


class UnusableDeliveries(Refusal):
    """Deliveries that cannot have been."""


class UnknownSupplier(Refusal):
    """No delivery of that supplier."""


class UnusableRules(Refusal):
    """A table of risk words that cannot be read."""


def join_landed(quotes: pd.DataFrame, landed: pd.DataFrame, terms: pd.DataFrame, policy: SourcingPolicy) -> list[Row]:
    """One row per (candidate, quote, country), sorted: the quote's, its landed cost's and the country's terms.

    A quote without a landed cost gets a row for each country where its candidate's other quotes have one, or one
    with the country "" where none has. Landed rows of quotes that are not in `quotes` are left out.

    Raises:
        MissingColumns: of a table.
        UnusableQuotes: names what stands twice, or the currencies.
    """
    check_columns("supplier_quotes", quotes.columns, QUOTE_COLUMNS)
    check_columns("landed", landed.columns, LANDED_COLUMNS)
    check_columns("terms", terms.columns, ("country",))
    for table, frame, key in (
        ("supplier_quotes", quotes, ["quote"]),
        ("landed", landed, ["quote", "country"]),
        ("terms", terms, ["country"]),
    ):
        twice = frame.loc[frame.duplicated(key), key]
        if len(twice):
            raise UnusableQuotes(
                mark("Several rows of {table} for {rows}. Expected one each. Remove the wrong ones."),
                table=table,
                rows=name_rows(" · ".join(map(str, row)) for row in twice.itertuples(index=False)),
            )
    currencies = sorted({str(name) for name in landed["base_currency"]})
    if len(currencies) > 1:
        raise UnusableQuotes(
            mark("Landed costs in several base currencies: {currencies}. Expected one. Compute them for one seller."),
            currencies=name_rows(currencies),
        )
    named = {str(row["quote"]): row for row in _records(quotes)}
    found = {(str(row["quote"]), str(row["country"])): row for row in _records(landed)}
    by_country = {str(row["country"]): row for row in _records(terms)}
    reached: dict[str, set[str]] = {}
    for quote, country in found:
        if quote in named:
            reached.setdefault(str(named[quote]["candidate"]), set()).add(country)
    base = currencies[0] if currencies else ""
    rows = []
    for quote, row in named.items():
        for country in reached.get(str(row["candidate"]), {""}):
            other = found.get((quote, country), {})
            rows.append(
                row
                | {name: other.get(name, math.nan) for name in ("transit_days", "weekly_units")}
                | {name: _whole(other.get(name, math.nan)) for name in (*AMOUNTS, "net_minor")}
                | {"other_tooling_minor": _whole(other.get("tooling_minor", 0)), "base_currency": base}
                | {"country": country, "landed_reason": other.get("reason", "")}
                | {
                    "landed_values": other.get("values", {}),
                    "terms": _read_terms(by_country.get(country, {}), policy),
                }
            )
    return sorted(rows, key=lambda row: (str(row["candidate"]), str(row["quote"]), str(row["country"])))


def find_fault(row: Row) -> Note | None:
    """Why a quote cannot be priced in a country, or None."""
    if not re.fullmatch("[A-Z]{3}", str(row["currency"])):
        return NO_CURRENCY, {"currency": str(row["currency"]) or "–"}
    if isinstance(row["landed_reason"], str) and row["landed_reason"]:
        return row["landed_reason"], dict(row["landed_values"])
    if not is_known(row["unit_base_minor"]) and row["currency"] != row["base_currency"] != "":
        return NO_RATE, {"currency": str(row["currency"]), "base": str(row["base_currency"])}
    missing = [name for name in (*AMOUNTS, "transit_days") if not is_known(row[name])]
    if missing:
        return NOT_LANDED, {"country": row["country"] or "–", "missing": ", ".join(missing)}
    checks = (
        ("unit_cost_minor", 1, math.inf, mark("a price above 0")),
        ("unit_base_minor", 1, math.inf, mark("a price above 0")),
        ("moq_units", 0, math.inf, mark("0 or more")),
        ("carton_units", 1, math.inf, mark("1 or more")),
        ("sample_days", 0, math.inf, mark("0 or more")),
        ("lead_days", 0, math.inf, mark("0 or more")),
        ("transit_days", 0, math.inf, mark("0 or more")),
        ("tooling_minor", 0, math.inf, mark("0 or more")),
        ("deposit_percent", 0, 100, mark("0 to 100")),
        ("rebate_minor", 0, math.inf, mark("0 or more")),
    )
    for name, low, high, expected in checks:
        if not (is_known(row[name]) and low <= row[name] <= high):
            value = str(row[name]) if is_known(row[name]) else "–"
            return BAD_NUMBER, {"column": name, "value": value, "expected": expected}
    if charges_minor(row) < -_ROUNDING_MINOR:
        return TOO_LITTLE, {"landed": say_money(row["landed_minor"], row["base_currency"])}
    if row["rebate_minor"] > 0 and row["vat_invoice"] != "yes":
        return NOT_INVOICED, {"rebate": say_money(row["rebate_minor"], row["base_currency"])}
    return None


def find_expiry(row: Row, as_of: date) -> Note | None:
    """Whether the quote's last day has passed; a quote without one has no end."""
    until = row["valid_until"]
    if not is_known(until) or until == "":
        return None
    last = pd.Timestamp(until).date()
    return (EXPIRED, {"valid_until": last.isoformat()}) if last < as_of else None


def order_units(row: Row) -> int:
    """The smallest order: the MOQ in whole cartons, at least one."""
    carton = int(row["carton_units"])
    return max(1, -(-int(row["moq_units"]) // carton)) * carton


def charges_minor(row: Row) -> int:
    """What a unit's landed cost holds beside ex-works, freight, duty and tooling, before the rebate."""
    parts = ("unit_base_minor", "freight_minor", "duty_minor", "other_tooling_minor")
    return int(row["landed_minor"]) + int(row["rebate_minor"]) - sum(int(row[name]) for name in parts)


def tooling_base_minor(row: Row) -> int:
    """Tooling in the base currency, at the rate at which the unit cost was converted; rounded half even."""
    if row["currency"] == row["base_currency"]:
        return int(row["tooling_minor"])
    return round(Fraction(int(row["tooling_minor"]) * int(row["unit_base_minor"]), int(row["unit_cost_minor"])))


def weekly_demand(row: Row) -> Fraction | None:
    """Units a week, exactly as given; None where it is not known or not above 0."""
    units = row["weekly_units"]
    return Fraction(float(units)) if is_known(units) and float(units) > 0 else None


def first_sunday(as_of: date) -> date:
    """The week's first day, as reports count weeks."""
    return as_of - timedelta(days=(as_of.weekday() + 1) % 7)


def is_known(value: Any) -> bool:
    return value is not None and value is not pd.NaT and value is not pd.NA and value == value and value != math.inf


def say_money(minor: int, currency: str) -> str:
    """`12.34 CNY`."""
    return f"{Money(int(minor), currency).amount} {currency}"


def _whole(minor: Any) -> Any:
    return round(minor) if is_known(minor) else math.nan


def _read_terms(row: Mapping[str, Any], policy: SourcingPolicy) -> dict[str, int]:
    return {name: int(row[name]) if is_known(row.get(name)) else int(getattr(policy, name)) for name in TERMS}


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
