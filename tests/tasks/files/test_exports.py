from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.seller import Seller
from skills.vocabulary import Refusal
from tasks.files import Exports, read_exports
from tasks.files.problems import (
    EmptyExport,
    InvalidInput,
    LostRows,
    MissingFiles,
    UnknownHeader,
    UnusableInput,
    WrongDateOrder,
)
from tasks.files.quarantine import COUNTS, check_balance
from tasks.files.tables import TABLES

AS_OF = date(2025, 11, 24)
EXAMPLE_SETTINGS = {
    "date_order": "dmy",
    "decimal": ",",
    "cancellation_prefix": "C",
    "product_code": r"HN-[A-Z]{2}\d{3}",
    "countries": {"Deutschland": "DE", "Frankreich": "FR"},
}

Write = Callable[..., Path]
Read = Callable[..., Exports]


@pytest.mark.parametrize("table", ["order_lines", "products", "suppliers", "nodes", "lanes", "stock"])
def test_a_needed_table_without_a_file_is_refused_with_the_pattern_looked_for(
    read: Read, folder: Path, table: str
) -> None:
    (folder / f"{table}.csv").unlink()
    with pytest.raises(
        MissingFiles, match=rf"No file for table {table}: nothing matches .*{table}\.\*\. Put the export"
    ):
        read()


def test_a_needed_table_that_the_seller_does_not_mention_is_refused(read: Read) -> None:
    with pytest.raises(MissingFiles, match=r"Table order_lines is needed, and config/sellers/test.yaml does not say"):
        read(seller={"inputs": {"stock": {"files": "stock.csv"}}})


def test_a_header_that_nobody_knows_is_refused_with_how_to_map_it(read: Read, write: Write) -> None:
    write("order_lines.csv", "Bestellung;Datum;Artikel;Menge;Preis\n1;03.11.2025;A;1;1\n")
    with pytest.raises(UnknownHeader) as refused:
        read()
    message = str(refused.value)
    assert "order_lines.csv has no column for ordered_at (order_date, " in message
    assert "Headers found: Bestellung, Datum, Artikel, Menge, Preis." in message
    assert "Columns of the table: order, ordered_at, sku, quantity, price, customer, country, currency." in message
    assert "inputs.order_lines.columns" in message
    assert "`ordered_at: <header>`" in message


def test_a_mapped_header_that_is_not_in_the_file_is_refused(read: Read) -> None:
    with pytest.raises(UnknownHeader, match=r"no column for units \(Bestand\) of table stock"):
        read(stock={"columns": {"units": "Bestand"}})


def test_a_mapping_of_a_column_that_does_not_exist_is_refused(read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"inputs.stock.columns maps colour, which the table does not have"):
        read(stock={"columns": {"colour": "Farbe"}})


def test_an_input_that_is_no_table_is_refused(read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"inputs that are no tables: stok\. Known tables: .*events, exports"):
        read(stok={})


def test_a_pattern_or_zone_that_cannot_be_used_is_refused(read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"product_code is '\[A', which is no regular expression"):
        read(order_lines={"product_code": "[A"})
    with pytest.raises(InvalidInput, match=r"time_zone is 'London', which is no time zone"):
        read(order_lines={"time_zone": "London"})
    with pytest.raises(InvalidInput, match=r"inputs.stock.format .* only order_lines can have"):
        read(stock={"format": "amazon-all-orders"})


def test_a_product_code_that_no_order_line_fits_is_refused_with_how_many_were_set_aside(read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"No order line has a code like ZZ: [1-9]\d* lines were set aside"):
        read(order_lines={**EXAMPLE_SETTINGS, "product_code": "ZZ"})


@pytest.mark.parametrize("table", ["order_lines", "products", "stock"])
def test_a_needed_export_without_rows_is_refused(read: Read, folder: Path, write: Write, table: str) -> None:
    header = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    write(f"{table}.csv", f"{header}\n\n")
    with pytest.raises(EmptyExport, match=rf"{table}.csv has a header and no rows, and table {table} is needed"):
        read()
    write(f"{table}.csv", "")
    with pytest.raises(EmptyExport, match=r"is empty: not even a header"):
        read()


def test_dates_that_mostly_contradict_the_declared_order_refuse_the_file(read: Read, write: Write) -> None:
    days = ["11/03/2025", "11/14/2025", "11/15/2025", "11/16/2025"]
    rows = "\n".join(f"{at},{day},A,1,1,k,DE" for at, day in enumerate(days))
    write("order_lines.csv", f"order,ordered_at,sku,quantity,price,customer,country\n{rows}")
    with pytest.raises(WrongDateOrder, match=r"3 dates in ordered_at contradict the order dmy, 0 need it, and 1 fit"):
        read(order_lines={"date_order": "dmy"})
    assert len(read(order_lines={"date_order": "mdy"}).tables["sales"]) == 4


def test_every_refusal_is_one_that_the_page_can_say_in_the_readers_language() -> None:
    assert issubclass(UnusableInput, Refusal)


def test_each_file_balances_and_says_how_it_was_read(read: Read) -> None:
    accounting = read().accounting
    assert (accounting["rows_in"] == accounting[COUNTS].sum(axis=1)).all()
    assert len(accounting) == len(TABLES) + 1
    assert accounting.set_index("feed")["read_as"]["order_lines"] == "utf-8, semicolon"


def test_a_balance_that_is_off_is_refused_with_the_numbers() -> None:
    row = {"feed": "stock", "file": "a.csv", "rows_in": 5, "kept": 3, "netted": 0, "set_aside": 0, "quarantined": 1,
           "after_as_of": 0}  # fmt: skip
    with pytest.raises(LostRows, match=r"a.csv of stock: 5 rows came in, but 4 are accounted for \(kept 3, netted 0"):
        check_balance(pd.DataFrame([row]))


def test_two_imports_of_the_same_files_are_equal(read: Read) -> None:
    first, second = read(date(2025, 11, 24)), read(date(2025, 11, 24))
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, second.tables[name])


def test_an_import_changes_no_file(read: Read, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    read()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_other_files_may_be_completed_from_the_sales(folder: Path, read: Read) -> None:
    """A data set without stock or products gets generated ones that follow from its own sales."""
    expected = read()
    hidden = (folder / "stock.csv").rename(folder / "hidden")
    seller = Seller.model_validate(
        {
            "id": "test",
            "name": {"en": "Test"},
            "inputs": {
                **{name: {"files": f"{folder}/{name}.csv"} for name, table in TABLES.items() if table.required},
                "order_lines": {"files": f"{folder}/order_lines.csv", **EXAMPLE_SETTINGS},
            },
        }
    )
    given: list[pd.DataFrame] = []

    def complete(sales: pd.DataFrame) -> None:
        given.append(sales)
        hidden.rename(folder / "stock.csv")

    exports = read_exports(seller, AS_OF, complete=complete)
    pd.testing.assert_frame_equal(given[0], expected.tables["sales"])
    pd.testing.assert_frame_equal(exports.tables["stock"], expected.tables["stock"])
