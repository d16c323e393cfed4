"""Minor units of one currency in another, exact to the half-even rounding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from skills.rates import RateBook
from skills.vocabulary import Currency, minor_digits, round_half_even


def base_per_minor(
    currencies: Iterable[Currency], rates: RateBook, base: Currency, as_of: date
) -> dict[str, Decimal]:
    """Per currency: minor units of the base currency for one of its minor units.

    Raises:
        MissingRate: no rate of exchange is valid on the day.
    """
    return {
        currency: rates.convert(currency, base, as_of).scaleb(minor_digits(base) - minor_digits(currency))
        for currency in sorted(set(currencies))
    }


def quote_exchange(currency: Currency, rates: RateBook, base: Currency, as_of: date) -> tuple[str, str]:
    """The rate used, to eight digits, and where it comes from; empty where nothing was converted."""
    if currency == base:
        return "1", ""
    used = [rates.read("fx", key, as_of) for key in (base, currency) if key != "USD"]
    rate = rates.convert(currency, base, as_of)
    return str(round(rate, 8).normalize()), "; ".join(
        f"{item.value} {item.unit} ({item.source}, {item.effective_from.isoformat()})" for item in used
    )


def share_of(minor: int, percent: int) -> int:
    """So many percent of an amount."""
    return round_half_even(Decimal(minor) * percent / 100)
