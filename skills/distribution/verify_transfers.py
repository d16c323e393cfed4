"""The half of the independent check that is about stock moved between markets: plain loops, no code of the search."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from skills.distribution.transfer_plan import Transfers
from skills.distribution.verify_limits import Finding
from skills.distribution.verify_world import ARRIVAL_WEIGHTS, Key, World, read_rows, sold_of
from skills.vocabulary import mark

_ALWAYS = -1.0
"""A day before the first: what came then is there at any time."""


def check_transfers(markets: Markets, lines: list[Any], candidates: list[Any], stale: set[str]) -> list[Finding]:
    """What is wrong with the shipments between markets.

    Args:
        lines: All lines of the allocation.
        candidates: All cartons that could have left.
    """
    moved = [line for line in lines if not markets.is_from_hub(line["lane"])]
    fixed = [line for line in lines if markets.is_from_hub(line["lane"])]
    could = [row for row in candidates if not markets.is_from_hub(row["lane"])]
    return [
        *_check_places(moved, markets, stale),
        *_check_counted(could, fixed, markets),
        *_check_gains(could, moved, markets),
    ]


def _check_places(moved: list[Any], markets: Markets, stale: set[str]) -> list[Finding]:
    """Whether each line leaves where the SKU lies free, for another country, and one node alone gives it to each."""
    found: list[Finding] = []
    taken: dict[tuple[str, str], int] = defaultdict(int)
    gives: dict[tuple[str, str], set[str]] = defaultdict(set)
    receives: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in moved:
        sku, hub, lane = line["sku"], line["hub"], markets.lanes[line["lane"]]
        giving, name = markets.world.country_of.get(hub, ""), f"{sku} {line['lane']}"
        if hub != lane["from_node"] or giving in ("", line["country"]) or line["country"] != lane["country"]:
            found.append((mark("a transfer leads from one country to another"), name, hub, giving))
        if {giving, line["country"]} & stale:
            found.append((mark("a stale country gives and receives nothing"), name, 0, line["units"]))
        taken[sku, hub] += line["cartons"]
        gives[sku, giving].add(hub)
        receives[sku, line["country"]].add(hub)
    for (sku, hub), cartons in taken.items():
        if cartons > markets.cartons[sku, hub]:
            found.append((mark("no more than lies free"), f"{sku} {hub}", markets.cartons[sku, hub], cartons))
    for places in (gives, receives):
        for (sku, country), hubs in places.items():
            if len(hubs) > 1:
                found.append((mark("one node gives a SKU to a country"), f"{sku} {country}", 1, len(hubs)))
    return found


def _check_counted(could: list[Any], fixed: list[Any], markets: Markets) -> list[Finding]:
    """Whether no more comes from the hub before a moved carton's window ends than was counted."""
    until: dict[tuple[str, str], float] = defaultdict(float)
    for row in could:
        _, following = markets.world.times(markets.lanes[row["lane"]])
        until[row["sku"], row["country"]] = max(until[row["sku"], row["country"]], following[2])
    found: list[Finding] = []
    for line in fixed:
        arrivals, _ = markets.world.times(markets.lanes[line["lane"]])
        counted = markets.counted.get((line["sku"], line["country"], line["lane"]), 0)
        if arrivals[1] < until[line["sku"], line["country"]] and line["cartons"] > counted:
            name = f"{line['sku']} {line['lane']}"
            found.append((mark("no more from the hub than transfers count with"), name, counted, line["cartons"]))
    return found


def _check_gains(could: list[Any], moved: list[Any], markets: Markets) -> list[Finding]:
    """Whether no line is said to gain more than it does, and a node's only line neither less."""
    pools: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in moved:
        pools[line["sku"], line["hub"]].append(line)
    ways: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in could:
        ways[row["sku"], str(markets.lanes[row["lane"]]["from_node"])].add(row["lane"])
    found: list[Finding] = []
    for pool, lines in pools.items():
        own, slack = 0.0, 0.0
        for line in lines:
            for number in range(1, line["cartons"] + 1):
                value, apart = markets.value_there((line["sku"], line["country"], line["lane"]), number)
                own, slack = own + value, slack + apart
        holds, leave = markets.cartons[pool], sum(line["cartons"] for line in lines)
        for number in range(max(holds - leave, 0) + 1, holds + 1):
            value, apart = markets.value_kept(*pool, number)
            own, slack = own - value, slack + apart
        said = sum(line["value_base_minor"] for line in lines)
        if said > own + slack or (len(ways[pool]) == 1 and said < own - slack):
            found.append((mark("what a transfer gains"), " ".join(pool), round(own), said))
    for row in could:
        if row["carton"] == 1:
            key, hub = (row["sku"], row["country"], row["lane"]), str(markets.lanes[row["lane"]]["from_node"])
            there, slack = markets.value_there(key, 1)
            stays, apart = markets.value_kept(key[0], hub, markets.cartons[key[0], hub])
            if row["value_base_minor"] > there - stays + slack + apart:
                found.append(
                    (mark("a first carton's gain"), " ".join(key), round(there - stays), row["value_base_minor"])
                )
    return found


