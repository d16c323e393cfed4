from __future__ import annotations

from config.settings import ROOT
from tasks.files.columns import Column
from tasks.files.inputs_page import describe_inputs
from tasks.files.listing_tables import LISTING_TABLES
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.movements import MOVEMENTS
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES, TABLES

EVERY_COLUMN: list[Column] = [
    column
    for table in (
        ORDER_LINES,
        AMAZON_ALL_ORDERS,
        *TABLES.values(),
        *MARKET_TABLES.values(),
        *LISTING_TABLES.values(),
        MOVEMENTS,
    )
    for column in table.columns
]


def test_the_page_of_inputs_is_not_stale() -> None:
    written = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
    assert written == describe_inputs(), "run: python -m tasks.files"


def test_every_table_has_an_example_file() -> None:
    examples = {path.stem for path in (ROOT / "docs" / "examples").iterdir()}
    assert examples == {"order_lines", "amazon-all-orders", *TABLES, *MARKET_TABLES, *LISTING_TABLES, MOVEMENTS.name}


def test_every_column_says_what_it_means_and_what_it_expects() -> None:
    for column in EVERY_COLUMN:
        assert column.meaning.endswith("."), column.name
        assert column.expected, column.name
