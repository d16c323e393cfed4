"""Read what a seller exported about the market, once, for one morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from config.seller import Seller
from tasks.files.exports import check_names
from tasks.files.market_rows import MOST_ROWS, read_market_table
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, check_balance
from tasks.files.sources import find_files


@dataclass(frozen=True)
class Market:
    """What the seller's files say about the market on one morning.

    Attributes:
        tables: Every table of `market_tables.py`; one without files is empty.
        accounting: One row per file: feed, file, rows_in = kept + netted + set_aside + quarantined + after_as_of,
            read_as.
        quarantine: One row per unusable row: feed, file, line, column, value, expected.
        set_aside: One row per table and reason: feed, reason, rows.
    """

    tables: dict[str, pd.DataFrame]
    accounting: pd.DataFrame
    quarantine: pd.DataFrame
    set_aside: pd.DataFrame


def read_market(seller: Seller, as_of: date, products: pd.DataFrame, most_rows: int = MOST_ROWS) -> Market:
    """All market inputs of a seller; a table without files is empty.

    Args:
        seller: Whose, with the pattern and the column mapping of each input.
        as_of: The morning: a week that ends then or later is not known, nor what was seen that day.
        products: The seller's products; traffic of other SKUs is set aside. Without any, all traffic is kept.
        most_rows: Rows that are kept of a table; further ones are set aside, the least searched first.

    Raises:
        UnusableInput: a file or a whole table cannot be used; see `problems.py`. A bad row never raises.
    """
    check_names(seller)
    countries = {code for source in seller.inputs.values() for code in source.countries.values()}
    tables: dict[str, pd.DataFrame] = {}
    accounting = [pd.DataFrame(columns=ACCOUNTING)]
    quarantine = [pd.DataFrame(columns=QUARANTINE, dtype="str")]
    set_aside: list[tuple[str, str, int]] = []
    for name, table in MARKET_TABLES.items():
        files = find_files(table, seller.inputs.get(name), seller.id)
        if not files:
            tables[name] = table.empty()
            continue
        read = read_market_table(table, seller.inputs[name], files, countries, as_of, products, most_rows)
        tables[name] = read.frame
        accounting.append(read.accounting)
        quarantine.append(read.quarantine)
        set_aside += [(name, reason, rows) for reason, rows in read.set_aside.items()]
    balance = pd.concat(accounting[1:] or accounting, ignore_index=True)[ACCOUNTING]
    check_balance(balance)
    return Market(
        tables,
        balance,
        pd.concat(quarantine, ignore_index=True)[QUARANTINE],
        pd.DataFrame(set_aside, columns=["feed", "reason", "rows"]),
    )
