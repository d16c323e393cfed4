"""Stock of markets beside that of the hub: what could move, joined to the hub's slots under the same limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.kernels import Ints
from skills.distribution.lines import Moved, describe_lines
from skills.distribution.network import list_departures
from skills.distribution.outcome import Stage
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import KEYS, find_pools, list_limits, pose
from skills.distribution.problem import Problem
from skills.distribution.slots import Slots
from skills.distribution.transfer_kept import list_usual_ways
from skills.distribution.transfer_slots import Moves, list_moves
from skills.distribution.transfers import find_transfer_lanes
from skills.distribution.value import Cartons


@dataclass(frozen=True)
class Transfers:
    """What could move between markets tonight.

    Attributes:
        moves: Cartons that would earn more elsewhere, with their slots.
        quotes: One row per slot, from `quote_transfers`.
        counted: Shipments from the hub that the moved cartons are valued behind, one row per (sku, country, lane):
            cartons; more than these do not leave.
    """

    moves: Moves
    quotes: pd.DataFrame
    counted: pd.DataFrame


def find_transfers(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    transfers: pd.DataFrame,
    products: pd.DataFrame,
    stale: set[str],
    slots: Slots,
    sent: Ints,
    policy: DistributionPolicy,
    as_of: date,
) -> tuple[Transfers | None, pd.DataFrame]:
    """Free stock of markets that would earn more in another, and the departures that could take it.

    Args:
        transfers: From `quote_transfers`.
        products: Complete products.
        stale: Countries whose data is stale.
        slots, sent: Of the hub: its slots, and the cartons that its own best plan sends.

    Returns:
        None where no carton gains by moving; and one row per lane between markets.
    """
    departures = list_departures(lanes, nodes, policy, as_of, find_transfer_lanes(lanes, nodes))
    leaving = slots.frame.iloc[np.flatnonzero(sent)]
    tonight = leaving[[*KEYS, "start_days"]].assign(
        cartons=sent[sent > 0], units=sent[sent > 0] * leaving["carton_units"].to_numpy()
    )
    usual = list_usual_ways(slots.frame, contribution)
    moves = list_moves(
        stock, inbound, nodes, lanes, departures, forecast, transfers, usual, tonight, products, stale, policy, as_of
    )
    if moves is None:
        return None, departures
    frame = moves.slots.frame
    until = frame[["sku", "country", "end_p90"]].rename(columns={"end_p90": "until"})
    every = slots.frame[[*KEYS, "start_days"]].merge(until, on=["sku", "country"], how="inner")
    counted = every.loc[every["start_days"] < every["until"], KEYS]
    counted = counted.merge(tonight[[*KEYS, "cartons"]], on=KEYS, how="left")
    counted["cartons"] = counted["cartons"].fillna(0).astype("int64")
    return Transfers(moves, frame[KEYS].merge(transfers, on=KEYS, how="left"), counted), departures


def pose_with_transfers(
    hub_frame: pd.DataFrame,
    hub_cartons: Cartons,
    kept: Ints,
    held_at_hubs: pd.DataFrame,
    departures: pd.DataFrame,
    contribution: pd.DataFrame,
    found: Transfers,
    ways: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    stale: set[str],
    policy: DistributionPolicy,
) -> tuple[pd.DataFrame, Problem]:
    """The hub's slots and then those between markets, and both as one problem.

    From the hub no more arrives before a moved carton's window ends than was counted when that was valued, so that
    its value is never overstated.

    Args:
        departures, ways: One row per lane that leaves a hub, and per lane between markets.
    """
    slots, facts = found.moves.slots.frame, [*KEYS, "weight_kg", "lane_factor"]
    most = hub_frame[KEYS].merge(found.counted, on=KEYS, how="left")["cartons"].to_numpy(dtype="float64")
    stays = ~(hub_cartons.number > (most - kept)[hub_cartons.slot])
    moved = found.moves.cartons
    cartons = Cartons(
        np.concatenate([hub_cartons.slot[stays], moved.slot + len(hub_frame)]),
        np.concatenate([hub_cartons.number[stays], moved.number]),
        np.concatenate([hub_cartons.value[stays], moved.value]),
    )
    free = slots[["sku", "hub", "free"]].drop_duplicates().rename(columns={"free": "units"})
    shared = [name for name in hub_frame.columns if name in slots.columns]
    frame = pd.concat([hub_frame[shared], slots[shared]], ignore_index=True)
    leaving = pd.concat([departures, ways], ignore_index=True)
    quotes = pd.concat([contribution[facts], found.quotes[facts]], ignore_index=True)
    pools, pool_cartons, _ = find_pools(frame, pd.concat([held_at_hubs, free], ignore_index=True))
    limits = list_limits(frame, leaving, lanes, nodes, quotes, policy)
    kept = np.concatenate([kept, np.zeros(len(slots), dtype="int64")])
    return frame, pose(frame, cartons, pools, pool_cartons, kept, limits, leaving, lanes, quotes, stale, policy)


def describe_moved(
    found: Transfers, first_row: int, stage: Stage, policy: DistributionPolicy, as_of: date
) -> pd.DataFrame:
    """Lines between markets as `describe_lines` tells them, less what is lost where the stock lies.

    Args:
        first_row: The problem's row of the first slot between markets.
    """
    moves, counts = found.moves, stage.solution.counts
    slot = np.flatnonzero(counts[first_row:])
    cartons = counts[first_row:][slot]
    begin = np.searchsorted(moves.cartons.slot, np.arange(len(moves.slots.frame) + 1))
    running = np.concatenate([[0], np.cumsum(moves.lost)])
    after = begin[slot] + cartons
    following = np.where(after < begin[slot + 1], np.append(moves.lost, 0)[after], moves.lost_next[slot])
    all_of_them = running[after] - running[begin[slot]]
    lost = np.stack([moves.lost[begin[slot]], moves.lost[after - 1], following, all_of_them])
    return describe_lines(
        moves.slots,
        slot,
        cartons,
        np.zeros(len(slot), dtype="bool"),
        found.quotes,
        stage.problem,
        stage.solution.priced,
        counts,
        policy,
        as_of,
        Moved(first_row, lost),
    )
