"""The marginal value of the next carton, in integer minor units, never rising from carton to carton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skills.distribution.ages import age_cost
from skills.distribution.need import expected_sold
from skills.distribution.policy import DistributionPolicy

if TYPE_CHECKING:
    from skills.distribution.slots import Slots


@dataclass(frozen=True)
class Cartons:
    """Cartons that would earn money, in canonical order: by slot, then first to last.

    Attributes:
        slot: Row of the slots.
        number: 1 for the first carton on that slot.
        value: Base minor units, > 0, never rising within a slot.
    """

    slot: np.ndarray
    number: np.ndarray
    value: np.ndarray


def value_cartons(slots: Slots, hub_cartons: np.ndarray, policy: DistributionPolicy) -> Cartons:
    """Every carton with a value above zero that the hub could send, at least the first of each slot; of a lane with a
    slower one beside it no more than `planned_cartons`.

    Args:
        hub_cartons: What the slot's hub holds of its SKU [cartons], per slot.
    """
    planned = slots.frame["planned_cartons"].to_numpy()
    most = np.where(planned < 0, np.maximum(hub_cartons, 1), np.minimum(planned, np.maximum(hub_cartons, 1)))
    return Cartons(*value_slots(slots.frame, slots.needs, most, policy))


def value_slots(
    slots: pd.DataFrame, knots: np.ndarray, most: np.ndarray, policy: DistributionPolicy
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cartons with a value above zero, at most so many per slot: which slot, the so-manieth, value [base minor]."""
    useful = np.maximum(knots[:, :, -1].max(axis=0), 0.0)
    if "cliff_units" in slots:
        useful = np.maximum(useful, slots["cliff_units"].to_numpy(dtype="float64"))
    most_needed = np.ceil(useful / slots["carton_units"].to_numpy())
    most = np.minimum(np.minimum(most_needed.astype("int64"), most), policy.most_cartons_per_line)
    most = np.where(slots["contribution"].to_numpy() > 0, most, 0)
    slot = np.repeat(np.arange(len(most)), most)
    number = np.arange(len(slot)) - np.repeat(np.cumsum(most) - most, most) + 1
    value = price_cartons(slots, knots, slot, number, policy)
    fall_only(slot, value)
    keep = value > 0
    return slot[keep], number[keep], value[keep]


def price_cartons(
    slots: pd.DataFrame, knots: np.ndarray, slot: np.ndarray, number: np.ndarray, policy: DistributionPolicy
) -> np.ndarray:
    """Value of the so-manieth carton on a slot [base minor, integers].

    sold × lost share × contribution − left over × (hub option + freight premium) − units × (weeks until sold ×
    holding + age fees until sold), where sold = expected sales with this carton − without it, left over = units −
    sold, and weeks until sold = (stock left at arrival + the carton's middle unit) ÷ weekly mean, at most
    `most_weeks_held`. Units that lift the product out of a fee bring what they save of it (`fees_lifted`). Of stock
    of a market each unit pays move_cost and, sold within `most_weeks_held`, brings later_value besides (columns of
    `transfer_slots` alone).
    """
    column = {
        name: slots[name].to_numpy()[slot]
        for name in ("carton_units", "contribution", "option", "premium", "holding_week", "at_arrival", "weekly_mean")
    }
    units = column["carton_units"].astype("float64")
    sold = expected_sold(knots, slot, number * units) - expected_sold(knots, slot, (number - 1) * units)
    ahead = column["at_arrival"] + (number - 0.5) * units
    selling = column["weekly_mean"] > 0
    weeks = np.where(selling, ahead / np.where(selling, column["weekly_mean"], 1.0), np.inf)
    weeks = np.minimum(weeks, float(policy.most_weeks_held))
    earned = sold * column["contribution"] * policy.lost_sale_percent / 100
    left_over = (units - sold) * (column["option"] + column["premium"])
    held = weeks * column["holding_week"] + age_cost(slots, slot, weeks)
    value = earned - left_over - units * held + fees_lifted(slots, slot, number)
    if "later_value" in slots:
        later = slots["later_value"].to_numpy()[slot] * (weeks < policy.most_weeks_held)
        value = value + units * (later - slots["move_cost"].to_numpy()[slot])
    return np.asarray(np.rint(value), dtype="int64")


def fees_lifted(slots: pd.DataFrame, slot: np.ndarray, number: np.ndarray) -> np.ndarray:
    """What the so-manieth carton saves of a fee on low stock [base minor]: cliff_value a unit up to cliff_units.

    Slots without these columns save nothing.
    """
    if "cliff_units" not in slots:
        return np.zeros(len(slot))
    units = slots["carton_units"].to_numpy(dtype="float64")[slot]
    inside = np.clip(slots["cliff_units"].to_numpy(dtype="float64")[slot] - (number - 1) * units, 0.0, units)
    return np.asarray(inside * slots["cliff_value"].to_numpy(dtype="float64")[slot])


def fall_only(slot: np.ndarray, value: np.ndarray) -> None:
    """Lower, in place, each carton that rounding has put above the one before it on its slot."""
    same = slot[1:] == slot[:-1]
    while True:
        rising = same & (value[1:] > value[:-1])
        if not rising.any():
            return
        rows = np.flatnonzero(rising)
        value[rows + 1] = value[rows]
