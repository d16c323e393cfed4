"""The customs value: a method, a basis and evidence, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from skills.customs.deductive import deduct_resale
from skills.customs.value import (
    UNCOMMITTED,
    UNVERIFIED_RULE,
    Goods,
    UnusableValue,
    ValueDecision,
    ValueRule,
    value_goods,
)
from skills.rates import MissingRate, Rate, RateBook, UnverifiedRate
from skills.vocabulary import Incoterm, Money

AS_OF = date(2026, 3, 2)
RULES = [
    ValueRule("US", "FOB", False, False, date(2020, 1, 1), None, "law", AS_OF, "primary"),
    ValueRule("DE", "CIF", False, False, date(2016, 5, 1), None, "law", AS_OF, "primary"),
    ValueRule("JP", "CIF", True, True, date(2023, 10, 1), None, "law", AS_OF, "primary"),
]


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


SALE = Goods(
    "PO-7", "US", True, usd("10000"), "FOB", usd("150"), usd("800"), usd("50"), usd("600"), evidence=("invoice 7",)
)  # fmt: skip
CHOICE = ValueDecision(
    "JP", "deductive", Money(55_063, "JPY"), ("price list", "fee report"), "Broker K.K.", "Lin", date(2026, 2, 1),
    "Haina Ltd", "Attorney K.K.",
)  # fmt: skip
OWN_STOCK = Goods("SHP-3", "JP", False, decision=CHOICE)


@pytest.mark.parametrize(
    ("incoterm", "fob", "cif"),
    [
        ("EXW", "10150", "11000"),
        ("FCA", "10150", "11000"),
        ("FOB", "10000", "10850"),
        ("CIF", "9150", "10000"),
        ("DAP", "8550", "9400"),
        ("DDP", "8550", "9400"),
    ],
)
def test_the_basis_of_the_country_decides_what_the_price_is_brought_to(
    incoterm: Incoterm, fob: str, cif: str
) -> None:
    into_us = value_goods(replace(SALE, incoterm=incoterm), RULES, AS_OF)
    into_germany = value_goods(replace(SALE, incoterm=incoterm, country="DE"), RULES, AS_OF)
    assert (into_us.amount, into_us.method, into_us.basis) == (usd(fob), "transaction", "FOB")
    assert (into_germany.amount, into_germany.basis) == (usd(cif), "CIF")
    assert into_us.evidence == ("invoice 7",)


def test_moulds_that_the_buyer_supplied_are_part_of_the_value() -> None:
    assert value_goods(replace(SALE, assists=usd("400")), RULES, AS_OF).amount == usd("10400")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"country": "DE", "freight": None}, "freight is unknown"),
        ({"incoterm": "EXW", "to_port": None}, "to_port is unknown"),
        ({"incoterm": "DDP", "after_arrival": None}, "after_arrival is unknown"),
        ({"incoterm": None}, "incoterm is unknown"),
        ({"price": None}, "price is unknown"),
        ({"price": usd("-5")}, "Expected zero or more"),
        ({"country": "DE", "freight": Money.of("1", "EUR")}, "in the price's currency"),
        ({"incoterm": "CIF", "freight": usd("99999")}, "more than zero"),
        ({"evidence": ()}, "needs evidence"),
        ({"country": "BR"}, "FOB or CIF"),
    ],
)
def test_a_value_with_a_hole_is_refused_by_name(change: dict[str, object], said: str) -> None:
    with pytest.raises(UnusableValue, match=said):
        value_goods(replace(SALE, **change), RULES, AS_OF)  # type: ignore[arg-type]


def test_own_stock_into_a_warehouse_without_a_method_is_refused() -> None:
    with pytest.raises(UnusableValue, match="own stock sent to a warehouse is no sale"):
        value_goods(replace(OWN_STOCK, decision=None), RULES, AS_OF)


def test_the_recorded_choice_gives_the_value_its_method_and_its_evidence() -> None:
    value = value_goods(OWN_STOCK, RULES, AS_OF)
    assert (value.amount, value.method, value.evidence) == (CHOICE.amount, "deductive", CHOICE.evidence)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"evidence": ()}, "evidence"),
        ({"broker": ""}, "broker"),
        ({"decided_by": ""}, "decided_by"),
        ({"attorney": ""}, "attorney"),
        ({"method": "transaction"}, "method ≠ transaction"),
        ({"country": "US"}, "country JP"),
        ({"decided_on": date(2026, 3, 3)}, "decided_on"),
        ({"amount": Money(0, "JPY")}, "amount > 0"),
    ],
)
def test_an_incomplete_choice_of_method_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UnusableValue, match=said):
        value_goods(replace(OWN_STOCK, decision=replace(CHOICE, **change)), RULES, AS_OF)  # type: ignore[arg-type]


def test_hub_stock_that_no_destination_is_committed_to_is_flagged() -> None:
    assert value_goods(replace(SALE, committed=False), RULES, AS_OF).flags == (UNCOMMITTED,)
    assert value_goods(SALE, RULES, AS_OF).flags == ()


def test_a_rule_that_nobody_has_checked_is_flagged() -> None:
    doubtful = [replace(RULES[0], confidence="unverified")]
    assert value_goods(SALE, doubtful, AS_OF).flags == (UNVERIFIED_RULE,)


def test_a_rule_holds_only_in_its_days() -> None:
    with pytest.raises(UnusableValue, match="2015-01-01"):
        value_goods(replace(SALE, country="DE"), RULES, date(2015, 1, 1))


def test_a_deductive_value_needs_the_consumption_tax_of_the_day() -> None:
    with pytest.raises(MissingRate, match="vat"):
        deduct_resale(Money(74_500, "JPY"), Money(13_930, "JPY"), Decimal(0), "JP", RateBook([]), True, AS_OF)
    with pytest.raises(UnusableValue, match="between zero and the price"):
        deduct_resale(Money(100, "JPY"), Money(101, "JPY"), Decimal(0), "JP", RateBook([]), True, AS_OF)


def test_two_rules_that_disagree_about_a_country_are_refused() -> None:
    other = replace(RULES[0], basis="CIF", source="another text")
    with pytest.raises(UnusableValue, match="Rules from another text, law disagree about US since 2020-01-01"):
        value_goods(SALE, [*RULES, other], AS_OF)
    newer = replace(other, effective_from=date(2026, 1, 1))
    assert value_goods(SALE, [*RULES, newer], AS_OF).basis == "CIF"


def test_a_consumption_tax_nobody_has_checked_is_refused_where_the_book_does_not_accept_it() -> None:
    tax = Rate("vat", "JP", Decimal("0.10"), "share", date(2024, 1, 1), None, "hearsay", AS_OF, "unverified")
    price, deductions = Money(74_500, "JPY"), Money(13_930, "JPY")
    with pytest.raises(UnverifiedRate, match="vat rate for JP"):
        deduct_resale(price, deductions, Decimal(0), "JP", RateBook([tax]).trust(False), True, AS_OF)
    assert deduct_resale(price, deductions, Decimal(0), "JP", RateBook([tax]), True, AS_OF).minor == 55_063
