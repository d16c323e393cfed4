"""Lanes of one SKU and country together: how much the faster brings, behind which the slower is valued."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from skills.distribution.demand import Demand
from skills.distribution.need import Windows, add_arrivals, find_need
from skills.distribution.policy import DistributionPolicy
from skills.distribution.value import value_slots


def plan_faster(
    frame: pd.DataFrame, windows: Windows, demand: Demand, hub_cartons: np.ndarray, policy: DistributionPolicy
) -> np.ndarray:
    """The most cartons that a lane with a slower one beside it may bring tonight, per slot; −1 for the slowest.

    What a faster shipment brings too much is still there when the slower arrives, and takes sales from it. So, from
    the fastest lane on, its cartons are added one by one as long as the value of the next is above what the next
    slower lane then loses of its own best value; hub stock and limits are left to the search. The slower lane is
    valued behind all that number: where fewer go, its cartons are worth more than is said, never less.

    Args:
        frame: Slots, sorted: start_days, lane and what `price_cartons` reads.
        windows: The same rows, without anything of tonight.
        hub_cartons: What the slot's hub holds of its SKU [cartons].
    """
    pair, start, carton = windows.pair, frame["start_days"].to_numpy(), frame["carton_units"].to_numpy()
    order = np.lexsort((np.arange(len(pair)), start, pair))
    same = np.append(pair[order][1:] == pair[order][:-1], False) if len(pair) else np.zeros(0, dtype=bool)
    slower = np.full(len(pair), -1)
    slower[order[:-1][same[:-1]]] = order[1:][same[:-1]]
    first = np.searchsorted(pair[order], pair[order], side="left")
    level = np.empty(len(pair), dtype="int64")
    level[order] = np.arange(len(pair)) - first
    planned = np.where(slower >= 0, 0, -1)
    for step in range(int(level.max(initial=0))):
        fast = np.flatnonzero((level == step) & (slower >= 0))
        behind = stand_behind(frame, windows, planned)
        own = _values(frame, behind, demand, fast, hub_cartons, policy)
        before = _worth(frame, behind, demand, slower[fast], hub_cartons, policy)
        active = np.arange(len(fast))
        number = 0
        while len(active):
            active = active[[number < len(own[at]) for at in active]]
            number += 1
            rows = slower[fast[active]]
            units = number * carton[fast[active]]
            added = add_arrivals(behind.take(rows), np.arange(len(rows)), start[fast[active]], units)
            after = _worth(frame.iloc[rows], added, demand, np.arange(len(rows)), hub_cartons[rows], policy)
            gain = np.array([own[at][number - 1] for at in active], dtype="int64") + after - before[active]
            active, after = active[gain > 0], after[gain > 0]
            before[active] = after
            planned[fast[active]] = number
    return planned


def stand_behind(frame: pd.DataFrame, windows: Windows, planned: np.ndarray) -> Windows:
    """The windows with what faster lanes of the same SKU and country are planned to bring tonight."""
    start, carton = frame["start_days"].to_numpy(), frame["carton_units"].to_numpy()
    sends = np.flatnonzero(planned > 0)
    of_pair = pd.Series(np.arange(len(windows.pair))).groupby(windows.pair).indices
    rows = [(slot, fast) for fast in sends for slot in of_pair[windows.pair[fast]] if start[slot] > start[fast]]
    slot, fast = (np.array(column, dtype="int64") for column in zip(*rows, strict=True)) if rows else (sends, sends)
    return add_arrivals(windows, slot[: len(rows)], start[fast][: len(rows)], (planned * carton)[fast][: len(rows)])


def left_at_arrival(windows: Windows, demand: Demand) -> np.ndarray:
    """Units left on the mean path of demand when each window's shipment arrives."""
    left = windows.supply_before(windows.start) - demand.mean_at(windows.pair, windows.start)
    return np.asarray(np.maximum(left, 0.0).round(4))


def _values(
    frame: pd.DataFrame,
    windows: Windows,
    demand: Demand,
    rows: np.ndarray,
    hub_cartons: np.ndarray,
    policy: DistributionPolicy,
) -> list[np.ndarray]:
    """Values above zero of the cartons of each row, first to last."""
    part = windows.take(rows)
    slots = frame.iloc[rows].reset_index(drop=True).assign(at_arrival=left_at_arrival(part, demand))
    knots = find_need(part, demand, policy.lost_sale_percent / 100)
    slot, _, value = value_slots(slots, knots, hub_cartons[rows], policy)
    ends = np.searchsorted(slot, np.arange(len(rows) + 1))
    return [value[low:high] for low, high in pairwise(ends)]


def _worth(
    frame: pd.DataFrame,
    windows: Windows,
    demand: Demand,
    rows: np.ndarray,
    hub_cartons: np.ndarray,
    policy: DistributionPolicy,
) -> np.ndarray:
    """The most that each row alone can earn."""
    values = _values(frame, windows, demand, rows, hub_cartons, policy)
    return np.array([int(value.sum()) for value in values], dtype="int64")
