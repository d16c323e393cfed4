"""Prices of the shared limits: what no plan can beat, and which cartons are worth their price.

Each limit that SKUs share (a lane's volume, the week's cash) gets a price per unit of it (a Lagrangian multiplier).
At any prices every SKU's hub stock is split on its own, exactly and in whole cartons: the cartons with the highest
value − price, as many as the hub holds. Value of that split + price × what the limits leave = an upper bound on every
plan that keeps the limits. The prices are moved until the bound is low (sign-based steps, one length per limit).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

STEPS = 160
KEPT = 3
_DIGITS = 9
_FINE = 1e-6


@dataclass(frozen=True)
class Problem:
    """Whole cartons to choose under limits; integers throughout.

    Attributes:
        slot, value: Per carton, canonical order.
        pool: Per carton: the (sku, hub) it is taken from.
        pool_cartons: What each pool holds.
        lane: Per carton: which lane.
        volume, cash, landed: Per carton [cm³, base minor, base minor].
        limits: Volume of each lane [cm³], then the week's cash [base minor]; −1 for none.
        least_landed, least_value: Per lane: a shipment below either does not leave [base minor].
        least_cartons: A line below this does not leave.
    """

    slot: np.ndarray
    value: np.ndarray
    pool: np.ndarray
    pool_cartons: np.ndarray
    lane: np.ndarray
    volume: np.ndarray
    cash: np.ndarray
    landed: np.ndarray
    limits: np.ndarray
    least_landed: np.ndarray
    least_value: np.ndarray
    least_cartons: int

    def by_lane(self, amount: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Sum of an integer amount over the chosen cartons of each lane."""
        total = np.zeros(len(self.limits) - 1, dtype="int64")
        np.add.at(total, self.lane[chosen], amount[chosen])
        return total

    def room(self, chosen: np.ndarray) -> np.ndarray:
        """What the chosen cartons leave of each limit, negative where they exceed it; 0 where there is none."""
        used = np.append(self.by_lane(self.volume, chosen), self.cash[chosen].sum())
        return np.where(self.limits < 0, 0, self.limits - used)

    def price_of(self, prices: np.ndarray) -> np.ndarray:
        """What each carton would pay for the limits it uses."""
        return np.asarray(prices[:-1][self.lane] * self.volume + prices[-1] * self.cash)


@dataclass(frozen=True)
class Priced:
    """The best split at given prices.

    Attributes:
        prices: Per limit, lanes first, cash last [base minor per cm³, per base minor].
        chosen: Per carton.
        reduced: Value − price of the limits, per carton.
        last_in, first_out: Reduced value of the last carton that a full pool takes and of the first it leaves, per
            carton; 0 where the pool is not used up.
        bound: Upper bound on every plan.
    """

    prices: np.ndarray
    chosen: np.ndarray
    reduced: np.ndarray
    last_in: np.ndarray
    first_out: np.ndarray
    bound: Fraction


def split_at(problem: Problem, prices: np.ndarray) -> Priced:
    """The best split of every pool at given prices, and its bound."""
    reduced = problem.value - problem.price_of(prices)
    worth = reduced > 0
    wanted = np.bincount(problem.pool[worth], minlength=len(problem.pool_cartons))
    full = wanted > problem.pool_cartons
    chosen = worth & ~full[problem.pool]
    last_in, first_out = np.zeros(len(problem.pool_cartons)), np.zeros(len(problem.pool_cartons))
    rows = np.flatnonzero(worth & full[problem.pool])
    if len(rows):
        pool = problem.pool[rows]
        order = rows[np.lexsort((rows, -reduced[rows], pool))]
        begins = np.searchsorted(problem.pool[order], problem.pool[order], side="left")
        rank = np.arange(len(order)) - begins
        held = problem.pool_cartons[problem.pool[order]]
        chosen[order[rank < held]] = True
        edge = order[rank == held]
        first_out[problem.pool[edge]] = reduced[edge]
        edge = order[rank == held - 1]
        last_in[problem.pool[edge]] = reduced[edge]
        empty = full & (problem.pool_cartons == 0)
        last_in[empty] = np.inf
    return Priced(
        prices, chosen, reduced, last_in[problem.pool], first_out[problem.pool], _bound(problem, chosen, prices)
    )


def lower_bound(problem: Problem) -> list[Priced]:
    """Prices that give low bounds: the lowest first, then a few others beside which plans can be sought."""
    free = split_at(problem, np.zeros(len(problem.limits)))
    over = -problem.room(free.chosen)
    if (over <= 0).all():
        return [free]
    prices = free.prices
    longest = np.array([_typical_density(problem, limit) for limit in range(len(prices))]) / 2
    length, sign = longest / 4, np.maximum(np.sign(over), 0).astype("float64")
    seen = [free]
    for _ in range(STEPS):
        prices = np.round(np.maximum(prices + sign * length, 0.0), _DIGITS)
        priced = split_at(problem, prices)
        seen.append(priced)
        turned = -np.sign(problem.room(priced.chosen)).astype("float64")
        turned = np.where((prices <= 0) & (turned < 0), 0.0, turned)
        length = np.where(turned * sign < 0, length / 2, np.where(turned == sign, length * 1.25, length))
        length = np.minimum(length, longest)
        sign = turned
        if (length[sign != 0] <= longest[sign != 0] * _FINE).all():
            break
    seen.sort(key=lambda found: found.bound)
    return seen[:KEPT]


def bound_minor(priced: Priced) -> int:
    """The bound in whole minor units: no plan has a fractional value."""
    return math.floor(priced.bound)


def _bound(problem: Problem, chosen: np.ndarray, prices: np.ndarray) -> Fraction:
    room = problem.room(chosen)
    slack = sum(
        (Fraction(float(price)) * int(left) for price, left in zip(prices, room, strict=True) if price), Fraction()
    )
    return Fraction(int(problem.value[chosen].sum())) + slack


def _typical_density(problem: Problem, limit: int) -> float:
    """Median value of a carton per unit of the limit it uses."""
    if limit == len(problem.limits) - 1:
        rows, use = np.flatnonzero(problem.cash > 0), problem.cash
    else:
        rows, use = np.flatnonzero(problem.lane == limit), problem.volume
    rows = rows[use[rows] > 0]
    return float(np.median(problem.value[rows] / use[rows])) if len(rows) else 0.0
