"""Take cancellations off the sales that they undo, and sum what is left; compiled, all in integers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit


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


def sum_sales(lines: pd.DataFrame, names: dict[str, pd.Series]) -> pd.DataFrame:
    """One row per (sku, country, day): units, lines, largest_line_units, revenue_minor, currency.

    Args:
        lines: One row per kept line: sku, country, currency [position in their names], day [days since 1970],
            units [> 0], revenue_minor.
        names: Of sku, country and currency.
    """
    sku, country, day = (
        _rank(lines[key].to_numpy(dtype=np.int64), names.get(key)) for key in ("sku", "country", "day")
    )
    order = np.arange(len(lines))
    for key in (day, country, sku):
        order = sort_stably(order, key, int(key.max(initial=0)) + 1)
    units, revenue = lines["units"].to_numpy(dtype=np.int64), lines["revenue_minor"].to_numpy(dtype=np.int64)
    first, sums = sum_groups(order, day, country, sku, units, revenue)
    told = {name: names[name].iloc[lines[name].to_numpy()[first]].array for name in names}
    return pd.DataFrame(
        {
            "sku": told["sku"],
            "country": told["country"],
            "day": lines["day"].to_numpy()[first].astype("datetime64[D]").astype("datetime64[us]"),
            "units": sums[0],
            "lines": sums[1],
            "largest_line_units": sums[2],
            "revenue_minor": sums[3],
            "currency": told["currency"],
        }
    )


def _rank(key: np.ndarray, names: pd.Series | None) -> np.ndarray:
    """Numbers from 0 that sort as the days do, or as the names at these positions."""
    rank = key if names is None else names.rank(method="dense").to_numpy(dtype=np.int64)[key]
    from_zero: np.ndarray = rank - rank.min(initial=np.iinfo(np.int64).max)
    return from_zero


@njit(cache=True)
def sort_stably(order: np.ndarray, key: np.ndarray, size: int) -> np.ndarray:
    """The rows of `order` by their key, which is below `size`; rows of the same key stay as they are."""
    ends = np.zeros(size + 1, dtype=np.int64)
    for row in order:
        ends[key[row] + 1] += 1
    for at in range(size):
        ends[at + 1] += ends[at]
    placed = np.empty(len(order), dtype=np.int64)
    for row in order:
        placed[ends[key[row]]] = row
        ends[key[row]] += 1
    return placed


@njit(cache=True)
def sum_groups(
    order: np.ndarray,
    day: np.ndarray,
    country: np.ndarray,
    sku: np.ndarray,
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
