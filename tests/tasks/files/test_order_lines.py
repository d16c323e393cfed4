from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.seller import InputFiles
from tasks.files import Exports
from tasks.files.order_lines import (
    NO_CUSTOMER,
    NO_EARLIER_SALE,
    NO_PRICE,
    NO_UNITS,
    NOT_A_PRODUCT,
    NOT_SOLD_THERE,
    NOT_YET_CHARGED,
    REPEATED,
    STOCK_ADJUSTMENT,
)
from tasks.files.quarantine import COUNTS
from tasks.files.sales import read_order_lines

Write = Callable[..., Path]
Read = Callable[..., Exports]

HEADER = "order,ordered_at,sku,quantity,price,customer,country\n"
PLAIN: dict[str, Any] = {"cancellation_prefix": "C"}
AMAZON: dict[str, Any] = {"format": "amazon-all-orders"}
AMAZON_HEADER = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\titem-status\tsales-channel\tship-country\tsku\t"
    "quantity\tcurrency\titem-price\titem-promotion-discount\tship-city\n"
)


def units_of(exports: Exports) -> dict[tuple[str, str, str], int]:
    sales = exports.tables["sales"]
    return {(row.sku, row.country, row.day.date().isoformat()): row.units for row in sales.itertuples(index=False)}


def balance(exports: Exports) -> tuple[int, ...]:
    """rows_in, kept, netted, set_aside, quarantined, after_as_of of the order lines."""
    orders = exports.accounting[exports.accounting["feed"] == "order_lines"]
    return tuple(int(orders[name].sum()) for name in ("rows_in", *COUNTS))


def reasons(exports: Exports) -> dict[str, int]:
    return dict(exports.set_aside.itertuples(index=False))


@pytest.fixture
def read_orders(write: Write, read: Read) -> Callable[..., Exports]:
    """Import these order lines (without their header) with the settings given."""

    def read_orders(*lines: str, as_of: date = date(2025, 11, 24), **changed: Any) -> Exports:
        write("order_lines.csv", HEADER + "\n".join(lines))
        seller = changed.pop("seller", None)
        return read(as_of, seller=seller, order_lines={**PLAIN, **changed})

    return read_orders


def test_the_documented_example_is_read_as_documented(read: Read) -> None:
    exports = read()
    assert units_of(exports) == {
        ("HN-DC101", "DE", "2025-11-03"): 2,
        ("HN-DC101", "DE", "2025-11-09"): 2,
        ("HN-TW203", "FR", "2025-11-03"): 1,
    }
    assert balance(exports) == (5, 3, 1, 1, 0, 0)
    assert exports.tables["sales"]["revenue_minor"].tolist() == [2998, 2998, 2990]


