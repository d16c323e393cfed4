"""An entry: every layer on the customs value, fees once per entry, nothing under DDP, nothing undated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.customs.charge import LineFacts
from skills.customs.explain import explain_entry
from skills.customs.plan import DutyAskedTwice, Entry, EntryLine, UnusableEntry, charge_entry
from skills.customs.policy import CustomsPolicy
from skills.customs.wording import parse_duty
from skills.rates import Confidence, MissingRate, Rate, RateBook, UnusableRate, UnverifiedRate
from skills.vocabulary import MissingColumns, Money

AS_OF = date(2026, 3, 2)
POLICY = CustomsPolicy()


def rate(kind: str, key: str, value: str, unit: str = "share", trust: Confidence = "secondary") -> Rate:
    return Rate(kind, key, Decimal(value), unit, date(2025, 10, 1), date(2026, 9, 30), "publisher", AS_OF, trust)


RATES = [
    rate("duty", "US:6302.60", "0.091"),
    rate("duty", "DE:6302.60", "0.12"),
    rate("duty_301", "US:63", "0.075"),
    rate("duty_extra", "US:63", "0.10"),
    rate("mpf_rate", "US", "0.003464", "share of customs value"),
    rate("mpf_min", "US", "33.58", "USD/entry"),
    rate("mpf_max", "US", "651.50", "USD/entry"),
    rate("hmf_rate", "US", "0.00125", "share of customs value"),
]
BOOK = RateBook(RATES)


def line(name: str, minor: int, currency: str = "USD") -> EntryLine:
    return EntryLine(name, "6302.60.00.10", LineFacts(Money(minor, currency)))


ENTRY = Entry("E-1", "US", "sea", "FOB", ("duty_301", "duty_extra"), (line("1", 2_000_000),))


def amounts(entry: Entry, book: RateBook = BOOK, as_of: date = AS_OF) -> dict[str, int]:
    charges = charge_entry(entry, book, POLICY, as_of)
    return {str(name): int(sum_) for name, sum_ in charges.groupby("component")["amount_minor"].sum().items()}


def test_layers_fall_on_the_customs_value_and_not_on_each_other() -> None:
    assert amounts(ENTRY) == {
        "duty": 182_000, "duty_301": 150_000, "duty_extra": 200_000, "mpf": 6_928, "hmf": 2_500,
    }  # fmt: skip


def test_harbour_maintenance_is_for_sea_freight_only() -> None:
    assert "hmf" not in amounts(replace(ENTRY, mode="air"))
    assert "hmf" not in amounts(replace(ENTRY, mode="express"))


@pytest.mark.parametrize(
    ("value", "fee", "bound"),
    [(100_000, 3_358, "minimum per entry"), (2_000_000, 6_928, ""), (90_000_000, 65_150, "maximum per entry")],
)
def test_the_processing_fee_lies_between_its_bounds(value: int, fee: int, bound: str) -> None:
    charges = charge_entry(replace(ENTRY, lines=(line("1", value),)), BOOK, POLICY, AS_OF)
    row = charges[charges["component"] == "mpf"].iloc[0]
    assert (row["amount_minor"], row["note"], row["line"]) == (fee, bound, "")


def test_two_shipments_in_one_entry_pay_the_minimum_once() -> None:
    both = replace(ENTRY, lines=(line("1", 100_000), line("2", 100_000)))
    assert amounts(both)["mpf"] == 3_358


def test_duty_is_not_asked_for_where_the_freight_price_holds_it() -> None:
    with pytest.raises(DutyAskedTwice, match="E-1 is under DDP"):
        charge_entry(replace(ENTRY, incoterm="DDP"), BOOK, POLICY, AS_OF)


def test_a_fee_after_the_last_known_fiscal_year_is_refused() -> None:
    later = RateBook(
        [replace(known, effective_to=None) if known.kind.startswith("duty") else known for known in RATES]
    )
    with pytest.raises(MissingRate, match=r"mpf_rate rate for US on 2026-10-01.*2026-09-30"):
        charge_entry(ENTRY, later, POLICY, date(2026, 10, 1))


def test_a_layer_without_a_rate_is_refused_and_a_dated_zero_is_an_answer() -> None:
    with pytest.raises(MissingRate, match="duty_122"):
        charge_entry(replace(ENTRY, layers=("duty_122",)), BOOK, POLICY, AS_OF)
    zero = RateBook([*RATES, rate("duty_122", "US:6302", "0")])
    assert amounts(replace(ENTRY, layers=("duty_122",)), zero)["duty_122"] == 0


def test_an_unverified_rate_is_refused_unless_the_policy_accepts_and_shows_it() -> None:
    doubtful = RateBook([*RATES[1:], rate("duty", "US:6302.60", "0.091", trust="unverified")])
    with pytest.raises(UnverifiedRate, match="unverified"):
        charge_entry(ENTRY, doubtful, POLICY, AS_OF)
    charges = charge_entry(ENTRY, doubtful, CustomsPolicy(accept_unverified=True), AS_OF)
    assert charges.iloc[0]["confidence"] == "unverified"
    assert "unverified" in explain_entry(charges).iloc[0]["note"]


def test_a_layer_in_money_is_not_charged_as_a_share() -> None:
    by_weight = RateBook([*RATES, rate("duty_122", "US:6302", "0.35", "USD/kg")])
    with pytest.raises(UnusableRate, match=r"duty_122 rate for US:6302 is 0\.35 USD/kg\. Expected share"):
        charge_entry(replace(ENTRY, layers=("duty_122",)), by_weight, POLICY, AS_OF)


def test_a_typed_duty_of_the_tariff_is_charged_on_its_quantity() -> None:
    facts = LineFacts(Money(100_000, "USD"), {"kg": Decimal(250)})
    typed = EntryLine("1", "0711.51", facts, parse_duty("0.9¢/kg + 4%"), "0.9¢/kg + 4%", "HTS 2024-11")
    charges = charge_entry(replace(ENTRY, layers=(), lines=(typed,)), BOOK, POLICY, AS_OF)
    first = charges.iloc[0]
    assert (first["amount_minor"], first["rate"], first["source"]) == (4_225, "0.9¢/kg + 4%", "HTS 2024-11")


def test_another_country_levies_duty_and_no_american_fee() -> None:
    german = replace(ENTRY, country="DE", layers=(), lines=(line("1", 100_000, "EUR"),))
    assert amounts(german) == {"duty": 12_000}


@pytest.mark.parametrize(
    "lines", [(), (line("1", 5), line("1", 6)), (line("1", 5), line("2", 6, "EUR"))], ids=["none", "twice", "mixed"]
)
def test_an_entry_has_each_line_once_in_one_currency(lines: tuple[EntryLine, ...]) -> None:
    with pytest.raises(UnusableEntry, match="Expected each line once"):
        charge_entry(replace(ENTRY, lines=lines), BOOK, POLICY, AS_OF)


def test_a_fee_in_dollars_does_not_bound_an_entry_in_yuan() -> None:
    with pytest.raises(UnusableEntry, match="CNY"):
        charge_entry(replace(ENTRY, lines=(line("1", 5_000, "CNY"),)), BOOK, POLICY, AS_OF)


def test_the_explanation_adds_up_to_the_entry() -> None:
    steps = explain_entry(charge_entry(ENTRY, BOOK, POLICY, AS_OF))
    assert steps.iloc[-1]["value"] == "5414.28"
    assert sum(Decimal(value) for value in steps["value"].iloc[:-1]) == Decimal("5414.28")
    assert steps.iloc[0]["note"] == "20000.00 USD: 0.091 share; publisher; 2025-10-01 – 2026-09-30"


def test_charges_without_a_column_are_not_explained() -> None:
    with pytest.raises(MissingColumns, match="The table charges lacks the columns note"):
        explain_entry(charge_entry(ENTRY, BOOK, POLICY, AS_OF).drop(columns="note"))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**9), st.integers(0, 10**6), st.decimals(0, 1, places=3))
def test_what_an_entry_owes_never_falls_when_its_value_or_a_layer_rises(
    value: int, extra: int, more: Decimal
) -> None:
    raised = RateBook([replace(item, value=item.value + more) if item.kind == "duty_301" else item for item in RATES])
    base = sum(amounts(replace(ENTRY, lines=(line("1", value),))).values())
    assert sum(amounts(replace(ENTRY, lines=(line("1", value + extra),))).values()) >= base
    assert sum(amounts(replace(ENTRY, lines=(line("1", value),)), raised).values()) >= base
