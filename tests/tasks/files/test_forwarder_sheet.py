"""A forwarder's sheet becomes rate cards; cells without a price are named, none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from skills.freight import quote_freight
from skills.freight.facts import CARD_COLUMNS
from skills.freight.policy import FreightPolicy
from skills.rates import RateBook
from tasks.files.forwarder_sheet import ForwarderSheet, UnclearTerms, read_forwarder_sheet
from tasks.files.problems import UnknownHeader, UnreadableFile

SHEET: list[list[object]] = [
    ["美线 DDP 双清包税 2025-11"],
    ["渠道", "分区", "21KG+", "45KG+", "100KG+"],
    ["美森快船", "8-9", 13.8, 13.2, 12.6],
    ["", "4-7", 14.6, "暂停", 13.4],
    ["", "0-3", 15.2, 14.6, "询价"],
    ["普船", "全部", 9.5, 9.0, 8.5],
    ["备注：体积重/6000，时效 18-25天，截单 周三"],
]
LANES = {"美森快船": "SZ-US-FAST"}
DAY = date(2025, 11, 24)


def read(folder: Path, rows: list[list[object]], merged: Sequence[str] = ()) -> ForwarderSheet:
    path = folder / "prices.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("美国")
    for area in merged:
        sheet.merge_range(area, None)
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if cell != "":
                sheet.write(line, at, cell)
    book.close()
    return read_forwarder_sheet(path, LANES, DAY, date(2025, 11, 1), date(2025, 11, 30), "forwarder's sheet")


def test_every_price_is_a_card_line_or_quarantined_with_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, SHEET)
    assert found.cells_in == len(found.cards) + len(found.quarantine) == 12
    assert found.cards["per_kg_minor"].tolist() == [1380, 1320, 1260, 1460, 1340, 1520, 1460]
    assert found.quarantine[["line", "column", "value"]].to_numpy().tolist() == [
        ["美国!D4", "45KG+", "暂停"],
        ["美国!E5", "100KG+", "询价"],
        ["美国!C6", "21KG+", "9.5"],
        ["美国!D6", "45KG+", "9"],
        ["美国!E6", "100KG+", "8.5"],
    ]


def test_the_notes_give_divisor_cut_off_and_days(tmp_path: Path) -> None:
    found = read(tmp_path, SHEET)
    assert found.transit_days == (18, 25)
    assert set(found.cards["volumetric_divisor"]) == {6000}
    assert set(found.cards["cutoff_weekday"]) == {2}


def test_the_cards_say_from_when_to_when_they_hold_and_how_far_they_are_trusted(tmp_path: Path) -> None:
    card = read(tmp_path, SHEET).cards.iloc[0]
    assert list(card.index) == list(CARD_COLUMNS)
    assert (card["effective_from"], card["effective_to"]) == ("2025-11-01", "2025-11-30")
    assert (card["tax_included"], card["confidence"], card["currency"]) == ("yes", "secondary", "CNY")


def test_merged_channels_postcodes_and_prices_count_for_all_that_they_span(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["渠道", "分区", "21KG+", "45KG+"],
        ["美森快船", "8,9开头", 13.8, 13.2],
        ["", "", 13.9, ""],
        ["", "4-7", 14.6, ""],
        ["备注：材积 6000"],
    ]
    merged = ("A2:A4", "B2:B3", "C4:D4", "A5:D5")
    found = read(tmp_path, [rows[0], rows[1], ["", "", "", ""], rows[3], rows[4]], merged)
    assert found.cards[["postcode_group", "postcode_from", "from_kg", "per_kg_minor"]].to_numpy().tolist() == [
        ["8 9", "", 21.0, 1380],
        ["8 9", "", 45.0, 1320],
        ["", "4", 21.0, 1460],
        ["", "4", 45.0, 1460],
    ]
    assert found.quarantine.empty
    again = read(tmp_path, rows, merged)
    assert again.quarantine[["line", "value"]].to_numpy().tolist() == [["美国!C3", "13.9"]]


@pytest.mark.parametrize("group", ["美西", "9-1", "", "8-99"])
def test_postcodes_that_cannot_be_read_are_not_taken_for_everywhere(tmp_path: Path, group: str) -> None:
    rows: list[list[object]] = [SHEET[1], ["美森快船", "8", 13.8], ["", group, 14.6], SHEET[-1]]
    found = read(tmp_path, rows)
    assert found.cards["postcode_from"].tolist() == ["8"]
    assert found.quarantine[["line", "value"]].to_numpy().tolist() == [["美国!C3", "14.6"]]


def test_a_price_below_another_channel_without_prices_is_not_given_to_the_channel_before(tmp_path: Path) -> None:
    rows: list[list[object]] = [SHEET[1], ["美森快船", "8", 13.8], ["普船", "8", ""], ["", "9", 9.5], SHEET[-1]]
    found = read(tmp_path, rows)
    assert found.cards["per_kg_minor"].tolist() == [1380]
    assert found.quarantine[["line", "value"]].to_numpy().tolist() == [["美国!C4", "9.5"]]


def test_a_second_price_for_the_same_place_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, [SHEET[1], ["美森快船", "8", 13.8], ["美森快船", "8", 14.2], SHEET[-1]])
    assert found.cards["per_kg_minor"].tolist() == [1380]
    assert found.quarantine[["line", "value"]].to_numpy().tolist() == [["美国!C3", "14.2"]]


def test_a_weight_column_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [["渠道", "分区", "12-20KG", "21KG+"], ["美森快船", "8", 15, 13.8], SHEET[-1]]
    found = read(tmp_path, rows)
    assert found.quarantine[["line", "value"]].to_numpy().tolist() == [["美国!C1", "12-20KG"]]


@pytest.mark.parametrize(
    ("note", "told"), [("时效 18-25天", "does not say"), ("普货体积重/6000，带电体积重/5000", "5000, 6000")]
)
def test_a_sheet_without_one_divisor_is_refused(tmp_path: Path, note: str, told: str) -> None:
    with pytest.raises(UnclearTerms, match=told):
        read(tmp_path, [*SHEET[:-1], [note]])


def test_the_sheet_quotes_a_consignment(tmp_path: Path) -> None:
    facts = Path(__file__).parents[3] / "tasks" / "simulated" / "demo_facts" / "lanes.csv"
    lanes = pd.read_csv(facts).rename(
        columns={"cost_per_kg": "cost_per_kg_minor", "cost_per_m3": "cost_per_m3_minor", "minimum": "minimum_minor",
                 "fixed": "fixed_minor"}
    )  # fmt: skip
    for name in ("cost_per_kg_minor", "cost_per_m3_minor", "minimum_minor", "fixed_minor"):
        lanes[name] = (lanes[name] * 100).round().astype("int64")
    load = {"consignment": "C1", "lane": "SZ-US-FAST", "country": "US", "postcode": "90001", "boxes": 3,
            "weight_g": 50_000, "volume_cm3": 200_000, "longest_mm": 580, "ready_on": DAY}  # fmt: skip
    cards = read(tmp_path, SHEET).cards
    quote = quote_freight(pd.DataFrame([load]), lanes, cards, RateBook([]), "CNY", FreightPolicy(), DAY).iloc[0]
    assert (quote["amount_minor"], quote["departs_on"]) == (50 * 1320, pd.Timestamp(2025, 11, 26))


def test_a_sheet_without_weight_breaks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownHeader, match="21KG"):
        read(tmp_path, [["渠道", "价格"], ["美森快船", 13.8]])


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    path.write_text("no workbook", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="xlsx"):
        read_forwarder_sheet(path, LANES, DAY, DAY, None, "x")
