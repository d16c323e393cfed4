"""Dates in texts: 2026-03-01 as a country writes it; one that would not be read back as the same day stays ISO."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale
from babel.dates import format_date, get_month_names

ISO_DATE = re.compile(r"(?<![0-9A-Za-z_./-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9A-Za-z_/-]|\.[0-9])")
"""A day and nothing glued to it: no time, no part of an article number."""


def write_dates(text: str, locale: Locale, names: re.Pattern[str] | None = None) -> tuple[str, list[tuple[str, str]]]:
    """A text with its ISO dates in long form.

    Args:
        locale: Of the language that the text is in.
        names: What matches is a brand or protected, and stays as it is.
    Returns:
        The text, and each date that was written otherwise: as it was, as it is.
    """
    spared = [found.span() for found in names.finditer(text)] if names is not None else []
    written: list[tuple[str, str]] = []

    def write(match: re.Match[str]) -> str:
        day = _read_day(match[0])
        if day is None or any(start < match.end() and match.start() < end for start, end in spared):
            return match[0]
        said = format_long(day, locale)
        if not is_day(said, day, locale):
            return match[0]
        written.append((match[0], said))
        return said

    return ISO_DATE.sub(write, text), written


def format_long(day: date, locale: Locale) -> str:
    """A date in the long form of CLDR; the first of a month as French counts it (1er)."""
    said = str(format_date(day, format="long", locale=locale))
    return f"1er {said[2:]}" if locale.language == "fr" and said.startswith("1 ") else said


def is_day(said: str, day: date, locale: Locale) -> bool:
    """Whether a written date names the day, the month (by name or number) and the year, and no other number."""
    numbers = [int(number) for number in re.findall(r"[0-9]+", said)]
    names = get_month_names("wide", locale=locale)
    bare = re.sub(r"[0-9]", " ", said)
    named = [month for month, name in names.items() if not re.search("[0-9]", name) and name in bare]
    expected = [day.year, day.day] if named else [day.year, day.month, day.day]
    return sorted(numbers) == sorted(expected) and (not named or day.month in named)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
