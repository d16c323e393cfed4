"""Order lines of all files to sales by SKU, country and day; buyers are forgotten on the way."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from config.seller import InputFiles
from skills.vocabulary import Country, mark, minor_digits
from tasks.files.netting import net_cancellations, settle_amounts, sum_sales, to_minor
from tasks.files.order_lines import (
    AFTER,
    CANCELLATION,
    NETTED,
    NO_CUSTOMER,
    NO_EARLIER_SALE,
    PRICE_PARTS,
    QUARANTINED,
    REASONS,
    REPEATED,
    SALE,
    SET_ASIDE,
    WHOLE,
    Lines,
    check_settings,
    join_lines,
    judge_lines,
)
from tasks.files.overlaps import find_last_parts
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, quarantine_ragged
from tasks.files.sources import read_coded_sources
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES

log = logging.getLogger(__name__)

FEED = "order_lines"

_NEVER = np.iinfo(np.int64).min

_EXPECTED_CURRENCY = mark("the currency of the country's other lines")


@dataclass(frozen=True)
class OrderLines:
    """What the order lines say.

    Attributes:
        sales: One row per (sku, country, day): units, lines, largest_line_units, revenue_minor, currency.
        accounting: One row per file.
        quarantine: One row per unusable line.
        set_aside: One row per reason: reason, rows.
        seen: One row per (file, country): rows kept before as_of, latest [µs UTC] moment anywhere in the file.
    """

    sales: pd.DataFrame
    accounting: pd.DataFrame
    quarantine: pd.DataFrame
    set_aside: pd.DataFrame
    seen: pd.DataFrame


def read_order_lines(
    source: InputFiles,
    paths: list[Path],
    as_of: date,
    marketplaces: Collection[Country],
    known: Collection[Country],
) -> OrderLines:
    """All order lines up to as_of, cancellations taken off; customers do not leave this function.

    Args:
        source: The block `order_lines` of the seller's file.
        paths: Its files, in the order in which a later one replaces what an earlier one holds too.
        as_of: The morning.
        marketplaces: Countries sold in; empty for all.
        known: Codes that the seller's file gives to labels.
    Raises:
        UnusableInput: see `problems.py`.
    """
    began = time.perf_counter()
    check_settings(source)
    table = AMAZON_ALL_ORDERS if source.format == "amazon-all-orders" else ORDER_LINES
    parts: list[Lines] = []
    quarantines: list[pd.DataFrame] = []
    files: list[tuple[str, int, int, str]] = []
    sheets: list[str] = []
    for part, sheet in enumerate(read_coded_sources(table, source, paths, WHOLE)):
        judged, bad = judge_lines(sheet, part, source, as_of, marketplaces, known)
        ragged = quarantine_ragged(FEED, sheet.sheet, sheet.rows)
        parts.append(judged)
        quarantines += [ragged, bad]
        files.append((sheet.sheet.file, sheet.rows.total, len(ragged), sheet.sheet.read_as))
        sheets.append(sheet.sheet.name)
    del sheet, judged  # they hold the files' bytes
    lines = join_lines(parts)
    del parts
    _set_aside_repeated(lines)
    quarantines.append(_quarantine_currencies(lines, files, sheets))
    _net(lines)
    rows = sum(total for _, total, _, _ in files)
    taken = time.perf_counter() - began
    log.info("order_lines: %d rows in %.2f s, %.0f rows/s", rows, taken, rows / max(taken, 1e-9))
    return OrderLines(
        sales=_sum(lines),
        accounting=_account(lines, files),
        quarantine=pd.concat(quarantines, ignore_index=True)[QUARANTINE],
        set_aside=_count_reasons(lines),
        seen=_see(lines, [file for file, *_ in files]),
    )


def _set_aside_repeated(lines: Lines) -> None:
    """Exports overlap: the same line of the same order counts in the last file or sheet that holds it."""
    if not len(lines.part) or lines.part[0] == lines.part[-1]:
        return
    usable = np.isin(lines.state, [SALE, CANCELLATION, NETTED]) & ~lines.order.equals("")
    rows = np.flatnonzero(usable)
    orders, _ = pd.factorize(lines.order.take(rows))
    last = find_last_parts(
        orders, lines.country.positions[rows], lines.instant[rows], lines.sku.positions[rows], lines.part[rows]
    )
    repeated = rows[last > lines.part[rows]]
    lines.state[repeated], lines.reason[repeated] = SET_ASIDE, REASONS.index(REPEATED)


def _quarantine_currencies(lines: Lines, files: list[tuple[str, int, int, str]], sheets: list[str]) -> pd.DataFrame:
    """A country's revenue is one sum, so its lines have one currency: that of most of them."""
    nothing = pd.DataFrame(columns=QUARANTINE, dtype="str")
    size = len(lines.currency.cells)
    pairs = lines.country.positions.astype(np.int64) * size + lines.currency.positions
    priced = np.isin(lines.state, [SALE, CANCELLATION])
    found = np.bincount(pairs[priced])
    seen = np.flatnonzero(found)
    counts = pd.DataFrame(
        {
            "country": seen // size,
            "count": found[seen],
            "currency": lines.currency.cells.iloc[seen % size].array,
            "pair": seen,
        }
    ).sort_values(["country", "count", "currency"])
    usual = counts.drop_duplicates("country", keep="last")
    if len(counts) == len(usual):
        return nothing
    odd = np.flatnonzero(priced & ~np.isin(pairs, usual["pair"]))
    lines.state[odd] = QUARANTINED
    named = [
        (FEED, files[part][0], f"{sheets[part]}!{line}" if sheets[part] else str(line), "currency", currency)
        for part, line, currency in zip(lines.part[odd], lines.line[odd], lines.currency.take(odd), strict=True)
    ]
    return pd.DataFrame([(*row, _EXPECTED_CURRENCY) for row in named], columns=QUARANTINE, dtype="str")


