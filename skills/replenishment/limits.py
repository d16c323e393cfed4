"""What bounds a supplier's order: its joint minimum, its weekly capacity, the week's cash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skills.vocabulary import mark

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

JOINT_MOQ = mark("joint MOQ")
WEEKLY_CAPACITY = mark("weekly capacity")
WEEKLY_CASH = mark("weekly cash")
THRESHOLD = mark("threshold")


@dataclass(frozen=True, slots=True)
class SupplierLines:
    """The lines of one supplier that may be ordered, most urgent first.

    Attributes:
        cartons: What each SKU needs for itself.
        carton_units: Units in a carton.
        position: Units that the SKU has already.
        daily: Expected demand per day.
    """

    cartons: Ints
    carton_units: Ints
    position: Ints
    daily: Floats


def raise_to_minimum(lines: SupplierLines, minimum: int, most_days: int, threshold: int) -> Ints | None:
    """Add cartons where cover is lowest until the order reaches the supplier's joint minimum.

    Every line is filled to one common number of days of cover, the least whole number with which the minimum is
    reached; of the last day only as many lines are filled as it takes, lowest cover first.

    Args:
        lines: One supplier's.
        minimum: Joint minimum [units].
        most_days: No line is raised beyond this cover.
        threshold: A line below this is left out [units].
    Returns:
        Cartons per line; None when the minimum is out of reach within that cover.
    """

    def fill(days: int) -> Ints:
        level = np.floor((lines.daily * days - lines.position).round(6) / lines.carton_units).astype(np.int64)
        level = np.where(level * lines.carton_units >= threshold, level, 0)
        return np.maximum(np.maximum(level, lines.cartons), 0)

    def units(cartons: Ints) -> int:
        return int((cartons * lines.carton_units).sum())

    if units(lines.cartons) >= minimum:
        return lines.cartons
    if units(fill(most_days)) < minimum:
        return None
    below, enough = 0, most_days
    while enough - below > 1:
        middle = (below + enough) // 2
        below, enough = (below, middle) if units(fill(middle)) >= minimum else (middle, enough)
    chosen, full = fill(below), fill(enough)
    cover = (lines.position + chosen * lines.carton_units) / np.where(lines.daily > 0, lines.daily, np.inf)
    for place in np.argsort(cover.round(6), kind="stable"):
        if units(chosen) >= minimum:
            break
        chosen[place] = full[place]
    return chosen


def cut_to_capacity(lines: SupplierLines, capacity: int, threshold: int) -> Ints:
    """Give the week's capacity to the most urgent lines first; what does not fit is left for next week."""
    left = capacity
    given = np.zeros_like(lines.cartons)
    for place, (wanted, units) in enumerate(zip(lines.cartons, lines.carton_units, strict=True)):
        cartons = min(int(wanted), left // int(units))
        if cartons * int(units) >= threshold:
            given[place] = cartons
            left -= cartons * int(units)
    return given


def cut_to_cash(
    cartons: Ints,
    carton_units: Ints,
    suppliers: NDArray[np.int64],
    minimums: Ints,
    cash: int,
    threshold: int,
    deposit_of: Callable[[int, int], int],
) -> Ints:
    """Give the week's cash to the most urgent lines first.

    A supplier that falls below its joint minimum is left out, the one whose first line is least urgent before
    others, and the cash is given again.

    Args:
        cartons: Wanted per line, most urgent first over all suppliers.
        carton_units: Units in a carton.
        suppliers: Number of the line's supplier.
        minimums: The joint minimum of the line's supplier [units].
        cash: Minor units of the base currency.
        threshold: A line below this is left out [units].
        deposit_of: Deposit for so many units of a line.
    Returns:
        Cartons per line; their deposits together never exceed the cash.
    """
    dropped: set[int] = set()
    while True:
        given = np.zeros_like(cartons)
        left = cash
        for place in range(len(cartons)):
            if int(suppliers[place]) in dropped or cartons[place] == 0:
                continue
            unit = int(carton_units[place])
            count = _most_cartons(place, int(cartons[place]), unit, deposit_of, left)
            if count * unit >= max(threshold, 1):
                given[place] = count
                left -= deposit_of(place, count * unit)
        totals = np.bincount(suppliers, weights=given * carton_units)
        short = np.flatnonzero((given > 0) & (totals[suppliers] < minimums))
        if not len(short):
            return given
        _, first = np.unique(suppliers[short], return_index=True)
        dropped.add(int(suppliers[short[first.max()]]))


def _most_cartons(place: int, wanted: int, unit: int, deposit_of: Callable[[int, int], int], cash: int) -> int:
    if deposit_of(place, wanted * unit) <= cash:
        return wanted
    fits, exceeds = 0, wanted
    while exceeds - fits > 1:
        middle = (fits + exceeds) // 2
        fits, exceeds = (middle, exceeds) if deposit_of(place, middle * unit) <= cash else (fits, middle)
    return fits
