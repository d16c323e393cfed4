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
from tasks.files.netting import net_cancellations, settle_amounts, sum_sales
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
    check_settings,
    judge_lines,
)
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, quarantine_ragged
from tasks.files.sources import read_sources
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES

log = logging.getLogger(__name__)

FEED = "order_lines"

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
    parts: list[pd.DataFrame] = []
    quarantines: list[pd.DataFrame] = []
    files: list[tuple[str, int, int, str]] = []
    sheets: list[str] = []
    for part, sheet in enumerate(read_sources(table, source, paths)):
        judged = judge_lines(sheet, source, as_of, marketplaces, known)
        ragged = quarantine_ragged(FEED, sheet.sheet, sheet.rows)
        parts.append(judged.frame.assign(part=np.int32(part)))
        quarantines += [ragged, judged.quarantine]
        files.append((sheet.sheet.file, sheet.rows.total, len(ragged), sheet.sheet.read_as))
        sheets.append(sheet.sheet.name)
    lines = pd.concat(parts, ignore_index=True)
    del parts
    lines = _set_aside_repeated(lines)
    lines, odd = _quarantine_currencies(lines, files, sheets)
    quarantines.append(odd)
    lines = _net(lines)
    kept = lines[lines["state"] == SALE]
    rows = sum(total for _, total, _, _ in files)
    taken = time.perf_counter() - began
    log.info("order_lines: %d rows in %.2f s, %.0f rows/s", rows, taken, rows / max(taken, 1e-9))
    return OrderLines(
        sales=sum_sales(kept),
        accounting=_account(lines, files),
        quarantine=pd.concat(quarantines, ignore_index=True)[QUARANTINE],
        set_aside=_count_reasons(lines),
        seen=_see(lines, [file for file, *_ in files]),
    )


def _set_aside_repeated(lines: pd.DataFrame) -> pd.DataFrame:
    """Exports overlap: the same line of the same order counts in the last file or sheet that holds it."""
    if lines["part"].nunique() < 2:
        return lines
    usable = lines["state"].isin([SALE, CANCELLATION, NETTED]) & (lines["order"] != "")
    last = lines[usable].groupby(["order", "country", "instant", "sku"], sort=False)["part"].transform("max")
    repeated = (last > lines["part"].reindex(last.index)).reindex(lines.index, fill_value=False)
    return lines.assign(
        state=lines["state"].mask(repeated, SET_ASIDE),
        reason=lines["reason"].mask(repeated, REASONS.index(REPEATED)),
    )