def _net(lines: Lines) -> None:
    """Take the cancellations off: states, reasons, units and amounts of the lines are changed."""
    state, reason = lines.state, lines.reason
    cancels = np.flatnonzero(state == CANCELLATION)
    nameless = lines.customer.equals("")[cancels]
    state[cancels[nameless]], reason[cancels[nameless]] = SET_ASIDE, REASONS.index(NO_CUSTOMER)
    cancels = cancels[~nameless]
    sku, customer = lines.sku.positions, lines.customer.positions
    cancelled, cancelling = (
        np.zeros(len(lines.sku.cells), dtype=bool),
        np.zeros(len(lines.customer.cells), dtype=bool),
    )
    cancelled[sku[cancels]], cancelling[customer[cancels]] = True, True
    touched = cancelling[customer] & cancelled[sku]
    rows = np.flatnonzero(touched & ((state == SALE) | (state == CANCELLATION)))
    undone = state[rows] == CANCELLATION
    units = lines.units[rows]
    book = pd.DataFrame(
        {
            "customer": customer[rows],
            "sku": sku[rows],
            "instant": lines.instant[rows],
            "units": units,
            "cancels": undone,
        }
    )
    left, found = net_cancellations(book)
    lost = rows[undone & ~found]
    state[lost], reason[lost] = SET_ASIDE, REASONS.index(NO_EARLIER_SALE)
    state[rows[(left == 0) & (state[rows] != SET_ASIDE)]] = NETTED
    lines.units[rows] = left
    lines.amount[rows] = settle_amounts(lines.amount[rows], units, left)


def _sum(lines: Lines) -> pd.DataFrame:
    """What is left, by SKU, country and day."""
    kept = np.flatnonzero(lines.state == SALE)
    parts = [PRICE_PARTS // 10 ** minor_digits(code) for code in lines.currency.cells.tolist()]
    revenue = to_minor(lines.amount, np.array(parts, dtype=np.int64), lines.currency.positions, kept)
    return sum_sales(kept, lines.sku, lines.country, lines.currency, lines.day, lines.units, revenue)


def _account(lines: Lines, files: list[tuple[str, int, int, str]]) -> pd.DataFrame:
    """One row per file, its sheets together."""
    states = AFTER + 1
    counts = np.bincount(lines.part * states + lines.state, minlength=len(files) * states).reshape(-1, states).T
    frame = pd.DataFrame(
        {
            "feed": FEED,
            "file": [file for file, *_ in files],
            "rows_in": [total for _, total, _, _ in files],
            "kept": counts[SALE],
            "netted": counts[NETTED],
            "set_aside": counts[SET_ASIDE],
            "quarantined": counts[QUARANTINED] + [ragged for _, _, ragged, _ in files],
            "after_as_of": counts[AFTER],
            "read_as": [read_as for *_, read_as in files],
        }
    )
    summed = frame.groupby(["feed", "file", "read_as"], sort=False, as_index=False).sum()
    return summed[ACCOUNTING]


def _count_reasons(lines: Lines) -> pd.DataFrame:
    """Reasons with their rows, most first."""
    counts = np.bincount(lines.reason[lines.state == SET_ASIDE], minlength=len(REASONS))
    listed = [(reason, int(count)) for reason, count in zip(REASONS, counts, strict=True) if count]
    frame = pd.DataFrame(listed, columns=["reason", "rows"]).astype({"reason": "str", "rows": "int64"})
    return frame.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)


def _see(lines: Lines, files: list[str]) -> pd.DataFrame:
    """Per file and country the rows kept, and the latest moment of the file as a whole."""
    of_file, names = pd.factorize(pd.Series(files, dtype="str"))
    file, size = of_file[lines.part], len(lines.country.cells)
    pairs = file * size + lines.country.positions
    pairs_in = len(names) * size
    there = np.flatnonzero(np.bincount(pairs, minlength=pairs_in))
    latest = np.full(len(names), _NEVER)
    for part, at in enumerate(of_file):
        instants = lines.instant[slice(*np.searchsorted(lines.part, [part, part + 1]))]
        latest[at] = max(latest[at], instants[instants != 0].max(initial=_NEVER))
    seen = pd.DataFrame(
        {
            "file": names[there // size],
            "country": lines.country.cells.iloc[there % size].array,
            "rows": np.bincount(pairs[lines.state == SALE], minlength=pairs_in)[there],
            "latest": latest[there // size],
        }
    )
    placed = seen[(seen["country"] != "") & (seen["latest"] != _NEVER)]
    return placed.sort_values(["file", "country"], ignore_index=True)