class Markets:
    """What a carton of a market's stock is worth where it lies and where it could go, as SKILL.md states it."""

    def __init__(
        self,
        transfers: Transfers | None,
        world: World,
        quotes: dict[Key, Any],
        lanes: list[Any],
        nodes: list[Any],
        stock: list[Any],
    ) -> None:
        self.world, self.quotes = world, quotes
        self.lanes = {str(lane["lane"]): lane for lane in lanes}
        self.regional = {str(node["node"]) for node in nodes if node["stage"] == "regional"}
        self.cartons: dict[tuple[str, str], int] = defaultdict(int)
        units: dict[tuple[str, str], int] = defaultdict(int)
        for row in stock:
            if row["state"] == "available" and row["node"] in world.country_of and row["sku"] in world.carton:
                units[str(row["sku"]), str(row["node"])] += int(row["units"])
        for (sku, node), held in units.items():
            self.cartons[sku, node] = held // world.carton[sku]
        rows = [] if transfers is None else read_rows(transfers.counted)
        self.counted = {(row["sku"], row["country"], row["lane"]): int(row["cartons"]) for row in rows}
        self.tonight: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for (sku, country, lane), cartons in self.counted.items():
            arrivals, _ = world.times(self.lanes[lane])
            self.tonight[sku, country].append((arrivals[1], cartons * world.carton[sku]))

    def is_from_hub(self, lane: str) -> bool:
        """Whether the lane leads from a hub."""
        return self.world.stage.get(self.lanes[lane]["from_node"]) == "hub"

    def value_there(self, key: Key, number: int) -> tuple[float, float]:
        """Value of a carton by a lane, and how far rounding may put another reckoning from it."""
        sku, country, lane = key
        quote = self.quotes[key]
        own, following = self.world.times(self.lanes[lane])
        moving = quote["landed"] - quote["product_cost"]
        earns = max(0.0, quote["contribution"] + moving)
        usual = self._usual(sku, country)
        later = 0.0 if usual is None else max(0.0, min(usual["landed"] - usual["product_cost"], earns))
        giving = self._usual(sku, self.world.country_of[str(self.lanes[lane]["from_node"])])
        before = max(0.0, giving["landed"] - giving["product_cost"]) if giving else 0.0
        week = quote["holding_week"] + before * self.world.policy.holding_percent_per_year / 100 / 52
        tonight = tuple(self.tonight[sku, country])
        supply = self.world.supply(sku, country, own[1], tonight)
        left = max(0.0, supply - self.world.demand(sku, country, "cum_mean", own[1]))
        ages = _read_ages(quote)
        return self._value(sku, country, number, own[1], following, tonight, earns, later, moving, week, ages, left)

    def value_kept(self, sku: str, node: str, number: int) -> tuple[float, float]:
        """Value of the so-manieth carton kept, at least 0, behind all of the country's stock that cannot leave."""
        country, policy = self.world.country_of[node], self.world.policy
        usual = self._usual(sku, country)
        if usual is None:
            return math.inf, 0.0
        sending = usual["landed"] - usual["product_cost"]
        earns = max(0.0, usual["contribution"] + sending)
        free = self.cartons[sku, node] * self.world.carton[sku]
        week = usual["holding_week"] - (usual["storage_week"] if node in self.regional else 0.0)
        ages = {} if node in self.regional else _read_ages(usual)
        *_, following = self.world.useful_ways(sku, country)[-1]
        ends = [day + policy.hub_lasts_weeks * 7 for day in following]
        left = max(0.0, self.world.stock[sku, country] - free)
        later = max(0.0, min(sending, earns))
        leaving = ((_ALWAYS, -free),)
        value, apart = self._value(sku, country, number, 0.0, ends, leaving, earns, later, 0.0, week, ages, left)
        return max(value, 0.0), apart

    def _usual(self, sku: str, country: str) -> Any:
        """The quote of the slowest useful lane from a hub; None without one."""
        if (sku, country) not in self.world.by_pair:
            return None
        ways = self.world.useful_ways(sku, country)
        return self.world.quotes[sku, country, ways[-1][2]] if ways else None

    def _value(
        self,
        sku: str,
        country: str,
        number: int,
        start: float,
        ends: list[float],
        tonight: tuple[tuple[float, int], ...],
        earns: float,
        later: float,
        moving: float,
        week: float,
        ages: dict[int, float],
        left: float,
    ) -> tuple[float, float]:
        world, units = self.world, self.world.carton[sku]
        sold = 0.0
        for weight, end in zip(ARRIVAL_WEIGHTS, ends, strict=True):
            needs = world.needs(sku, country, start, end, tonight)
            sold += weight * (sold_of(needs, number * units) - sold_of(needs, (number - 1) * units))
        mean = world.demand(sku, country, "cum_mean", start + 28) - world.demand(sku, country, "cum_mean", start)
        weekly, ahead = round(mean / 4, 4), round(left, 4) + (number - 0.5) * units
        most = world.policy.most_weeks_held
        weeks = min(most, ahead / weekly if weekly > 0 else math.inf)
        longest = min(most, (ahead + 1e-4) / (weekly - 1e-4) if weekly > 1e-4 else math.inf)
        aged = sum(max(0.0, weeks - day / 7) * fee for day, fee in ages.items())
        brings = later if weeks < most else 0.0
        value = sold * (earns - later) * world.policy.lost_sale_percent / 100
        value += units * (brings - moving - weeks * week - aged)
        slack = 1.0 + units * ((longest - weeks) * (week + sum(map(abs, ages.values()))) + 3e-4)
        return value, slack


def _read_ages(quote: Any) -> dict[int, float]:
    return {int(name.split("_")[-1]): fee for name, fee in quote.items() if name.startswith("age_fee_")}
