"""Money is integer minor units of its currency, and a refusal keeps its sentence apart from its values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from skills.vocabulary import Money, Refusal, mark, name_rows, round_half_even


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.345", "CNY", 1234), ("12.355", "CNY", 1236), ("980.5", "JPY", 980), ("981.5", "JPY", 982), (7, "EUR", 700)],
)
def test_money_rounds_half_to_even_in_the_currencys_own_minor_unit(amount: str, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("exact", "whole"),
    [("0.5", 0), ("1.5", 2), ("2.5", 2), ("-0.5", 0), ("-1.5", -2), ("2.500000000000000000000000000000001", 3),
     (f"{10**40 + 1}.5", 10**40 + 2)],
)  # fmt: skip
def test_halves_go_to_the_even_whole_number_however_many_digits_there_are(exact: str, whole: int) -> None:
    assert round_half_even(Decimal(exact)) == whole


def test_money_shows_its_major_units_exactly() -> None:
    assert Money(-1234, "CNY").amount == Decimal("-12.34")
    assert Money(980, "JPY").amount == Decimal(980)


def test_a_refusal_can_be_said_again_in_another_language() -> None:
    refusal = Refusal(mark("No duty rate for {code}."), code="6302.60")
    assert str(refusal) == "No duty rate for 6302.60."
    assert (
        refusal.template.replace("No duty rate for", "没有税率：").format(**refusal.values) == "没有税率： 6302.60."
    )


def test_a_long_list_of_rows_shows_the_first_five_and_the_count() -> None:
    assert name_rows(range(3)) == "0, 1, 2"
    assert name_rows(range(17)) == "0, 1, 2, 3, 4 … (17)"
