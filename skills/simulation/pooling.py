"""One pool at the hub against stock bought for each country apart: the same rule, the same spread, other nodes."""

from __future__ import annotations

import numpy as np

from skills.simulation.limits import bound_order
from skills.simulation.paths import usual_days_to_hub
from skills.simulation.rivals import Levels, follow_levels
from skills.simulation.world import Bools, Decision, Facts, Floats, Ints, Policy, Seen

_WEEKS = 13


def hub_stock(hub_factor: float, forward_factor: float) -> Policy:
    """Order for all countries together, ship as they need it.

    Level of a SKU = mean of lead time and review + hub_factor × spread of the SKU; level of a country = mean of
    transit and review + forward_factor × spread of the country. Spread = standard deviation of a week × √weeks.
    """

    def find(seen: Seen) -> Levels:
        facts = seen.facts
        mean, spread, whole, whole_spread = measure_weeks(seen)
        order_weeks, country_weeks = _lead_weeks(seen)
        longest = np.zeros(len(facts.skus))
        np.maximum.at(longest, facts.pair_sku, np.where(mean > 0, order_weeks, 0.0))
        level = whole * longest + hub_factor * whole_spread * np.sqrt(longest)
        send = mean * country_weeks + forward_factor * spread * np.sqrt(country_weeks)
        return Levels(level, level, send, send)

    return follow_levels(find)


def scattered_stock(factor: float) -> Policy:
    """Order for each country apart and send everything there as soon as it is at the hub.

    Level of a country = mean of lead time and review + factor × spread, over making and shipping. What the hub holds
    on day 0, and what a supplier's minimum adds, is shared by what countries buy.
    """
    promised: list[Ints] = []

    def decide(seen: Seen) -> Decision:
        facts = seen.facts
        if not promised:
            promised.append(np.zeros(len(facts.pair_sku), dtype=np.int64))
        mean, spread, _, _ = measure_weeks(seen)
        order_weeks, _ = _lead_weeks(seen)
        pair, units = _forward(seen, promised[0], mean)
        promised[0] = np.maximum(promised[0] - _per_pair(pair, units, facts), 0)
        order = np.zeros(len(facts.skus), dtype=np.int64)
        if seen.orders_today:
            level = mean * order_weeks + factor * spread * np.sqrt(order_weeks)
            here = seen.in_country() + promised[0] + _per_pair(pair, units, facts)
            lack = np.maximum(level - here, 0.0)
            carton = facts.carton_units[facts.pair_sku]
            lack = np.floor(np.round(lack / carton + 0.5, 6)) * carton
            wanted, aim = _sum(facts, lack), _sum(facts, level)
            order = bound_order(seen, wanted, aim, facts.sum_skus(here))
            promised[0] += _share(order, np.where(wanted[facts.pair_sku] > 0, lack, mean), facts)
        return Decision(order, pair, facts.usual_lane[pair], units)

    return decide


def measure_weeks(seen: Seen) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and standard deviation of a week, per pair and per SKU, over the last 13 weeks in stock.

    A week with a day out of stock is left out unless it sold more than the mean of the others; a SKU's week counts
    what its countries in stock sold and the others' means.
    """
    facts = seen.facts
    days = min(7 * _WEEKS, seen.sold.shape[1] // 7 * 7)
    shape = (len(facts.pair_sku), days // 7, 7)
    units = seen.sold[:, -days:].reshape(shape).sum(axis=2)
    known: Bools = np.asarray(~seen.out[:, -days:].reshape(shape).any(axis=2))
    # stock that ran out in a good week would else hide that week, and the level would sink with it
    known = np.asarray(known | (units > _mean(units, known)[:, None]))
    mean = _mean(units, known)
    filled = np.where(known, units, mean[:, None])
    spread = _spread(filled, mean)
    whole = np.zeros((len(facts.skus), shape[1]))
    np.add.at(whole, facts.pair_sku, filled)
    whole_mean = _sum(facts, mean)
    return mean, spread, whole_mean, _spread(whole, whole_mean)


def _mean(units: Ints, known: Bools) -> Floats:
    return np.asarray(np.where(known, units, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _spread(weekly: Floats, mean: Floats) -> Floats:
    misses = (weekly - mean[:, None]) ** 2
    return np.asarray(np.sqrt(misses.cumsum(axis=1)[:, -1] / weekly.shape[1]))


def _lead_weeks(seen: Seen) -> tuple[Floats, Floats]:
    """Per pair: weeks until an order of the next review is on the shelf, and until a shipment of it is."""
    facts = seen.facts
    week = min(seen.week + facts.order_every, facts.weeks - 1)
    made = usual_days_to_hub(facts)[facts.sku_supplier, week][facts.pair_sku] + 7 * facts.order_every
    way = facts.lane_depart[facts.usual_lane] + facts.lane_days[facts.usual_lane, 1]
    return (made + way) / 7.0, (way + facts.review_days) / 7.0


def _forward(seen: Seen, promised: Ints, mean: Floats) -> tuple[Ints, Ints]:
    """Everything at the hub, to those it was bought for; what is beyond that by what countries buy."""
    facts = seen.facts
    owed = facts.sum_skus(promised)
    due = _share(np.minimum(seen.hub, owed), promised.astype(np.float64), facts)
    spare = _share(np.maximum(seen.hub - owed, 0), mean, facts)
    units = due + spare
    pair = np.flatnonzero(units)
    return pair.astype(np.int64), units[pair]


def _share(total: Ints, weight: Floats, facts: Facts) -> Ints:
    """Whole units of each SKU over its pairs, in proportion; the rest to the pair of most weight."""
    whole = _sum(facts, weight)
    share = np.where(whole > 0, total / np.maximum(whole, 1e-12), 0.0)[facts.pair_sku] * weight
    units = np.floor(np.round(share, 6)).astype(np.int64)
    rest = np.where(whole > 0, total - facts.sum_skus(units), 0)
    order = np.lexsort((np.arange(len(weight)), -weight, facts.pair_sku))
    first = order[np.unique(facts.pair_sku[order], return_index=True)[1]]
    units[first] += np.maximum(rest[facts.pair_sku[first]], 0)
    return units


def _sum(facts: Facts, per_pair: Floats) -> Floats:
    return np.asarray(np.bincount(facts.pair_sku, weights=per_pair, minlength=len(facts.skus)), dtype=np.float64)


def _per_pair(pair: Ints, units: Ints, facts: Facts) -> Ints:
    total = np.zeros(len(facts.pair_sku), dtype=np.int64)
    np.add.at(total, pair, units)
    return total
