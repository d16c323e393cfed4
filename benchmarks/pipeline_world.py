"""The demo seller with as many products as a benchmark wants, and its night from orders on disk to lines."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from order_world import write_orders
from prefect import Task

from config.seller import InputFiles, read_seller
from tasks import inputs, planning, proposals, records
from tasks.files.sales import read_order_lines
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

SPENT: dict[str, float] = {}
"""CPU-seconds by task or step."""
GROWING = {"suppliers": ("weekly_capacity_units", "joint_moq_units"), "lanes": ("weekly_capacity_m3",)}
COPIED = ("products", "stock", "inbound", "purchase_orders", "stock_outs", "returns", "cartons", "hs_codes")


@dataclass(frozen=True)
class World:
    """What a night of many products needs."""

    night: Night
    known: Snapshot
    orders: Path


def make_world(folder: Path, skus: int, countries: int, lines_a_series: int, seed: int) -> World:
    """The demo's tables with so many SKUs, and their order lines as orders.csv in the folder."""
    Task.__call__ = call_timed  # type: ignore[method-assign, assignment]
    seller = read_seller("demo")
    morning = seller.as_of or date(2025, 11, 24)
    known = records.record_snapshot(seller.id, morning, inputs.read_inputs(seller, morning))
    own = sorted(known.products["sku"])
    times = -(-skus // len(own))
    tables = {name: _copy(name, frame, own, times, skus) for name, frame in known.tables.items()}
    tables["kept_lines"] = pd.DataFrame(
        {"sku": pd.Series(dtype="str"), "country": pd.Series(dtype="str"), "lane": pd.Series(dtype="str"),
         "units": pd.Series(dtype="int64")}
    )  # fmt: skip
    write_orders(folder, lines_a_series * skus * countries, sorted(tables["products"]["sku"]), seed, countries)
    night = Night(0, seller, morning, "nightly", {})
    return World(night, replace(known, tables=tables), folder / "orders.csv")


def _copy(name: str, frame: pd.DataFrame, own: list[str], times: int, skus: int) -> pd.DataFrame:
    """The table with every SKU so often, or with what grows with them so much larger."""
    if name in GROWING:
        return frame.assign(**{column: frame[column] * times for column in GROWING[name]})
    if name not in COPIED or frame.empty:
        return frame
    place = frame["sku"].map({sku: at for at, sku in enumerate(own)})
    rows = np.tile(np.arange(len(frame)), times)
    copy = np.repeat(np.arange(times), len(frame))
    copied = frame.iloc[rows].reset_index(drop=True)
    copied["sku"] = (copied["sku"] + "-" + pd.Series(copy).astype("str").str.zfill(6)).astype("str")
    number = copy * len(own) + place.to_numpy()[rows]
    return copied[number < skus].reset_index(drop=True)


def plan_orders(world: World) -> int:
    """The night from orders on disk to lines with their reasons; how many there are."""
    night, known = world.night, world.known
    source = InputFiles(files=str(world.orders), cancellation_prefix="C", product_code=r"HN-[A-Z]{2}\d{3}-\d{6}")
    orders = timed("import", read_order_lines, source, [world.orders], night.as_of, night.seller.marketplaces, [])
    known = replace(known, tables={**known.tables, "sales": orders.sales})
    planned = planning.plan_night(night, known)
    plan = timed(
        "lines", proposals.explain_plan, night, known, planned.weeks, planned.outlook, planned.orders,
        planned.contribution, planned.allocation,
    )  # fmt: skip
    return len(plan) if hasattr(plan, "__len__") else 0


def timed(name: str, function: Any, *given: Any, **named: Any) -> Any:
    """Call it and add its CPU-seconds to SPENT."""
    used = time.process_time()
    try:
        return function(*given, **named)
    finally:
        SPENT[name] = SPENT.get(name, 0.0) + time.process_time() - used


def call_timed(self: Task[Any, Any], *given: Any, **named: Any) -> Any:
    """The task's function, timed under its name."""
    return timed(self.name, self.fn, *given, **named)
