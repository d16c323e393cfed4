"""Official files imported by an operator: editions, what they change, what stays unread, and what they refuse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from skills.customs import find_tariff
from skills.customs.policy import CustomsPolicy
from skills.customs.schedule import UnknownTariffNumber
from skills.rates import MissingRate, RateBook
from tasks import rates
from tasks.files.problems import UnknownHeader, UnreadableFile
from tasks.rate_import import (
    MissingFirstDay,
    Prepared,
    UnknownTable,
    apply_import,
    find_tariff_table,
    prepare_import,
    read_editions,
)
from tasks.store.rates import list_imports, read_rates, read_scope

MORNING = date(2025, 11, 24)
FIRST, SECOND = date(2024, 1, 1), date(2025, 1, 1)
HEADER = "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty\n"
OLD = HEADER + "6307.10.10,0,Dust cloths,,4.1%\n6307.10.20,0,Dish cloths,,5.3%\n6302.60.00,0,Terry towels,,9.1%\n"
NEW = HEADER + (
    "6307.10.10,0,Dust cloths,,4.5%\n6307.10.30,0,Dish cloths,,5.5%\n6302.60.00,0,Terry towels,,9.1% + 2¢/kg\n"
    "6304.92.00,0,Other furnishings,,a rate of the old days\n"
)


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_LANGUAGE", "en")
    return tmp_path


def bring(folder: Path, table: str, text: str, first: date | None = None, apply: bool = True) -> Prepared:
    path = folder / "official.csv"
    path.write_text(text, encoding="utf-8")
    prepared = prepare_import(table, path, "operator", first, retrieved_on=MORNING)
    if apply:
        apply_import(prepared)
    return prepared


def read(key: str, day: date, kind: str = "duty") -> str:
    country, _, code = key.partition(":")
    book = RateBook.from_frame(read_rates("demo", MORNING))
    return str((book.read_longest(kind, country, code, day) if code else book.read(kind, key, day)).value)


def test_an_edition_ends_when_the_next_begins(folder: Path) -> None:
    bring(folder, "us-hts", OLD, FIRST)
    prepared = bring(folder, "us-hts", NEW, SECOND)
    assert ([rate.key for rate in prepared.new], [rate.key for rate in prepared.changed]) == (
        ["US:6307.10.30"],
        ["US:6307.10.10"],
    )
    assert {rate.key for rate in prepared.removed} == {"US:6307.10.20", "US:6302.60.00"}
    assert read("US:6307.10.10", date(2024, 12, 31)) == "0.041"
    assert read("US:6307.10.10", SECOND) == "0.045"


def test_a_number_that_vanished_or_became_compound_is_not_charged_at_its_old_rate(folder: Path) -> None:
    bring(folder, "us-hts", OLD, FIRST)
    bring(folder, "us-hts", NEW, SECOND)
    for key in ("US:6307.10.20", "US:6302.60.00"):
        with pytest.raises(MissingRate, match="to 2024-12-31"):
            read(key, SECOND)


def test_editions_may_arrive_in_any_order_and_twice(folder: Path) -> None:
    bring(folder, "us-hts", OLD, FIRST)
    bring(folder, "us-hts", NEW, SECOND)
    forward = read_scope("official:us-hts")
    again = bring(folder, "us-hts", OLD, FIRST)
    assert (again.new, again.changed, again.removed) == ([], [], [])
    assert read_scope("official:us-hts").equals(forward)
    assert [act.first_day for act in list_imports("official:us-hts")] == [FIRST, SECOND, FIRST]


def test_a_vanished_number_is_listed_and_refused_with_its_successors(folder: Path) -> None:
    bring(folder, "us-hts", OLD, FIRST)
    prepared = bring(folder, "us-hts", NEW, SECOND)
    assert prepared.vanished[["number", "successors"]].to_numpy().tolist() == [
        ["6307.10.20", "6307.10.30 6307.10.10"]
    ]
    editions = read_editions("us-hts")
    assert sorted(editions) == [FIRST, SECOND]
    assert find_tariff(editions, "6307.10.20", FIRST, CustomsPolicy()).rate_text == "5.3%"
    with pytest.raises(UnknownTariffNumber, match=r"take its place: 6307\.10\.30"):
        find_tariff(editions, "6307.10.20", SECOND, CustomsPolicy())
    with pytest.raises(UnknownTariffNumber, match="in no tariff edition known"):
        find_tariff(editions, "6307.90.99", SECOND, CustomsPolicy())


def test_a_text_that_is_not_understood_is_listed_with_its_line(folder: Path) -> None:
    prepared = bring(folder, "us-hts", NEW + "6305.00.00,x,Sacks,,5%\n", SECOND)
    assert (prepared.rows_in, prepared.typed, prepared.booked, prepared.act.unparsed) == (5, 3, 2, 2)
    assert prepared.unparsed[["line", "number", "text"]].astype("str").to_numpy().tolist() == [
        ["5", "6304.92.00", "a rate of the old days"],
        ["6", "Indent", "x"],
    ]


def test_a_dry_import_writes_nothing(folder: Path) -> None:
    bring(folder, "us-hts", OLD, FIRST, apply=False)
    assert (len(read_scope("official:us-hts")), list_imports(), read_editions("us-hts")) == (0, [], {})


def test_a_table_of_dated_rows_replaces_what_was_imported_before(folder: Path) -> None:
    header = "start_date,stop_date,territory_codes,currency_code,rate,rate_type,description\n"
    bring(folder, "vat", header + "2020-01-01,,RO,RON,0.19,standard,\n2020-01-01,,SE,SEK,0.25,standard,\n")
    dated = "2020-01-01,2026-01-01,RO,RON,0.19,standard,\n2026-01-01,,RO,RON,0.21,standard,\n"
    prepared = bring(folder, "vat", header + dated)
    assert ([str(rate.value) for rate in prepared.new], len(prepared.changed)) == (["0.21"], 1)
    assert [rate.key for rate in prepared.removed] == ["SE"]
    assert (read("RO", MORNING, "vat"), read("RO", date(2026, 1, 1), "vat")) == ("0.19", "0.21")


def test_a_currency_without_a_rate_on_the_day_is_refused(folder: Path) -> None:
    bring(folder, "ecb", "Date,USD,SEK\n2025-11-20,1.15,11.0\n")
    assert read("SEK", date(2025, 11, 21), "fx")
    with pytest.raises(MissingRate, match="No fx rate for SEK on 2025-12-24: the table covers 2025-11-21"):
        read("SEK", date(2025, 12, 24), "fx")


def test_what_cannot_be_imported_is_refused_before_anything_is_written(folder: Path) -> None:
    with pytest.raises(UnknownTable, match="Known are: us-hts"):
        bring(folder, "cn-tariff", OLD, FIRST)
    with pytest.raises(MissingFirstDay, match="--from"):
        bring(folder, "us-hts", OLD)
    with pytest.raises(UnknownHeader, match="HTS Number"):
        bring(folder, "us-hts", "Number,Rate\n1,2\n", FIRST)
    with pytest.raises(UnreadableFile):
        prepare_import("us-hts", folder / "nowhere.csv", "operator", FIRST)
    assert list_imports() == []


def test_each_country_knows_its_tariff() -> None:
    assert [find_tariff_table(country) for country in ("US", "GB", "FR", "JP")] == [
        "us-hts",
        "uk-tariff",
        "eu-tariff",
        "",
    ]


def test_the_operators_command_shows_and_applies(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "hts.csv"
    path.write_text(NEW, encoding="utf-8")
    command = ["import", "us-hts", str(path), "--from", "2025-01-01"]
    assert rates.main([*command, "--dry"]) == 0
    said = capsys.readouterr().out
    assert "4 rows, 2 rates for the book" in said
    assert "5 · 6304.92.00 · a rate of the old days" in said
    assert "Nothing was changed" in said
    left_out = next(Path(line.partition(": ")[2]) for line in said.splitlines() if line.startswith("All of them"))
    assert "a rate of the old days" in left_out.read_text(encoding="utf-8-sig")
    assert rates.main(command) == 0
    assert "official:us-hts has 2 rates now" in capsys.readouterr().out
    assert rates.main(["list", "--kind", "duty", "--key", "US:6307", "--on", "2025-11-24"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.partition(" = ")[0] for line in listed] == ["duty US:6307.10.10", "duty US:6307.10.30"]
    assert rates.main(["list", "--kind", "no such kind"]) == 1


def test_a_refused_command_says_why_and_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rates.main(["import", "us-hts", str(folder / "nowhere.csv"), "--from", "2025-01-01"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err
    assert rates.main(["check"]) == 1
    assert "make night SELLER=demo" in capsys.readouterr().err
