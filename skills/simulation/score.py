"""What a run earned and cost: whole base minor units per SKU, so that sums are exact in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.simulation.plan import Run
from skills.simulation.world import Floats, Ints, World

MONEY = (
    "net_sales",
    "product_cost",
    "selling",
    "fulfilment",
    "freight",
    "border",
    "storage",
    "capital_cost",
    "profit",
)
AMOUNTS = (*MONEY, "capital_days", "dead")
UNITS = ("demand", "sold", "shipped", "ordered", "closing")
DAYS_PER_YEAR = 364
_RECENT_DAYS = 91


def score_skus(world: World, run: Run, dead_after_weeks: int) -> pd.DataFrame:
    """One run in units and money per SKU.

    profit = net sales − product cost of what was sold − selling − fulfilment − freight − border − storage − capital
    cost. Freight and border are those of what was shipped, sold or not. Stock at the end is worth its cost.

    Args:
        world: What the run took place in.
        run: From `race_policies`.
        dead_after_weeks: Stock at the end beyond so many weeks of the demand of the last 13 is dead.

    Returns:
        One row per SKU: demand, sold, shipped, ordered, closing (everywhere, open orders included) [units]; the
        amounts of `MONEY` [base minor]; capital_days (value of stock, of what is on its way and of deposits, summed
        over days) and dead, at cost.
    """
    facts = world.facts
    pairs = score_pairs(world, run)
    by_sku = {name: facts.sum_skus(pairs[name].to_numpy()) for name in pairs.columns if name in (*MONEY, *UNITS)}
    hub_days = run.hub_unit_days.sum(axis=0)
    hub_storage = _whole((run.hub_unit_days * world.economics.hub_storage).cumsum(axis=0)[-1] / 7)
    lying = facts.sum_skus(run.forward_unit_days.sum(axis=0) + run.transit_unit_days) + hub_days
    deposits = run.order_unit_days * facts.unit_cost * facts.deposit_percent[facts.sku_supplier] // 100
    capital = lying * facts.unit_cost + deposits
    hub_cost = _capital_cost(hub_days * facts.unit_cost + deposits, world)
    closing = run.hub + facts.sum_skus(run.forward + run.transit) + run.on_order
    frame = pd.DataFrame(by_sku)
    frame["storage"] += hub_storage
    frame["capital_cost"] += hub_cost
    frame["profit"] -= hub_storage + hub_cost
    frame["ordered"] = run.ordered
    frame["closing"] = closing
    frame["capital_days"] = capital
    frame["dead"] = _find_dead(world, closing - run.on_order, dead_after_weeks) * facts.unit_cost
    frame.insert(0, "sku", pd.Series(list(facts.skus), dtype="str"))
    return frame


def score_pairs(world: World, run: Run) -> pd.DataFrame:
    """The same per SKU and country, without what the hub costs.

    Returns:
        One row per pair: sku, country, demand, sold, shipped [units] and the amounts of `MONEY` [base minor].
    """
    facts, prices = world.facts, world.economics
    cost = facts.unit_cost[facts.pair_sku]
    days = run.forward_unit_days.sum(axis=0) + run.transit_unit_days
    found: dict[str, Ints] = {
        "demand": run.demand,
        "sold": run.sold,
        "shipped": run.shipped.sum(axis=1),
        "net_sales": _whole(run.sold * prices.price),
        "product_cost": run.sold * cost,
        "selling": _whole(run.sold * prices.selling),
        "fulfilment": _whole(run.sold * prices.fulfilment),
        "freight": _charge(run.shipped, prices.freight),
        "border": _charge(run.shipped, prices.border),
        "storage": _whole((run.forward_unit_days * prices.storage).cumsum(axis=0)[-1] / 7),
        "capital_cost": _capital_cost(days * cost, world),
    }
    spent = sum(found[name] for name in MONEY[1:-1])
    frame = pd.DataFrame(found | {"profit": found["net_sales"] - spent})
    frame.insert(0, "country", pd.Series([facts.countries[place] for place in facts.pair_country], dtype="str"))
    frame.insert(0, "sku", pd.Series([facts.skus[place] for place in facts.pair_sku], dtype="str"))
    return frame


def _whole(amount: Floats) -> Ints:
    return np.rint(amount).astype(np.int64)


def _charge(shipped: Ints, each: Floats) -> Ints:
    """Units by lane at the lane's price; a lane that does not go there carried nothing."""
    paid = np.where(shipped > 0, shipped * np.nan_to_num(each), 0.0)
    return _whole(paid.cumsum(axis=1)[:, -1])


def _capital_cost(value_days: Ints, world: World) -> Ints:
    return _whole(value_days * world.economics.holding_percent / 100 / DAYS_PER_YEAR)


def _find_dead(world: World, stock: Ints, weeks: int) -> Ints:
    """Units beyond so many weeks of the true demand of the last 13 weeks."""
    facts = world.facts
    recent = facts.sum_skus(world.demand[:, -_RECENT_DAYS:].sum(axis=1))
    days = min(_RECENT_DAYS, facts.days)
    return np.asarray(np.maximum(stock - -(-recent * 7 * weeks // days), 0))
