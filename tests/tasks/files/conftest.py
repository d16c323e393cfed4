"""A seller whose files are the documented examples, until a test writes its own over them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.seller import Seller
from config.settings import ROOT
from tasks.files import Exports, read_exports
from tasks.files.listing_tables import LISTING_TABLES, PHOTOS, PRODUCT_TYPES
from tasks.files.listings import Listings, read_listings
from tasks.files.market import Market, read_market
from tasks.files.market_rows import MOST_ROWS
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.tables import TABLES

AS_OF = date(2025, 11, 24)
ORDER_SETTINGS: dict[str, Any] = {"cancellation_prefix": "C"}
EXAMPLE_SETTINGS: dict[str, Any] = {
    "date_order": "dmy",
    "decimal": ",",
    "cancellation_prefix": "C",
    "product_code": r"HN-[A-Z]{2}\d{3}",
    "countries": {"Deutschland": "DE", "Frankreich": "FR"},
}

Write = Callable[..., Path]
Read = Callable[..., Exports]
Put = Callable[..., Path]
ReadMarket = Callable[..., Market]
ReadListings = Callable[..., Listings]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of docs/examples."""
    return shutil.copytree(ROOT / "docs" / "examples", tmp_path / "exports")


@pytest.fixture
def write(folder: Path) -> Write:
    """Write a file of the seller's; text as UTF-8 unless told otherwise."""

    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        (folder / name).write_text(text, encoding=encoding, newline="")
        return folder / name

    return write


@pytest.fixture
def read(folder: Path) -> Read:
    """Import the seller's files; settings of an input come as `table={…}`, seller's fields as `seller={…}`."""

    def read(as_of: date = AS_OF, seller: dict[str, Any] | None = None, **settings: Any) -> Exports:
        inputs = {name: {"files": f"{folder}/{name}.*"} for name in TABLES}
        inputs["order_lines"] = {"files": f"{folder}/order_lines.*", **EXAMPLE_SETTINGS}
        for name, changed in settings.items():
            inputs[name] = {"files": f"{folder}/{name}.*", **changed}
        fields = {"id": "test", "name": {"en": "Test"}, "inputs": inputs, **(seller or {})}
        return read_exports(Seller.model_validate(fields), as_of)

    return read


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file of a table of the market or of listings; text as UTF-8 unless told otherwise, else as JSON."""

    def put(table: str, name: str, content: Any, encoding: str = "utf-8") -> Path:
        path = tmp_path / "put" / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding=encoding, newline="")
        return path

    return put


@pytest.fixture
def market(tmp_path: Path) -> ReadMarket:
    """Read what was put; settings of an input come as `table={…}`. The seller has these SKUs, or no products."""

    def market(
        as_of: date = AS_OF, most_rows: int = MOST_ROWS, skus: tuple[str, ...] = (), **settings: Any
    ) -> Market:
        inputs = {name: {"files": f"{tmp_path}/put/{name}/*", **settings.get(name, {})} for name in MARKET_TABLES}
        seller = Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs})
        products = TABLES["products"].empty().reindex(range(len(skus))).assign(sku=pd.Series(skus, dtype="str"))
        return read_market(seller, as_of, products, most_rows)

    return market


@pytest.fixture
def listings(tmp_path: Path) -> ReadListings:
    """Read what was put; settings of an input come as `table={…}`."""

    def listings(as_of: date = AS_OF, **settings: Any) -> Listings:
        names = (*LISTING_TABLES, PRODUCT_TYPES, PHOTOS)
        inputs = {name: {"files": f"{tmp_path}/put/{name}/*", **settings.get(name, {})} for name in names}
        return read_listings(Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs}), as_of)

    return listings
