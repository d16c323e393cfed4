"""Shipment lines as a person reads them: quantities, exact money, dates, limits, alternatives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from skills.distribution.flip import find_flips
from skills.distribution.need import chance_short
from skills.distribution.policy import DistributionPolicy
from skills.distribution.problem import Priced, Problem
from skills.distribution.slots import Slots
from skills.distribution.value import fall_only, price_cartons
from skills.vocabulary import Refusal, mark, round_half_even

BY_HUB = mark("hub stock")
BY_SIZE = mark("most cartons per line")
BY_SLOWER = mark("a slower lane, which serves the rest better")
KEPT = mark("The country's data is stale: yesterday's quantity is kept.")
FAST = mark("Stock would run out before the slower lane arrives.")
SLOW = mark("Demand until the next arrival exceeds stock and what is on the way.")
MOVED = mark("Stock of another market earns more here than where it lies.")
BY_NODE, STAYS = mark("free stock of the node that it leaves"), mark("keep where it lies")
HOLD, OTHER_LANE = mark("keep at the hub"), mark("send by another lane")


class MoneyDiffers(Refusal):
    """A line's money in whole minor units is not what the search used."""


@dataclass(frozen=True)
class Moved:
    """What else counts for stock that lies in a market.

    Attributes:
        first_row: Row of the problem of the first slot.
        lost: What leaving costs there: of the first, the last and the next carton, and of all that go [4, line].
    """

    first_row: int
    lost: np.ndarray


def describe_lines(
    slots: Slots,
    slot: np.ndarray,
    cartons: np.ndarray,
    held: np.ndarray,
    contribution: pd.DataFrame,
    problem: Problem,
    priced: Priced,
    chosen: np.ndarray,
    policy: DistributionPolicy,
    as_of: date,
    moved: Moved | None = None,
) -> pd.DataFrame:
    """One row per line; the columns are described at `allocate_stock`.

    Args:
        slot, cartons, held: Per line: its slot, how many cartons, whether it is yesterday's.
        chosen: Cartons of the problem that go, per slot.
        moved: What else counts for stock that lies in a market; None for the hub's.
    """
    frame = slots.frame.iloc[slot].reset_index(drop=True)
    row = np.arange(len(slot))
    knots = slots.needs[:, slot]
    first_row = 0 if moved is None else moved.first_row
    row_of = slot + first_row
    first, last, following, total = value_lines(frame, knots, cartons, policy)
    asked = _asked(problem, priced, row_of)
    if moved is not None:
        asked = asked + moved.lost[0]
        first, last, following, total = np.stack([first, last, following, total]) - moved.lost
    units = cartons * frame["carton_units"].to_numpy()
    keys = ["sku", "country", "lane"]
    facts = [*keys, "weight_kg", "lane_currency", "lane_factor", "net_margin"]
    quoted = frame[keys].merge(contribution[facts], on=keys, how="left", validate="one_to_one")
    cost = reprice(units, frame["cash"].to_numpy())
    morning = pd.Timestamp(as_of)
    day = {name: morning + pd.to_timedelta(np.rint(frame[name]), unit="D") for name in ("depart_days", "start_days")}
    lines = pd.DataFrame(
        {
            **{key: frame[key] for key in keys},
            "hub": frame["hub"],
            "mode": frame["mode"],
            "cartons": cartons,
            "units": units,
            "volume_m3": (cartons * frame["carton_cm3"] / 1_000_000).round(6),
            "weight_kg": (units * quoted["weight_kg"]).round(4),
            "value_base_minor": total,
            "cost_base_minor": cost,
            "cost_minor": np.rint(cost / quoted["lane_factor"]).astype("int64"),
            "cost_currency": quoted["lane_currency"].astype("str"),
            "landed_base_minor": reprice(units, frame["landed"].to_numpy()),
            "first_carton_value": first,
            "last_carton_value": last,
            "next_carton_value": following,
            "asked_base_minor": np.rint(asked).astype("int64"),
            "position": frame["position"],
            "weekly_mean": frame["weekly_mean"],
            "short_percent": (chance_short(knots, row, np.zeros(len(row))) * 100).round(1),
            "window_from": day["start_days"],
            "window_to": morning + pd.to_timedelta(np.rint(frame["end_p50"]), unit="D"),
            "window_days": np.rint(frame["end_p50"] - frame["start_days"]).astype("int64"),
            "depart_on": day["depart_days"],
            "cutoff": day["depart_days"],
            "arrival_p50": day["start_days"],
            "held": held,
            "reason": pd.Series(np.where(held, KEPT, np.where(frame["is_slowest"], SLOW, FAST)), dtype="str"),
            "capped_by": _find_caps(frame, row_of, cartons, following, problem, chosen, policy),
        }
    )
    stays = HOLD
    if moved is not None:
        stays, lines["reason"] = STAYS, pd.Series(MOVED, index=lines.index, dtype="str")
        lines["capped_by"] = lines["capped_by"].replace(BY_HUB, BY_NODE)
    flips = find_flips(slots, slot, asked, policy)
    lines = pd.concat([lines, flips], axis=1)
    lines["alternatives"] = _list_alternatives(slots, slot, cartons, chosen[first_row:], stays, policy)
    _check_money(lines, frame)
    return lines


