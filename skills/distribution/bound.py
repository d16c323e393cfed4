"""Prices of the shared limits: what no plan can beat, and which cartons are worth their price.

Each limit that SKUs share (a lane's volume or weight, what a node receives, the week's cash) gets a price per unit
of it (a Lagrangian multiplier). At any prices every SKU's hub stock is split on its own, exactly and in whole
cartons: the cartons with the highest value − price, as many as the hub holds. Value of that split + price × what the
limits leave = an upper bound on every plan that keeps the limits. Charges that are paid once (a lane's fixed cost, a
country's entry cost) are part of the split: it is the best over all ways to open and close what is charged. The
prices are moved until the bound is low (sign-based steps, one length per limit), first on a sample of the pools, then
on all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skills.distribution.kernels import NEVER, Ints, find_tolls, split_pools, sum_split
from skills.distribution.problem import Priced, Problem, closed_slots, find_outer_charges

STEPS = 60
_SAMPLED = 1000
_FINE = 1e-6
_ROUNDS = 3
_SETS = 64


def lower_bound(problem: Problem) -> Priced:
    """Prices that give a low bound."""
    descent = _Descent(problem)
    prices, best = np.zeros(len(problem.limits), dtype="int64"), None
    closed = np.zeros(len(problem.pool), dtype="bool")
    for _ in range(_ROUNDS):
        prices = descent.settle(prices, closed)
        found = descent.priced(prices)
        if best is not None and found.bound >= best.bound:
            break
        best, closed = found, found.toll == -NEVER
        if not closed.any():
            break
    assert best is not None
    return best


@dataclass(frozen=True)
class _Part:
    """Pools and their slots, as far as these have cartons; limit and use are those of the slots."""

    pools: Ints
    slots: Ints
    limit: Ints
    use: Ints


class _Descent:
    """Moves prices downhill; keeps the last split, from which the next is found quickly."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.whole = self._take(1)
        self.counts = np.zeros(len(problem.pool), dtype="int64")
        self.toll = np.zeros(len(problem.pool), dtype="int64")

    def _take(self, step: int) -> _Part:
        """Every so-manieth pool."""
        one = self.problem
        slots = np.flatnonzero((np.diff(one.begin) > 0) & (one.pool % step == 0))
        return _Part(np.unique(one.pool[slots]), slots, one.limit[slots], one.use[slots])

    def split(self, prices: Ints, closed: np.ndarray, part: _Part) -> tuple[int, Ints]:
        """Value of the best split of a part at these prices, and what it takes of each limit."""
        one, pools = self.problem, part.pools
        toll = np.empty(len(part.slots), dtype="int64")
        find_tolls(part.limit, part.use, prices, closed[part.slots], toll)
        self.toll[part.slots] = toll
        split_pools(
            one.value,
            one.begin,
            one.order,
            one.pool_begin,
            one.pool_cartons,
            pools,
            self.toll,
            one.shift,
            self.counts,
        )
        used = np.zeros(len(one.limits), dtype="int64")
        value = sum_split(
            one.running, one.begin, one.order, one.pool_begin, pools, one.limit, one.use, self.counts, used
        )
        return value, used

    def settle(self, prices: Ints, closed: np.ndarray) -> Ints:
        """Prices near the lowest bound with these slots closed."""
        _, free = self.split(np.zeros_like(prices), closed, self.whole)
        limits = self.problem.limits
        if (free <= limits).all():
            return np.zeros_like(prices)
        length = np.maximum(prices.astype("float64"), self._typical_prices()) / 8
        pools = len(self.problem.pool_cartons)
        if pools > 2 * _SAMPLED:
            sample = self._take(pools // _SAMPLED)
            _, used = self.split(np.zeros_like(prices), closed, sample)
            scaled = np.array([int(a) * int(b) // max(1, int(c)) for a, b, c in zip(limits, used, free, strict=True)])
            prices = self._walk(prices, closed, sample, scaled, length, STEPS)
            length = length / 64
        return self._walk(prices, closed, self.whole, limits, length, STEPS)

    def _walk(
        self, prices: Ints, closed: np.ndarray, part: _Part, limits: Ints, length: np.ndarray, steps: int
    ) -> Ints:
        """Raise the price of what is exceeded and lower that of what is not: shorter steps where the sign turns,
        longer where it stays; ends when a round of steps has gained next to nothing."""
        longest, sign = length * 4, np.zeros(len(prices))
        best, lowest, calm = prices, 2**200, 0
        for _ in range(steps):
            value, used = self.split(prices, closed, part)
            bound = (value << self.problem.shift) + _times(prices, limits - used)
            calm = calm + 1 if lowest - bound <= lowest * _FINE else 0
            if bound < lowest:
                best, lowest = prices, bound
            turned = np.sign(used - limits).astype("float64")
            turned = np.where((prices <= 0) & (turned < 0), 0.0, turned)
            if calm > 8 or not turned.any():
                break
            length = np.where(turned * sign < 0, length / 2, np.where(turned == sign, length * 1.25, length))
            length = np.minimum(length, longest)
            sign = turned
            prices = np.clip(prices + (sign * length).astype("int64"), 0, self.problem.dearest)
        return best

    def _typical_prices(self) -> np.ndarray:
        """Per limit: half the middle of what its slots' first cartons are worth per unit they use."""
        one = self.problem
        has = np.flatnonzero(np.diff(one.begin) > 0)
        has = has[:: len(has) // (20 * _SAMPLED) + 1]
        typical = np.ones(len(one.limits))
        for limit, use in zip(one.limit.T, one.use.T, strict=True):
            rows = has[(limit[has] >= 0) & (use[has] > 0)]
            each = one.value[one.begin[rows]] / use[rows]
            order = np.lexsort((each, limit[rows]))
            first = np.searchsorted(limit[rows][order], np.arange(len(typical) + 1))
            for row in np.flatnonzero(np.diff(first)):
                typical[row] = each[order][(first[row] + first[row + 1]) // 2] / 2
        return np.maximum(typical * 2.0**one.shift, 1.0)

    def priced(self, prices: Ints) -> Priced:
        """The best split at these prices with its edges, and the bound that follows."""
        one = self.problem
        ceiling, shut = self._close(prices)
        self.split(prices, closed_slots(one, shut), self.whole)
        find_tolls(one.limit, one.use, prices, closed_slots(one, shut), self.toll)
        held = _times(prices, one.limits)
        last_in, first_out = _find_edges(one, self.toll, self.counts)
        return Priced(prices, self.toll.copy(), self.counts.copy(), last_in, first_out, (ceiling + held) >> one.shift)

    def _close(self, prices: Ints) -> tuple[int, frozenset[int]]:
        """Value − tolls − charges of the best split at these prices, and the charges that it does without.

        What a lane adds is the less the more others are open. So a charge that its cartons earn while all others are
        open is paid whatever else is; of one that they do not earn both ways are tried. A lane's charge is decided
        once its country's is; a country must earn its own and its lanes'. Where that would be too many sets, the
        undecided charges are left out of the value, which only raises the bound.
        """
        one, scale = self.problem, 1 << self.problem.shift
        known: dict[frozenset[int], int] = {}

        def earns(shut: frozenset[int]) -> int:
            if shut not in known:
                value, used = self.split(prices, closed_slots(one, shut), self.whole)
                known[shut] = value * scale - _times(prices, used)
            return known[shut]

        def decide(shut: frozenset[int], paid: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
            before = None
            while before != (shut, paid):
                before = (shut, paid)
                for gate in sorted(charged - shut - paid):
                    if outer.get(gate) in charged - paid:
                        shut |= {gate} & {inner for inner, country in outer.items() if country in shut}
                        continue
                    group = frozenset([gate, *(inner for inner, country in outer.items() if country == gate)]) - shut
                    rest = charged - paid
                    if earns(shut) - earns(shut | group) >= scale * cost(group):
                        paid |= {gate}
                    elif earns(rest - group) - earns(rest) < scale * cost({gate}):
                        shut |= {gate}
            return shut, paid

        def best(shut: frozenset[int], paid: frozenset[int]) -> tuple[int, frozenset[int]]:
            shut, paid = decide(shut, paid)
            undecided = charged - shut - paid
            if not undecided or len(known) > _SETS:
                return earns(shut) - scale * cost(paid), shut
            tried = min(undecided, key=lambda gate: (outer.get(gate) in undecided, gate))
            return max(best(shut, paid | {tried}), best(shut | {tried}, paid), key=lambda found: found[0])

        def cost(gates: Iterable[int]) -> int:
            return int(one.charges[list(gates)].sum())

        outer = find_outer_charges(one)
        charged = frozenset(int(gate) for gate in np.flatnonzero(one.charges > 0))
        return best(frozenset(), frozenset())


def _find_edges(problem: Problem, toll: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Per pool: worth of the last carton that a full pool sends and of the first it keeps; 0 where it is not full."""
    pools = len(problem.pool_cartons)
    last_in, first_out = np.full(pools, -NEVER), np.zeros(pools, dtype="int64")
    at = problem.begin[:-1] + counts
    more, some = (at < problem.begin[1:]) & (toll < -NEVER), counts > 0
    np.maximum.at(first_out, problem.pool[more], (problem.value[at[more]] << problem.shift) - toll[more])
    np.minimum.at(last_in, problem.pool[some], (problem.value[at[some] - 1] << problem.shift) - toll[some])
    full = problem.left(counts) == 0
    return np.where(full, last_in, 0), np.where(full, first_out, 0)


def _times(prices: Ints, amounts: Ints) -> int:
    return sum(int(price) * int(amount) for price, amount in zip(prices, amounts, strict=True))
