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
import pyarrow.compute as pc

from config.seller import InputFiles
from skills.vocabulary import Country, mark, minor_digits
from tasks.files.netting import (
    count_pairs,
    find_rows,
    find_touched,
    net_cancellations,
    settle_amounts,
    sum_sales,
    to_minor,
)
from tasks.files.order_cells import PRICE_PARTS
from tasks.files.order_lines import (
    AFTER,
    CANCELLATION,
    NETTED,
    NO_CUSTOMER,
    NO_EARLIER_SALE,
    QUARANTINED,
    REASONS,
    REPEATED,
    SALE,
    SET_ASIDE,
    Lines,
    check_settings,
    join_lines,
    judge_lines,
    make_readers,
)
from tasks.files.overlaps import find_last_parts
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, quarantine_ragged
from tasks.files.reading import EXCEL_SUFFIXES
from tasks.files.sources import read_coded_sources
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES
from tasks.files.texts import take_texts

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
    alone = len(paths) == 1 and paths[0].suffix.lower() not in EXCEL_SUFFIXES
    for sheet in read_coded_sources(table, source, paths, make_readers(source, alone)):
        judged, bad = judge_lines(sheet, source, as_of, marketplaces, known)
        ragged = quarantine_ragged(FEED, sheet.sheet, sheet.rows)
        parts.append(judged)
        quarantines += [ragged, bad]
        files.append((sheet.sheet.file, sheet.rows.total, len(ragged), sheet.sheet.read_as))
        sheets.append(sheet.sheet.name)
    del sheet, judged  # they hold what the blocks said
    lines = join_lines(parts)
    del parts
    _set_aside_repeated(lines)
    quarantines.append(_quarantine_currencies(lines, files, sheets))
    _net(lines)
    states = _count_states(lines)
    rows = sum(total for _, total, _, _ in files)
    taken = time.perf_counter() - began
    log.info("order_lines: %d rows in %.2f s, %.0f rows/s", rows, taken, rows / max(taken, 1e-9))
    return OrderLines(
        sales=_sum(lines),
        accounting=_account(states, files),
        quarantine=pd.concat(quarantines, ignore_index=True)[QUARANTINE],
        set_aside=_count_reasons(lines),
        seen=_see(lines, states, [file for file, *_ in files]),
    )


def _set_aside_repeated(lines: Lines) -> None:
    """Exports overlap: the same line of the same order counts in the last file or sheet that holds it."""
    if len(lines.sizes) < 2:
        return
    part = np.repeat(np.arange(len(lines.sizes)), lines.sizes)
    named = pc.not_equal(lines.order, "").to_numpy()
    rows = np.flatnonzero(np.isin(lines.state, [SALE, CANCELLATION, NETTED]) & named)
    orders, _ = pd.factorize(take_texts(lines.order, rows))
    last = find_last_parts(
        orders, lines.country.positions[rows], lines.instant[rows], lines.sku.positions[rows], part[rows]
    )
    repeated = rows[last > part[rows]]
    lines.state[repeated], lines.reason[repeated] = SET_ASIDE, REASONS.index(REPEATED)


def _quarantine_currencies(lines: Lines, files: list[tuple[str, int, int, str]], sheets: list[str]) -> pd.DataFrame:
    """A country's revenue is one sum, so its lines have one currency: that of most of them."""
    nothing = pd.DataFrame(columns=QUARANTINE, dtype="str")
    country, currency = lines.country.positions, lines.currency.positions
    found = np.zeros((len(lines.country.cells), len(lines.currency.cells)), dtype=np.int64)
    count_pairs(country, currency, lines.state, CANCELLATION, found)
    of_country, of_currency = np.nonzero(found)
    counts = pd.DataFrame(
        {
            "country": of_country,
            "count": found[of_country, of_currency],
            "currency": lines.currency.cells.iloc[of_currency].array,
            "position": of_currency,
        }
    ).sort_values(["country", "count", "currency"])
    usual = counts.drop_duplicates("country", keep="last")
    if len(counts) == len(usual):
        return nothing
    own = np.full(len(found), -1)
    own[usual["country"]] = usual["position"]
    odd = np.flatnonzero((lines.state <= CANCELLATION) & (own[country] != currency))
    lines.state[odd] = QUARANTINED
    parts, numbers = np.searchsorted(np.cumsum(lines.sizes), odd, side="right"), np.concatenate(lines.line)[odd]
    named = [
        (FEED, files[part][0], f"{sheets[part]}!{line}" if sheets[part] else str(line), "currency", currency)
        for part, line, currency in zip(parts, numbers, lines.currency.take(odd), strict=True)
    ]
    return pd.DataFrame([(*row, _EXPECTED_CURRENCY) for row in named], columns=QUARANTINE, dtype="str")


def _net(lines: Lines) -> None:
    """Take the cancellations off: states, reasons, units and amounts of the lines are changed."""
    state, reason = lines.state, lines.reason
    cancels = find_rows(state, CANCELLATION)
    nameless = (take_texts(lines.customer, cancels) == "").to_numpy(dtype=bool)
    state[cancels[nameless]], reason[cancels[nameless]] = SET_ASIDE, REASONS.index(NO_CUSTOMER)
    cancels = cancels[~nameless]
    rows = find_touched(state, CANCELLATION, lines.buyer, lines.sku.positions, len(lines.sku.cells), cancels)
    undone = state[rows] == CANCELLATION
    units = lines.units[rows]
    book = pd.DataFrame(
        {
            "customer": pd.factorize(take_texts(lines.customer, rows))[0],
            "sku": lines.sku.positions[rows],
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
    kept = find_rows(lines.state, SALE)
    parts = [PRICE_PARTS // 10 ** minor_digits(code) for code in lines.currency.cells.tolist()]
    revenue = to_minor(lines.amount, np.array(parts, dtype=np.int64), lines.currency.positions, kept)
    return sum_sales(kept, lines.sku, lines.country, lines.currency, lines.day, lines.units, revenue)


def _count_states(lines: Lines) -> np.ndarray:
    """The lines by sheet, country and state."""
    counts = np.zeros((len(lines.sizes), len(lines.country.cells), AFTER + 1), dtype=np.int64)
    for at, rows in enumerate(lines.sheets):
        count_pairs(lines.country.positions[rows], lines.state[rows], lines.state[rows], AFTER, counts[at])
    return counts


def _account(states: np.ndarray, files: list[tuple[str, int, int, str]]) -> pd.DataFrame:
    """One row per file, its sheets together."""
    counts = states.sum(axis=1).T
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


def _see(lines: Lines, states: np.ndarray, files: list[str]) -> pd.DataFrame:
    """Per file and country the rows kept, and the latest moment of the file as a whole."""
    of_file, names = pd.factorize(pd.Series(files, dtype="str"))
    counts = np.zeros((len(names), *states.shape[1:]), dtype=np.int64)
    latest = np.full(len(names), _NEVER)
    for at, rows, counted in zip(of_file, lines.sheets, states, strict=True):
        instants = lines.instant[rows]
        counts[at] += counted
        latest[at] = max(latest[at], instants.max(initial=_NEVER, where=instants != 0))
    file, country = np.nonzero(counts.sum(axis=2))
    seen = pd.DataFrame(
        {
            "file": names[file],
            "country": lines.country.cells.iloc[country].array,
            "rows": counts[file, country, SALE],
            "latest": latest[file],
        }
    )
    placed = seen[(seen["country"] != "") & (seen["latest"] != _NEVER)]
    return placed.sort_values(["file", "country"], ignore_index=True)
