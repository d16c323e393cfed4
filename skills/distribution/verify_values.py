"""The value of one carton from a hub by the rule as SKILL.md states it: no code of the search."""

from __future__ import annotations

import math
from collections import defaultdict

from skills.distribution.verify_world import ARRIVAL_WEIGHTS, Key, World, chance_above, sold_of

_LEAST_SHORT = 1e-6
"""Units from which on something counts as short."""


class Values:
    """What cartons from a hub are worth in a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.planned: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        self.prospects: dict[tuple[str, str], tuple[dict[str, float], dict[str, float]]] = {}

    def bring_tonight(self, cartons: dict[Key, int]) -> None:
        """From now on a carton is valued behind these, as far as they arrive before it."""
        self.planned = defaultdict(list)
        for (sku, country, lane), count in cartons.items():
            self.planned[sku, country].append((lane, count * self.world.carton[sku]))

    def carton_value(self, key: Key, number: int) -> tuple[float, float]:
        """Value of a carton, and how far rounding alone may put another reckoning from it: to a whole minor unit, and
        in the fourth decimal of stock left and weekly mean."""
        world, (sku, country, _) = self.world, key
        quote, policy, units = world.quotes[key], world.policy, world.carton[sku]
        start, ends, slowest = world.window(key)
        faster = [(world.window((sku, country, lane))[0], brought) for lane, brought in self.planned[sku, country]]
        ahead_of_it = tuple((day, brought) for day, brought in faster if day < start and brought)
        sold = 0.0
        for weight, end in zip(ARRIVAL_WEIGHTS, ends, strict=True):
            needs = world.needs(sku, country, start, end, ahead_of_it)
            sold += weight * (sold_of(needs, number * units) - sold_of(needs, (number - 1) * units))
        slow = world.quotes[sku, country, slowest]
        if policy.hub_option_percent is None:
            option = self._postponement(key)
        else:
            option = round(max(0.0, slow["contribution"]) * policy.hub_option_percent / 100, 4)
        premium = max(0.0, quote["landed"] - slow["landed"])
        before, after = (world.demand(sku, country, "cum_mean", day) for day in (start, start + 28))
        there, weekly = world.supply(sku, country, start, ahead_of_it) - before, (after - before) / 4
        weekly, there = round(weekly, 4), round(max(0.0, there), 4)
        ahead = there + (number - 0.5) * units
        weeks = min(policy.most_weeks_held, ahead / weekly if weekly > 0 else math.inf)
        longest = (ahead + 1e-4) / (weekly - 1e-4) if weekly > 1e-4 else math.inf
        spread = min(policy.most_weeks_held, longest) - weeks
        earned = sold * quote["contribution"] * policy.lost_sale_percent / 100
        aged = {int(name.split("_")[-1]): fee for name, fee in quote.items() if name.startswith("age_fee_")}
        held = weeks * quote["holding_week"] + sum(max(0.0, weeks - day / 7) * fee for day, fee in aged.items())
        value = earned - (units - sold) * (option + premium) - units * held
        if key[2] == slowest:
            lifting = quote.get("cliff_units", 0) - (number - 1) * units
            value += min(max(lifting, 0), units) * quote.get("cliff_value", 0.0)
        return float(value), 1.0 + float(units * spread * (quote["holding_week"] + sum(map(abs, aged.values()))))

    def _postponement(self, key: Key) -> float:
        """What a unit unsold in the country would have gained by staying at the hub."""
        sku, country, lane_id = key
        hub = self.world.hub_of[lane_id]
        if (sku, hub) not in self.prospects:
            self.prospects[sku, hub] = self._find_prospects(sku, hub)
        best, needed = self.prospects[sku, hub]
        need = sum(units for other, units in needed.items() if other != country)
        elsewhere = max([0.0, *(worth for other, worth in best.items() if other != country)])
        unserved = max(0.0, need - self.world.hub_soon[sku, hub]) / need if need > 0 else 0.0
        gain = unserved * max(0.0, elsewhere - best[country])
        cost = self.world.quotes[key].get("hub_week", 0.0) * self.world.policy.hub_lasts_weeks / 2
        return round(max(0.0, float(gain - cost)), 4)

    def _find_prospects(self, sku: str, hub: str) -> tuple[dict[str, float], dict[str, float]]:
        """By country: what a unit that is short later would earn, and the need of tonight and of the weeks after."""
        world = self.world
        review, lost = world.policy.review_days, world.policy.lost_sale_percent / 100
        last = world.policy.hub_lasts_weeks * 7
        best: dict[str, float] = defaultdict(float)
        needed: dict[str, float] = defaultdict(float)
        for country, lane in world.lanes_of_sku[sku]:
            key = (sku, country, lane)
            known = world.hub_of[lane] == hub and (sku, country) in world.by_pair
            if not known or lane not in [way[2] for way in world.useful_ways(sku, country)]:
                continue
            start, ends, slowest = world.window(key)
            for weight, end in zip(ARRIVAL_WEIGHTS, ends, strict=True):
                tonight = world.needs(sku, country, start, end)
                needed[country] += weight * sold_of(tonight, tonight[-1][1])
                if lane == slowest:
                    later = world.needs(sku, country, start + review, end + last)
                    needed[country] += weight * sold_of(later, later[-1][1])
                    earns = max(0.0, world.quotes[key]["contribution"]) * lost
                    best[country] += earns * weight * chance_above(later, _LEAST_SHORT)
        return best, needed
