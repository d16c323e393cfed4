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
from skills.forecasting.outlook import Outlook
from tasks import inputs, planning, proposals, records
from tasks.files.sales import read_order_lines
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

SPENT: dict[str, float] = {}
"""CPU-seconds by task or step."""
GROWING = {"suppliers": ("weekly_capacity_units", "joint_moq_units"), "lanes": ("weekly_capacity_m3",)}
"""Columns that grow with the units sold."""
COPIED = (
    "products", "stock", "inbound", "purchase_orders", "stock_outs", "returns", "cartons", "hs_codes", "stock_health",
)  # fmt: skip
CASH = {
    "replenishment": ("opening_cash_minor", "weekly_cash_minor", "least_cash_minor"),
    "distribution": ("weekly_cash_minor",),
}
COVERED = {"stock": "units", "inbound": "units", "purchase_orders": "units_open"}
"""Columns that keep the weeks that they cover: the demo's, by units sold of the copy ÷ units sold of its original."""


@dataclass(frozen=True)
class World:
    """What a night of many products needs."""

    night: Night
    known: Snapshot
    orders: Path


def make_world(
    folder: Path, skus: int, countries: int, lines_a_series: int, units_a_line: int, seed: int, busy: bool
) -> World:
    """The demo's tables with so many SKUs, and their order lines as orders.csv in the folder.

    Args:
        busy: Stock, capacities and cash cover what the copies sell as long as the demo's do, so that as much is to
            be decided a SKU. Otherwise each copy holds what its original holds, which lasts for years of its sales.
    """
    Task.__call__ = call_timed  # type: ignore[method-assign]
    Outlook.frame = time_frame  # type: ignore[method-assign]
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
    names = sorted(tables["products"]["sku"])
    write_orders(folder, lines_a_series * skus * countries, names, seed, countries, units_a_line)
    night = Night(0, seller, morning, "nightly", {})
    world = World(night, replace(known, tables=tables), folder / "orders.csv")
    return _cover_alike(world, known.sales) if busy else world


def _cover_alike(world: World, before: pd.DataFrame) -> World:
    """The world with stock, orders, capacities and cash as large beside what its copies sell as the demo's."""
    tables, sales, policy = dict(world.known.tables), read_sales(world), world.night.seller.policy
    days = (before["day"].max() - before["day"].min()).days / (sales["day"].max() - sales["day"].min()).days
    sold, was = sales.groupby("sku")["units"].sum() * days, before.groupby("sku")["units"].sum()
    grown = float(sold.sum() / was.sum())
    for name, column in COVERED.items():
        frame = tables[name]
        of_copy = frame["sku"].map(sold).fillna(0.0).to_numpy()
        of_own = frame["sku"].str.slice(0, -7).map(was).to_numpy()
        tables[name] = frame.assign(**{column: np.rint(frame[column] * of_copy / of_own).astype("int64")})
    for name, columns in GROWING.items():
        tables[name] = tables[name].assign(**{column: tables[name][column] * grown for column in columns})
    cash = {name: {field: round(getattr(getattr(policy, name), field) * grown) for field in fields}
            for name, fields in CASH.items()}  # fmt: skip
    policy = policy.model_copy(
        update={name: getattr(policy, name).model_copy(update=amounts) for name, amounts in cash.items()}
    )
    seller = world.night.seller.model_copy(update={"policy": policy})
    return replace(world, night=replace(world.night, seller=seller), known=replace(world.known, tables=tables))


def _copy(name: str, frame: pd.DataFrame, own: list[str], times: int, skus: int) -> pd.DataFrame:
    """The table with every SKU so often, or with what grows with them so much larger."""
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
    """The night from orders on disk to lines with their reasons; how many lines are decided."""
    night = world.night
    known = replace(world.known, tables={**world.known.tables, "sales": timed("import", read_sales, world)})
    planned = planning.plan_night(night, known)
    timed(
        "lines", proposals.explain_plan, night, known, planned.weeks, planned.outlook, planned.orders,
        planned.contribution, planned.allocation,
    )  # fmt: skip
    return len(planned.allocation.lines) + int((planned.orders["order_units"] > 0).sum())


def read_sales(world: World) -> pd.DataFrame:
    """The order lines, imported."""
    source = InputFiles(files=str(world.orders), cancellation_prefix="C", product_code=r"HN-[A-Z]{2}\d{3}-\d{6}")
    return read_order_lines(source, [world.orders], world.night.as_of, world.night.seller.marketplaces, []).sales


def timed(name: str, function: Any, *given: Any, **named: Any) -> Any:
    """Call it and add its CPU-seconds to SPENT."""
    used = time.process_time()
    try:
        return function(*given, **named)
    finally:
        SPENT[name] = SPENT.get(name, 0.0) + time.process_time() - used


_write_frame = Outlook.frame


def time_frame(self: Outlook, *given: Any, **named: Any) -> Any:
    """The forecast's frame, timed."""
    return timed("forecast frame", _write_frame, self, *given, **named)


def call_timed(self: Task[Any, Any], *given: Any, **named: Any) -> Any:
    """The task's function, timed under its name."""
    return timed(self.name, self.fn, *given, **named)
