"""What plans are worth in another world than the one they were made for, by the reckoning that `verify` uses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.distribution.policy import DistributionPolicy
from skills.distribution.verify import Key, _rows, _sold, _World

_WEIGHTS = (0.3, 0.4, 0.3)
HORIZON_DAYS = 91
"""So far ahead sales are counted; a later window is cut there."""


def value_plans(
    plans: dict[str, pd.DataFrame],
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    products: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
) -> dict[str, int]:
    """Expected contribution of thirteen weeks in all countries, with each plan.

    Without a plan: mean demand of the weeks × contribution by the slowest lane, less what is lost until the next
    shipment can arrive; units that are there or under way have paid the border already. A plan adds the value of its
    cartons by the rule of SKILL.md, each behind what the plan's faster lanes bring, reckoned without the search's
    code, less its lanes' fixed charges and the cost of entering a country.

    Args:
        plans: Name → one row per (sku, country, lane): cartons.
        contribution: From `quote_contribution`, in the world to value in; `forecast` and `lanes` likewise.

    Returns:
        Name → base minor units. A line that this world neither quotes nor forecasts adds nothing.
    """
    carton = {str(row["sku"]): int(row["carton_units"]) for row in _rows(products)}
    quotes = {(str(q["sku"]), str(q["country"]), str(q["lane"])): q for q in _rows(contribution)}
    world = _AnyWay(stock, inbound, nodes, lanes, forecast, quotes, carton, policy, as_of)
    without = _value_without(world)
    found = {}
    for name, lines in plans.items():
        rows = [row for row in _rows(lines) if world.knows((str(row["sku"]), str(row["country"]), str(row["lane"])))]
        world.bring_tonight(
            {(str(row["sku"]), str(row["country"]), str(row["lane"])): int(row["cartons"]) for row in rows}
        )
        found[name] = without + _value_lines(rows, world)
    return found


class _AnyWay(_World):
    """A line may go by a lane that this world would leave out, as one that arrives later and costs no less."""

    def knows(self, key: Key) -> bool:
        return key in self.quotes and not self.quotes[key]["wait_reason"] and key[:2] in self.by_pair

    def is_slowest(self, key: Key) -> bool:
        """Whether the lane is the last to arrive of those from a hub that this world would use."""
        return self.stage.get(_lane(self, key)["from_node"]) == "hub" and self._find_window(key)[1] == key[2]

    def _window(self, key: Key) -> tuple[float, list[float], str]:
        window, _ = self._find_window(key)
        return window

    def _find_window(self, key: Key) -> tuple[tuple[float, list[float], str], str]:
        """The window, and the slowest lane of those that this world would use; "" where the lane is none of them."""
        try:
            window = super()._window(key)
        except ValueError:
            lane = next(lane for lane in self.lanes if str(lane["lane"]) == key[2])
            own, following = self._times(lane)
            return (own[1], following, key[2]), ""
        return window, window[2]


def _value_without(world: _AnyWay) -> int:
    """Every pair that is quoted, with what is there and under way alone."""
    total = 0.0
    for key in sorted(key for key in world.quotes if world.knows(key) and world.is_slowest(key)):
        sku, country, _ = key
        quote = world.quotes[key]
        border = sum(float(quote[name]) for name in ("duty", "mpf", "hmf", "import_vat_cost"))
        lost = 0.0
        for weight, end in zip(_WEIGHTS, world._window(key)[1], strict=True):
            needs = world._needs(sku, country, 0.0, min(end, float(HORIZON_DAYS)))
            lost += weight * _sold(needs, max(0.0, needs[-1][1]))
        demand = world._demand(sku, country, "cum_mean", float(HORIZON_DAYS))
        there = min(demand, float(world._supply(sku, country, float(HORIZON_DAYS))))
        served = demand - lost * world.policy.lost_sale_percent / 100
        total += served * float(quote["contribution"]) + there * border
    return round(total)


def _value_lines(lines: list[dict[str, Any]], world: _AnyWay) -> int:
    value = 0.0
    charges: dict[str, float] = {}
    for line in lines:
        key = (str(line["sku"]), str(line["country"]), str(line["lane"]))
        quote = world.quotes[key]
        value += sum(world.carton_value(key, number)[0] for number in range(1, int(line["cartons"]) + 1))
        fixed = float(_lane(world, key)["fixed_minor"])
        charges[f"lane {key[2]}"] = 0.0 if fixed != fixed else fixed * float(quote["lane_factor"])
        charges[f"entry {key[1]}"] = float(quote.get("entry_cost_base_minor", 0.0))
    return round(value - sum(charges[name] for name in sorted(charges)))


def _lane(world: _AnyWay, key: Key) -> dict[str, Any]:
    return next(lane for lane in world.lanes if str(lane["lane"]) == key[2])
