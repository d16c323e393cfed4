"""The rate book on both databases: whose answer counts, and who imported what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from skills.rates import RATE_COLUMNS, MissingRate, RateBook
from tasks.files.reference import read_starter_rates
from tasks.store.rates import RateImport, list_imports, read_rates, read_scope, record_import, record_rates

MORNING = date(2025, 11, 24)
NOON = datetime(2025, 11, 24, 4, 0, tzinfo=UTC)


def rates(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """kind, key, value, first, last."""
    full = [(kind, key, value, "share", first, last, "a source", "2025-11-01", "primary")
            for kind, key, value, first, last in rows]  # fmt: skip
    return pd.DataFrame(full, columns=[*RATE_COLUMNS], dtype="str")


def act(scope: str, count: int = 1) -> RateImport:
    return RateImport(scope, None, "vat.csv", "ab" * 32, "a source", MORNING, "primary", count, 0, "operator", NOON)


def answer(seller: str, kind: str, key: str, day: date = MORNING) -> str:
    return str(RateBook.from_frame(read_rates(seller, MORNING)).read(kind, key, day).value)


def test_the_sellers_rate_goes_before_the_official_one_and_that_before_the_starters(store: str) -> None:
    keys = ("DE", "FR", "GB")
    record_rates(rates(*(("vat", key, "0.10", "2020-01-01", "") for key in keys)))
    record_import(rates(*(("vat", key, "0.20", "2020-01-01", "") for key in keys[:2])), act("official:vat"))
    record_rates(rates(("vat", "DE", "0.30", "2020-01-01", "")), scope="haina")
    assert [answer("haina", "vat", key) for key in keys] == ["0.30", "0.20", "0.10"]
    assert [answer("other", "vat", key) for key in keys] == ["0.20", "0.20", "0.10"]


def test_what_a_night_brings_up_to_date_leaves_official_tables_alone(store: str) -> None:
    record_import(rates(("vat", "DE", "0.20", "2020-01-01", "")), act("official:vat"))
    record_rates(read_starter_rates())
    record_rates(rates(("vat", "FR", "0.30", "2020-01-01", "")), scope="haina")
    record_rates(rates(), scope="haina")
    assert answer("haina", "vat", "DE") == "0.20"
    assert len(read_scope("official:vat")) == 1


def test_an_official_rate_of_a_later_day_is_known_before_it_holds(store: str) -> None:
    dated = (("vat", "DE", "0.19", "2020-01-01", "2025-12-31"), ("vat", "DE", "0.21", "2026-01-01", ""))
    record_import(rates(*dated), act("official:vat", 2))
    assert answer("haina", "vat", "DE") == "0.19"
    assert answer("haina", "vat", "DE", date(2026, 1, 1)) == "0.21"


def test_a_rate_that_ended_long_ago_still_says_where_its_table_ends(store: str) -> None:
    months = [("fx", "FRF", str(number), f"19{number}-01-01", f"19{number}-12-31") for number in range(90, 99)]
    record_import(rates(*months), act("official:fx-monthly", len(months)))
    frame = read_rates("haina", MORNING)
    assert list(frame["value"]) == ["98"]
    with pytest.raises(MissingRate, match="to 1998-12-31"):
        RateBook.from_frame(frame).read("fx", "FRF", MORNING)


def test_an_import_is_kept_with_its_file_its_person_and_its_moment(store: str) -> None:
    first, second = act("official:vat"), act("official:ecb", 0)
    record_import(rates(("vat", "DE", "0.19", "2020-01-01", "")), first)
    record_import(rates(), second)
    assert list_imports() == [first, second]
    assert list_imports("official:ecb") == [second]


def test_a_whole_tariff_is_stored_digit_for_digit(store: str) -> None:
    many = [("duty", f"US:{number:08d}", f"0.{number % 997:03d}", "2025-01-01", "") for number in range(5_000)]
    record_import(rates(*many), act("official:us-hts", len(many)))
    known = read_scope("official:us-hts")
    assert len(known) == len(many)
    assert sum(Decimal(value) for value in known["value"]) == sum(Decimal(row[2]) for row in many)
