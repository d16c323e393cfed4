"""A rate book looked over: conflicts, known changes, what ends, what a change touches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd

from skills.rate_review import list_changes, list_conflicts, list_expiring, list_touched
from skills.rates import Rate, RateBook


def rate(value: str, first: date, last: date | None = None, kind: str = "mpf_min", key: str = "US") -> Rate:
    return Rate(kind, key, Decimal(value), "USD", first, last, "publisher", date(2025, 11, 1), "primary")


FISCAL_2025 = rate("32.71", date(2024, 10, 1), date(2025, 9, 30))
FISCAL_2026 = rate("33.58", date(2025, 10, 1), date(2026, 9, 30))


def test_conflicts_are_listed_over_the_whole_book_and_dated_rules_are_none() -> None:
    other = rate("33.00", date(2025, 10, 1), date(2026, 9, 30))
    inside = rate("40.00", date(2026, 1, 1), date(2026, 3, 31))
    same = rate("33.58", date(2025, 10, 1), date(2026, 9, 30))
    old, new = rate("0.19", date(2007, 1, 1), None, "vat", "RO"), rate("0.21", date(2025, 8, 1), None, "vat", "RO")
    assert list_conflicts(RateBook([FISCAL_2026, FISCAL_2025, same, old, new])) == []
    pairs = list_conflicts(RateBook([FISCAL_2026, other, inside, old, new]))
    claims = [(str(first.value), str(second.value)) for first, second in pairs]
    assert sorted(claims) == [("33.00", "40.00"), ("33.58", "33.00"), ("33.58", "40.00")]


def test_what_is_known_to_change_is_listed_soonest_first() -> None:
    new = rate("0.21", date(2025, 8, 1), None, "vat", "RO")
    assert list_changes(RateBook([FISCAL_2026, FISCAL_2025, new]), date(2025, 6, 1)) == [new, FISCAL_2026]
    assert list_changes(RateBook([FISCAL_2026, new]), date(2025, 10, 1)) == []


def test_a_rate_that_ends_without_a_follower_is_listed_before_it_is_refused() -> None:
    book = RateBook([FISCAL_2025, FISCAL_2026])
    assert list_expiring(book, date(2026, 9, 1), 45) == [FISCAL_2026]
    assert list_expiring(book, date(2025, 9, 1), 45) == []
    assert list_expiring(book, date(2026, 9, 1), 10) == []


def test_a_change_touches_the_keys_that_lie_under_it() -> None:
    uses = pd.DataFrame(
        [
            ("TT-1", "duty", "US:6302.60.00.30"),
            ("TT-2", "duty", "US:6307.10"),
            ("TT-1", "duty", "DE:6302.60"),
            ("SZ-US", "fx", "USD"),
            ("AP-2", "vat", "US:6302.60"),
        ],
        columns=["name", "kind", "key"],
    )
    changed = [rate("0.1", date(2026, 1, 1), None, "duty", "US:6302"), rate("1", date(2026, 1, 1), None, "fx", "US")]
    assert list_touched(changed, uses)["name"].tolist() == ["TT-1"]
