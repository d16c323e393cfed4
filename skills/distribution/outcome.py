"""What a solved problem comes to, as tables: cartons in order, limits, charges, and what proves the bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.distribution.pose import ENTRY, KEYS, LANE_CHARGE, LANE_VOLUME, LANE_WEIGHT, NODE_VOLUME
from skills.distribution.problem import Problem
from skills.distribution.solve import Solution

_RANKED, _BELOW_THE_LINE = 200, 50
_READ_PER = {LANE_VOLUME: 1_000_000, NODE_VOLUME: 1_000_000, LANE_WEIGHT: 1000}


@dataclass(frozen=True)
class Stage:
    """A problem and the plan that was found for it.

    Attributes:
        frame: Slots, one row per row of the problem.
        problem: As posed.
        solution: Its plan and what bounds it.
    """

    frame: pd.DataFrame
    problem: Problem
    solution: Solution


def rank_cartons(stage: Stage) -> pd.DataFrame:
    """Cartons best first by value less the price of limits, as `Allocation.ranked` holds them."""
    problem, frames = stage.problem, stage.frame
    slot, value = problem.slot, problem.value
    chosen = problem.place < stage.solution.counts[slot]
    price = problem.price_of(stage.solution.priced)[slot]
    reduced = value - price
    order = np.lexsort((np.arange(len(chosen)), -reduced, ~chosen))
    rank = np.empty(len(order), dtype="int64")
    by_price = np.lexsort((np.arange(len(chosen)), -reduced))
    rank[by_price] = np.arange(1, len(order) + 1)
    sent = int(chosen.sum())
    above = order[: min(sent, _RANKED - _BELOW_THE_LINE)]
    shown = np.concatenate([above, order[sent : sent + _RANKED - len(above)]])
    cash_used, volume_used = np.empty(len(order), dtype="int64"), np.empty(len(order), dtype="int64")
    cash = np.rint(frames["cash"].to_numpy() * frames["carton_units"].to_numpy()).astype("int64")[slot]
    volume, lanes = frames["carton_cm3"].to_numpy()[slot], problem.shipment[slot]
    cash_used[order] = np.cumsum(cash[order])
    for lane in np.unique(lanes):
        of_lane = order[lanes[order] == lane]
        volume_used[of_lane] = np.cumsum(volume[of_lane])
    frame = frames.iloc[slot[shown]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "rank": rank[shown],
            **{key: frame[key] for key in KEYS},
            "units": frame["carton_units"],
            "value_minor": value[shown],
            "price_minor": np.rint(price[shown]).astype("int64"),
            "cash_minor": cash[shown],
            "cash_used_minor": cash_used[shown],
            "volume_m3": (volume[shown] / 1_000_000).round(6),
            "volume_used_m3": (volume_used[shown] / 1_000_000).round(6),
            "chosen": chosen[shown],
        }
    )


def describe_limits(stage: Stage) -> pd.DataFrame:
    """Every shared limit with what new cartons take of it and what one more unit of it would bring."""
    problem = stage.problem
    price = stage.solution.priced.prices / 2.0**problem.shift
    scale = np.array([_READ_PER.get(kind, 1) for kind, _ in problem.names], dtype="float64")
    return pd.DataFrame(
        {
            "limit": pd.Series([kind for kind, _ in problem.names], dtype="str"),
            "subject": pd.Series([subject for _, subject in problem.names], dtype="str"),
            "holds": problem.limits,
            "used": problem.limits - problem.room(stage.solution.counts),
            "price": price,
            "price_base_minor": np.round(price * scale, 6),
        }
    )


def describe_charges(stage: Stage, lanes: pd.Series) -> pd.DataFrame:
    """Every charge of the problem, none left out; `lanes` are those that leave, in its order."""
    countries = sorted(set(stage.frame["country"]))
    return pd.DataFrame(
        {
            "charge": pd.Series([LANE_CHARGE] * len(lanes) + [ENTRY] * len(countries), dtype="str"),
            "subject": pd.Series([*lanes, *countries], dtype="str"),
            "cost_base_minor": stage.problem.charges,
            "paid": stage.problem.opened(stage.solution.counts),
        }
    )


def describe_parts(stage: Stage, charges: pd.DataFrame) -> pd.DataFrame:
    """The parts of all plans, as `Allocation.parts` holds them."""
    names, parts = list(zip(charges["charge"], charges["subject"], strict=True)), stage.solution.parts
    return pd.DataFrame(
        {
            "shut": [[names[gate] for gate in sorted(part.shut)] for part in parts],
            "paid": [[names[gate] for gate in sorted(part.paid)] for part in parts],
            "prices": [(part.prices / 2.0**stage.problem.shift).tolist() for part in parts],
        }
    )


def describe_candidates(stage: Stage) -> pd.DataFrame:
    """One row per carton of the problem: sku, country, lane, carton, value_base_minor."""
    frame = stage.frame.iloc[stage.problem.slot][KEYS].reset_index(drop=True)
    return frame.assign(carton=stage.problem.place + 1, value_base_minor=stage.problem.value)
