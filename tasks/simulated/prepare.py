"""What stands in for the world around a generated seller: its export files, and a carrier that answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pandas as pd

from config.seller import Seller
from config.settings import read_settings
from tasks.simulated.carrier import start_carrier
from tasks.simulated.demo import write_demo_exports
from tasks.simulated.demo_listing import write_demo_listings
from tasks.simulated.demo_market import write_demo_market
from tasks.simulated.demo_movements import write_demo_movements
from tasks.simulated.demo_watch import write_demo_watch
from tasks.simulated.online_retail import write_online_retail_facts


def prepare_exports(seller: Seller) -> list[Path]:
    """Write the demo's files where they are absent, before anything is read; nothing for any other seller.

    Returns:
        The files written now.
    """
    if seller.generator != "demo":
        return []
    return [*write_demo_exports(exports_folder(seller)), *write_demo_watch(exports_folder(seller))]


def prepare_market(seller: Seller) -> list[Path]:
    """Write the demo's market files where they are absent, before a choice of products; nothing for any other seller.

    Returns:
        The files written now.
    """
    return write_demo_market(exports_folder(seller)) if seller.generator == "demo" else []


def prepare_movements(seller: Seller) -> list[Path]:
    """Write what the demo ordered and shipped where it is absent, before a backtest; nothing for any other seller.

    Returns:
        The files written now.
    """
    return write_demo_movements(exports_folder(seller)) if seller.generator == "demo" else []


def prepare_listings(seller: Seller) -> list[Path]:
    """Write the demo's product records, evidence, schemas and photos where they are absent; nothing for any other.

    Returns:
        The files written now.
    """
    return write_demo_listings(exports_folder(seller)) if seller.generator == "demo" else []


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


@contextmanager
def open_carrier(seller: Seller) -> Iterator[str]:
    """The address at which a seller's carrier takes bookings.

    A simulated carrier is the one that `make up` runs when it answers, else one of this block's own; both keep their
    bookings in the same journal. A real one is where the seller's file says.
    """
    address = seller.policy.execution.carrier_url
    if address != "simulated":
        yield address
        return
    folder = read_settings().home / "simulated"
    running = _find_running(folder / "carrier.json")
    if running:
        yield f"{running}/{seller.id}"
        return
    folder.mkdir(parents=True, exist_ok=True)
    with start_carrier(folder / "bookings.jsonl") as started:
        yield f"{started}/{seller.id}"


def _find_running(written: Path) -> str:
    try:
        address = str(json.loads(written.read_text(encoding="utf-8"))["url"])
        httpx.get(f"{address}/health", timeout=2, trust_env=False).raise_for_status()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return ""
    return address
