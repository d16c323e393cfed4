"""Bills and expected amounts as they come in, and money of one day in the base currency.

UnusableBill     an amount that is no whole number of minor units or below zero, or a line without currency or day
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from skills.rates import Rate, RateBook
from skills.vocabulary import Currency, Refusal, check_columns, mark, minor_digits, name_rows, round_half_even

BILL_COLUMNS = (
    "bill",
    "kind",
    "issuer",
    "shipment",
    "entry",
    "component",
    "sku",
    "amount_minor",
    "currency",
    "billed_on",
)
OPTIONAL = ("line", "bill_of_lading", "container")
EXPECTED_COLUMNS = ("shipment", "component", "amount_minor", "currency", "source")
EVENT_COLUMNS = (
    "shipment",
    "happened_on",
    "known_on",
    "event",
    "day",
    "container",
    "bill_of_lading",
    "units",
    "source",
)
PIVOT = "USD"
"""The currency that every fx rate is quoted against."""


class UnusableBill(Refusal):
    """A line that no amount can be booked from."""


@dataclass(frozen=True)
class Converted:
    """Money of one day in the base currency.

    Attributes:
        minor: Base minor units, half even.
        rate: Units of the base currency for one of the other, six decimals; 1 for the base itself.
        rate_from: First day of the younger of the rates used; None for the base itself.
    """

    minor: int
    rate: Decimal
    rate_from: date | None


@dataclass(frozen=True)
class Exchange:
    """Converts by the dated rates of kind `fx`, quoted `CCY per USD`."""

    rates: RateBook
    base: Currency

    def convert(self, minor: int, currency: Currency, day: date) -> Converted | None:
        """None when the book has no rate of that day for one of the two currencies."""
        if currency == self.base:
            return Converted(minor, Decimal(1), None)
        found = [self._find(code, day) for code in (self.base, currency)]
        if None in found:
            return None
        base, other = (pair for pair in found if pair is not None)
        ratio = base[0] / other[0]
        amount = Decimal(minor).scaleb(minor_digits(self.base) - minor_digits(currency)) * ratio
        starts = [rate.effective_from for rate in (base[1], other[1]) if rate is not None]
        return Converted(round_half_even(amount), ratio.quantize(Decimal("0.000001")), max(starts))

    def _find(self, currency: Currency, day: date) -> tuple[Decimal, Rate | None] | None:
        if currency == PIVOT:
            return Decimal(1), None
        rate = self.rates.find("fx", currency, day)
        if rate is None:
            return None
        if rate.unit != f"{currency} per {PIVOT}" or rate.value <= 0:
            raise rate.refuse_unit(f"{currency} per {PIVOT}")
        return rate.value, rate


def check_bills(bills: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The bills known on the morning, in a fixed order, optional columns filled with "".

    Raises:
        MissingColumns: of the bills.
        UnusableBill: names the lines.
    """
    check_columns("bills", bills.columns, BILL_COLUMNS)
    filled = bills.assign(**{name: "" for name in OPTIONAL if name not in bills})
    if "period_from" not in filled:
        filled = filled.assign(period_from=pd.Timestamp("NaT"))
    amounts = pd.to_numeric(filled["amount_minor"], errors="coerce")
    days = pd.to_datetime(filled["billed_on"], errors="coerce")
    bad = (
        amounts.isna()
        | (amounts < 0)
        | (amounts % 1 != 0)
        | days.isna()
        | ~filled["currency"].astype(str).str.fullmatch("[A-Z]{3}")
    )
    if bad.any():
        raise UnusableBill(
            mark(
                "Bill lines that cannot be booked: {lines}. Expected whole minor units from 0 up, a currency code of "
                "three letters and the day of the bill. Correct them in the file of bills and import it again; a "
                "credit is a claim settled, not a bill."
            ),
            lines=name_rows(f"{row['issuer']} {row['bill']}" for row in filled[bad].to_dict("records")),
        )
    filled = filled.assign(billed_on=days, amount_minor=amounts.astype("int64"), position=range(len(filled)))
    filled = filled[days < pd.Timestamp(as_of)]
    texts = [*BILL_COLUMNS[:7], *OPTIONAL, "currency"]
    filled = filled.assign(**{name: filled[name].fillna("").astype(str).str.strip() for name in texts})
    order = ["billed_on", "issuer", "bill", "line", "position"]
    return filled.sort_values(order).reset_index(drop=True)


def check_expected(expected: pd.DataFrame) -> pd.DataFrame:
    """The expected amounts with `entry`, duty layers under the one name `duty`.

    Raises:
        MissingColumns: of the expected amounts.
    """
    check_columns("expected", expected.columns, EXPECTED_COLUMNS)
    filled = expected.assign(entry=expected["entry"].fillna("") if "entry" in expected.columns else "")
    return filled.assign(component=[fold_component(name) for name in filled["component"]])


def known_events(events: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The events known on the morning, oldest news first, with `sku`, `lane` and `entry` filled.

    Raises:
        MissingColumns: of the events.
    """
    check_columns("shipment_events", events.columns, EVENT_COLUMNS)
    filled = events.assign(**{name: "" for name in ("sku", "lane", "entry") if name not in events})
    filled = filled.assign(
        **{name: pd.to_datetime(filled[name]) for name in ("happened_on", "known_on", "day")},
        position=range(len(filled)),
    )
    filled = filled[filled["known_on"] < pd.Timestamp(as_of)]
    return filled.sort_values(["shipment", "known_on", "happened_on", "position"]).reset_index(drop=True)


def fold_component(component: str) -> str:
    """`duty_301` and every other layer of duty is `duty`: an entry summary may state the sum alone."""
    return "duty" if component.startswith("duty_") else component
