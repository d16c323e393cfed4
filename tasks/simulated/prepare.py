"""Write a seller's generated files before its night reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from config.seller import Seller
from config.settings import read_settings
from tasks.files.sales import read_order_lines
from tasks.files.sources import find_files
from tasks.files.tables import ORDER_LINES
from tasks.simulated.demo import write_demo_exports
from tasks.simulated.online_retail import write_online_retail_facts


def prepare_exports(seller: Seller, as_of: date, sales: pd.DataFrame | None = None) -> list[Path]:
    """The files written now for a seller whose inputs are generated; none for any other.

    The demo's files are written when absent. The facts of online-retail follow from its own sales up to as_of, so
    they are made each time and written where they differ.

    Args:
        seller: Its `generator` says which simulation stands in.
        as_of: The night's morning.
        sales: One row per (sku, country, day), as the reader makes it; None reads the order lines here.
    Raises:
        UnusableInput: the order lines that the facts follow from cannot be read.
    """
    folder = exports_folder(seller)
    if seller.generator == "demo":
        return write_demo_exports(folder)
    if seller.generator == "online-retail":
        return write_online_retail_facts(_read_sales(seller, as_of) if sales is None else sales, folder, as_of)
    return []


def exports_folder(seller: Seller) -> Path:
    """Where generated exports of a seller lie in this installation."""
    return read_settings().home / "sellers" / seller.id / "exports"


def _read_sales(seller: Seller, as_of: date) -> pd.DataFrame:
    settings = seller.inputs[ORDER_LINES.name]
    files = find_files(ORDER_LINES, settings, seller.id)
    countries = {code for source in seller.inputs.values() for code in source.countries.values()}
    return read_order_lines(settings, files, as_of, seller.marketplaces, countries).sales
