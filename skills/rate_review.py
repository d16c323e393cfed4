"""A rate book looked over: sources that disagree, what is known to change, what ends, and what a change touches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from skills.rates import Rate, RateBook


def list_conflicts(book: RateBook) -> list[tuple[Rate, Rate]]:
    """Pairs of rates that claim the same days with different values, ordered by kind, key and day.

    A rate that takes effect later replaces an older open-ended one: that is no conflict. Two that start on the
    same day are one, and so is one that starts inside another's stated period.
    """
    claims: dict[tuple[str, str], list[Rate]] = {}
    for rate in book:
        claims.setdefault((rate.kind, rate.key), []).append(rate)
    pairs = []
    for rates in claims.values():
        ordered = sorted(rates, key=lambda rate: (rate.effective_from, rate.source))
        for at, rate in enumerate(ordered):
            for other in ordered[at + 1 :]:
                replaced = rate.effective_to is None and rate.effective_from < other.effective_from
                if replaced or not rate.holds_on(other.effective_from):
                    break
                if (rate.value, rate.unit) != (other.value, other.unit):
                    pairs.append((rate, other))
    return sorted(pairs, key=lambda pair: (*_place(pair[0]), *_place(pair[1])))


def list_changes(book: RateBook, as_of: date) -> list[Rate]:
    """What is known to take effect after the day, soonest first."""
    future = [rate for rate in book if rate.effective_from > as_of]
    return sorted(future, key=lambda rate: (rate.effective_from, *_place(rate)))


def list_expiring(book: RateBook, as_of: date, days: int) -> list[Rate]:
    """Rates that end within so many days and that none follows: the next look-up after it is refused."""
    until = as_of + timedelta(days=days)
    trusting = book.trust(accept_unverified=True)
    ending = [
        rate
        for rate in book
        if rate.effective_to is not None
        and as_of <= rate.effective_to <= until
        and trusting.find(rate.kind, rate.key, rate.effective_to + timedelta(days=1)) is None
    ]
    return sorted(ending, key=lambda rate: (rate.effective_to or until, *_place(rate)))


def list_touched(changed: Iterable[Rate], uses: pd.DataFrame) -> pd.DataFrame:
    """What a change of rates touches.

    Args:
        changed: Rates that are new, or that were taken away.
        uses: One row per (name, kind, key) that a SKU, lane or open proposal looks up.

    Returns:
        The rows of `uses` whose key is a changed one, or lies under it as a tariff number does; order kept.
    """
    keys: dict[str, set[str]] = {}
    for rate in changed:
        keys.setdefault(rate.kind, set()).add(rate.key)
    touched = [
        any(key[:length] in keys.get(kind, ()) for length in range(1, len(key) + 1) if _ends_a_part(key, length))
        for kind, key in zip(uses["kind"], uses["key"], strict=True)
    ]
    return uses[touched].reset_index(drop=True)


def _ends_a_part(key: str, length: int) -> bool:
    """Whether the prefix is the whole key, or part of the tariff number behind its country's colon."""
    return length == len(key) or ":" in key[: length - 1]


def _place(rate: Rate) -> tuple[str, str, date, str]:
    return rate.kind, rate.key, rate.effective_from, rate.source
