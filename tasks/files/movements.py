"""What the seller ordered and shipped: a table of the seller that the backtest alone reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from config.seller import Seller
from skills.vocabulary import mark
from tasks.files.columns import Column, Table
from tasks.files.exports import check_names
from tasks.files.sources import find_files
from tasks.files.table_rows import read_table
from tasks.files.tables import MOVEMENTS as NAME

_PRODUCT = mark("a SKU listed in the table of products")
_NODE = mark("a node listed in the table of nodes")

MOVEMENTS = Table(
    NAME,
    "one row per past movement and SKU: an order that came to the hub, or a shipment from one node to another",
    False,
    (
        Column("movement", "text", "Number of the order or shipment.", blank="",
               aliases=("purchase_order", "shipment", "shipment_id", "单号", "货件编号")),
        Column("sku", "sku", "The seller's own article number; upper case.", refers_to="products.sku", told=_PRODUCT,
               aliases=("seller_sku", "msku", "商品编码", "货号")),
        Column("from_node", "text", "Node it left; blank for a supplier.", blank="", aliases=("发货仓",)),
        Column("to_node", "text", "Node it came to.", refers_to="nodes.node", told=_NODE, aliases=("node", "收货仓")),
        Column("units", "count", "Units that came.", "units", low=1, told=mark("a whole number, 1 or more"),
               aliases=("quantity", "qty", "数量")),
        Column("started_on", "day", "Day it was ordered from the supplier, or left the node.", "day",
               aliases=("ordered_on", "shipped_on", "下单日期", "发货日期")),
        Column("received_on", "day", "Day it could be sold or sent on there.", "day",
               aliases=("delivered_on", "收货日期")),
    ),
    ascending=(("started_on", "received_on"),),
    known_on="received_on",
)  # fmt: skip


@dataclass(frozen=True)
class Movements:
    """What the seller's files say was ordered and shipped until one morning.

    Attributes:
        table: As `MOVEMENTS` lists the columns; empty without files.
        quarantined: Rows that could not be used.
    """

    table: pd.DataFrame
    quarantined: int


def read_movements(seller: Seller, as_of: date, known: dict[str, pd.DataFrame]) -> Movements:
    """The past movements of a seller.

    Args:
        seller: Whose, with the pattern and the column mapping.
        as_of: The morning: what came then or later is not known.
        known: `products` and `nodes`, which the rows refer to.

    Raises:
        UnusableInput: a file cannot be used; see `problems.py`. A bad row never raises.
    """
    check_names(seller)
    files = find_files(MOVEMENTS, seller.inputs.get(NAME), seller.id)
    if not files:
        return Movements(MOVEMENTS.empty(), 0)
    read = read_table(MOVEMENTS, seller.inputs[NAME], files, known, (), as_of)
    return Movements(read.frame, len(read.quarantine))