def reprice(units: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Units × money each, in exact decimals, half even to the minor unit."""
    totals = [
        round_half_even(int(count) * Decimal(str(float(money)))) for count, money in zip(units, each, strict=True)
    ]
    return np.array(totals, dtype="int64")


def _check_money(lines: pd.DataFrame, frame: pd.DataFrame) -> None:
    used = np.rint(frame["cash"] * frame["carton_units"]).astype("int64") * lines["cartons"]
    apart = (used - lines["cost_base_minor"]).abs() > lines["cartons"]
    if apart.any():
        raise MoneyDiffers(
            mark("Line {sku} to {country} costs {exact} in exact money but {used} in the search. Report this night."),
            **lines.loc[apart, ["sku", "country"]].iloc[0].to_dict(),
            exact=int(lines.loc[apart, "cost_base_minor"].iloc[0]),
            used=int(used[apart].iloc[0]),
        )


def value_lines(
    frame: pd.DataFrame, knots: np.ndarray, cartons: np.ndarray, policy: DistributionPolicy
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value of the first, the last and the next carton of each line, and of all that it sends [base minor].

    Args:
        frame: The slot of each line.
        knots: Their needs.
        cartons: How many each sends, at least 1.
    """
    line = np.repeat(np.arange(len(cartons)), cartons + 1)
    ends = np.cumsum(cartons + 1)
    begins = ends - cartons - 1
    number = np.arange(len(line)) - begins[line] + 1
    value = price_cartons(frame, knots, line, number, policy)
    fall_only(line, value)
    running = np.concatenate([[0], np.cumsum(value)])
    return value[begins], value[ends - 2], value[ends - 1], running[ends - 1] - running[begins]


def _asked(problem: Problem, priced: Priced, slot: np.ndarray) -> np.ndarray:
    """What the first carton of each line must earn: the price of the limits and the hub stock it uses."""
    known = np.diff(problem.begin)[slot] > 0
    stock = priced.first_out[problem.pool[slot]] / 2.0**problem.shift
    return np.where(known, np.round(problem.price_of(priced)[slot] + stock, 6), 0.0)


def _find_caps(
    frame: pd.DataFrame,
    slot: np.ndarray,
    cartons: np.ndarray,
    following: np.ndarray,
    problem: Problem,
    chosen: np.ndarray,
    policy: DistributionPolicy,
) -> pd.Series:
    left = problem.left(chosen)[problem.pool[slot]]
    short = problem.short_of(problem.room(chosen))[slot]
    known = np.diff(problem.begin)[slot] > 0
    caps = []
    for line in range(len(slot)):
        if following[line] <= 0 or not known[line]:
            caps.append("")
        elif 0 <= frame["planned_cartons"].iloc[line] <= cartons[line]:
            caps.append(BY_SLOWER)
        elif left[line] <= 0:
            caps.append(BY_HUB)
        elif short[line] >= 0:
            caps.append(problem.names[short[line]][0])
        else:
            caps.append(BY_SIZE if cartons[line] >= policy.most_cartons_per_line else "")
    return pd.Series(caps, index=frame.index, dtype="str")


def _list_alternatives(
    slots: Slots,
    slot: np.ndarray,
    cartons: np.ndarray,
    chosen: np.ndarray,
    stays: str,
    policy: DistributionPolicy,
) -> pd.Series:
    """Per line: the same units by the best other lane, beyond what goes there anyway, and keeping them (0)."""
    pair = slots.windows.pair
    of_pair = pd.Series(np.arange(len(pair))).groupby(pair).indices
    options = [(line, other) for line, own in enumerate(slot) for other in of_pair[pair[own]] if other != own]
    found: list[list[dict[str, object]]] = [[] for _ in slot]
    if options:
        line, other = (np.array(column) for column in zip(*options, strict=True))
        knots = slots.needs_alone[:, other]
        frame = slots.frame.iloc[other].reset_index(drop=True)
        frame["at_arrival"] = frame["at_arrival_alone"]
        lanes, carton_units = frame["lane"].tolist(), frame["carton_units"].to_numpy()
        each = np.repeat(np.arange(len(other)), cartons[line])
        number = np.arange(len(each)) - (np.cumsum(cartons[line]) - cartons[line])[each] + chosen[other][each] + 1
        total = np.zeros(len(other), dtype="int64")
        np.add.at(total, each, price_cartons(frame, knots, each, number, policy))
        for option in np.lexsort((np.arange(len(other)), -total, line)):
            if not found[line[option]]:
                units = int(cartons[line[option]] * carton_units[option])
                found[line[option]].append(
                    {"what": OTHER_LANE, "lane": lanes[option], "units": units, "value_minor": int(total[option])}
                )
    for held_units, options_of_line in zip(
        cartons * slots.frame["carton_units"].to_numpy()[slot], found, strict=True
    ):
        options_of_line.append({"what": stays, "lane": "", "units": int(held_units), "value_minor": 0})
    return pd.Series(found, dtype=object)
