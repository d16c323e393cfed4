"""What the demo seller ordered and shipped before its morning, by a stated habit with seeded errors: generated.

Its sales and its stock are fixed, so the record is found backwards from them. A country is supplied every four
weeks, and after each of its stock-outs: the planner let stock run down to 3 … 24 days of the last month's sales, by
chance, and sent whole cartons above that. Each shipment left its usual days before, two early to six late. The hub
is supplied every eight weeks in the same way, down to 10 … 50 days of what it sent.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tasks.simulated.demo_demand import AS_OF, COUNTRIES, FIRST_DAY, SEED, draw_lines, read_facts
from tasks.simulated.demo_orders import CANCELLED, RESOLD

FIRST_RECEIPT = date(2025, 2, 24)
_HUB = "SZ-HUB"
_SERVES = {"US-AWD": "US", "EU-3PL": "DE"}
_LYING = ("available", "receiving", "researching")
_TRANSIT = {"US": 37, "CA": 44, "DE": 29, "FR": 48, "GB": 48, "JP": 12}
_COUNTRY_EVERY, _HUB_EVERY, _MONTH = 28, 56, 28
_COLUMNS = ("movement", "sku", "from_node", "to_node", "units", "started_on", "received_on")

Row = tuple[str, str, str, str, int, date, date]


def write_demo_movements(folder: Path) -> list[Path]:
    """Write `movements.csv` beside the demo's other files, from its stock.csv, when it is absent.

    Returns:
        The file, if it was written now.
    """
    path = folder / "movements.csv"
    if path.exists():
        return []
    with (folder / "stock.csv").open(encoding="utf-8", newline="") as rows:
        stock = _add_stock(list(csv.DictReader(rows)))
    found = sorted(_list_movements(stock), key=lambda row: (row[6], row[1], row[3]))
    lines = [",".join(_COLUMNS), *(",".join(map(str, row)) for row in found)]
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(("\n".join(lines) + "\n").encode())
    unfinished.replace(path)
    return [path]


def _add_stock(rows: list[dict[str, str]]) -> dict[tuple[str, str], int]:
    """(SKU, country or hub) → units that can be sold or sent."""
    total: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["state"] in _LYING:
            place = row["node"] if row["node"] == _HUB else _SERVES.get(row["node"], row["node"][:2])
            total[row["sku"], place] = total.get((row["sku"], place), 0) + int(row["units"])
    return total


def _list_movements(stock: dict[tuple[str, str], int]) -> list[Row]:
    stream = np.random.Generator(np.random.PCG64(SEED + 91))
    skus = [row["sku"] for row in read_facts("demand")]
    facts = {row["sku"]: row for row in read_facts("products")}
    suppliers = {row["supplier"]: int(row["production_days_p50"]) for row in read_facts("suppliers")}
    sold = _count_sales(len(skus))
    last = (AS_OF - FIRST_DAY).days
    first = (FIRST_RECEIPT - FIRST_DAY).days
    rows: list[Row] = []
    for sku, code in enumerate(skus):
        carton, sent = int(facts[code]["carton_units"]), np.zeros(last + 1, dtype=np.int64)
        for column, country in enumerate(COUNTRIES):
            due = set(range(last - 1 - (sku * 5 + column * 11) % _COUNTRY_EVERY, first, -_COUNTRY_EVERY))
            empty = _list_restarts(code, country)
            received = _walk_back(sold[sku, column], stock.get((code, country), 0), due | empty, empty, carton,
                                  (3, 24), stream, first)  # fmt: skip
            for day, units in received:
                started = max(day - _TRANSIT[country] - int(stream.integers(-2, 7)), 0)
                sent[started] += units
                rows.append(_state("SH", day, code, _HUB, f"{country}-FBA", units, started))
        due = set(range(last - 1 - sku * 13 % _HUB_EVERY, first, -_HUB_EVERY))
        lead = suppliers[facts[code]["supplier"]] * 7 // 6 + 3
        for day, units in _walk_back(sent, stock.get((code, _HUB), 0), due, set(), carton, (10, 50), stream, first):
            started = max(day - lead - int(stream.integers(-2, 9)), 0)
            rows.append(_state("PO", day, code, "", _HUB, units, started))
    return rows


def _count_sales(skus: int) -> np.ndarray:
    """Units by (SKU, country, day) that left stock: neither cancelled nor resold from returns."""
    lines = draw_lines()
    kept = ~np.isin(lines.draw, [*CANCELLED, *RESOLD])
    total = np.zeros((skus, len(COUNTRIES), int(lines.day.max()) + 1), dtype=np.int64)
    np.add.at(total, (lines.sku[kept], lines.country[kept], lines.day[kept]), lines.units[kept])
    return total


def _walk_back(
    left: np.ndarray,
    closing: int,
    due: set[int],
    empty: set[int],
    carton: int,
    cover: tuple[int, int],
    stream: np.random.Generator,
    first: int,
) -> list[tuple[int, int]]:
    """Day and units of each receipt, newest first, that lead to the closing stock without ever going below zero."""
    stock, receipts = closing, []
    for day in range((AS_OF - FIRST_DAY).days - 1, first - 1, -1):
        stock += int(left[day])
        if day not in due:
            continue
        month = int(left[max(day - _MONTH, 0) : day].sum())
        kept = 0 if day in empty else month * int(stream.integers(*cover)) // _MONTH
        units = max(stock - kept, 0) // carton * carton
        if day in empty:
            units = stock
        if units:
            receipts.append((day, units))
            stock -= units
    return receipts


def _list_restarts(sku: str, country: str) -> set[int]:
    """The days after this SKU's stock-outs."""
    return {
        (date.fromisoformat(row["last_day"]) - FIRST_DAY).days + 1
        for row in read_facts("stock_outs")
        if row["sku"] == sku and row["country"] == country
    }


def _state(kind: str, day: int, sku: str, from_node: str, to_node: str, units: int, started: int) -> Row:
    received = FIRST_DAY + timedelta(days=day)
    return (f"{kind}-{received:%y%m%d}-{to_node[:2]}", sku, from_node, to_node, units,
            FIRST_DAY + timedelta(days=started), received)  # fmt: skip
