"""The rules that sellers use: velocity × days, min/max, (s, S), and stock bought for each country apart.

Sources of the rules stand in references/sources.md. Each rule keeps cartons, the supplier's joint minimum and
closures, and the weekly limits of cash, as the hub policy must.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skills.simulation.limits import bound_order, share_hub
from skills.simulation.paths import usual_days_to_hub
from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import Decision, Facts, Floats, Ints, Policy, Seen

_MONTH, _QUARTER = 28, 91


@dataclass(frozen=True)
class Levels:
    """What a rule aims at on a Monday, in units.

    Attributes:
        reorder, order_up_to: Per SKU, on the position of the whole network.
        resend, send_up_to: Per pair, on the stock in the country and on its way there.
    """

    reorder: Floats
    order_up_to: Floats
    resend: Floats
    send_up_to: Floats


def follow_levels(find: Callable[[Seen], Levels]) -> Policy:
    """The policy that orders and ships up to levels, in whole cartons and within the limits."""

    def decide(seen: Seen) -> Decision:
        levels = find(seen)
        order = np.zeros(len(seen.hub), dtype=np.int64)
        if seen.orders_today:
            position = seen.position()
            below = position <= levels.reorder
            need = np.where(below, np.maximum(levels.order_up_to - position, 0.0), 0.0)
            order = bound_order(seen, need, levels.order_up_to, position)
        here = seen.in_country()
        lack = np.where(here <= levels.resend, np.maximum(levels.send_up_to - here, 0.0), 0.0)
        pair, units = share_hub(seen, lack, here / np.maximum(levels.send_up_to, 1e-9))
        return Decision(order, pair, seen.facts.usual_lane[pair], units)

    return decide


def velocity_times_days(policy: SimulationPolicy, factor: float = 1.0) -> Policy:
    """Each Monday: units a day of the last 28 days in stock × days of cover; the factor scales the days.

    Supplier orders cover lead time, review and `cover_days`; a country covers transit, review and
    `forward_cover_days`.
    """

    def find(seen: Seen) -> Levels:
        daily = measure_velocity(seen, _MONTH)
        days = _order_days(seen) + policy.cover_days
        there = _country_days(seen.facts) + policy.forward_cover_days
        whole = _per_sku(seen.facts, daily) * days * factor
        send = daily * there * factor
        return Levels(whole, whole, send, send)

    return follow_levels(find)


def min_max(policy: SimulationPolicy) -> Policy:
    """Minimum and maximum per SKU, written down once a quarter from the velocity of the 13 weeks before.

    Minimum = lead time and review; maximum = minimum and `cover_days`; in a country transit and review, and
    `forward_cover_days` on top.
    """
    kept: list[Floats] = []

    def find(seen: Seen) -> Levels:
        if not kept or seen.today % _QUARTER == 0:
            kept[:] = [measure_velocity(seen, _QUARTER)]
        daily, there = kept[0], _country_days(seen.facts)
        whole, days = _per_sku(seen.facts, daily), _order_days(seen)
        return Levels(whole * days, whole * (days + policy.cover_days), daily * there,
                      daily * (there + policy.forward_cover_days))  # fmt: skip

    return follow_levels(find)


@dataclass(frozen=True)
class Tuned:
    """Parameters of an (s, S) rule, per SKU: s = factor × demand of lead time and review, S = s + more days."""

    reorder_factor: Floats
    order_days: Floats
    country_days: Floats


def reorder_point(tuned: Tuned) -> Policy:
    """(s, S) on the position, with velocities of the last 13 weeks in stock."""

    def find(seen: Seen) -> Levels:
        facts = seen.facts
        daily = measure_velocity(seen, _QUARTER)
        whole = _per_sku(facts, daily)
        reorder = whole * _order_days(seen) * tuned.reorder_factor
        send = daily * (_country_days(facts) + tuned.country_days[facts.pair_sku])
        return Levels(reorder, reorder + whole * tuned.order_days, send, send)

    return follow_levels(find)


def measure_velocity(seen: Seen, days: int) -> Floats:
    """Units a day per pair over the last days in stock; with fewer than a quarter of them, over the last 26 weeks."""
    recent, count = _sum_days_in_stock(seen, days)
    longer, more = _sum_days_in_stock(seen, 2 * _QUARTER)
    enough = count * 4 >= days
    return np.asarray(np.where(enough, recent / np.maximum(count, 1), longer / np.maximum(more, 1)))


def _sum_days_in_stock(seen: Seen, days: int) -> tuple[Ints, Ints]:
    # a day that began with stock and sold the last unit counts: its sales are known
    sold = seen.sold[:, -days:]
    counted = ~seen.out[:, -days:] | (sold > 0)
    return np.where(counted, sold, 0).sum(axis=1), counted.sum(axis=1)


def _per_sku(facts: Facts, per_pair: Floats) -> Floats:
    return np.asarray(np.bincount(facts.pair_sku, weights=per_pair, minlength=len(facts.skus)), dtype=np.float64)


def _country_days(facts: Facts) -> Ints:
    """Per pair: from Monday to the shelf of the next departure by the usual lane."""
    days: Ints = facts.lane_depart[facts.usual_lane] + facts.lane_days[facts.usual_lane, 1] + facts.review_days
    return days


def _order_days(seen: Seen) -> Floats:
    """Per SKU: usual days of an order of the next review, that review, and the way to the country that buys most."""
    facts = seen.facts
    week = min(seen.week + facts.order_every, facts.weeks - 1)
    made = usual_days_to_hub(facts)[facts.sku_supplier, week] + 7 * facts.order_every
    way = np.zeros(len(facts.skus), dtype=np.int64)
    np.maximum.at(way, facts.pair_sku, np.where(_sells_most(seen), _country_days(facts) - facts.review_days, 0))
    return np.asarray(made + way, dtype=np.float64)


def _sells_most(seen: Seen) -> np.ndarray:
    total = seen.sold[:, -_QUARTER:].sum(axis=1)
    best = np.full(len(seen.facts.skus), -1, dtype=np.int64)
    np.maximum.at(best, seen.facts.pair_sku, total)
    return np.asarray(total == best[seen.facts.pair_sku])
