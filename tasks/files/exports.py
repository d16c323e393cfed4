"""Read everything a seller exported, once, for one morning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from config.seller import InputFiles, Seller
from skills.vocabulary import mark
from tasks.files.freshness import measure_feeds
from tasks.files.listing_tables import LISTING_TABLES, PHOTOS, PRODUCT_TYPES
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.order_lines import NOT_A_PRODUCT
from tasks.files.problems import InvalidInput
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, check_balance
from tasks.files.sales import OrderLines, read_order_lines
from tasks.files.sources import find_files
from tasks.files.table_rows import read_table
from tasks.files.tables import MOVEMENTS, ORDER_LINES, PRODUCTS, SUPPLIERS, TABLES


@dataclass(frozen=True)
class Exports:
    """What the seller's files say on one morning.

    Attributes:
        tables: `sales`, `feeds` and every table of docs/inputs.md; an optional one without files is empty.
        accounting: One row per file: feed, file, rows_in = kept + netted + set_aside + quarantined + after_as_of,
            read_as.
        quarantine: One row per unusable row: feed, file, line, column, value, expected.
        set_aside: One row per reason: reason, rows.
        released: Numbers of orders and shipments that were released and no export shows yet (tasks/released.py).
    """

    tables: dict[str, pd.DataFrame]
    accounting: pd.DataFrame
    quarantine: pd.DataFrame
    set_aside: pd.DataFrame
    released: list[str] = field(default_factory=list)


def read_exports(seller: Seller, as_of: date, complete: Callable[[pd.DataFrame], object] | None = None) -> Exports:
    """All inputs of a seller, the order lines first.

    Args:
        seller: Whose, with the pattern and the column mapping of each input.
        as_of: The morning: what happened on that marketplace day or later influences nothing.
        complete: Called with `sales` before the other tables are looked for; a simulation writes them there.

    Raises:
        UnusableInput: a file or a whole table cannot be used; see `problems.py`. A bad row never raises.
    """
    check_names(seller)
    countries = {code for source in seller.inputs.values() for code in source.countries.values()}
    source = seller.inputs.get(ORDER_LINES.name)
    order_files = find_files(ORDER_LINES, source, seller.id)
    settings = source or InputFiles(files="")
    orders = read_order_lines(settings, order_files, as_of, seller.marketplaces, countries)
    _check_codes(seller.id, settings.product_code, orders)
    if complete is not None:
        complete(orders.sales)
    files = {name: find_files(table, seller.inputs.get(name), seller.id) for name, table in TABLES.items()}
    tables: dict[str, pd.DataFrame] = {}
    accounting: list[pd.DataFrame] = []
    quarantine: list[pd.DataFrame] = []
    for name, table in TABLES.items():
        if not files[name]:
            tables[name] = table.empty()
            continue
        read = read_table(table, seller.inputs[name], files[name], tables, countries, as_of)
        tables[name] = read.frame
        accounting.append(read.accounting)
        quarantine.append(read.quarantine)
    tables["sales"] = orders.sales
    tables["feeds"] = measure_feeds(
        orders.seen,
        tables["exports"],
        seller.marketplaces,
        settings.time_zone,
        as_of,
        seller.policy.forecasting.stale_after_days,
    )
    balance = pd.concat([orders.accounting, *accounting], ignore_index=True)[ACCOUNTING]
    check_balance(balance)
    return Exports(
        tables=tables,
        accounting=balance,
        quarantine=pd.concat([orders.quarantine, *quarantine], ignore_index=True)[QUARANTINE],
        set_aside=orders.set_aside,
    )


def read_products(seller: Seller, as_of: date) -> pd.DataFrame:
    """The products alone, without the order lines: columns of docs/inputs.md."""
    countries = {code for source in seller.inputs.values() for code in source.countries.values()}
    tables: dict[str, pd.DataFrame] = {}
    for table in (SUPPLIERS, PRODUCTS):  # products name their suppliers
        files = find_files(table, seller.inputs.get(table.name), seller.id)
        tables[table.name] = read_table(
            table, seller.inputs[table.name], files, tables, countries, as_of
        ).frame  # fmt: skip
    return tables[PRODUCTS.name]


def _check_codes(seller_id: str, pattern: str, orders: OrderLines) -> None:
    """A pattern that no order line's code fits is a mistake in the seller's file, not a night without sales.

    Raises:
        InvalidInput: every line that was set aside was so for its code, and none is left.
    """
    aside = orders.set_aside.set_index("reason")["rows"]
    if pattern and orders.sales.empty and list(aside.index) == [NOT_A_PRODUCT]:
        raise InvalidInput(
            mark(
                "No order line has a code like {pattern}: {count} lines were set aside for it and none is left. "
                "Expected a pattern that your products' codes fit. Correct product_code in "
                "config/sellers/{seller}.yaml, or leave it out."
            ),
            pattern=pattern,
            count=int(aside[NOT_A_PRODUCT]),
            seller=seller_id,
        )


def check_names(seller: Seller) -> None:
    """Every input is a table, of the night, the market or the listings, or one of the listings' folders of files.

    Raises:
        InvalidInput: names those that are not.
    """
    known = {ORDER_LINES.name, MOVEMENTS, *TABLES, *MARKET_TABLES, *LISTING_TABLES, PRODUCT_TYPES, PHOTOS}
    unknown = sorted(set(seller.inputs) - known)
    if unknown:
        raise InvalidInput(
            mark(
                "config/sellers/{seller}.yaml has inputs that are no tables: {unknown}. Known tables: {known}. "
                "Correct the names (docs/inputs.md)."
            ),
            seller=seller.id,
            unknown=", ".join(unknown),
            known=", ".join(sorted(known)),
        )
    for name, source in seller.inputs.items():
        if source.format != "table" and name != ORDER_LINES.name:
            raise InvalidInput(
                mark(
                    "inputs.{table}.format of config/sellers/{seller}.yaml is {format}, which only order_lines "
                    "can have. Take it out."
                ),
                table=name,
                seller=seller.id,
                format=source.format,
            )
