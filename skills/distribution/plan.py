"""Split the hub's stock over countries and lanes by marginal value, in whole cartons, with a bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from skills.distribution.alarms import find_alarms
from skills.distribution.bound import Priced, Problem, lower_bound
from skills.distribution.exact import solve_exactly
from skills.distribution.kernels import Ints
from skills.distribution.lines import describe_lines
from skills.distribution.network import list_departures
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import (
    ENTRY,
    LANE_CHARGE,
    LANE_VOLUME,
    LANE_WEIGHT,
    NODE_VOLUME,
    find_pools,
    keep_held,
    list_limits,
    pose,
    refuse_unreal,
)
from skills.distribution.search import Branch, branch, find_plan
from skills.distribution.slots import Slots, hub_stock, list_slots
from skills.distribution.standins import complete_products
from skills.distribution.value import value_cartons
from skills.distribution.waiting import list_waiting
from skills.vocabulary import mark

BY_PRICES, BY_PROGRAM = mark("multipliers"), mark("integer program")
_RANKED, _BELOW_THE_LINE = 200, 50
_KEYS = ["sku", "country", "lane"]
_COUNTED = ["contribution", "holding_week", "landed", "cash", "weight_kg"]
_READ_PER = {LANE_VOLUME: 1_000_000, NODE_VOLUME: 1_000_000, LANE_WEIGHT: 1000}


@dataclass(frozen=True)
class Allocation:
    """Tonight's shipments and how good they are.

    Attributes:
        lines: One row per (sku, country, lane) that is sent.
        ranked: One row per carton, best first by value less the price of the limits it uses: the first 150, then the
            next 50 below the line. rank, sku, country, lane, units, value_minor, price_minor (of the limits it
            uses), cash_minor and volume_m3 that it takes, cash_used_minor and volume_used_m3 (of its lane) with all
            that stand before it, chosen.
        waiting: One row per (sku, country) that needs something and gets nothing.
        alarms: One row per (sku, country) that runs short before anything can arrive.
        limits: One row per shared limit that is set: limit, subject (the lane or node), holds (what kept lines
            leave), used, price (per cm³, gram or base minor), price_base_minor (per m³, per kg, per base minor of
            cash).
        charges: One row per charge that is paid once: charge, subject (the lane or country), cost_base_minor, paid.
        parts: What proves the bound: one row per part of all plans, with the charges that it does without (shut) and
            pays, and its prices in the order of `limits`.
        candidates: One row per carton that could leave and has a value above zero: sku, country, lane, carton
            (1 = first), value_base_minor.
        slots: Every (sku, country, lane) considered, with its window: what the explanation reads.
        value_base_minor: Expected value of what is new tonight, less the charges it pays; lines kept from yesterday
            are not counted.
        bound_base_minor: No plan within the limits has more.
        gap_percent: (bound − value) ÷ bound, four decimals.
        method: How the plan was found: "integer program" or "multipliers".
    """

    lines: pd.DataFrame
    ranked: pd.DataFrame
    waiting: pd.DataFrame
    alarms: pd.DataFrame
    limits: pd.DataFrame
    charges: pd.DataFrame
    parts: pd.DataFrame
    candidates: pd.DataFrame
    slots: Slots
    value_base_minor: int
    bound_base_minor: int
    gap_percent: str
    method: str


def allocate_stock(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    products: pd.DataFrame,
    feeds: pd.DataFrame,
    held: pd.DataFrame,
    policy: DistributionPolicy,
    base_currency: str,
    as_of: date,
) -> Allocation:
    """Send each carton where it is worth most, until the hub, a limit or the value is used up.

    Args:
        stock: One row per (sku, node, state): units.
        inbound: One row per (shipment, sku): to_node, units, eta.
        nodes: One row per node: stage hub, regional or forward.
        lanes: One row per lane.
        forecast: One row per (sku, country, weeks_ahead): cumulative mean and quantiles from as_of [units].
        contribution: From `quote_contribution`.
        products: One row per sku.
        feeds: One row per (country, feed): stale. A country with a stale feed gets what `held` says and nothing else.
        held: One row per (sku, country, lane): units of yesterday's plan for stale countries; taken first, in whole
            cartons, as far as the hub and the lanes reach.
        base_currency: Of every amount in the answer.

    Returns:
        The allocation. Its lines: cartons, units, volume_m3, weight_kg, value_base_minor (expected value of the line
        against keeping it at the hub), cost_base_minor (freight, duty, tax paid when shipped; cost_minor and
        cost_currency in the lane's money), landed_base_minor, value of the first, last and next carton,
        asked_base_minor (what the first carton had to exceed), position [units], weekly_mean, short_percent,
        window_from, window_to, window_days, depart_on, cutoff, arrival_p50, held, reason, capped_by, flip_kind,
        flip_value, flip_unit, all three flips, alternatives (list).

    Raises:
        NoHub: no node is a hub.
        DuplicateProduct: a SKU stands twice in products.
        NotANumber: a quantity, a forecast or an amount is missing or infinite.
        TooLarge: a carton's value, volume, weight or cash, or a limit, is beyond counting.
    """
    quoted = contribution.loc[contribution["wait_reason"] == "", [*_KEYS, *_COUNTED]]
    refuse_unreal({"stock": stock, "inbound": inbound, "forecast": forecast, "contribution": quoted, "held": held})
    full = complete_products(products)
    departures = list_departures(lanes, nodes, policy, as_of)
    slots = list_slots(stock, inbound, nodes, lanes, departures, forecast, contribution, full, policy, as_of)
    hub = hub_stock(stock, nodes, policy)
    pools, pool_cartons, hub_units = find_pools(slots, hub)
    stale = {str(country) for country in feeds.loc[feeds["stale"].astype("bool"), "country"]}
    limits = list_limits(slots, departures, lanes, nodes, contribution, policy)
    kept = keep_held(slots, held, stale, pools, pool_cartons, limits)
    cartons = value_cartons(slots, pool_cartons[pools], policy)
    problem = pose(slots, cartons, pools, pool_cartons, kept, limits, departures, lanes, contribution, stale, policy)
    solution = solve(problem, len(set(slots.frame["sku"])), policy)
    counts, priced, bound = solution.counts, solution.priced, solution.bound
    slot = np.flatnonzero(counts + kept)
    lines = describe_lines(
        slots, slot, (counts + kept)[slot], kept[slot] > 0, contribution, problem, priced, counts, policy, as_of
    )
    value = problem.worth(counts)
    charges = _list_charges(problem, counts, departures, slots)
    return Allocation(
        lines=lines,
        ranked=_rank(slots, problem, priced, counts),
        waiting=list_waiting(
            held,
            forecast,
            lanes,
            departures,
            contribution,
            slots,
            cartons,
            problem,
            counts,
            stale,
            lines[["sku", "country"]],
        ),
        alarms=find_alarms(slots, hub_units[pools], policy, as_of),
        limits=_list_limits(problem, priced, counts),
        charges=charges[charges["cost_base_minor"] > 0].reset_index(drop=True),
        parts=_list_parts(problem, solution.parts, charges),
        candidates=_list_candidates(slots, problem),
        slots=slots,
        value_base_minor=value,
        bound_base_minor=bound,
        gap_percent=_gap(value, bound),
        method=solution.method,
    )


@dataclass(frozen=True)
class Solution:
    """A plan and what proves how good it is.

    Attributes:
        counts: Cartons per slot.
        priced: The split at the prices that bound all plans.
        parts: Parts of all plans, whose prices prove the bound together.
        bound: No plan has more value [base minor].
        method: How the plan was found.
    """

    counts: Ints
    priced: Priced
    parts: list[Branch]
    bound: int
    method: str


def solve(problem: Problem, skus: int, policy: DistributionPolicy) -> Solution:
    """The plan of a posed problem, as good as the policy asks."""
    priced, target = lower_bound(problem), Fraction(policy.gap_percent)
    counts, parts = branch(problem, priced, find_plan(problem, priced), target)
    bound, value = max(part.bound for part in parts), problem.worth(counts)
    if skus >= policy.exact_below_skus or (bound - value) * 100 <= target * bound:
        return Solution(counts, priced, parts, bound, BY_PRICES)
    solved = solve_exactly(problem, priced, counts, target, policy.exact_nodes)
    better = counts if solved.counts is None else solved.counts
    return Solution(better, priced, parts, min(bound, max(solved.bound, problem.worth(better))), BY_PROGRAM)


def _gap(value: int, bound: int) -> str:
    share = Decimal(bound - value) * 100 / bound if bound else Decimal(0)
    return format(share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN), "f")


def _rank(slots: Slots, problem: Problem, priced: Priced, counts: Ints) -> pd.DataFrame:
    slot, chosen = problem.slot, problem.place < counts[problem.slot]
    price = problem.price_of(priced)[slot]
    reduced = problem.value - price
    order = np.lexsort((np.arange(len(chosen)), -reduced, ~chosen))
    rank = np.empty(len(order), dtype="int64")
    by_price = np.lexsort((np.arange(len(chosen)), -reduced))
    rank[by_price] = np.arange(1, len(order) + 1)
    sent = int(chosen.sum())
    above = order[: min(sent, _RANKED - _BELOW_THE_LINE)]
    shown = np.concatenate([above, order[sent : sent + _RANKED - len(above)]])
    cash_used, volume_used = np.empty(len(order), dtype="int64"), np.empty(len(order), dtype="int64")
    whole = slots.frame["carton_units"].to_numpy()
    cash = np.rint(slots.frame["cash"].to_numpy() * whole).astype("int64")[slot]
    volume, lanes = slots.frame["carton_cm3"].to_numpy()[slot], problem.shipment[slot]
    cash_used[order] = np.cumsum(cash[order])
    for lane in np.unique(lanes):
        of_lane = order[lanes[order] == lane]
        volume_used[of_lane] = np.cumsum(volume[of_lane])
    frame = slots.frame.iloc[slot[shown]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "rank": rank[shown],
            **{key: frame[key] for key in _KEYS},
            "units": frame["carton_units"],
            "value_minor": problem.value[shown],
            "price_minor": np.rint(price[shown]).astype("int64"),
            "cash_minor": cash[shown],
            "cash_used_minor": cash_used[shown],
            "volume_m3": (volume[shown] / 1_000_000).round(6),
            "volume_used_m3": (volume_used[shown] / 1_000_000).round(6),
            "chosen": chosen[shown],
        }
    )


def _list_limits(problem: Problem, priced: Priced, counts: Ints) -> pd.DataFrame:
    """Every shared limit with what new cartons take of it and what one more unit of it would bring."""
    price = priced.prices / 2.0**problem.shift
    scale = np.array([_READ_PER.get(kind, 1) for kind, _ in problem.names], dtype="float64")
    return pd.DataFrame(
        {
            "limit": pd.Series([kind for kind, _ in problem.names], dtype="str"),
            "subject": pd.Series([subject for _, subject in problem.names], dtype="str"),
            "holds": problem.limits,
            "used": problem.limits - problem.room(counts),
            "price": price,
            "price_base_minor": np.round(price * scale, 6),
        }
    )


def _list_charges(problem: Problem, counts: Ints, departures: pd.DataFrame, slots: Slots) -> pd.DataFrame:
    countries = sorted(set(slots.frame["country"]))
    return pd.DataFrame(
        {
            "charge": pd.Series([LANE_CHARGE] * len(departures) + [ENTRY] * len(countries), dtype="str"),
            "subject": pd.Series([*departures["lane"], *countries], dtype="str"),
            "cost_base_minor": problem.charges,
            "paid": problem.opened(counts),
        }
    )


def _list_parts(problem: Problem, parts: list[Branch], charges: pd.DataFrame) -> pd.DataFrame:
    names = list(zip(charges["charge"], charges["subject"], strict=True))
    return pd.DataFrame(
        {
            "shut": [[names[gate] for gate in sorted(part.shut)] for part in parts],
            "paid": [[names[gate] for gate in sorted(part.paid)] for part in parts],
            "prices": [(part.prices / 2.0**problem.shift).tolist() for part in parts],
        }
    )


def _list_candidates(slots: Slots, problem: Problem) -> pd.DataFrame:
    frame = slots.frame.iloc[problem.slot][_KEYS].reset_index(drop=True)
    return frame.assign(carton=problem.place + 1, value_base_minor=problem.value)
