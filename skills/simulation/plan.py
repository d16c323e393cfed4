"""The walk: Monday by Monday each policy decides on what is known, then seven days happen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skills.simulation.engine import sell_week
from skills.simulation.moving import Orders, Shipments
from skills.simulation.paths import Path, sample_path
from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import (
    Contender,
    Decision,
    Facts,
    Ints,
    Policy,
    Seen,
    UnsoundDecision,
    World,
    check_world,
)
from skills.vocabulary import mark, name_rows


@dataclass(frozen=True)
class Run:
    """What one policy did on one path, in whole units.

    Attributes:
        policy: Its name.
        decisions: What it decided, week by week.
        demand, sold: Per pair.
        shipped: Per (pair, lane).
        ordered: Per SKU.
        forward_unit_days, hub_unit_days: Stock of the evenings, per (block, pair) and per (block, SKU).
        transit_unit_days: Per pair.
        order_unit_days: Per SKU: open orders of the test, in units × days.
        hub, forward, transit, on_order: What is there after the last day, per SKU, pair, pair, SKU.
        weekly_demand, weekly_sold: Per week.
        weekly_stock: Per week: stock and what is on its way to countries, at cost [base minor].
        digest: Of every decision and every unit sold.
    """

    policy: str
    decisions: tuple[Decision, ...]
    demand: Ints
    sold: Ints
    shipped: Ints
    ordered: Ints
    forward_unit_days: Ints
    hub_unit_days: Ints
    transit_unit_days: Ints
    order_unit_days: Ints
    hub: Ints
    forward: Ints
    transit: Ints
    on_order: Ints
    weekly_demand: Ints
    weekly_sold: Ints
    weekly_stock: Ints
    digest: str


def race_policies(world: World, contenders: Sequence[Contender], policy: SimulationPolicy) -> dict[str, list[Run]]:
    """Let every policy walk through the same weeks, on the same demand and the same sampled paths.

    Args:
        world: Facts, demand, opening stock, prices.
        contenders: Who takes part; each is started anew for each path.
        policy: Seed and number of paths.

    Returns:
        Name of the policy → one run per path.

    Raises:
        UnusableWorld: the world's arrays do not fit together.
        UnsoundDecision: a policy ships what the hub does not hold.
    """
    check_world(world)
    paths = [sample_path(world.facts, policy, number) for number in range(policy.paths)]
    return {
        contender.name: [walk_forward(world, contender.name, contender.start(), path) for path in paths]
        for contender in contenders
    }


def walk_forward(world: World, name: str, decide: Policy, path: Path) -> Run:
    """One policy on one path."""
    facts = world.facts
    orders, shipments = Orders(facts, path, world.to_hub), Shipments(facts, path, world.to_forward)
    hub, forward = world.hub.copy(), world.forward.copy()
    pairs, past = len(forward), facts.past_sold.shape[1]
    waiting, carry = np.zeros(pairs, dtype=np.int64), np.zeros(pairs, dtype=np.int64)
    sold = np.concatenate([facts.past_sold, np.zeros((pairs, facts.days), dtype=np.int64)], axis=1)
    out = np.concatenate([facts.past_out, np.zeros((pairs, facts.days), dtype=np.bool_)], axis=1)
    blocks = -(-facts.weeks // world.economics.block_weeks)
    forward_days = np.zeros((blocks, pairs), dtype=np.int64)
    hub_days = np.zeros((blocks, len(hub)), dtype=np.int64)
    order_days = np.zeros(len(hub), dtype=np.int64)
    shipped = np.zeros((pairs, len(facts.lanes)), dtype=np.int64)
    ordered = np.zeros(len(hub), dtype=np.int64)
    stock = np.zeros(facts.weeks, dtype=np.int64)
    decisions = []
    for week in range(facts.weeks):
        today, block = 7 * week, week // world.economics.block_weeks
        decision = _ask(facts, decide, week, hub, forward, orders, shipments, sold, out)
        decisions.append(decision)
        orders.place(week, decision)
        if len(decision.order_units):
            ordered += decision.order_units
        shipments.send(week, decision)
        np.add.at(shipped, (decision.ship_pair, decision.ship_lane), decision.ship_units)
        np.subtract.at(hub, facts.pair_sku[decision.ship_pair], decision.ship_units)
        span = slice(past + today, past + today + 7)
        sell_week(forward, waiting, carry, shipments.take(today), world.demand[:, today : today + 7],
                  world.lost_percent, sold[:, span], out[:, span], forward_days[block])  # fmt: skip
        arriving = orders.take(today)
        hub_days[block] += 7 * hub + (arriving * np.arange(7, 0, -1)).sum(axis=1)
        hub += arriving.sum(axis=1)
        order_days += 7 * orders.open[:, : facts.weeks].sum(axis=1)
        lying = hub + facts.sum_skus(forward + shipments.left())
        stock[week] = (lying * facts.unit_cost).sum()
    test = sold[:, past:]
    weekly = test.reshape(pairs, facts.weeks, 7).sum(axis=(0, 2))
    return Run(
        policy=name,
        decisions=tuple(decisions),
        demand=world.demand.sum(axis=1),
        sold=test.sum(axis=1),
        shipped=shipped,
        ordered=ordered,
        forward_unit_days=forward_days,
        hub_unit_days=hub_days,
        transit_unit_days=shipments.unit_days,
        order_unit_days=order_days,
        hub=hub,
        forward=forward,
        transit=shipments.left(),
        on_order=orders.open.sum(axis=1),
        weekly_demand=world.demand.reshape(pairs, facts.weeks, 7).sum(axis=(0, 2)),
        weekly_sold=weekly,
        weekly_stock=stock,
        digest=_digest(decisions, test),
    )


def _ask(
    facts: Facts,
    decide: Policy,
    week: int,
    hub: Ints,
    forward: Ints,
    orders: Orders,
    shipments: Shipments,
    sold: Ints,
    out: np.ndarray,
) -> Decision:
    """The policy's decision, on copies of today's stock and a past that cannot be written to, and on nothing else."""
    today = 7 * week
    known = facts.past_sold.shape[1] + today
    past_sold, past_out = sold[:, :known], out[:, :known]
    past_sold.flags.writeable = past_out.flags.writeable = False
    seen = Seen(facts, week, today, hub.copy(), forward.copy(), *orders.seen(today), *shipments.seen(today),
                past_sold, past_out)  # fmt: skip
    decision = decide(seen)
    leaving = np.zeros(len(hub), dtype=np.int64)
    np.add.at(leaving, facts.pair_sku[decision.ship_pair], decision.ship_units)
    wrong = leaving > hub
    if len(decision.order_units):
        wrong |= decision.order_units < 0
    wrong[facts.pair_sku[decision.ship_pair[decision.ship_units < 0]]] = True
    if wrong.any():
        raise UnsoundDecision(
            mark(
                "In week {week} a policy ships more than the hub holds, or orders less than nothing, of {skus}. "
                "Expected at most the hub's stock and whole units from 0. Correct the policy."
            ),
            week=week,
            skus=name_rows(facts.skus[sku] for sku in np.flatnonzero(wrong)),
        )
    return decision


def _digest(decisions: list[Decision], sold: Ints) -> str:
    hasher = hashlib.sha256()
    for decision in decisions:
        for column in (decision.order_units, decision.ship_pair, decision.ship_lane, decision.ship_units):
            hasher.update(np.ascontiguousarray(column, dtype="<i8").tobytes() + b"|")
    hasher.update(np.ascontiguousarray(sold, dtype="<i8").tobytes())
    return hasher.hexdigest()
