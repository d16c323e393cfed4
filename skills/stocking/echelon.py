"""Safety factors of the hub and of the countries, tuned together on simulated demand for one target fill rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from skills.stocking.draws import draw_demand
from skills.vocabulary import Refusal, check_columns, mark

Floats = npt.NDArray[np.float64]

PERIODS, WARM_UP = 520, 52
HUB_FACTORS = np.arange(-2.0, 2.01, 0.25)
FORWARD_FACTORS = np.arange(-0.5, 4.01, 0.125)
"""Factors tried: safety stock = factor × spread × √(weeks covered), from nearly nothing to more than enough."""
_NEEDED = ("sku", "country", "p10", "p50", "p75", "p90", "p98", "hub_weeks", "forward_weeks", "value")


class NoFactors(Refusal):
    """No pair of factors that is tried reaches the target fill rate."""


@dataclass(frozen=True)
class Factors:
    """The pair that reaches the target with least money in stock, and stock without a hub at the same target.

    Attributes:
        hub, forward: Safety factors with the hub.
        scattered: Safety factor without it: the whole lead time is covered in each country.
        fill_percent, scattered_fill_percent: Share of demand served from stock.
        stock_value, scattered_value: Mean money in stock, hub included.
        saved_percent: Of the scattered value; negative where the hub holds more.
    """

    hub: float
    forward: float
    scattered: float
    fill_percent: float
    scattered_fill_percent: float
    stock_value: float
    scattered_value: float
    saved_percent: float


def tune_echelon(lines: pd.DataFrame, fill_percent: float, seed: int) -> Factors:
    """One pair of factors for all products: with one factor shared by hub and countries, pooling looks like a loss.

    Every week the hub orders up to its level and each country up to its own; when the hub is short, what it has is
    shared in proportion to what was asked. Unmet demand waits.

    Args:
        lines: One row per (sku, country): quantiles of a week's demand p10 … p98 [units]; hub_weeks and forward_weeks
            (lead times to the hub and from it, whole weeks, hub_weeks at least 1), value of a unit [money].
        fill_percent: Share of demand to serve from stock.
        seed: Of the simulated demand; weeks and countries are independent.

    Raises:
        MissingColumns: names what is missing.
        NoFactors: says how much the largest factors serve.
    """
    check_columns("lines", lines.columns, _NEEDED)
    ordered = lines.sort_values(["sku", "country"], kind="stable")
    groups = [
        (
            np.array(
                [draw_demand(row, PERIODS, seed + place) for place, row in enumerate(_quantiles(part))],
                dtype="float64",
            ),
            int(part["hub_weeks"].iloc[0]),
            part["forward_weeks"].to_numpy(dtype="int64"),
            float(part["value"].iloc[0]),
        )
        for _, part in ordered.groupby("sku", sort=True)
    ]
    with_hub = {
        (hub, forward): _measure(groups, float(hub), float(forward), True)
        for hub in HUB_FACTORS
        for forward in FORWARD_FACTORS
    }
    without = {(0.0, forward): _measure(groups, 0.0, float(forward), False) for forward in FORWARD_FACTORS}
    (hub, forward), (fill, value) = _cheapest(with_hub, fill_percent)
    (_, scattered), (scattered_fill, scattered_value) = _cheapest(without, fill_percent)
    saved = (scattered_value - value) * 100.0 / scattered_value if scattered_value else 0.0
    return Factors(
        hub, forward, scattered, round(fill, 2), round(scattered_fill, 2), round(value, 2), round(scattered_value, 2),
        round(saved, 2),
    )  # fmt: skip


def _quantiles(part: pd.DataFrame) -> Floats:
    return part[["p10", "p50", "p75", "p90", "p98"]].to_numpy(dtype="float64")


def _measure(
    groups: list[tuple[Floats, int, npt.NDArray[np.int64], float]], hub: float, forward: float, has_hub: bool
) -> tuple[float, float]:
    """Fill rate [%] and mean money in stock over all products."""
    served, wanted, value = 0.0, 0.0, 0.0
    for demand, hub_weeks, forward_weeks, unit_value in groups:
        one_served, one_wanted, stock = _simulate(demand, hub_weeks, forward_weeks, hub, forward, has_hub)
        served, wanted, value = served + one_served, wanted + one_wanted, value + stock * unit_value
    return (served * 100.0 / wanted if wanted else 100.0), value


def _cheapest(
    tried: dict[tuple[float, float], tuple[float, float]], fill_percent: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    enough = [(value, pair) for pair, (fill, value) in tried.items() if fill >= fill_percent]
    if not enough:
        raise NoFactors(
            mark("No factor that is tried serves {wanted} % of demand; the largest serves {most} %. Ask for less."),
            wanted=fill_percent,
            most=round(max(fill for fill, _ in tried.values()), 2),
        )
    pair = min(enough)[1]
    return pair, tried[pair]


@njit(cache=True)
def _simulate(
    demand: Floats, hub_weeks: int, forward_weeks: npt.NDArray[np.int64], hub: float, forward: float, has_hub: bool
) -> tuple[float, float, float]:
    """Units served from stock, units wanted, and mean units on hand at the end of a week."""
    countries, periods = demand.shape
    mean, spread = np.zeros(countries), np.zeros(countries)
    total_spread = 0.0
    for c in range(countries):
        for t in range(periods):
            mean[c] += demand[c, t]
        mean[c] /= periods
        for t in range(periods):
            spread[c] += (demand[c, t] - mean[c]) * (demand[c, t] - mean[c])
        spread[c] /= periods
        total_spread += spread[c]
    level, longest = np.zeros(countries), 1
    hub_level = hub * math.sqrt(total_spread * hub_weeks)
    for c in range(countries):
        weeks = forward_weeks[c] + (0 if has_hub else hub_weeks)
        level[c] = mean[c] * (weeks + 1) + forward * math.sqrt(spread[c] * (weeks + 1))
        hub_level += mean[c] * hub_weeks
        longest = max(longest, weeks)
    hub_level = max(hub_level, 0.0)
    on_hand, position = level.copy(), level.copy()
    moving = np.zeros((countries, longest + 1))
    at_hub, hub_position = hub_level, hub_level
    coming = np.zeros(hub_weeks + 1)
    backlog = np.zeros(countries)
    served, wanted, stock = 0.0, 0.0, 0.0
    for t in range(periods):
        if has_hub:
            at_hub += coming[t % (hub_weeks + 1)]
            coming[t % (hub_weeks + 1)] = 0.0
        for c in range(countries):
            on_hand[c] += moving[c, t % (longest + 1)]
            moving[c, t % (longest + 1)] = 0.0
        asked = 0.0
        for c in range(countries):
            order = max(level[c] - position[c], 0.0)
            position[c] += order
            backlog[c] += order
            asked += backlog[c]
        share = 1.0
        if has_hub and asked > at_hub:
            share = at_hub / asked
        for c in range(countries):
            sent = backlog[c] * share
            backlog[c] -= sent
            weeks = forward_weeks[c] + (0 if has_hub else hub_weeks)
            moving[c, (t + weeks) % (longest + 1)] += sent
            if has_hub:
                at_hub -= sent
            if weeks == 0:
                on_hand[c] += moving[c, t % (longest + 1)]
                moving[c, t % (longest + 1)] = 0.0
        if has_hub:
            gone = 0.0
            for c in range(countries):
                gone += demand[c, t]
            order = max(hub_level - hub_position, 0.0)
            hub_position += order - gone
            coming[(t + hub_weeks) % (hub_weeks + 1)] += order
        for c in range(countries):
            if t >= WARM_UP:
                wanted += demand[c, t]
                served += min(demand[c, t], max(on_hand[c], 0.0))
            on_hand[c] -= demand[c, t]
            position[c] -= demand[c, t]
            if t >= WARM_UP:
                stock += max(on_hand[c], 0.0)
        if has_hub and t >= WARM_UP:
            stock += max(at_hub, 0.0)
    return served, wanted, stock / (periods - WARM_UP)
