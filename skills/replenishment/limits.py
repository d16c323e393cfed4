"""What bounds a supplier's order: its joint minimum, its capacity, and cash."""

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
CASH_PATH = mark("13 weeks of cash")
BUILD_UP = mark("build-up before a closure")
SHELF_LIFE = mark("shelf life")
MOST_COVER = mark("most cover")
THRESHOLD = mark("threshold")


@dataclass(frozen=True, slots=True)
class SupplierLines:
    """The lines of one supplier that may be ordered, most urgent first.

    Attributes:
        cartons: What each SKU needs for itself.
        carton_units: Units in a carton.
        position: Units that the SKU has already.
        daily: Expected demand per day.
        most: No line is raised beyond so many cartons; None: no such limit.
    """

    cartons: Ints
    carton_units: Ints
    position: Ints
    daily: Floats
    most: Ints | None = None


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
        level = level if lines.most is None else np.minimum(level, lines.most)
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
    limits: Ints,
    threshold: int,
    paid_of: Callable[[int, int], Ints],
) -> Ints:
    """Give cash to the most urgent lines first, so that nothing paid exceeds any limit.

    A supplier that falls below its joint minimum is left out, the one whose first line is least urgent before
    others, and the cash is given again.

    Args:
        cartons: Wanted per line, most urgent first over all suppliers.
        carton_units: Units in a carton.
        suppliers: Number of the line's supplier.
        minimums: The joint minimum of the line's supplier [units].
        limits: What may be paid in all under each limit [minor units of the base currency].
        threshold: A line below this is left out [units].
        paid_of: What so many units of a line take of each limit; never less for more units.
    Returns:
        Cartons per line; what they take together never exceeds a limit.
    """
    dropped: set[int] = set()
    while True:
        given = np.zeros_like(cartons)
        left = limits.copy()
        for place in range(len(cartons)):
            if int(suppliers[place]) in dropped or cartons[place] == 0:
                continue
            unit = int(carton_units[place])
            count = _most_cartons(place, int(cartons[place]), unit, paid_of, left)
            if count * unit >= max(threshold, 1):
                given[place] = count
                left = left - paid_of(place, count * unit)
        totals = np.bincount(suppliers, weights=given * carton_units)
        short = np.flatnonzero((given > 0) & (totals[suppliers] < minimums))
        if not len(short):
            return given
        _, first = np.unique(suppliers[short], return_index=True)
        dropped.add(int(suppliers[short[first.max()]]))


def fits(paid: Ints, left: Ints) -> bool:
    """Whether what is paid stays within what is left; a limit that nothing is paid under does not matter."""
    return bool(((paid <= left) | (paid == 0)).all())


def _most_cartons(place: int, wanted: int, unit: int, paid_of: Callable[[int, int], Ints], left: Ints) -> int:
    if fits(paid_of(place, wanted * unit), left):
        return wanted
    enough, exceeds = 0, wanted
    while exceeds - enough > 1:
        middle = (enough + exceeds) // 2
        enough, exceeds = (middle, exceeds) if fits(paid_of(place, middle * unit), left) else (enough, middle)
    return enough
