"""Write a seller's generated files before its night reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from config.seller import Seller
from config.settings import read_settings
from tasks.simulated.demo import write_demo_exports
from tasks.simulated.online_retail import write_online_retail_facts


def prepare_exports(seller: Seller, as_of: date, sales: pd.DataFrame | None = None) -> list[Path]:
    """The files written now for a seller whose inputs are generated; none for any other.

    The demo's files are written when absent. The facts of online-retail are made from its own sales, so they are
    written only when `sales` is given: call again once the order lines are read.

    Args:
        seller: Its `generator` says which simulation stands in.
        as_of: The night's morning.
        sales: One row per (sku, country, day), as the reader makes it.
    """
    folder = exports_folder(seller)
    if seller.generator == "demo":
        return write_demo_exports(folder)
    if seller.generator == "online-retail" and sales is not None:
        return write_online_retail_facts(sales, folder, as_of)
    return []


def exports_folder(seller: Seller) -> Path:
    """Where generated exports of a seller lie in this installation."""
    return read_settings().home / "sellers" / seller.id / "exports"
