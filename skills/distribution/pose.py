"""The night as a problem in whole numbers: pools of hub stock, limits, and what kept lines have taken of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from skills.distribution.bound import Problem
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import Slots
from skills.distribution.value import Cartons

KEYS = ["sku", "country", "lane"]


def find_pools(slots: Slots, hub: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per slot its pool; per pool the cartons and the units that the hub may send."""
    keys = slots.frame[["sku", "hub"]]
    pools = keys.groupby(["sku", "hub"], sort=True).ngroup().to_numpy()
    first = slots.frame.assign(pool=pools).drop_duplicates("pool").sort_values("pool", kind="stable")
    units = first[["sku", "hub", "carton_units"]].merge(hub, on=["sku", "hub"], how="left")
    held = units["units"].fillna(0).clip(lower=0).astype("int64").to_numpy()
    return pools, held // units["carton_units"].to_numpy(dtype="int64"), held


def keep_held(
    slots: Slots,
    held: pd.DataFrame,
    stale: set[str],
    pools: np.ndarray,
    pool_cartons: np.ndarray,
    departures: pd.DataFrame,
    policy: DistributionPolicy,
) -> np.ndarray:
    """Cartons per slot kept from yesterday, by (sku, country, lane), as far as hub stock, lanes and cash reach."""
    kept = np.zeros(len(slots.frame), dtype="int64")
    left = pool_cartons.copy()
    room = dict(zip(departures["lane"], departures["capacity_cm3"], strict=True))
    cash = policy.weekly_cash_minor
    wanted = held[held["country"].isin(stale)].groupby(KEYS)["units"].sum()
    rows = slots.frame[KEYS].reset_index().merge(wanted.reset_index(), on=KEYS, how="inner")
    for row, lane, units in zip(rows["index"], rows["lane"], rows["units"], strict=True):
        volume = int(slots.frame["carton_cm3"].iloc[row])
        each = int(np.rint(slots.frame["cash"].iloc[row] * slots.frame["carton_units"].iloc[row]))
        most = min(int(units) // int(slots.frame["carton_units"].iloc[row]), int(left[pools[row]]))
        if room[lane] >= 0 and volume > 0:
            most = min(most, room[lane] // volume)
        if cash is not None and each > 0:
            most = min(most, cash // each)
        kept[row] = most
        left[pools[row]] -= most
        room[lane] -= most * volume if room[lane] >= 0 else 0
        cash = None if cash is None else cash - most * each
    return kept


def pose(
    slots: Slots,
    cartons: Cartons,
    pools: np.ndarray,
    pool_cartons: np.ndarray,
    kept: np.ndarray,
    departures: pd.DataFrame,
    lanes: pd.DataFrame,
    contribution: pd.DataFrame,
    stale: set[str],
    policy: DistributionPolicy,
) -> Problem:
    """What the search has to decide, once kept lines have had their part.

    Args:
        slots: Every (sku, country, lane) considered.
        cartons: Per carton that could leave: its slot and what it is worth [base minor].
        pools: Pool of each slot.
        pool_cartons: Cartons that each pool may send.
        kept: Cartons per slot that are kept from yesterday; they use up pools, volume and cash.
        departures: One row per lane that leaves: capacity_cm3, below 0 for no limit.
        lanes: One row per lane: fixed_minor.
        contribution: One row per (sku, country, lane): lane_factor.
        stale: Countries that get nothing but what is kept.
        policy: Weekly cash, least shipment, threshold.

    Returns:
        The problem in whole cartons, cm³ and base minor units, without cartons of stale countries and of lanes that
        cannot fill their least shipment.
    """
    frame = slots.frame
    fresh = ~frame["country"].isin(stale).to_numpy()[cartons.slot]
    slot = cartons.slot[fresh]
    lane_of_slot = pd.Index(departures["lane"]).get_indexer(frame["lane"])
    per_carton = {
        name: np.rint((frame[name] * frame["carton_units"]).to_numpy()).astype("int64") for name in ("cash", "landed")
    }
    volume = frame["carton_cm3"].to_numpy()
    taken = np.zeros(len(departures), dtype="int64")
    np.add.at(taken, lane_of_slot, kept * volume)
    landed = np.zeros(len(departures), dtype="int64")
    np.add.at(landed, lane_of_slot, kept * per_carton["landed"])
    capacity = departures["capacity_cm3"].to_numpy()
    room = np.where(capacity < 0, -1, np.maximum(capacity - taken, 0))
    cash = (
        -1 if policy.weekly_cash_minor is None else policy.weekly_cash_minor - int((kept * per_carton["cash"]).sum())
    )
    left = pool_cartons - np.bincount(pools, weights=kept, minlength=len(pool_cartons)).astype("int64")
    leaves_anyway = landed > 0
    return _leave_out_hopeless(
        Problem(
            slot=slot,
            value=cartons.value[fresh],
            pool=pools[slot],
            pool_cartons=left,
            lane=lane_of_slot[slot],
            volume=volume[slot],
            cash=per_carton["cash"][slot],
            landed=per_carton["landed"][slot],
            limits=np.append(room, cash),
            least_landed=np.maximum(policy.minimum_shipment_minor - landed, 0),
            least_value=np.where(leaves_anyway, 0, _fixed_charges(departures, lanes, contribution)),
            least_cartons=policy.threshold_cartons,
        )
    )


def _leave_out_hopeless(problem: Problem) -> Problem:
    """Without the cartons of lanes that could not fill their least shipment with everything that has value."""
    every = np.ones(len(problem.slot), dtype=bool)
    landed, value = problem.by_lane(problem.landed, every), problem.by_lane(problem.value, every)
    hopeless = (landed < problem.least_landed) | (value < problem.least_value)
    stays = ~hopeless[problem.lane]
    per_carton = ("slot", "value", "pool", "lane", "volume", "cash", "landed")
    return replace(problem, **{name: getattr(problem, name)[stays] for name in per_carton})


def _fixed_charges(departures: pd.DataFrame, lanes: pd.DataFrame, contribution: pd.DataFrame) -> np.ndarray:
    """What a shipment costs before its first unit [base minor]; its cartons must earn at least that."""
    factor = contribution.dropna(subset="lane_factor").drop_duplicates("lane").set_index("lane")["lane_factor"]
    fixed = lanes.set_index("lane")["fixed_minor"].fillna(0) * factor.reindex(lanes["lane"]).fillna(0).to_numpy()
    charges = np.rint(fixed.reindex(departures["lane"]).to_numpy(dtype="float64"))
    return np.asarray(charges, dtype="int64")