def test_lines_of_one_sku_country_and_day_are_summed(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders(
        "1,2025-11-03 08:00,a ,2,1.005,k,DE", "2,2025-11-03 23:59,A,5,2,m,DE", "2,2025-11-03 23:59,A,5,2,m,DE"
    )
    row = exports.tables["sales"].iloc[0]
    assert (row["sku"], row["units"], row["lines"], row["largest_line_units"]) == ("A", 12, 3, 5)
    assert (row["revenue_minor"], row["currency"]) == (201 + 1000 + 1000, "EUR")


def test_a_yen_has_no_minor_unit(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders("1,2025-11-03,A,3,1480,k,JP")
    assert exports.tables["sales"]["revenue_minor"].tolist() == [4440]


def test_a_cancellation_nets_at_the_day_of_the_sale_it_undoes(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders(
        "1,2025-11-03,A,5,1,k,DE", "2,2025-11-04,A,5,1,k,DE", "C3,2025-11-06,A,-7,1,k,DE", "4,2025-11-07,A,1,1,k,DE"
    )
    assert units_of(exports) == {("A", "DE", "2025-11-03"): 3, ("A", "DE", "2025-11-07"): 1}
    assert balance(exports) == (4, 2, 2, 0, 0, 0)
    assert exports.tables["sales"]["revenue_minor"].tolist() == [300, 100]


def test_a_cancellation_that_finds_no_sale_is_set_aside(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders(
        "C1,2025-11-02,A,-1,1,k,DE",
        "2,2025-11-03,A,5,1,k,DE",
        "C3,2025-11-04,A,-1,1,,DE",
        "C4,2025-11-05,A,-1,1,m,DE",
    )
    assert reasons(exports) == {NO_EARLIER_SALE: 2, NO_CUSTOMER: 1}
    assert units_of(exports) == {("A", "DE", "2025-11-03"): 5}


def test_nothing_of_as_of_or_later_influences_the_sales(read_orders: Callable[..., Exports]) -> None:
    before = ["1,2025-11-20,A,5,1,k,DE"]
    later = ["C2,2025-11-24,A,-5,1,k,DE", "3,2025-12-01,A,9,bad,k,DE", "4,2025-12-01,,9,1,k,Atlantis"]
    exports = read_orders(*before, *later)
    pd.testing.assert_frame_equal(exports.tables["sales"], read_orders(*before).tables["sales"])
    assert balance(exports) == (4, 1, 0, 0, 0, 3)
    assert exports.quarantine.empty


def test_as_of_begins_at_midnight_of_the_marketplace(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders(
        "1,2025-11-24T07:59:00Z,A,1,1,k,US", "2,2025-11-24T08:00:00Z,A,1,1,k,US", "3,2025-11-23T15:00:00Z,A,1,1,k,JP"
    )
    assert units_of(exports) == {("A", "US", "2025-11-23"): 1}
    assert balance(exports)[-1] == 2


def test_timestamps_without_an_offset_are_on_the_clock_of_the_input(read_orders: Callable[..., Exports]) -> None:
    lines = ["1,2025-11-03 02:00,A,1,1,k,US"]
    assert units_of(read_orders(*lines)) == {("A", "US", "2025-11-03"): 1}
    beijing = read_orders(*lines, time_zone="Asia/Shanghai")
    assert units_of(beijing) == {("A", "US", "2025-11-02"): 1}


def test_lines_that_are_no_sale_of_a_product_are_set_aside_with_a_reason(
    read_orders: Callable[..., Exports],
) -> None:
    exports = read_orders(
        "1,2025-11-03,POST,1,4.90,k,DE",
        "2,2025-11-03,AB1,1,0,k,DE",
        "3,2025-11-03,AB1,-20,1,k,DE",
        "4,2025-11-03,AB1,0,1,k,DE",
        "5,2025-11-03,AB1,1,1,k,PL",
        product_code=r"[A-Z]{2}\d",
        seller={"marketplaces": ["DE"]},
    )
    assert reasons(exports) == {
        NOT_A_PRODUCT: 1, NO_PRICE: 1, STOCK_ADJUSTMENT: 1, NO_UNITS: 1, NOT_SOLD_THERE: 1,
    }  # fmt: skip
    assert exports.tables["sales"].empty


@pytest.mark.parametrize(
    ("line", "column", "value", "expected"),
    [
        ("1,03/11/2025,A,1,1,k,DE", "ordered_at", "03/11/2025", "declared order"),
        ("1,2025-25-11,A,1,1,k,DE", "ordered_at", "2025-25-11", "declared order"),
        ("1,,A,1,1,k,DE", "ordered_at", "", "declared order"),
        ("1,2025-11-03,A,two,1,k,DE", "quantity", "two", "whole number"),
        ("1,2025-11-03,A,1.5,1,k,DE", "quantity", "1.5", "whole number"),
        ("1,2025-11-03,A,99999999999,1,k,DE", "quantity", "99999999999", "whole number"),
        ("1,2025-11-03, ,1,1,k,DE", "sku", "", "SKU"),
        ("1,2025-11-03,A,1,free,k,DE", "price", "free", "amount of money"),
        ('1,2025-11-03,A,1,"3,5",k,DE', "price", "3,5", "amount of money"),
        ("1,2025-11-03,A,1,1,k,Atlantis", "country", "Atlantis", "`countries`"),
        ("1,2025-11-03,A,1,1,k,NG", "country", "NG", "time_zone and currency"),
        ("1,2025-11-03,A,1,1,k", "", "6 / 7", "as many fields"),
    ],
)
def test_a_line_that_cannot_be_used_is_quarantined_with_what_was_expected(
    read_orders: Callable[..., Exports], line: str, column: str, value: str, expected: str
) -> None:
    exports = read_orders("0,2025-11-03,A,1,1,k,DE", line)
    assert balance(exports) == (2, 1, 0, 0, 1, 0)
    bad = exports.quarantine.iloc[0]
    assert (bad["feed"], bad["file"], bad["line"]) == ("order_lines", "order_lines.csv", "3")
    assert (bad["column"], bad["value"]) == (column, value)
    assert expected in bad["expected"]


def test_a_label_that_the_seller_maps_is_its_country(read_orders: Callable[..., Exports]) -> None:
    exports = read_orders(
        "1,2025-11-03,A,1,1,k,Islands",
        "2,2025-11-03,A,1,1,k,Amazon.co.jp",
        "3,2025-11-03,A,1,1,k,uk",
        countries={"islands": "CI-CHN"},
        time_zone="Europe/London",
        currency="GBP",
    )
    assert exports.tables["sales"]["country"].tolist() == ["CI-CHN", "GB", "JP"]


def test_a_file_without_a_country_column_can_be_given_one(write: Write, read: Read) -> None:
    write("order_lines.csv", "order,date,sku,qty,price\n1,2025-11-03,A,1,1\n")
    assert units_of(read(order_lines={**PLAIN, "countries": {"": "DE"}})) == {("A", "DE", "2025-11-03"): 1}


def test_a_country_has_one_currency(write: Write, read: Read) -> None:
    rows = ["1,2025-11-03,A,1,1,DE,EUR", "2,2025-11-03,A,1,1,DE,USD", "3,2025-11-03,A,1,1,DE,EUR"]
    write("order_lines.csv", "order,date,sku,qty,price,country,currency\n" + "\n".join(rows))
    exports = read(order_lines=PLAIN)
    assert exports.quarantine[["line", "column", "value"]].to_numpy().tolist() == [["3", "currency", "USD"]]
    assert balance(exports) == (3, 2, 0, 0, 1, 0)


def test_exact_duplicates_in_one_file_are_two_sales(read_orders: Callable[..., Exports]) -> None:
    line = "1,2025-11-03 08:00,A,2,1,k,DE"
    assert units_of(read_orders(line, line)) == {("A", "DE", "2025-11-03"): 4}


def test_overlapping_exports_count_an_order_line_once(write: Write, read: Read) -> None:
    line = "1,2025-11-03 08:00,A,2,1,k,DE\n"
    write("order_lines.csv", HEADER + line + line)
    write("order_lines.txt", HEADER + line)
    exports = read(order_lines=PLAIN)
    assert units_of(exports) == {("A", "DE", "2025-11-03"): 2}
    assert reasons(exports) == {REPEATED: 2}


def test_buyers_do_not_leave_the_import(write: Write, read: Read) -> None:
    write(
        "order_lines.csv",
        "order,date,sku,qty,price,customer,country,ship-city,e-mail\n"
        "1,2025-11-03,A,x,1,SECRET-1,DE,SECRET-2,SECRET-3\n2,2025-11-03,A,1,1,SECRET-1,DE,SECRET-2,SECRET-3,SECRET\n"
        "3,2025-11-03,A,1,1,SECRET-1,DE,SECRET-2,SECRET-3\n",
    )
    exports = read(order_lines=PLAIN)
    frames = [*exports.tables.values(), exports.quarantine, exports.set_aside, exports.accounting]
    assert balance(exports) == (3, 1, 0, 0, 2, 0)
    assert not any("SECRET" in frame.to_csv() for frame in frames)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "gb18030"])
def test_labels_survive_every_encoding(write: Write, read: Read, encoding: str) -> None:
    label = "Österreich" if encoding == "cp1252" else "奥地利"
    write("order_lines.csv", HEADER + f"1,2025-11-03,A,1,1,k,{label}\n", encoding)
    exports = read(order_lines={**PLAIN, "countries": {label: "AT"}, "time_zone": "Europe/Vienna", "currency": "EUR"})
    assert units_of(exports) == {("A", "AT", "2025-11-03"): 1}


def amazon(**changed: str) -> str:
    values = {
        "id": "302-1", "bought": "2025-11-20T23:30:00+00:00", "updated": "2025-11-21T09:00:00+00:00",
        "status": "Shipped", "item": "Shipped", "channel": "Amazon.de", "ship": "DE", "sku": "A", "quantity": "2",
        "currency": "EUR", "price": "31.98", "discount": "", "city": "SECRET", **changed,
    }  # fmt: skip
    return "\t".join(values.values()) + "\n"


def test_amazons_report_brings_its_own_columns(read: Read, folder: Path) -> None:
    (folder / "amazon-all-orders.txt").replace(folder / "order_lines.txt")
    (folder / "order_lines.csv").unlink()
    exports = read(order_lines=AMAZON)
    assert units_of(exports) == {("HN-DC101", "DE", "2025-11-20"): 2, ("HN-TW203", "DE", "2025-11-21"): 1}
    assert exports.tables["sales"]["revenue_minor"].tolist() == [2998, 2990]
    assert balance(exports) == (4, 2, 1, 1, 0, 0)
    assert reasons(exports) == {NOT_YET_CHARGED: 1}


@pytest.fixture
def read_amazon(write: Write, read: Read, folder: Path) -> Callable[..., Exports]:
    def read_amazon(*lines: str, as_of: date = date(2025, 11, 24)) -> Exports:
        (folder / "order_lines.csv").unlink(missing_ok=True)
        write("order_lines.txt", AMAZON_HEADER + "".join(lines))
        return read(as_of, order_lines=AMAZON)

    return read_amazon


def test_an_order_that_amazon_cancelled_is_netted_once_that_is_known(read_amazon: Callable[..., Exports]) -> None:
    cancelled = amazon(status="Cancelled", updated="2025-11-22T09:00:00+00:00")
    assert balance(read_amazon(cancelled, amazon(id="302-2"))) == (2, 1, 1, 0, 0, 0)
    assert balance(read_amazon(cancelled, as_of=date(2025, 11, 22))) == (1, 1, 0, 0, 0, 0)


def test_a_cancelled_item_of_a_shipped_order_is_netted(read_amazon: Callable[..., Exports]) -> None:
    assert balance(read_amazon(amazon(item="Cancelled", quantity="0", price=""), amazon())) == (2, 1, 1, 0, 0, 0)


def test_a_sale_belongs_to_its_channel_else_to_where_it_was_sent(read_amazon: Callable[..., Exports]) -> None:
    exports = read_amazon(
        amazon(ship="AT"),
        amazon(id="302-2", channel="Non-Amazon", ship="FR"),
        amazon(id="302-3", channel="Non-Amazon", ship=""),
    )
    assert exports.tables["sales"]["country"].tolist() == ["DE", "FR"]
    assert exports.quarantine["value"].tolist() == ["Non-Amazon"]


cell = st.sampled_from
order_line = st.tuples(
    cell(["1", "2", "C3", "C4", ""]),
    cell(["2025-11-03", "2025-11-05 10:00", "2025-11-24", "05.11.2025", "", "2025-11-05T23:30:00Z"]),
    cell(["A", "b", "POST", ""]),
    cell(["1", "-2", "7", "0", "x", "1.5"]),
    cell(["1", "0", "2.50", "", "free"]),
    cell(["k", "m", ""]),
    cell(["DE", "US", "Atlantis", "NG", "NO,PE"]),
)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(order_line, min_size=1, max_size=30))
def test_whatever_is_in_the_file_every_row_is_accounted_for(tmp_path: Path, drawn: list[tuple[str, ...]]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "\n".join(["0,2025-11-02,A,3,1,k,DE", *map(",".join, drawn)]), encoding="utf-8")
    source = InputFiles(files=str(path), cancellation_prefix="C", product_code="[A-Z]")
    read = read_order_lines(source, [path], date(2025, 11, 24), [], [])
    rows_in, *counts = (int(read.accounting[name].sum()) for name in ("rows_in", *COUNTS))
    assert rows_in == sum(counts) == len(drawn) + 1
    assert counts[0] == read.sales["lines"].sum()
    assert counts[2] == read.set_aside["rows"].sum()
    assert counts[3] == len(read.quarantine)
    assert (read.sales["units"] > 0).all()


def test_a_file_of_nothing_but_bad_lines_is_quarantined_whole(read_orders: Callable[..., Exports]) -> None:
    assert balance(read_orders("1,2025-11-03,A", "2")) == (2, 0, 0, 0, 2, 0)
    exports = read_orders("1,soon,A,1,1,k,DE")
    assert balance(exports) == (1, 0, 0, 0, 1, 0)
    assert exports.tables["sales"].empty
    assert str(exports.tables["sales"]["day"].dtype) == "datetime64[us]"
