"""A plan that keeps every limit, from the split that the prices suggest: take back, fill up, close poor shipments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from skills.distribution.bound import lower_bound
from skills.distribution.kernels import NEVER, Ints, exchange, fill_up, take_back
from skills.distribution.problem import Priced, Problem, closed_slots

_EXCHANGED = 3_000
_PARTS = 64


def find_plan(problem: Problem, priced: Priced) -> Ints:
    """Cartons to send per slot; keeps hub stock, limits, least lines and least shipments, and pays no charge that its
    cartons do not earn."""
    closed = priced.toll == -NEVER
    counts = _repair(problem, priced, closed)
    while (poor := _find_poorest(problem, counts)).any():
        closed |= poor
        counts = _repair(problem, priced, closed)
    for charge in np.flatnonzero(problem.opened(counts) & (problem.charges > 0)):
        fewer = _repair(problem, priced, closed | (problem.gate == charge).any(axis=1))
        if problem.worth(fewer) > problem.worth(counts) and not _find_poorest(problem, fewer).any():
            counts, closed = fewer, closed | (problem.gate == charge).any(axis=1)
    return counts


@dataclass(frozen=True)
class Branch:
    """A part of all plans: those that pay some charges and shut what needs others; its prices bound them.

    Attributes:
        shut, paid: Rows of charges; the others are open to either.
        prices: Per limit, as in `Priced`.
        bound: No plan of this part has more value [base minor].
    """

    shut: frozenset[int]
    paid: frozenset[int]
    prices: Ints
    bound: int


def branch(problem: Problem, priced: Priced, plan: Ints, gap_percent: Fraction) -> tuple[Ints, list[Branch]]:
    """The best plan found, and all plans in parts, by the charges they pay, each with prices of its own, until no
    part's bound is far above that plan or there are 64 parts. The bound on all plans is the highest of the parts'."""
    best, parts = plan, [Branch(frozenset(), frozenset(), priced.prices, priced.bound)]
    while len(parts) < _PARTS:
        parts.sort(key=lambda part: part.bound)
        highest = parts[-1]
        charged = set(np.flatnonzero(problem.charges > 0).tolist()) - highest.shut - highest.paid
        if not charged or (highest.bound - problem.worth(best)) * 100 <= gap_percent * highest.bound:
            break
        gate = max(charged, key=lambda gate: (int(problem.charges[gate]), -gate))
        parts.pop()
        for shut, paid in ((highest.shut | {gate}, highest.paid), (highest.shut, highest.paid | {gate})):
            decided = np.isin(np.arange(len(problem.charges)), list(shut | paid))
            closed = closed_slots(problem, shut)
            rest = replace(problem.without(closed), charges=np.where(decided, 0, problem.charges))
            found = lower_bound(rest)
            bound = found.bound - int(problem.charges[list(paid)].sum())
            lower = bound < highest.bound
            prices = found.prices if lower else highest.prices
            parts.append(Branch(shut, paid, prices, bound if lower else highest.bound))
            tried = find_plan(problem, replace(found, toll=np.where(closed, -NEVER, found.toll)))
            best = max(best, tried, key=problem.worth)
    return best, parts


def find_poor(problem: Problem, counts: Ints) -> tuple[Ints, Ints]:
    """Lanes whose shipment is below its least, and slots whose line is."""
    total, sent = np.zeros_like(problem.least), np.flatnonzero(counts)
    np.add.at(total, problem.shipment[sent], problem.amount[sent] * counts[sent, None])
    leaves = np.bincount(problem.shipment[sent], minlength=len(total)) > 0
    lines = (counts > 0) & (counts < problem.least_cartons)
    return np.flatnonzero(leaves & (total < problem.least).any(axis=1)), np.flatnonzero(lines)


def _find_poorest(problem: Problem, counts: Ints) -> np.ndarray:
    """Slots of all lines below the least, else of the poorest shipment below its least, else of the charge that loses
    most."""
    lanes, lines = find_poor(problem, counts)
    slots = np.zeros(len(counts), dtype="bool")
    slots[lines] = True
    if len(lines):
        return slots
    gross = problem.gross(counts)
    if len(lanes):
        value = np.bincount(problem.shipment, weights=gross, minlength=len(problem.least))
        return np.asarray(problem.shipment == lanes[np.argmin(value[lanes])])
    earned, sent = np.zeros(len(problem.charges), dtype="int64"), np.flatnonzero(counts)
    for gates in problem.gate[sent].T:
        np.add.at(earned, gates[gates >= 0], gross[sent][gates >= 0])
    lost = np.where(problem.opened(counts), problem.charges - earned, 0)
    return (problem.gate == lost.argmax()).any(axis=1) if lost.max(initial=0) > 0 else slots


def _repair(problem: Problem, priced: Priced, closed: np.ndarray) -> Ints:
    """The split without closed slots, back within the limits, filled up, with better cartons in exchange."""
    counts = np.where(closed, 0, priced.counts)
    room, toll = problem.room(counts), np.where(closed, -NEVER, priced.toll)
    one = problem
    take_back(one.value, one.begin, one.limit, one.use, toll, one.shift, counts, room)
    left = problem.left(counts)
    fill_up(one.value, one.begin, one.pool, one.limit, one.use, toll, one.shift, counts, left, room)
    if len(counts) <= _EXCHANGED:
        while exchange(one.value, one.begin, one.pool, one.limit, one.use, toll, counts, left, room):
            fill_up(one.value, one.begin, one.pool, one.limit, one.use, toll, one.shift, counts, left, room)
    return counts
