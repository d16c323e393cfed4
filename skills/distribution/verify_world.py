"""The inputs as plain lists, and what follows from them for one SKU and country: no code of the search."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from skills.distribution.policy import DistributionPolicy

Key = tuple[str, str, str]
Arrivals = tuple[tuple[float, int], ...]
ARRIVAL_WEIGHTS = (0.3, 0.4, 0.3)
"""Of an early, a usual and a late next arrival."""
_PATHS = (("", 0.0), ("cum_p10", 0.1), ("cum_p50", 0.5), ("cum_p75", 0.75), ("cum_p90", 0.9), ("cum_p98", 0.98))


def read_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts of plain values."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in names), strict=True)]


def count_at_hubs(stock: pd.DataFrame, nodes: pd.DataFrame, policy: DistributionPolicy) -> dict[tuple[str, str], int]:
    """Units per (sku, hub) that it may send."""
    hubs = {str(row["node"]) for row in read_rows(nodes) if row["stage"] == "hub"}
    held: dict[tuple[str, str], int] = defaultdict(int)
    for row in read_rows(stock):
        if row["node"] in hubs and row["state"] == "available":
            held[str(row["sku"]), str(row["node"])] += int(row["units"])
    return {key: units - math.ceil(units * policy.hub_reserve_percent / 100) for key, units in held.items()}


class World:
    """Lanes worth taking with their arrivals, demand, supply and need, read from the tables as SKILL.md states it."""

    def __init__(
        self,
        stock: pd.DataFrame,
        inbound: pd.DataFrame,
        nodes: pd.DataFrame,
        lanes: pd.DataFrame,
        forecast: pd.DataFrame,
        quotes: dict[Key, Any],
        carton: dict[str, int],
        policy: DistributionPolicy,
        as_of: date,
    ) -> None:
        self.quotes, self.carton, self.policy, self.as_of = quotes, carton, policy, as_of
        self.stage = {str(row["node"]): str(row["stage"]) for row in read_rows(nodes)}
        self.lanes = read_rows(lanes)
        self.hub_of = {str(lane["lane"]): str(lane["from_node"]) for lane in self.lanes}
        self.lanes_of_sku: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for sku, country, lane in quotes:
            self.lanes_of_sku[sku].append((country, lane))
        self.country_of = self._countries(nodes)
        self.stock: dict[tuple[str, str], int] = defaultdict(int)
        for row in read_rows(stock):
            if row["state"] in ("available", "receiving", "researching") and row["node"] in self.country_of:
                self.stock[str(row["sku"]), self.country_of[str(row["node"])]] += int(row["units"])
        self.coming: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for row in read_rows(inbound):
            if row["to_node"] in self.country_of:
                day = max(0, (pd.Timestamp(row["eta"]).date() - as_of).days)
                self.coming[str(row["sku"]), self.country_of[str(row["to_node"])]].append((day, int(row["units"])))
        self.ends = ((forecast["week"] - pd.Timestamp(as_of)).dt.days + 7).to_numpy()
        names = ["cum_mean", *(name for name, _ in _PATHS if name)]
        self.columns = {name: forecast[name].to_numpy(dtype="float64") for name in names}
        self.known_curves: dict[tuple[str, str], tuple[list[float], dict[str, list[float]]]] = {}
        self.known_ways: dict[tuple[str, str], list[Any]] = {}
        self.known_times: dict[str, tuple[list[float], list[float]]] = {}
        self.known_needs: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
        self.hub_soon: dict[tuple[str, str], int] = defaultdict(int, count_at_hubs(stock, nodes, policy))
        for row in read_rows(inbound):
            days = (pd.Timestamp(row["eta"]).date() - as_of).days
            if self.stage.get(row["to_node"]) == "hub" and days <= policy.hub_lasts_weeks * 7:
                self.hub_soon[str(row["sku"]), str(row["to_node"])] += int(row["units"])
        self.by_pair = forecast.groupby(["sku", "country"]).indices

    def _countries(self, nodes: pd.DataFrame) -> dict[str, str]:
        selling = {str(row["country"]) for row in read_rows(nodes) if row["stage"] == "forward"}
        onward: dict[str, str] = {}
        for lane in sorted(self.lanes, key=lambda lane: str(lane["lane"])):
            onward.setdefault(str(lane["from_node"]), str(lane["country"]))
        return {
            str(row["node"]): str(row["country"])
            if row["country"] in selling
            else onward.get(str(row["node"]), str(row["country"]))
            for row in read_rows(nodes)
            if row["stage"] != "hub"
        }

    def times(self, lane: dict[str, Any]) -> tuple[list[float], list[float]]:
        """Arrivals (early, usual, late) of tonight's departure and of the next."""
        name = str(lane["lane"])
        if name not in self.known_times:
            self.known_times[name] = self._find_times(lane)
        return self.known_times[name]

    def _find_times(self, lane: dict[str, Any]) -> tuple[list[float], list[float]]:
        transit = [float(lane[f"transit_days_{at}"]) for at in ("p10", "p50", "p90")]
        legs = [
            leg
            for leg in self.lanes
            if leg["from_node"] == lane["to_node"]
            and leg["country"] == lane["country"]
            and self.stage.get(lane["to_node"]) == "regional"
            and self.stage.get(leg["to_node"]) == "forward"
        ]
        if legs:
            leg = min(legs, key=lambda leg: (leg["transit_days_p50"], leg["lane"]))
            transit = [
                days + float(leg[f"transit_days_{at}"])
                for days, at in zip(transit, ("p10", "p50", "p90"), strict=True)
            ]
        weekday = int(lane["cutoff_weekday"])
        depart = 0 if weekday < 0 else (weekday - self.as_of.weekday()) % 7
        review = self.policy.review_days
        gap = review if weekday < 0 else math.ceil(review / 7) * 7
        return [depart + days for days in transit], [depart + gap + days for days in transit]

    def window(self, key: Key) -> tuple[float, list[float], str]:
        sku, country, lane_id = key
        useful = self.useful_ways(sku, country)
        place = [way[2] for way in useful].index(lane_id)
        _, _, _, own, following = useful[place]
        if place + 1 < len(useful):
            following = [min(a, b) for a, b in zip(following, useful[place + 1][3], strict=True)]
        return own[1], following, useful[-1][2]

    def useful_ways(self, sku: str, country: str) -> list[Any]:
        if (sku, country) not in self.known_ways:
            self.known_ways[sku, country] = self._find_ways(sku, country)
        return self.known_ways[sku, country]

    def _find_ways(self, sku: str, country: str) -> list[Any]:
        ways = []
        for lane in self.lanes:
            quote = self.quotes.get((sku, country, str(lane["lane"])))
            if quote is not None and not quote["wait_reason"] and self.stage.get(lane["from_node"]) == "hub":
                own, following = self.times(lane)
                ways.append((own[1], quote["landed"], str(lane["lane"]), own, following))
        ways.sort()
        useful: list[Any] = []
        for way in ways:
            if not useful or way[1] < min(other[1] for other in useful):
                useful.append(way)
        return useful

    def demand(self, sku: str, country: str, column: str, day: float) -> float:
        if not column:
            return 0.0
        if (sku, country) not in self.known_curves:
            rows = sorted(self.by_pair[sku, country], key=self.ends.__getitem__)
            curves = {name: [0.0, *values[rows].tolist()] for name, values in self.columns.items()}
            self.known_curves[sku, country] = ([0.0, *map(float, self.ends[rows])], curves)
        ends, curves = self.known_curves[sku, country]
        values, at = curves[column], min(max(bisect_left(ends, day), 1), len(ends) - 1)
        slope = (values[at] - values[at - 1]) / (ends[at] - ends[at - 1])
        return values[at - 1] + slope * (day - ends[at - 1])

    def supply(self, sku: str, country: str, day: float, tonight: Arrivals = ()) -> int:
        coming = [*self.coming[sku, country], *tonight]
        return self.stock[sku, country] + sum(units for eta, units in coming if eta < day)

    def needs(
        self, sku: str, country: str, start: float, end: float, tonight: Arrivals = ()
    ) -> list[tuple[float, float]]:
        """(probability, need) along each path, and at probability one."""
        key = (sku, country, start, end, tonight)
        if key not in self.known_needs:
            self.known_needs[key] = self._find_needs(sku, country, start, end, tonight)
        return self.known_needs[key]

    def _find_needs(
        self, sku: str, country: str, start: float, end: float, tonight: Arrivals
    ) -> list[tuple[float, float]]:
        arrivals = [float(eta) for eta, _ in (*self.coming[sku, country], *tonight)]
        needs: list[tuple[float, float]] = []
        there = {day: self.supply(sku, country, day, tonight) for day in [*arrivals, start, end]}
        for column, chance in _PATHS:
            short = {day: self.demand(sku, country, column, day) - units for day, units in there.items()}
            lost = max([0.0, short[start], *(short[day] for day in arrivals if day <= start)])
            worst = max([short[end], *(short[day] for day in arrivals if start < day < end)])
            need = worst - lost * self.policy.lost_sale_percent / 100
            need = min(need, 0.0) if end <= start else need
            needs.append((chance, max(need, needs[-1][1]) if needs else need))
        needs.append((1.0, needs[-1][1] + (needs[-1][1] - needs[-2][1]) * 0.25))
        return needs


def sold_of(needs: list[tuple[float, float]], units: float) -> float:
    """Area under P(need > x) from 0 to the units shipped; between two needs the chance falls in a line."""
    edges = sorted({0.0, float(units), *(need for _, need in needs if 0 < need < units)})
    area = 0.0
    for low, high in pairwise(edges):
        area += (high - low) * chance_above(needs, (low + high) / 2)
    return area


def chance_above(needs: list[tuple[float, float]], units: float) -> float:
    if units < needs[0][1]:
        return 1.0
    for (low_chance, low), (high_chance, high) in pairwise(needs):
        if low <= units < high:
            return 1.0 - low_chance - (high_chance - low_chance) * (units - low) / (high - low)
    return 0.0
