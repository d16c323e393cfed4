"""The deductive customs value: from the resale price in the country of import back to its border."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from skills.customs.value import UnusableValue
from skills.rates import RateBook
from skills.vocabulary import Country, Money, mark, round_half_even


def deduct_resale(
    price: Money,
    deductions: Money,
    duty_share: Decimal,
    country: Country,
    rates: RateBook,
    drops_fractions: bool,
    as_of: date,
) -> Money:
    """The deductive value: the resale price less what is earned and spent in the country, without its duty and tax.

    (price − deductions) ÷ (1 + tax) ÷ (1 + duty), the tax being the `vat` rate of the country on the day.

    Args:
        price: Paid by the customer, consumption tax included.
        deductions: Selling fees, fulfilment, domestic carriage, profit and general expenses, tax included.
        duty_share: Ad valorem duty of the goods; 0 for free.

    Raises:
        MissingRate: the country has no consumption tax rate on the day.
        UnverifiedRate: nobody has checked it, and the book accepts no such rate (`RateBook.trust`).
        UnusableValue: the deductions exceed the price, or are in another currency.
    """
    if price.currency != deductions.currency or not 0 <= deductions.minor <= price.minor or duty_share < 0:
        raise UnusableValue(
            mark(
                "A deductive value of {price} {currency} less {deductions} {other}: expected one currency and "
                "deductions between zero and the price. Correct the broker's calculation sheet."
            ),
            price=price.amount,
            currency=price.currency,
            deductions=deductions.amount,
            other=deductions.currency,
        )
    tax = rates.read("vat", country, as_of).share
    exact = Decimal(price.minor - deductions.minor) / (1 + tax) / (1 + duty_share)
    return Money(int(exact) if drops_fractions else round_half_even(exact), price.currency)
