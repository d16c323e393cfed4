"""What binds every order and shipment: cartons, joint minimum, capacity, closures, hub stock, cash."""

from __future__ import annotations

import numpy as np

from skills.simulation.paths import takes_orders
from skills.simulation.world import Floats, Ints, Seen


def bound_order(seen: Seen, need: Floats, level: Floats, position: Ints) -> Ints:
    """A planner's order in whole cartons; below the joint minimum it is filled up when a SKU runs out, else it waits.

    Args:
        seen: The Monday.
        need: Per SKU [units].
        level: Per SKU: the level that the order aims at; what lies lowest against it comes first.
        position: Per SKU.

    Returns:
        Units per SKU, within each supplier's stated capacity until the next review and within that time's cash.
    """
    facts = seen.facts
    carton = facts.carton_units
    units = np.ceil(np.round(need / carton, 6)).astype(np.int64) * carton
    units = np.where(takes_orders(facts, seen.week)[facts.sku_supplier], units, 0)
    cover = position / np.maximum(level, 1e-9)
    urgent = np.argsort(cover, kind="stable")
    for supplier in np.unique(facts.sku_supplier[units > 0]):
        mine = urgent[facts.sku_supplier[urgent] == supplier]
        total, least, most = (
            int(units[mine].sum()),
            int(facts.joint_moq[supplier]),
            int(facts.weekly_capacity[supplier]),
        )
        if total < least:
            units[mine] = _fill_up(units[mine], level[mine], carton[mine], least - total) if (
                cover[mine] < 0.5).any() else 0  # fmt: skip
        if 0 <= most < int(units[mine].sum()):
            units[mine] = _cut(units[mine], np.ones(len(mine)), carton[mine], most)
    if facts.order_cash >= 0:
        deposit = facts.unit_cost * facts.deposit_percent[facts.sku_supplier] / 100
        units[urgent] = _cut(units[urgent], deposit[urgent], carton[urgent], facts.order_cash)
    return units


def share_hub(seen: Seen, lack: Floats, cover: Floats) -> tuple[Ints, Ints]:
    """Send what countries lack, to the nearest carton; what the hub cannot serve is shared in proportion.

    Args:
        seen: The Monday.
        lack: Per pair [units].
        cover: Per pair: lowest first when cash is short.

    Returns:
        Pairs and their units.
    """
    facts = seen.facts
    sku, carton = facts.pair_sku, facts.carton_units[facts.pair_sku]
    wanted = np.floor(np.round(lack / carton + 0.5, 6)).astype(np.int64) * carton
    asked = facts.sum_skus(wanted)
    short = asked > seen.hub
    share = np.where(short, seen.hub / np.maximum(asked, 1), 1.0)[sku]
    units = np.where(short[sku], np.floor(np.round(wanted * share / carton, 6)).astype(np.int64) * carton, wanted)
    if facts.shipping_cash >= 0:
        each = np.nan_to_num(facts.ship_cash[np.arange(len(sku)), facts.usual_lane])
        order = np.argsort(cover, kind="stable")
        units[order] = _cut(units[order], each[order], carton[order], facts.shipping_cash)
    pair = np.flatnonzero(units)
    return pair.astype(np.int64), units[pair]


def _fill_up(units: Ints, level: Floats, carton: Ints, missing: int) -> Ints:
    """More cartons in proportion to the levels, until the minimum is reached."""
    total = float(np.cumsum(level)[-1]) if len(level) else 0.0
    if total <= 0.0:
        return np.zeros_like(units)
    more = np.ceil(np.round(missing * level / total / carton, 6)).astype(np.int64) * carton
    filled = np.cumsum(more) - more < missing
    return units + np.where(filled, more, 0)


def _cut(units: Ints, each: Floats, carton: Ints, limit: float) -> Ints:
    """The first lines that the limit holds, the one at the limit in part."""
    spent = np.cumsum(units * each)
    room = np.maximum(limit - (spent - units * each), 0.0)
    fits = np.floor(np.round(room / np.maximum(each, 1e-9) / carton, 6))
    return np.where(each > 0, np.minimum(units, np.minimum(fits, 1e9).astype(np.int64) * carton), units)
