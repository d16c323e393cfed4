"""The smallest change that would bring a shipment line to nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from skills.distribution.need import Windows, find_need
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import Slots
from skills.distribution.value import price_cartons

_LONGEST_DELAY = 60
_HALVINGS = 24


def find_flips(slots: Slots, slot: np.ndarray, asked: np.ndarray, policy: DistributionPolicy) -> pd.DataFrame:
    """What would have to change until a line's first carton is worth no more than it is asked to pay.

    One thing changes, all else stays. Demand: every path times 1 − x. Margin: the contribution less x of it. Transit:
    this shipment arrives so many days later, the next one on time. Of the three the relatively smallest counts
    (days as a share of the lane's usual transit; ties: demand, margin, transit).

    Args:
        slot: Row of the slot of each line.
        asked: What the first carton must exceed: the worth of hub stock and limits elsewhere [base minor].

    Returns:
        One row per line: flip_kind, flip_value (−14.0 % or 9 days), flip_unit, and flip_demand_percent,
        flip_margin_percent (negative; NaN = never), flip_transit_days (0 = not within 60 days).
    """
    windows, frame = slots.windows.take(slot), slots.frame.iloc[slot].reset_index(drop=True)
    row = np.arange(len(slot))

    def first_value(lines: pd.DataFrame, scale: np.ndarray | float, delay: np.ndarray | float) -> np.ndarray:
        knots = find_need(windows, slots.demand, policy.lost_sale_percent / 100, scale, delay)
        scaled = lines.assign(weekly_mean=lines["weekly_mean"] * scale)
        return price_cartons(scaled, knots, row, np.ones(len(row), dtype="int64"), policy)

    demand = _shrink(lambda share: first_value(frame, share, 0.0) > asked, len(slot))
    margin = _shrink(lambda share: first_value(_earn_less(frame, share), 1.0, 0.0) > asked, len(slot))
    days = _first_delay(windows, lambda delay: first_value(frame, 1.0, delay) > asked)
    transit = frame["transit_days"].to_numpy()
    relative = np.stack([-demand, -margin, np.where(days > 0, days / np.maximum(transit, 1.0), np.inf) * 100])
    relative = np.where(np.isnan(relative), np.inf, relative)
    smallest = relative.argmin(axis=0)
    kinds = np.array(["demand", "margin", "transit"])[smallest]
    value = np.where(smallest == 0, demand, np.where(smallest == 1, margin, days))
    return pd.DataFrame(
        {
            "flip_kind": pd.Series(kinds, dtype="str"),
            "flip_value": value,
            "flip_unit": pd.Series(np.where(smallest == 2, "days", "%"), dtype="str"),
            "flip_demand_percent": demand,
            "flip_margin_percent": margin,
            "flip_transit_days": days,
        }
    )


def _earn_less(frame: pd.DataFrame, share: np.ndarray) -> pd.DataFrame:
    """The slots with so much of their contribution. Of stock of a market the contribution is what a unit earns less
    what moving it costs, and no unit saves more than it earns."""
    if "earns" not in frame:
        return frame.assign(contribution=frame["contribution"] * share)
    earns = (frame["earns"] - frame["move_cost"]) * share + frame["move_cost"]
    later = np.minimum(frame["later_value"], earns)
    return frame.assign(contribution=earns - later, later_value=later)


def _shrink(holds: Callable[[np.ndarray], np.ndarray], lines: int) -> np.ndarray:
    """The reduction in percent (negative, one decimal) from which on a line no longer holds, by halving."""
    low, high = np.zeros(lines), np.ones(lines)
    never = holds(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        still = holds(middle)
        high = np.where(still, middle, high)
        low = np.where(still, low, middle)
    return np.where(never, np.nan, np.round((high - 1.0) * 100, 1))


def _first_delay(windows: Windows, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Whole days of delay from which on a line no longer holds, by halving; 0 when it still does after 60."""
    low = np.zeros(len(windows.pair))
    high = np.full(len(windows.pair), float(_LONGEST_DELAY))
    never = holds(high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        still = holds(middle)
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    return np.where(never, 0, high).astype("int64")
