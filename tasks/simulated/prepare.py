"""Write a seller's generated files before its night reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from config.seller import Seller
from config.settings import read_settings
from tasks.simulated.demo import write_demo_exports
from tasks.simulated.online_retail import write_online_retail_facts


def prepare_exports(seller: Seller) -> list[Path]:
    """Write the demo's files where they are absent, before anything is read; nothing for any other seller.

    Returns:
        The files written now.
    """
    return write_demo_exports(exports_folder(seller)) if seller.generator == "demo" else []


def complete_exports(seller: Seller, as_of: date, sales: pd.DataFrame) -> list[Path]:
    """Write the facts that a seller's real order lines lack, once these are read; nothing for any other seller.

    Args:
        seller: Its `generator` says which simulation stands in.
        as_of: The night's morning; the facts follow from the sales before it.
        sales: One row per (sku, country, day), as the reader makes it.

    Returns:
        The files written now: all at first, later those that differ.
    """
    if seller.generator != "online-retail":
        return []
    return write_online_retail_facts(sales, exports_folder(seller), as_of)


def exports_folder(seller: Seller) -> Path:
    """Where generated exports of a seller lie in this installation."""
    return read_settings().home / "sellers" / seller.id / "exports"
