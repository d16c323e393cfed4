"""What plans are worth in another world than the one they were made for, by the reckoning that `verify` uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.distribution.policy import DistributionPolicy
from skills.distribution.verify_values import Values
from skills.distribution.verify_world import ARRIVAL_WEIGHTS, Key, World, read_rows, sold_of

HORIZON_DAYS = 91
"""So far ahead sales are counted; a later window is cut there."""


@dataclass(frozen=True)
class Inputs:
    """What a night hands to the skill in one world; `contribution` is from `quote_contribution` there."""

    stock: pd.DataFrame
    inbound: pd.DataFrame
    nodes: pd.DataFrame
    lanes: pd.DataFrame
    forecast: pd.DataFrame
    contribution: pd.DataFrame
    products: pd.DataFrame
    policy: DistributionPolicy
    as_of: date


def value_plans(plans: dict[str, pd.DataFrame], worlds: dict[str, Inputs]) -> dict[str, dict[str, int]]:
    """Expected contribution of thirteen weeks in all countries, with each plan in each world.

    Without a plan: mean demand of the weeks × contribution by a reference lane, less what is lost until that lane's
    next shipment can arrive; units that are there or under way have paid the border already. The reference is the
    slowest lane that the first world would use, and the same in every world. A plan adds the value of its cartons by
    the rule of SKILL.md, each behind what the plan's faster lanes bring, reckoned without the search's code, less its
    lanes' fixed charges and the cost of entering a country.

    Args:
        plans: Name → one row per (sku, country, lane): cartons.
        worlds: Name → inputs, the world as it is first.

    Returns:
        Plan → world → base minor units. A line that a world neither quotes nor forecasts adds nothing there, and one
        between markets nothing anywhere.
    """
    outlooks = {name: _build(inputs) for name, inputs in worlds.items()}
    first = next(iter(outlooks.values()))
    reference = sorted(key for key in first.quotes if first.knows(key) and first.is_slowest(key))
    without = {name: _value_without(world, reference) for name, world in outlooks.items()}
    values = {name: Values(world) for name, world in outlooks.items()}
    return {
        plan: {
            name: without[name] + _value_lines(read_rows(lines), outlooks[name], values[name]) for name in outlooks
        }
        for plan, lines in plans.items()
    }


def _build(inputs: Inputs) -> _AnyWay:
    carton = {str(row["sku"]): int(row["carton_units"]) for row in read_rows(inputs.products)}
    quotes = {(str(q["sku"]), str(q["country"]), str(q["lane"])): q for q in read_rows(inputs.contribution)}
    return _AnyWay(
        inputs.stock, inputs.inbound, inputs.nodes, inputs.lanes, inputs.forecast, quotes, carton, inputs.policy,
        inputs.as_of,
    )  # fmt: skip


class _AnyWay(World):
    """A line may go by a lane that this world would leave out, as one that arrives later and costs no less."""

    def knows(self, key: Key) -> bool:
        return key in self.quotes and not self.quotes[key]["wait_reason"] and key[:2] in self.by_pair

    def is_slowest(self, key: Key) -> bool:
        """Whether the lane is the last to arrive of those from a hub that this world would use."""
        return self.stage.get(_lane(self, key)["from_node"]) == "hub" and self._find_window(key)[1] == key[2]

    def window(self, key: Key) -> tuple[float, list[float], str]:
        window, _ = self._find_window(key)
        return window

    def _find_window(self, key: Key) -> tuple[tuple[float, list[float], str], str]:
        """The window, and the slowest lane of those that this world would use; "" where the lane is none of them."""
        try:
            window = super().window(key)
        except ValueError:
            lane = next(lane for lane in self.lanes if str(lane["lane"]) == key[2])
            own, following = self.times(lane)
            return (own[1], following, key[2]), ""
        return window, window[2]


def _value_without(world: _AnyWay, reference: list[Key]) -> int:
    """Every pair that is quoted, with what is there and under way alone."""
    total = 0.0
    for key in filter(world.knows, reference):
        sku, country, _ = key
        quote = world.quotes[key]
        border = sum(float(quote[name]) for name in ("duty", "mpf", "hmf", "import_vat_cost"))
        lost = 0.0
        for weight, end in zip(ARRIVAL_WEIGHTS, world.window(key)[1], strict=True):
            needs = world.needs(sku, country, 0.0, min(end, float(HORIZON_DAYS)))
            lost += weight * sold_of(needs, max(0.0, needs[-1][1]))
        demand = world.demand(sku, country, "cum_mean", float(HORIZON_DAYS))
        there = min(demand, float(world.supply(sku, country, float(HORIZON_DAYS))))
        served = demand - lost * world.policy.lost_sale_percent / 100
        total += served * float(quote["contribution"]) + there * border
    return round(total)


def _value_lines(lines: list[dict[str, Any]], world: _AnyWay, values: Values) -> int:
    cartons = {(str(line["sku"]), str(line["country"]), str(line["lane"])): int(line["cartons"]) for line in lines}
    known = {key: count for key, count in cartons.items() if world.knows(key)}
    values.bring_tonight(known)
    value = 0.0
    charges: dict[str, float] = {}
    for key, count in known.items():
        quote = world.quotes[key]
        value += sum(values.carton_value(key, number)[0] for number in range(1, count + 1))
        fixed = float(_lane(world, key)["fixed_minor"])
        charges[f"lane {key[2]}"] = 0.0 if fixed != fixed else fixed * float(quote["lane_factor"])
        charges[f"entry {key[1]}"] = float(quote.get("entry_cost_base_minor", 0.0))
    return round(value - sum(charges[name] for name in sorted(charges)))


def _lane(world: _AnyWay, key: Key) -> dict[str, Any]:
    return next(lane for lane in world.lanes if str(lane["lane"]) == key[2])
