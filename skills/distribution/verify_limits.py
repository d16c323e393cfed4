"""The half of the independent check that is about limits, charges, value and bound: plain loops, exact fractions."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.verify_world import Key
from skills.vocabulary import mark

Limit = tuple[str, str]
Finding = tuple[str, str, object, object]


class Shared:
    """What lines share, read from the tables as SKILL.md states it."""

    def __init__(
        self,
        lines: list[Any],
        lanes: list[Any],
        nodes: list[Any],
        quotes: dict[Key, Any],
        carton: dict[str, int],
        policy: DistributionPolicy,
    ) -> None:
        self.lines, self.quotes, self.carton, self.policy = lines, quotes, carton, policy
        self.lanes = {str(lane["lane"]): lane for lane in lanes}
        self.holds: dict[Limit, int] = {}
        for name, lane in self.lanes.items():
            self._hold("lane volume", name, lane.get("weekly_capacity_m3"), 1_000_000)
            self._hold("lane weight", name, lane.get("weekly_capacity_kg"), 1000)
        for node in nodes:
            self._hold("received volume", str(node["node"]), node.get("weekly_capacity_m3"), 1_000_000)
        self._hold("weekly cash", "", policy.weekly_cash_minor, 1)
        going = {line["lane"] for line in lines if line["held"]}
        entered = {line["country"] for line in lines if line["held"]}
        self.known_uses: dict[Key, dict[Limit, int]] = {}
        self.charges: dict[Limit, int] = {}
        for (_, country, name), quote in quotes.items():
            if quote["wait_reason"]:
                continue
            fixed, entry = self.lanes[name]["fixed_minor"], quote.get("entry_cost_base_minor", 0)
            if fixed == fixed and name not in going and round(fixed * quote["lane_factor"]) > 0:
                self.charges["lane charge", name] = round(fixed * quote["lane_factor"])
            if entry == entry and entry > 0 and country not in entered:
                known = self.charges.get(("country entry", country), 0)
                self.charges["country entry", country] = max(known, int(entry))

    def _hold(self, kind: str, subject: str, capacity: Any, per_unit: int) -> None:
        if capacity is not None and capacity == capacity:
            self.holds[kind, subject] = math.floor(float(capacity) * per_unit)

    def uses(self, key: Key) -> dict[Limit, int]:
        """What one carton takes of each limit that is set."""
        if key not in self.known_uses:
            self.known_uses[key] = self._find_uses(key)
        return self.known_uses[key]

    def _find_uses(self, key: Key) -> dict[Limit, int]:
        sku, _, lane = key
        quote, units = self.quotes[key], self.carton[sku]
        volume = round(round(quote["cm3"] * units, 0))
        takes = {
            ("lane volume", lane): volume,
            ("lane weight", lane): round(quote["weight_kg"] * units * 1000),
            ("received volume", str(self.lanes[lane]["to_node"])): volume,
            ("weekly cash", ""): round(quote["cash"] * units),
        }
        return {limit: amount for limit, amount in takes.items() if limit in self.holds}

    def needs(self, key: Key) -> set[Limit]:
        """The charges that a carton needs paid."""
        _, country, lane = key
        return {("lane charge", lane), ("country entry", country)} & set(self.charges)


def check_limits(shared: Shared, allocation: Allocation) -> list[Finding]:
    """Whether lines keep every limit and least, and whether the limits are what the tables say."""
    policy = shared.policy
    used: dict[Limit, int] = defaultdict(int)
    by_kept: dict[Limit, int] = defaultdict(int)
    landed: dict[str, int] = defaultdict(int)
    cartons: dict[str, int] = defaultdict(int)
    kept: set[str] = set()
    found: list[Finding] = []
    for line in shared.lines:
        key = (line["sku"], line["country"], line["lane"])
        for limit, amount in shared.uses(key).items():
            used[limit] += line["cartons"] * amount
            by_kept[limit] += line["cartons"] * amount if line["held"] else 0
        landed[line["lane"]] += line["cartons"] * round(shared.quotes[key]["landed"] * shared.carton[line["sku"]])
        cartons[line["lane"]] += line["cartons"]
        kept |= {line["lane"]} if line["held"] else set()
        if line["cartons"] < policy.threshold_cartons and not line["held"]:
            found.append((mark("no line below the least"), line["sku"], policy.threshold_cartons, line["cartons"]))
    for limit, holds in shared.holds.items():
        if used[limit] > holds:
            found.append((mark("no more than a limit holds"), " ".join(limit), holds, used[limit]))
    for row in allocation.limits.to_dict("records"):
        limit = (str(row["limit"]), str(row["subject"]))
        left = max(0, shared.holds.get(limit, -1) - by_kept[limit])
        if row["holds"] != left:
            found.append((mark("a limit is what the tables say"), " ".join(limit), left, row["holds"]))
    for lane, total in landed.items():
        least = shared.lanes[lane].get("minimum_cartons", 0)
        if lane in kept:
            continue
        if total < policy.minimum_shipment_minor:
            found.append((mark("no shipment below the least"), lane, policy.minimum_shipment_minor, total))
        if least == least and cartons[lane] < least:
            found.append((mark("no shipment below its least cartons"), lane, int(least), cartons[lane]))
    return found


def check_bound(shared: Shared, allocation: Allocation, left: dict[tuple[str, str], int]) -> list[Finding]:
    """Whether the value is that of the cartons less the charges, and whether the prices prove the bound.

    Args:
        left: Cartons per (sku, node) that may leave, less kept lines.
    """
    values: dict[Key, list[int]] = defaultdict(list)
    for row in allocation.candidates.to_dict("records"):
        values[row["sku"], row["country"], row["lane"]].append(int(row["value_base_minor"]))
    parts = [
        (frozenset(part["shut"]), frozenset(part["paid"]), [Fraction(float(price)) for price in part["prices"]])
        for part in allocation.parts.to_dict("records")
    ]
    # parts that differ in a charge have no plan in common; their shares of all choices add up to one
    apart = all(one[0] & other[1] or one[1] & other[0] for one, other in combinations(parts, 2))
    whole = sum(Fraction(1, 2 ** len(shut | paid)) for shut, paid, _ in parts) == 1
    found: list[Finding] = []
    proven = allocation.method != "multipliers" or (
        apart and whole and all(_proves(shared, allocation, left, values, *part) for part in parts)
    )
    highest = math.floor(_Split(shared, allocation, left, values, parts[0][2]).best(frozenset()))
    if not proven or (not shared.charges and allocation.bound_base_minor > highest):
        found.append((mark("the bound follows from the prices"), "", highest, allocation.bound_base_minor))
    if allocation.value_base_minor > allocation.bound_base_minor:
        found.append(
            (mark("the value lies below the bound"), "", allocation.bound_base_minor, allocation.value_base_minor)
        )
    new = [(line["sku"], line["country"], line["lane"]) for line in shared.lines if not line["held"]]
    count = {(line["sku"], line["country"], line["lane"]): line["cartons"] for line in shared.lines}
    paid = {charge for key in new for charge in shared.needs(key)}
    sent = sum(sum(values[key][: count[key]]) for key in new) - sum(shared.charges[charge] for charge in paid)
    if sent != allocation.value_base_minor:
        found.append(
            (mark("the value is the sum of the cartons less the charges"), "", sent, allocation.value_base_minor)
        )
    rising = [key for key, row in values.items() if any(b > a for a, b in pairwise(row))]
    found += [(mark("no carton is worth more than the one before"), " ".join(key), "", "") for key in rising]
    return found


class _Split:
    """The split at some prices: cartons of each (sku, hub) with what they are worth and the charges they need.

    Amounts are counted in whole parts of a minor unit, so many that every price is whole.
    """

    def __init__(
        self,
        shared: Shared,
        allocation: Allocation,
        left: dict[tuple[str, str], int],
        values: dict[Key, list[int]],
        prices: list[Fraction],
    ) -> None:
        rows = allocation.limits.to_dict("records")
        self.parts = math.lcm(*(price.denominator for price in prices))
        whole = [int(price * self.parts) for price in prices]
        price = {(str(row["limit"]), str(row["subject"])): each for row, each in zip(rows, whole, strict=True)}
        self.held = sum(each * int(row["holds"]) for row, each in zip(rows, whole, strict=True))
        self.left = left
        self.worth: dict[tuple[str, str], list[tuple[int, set[Limit]]]] = defaultdict(list)
        for key, cartons in values.items():
            toll = sum(price[limit] * amount for limit, amount in shared.uses(key).items())
            pool, needs = (key[0], str(shared.lanes[key[2]]["from_node"])), shared.needs(key)
            self.worth[pool] += [(value * self.parts - toll, needs) for value in cartons if value * self.parts > toll]
        for amounts in self.worth.values():
            amounts.sort(key=lambda carton: carton[0], reverse=True)

    def best(self, shut: frozenset[Limit]) -> Fraction:
        """Its value without cartons that need a shut charge, and what the limits hold at their prices."""
        total = self.held
        for pool, amounts in self.worth.items():
            chosen = [amount for amount, needs in amounts if not needs & shut][: max(self.left.get(pool, 0), 0)]
            total += sum(chosen)
        return Fraction(total, self.parts)


def _proves(
    shared: Shared,
    allocation: Allocation,
    left: dict[tuple[str, str], int],
    values: dict[Key, list[int]],
    shut: frozenset[Limit],
    paid: frozenset[Limit],
    prices: list[Fraction],
) -> bool:
    """Whether no plan of a part has more value than the bound."""
    split = _Split(shared, allocation, left, values, prices)

    def holds(shut: frozenset[Limit], cost: int, undecided: list[Limit]) -> bool:
        # with undecided charges for nothing the split is worth the most that any choice of them can be
        if math.floor(split.best(shut) - cost) <= allocation.bound_base_minor:
            return True
        if not undecided:
            return False
        first, rest = undecided[0], undecided[1:]
        return holds(shut | {first}, cost, rest) and holds(shut, cost + shared.charges[first], rest)

    undecided = sorted(set(shared.charges) - shut - paid, key=lambda charge: -shared.charges[charge])
    return holds(shut, sum(shared.charges[charge] for charge in paid), undecided)
