"""Take cancellations off the sales that they undo."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
    buyer, open_sales = -1, list[int]()
    for at in order.tolist():
        if buyers[at] != buyer:
            buyer, open_sales = int(buyers[at]), []
        if not cancels[at]:
            open_sales.append(at)
            continue
        left = int(units[at])
        while left and open_sales:
            found[at] = True
            sale = open_sales[-1]
            taken = min(left, int(units[sale]))
            units[sale] -= taken
            left -= taken
            if units[sale] == 0:
                open_sales.pop()
    units[cancels] = 0
    return units, found


def settle_amounts(amounts: np.ndarray, units: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The part of each line's amount that its remaining units stand for, rounded half even, all integers."""
    settled = np.where(left == units, amounts, 0)
    for at in np.flatnonzero((left != units) & (left > 0)).tolist():
        share, rest = divmod(int(amounts[at]) * int(left[at]), int(units[at]))
        twice = 2 * rest - int(units[at])
        settled[at] = share + (1 if twice > 0 or (twice == 0 and share % 2) else 0)
    return settled


def sum_sales(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per (sku, country, day): units, lines, largest_line_units, revenue_minor, currency.

    Args:
        lines: One row per kept line: sku, country, day, units [> 0], revenue_minor, currency.
    """
    keys = ["sku", "country", "day"]
    summed = lines.groupby(keys, sort=True, as_index=False).agg(
        units=("units", "sum"),
        lines=("units", "size"),
        largest_line_units=("units", "max"),
        revenue_minor=("revenue_minor", "sum"),
        currency=("currency", "first"),
    )
    return summed.astype({"lines": "int64", "sku": "str", "country": "str", "currency": "str"})
