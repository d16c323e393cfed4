"""Split stock over countries and lanes by marginal value, in whole cartons, with a bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd

from skills.distribution.alarms import find_alarms
from skills.distribution.lines import describe_lines
from skills.distribution.network import list_departures
from skills.distribution.outcome import (
    Stage,
    describe_candidates,
    describe_charges,
    describe_limits,
    describe_parts,
    rank_cartons,
)
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import find_pools, keep_held, list_limits, pose, refuse_unreal
from skills.distribution.problem import Problem
from skills.distribution.slots import Slots, hub_stock, list_slots
from skills.distribution.solve import solve
from skills.distribution.standins import complete_products
from skills.distribution.transfer_plan import Transfers, describe_moved, find_transfers, pose_with_transfers
from skills.distribution.value import value_cartons
from skills.distribution.waiting import list_waiting

_COUNTED = ["contribution", "holding_week", "landed", "cash", "weight_kg"]


@dataclass(frozen=True)
class Allocation:
    """Tonight's shipments and how good they are.

    Attributes:
        lines: One row per (sku, country, lane) that is sent, from a hub or from another market.
        ranked: One row per carton, best first by value less the price of the limits it uses: the first 150, then the
            next 50 below the line. rank, sku, country, lane, units, value_minor, price_minor (of the limits it
            uses), cash_minor and volume_m3 that it takes, cash_used_minor and volume_used_m3 (of its lane) with all
            that stand before it, chosen.
        waiting: One row per (sku, country) that needs something and gets nothing.
        alarms: One row per (sku, country) that runs short before anything can arrive.
        limits: One row per shared limit that is set: limit, subject (the lane or node), holds
            (what kept lines leave), used, price (per cm³, gram or base minor), price_base_minor (per m³, per kg, per
            base minor of cash).
        charges: One row per charge that is paid once: charge, subject (the lane or country),
            cost_base_minor, paid.
        parts: What proves the bound: one row per part of all plans, with the charges that it does without
            (shut) and pays, and its prices in the order of `limits`.
        candidates: One row per carton that could leave and has a value above zero: sku, country, lane, carton
            (1 = first), value_base_minor.
        slots: Every (sku, country, lane) from a hub considered, with its window: what the explanation reads.
        transfers: What could move between markets; None where no carton gains by it.
        value_base_minor: Expected value of what is new tonight, less the charges it pays; lines kept from yesterday
            are not counted.
        bound_base_minor: No choice among `candidates` within the limits has more.
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
    transfers: Transfers | None
    value_base_minor: int
    bound_base_minor: int
    gap_percent: str
    method: str

    def add_quotes(self, contribution: pd.DataFrame) -> pd.DataFrame:
        """The quotes with those of stock that moves between markets, so that every line has its own."""
        return (
            contribution
            if self.transfers is None
            else pd.concat([contribution, self.transfers.quotes], ignore_index=True)
        )


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
    transfers: pd.DataFrame | None = None,
) -> Allocation:
    """Send each carton where it is worth most, until the hub, a limit or the value is used up.

    Free stock of a market moves to another where it earns more than where it lies, under the same limits.

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
        transfers: From `quote_transfers`. None: stock of markets stays where it lies.

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
    keys = ["sku", "country", "lane"]
    quoted = contribution.loc[contribution["wait_reason"] == "", [*keys, *_COUNTED]]
    refuse_unreal({"stock": stock, "inbound": inbound, "forecast": forecast, "contribution": quoted, "held": held})
    full = complete_products(products)
    departures = list_departures(lanes, nodes, policy, as_of)
    slots = list_slots(stock, inbound, nodes, lanes, departures, forecast, contribution, full, policy, as_of)
    held_at_hubs = hub_stock(stock, nodes, policy)
    pools, pool_cartons, hub_units = find_pools(slots.frame, held_at_hubs)
    stale = {str(country) for country in feeds.loc[feeds["stale"].astype("bool"), "country"]}
    limits = list_limits(slots.frame, departures, lanes, nodes, contribution, policy)
    kept = keep_held(slots.frame, held, stale, pools, pool_cartons, limits)
    cartons = value_cartons(slots, pool_cartons[pools], policy)
    problem = pose(
        slots.frame, cartons, pools, pool_cartons, kept, limits, departures, lanes, contribution, stale, policy
    )
    stage, leaving, hubs = _solve(slots.frame, problem, policy), departures, len(slots.frame)
    offered = np.diff(problem.begin)
    found = ways = None
    if transfers is not None and len(transfers):
        refuse_unreal({"transfers": transfers.loc[transfers["wait_reason"] == "", [*keys, *_COUNTED]]})
        found, ways = find_transfers(
            stock, inbound, nodes, lanes, forecast, contribution, transfers, full, stale, slots,
            stage.solution.counts + kept, policy, as_of,
        )  # fmt: skip
    if found is not None and ways is not None:
        frame, problem = pose_with_transfers(
            slots.frame,
            cartons,
            kept,
            held_at_hubs,
            departures,
            contribution,
            found,
            ways,
            nodes,
            lanes,
            stale,
            policy,
        )
        if np.diff(problem.begin)[hubs:].any():
            stage, leaving = _keep_better(_solve(frame, problem, policy), stage), pd.concat([departures, ways])
        else:
            found = None
    problem, solution = stage.problem, stage.solution
    counts = solution.counts
    sent = counts[:hubs] + kept
    slot = np.flatnonzero(sent)
    lines = describe_lines(
        slots, slot, sent[slot], kept[slot] > 0, contribution, problem, solution.priced, counts, policy, as_of
    )
    if found is not None:
        moved = describe_moved(found, hubs, stage, policy, as_of)
        lines = pd.concat([lines, moved]).sort_values(keys, kind="stable").reset_index(drop=True)
    charges = describe_charges(stage, leaving["lane"])
    value = problem.worth(counts)
    return Allocation(
        lines=lines,
        ranked=rank_cartons(stage),
        waiting=list_waiting(
            held,
            forecast,
            lanes,
            departures,
            contribution,
            slots,
            cartons,
            problem,
            offered,
            counts,
            stale,
            lines[["sku", "country"]],
        ),
        alarms=find_alarms(slots, hub_units[pools], policy, as_of),
        limits=describe_limits(stage),
        charges=charges[charges["cost_base_minor"] > 0].reset_index(drop=True),
        parts=describe_parts(stage, charges),
        candidates=describe_candidates(stage),
        slots=slots,
        transfers=found,
        value_base_minor=value,
        bound_base_minor=solution.bound,
        gap_percent=_gap(value, solution.bound),
        method=solution.method,
    )


def _solve(frame: pd.DataFrame, problem: Problem, policy: DistributionPolicy) -> Stage:
    return Stage(frame, problem, solve(problem, len(set(frame["sku"])), policy))


def _keep_better(joined: Stage, hub: Stage) -> Stage:
    """The plan with transfers, or the hub's own where the search has found none worth more; the bound is on both."""
    alone = np.append(hub.solution.counts, np.zeros(len(joined.frame) - len(hub.frame), dtype="int64"))
    found = joined.solution
    if joined.problem.worth(found.counts) > joined.problem.worth(alone):
        return joined
    return replace(joined, solution=replace(found, counts=alone))


def _gap(value: int, bound: int) -> str:
    share = Decimal(bound - value) * 100 / bound if bound else Decimal(0)
    return format(share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN), "f")
