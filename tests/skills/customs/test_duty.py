"""Duties: read without guessing, charged on what they say, rounded once, never less when the rate is more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.customs.charge import LineFacts, UnchargeableDuty, charge_duty
from skills.customs.duty import AdValorem, Bounded, Reference, Specific, Sum, list_measures, list_references
from skills.customs.wording import UnreadDuty, parse_duty, type_rates
from skills.vocabulary import Money

DAY = date(2026, 3, 2)
WORTH = LineFacts(Money(100_000, "USD"), {"kg": Decimal(10)})


def test_a_compound_rate_is_the_sum_of_its_parts() -> None:
    assert parse_duty("0.9¢/kg + 4%") == Sum(
        (Specific(Decimal("0.009"), "USD", Decimal(1), "kg"), AdValorem(Decimal("0.04")))
    )


def test_what_a_line_must_state_is_named_before_it_is_charged() -> None:
    assert list_measures(parse_duty("4.4¢/liter + 31.4¢/pf. liter")) == ["litre", "pf. litre"]
    assert list_measures(parse_duty("0.7¢/kg on copper content + 0.7¢/kg on lead content")) == [
        "kg of copper content",
        "kg of lead content",
    ]
    assert list_measures(parse_duty("10¢/1,000 pins + 3.5%")) == ["pin"]


def test_a_rate_that_stands_elsewhere_keeps_its_text_and_what_is_added_to_it() -> None:
    duty = parse_duty("The duty provided in the applicable subheading + 25%")
    assert isinstance(duty, Sum)
    assert duty.parts[1] == AdValorem(Decimal("0.25"))
    assert list_references(duty) == ["The duty provided in the applicable subheading"]
    less = parse_duty("The duty rate provided in such subheading minus 0.5%")
    assert isinstance(less, Sum)
    assert less.parts[1] == AdValorem(Decimal("-0.005"))
    assert parse_duty("Entry Price") == Reference("Entry Price")


@pytest.mark.parametrize(
    "text", ["", "tbd", "9.1", "4%%", "1¢/parsec", "7.2 MIN 0.36 EUR/100 kg", "5% (01 FOO-31 MAR)", "10%, then 12%"]
)
def test_a_text_that_no_wording_covers_is_refused_with_its_words(text: str) -> None:
    with pytest.raises(UnreadDuty, match="not understood"):
        parse_duty(text)


def test_every_text_is_typed_or_listed_with_its_line() -> None:
    lines = pd.DataFrame(
        [("0101.21.00", "Free", 4), ("0101.21.00.10", "", 5), ("9110.90.40.00", "4% but see below", 9)],
        columns=["number", "rate_text", "line"],
    )
    typed, unread = type_rates(lines)
    assert list(typed) == ["Free"]
    assert unread.to_dict("records") == [{"number": "9110.90.40.00", "rate_text": "4% but see below", "line": 9}]


def test_a_season_runs_over_the_end_of_the_year() -> None:
    duty = parse_duty("8.00% (01 NOV - 14 MAY), 14.00% (15 MAY - 31 OCT)")
    on = {day: charge_duty(duty, WORTH, day) for day in (date(2026, 1, 1), date(2026, 5, 15), date(2026, 12, 31))}
    assert list(on.values()) == [8000, 14000, 8000]


def test_a_day_between_the_seasons_is_refused() -> None:
    duty = parse_duty("4.00% (01 JAN-31 MAR, 01-31 DEC), 5.10% (01 JUN-30 NOV)")
    assert charge_duty(duty, WORTH, date(2026, 12, 15)) == 4000
    with pytest.raises(UnchargeableDuty, match="2026-04-15"):
        charge_duty(duty, WORTH, date(2026, 4, 15))


def test_a_season_without_days_holds_in_the_rest_of_the_year() -> None:
    duty = parse_duty("9.60% MIN 1.1\u00a0€/100\u00a0kg/net (01 JAN-14 APR, 1 DEC-31 DEC), 13.60% MIN 1.6€/100kg/net")
    line = LineFacts(Money(100_000, "EUR"), {"kg of net weight": Decimal(100)})
    assert charge_duty(duty, line, date(2026, 3, 1)) == 9600
    assert charge_duty(duty, line, date(2026, 7, 1)) == 13600


def test_half_a_cent_is_rounded_to_the_even_one_once_per_line() -> None:
    assert charge_duty(parse_duty("5%"), LineFacts(Money(10, "USD")), DAY) == 0
    assert charge_duty(parse_duty("5%"), LineFacts(Money(30, "USD")), DAY) == 2
    assert charge_duty(parse_duty("5% + 5%"), LineFacts(Money(10, "USD")), DAY) == 1


def test_a_missing_part_of_the_goods_is_named() -> None:
    with pytest.raises(UnchargeableDuty, match="'battery'"):
        charge_duty(parse_duty("5.3% on the battery"), WORTH, DAY)


def test_a_specific_duty_in_another_currency_is_refused() -> None:
    with pytest.raises(UnchargeableDuty, match="EUR per 100 kg meets a customs value in USD"):
        charge_duty(parse_duty("30.00 EUR / 100 kg"), WORTH, DAY)


@pytest.mark.parametrize("line", [LineFacts(Money(-1, "USD")), LineFacts(Money(1, "USD"), {"kg": Decimal(-3)})])
def test_a_negative_value_or_quantity_is_refused(line: LineFacts) -> None:
    with pytest.raises(UnchargeableDuty, match="zero or more"):
        charge_duty(parse_duty("1¢/kg + 4%"), line, DAY)


shares = st.decimals(0, 2, places=4)
money = st.decimals(0, 50, places=4)


@settings(max_examples=60, deadline=None)
@given(shares, shares, money, st.integers(0, 10**9), st.integers(0, 10**9), st.decimals(0, 10**5, places=3))
def test_duty_never_falls_when_its_rate_or_the_value_rises(
    share: Decimal, more: Decimal, amount: Decimal, value: int, extra: int, weight: Decimal
) -> None:
    def charge(rate: Decimal, worth: int) -> int:
        duty = Sum((AdValorem(rate), Specific(amount, "USD", Decimal(1), "kg")))
        return charge_duty(duty, LineFacts(Money(worth, "USD"), {"kg": weight}), DAY)

    assert charge(share, value) <= charge(share + more, value)
    assert charge(share, value) <= charge(share, value + extra)


@settings(max_examples=60, deadline=None)
@given(shares, shares, shares, st.integers(0, 10**9))
def test_a_bounded_duty_lies_within_its_bounds(share: Decimal, low: Decimal, extra: Decimal, value: int) -> None:
    line = LineFacts(Money(value, "USD"))
    least, most = AdValorem(low), AdValorem(low + extra)
    charged = charge_duty(Bounded(AdValorem(share), least, most), line, DAY)
    assert charge_duty(least, line, DAY) <= charged <= charge_duty(most, line, DAY)
