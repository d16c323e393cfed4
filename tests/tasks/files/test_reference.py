"""Official files: every row kept or quarantined with its reason, rates that hold on the days they are known."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from skills.customs import build_schedule
from skills.rate_review import list_conflicts
from skills.rates import MissingRate, RateBook
from tasks.files import reference
from tasks.files.problems import EmptyExport, UnknownHeader, UnreadableFile

READ_ON = date(2026, 11, 22)
US_HEADER = "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty\n"
VAT_HEADER = "start_date,stop_date,territory_codes,currency_code,rate,rate_type,description\n"


@pytest.fixture
def official(tmp_path: Path) -> Path:
    return tmp_path / "official.csv"


def test_a_us_tariff_keeps_its_order_and_names_its_bad_rows(official: Path) -> None:
    official.write_text(
        "\ufeff" + US_HEADER
        + '"6307","0","Other made up articles:","","",""\n'
        + '"","1","Dish\ncloths:","","",""\n'
        + '"6307.10.20","2","Other","","5.3%",""\n'
        + '"6307.10.20","2","Other","","5.4%",""\n'
        + '"63071020","2","Other","","5.4%",""\n'
        + '"6307.10.20.27","","Of cotton","","",""\n'
        + '"6307.10.20.28","3","Other","[""No."",""<u>kg<\\/u>""]","",""\n'
        + '"6307.20"\n',
        encoding="utf-8",
    )  # fmt: skip
    table = reference.read_us_tariff(official, "USITC", READ_ON)
    assert (table.rows_in, table.kept, len(table.quarantine)) == (8, 4, 4)
    assert table.quarantine[["line", "column"]].to_numpy().tolist() == [
        ["6", "HTS Number"],
        ["7", "HTS Number"],
        ["8", "Indent"],
        ["10", ""],
    ]
    last = build_schedule(table.rows).iloc[-1]
    assert (last["number"], last["rate_text"], last["units"], last["line"]) == ("6307.10.20.28", "5.3%", "No., kg", 9)


def test_a_british_code_gets_back_the_zero_that_was_lost(official: Path) -> None:
    official.write_text(
        "commodity,description,cet_duty_rate,ukgt_duty_rate\n"
        "1012100,Horses,0.0%,0.0%\n63071010,Floorcloths,12.00%,12.00%\n102299010,Cattle,5%,4%\n12,Short,1%,1%\n",
        encoding="utf-8",
    )
    table = reference.read_uk_tariff(official, "cet_duty_rate", "DIT", READ_ON)
    assert list(table.rows["number"]) == ["0101.21.00", "6307.10.10", "0102.29.90.10"]
    assert list(table.rows["general_rate"]) == ["0.0%", "12.00%", "5%"]
    assert table.quarantine.iloc[0][["line", "column", "value"]].tolist() == ["5", "commodity", "12"]


def test_a_tax_holds_in_each_territory_of_its_cell_until_the_day_before_the_next(official: Path) -> None:
    official.write_text(
        VAT_HEADER
        + '2011-01-04,,"GB\nUK\nIM",GBP,0.2,standard,\n2010-01-01,2011-01-04,"GB\nUK\nIM",GBP,0.175,standard,\n'
        + "2015-10-01,2019-09-30,JP,JPY,0.08,standard,\n2019-10-01,,JP,JPY,0.10,standard,digital services only\n",
        encoding="utf-8",
    )
    table = reference.read_vat_history(official, "kdeldycke", READ_ON, "secondary")
    book = RateBook.from_frame(table.rows)
    assert (table.rows_in, table.kept, len(table.rows)) == (4, 4, 8)
    assert book.read("vat", "IM", date(2011, 1, 3)).value == Decimal("0.175")
    assert book.read("vat", "UK", date(2011, 1, 4)).value == Decimal("0.2")
    assert book.read("vat", "JP", date(2019, 9, 30)).value == Decimal("0.08")
    assert book.read("vat", "JP", date(2019, 10, 1)).confidence == "unverified"
    assert list_conflicts(book) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2011-13-04,,GB,GBP,0.2,standard,", "start_date"),
        ("2011-01-04,2010-01-01,GB,GBP,0.2,standard,", "stop_date"),
        ("2011-01-04,,,GBP,0.2,standard,", "territory_codes"),
        ("2011-01-04,,GB,GBP,20,standard,", "rate"),
        ("2011-01-04,,GB,GBP,NaN,standard,", "rate"),
        ("2011-01-04,,GB,GBP,0.2,luxury,", "rate_type"),
    ],
)
def test_a_bad_row_of_a_tax_table_is_quarantined_with_its_column(official: Path, row: str, column: str) -> None:
    official.write_text(f"{VAT_HEADER}{row}\n2011-01-04,,FR,EUR,0.2,standard,\n", encoding="utf-8")
    table = reference.read_vat_history(official, "kdeldycke", READ_ON, "secondary")
    assert (table.kept, list(table.quarantine["column"])) == (1, [column])


def test_a_monthly_average_holds_in_the_month_after(official: Path) -> None:
    official.write_text(
        "Date,Country,Exchange rate\n2026-01-01,China,6.9692\n2026-01-01,Venezuela,5.6\n"
        "2026-02-01,China,0\n2026-01-01,China,7\n2026-13-01,China,7\n",
        encoding="utf-8",
    )
    table = reference.read_monthly_fx(official, "H.10", READ_ON, "secondary")
    assert list(table.quarantine["column"]) == ["Country", "Exchange rate", "Date", "Date"]
    book = RateBook.from_frame(table.rows)
    assert book.convert("USD", "CNY", date(2026, 2, 28)) == Decimal("6.9692")
    for day in (date(2026, 1, 31), date(2026, 3, 1)):
        with pytest.raises(MissingRate):
            book.read("fx", "CNY", day)


def test_a_reference_rate_of_the_afternoon_is_known_on_the_next_morning(official: Path) -> None:
    official.write_text(
        "Date,USD,JPY,CNY,\n2026-03-03,1.25,187.5,9.0,\n2026-03-02,1.20,180,N/A,\n2026-03-04,N/A,180,8,\n", "utf-8"
    )
    table = reference.read_ecb_fx(official, "ECB", READ_ON, "primary")
    assert (table.kept, list(table.quarantine["column"])) == (2, ["USD"])
    book = RateBook.from_frame(table.rows)
    assert book.convert("EUR", "USD", date(2026, 3, 4)) == Decimal("1.25")
    assert book.convert("USD", "JPY", date(2026, 3, 3)) == Decimal(150)
    assert book.convert("USD", "CNY", date(2026, 3, 10)) == Decimal("7.2")
    for currency, day in (("EUR", date(2026, 3, 2)), ("CNY", date(2026, 3, 3)), ("EUR", date(2026, 3, 11))):
        with pytest.raises(MissingRate):
            book.read("fx", currency, day)
    assert list_conflicts(book) == []


def test_the_central_banks_daily_file_writes_its_date_in_words(official: Path) -> None:
    official.write_text("Date, USD, JPY, \n24 November 2025, 1.15, 180.5, \n", "utf-8")
    table = reference.read_ecb_fx(official, "ECB", READ_ON, "primary")
    assert set(table.rows["effective_from"]) == {"2025-11-25"}


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    text = "Date,Country,Exchange rate\n2026-01-01,Euro,0.8540\n"
    (tmp_path / "fx.csv").write_text(text, "utf-8")
    (tmp_path / "fx.csv.gz").write_bytes(gzip.compress(text.encode()))
    plain, packed = (
        reference.read_monthly_fx(tmp_path / name, "H.10", READ_ON, "secondary").rows
        for name in ("fx.csv", "fx.csv.gz")
    )
    assert plain.equals(packed)


def test_every_country_of_the_project_has_one_rule_of_value_with_its_source() -> None:
    rules = {rule.country: rule for rule in reference.read_value_rules()}
    assert {country: rule.basis for country, rule in rules.items()} == {
        "US": "FOB", "CA": "FOB", "DE": "CIF", "FR": "CIF", "GB": "CIF", "JP": "CIF",
    }  # fmt: skip
    assert [country for country, rule in rules.items() if rule.needs_attorney] == ["JP"]
    assert all(rule.source for rule in rules.values())


def test_another_file_is_refused_with_the_columns_it_lacks(official: Path) -> None:
    official.write_text("Date,Currency,Value\n2026-01-01,EUR,1\n", "utf-8")
    with pytest.raises(UnknownHeader, match="Country, Exchange rate"):
        reference.read_monthly_fx(official, "H.10", READ_ON, "secondary")
    official.write_text("Date,Country,Exchange rate\n", "utf-8")
    with pytest.raises(EmptyExport):
        reference.read_monthly_fx(official, "H.10", READ_ON, "secondary")
    official.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFile, match="UnicodeDecodeError"):
        reference.read_monthly_fx(official, "H.10", READ_ON, "secondary")