def _quarantine_currencies(
    lines: pd.DataFrame, files: list[tuple[str, int, int, str]], sheets: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A country's revenue is one sum, so its lines have one currency: that of most of them."""
    priced = lines.loc[lines["state"].isin([SALE, CANCELLATION]), ["country", "currency"]]
    counts = priced.value_counts(sort=False).reset_index().sort_values(["country", "count", "currency"])
    usual = counts.drop_duplicates("country", keep="last").set_index("country")["currency"]
    if len(counts) == len(usual):
        return lines, pd.DataFrame(columns=QUARANTINE, dtype="str")
    other = priced["currency"] != priced["country"].map(usual)
    odd = lines.loc[other.index[other]]
    named = [
        (FEED, files[part][0], f"{sheets[part]}!{line}" if sheets[part] else str(line), "currency", currency)
        for part, line, currency in zip(odd["part"], odd["line"], odd["currency"], strict=True)
    ]
    judged = lines.assign(state=lines["state"].mask(lines.index.isin(odd.index), QUARANTINED))
    return judged, pd.DataFrame([(*row, _EXPECTED_CURRENCY) for row in named], columns=QUARANTINE, dtype="str")


def _net(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with the sales settled, each with its revenue, and without the customers."""
    state = lines["state"].to_numpy(copy=True)
    reason = lines["reason"].to_numpy(copy=True)
    units = lines["units"].to_numpy(copy=True)
    amount = lines["amount"].to_numpy()
    cancels = state == CANCELLATION
    nameless = cancels & (lines["customer"] == "").to_numpy(dtype=bool)
    state[nameless], reason[nameless] = SET_ASIDE, REASONS.index(NO_CUSTOMER)
    cancels &= ~nameless
    skus = lines.loc[cancels, "sku"].unique()
    known = (state == SALE) & (lines["customer"] != "").to_numpy(dtype=bool) & lines["sku"].isin(skus).to_numpy()
    rows = np.flatnonzero(known | cancels)
    book = lines.loc[rows, ["customer", "sku", "instant", "units"]].assign(cancels=cancels[rows])
    left, found = net_cancellations(book)
    settled = units.copy()
    settled[rows] = left
    state[rows[cancels[rows] & found]] = NETTED
    lost = rows[cancels[rows] & ~found]
    state[lost], reason[lost] = SET_ASIDE, REASONS.index(NO_EARLIER_SALE)
    sold = state == SALE
    state[sold & (settled == 0)] = NETTED
    amounts = np.where(sold, amount, 0)
    amounts[sold] = settle_amounts(amount[sold], units[sold], settled[sold])
    nameless_lines = lines.drop(columns=["customer", "order", "amount"])
    revenue = _to_minor(amounts, lines["currency"])
    return nameless_lines.assign(state=state, reason=reason, units=settled, revenue_minor=revenue)


def _to_minor(amounts: np.ndarray, currency: pd.Series) -> np.ndarray:
    """Ten-thousandths of the currency to its minor units, rounded half even."""
    parts = {code: PRICE_PARTS // 10 ** minor_digits(code) for code in currency.unique()}
    divisor = currency.map(parts).to_numpy(dtype=np.int64)
    whole, rest = np.divmod(amounts, divisor)
    minor: np.ndarray = whole + ((2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 == 1)))
    return minor


def _account(lines: pd.DataFrame, files: list[tuple[str, int, int, str]]) -> pd.DataFrame:
    """One row per file, its sheets together."""
    counts = pd.crosstab(lines["part"], lines["state"]).reindex(
        index=range(len(files)), columns=[SALE, NETTED, SET_ASIDE, QUARANTINED, AFTER], fill_value=0
    )
    frame = pd.DataFrame(
        {
            "feed": FEED,
            "file": [file for file, *_ in files],
            "rows_in": [total for _, total, _, _ in files],
            "kept": counts[SALE].to_numpy(),
            "netted": counts[NETTED].to_numpy(),
            "set_aside": counts[SET_ASIDE].to_numpy(),
            "quarantined": counts[QUARANTINED].to_numpy() + [ragged for _, _, ragged, _ in files],
            "after_as_of": counts[AFTER].to_numpy(),
            "read_as": [read_as for *_, read_as in files],
        }
    )
    summed = frame.groupby(["feed", "file", "read_as"], sort=False, as_index=False).sum()
    return summed[ACCOUNTING]


def _count_reasons(lines: pd.DataFrame) -> pd.DataFrame:
    """Reasons with their rows, most first."""
    counts = lines.loc[lines["state"] == SET_ASIDE, "reason"].value_counts()
    listed = [(REASONS[at], int(counts[at])) for at in range(len(REASONS)) if at in counts.index]
    frame = pd.DataFrame(listed, columns=["reason", "rows"]).astype({"reason": "str", "rows": "int64"})
    return frame.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)


def _see(lines: pd.DataFrame, files: list[str]) -> pd.DataFrame:
    """Per file and country the rows kept, and the latest moment of the file as a whole."""
    dated = lines[lines["instant"] != 0]
    names = pd.Series(files, dtype="str")
    latest = dated.groupby(dated["part"].map(names))["instant"].max()
    kept = lines["state"] == SALE
    seen = kept.groupby([lines["part"].map(names), lines["country"]]).sum().rename("rows").reset_index()
    seen = seen.rename(columns={"part": "file"})
    seen["latest"] = seen["file"].map(latest)
    placed = seen[(seen["country"] != "") & seen["latest"].notna()]
    return placed.astype({"rows": "int64", "latest": "int64"}).reset_index(drop=True)
