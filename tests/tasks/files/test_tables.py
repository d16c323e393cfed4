from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.rates import RATE_COLUMNS, RateBook
from tasks.files import Exports
from tasks.files.tables import TABLES

Write = Callable[..., Path]
Read = Callable[..., Exports]


def quarantined(exports: Exports) -> list[tuple[str, str, str, str]]:
    """feed, line, column, value of each row in quarantine."""
    return list(exports.quarantine[["feed", "line", "column", "value"]].itertuples(index=False, name=None))


def add(folder: Path, name: str, *lines: str) -> None:
    with (folder / f"{name}.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_every_documented_example_is_read_whole(read: Read) -> None:
    exports = read()
    assert exports.quarantine.empty
    for name, table in TABLES.items():
        frame = exports.tables[name]
        assert len(frame) >= 1, name
        assert list(frame.columns) == [column.name for column in table.columns]
        assert [str(dtype) for dtype in frame.dtypes] == [column.dtype for column in table.columns]


def test_an_optional_table_without_files_is_empty_with_the_same_columns(read: Read, folder: Path) -> None:
    for name, table in TABLES.items():
        if not table.required:
            (folder / f"{name}.csv").unlink()
    exports = read()
    for name, table in TABLES.items():
        if not table.required:
            assert exports.tables[name].empty
            assert [str(dtype) for dtype in exports.tables[name].dtypes] == [column.dtype for column in table.columns]


def test_an_optional_export_may_hold_a_header_only(read: Read, write: Write) -> None:
    write("inbound.csv", "shipment,sku,from_node,to_node,mode,units,eta\n")
    assert read().tables["inbound"].empty


def test_money_is_in_whole_units_unless_the_header_says_minor(read: Read, write: Write) -> None:
    head = "sku,supplier,{},cost_currency,carton_units\n"
    write("products.csv", head.format("unit_cost") + "HN-DC101,jinyi,9.805,CNY,60\nHN-TW203,hongda,480,JPY,24\n")
    assert read().tables["products"]["unit_cost_minor"].tolist() == [980, 480]
    write("products.csv", head.format("unit_cost_minor") + "HN-DC101,jinyi,980,CNY,60\nHN-TW203,hongda,9.8,CNY,1\n")
    exports = read()
    assert exports.tables["products"]["unit_cost_minor"].tolist() == [980]
    assert ("products", "3", "unit_cost_minor", "9.8") in quarantined(exports)


def test_a_mapping_names_the_files_headers(read: Read, write: Write) -> None:
    write(
        "products.csv",
        "货号;供应商;采购单价;币种;箱规\nhn-dc101;jinyi;9,80;cny;60\nHN-TW203;hongda;1;CNY;1\n",
        "gb18030",
    )
    columns = {"unit_cost_minor": "采购单价", "cost_currency": "币种", "carton_units": "箱规"}
    products = read(products={"columns": columns, "decimal": ","}).tables["products"]
    assert products["unit_cost_minor"].tolist() == [980, 100]
    assert products["sku"].tolist() == ["HN-DC101", "HN-TW203"]
    assert products["life_cycle"].tolist() == ["steady", "steady"]
    assert products["weight_kg"].isna().all()


@pytest.mark.parametrize(
    ("table", "line", "column", "value"),
    [
        ("stock", "HN-TW203,DE-FBA,available,-3", "units", "-3"),
        ("stock", "HN-TW203,DE-FBA,somewhere,3", "state", "somewhere"),
        ("stock", "HN-TW203,MOON,available,3", "node", "MOON"),
        ("stock", "HN-XX999,DE-FBA,available,3", "sku", "HN-XX999"),
        ("stock", "HN-DC101,SZ-HUB,available,1", "sku / node / state", "HN-DC101 / SZ-HUB / available"),
        ("products", "hn-dc101,Again,,,jinyi,9.80,CNY,yes,,,,,60,,,,steady", "sku", "HN-DC101"),
        ("products", "HN-NEW01,New,,,jinyi,9.80,CNY,yes,,,,,0,,,,steady", "carton_units", "0"),
        ("products", "HN-NEW01,New,,,nobody,9.80,CNY,yes,,,,,60,,,,steady", "supplier", "nobody"),
        ("products", "HN-NEW01,New,,,jinyi,,CNY,yes,,,,,60,,,,steady", "unit_cost", ""),
        ("products", "HN-NEW01,New,,,jinyi,9.80,CNY,yes,0,,,,60,,,,steady", "weight_kg", "0"),
        ("suppliers", "x,X,30,20,40,100,0,30,0,CNY", "production_days_p50", "20"),
        ("suppliers", "x,X,10,20,40,100,0,130,0,CNY", "deposit_percent", "130"),
        ("suppliers", "x,X,10,20,40,100,0,30,0,Yuan", "currency", "Yuan"),
        ("supplier_closures", "hongda,2026-03-01,2026-02-01,wrong way round", "last_day", "2026-02-01"),
        ("supplier_closures", "nobody,2026-02-01,2026-03-01,", "supplier", "nobody"),
        ("nodes", "X,attic,DE,Europe/Berlin,EUR,", "stage", "attic"),
        ("nodes", "X,hub,Atlantis,Europe/Berlin,EUR,", "country", "Atlantis"),
        ("nodes", "X,hub,DE,Europe/Atlantis,EUR,", "time_zone", "Europe/Atlantis"),
        ("lanes", "L,SZ-HUB,MOON,DE,sea,DAP,,no,1,2,3,,,,,,CNY,,,", "to_node", "MOON"),
        ("lanes", "L,SZ-HUB,DE-FBA,DE,rocket,DAP,,no,1,2,3,,,,,,CNY,,,", "mode", "rocket"),
        ("lanes", "L,SZ-HUB,DE-FBA,DE,sea,DAP,,maybe,1,2,3,,,,,,CNY,,,", "tax_included", "maybe"),
        ("lanes", "L,SZ-HUB,DE-FBA,DE,sea,DAP,,no,1,2,3,7,,,,,CNY,,,", "cutoff_weekday", "7"),
        ("inbound", "S,HN-DC101,SZ-HUB,DE-FBA,sea,5,01/02/2026", "eta", "01/02/2026"),
        ("events", "E,2025-12-01,2025-12-02,*,*,much,Lin,2025-12-31", "uplift_percent", "much"),
        ("overrides", "HN-DC101,DE,5,,why,2026-01-01", "author", ""),
        ("returns", "HN-DC101,DE,2025-11-01,1,2", "units", "1"),
        ("exports", "order_lines,DE,2025-11-24 02:00", "exported_at", "2025-11-24 02:00"),
        ("rates", "vat,DE,a fifth,share,2025-01-01,,law,2025-01-01,primary", "value", "a fifth"),
        ("rates", "vat,DE,0.19,share,2025-01-01,2024-01-01,law,2025-01-01,primary", "effective_to", "2024-01-01"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_is_quarantined(
    read: Read, folder: Path, table: str, line: str, column: str, value: str
) -> None:
    rows = len((folder / f"{table}.csv").read_text(encoding="utf-8").splitlines())
    add(folder, table, line)
    exports = read()
    assert quarantined(exports) == [(table, str(rows + 1), column, value)]
    assert len(exports.tables[table]) == rows - 1


def test_a_row_that_refers_to_one_in_quarantine_goes_there_too(read: Read, write: Write) -> None:
    write("suppliers.csv", "supplier,name,production_days_p10,production_days_p50,production_days_p90,"
          "weekly_capacity_units,currency\nhongda,H,20,24,32,0,CNY\njinyi,J,16,20,27,4000,CNY\n")  # fmt: skip
    feeds = {feed for feed, *_ in quarantined(read())}
    assert feeds == {"suppliers", "products", "supplier_closures", "stock"}


def test_a_supplier_may_be_closed_until_further_notice(read: Read, folder: Path) -> None:
    add(folder, "supplier_closures", "hongda,2026-02-01,,gone", "jinyi,2026-02-01,9999-12-31,gone")
    assert [str(day)[:10] for day in read().tables["supplier_closures"]["last_day"][2:]] == [
        "2099-12-31",
        "9999-12-31",
    ]


def test_what_was_not_known_on_the_morning_is_left_out(read: Read, folder: Path) -> None:
    add(folder, "purchase_orders", "PO-9,jinyi,HN-DC101,9,2025-11-24,2025-12-28,0,CNY")
    add(folder, "stock_outs", "HN-DC101,DE,2025-11-20,", "HN-DC101,DE,2025-11-24,2025-11-30")
    add(folder, "returns", "HN-DC101,DE,2025-11-24,1,1")
    exports = read(date(2025, 11, 24))
    assert len(exports.tables["purchase_orders"]) == 1
    assert len(exports.tables["returns"]) == 1
    assert [str(day)[:10] for day in exports.tables["stock_outs"]["last_day"]] == ["2025-03-23", "2025-11-23"]
    later = exports.accounting.set_index("feed")["after_as_of"]
    assert (later["purchase_orders"], later["stock_outs"], later["returns"]) == (1, 1, 1)


def test_yes_and_no_are_read_in_any_writing(read: Read, write: Write, folder: Path) -> None:
    head = (folder / "lanes.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"L{at},SZ-HUB,DE-FBA,DE,Sea,ddp,,{word},1,2,3,,,,,,CNY,,," for at, word in enumerate(["是", "N", "TRUE"])
    ]
    write("lanes.csv", "\n".join([head, *rows]))
    lanes = read().tables["lanes"]
    assert lanes["tax_included"].tolist() == ["yes", "no", "yes"]
    assert lanes["incoterm"].tolist() == ["DDP"] * 3
    assert lanes["cutoff_weekday"].tolist() == [-1] * 3
    assert np.isnan(lanes["weekly_capacity_m3"]).all()


def test_rates_are_exact_text_that_the_rate_book_reads(read: Read, folder: Path) -> None:
    add(folder, "rates", "fx,JPY,156.70,JPY per USD,2025-11-01,2025-11-30,central bank,2025-11-20,primary")
    rates = read().tables["rates"]
    assert tuple(rates.columns) == RATE_COLUMNS
    book = RateBook.from_frame(rates)
    assert str(book.read("fx", "JPY", date(2025, 11, 24)).value) == "156.70"
    assert book.read("referral_fee", "DE", date(2025, 11, 24)).effective_to is None


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "txt"])
def test_a_table_is_the_same_in_every_format(read: Read, folder: Path, suffix: str) -> None:
    expected = read().tables["stock"]
    frame: Any = pd.read_csv(folder / "stock.csv")
    (folder / "stock.csv").unlink()
    if suffix == "xlsx":
        frame.to_excel(folder / "stock.xlsx", index=False, engine="xlsxwriter")
    elif suffix == "parquet":
        frame.to_parquet(folder / "stock.parquet", index=False)
    else:
        frame.to_csv(folder / "stock.txt", index=False, sep="\t")
    pd.testing.assert_frame_equal(read().tables["stock"], expected)


def test_an_order_that_comes_in_parts_has_a_row_per_promised_day(read: Read, folder: Path) -> None:
    add(folder, "purchase_orders", "PO-7,jinyi,HN-DC101,40,2025-11-03,2025-12-28,0,CNY")
    add(folder, "purchase_orders", "PO-7,jinyi,HN-DC101,60,2025-11-03,2026-01-28,0,CNY")
    add(folder, "purchase_orders", "PO-7,jinyi,HN-DC101,60,2025-11-03,2026-01-28,0,CNY")
    exports = read()
    orders = exports.tables["purchase_orders"].query("purchase_order == 'PO-7'")
    assert orders["units_open"].tolist() == [40, 60]
    assert [feed for feed, *_ in quarantined(exports)] == ["purchase_orders"], "the same part twice"


def test_cash_to_come_and_receiving_by_season_are_read(read: Read, folder: Path) -> None:
    add(folder, "receiving_times", "DE,2025-11-01,2025-12-31,2,1,5,p50 below p10")
    add(folder, "cash_plan", "2025-12-15,,,9000.50,CNY,wages")
    exports = read()
    assert exports.tables["cash_plan"].iloc[-1][["receipts_minor", "rebates_minor", "payments_minor"]].tolist() == [
        0, 0, 900_050,
    ]  # fmt: skip
    assert ("receiving_times", "extra_days_p50") in {(feed, column) for feed, _, column, _ in quarantined(exports)}
