"""Real official files: two editions of the US tariff, the UK Global Tariff, a VAT history, monthly exchange rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from config.settings import read_settings
from skills.customs import book_duties, build_schedule, compare_schedules, find_tariff, type_rates
from skills.customs.duty import list_references
from skills.customs.policy import CustomsPolicy
from skills.customs.schedule import UnknownTariffNumber
from skills.rate_review import list_conflicts
from skills.rates import MissingRate, RateBook
from tasks.files import reference

pytestmark = pytest.mark.shared

READ_ON = date(2026, 11, 22)
FIRST, SECOND = date(2023, 10, 1), date(2024, 11, 1)
POLICY = CustomsPolicy()


def find_real(name: str) -> Path:
    path = read_settings().data / name
    if not path.exists():
        pytest.skip(f"the data set is not here ({path}); docs/run.md says where to get it")
    return path


@lru_cache(maxsize=2)
def read_edition(path: Path) -> pd.DataFrame:
    table = reference.read_us_tariff(path, "USITC", READ_ON)
    assert table.rows_in == table.kept + len(table.quarantine)
    assert table.quarantine.empty
    return build_schedule(table.rows)


def read_us(month: str) -> pd.DataFrame:
    return read_edition(find_real(f"customs_tariffs/us_hts_{month}.csv.gz"))


def test_every_us_rate_is_typed_or_listed_with_its_line() -> None:
    schedule = read_us("2024-11")
    own = schedule[schedule["rate_from"] == schedule["number"]]
    typed, unread = type_rates(own)
    assert (len(schedule), len(own)) == (29_797, 13_610)
    assert len(own[own["rate_text"].isin(list(typed))]) + len(unread) == len(own)
    assert list(unread["number"]) == ["9110.90.40.00", "9114.90.30.00", "9801.00.70.00", "9801.00.80"]
    assert sum(bool(list_references(typed[text])) for text in own["rate_text"] if text in typed) == 219


def test_two_real_editions_differ_as_their_provenance_says() -> None:
    changes = compare_schedules(read_us("2023-10"), read_us("2024-11"), POLICY)
    assert changes["change"].value_counts().to_dict() == {"added": 236, "vanished": 79, "description": 53}
    gone = changes[changes["change"] == "vanished"]
    assert (gone["successors"] != "").mean() > 0.9
    editions = {FIRST: read_us("2023-10"), SECOND: read_us("2024-11")}
    number = gone["number"].iloc[0]
    assert find_tariff(editions, number, date(2024, 10, 31), POLICY).edition == FIRST
    with pytest.raises(UnknownTariffNumber, match="Candidates to take its place"):
        find_tariff(editions, number, SECOND, POLICY)


@pytest.mark.parametrize(
    ("number", "rate", "text"),
    [
        ("6307.10.20.27", "5.3%", "Dish cloths:"),
        ("6302.91.00.45", "9.2%", "Of cotton"),
        ("6302.60.00.30", "9.1%", "Toilet linen and kitchen linen"),
    ],
)
def test_a_dish_cloth_lies_among_lines_of_three_rates(number: str, rate: str, text: str) -> None:
    line = find_tariff({SECOND: read_us("2024-11")}, number, READ_ON, POLICY)
    assert line.rate_text == rate
    assert any(text.lower() in heading.lower() for heading in line.headings)
    assert number.startswith(line.rate_from)


def test_plain_us_duties_enter_the_rate_book_and_compound_ones_do_not() -> None:
    schedule = read_us("2024-11")
    typed, _ = type_rates(schedule)
    duties = book_duties(schedule, typed, ["US"], SECOND, None, "USITC", READ_ON, "secondary")
    book = RateBook.from_frame(duties)
    assert len(duties) == 12_173
    assert book.read_longest("duty", "US", "6302.60.00.30", READ_ON).value == Decimal("0.091")
    with pytest.raises(MissingRate):
        book.read_longest("duty", "US", "0711.51.00.00", READ_ON)


@pytest.mark.parametrize(
    ("rate", "unread", "floorcloth"), [("ukgt_duty_rate", 0, "12.0%"), ("cet_duty_rate", 10, "12.0%")]
)
def test_the_british_and_the_european_duty_of_one_file_are_typed_apart(
    rate: Literal["ukgt_duty_rate", "cet_duty_rate"], unread: int, floorcloth: str
) -> None:
    path = find_real("customs_tariffs/uk_global_tariff_2020-12.csv.gz")
    table = reference.read_uk_tariff(path, rate, "DIT", READ_ON)
    schedule = build_schedule(table.rows)
    assert (table.rows_in, len(schedule)) == (11_830, 11_830)
    assert schedule["digits"].str.len().isin([8, 10]).all()
    assert len(type_rates(schedule)[1]) == unread
    assert schedule.set_index("number").loc["6302.60.00", "rate_text"] == floorcloth


def test_the_vat_history_gives_each_territory_its_rate_without_a_conflict() -> None:
    path = find_real("tax_fx_geo/vat_rates_history.csv")
    table = reference.read_vat_history(path, "kdeldycke/vat-rates", READ_ON, "secondary")
    assert (table.rows_in, table.kept) == (241, 241)
    book = RateBook.from_frame(table.rows)
    assert list_conflicts(book) == []
    known = {"FI": "0.255", "SK": "0.23", "EE": "0.24", "CH": "0.081", "GB": "0.2", "UK": "0.2", "IC": "0"}
    assert {code: book.read("vat", code, READ_ON).value for code in known} == {
        code: Decimal(value) for code, value in known.items()
    }
    assert book.read("vat", "RO", date(2025, 7, 31)).value == Decimal("0.19")
    assert book.read("vat", "LU", date(2023, 12, 31)).value == Decimal("0.16")


def test_monthly_exchange_rates_end_where_the_file_ends() -> None:
    path = find_real("tax_fx_geo/fx_monthly.csv.gz")
    table = reference.read_monthly_fx(path, "Federal Reserve H.10", READ_ON, "secondary")
    assert (table.rows_in, table.kept) == (17_237, 16_859)
    assert set(table.quarantine["value"]) == {"Venezuela"}
    book = RateBook.from_frame(table.rows)
    starter = RateBook.from_frame(reference.read_starter_rates())
    day = date(2025, 11, 24)
    for currency in ("CNY", "EUR", "GBP", "JPY", "CAD"):
        assert book.read("fx", currency, day).value == starter.read("fx", currency, day).value
    with pytest.raises(MissingRate, match="2026-07-31"):
        book.read("fx", "CNY", date(2026, 8, 1))
