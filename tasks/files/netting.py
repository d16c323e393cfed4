"""Take cancellations off the sales that they undo, and sum what is left; compiled, all in integers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit

from tasks.files.coded import Coded


@njit(cache=True)
def count_pairs(first: np.ndarray, second: np.ndarray, state: np.ndarray, most: int, counts: np.ndarray) -> None:
    """Count the rows with no state above `most` by the positions in both columns."""
    for row in range(len(first)):
        if state[row] <= most:
            counts[first[row], second[row]] += 1


@njit(cache=True)
def find_rows(codes: np.ndarray, code: int) -> np.ndarray:
    """The rows with this code."""
    count = 0
    for row in range(len(codes)):
        count += codes[row] == code
    rows = np.empty(count, dtype=np.int64)
    count = 0
    for row in range(len(codes)):
        if codes[row] == code:
            rows[count] = row
            count += 1
    return rows


@njit(cache=True)
def find_touched(
    state: np.ndarray, most: int, buyer: np.ndarray, sku: np.ndarray, skus: int, cancels: np.ndarray
) -> np.ndarray:
    """The rows that a cancellation may touch, and a few others.

    Args:
        state: Sales and cancellations have no state above `most`.
        most: See there.
        buyer: The mark of the customer.
        sku: Position of the SKU.
        skus: How many there are.
        cancels: The rows that cancel.
    """
    room = 1 << 16
    while room < 32 * len(cancels):
        room *= 2
    marked, cancelled = np.zeros(room, dtype=np.bool_), np.zeros(skus, dtype=np.bool_)
    for row in cancels:
        marked[buyer[row] & (room - 1)] = True
        cancelled[sku[row]] = True
    rows = np.empty(len(state), dtype=np.int64)
    found = 0
    for row in range(len(state)):
        if state[row] <= most and marked[buyer[row] & (room - 1)] and cancelled[sku[row]]:
            rows[found] = row
            found += 1
    return rows[:found].copy()


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
    first_day, days = find_days(day, rows)
    order = sort_stably(rows, day, first_day, np.arange(days))
    for column in (country, sku):
        rank = column.cells.rank(method="dense").to_numpy(dtype=np.int64) - 1
        order = sort_stably(order, column.positions, 0, rank)
    found, codes, moments, sums = sum_groups(
        order, sku.positions, country.positions, currency.positions, day, units, revenue
    )
    names = [column.find(codes[at, :found]) for at, column in enumerate((sku, country, currency))]
    return pd.DataFrame(
        {
            "sku": names[0],
            "country": names[1],
            "day": moments[:found].view("datetime64[us]"),
            "units": sums[0, :found],
            "lines": sums[1, :found],
            "largest_line_units": sums[2, :found],
            "revenue_minor": sums[3, :found],
            "currency": names[2],
        },
        copy=False,
    )


@njit(cache=True)
def find_days(day: np.ndarray, rows: np.ndarray) -> tuple[int, int]:
    """The first day of these rows, and how many there are from it to the last."""
    if len(rows) == 0:
        return 0, 0
    first = last = np.int64(day[rows[0]])
    for row in rows:
        at = np.int64(day[row])
        if at < first:
            first = at
        elif at > last:
            last = at
    return int(first), int(last - first) + 1


@njit(cache=True)
def sort_stably(order: np.ndarray, codes: np.ndarray, first: int, rank: np.ndarray) -> np.ndarray:
    """The rows of `order` by the rank of their code, counted from `first`; rows of the same code stay as they are."""
    ends = np.zeros(len(rank) + 1, dtype=np.int64)
    for row in order:
        ends[rank[codes[row] - first] + 1] += 1
    for at in range(len(rank)):
        ends[at + 1] += ends[at]
    placed = np.empty(len(order), dtype=np.int64)
    for row in order:
        key = rank[codes[row] - first]
        placed[ends[key]] = row
        ends[key] += 1
    return placed


@njit(cache=True)
def sum_groups(
    order: np.ndarray,
    sku: np.ndarray,
    country: np.ndarray,
    currency: np.ndarray,
    day: np.ndarray,
    units: np.ndarray,
    revenue: np.ndarray,
) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Of each run of rows with the same keys: SKU, country, currency; day; units, rows, largest units, revenue.

    Returns:
        How many runs there are, and columns that begin with them; the day in microseconds since 1970.
    """
    size = len(order)
    codes, moments = np.empty((3, size), dtype=np.int32), np.empty(size, dtype=np.int64)
    sums = np.empty((4, size), dtype=np.int64)
    group, last = -1, -1
    for row in order:
        if last < 0 or sku[row] != sku[last] or country[row] != country[last] or day[row] != day[last]:
            group += 1
            codes[0, group], codes[1, group], codes[2, group] = sku[row], country[row], currency[row]
            moments[group] = np.int64(day[row]) * 86_400_000_000
            sums[:, group] = 0
        sums[0, group] += units[row]
        sums[1, group] += 1
        sums[2, group] = max(sums[2, group], units[row])
        sums[3, group] += revenue[row]
        last = row
    return group + 1, codes, moments, sums
