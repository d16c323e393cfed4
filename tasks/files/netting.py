"""Take cancellations off the sales that they undo, and sum what is left; compiled, all in integers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit

from tasks.files.coded import Coded


def net_cancellations(lines: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each cancellation undoes that customer's latest earlier sale of the SKU, and older ones if that is too small.

    A sale at the same moment as the cancellation counts as earlier. What a cancellation takes beyond everything
    that was sold undoes nothing.

    Args:
        lines: One row per sale or cancellation of a known customer: customer, sku, instant [µs UTC],
            units [> 0], cancels [bool]; in the order of the files.
    Returns:
        Per row the units left [0 for a cancellation], and whether the cancellation found a sale.
    """
    units = lines["units"].to_numpy(dtype=np.int64).copy()
    cancels = lines["cancels"].to_numpy(dtype=bool)
    found = np.zeros(len(lines), dtype=bool)
    buyers = lines.groupby(["customer", "sku"], sort=False).ngroup().to_numpy()
    touched = np.flatnonzero(np.isin(buyers, np.unique(buyers[cancels])))
    instants = lines["instant"].to_numpy(dtype=np.int64)
    order = touched[np.lexsort((touched, cancels[touched], instants[touched], buyers[touched]))]
    undo_sales(order, buyers, cancels, units, found)
    units[cancels] = 0
    return units, found


@njit(cache=True)
def undo_sales(
    order: np.ndarray, buyers: np.ndarray, cancels: np.ndarray, units: np.ndarray, found: np.ndarray
) -> None:
    """Take each cancellation off the open sales of its buyer, the latest first; `units` and `found` are changed.

    Args:
        order: Rows by buyer, moment, and sales before cancellations.
        buyers: Customer and SKU of each row, numbered.
        cancels: Which rows are cancellations.
        units: Of each row; afterwards what is left of a sale.
        found: Becomes true for a cancellation that finds a sale.
    """
    open_sales = np.empty(len(order), dtype=np.int64)
    most, buyer = 0, -1
    for at in order:
        if buyers[at] != buyer:
            buyer, most = buyers[at], 0
        if not cancels[at]:
            open_sales[most] = at
            most += 1
            continue
        left = units[at]
        while left > 0 and most > 0:
            found[at] = True
            sale = open_sales[most - 1]
            taken = min(left, units[sale])
            units[sale] -= taken
            left -= taken
            if units[sale] == 0:
                most -= 1


def settle_amounts(amounts: np.ndarray, units: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The part of each line's amount that its remaining units stand for, rounded half even, all integers."""
    settled = np.where(left == units, amounts, 0)
    for at in np.flatnonzero((left != units) & (left > 0)).tolist():
        share, rest = divmod(int(amounts[at]) * int(left[at]), int(units[at]))
        twice = 2 * rest - int(units[at])
        settled[at] = share + (1 if twice > 0 or (twice == 0 and share % 2) else 0)
    return settled


@njit(cache=True)
def to_minor(amounts: np.ndarray, divisors: np.ndarray, currency: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Amounts of these rows in minor units, rounded half even; 0 in the others.

    Args:
        amounts: Per row, 0 or more.
        divisors: How many of them a minor unit is, by currency.
        currency: Per row.
        rows: Which rows.
    """
    minor = np.zeros(len(amounts), dtype=np.int64)
    for row in rows:
        divisor = divisors[currency[row]]
        whole = amounts[row] // divisor
        twice = 2 * (amounts[row] - whole * divisor)
        minor[row] = whole + (1 if twice > divisor or (twice == divisor and whole % 2 == 1) else 0)
    return minor


def sum_sales(
    rows: np.ndarray,
    sku: Coded,
    country: Coded,
    currency: Coded,
    day: np.ndarray,
    units: np.ndarray,
    revenue: np.ndarray,
) -> pd.DataFrame:
    """One row per (sku, country, day): units, lines, largest_line_units, revenue_minor, currency.

    Args:
        rows: Which lines are kept.
        sku: Of every line.
        country: Of every line.
        currency: Of every line.
        day: Days since 1970.
        units: Of every line; above 0 where it is kept.
        revenue: Minor units.
    """
    first_day = day[rows].min(initial=np.iinfo(np.int32).max)
    days = int(day[rows].max(initial=first_day)) - int(first_day) + 1
    order = sort_stably(rows, day - first_day, np.arange(days))
    for column in (country, sku):
        rank = column.cells.rank(method="dense").to_numpy(dtype=np.int64) - 1
        order = sort_stably(order, column.positions, rank)
    first, sums = sum_groups(order, sku.positions, country.positions, day, units, revenue)
    return pd.DataFrame(
        {
            "sku": sku.take(first).array,
            "country": country.take(first).array,
            "day": day[first].astype("datetime64[D]").astype("datetime64[us]"),
            "units": sums[0],
            "lines": sums[1],
            "largest_line_units": sums[2],
            "revenue_minor": sums[3],
            "currency": currency.take(first).array,
        },
        copy=False,
    )


@njit(cache=True)
def sort_stably(order: np.ndarray, codes: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """The rows of `order` by the rank of their code; rows of the same code stay as they are."""
    ends = np.zeros(len(rank) + 1, dtype=np.int64)
    for row in order:
        ends[rank[codes[row]] + 1] += 1
    for at in range(len(rank)):
        ends[at + 1] += ends[at]
    placed = np.empty(len(order), dtype=np.int64)
    for row in order:
        key = rank[codes[row]]
        placed[ends[key]] = row
        ends[key] += 1
    return placed


@njit(cache=True)
def sum_groups(
    order: np.ndarray,
    sku: np.ndarray,
    country: np.ndarray,
    day: np.ndarray,
    units: np.ndarray,
    revenue: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Of each run of rows with the same keys: its first row; and its units, rows, largest units and revenue."""
    first = np.empty(len(order), dtype=np.int64)
    sums = np.zeros((4, len(order)), dtype=np.int64)
    groups, last = -1, -1
    for row in order:
        if last < 0 or sku[row] != sku[last] or country[row] != country[last] or day[row] != day[last]:
            groups += 1
            first[groups] = row
        sums[0, groups] += units[row]
        sums[1, groups] += 1
        sums[2, groups] = max(sums[2, groups], units[row])
        sums[3, groups] += revenue[row]
        last = row
    return first[: groups + 1], sums[:, : groups + 1]
