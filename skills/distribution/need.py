"""How many units a window will be short of, as a distribution: the demand that nothing on the way can serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.distribution.demand import PATHS, Demand

ARRIVALS = (0.3, 0.4, 0.3)
"""Weights of an early (p10), a usual (p50) and a late (p90) next arrival: Swanson's rule for a three-point mean."""

CHANCES = tuple(high - low for low, high in zip(PATHS, (*PATHS[1:], 1.0), strict=True))
"""Probability between two neighbouring paths; the last lies beyond p98."""

_TAIL = (1.0 - PATHS[-1]) / (PATHS[-1] - PATHS[-2])
"""The stretch from p90 to p98 goes on as steeply until all probability is spent."""


@dataclass(frozen=True)
class Windows:
    """The spans of time that shipments of tonight would serve, and what is there or on the way already.

    Attributes:
        pair: Row of the demand, per window.
        start: Days from as_of to the shipment's own arrival.
        ends: [3, window] days to the early, usual and late arrival of the next shipment.
        stock: Units that lie in the country.
        event_window: For each arrival of inbound: the window it concerns.
        event_day: Days from as_of to that arrival.
        event_before: Stock and inbound that came before it [units].
        event_units: Units that arrive.
    """

    pair: np.ndarray
    start: np.ndarray
    ends: np.ndarray
    stock: np.ndarray
    event_window: np.ndarray
    event_day: np.ndarray
    event_before: np.ndarray
    event_units: np.ndarray

    def take(self, rows: np.ndarray) -> Windows:
        """The named windows alone, in that order."""
        place = np.full(len(self.pair), -1)
        place[rows] = np.arange(len(rows))
        keep = place[self.event_window] >= 0
        return Windows(
            self.pair[rows],
            self.start[rows],
            self.ends[:, rows],
            self.stock[rows],
            place[self.event_window[keep]],
            self.event_day[keep],
            self.event_before[keep],
            self.event_units[keep],
        )

    def supply_before(self, day: np.ndarray) -> np.ndarray:
        """Stock and inbound that is there before each window's given day [units]."""
        supply = self.stock.astype("float64")
        early = self.event_day < day[self.event_window]
        np.add.at(supply, self.event_window[early], self.event_units[early])
        return supply


def find_windows(
    pair: np.ndarray, start: np.ndarray, ends: np.ndarray, stock: np.ndarray, inbound: pd.DataFrame, pairs: int
) -> Windows:
    """Windows with the inbound arrivals that concern them.

    Args:
        inbound: One row per (pair, day), sorted: pair, day, units.
        pairs: How many pairs the demand has.
    """
    first = np.searchsorted(inbound["pair"].to_numpy(), np.arange(pairs + 1))
    count = (first[1:] - first[:-1])[pair]
    window = np.repeat(np.arange(len(pair)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    row = first[pair][window] + offset
    units = inbound["units"].to_numpy(dtype="float64")[row]
    running = np.cumsum(inbound["units"].to_numpy(dtype="float64"))
    before_all = np.concatenate([[0.0], running])
    before = before_all[row] - before_all[first[pair][window]] + stock[window]
    return Windows(pair, start, ends, stock, window, inbound["day"].to_numpy(dtype="float64")[row], before, units)


def add_arrivals(windows: Windows, window: np.ndarray, day: np.ndarray, units: np.ndarray) -> Windows:
    """The same windows with further arrivals: for each, which window it concerns, when, and how many units."""
    at = np.concatenate([windows.event_window, window])
    days = np.concatenate([windows.event_day, day.astype("float64")])
    amount = np.concatenate([windows.event_units, units.astype("float64")])
    order = np.lexsort((days, at))
    at, days, amount = at[order], days[order], amount[order]
    running = np.concatenate([[0.0], np.cumsum(amount)])
    first = np.searchsorted(at, at, side="left")
    before = windows.stock[at] + running[:-1] - running[first]
    return Windows(windows.pair, windows.start, windows.ends, windows.stock, at, days, before, amount)


def find_need(
    windows: Windows,
    demand: Demand,
    lost_share: float,
    scale: np.ndarray | float = 1.0,
    delay: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Units needed from tonight's shipment along each demand path, for an early, a usual and a late next arrival.

    Along a path, demand that comes before the shipment and finds nothing is lost (`lost_share` of it); then
    need = the largest shortage (demand so far − supply so far) within the window − what was lost before it.

    Args:
        scale: Demand is multiplied by this.
        delay: The shipment's own arrival comes so many days later.

    Returns:
        [3, window, 7]: need at the probabilities of `PATHS`, then at 1; negative where units would be left over.
    """
    factor = np.broadcast_to(np.asarray(scale, dtype="float64"), windows.pair.shape)
    start = windows.start + delay
    window, day = windows.event_window, windows.event_day
    at_event = demand.paths_at(windows.pair[window], day) * factor[window][:, None] - windows.event_before[:, None]
    at_start = demand.paths_at(windows.pair, start) * factor[:, None] - windows.supply_before(start)[:, None]
    lost = np.maximum(at_start, 0.0)
    earlier = day <= start[window]
    np.maximum.at(lost, window[earlier], at_event[earlier])
    lost *= lost_share
    knots = np.empty((len(ARRIVALS), len(windows.pair), len(PATHS) + 1))
    for arrival, end in enumerate(windows.ends):
        short = demand.paths_at(windows.pair, end) * factor[:, None] - windows.supply_before(end)[:, None]
        within = (day > start[window]) & (day < end[window])
        np.maximum.at(short, window[within], at_event[within])
        short -= lost
        short[end <= start] = np.minimum(short[end <= start], 0.0)
        np.maximum.accumulate(short, axis=1, out=short)
        knots[arrival, :, :-1] = short
        knots[arrival, :, -1] = short[:, -1] + (short[:, -1] - short[:, -2]) * _TAIL
    return knots


def expected_sold(knots: np.ndarray, window: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Units that the window is expected to sell out of so many shipped: E[min(max(need, 0), units)].

    Need is spread evenly between neighbouring paths; weighted over the three next arrivals.

    Args:
        knots: From `find_need`.
        window: Which window each figure concerns.
        units: Shipped [units].
    """
    total = np.zeros(len(units))
    for weight, need in zip(ARRIVALS, knots, strict=True):
        for part, chance in enumerate(CHANCES):
            low, high = need[window, part], need[window, part + 1]
            low_inside = np.minimum(np.maximum(low, 0.0), units)
            high_inside = np.minimum(np.maximum(high, 0.0), units)
            width = high - low
            flat = width <= 1e-9
            area = (high_inside * high_inside - low_inside * low_inside) / 2 + units * (
                np.maximum(high, units) - np.maximum(low, units)
            )
            total += weight * chance * np.where(flat, high_inside, area / np.where(flat, 1.0, width))
    return total


def chance_short(knots: np.ndarray, window: np.ndarray, units: np.ndarray) -> np.ndarray:
    """P(need > units), weighted over the three next arrivals."""
    total = np.zeros(len(units))
    for weight, need in zip(ARRIVALS, knots, strict=True):
        for part, chance in enumerate(CHANCES):
            low, high = need[window, part], need[window, part + 1]
            width = np.where(high > low, high - low, 1.0)
            share = np.clip((high - units) / width, 0.0, 1.0)
            total += weight * chance * np.where(high > low, share, (low > units).astype("float64"))
    return total
