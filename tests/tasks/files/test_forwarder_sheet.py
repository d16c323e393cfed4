"""A forwarder's sheet becomes rate cards; cells without a price are named, none is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from skills.freight import quote_freight
from skills.freight.policy import FreightPolicy
from skills.rates import RateBook
from tasks.files.forwarder_sheet import ForwarderSheet, read_forwarder_sheet
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


def read(folder: Path, rows: list[list[object]]) -> ForwarderSheet:
    path = folder / "prices.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    book.close()
    return read_forwarder_sheet(path, LANES, "CNY", date(2025, 11, 1), DAY, "forwarder's sheet")


def test_every_price_is_a_card_line_or_quarantined_with_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, SHEET)
    assert found.cells_in == len(found.cards) + len(found.quarantine) == 12
    assert found.cards["per_kg_minor"].tolist() == [1380, 1320, 1260, 1460, 1340, 1520, 1460]
    assert found.quarantine[["line", "column", "value"]].to_numpy().tolist() == [
        ["4", "45KG+", "暂停"],
        ["5", "100KG+", "询价"],
        *[["6", "渠道", "普船"]] * 3,
    ]


def test_the_notes_give_divisor_cut_off_and_days(tmp_path: Path) -> None:
    found = read(tmp_path, SHEET)
    assert found.transit_days == (18, 25)
    assert set(found.cards["volumetric_divisor"]) == {6000}
    assert set(found.cards["cutoff_weekday"]) == {2}


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
        read_forwarder_sheet(path, LANES, "CNY", DAY, DAY, "x")
