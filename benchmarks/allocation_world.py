"""Generated instances of the allocation: normal demand per SKU and country, cartons of 6, 12 or 24, ten limits.

Rule, by one seeded PCG64: a country's size ~ 10 × Dirichlet(2); a SKU's level ~ exp(N(2.5, 1.2)); mean demand =
level × size × exp(N(0, 0.4)), deviation = mean × U(0.2, 0.6) + √mean; price ~ exp(N(3, 0.5)), margin = price ×
U(0.15, 0.5) and what a left-over unit costs = price × U(0.05, 0.2), both per country; hub stock = total mean ×
U(0.5, 1.3); a unit's volume ~ exp(N(1, 0.6)) litres. A carton's value = (margin + cost) × its expected sales − cost ×
its units, in cents. Each country's volume limit is 70 % of what the best plan without limits would send there.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from skills.distribution.bound import lower_bound
from skills.distribution.problem import Problem

COUNTRIES = 10


def make_problem(skus: int, seed: int) -> Problem:
    """One instance."""
    draw = np.random.Generator(np.random.PCG64(seed))
    size = draw.dirichlet(np.full(COUNTRIES, 2.0)) * COUNTRIES
    level = np.exp(draw.normal(2.5, 1.2, skus))[:, None]
    shape = (skus, COUNTRIES)
    mean = level * size * np.exp(draw.normal(0, 0.4, shape))
    deviation = mean * draw.uniform(0.2, 0.6, shape) + np.sqrt(mean)
    price = np.exp(draw.normal(3, 0.5, skus))[:, None]
    margin, cost = price * draw.uniform(0.15, 0.5, shape), price * draw.uniform(0.05, 0.2, shape)
    stock = np.round(mean.sum(axis=1) * draw.uniform(0.5, 1.3, skus))
    carton = draw.choice([6, 12, 24], skus)
    carton_cm3 = np.rint(np.exp(draw.normal(1, 0.6, skus)) * 1000 * carton).astype("int64")
    held = (stock // carton).astype("int64")
    pool = np.repeat(np.arange(skus), COUNTRIES)
    value, begin = price_cartons(mean, deviation, margin, cost, carton, held)
    slots = skus * COUNTRIES
    none = np.zeros((slots, 0), dtype="int64")
    free = Problem(
        value=value,
        begin=begin,
        pool=pool,
        pool_cartons=held,
        limit=np.tile(np.arange(COUNTRIES), skus)[:, None],
        use=carton_cm3[pool][:, None],
        limits=np.full(COUNTRIES, 2**40),
        names=tuple(("received volume", f"C{country}") for country in range(COUNTRIES)),
        gate=none,
        charges=np.zeros(0, dtype="int64"),
        shipment=np.tile(np.arange(COUNTRIES), skus),
        amount=none,
        least=np.zeros((COUNTRIES, 0), dtype="int64"),
        least_cartons=1,
    )
    used = free.limits - free.room(lower_bound(free).counts)
    return replace(free, limits=used * 7 // 10)


def price_cartons(
    mean: np.ndarray,
    deviation: np.ndarray,
    margin: np.ndarray,
    cost: np.ndarray,
    carton: np.ndarray,
    held: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Value of every carton above zero [cents], never rising within a slot, and where each slot's begin."""
    mean, deviation, margin, cost = (part.ravel() for part in (mean, deviation, margin, cost))
    units = np.repeat(carton, COUNTRIES).astype("float64")
    most = np.minimum(np.ceil((mean + 4 * deviation) / units), np.repeat(held, COUNTRIES)).astype("int64")
    slot = np.repeat(np.arange(len(mean)), most)
    number = np.arange(len(slot)) - (np.cumsum(most) - most)[slot] + 1

    def sold(sent: np.ndarray) -> np.ndarray:
        away = (sent - mean[slot]) / deviation[slot]
        below = 0.5 * np.fromiter((math.erfc(-z * math.sqrt(0.5)) for z in away), "float64", len(away))
        density = np.exp(-away * away / 2) / math.sqrt(2 * math.pi)
        return np.asarray(sent - (sent - mean[slot]) * below - deviation[slot] * density)

    gained = sold(number * units[slot]) - sold((number - 1) * units[slot])
    worth = np.rint(100 * ((margin + cost)[slot] * gained - cost[slot] * units[slot])).astype("int64")
    stays = worth > 0
    slot, worth = slot[stays], worth[stays]
    while (rising := np.flatnonzero((slot[1:] == slot[:-1]) & (worth[1:] > worth[:-1]))).size:
        worth[rising + 1] = worth[rising]
    return worth, np.searchsorted(slot, np.arange(len(mean) + 1))
