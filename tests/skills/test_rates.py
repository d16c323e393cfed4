"""Dated rates: the right value for the day, its source, and a refusal that says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.rates import (
    RATE_COLUMNS,
    ConflictingRates,
    MissingRate,
    Rate,
    RateBook,
    UnusableRate,
    UnverifiedRate,
)


def rate(value: str, first: date, last: date | None = None, kind: str = "mpf_min", key: str = "US") -> Rate:
    return Rate(kind, key, Decimal(value), "USD", first, last, "publisher", date(2025, 11, 1), "primary")


FISCAL_2025 = rate("32.71", date(2024, 10, 1), date(2025, 9, 30))
FISCAL_2026 = rate("33.58", date(2025, 10, 1), date(2026, 9, 30))


def test_each_day_has_the_rate_of_its_own_year() -> None:
    book = RateBook([FISCAL_2026, FISCAL_2025])
    assert book.read("mpf_min", "US", date(2025, 9, 30)).value == Decimal("32.71")
    assert book.read("mpf_min", "US", date(2025, 10, 1)).value == Decimal("33.58")


def test_a_known_future_rate_can_be_asked_for() -> None:
    assert RateBook([FISCAL_2026]).read("mpf_min", "US", date(2026, 9, 30)).value == Decimal("33.58")


def test_past_the_end_the_refusal_says_where_the_table_ends_and_what_to_do() -> None:
    with pytest.raises(MissingRate) as refusal:
        RateBook([FISCAL_2025, FISCAL_2026]).read("mpf_min", "US", date(2026, 10, 1))
    said = str(refusal.value)
    assert "2026-10-01" in said
    assert "2024-10-01 to 2026-09-30" in said
    assert "docs/run.md" in said


def test_a_rate_nobody_entered_is_refused_by_name() -> None:
    with pytest.raises(MissingRate, match="No vat rate for SE is known"):
        RateBook([]).read("vat", "SE", date(2025, 11, 24))


def test_a_newer_rate_replaces_an_open_ended_one_from_its_first_day() -> None:
    old, new = rate("0.19", date(2007, 1, 1), None, "vat", "RO"), rate("0.21", date(2025, 8, 1), None, "vat", "RO")
    book = RateBook([new, old])
    assert book.read("vat", "RO", date(2025, 7, 31)).value == Decimal("0.19")
    assert book.read("vat", "RO", date(2025, 8, 1)).value == Decimal("0.21")


def test_a_rate_nobody_has_checked_is_refused_where_the_policy_does_not_accept_it() -> None:
    doubtful = replace(FISCAL_2026, kind="fx", key="JPY", confidence="unverified")
    book = RateBook([FISCAL_2025, doubtful])
    careful = book.trust(False)
    assert book.convert("USD", "JPY", date(2026, 1, 1)) == Decimal("33.58")
    with pytest.raises(UnverifiedRate, match=r"fx rate for JPY \(33\.58 USD, from publisher\) is unverified"):
        careful.convert("USD", "JPY", date(2026, 1, 1))
    assert careful.read("mpf_min", "US", date(2025, 1, 1)) == FISCAL_2025
    assert careful.trust(True).find("fx", "JPY", date(2026, 1, 1)) == doubtful


@pytest.mark.parametrize(("unit", "sign"), [("USD/kg", 1), ("percent", 1), ("shares", 1), ("share", -1)])
def test_only_a_share_is_read_as_a_share(unit: str, sign: int) -> None:
    assert replace(FISCAL_2026, unit="share of customs value").share == Decimal("33.58")
    with pytest.raises(UnusableRate, match="Expected share, not negative"):
        replace(FISCAL_2026, unit=unit, value=sign * FISCAL_2026.value).share  # noqa: B018


def test_two_sources_that_disagree_about_one_day_raise_an_alarm() -> None:
    other = rate("33.00", date(2025, 10, 1), date(2026, 9, 30))
    with pytest.raises(ConflictingRates, match=r"33\.00 USD .* 33\.58 USD"):
        RateBook([FISCAL_2026, other]).read("mpf_min", "US", date(2025, 12, 1))


def test_a_duty_is_found_by_its_longest_known_prefix() -> None:
    start = date(2024, 1, 1)
    book = RateBook([rate("0.12", start, None, "duty", "DE:6302"), rate("0.10", start, None, "duty", "DE:6302.60")])
    assert book.read_longest("duty", "DE", "6302.60.00", date(2025, 1, 1)).value == Decimal("0.10")
    assert book.read_longest("duty", "DE", "6302.91", date(2025, 1, 1)).value == Decimal("0.12")
    with pytest.raises(MissingRate):
        book.read_longest("duty", "DE", "9999", date(2025, 1, 1))


def test_currencies_cross_through_the_dollar() -> None:
    start = date(2025, 11, 1)
    book = RateBook([rate("7.2", start, None, "fx", "CNY"), rate("0.9", start, None, "fx", "EUR")])
    assert book.convert("EUR", "CNY", date(2025, 11, 24)) == Decimal(8)
    assert book.convert("CNY", "CNY", date(1900, 1, 1)) == 1
    assert book.convert("USD", "EUR", date(2025, 11, 24)) == Decimal("0.9")


def test_a_frame_with_text_dates_gives_the_same_book() -> None:
    frame = pd.DataFrame(
        [["vat", "DE", "0.19", "share", "2021-01-01", "", "law", "2025-11-01", "primary"]], columns=[*RATE_COLUMNS]
    )
    assert RateBook.from_frame(frame).read("vat", "DE", date(2025, 1, 1)).effective_to is None


@given(st.dates(date(2024, 10, 1), date(2026, 9, 30)))
def test_every_day_inside_the_table_has_exactly_one_answer(day: date) -> None:
    found = RateBook([FISCAL_2025, FISCAL_2026]).read("mpf_min", "US", day)
    assert found.holds_on(day)
