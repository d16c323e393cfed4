"""Dates in texts: written as a country writes them, read back as the same day, never mistaken for something else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from skills.listing.dates import format_long, is_day, write_dates
from skills.listing.translate import match_names

LOCALES = ("en_US", "en_GB", "en_CA", "de_DE", "fr_FR", "es_ES", "it_IT", "ja_JP", "zh_CN")
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(days, st.sampled_from(LOCALES))
def test_a_written_date_is_read_back_as_that_day_and_no_other(day: date, tag: str) -> None:
    locale = Locale.parse(tag)
    said = format_long(day, locale)
    assert is_day(said, day, locale)
    for other in (day + timedelta(days=1), day + timedelta(days=31), date(day.year + 1, 3, 15)):
        assert not is_day(said, other, locale)


@given(days, st.sampled_from(LOCALES))
def test_a_date_in_a_text_is_written_and_handed_back(day: date, tag: str) -> None:
    locale = Locale.parse(tag)
    said = format_long(day, locale)
    assert write_dates(f"until {day}.", locale) == (f"until {said}.", [(day.isoformat(), said)])


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "2026-02-30", "A-2026-03-01", "2026-03-01T12:00", "2026-03-01-7", "12026-03-01", "2026-03-01/2",
     "v2026-03-01", "2026-3-1", "2026-03-01.5"],
)  # fmt: skip
def test_what_is_no_day_or_part_of_something_longer_stays(text: str) -> None:
    assert write_dates(text, Locale.parse("de_DE")) == (text, [])


def test_a_day_that_is_a_name_stays() -> None:
    assert write_dates("2026-03-01", Locale.parse("de_DE"), match_names(["2026-03-01"])) == ("2026-03-01", [])


def test_japanese_dates_need_no_blank_beside_them() -> None:
    assert write_dates("2026-03-01まで有効", Locale.parse("ja_JP"))[0] == "2026年3月1日まで有効"
