"""Duties of a tariff edition as dated rows of the rate book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from skills.customs.duty import AdValorem, Duty, Free
from skills.customs.schedule import SCHEDULE
from skills.rates import RATE_COLUMNS, Confidence
from skills.vocabulary import Country, check_columns


def book_duties(
    schedule: pd.DataFrame,
    typed: Mapping[str, Duty],
    countries: Iterable[Country],
    effective_from: date,
    effective_to: date | None,
    source: str,
    retrieved_on: date,
    confidence: Confidence,
) -> pd.DataFrame:
    """The lines whose duty is one share of the customs value, as rates of kind `duty`.

    A number with a specific, compound, seasonal or conditional rate, or one that stands elsewhere, is left out, and
    so is every number that it lies under: the longest prefix in the rate book must not give a part for the whole.

    Args:
        schedule: Out of `build_schedule`.
        typed: Rate text → duty, out of `type_rates`.
        effective_from, effective_to: Days of the edition; no end while none is known.

    Returns:
        One row per (country, number with its own rate), columns of `skills.rates.RATE_COLUMNS`; dates as ISO text.

    Raises:
        MissingColumns: the schedule lacks a column.
    """
    check_columns("schedule", schedule.columns, SCHEDULE)
    lines = schedule[["number", "digits", "rate_text", "rate_from"]]
    shares = {text: _share(duty) for text, duty in typed.items()}
    plain = lines["rate_text"].map(lambda text: shares.get(text) is not None)
    other = lines.loc[~plain & (lines["rate_text"] != ""), "digits"]
    above = {digits[:length] for digits in other for length in range(1, len(digits) + 1)}
    kept = lines[plain & (lines["rate_from"] == lines["number"]) & ~lines["digits"].isin(above)]
    end = "" if effective_to is None else effective_to.isoformat()
    rest = ("share", effective_from.isoformat(), end, source, retrieved_on.isoformat(), confidence)
    rows = [
        ("duty", f"{country}:{number}", shares[text], *rest)
        for country in countries
        for number, text in zip(kept["number"], kept["rate_text"], strict=True)
    ]
    return pd.DataFrame(rows, columns=[*RATE_COLUMNS], dtype="str")


def _share(duty: Duty) -> str | None:
    match duty:
        case Free(""):
            return "0"
        case AdValorem(share, ""):
            return format(share, "f")
    return None
