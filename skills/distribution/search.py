"""A plan that keeps every limit, from the split that the prices suggest: take back, fill up, close poor shipments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skills.distribution.bound import Priced, Problem, closed_slots, lower_bound
from skills.distribution.kernels import NEVER, Ints, exchange, fill_up, take_back

_EXCHANGED = 3_000


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


def try_openings(problem: Problem, counts: Ints) -> Ints:
    """A better plan where another set of charges is paid: all of them, then one less at a time, prices found anew for
    each set."""
    best = counts
    gates = frozenset(np.flatnonzero(problem.charges > 0).tolist())
    shut: frozenset[int] = frozenset()
    for gate in (-1, *sorted(gates, key=lambda gate: (-int(problem.charges[gate]), gate))):
        tried = shut | ({gate} & gates)
        closed = closed_slots(problem, tried)
        paid = replace(problem.without(closed), charges=np.zeros_like(problem.charges))
        priced = lower_bound(paid)
        found = find_plan(problem, replace(priced, toll=np.where(closed, -NEVER, priced.toll)))
        if gate < 0 or problem.worth(found) > problem.worth(best):
            shut = tried
        if problem.worth(found) > problem.worth(best):
            best = found
    return best


def find_poor(problem: Problem, counts: Ints) -> tuple[Ints, Ints]:
    """Lanes whose shipment is below its least, and slots whose line is."""
    total = np.zeros_like(problem.least)
    np.add.at(total, problem.shipment, problem.amount * counts[:, None])
    leaves = np.bincount(problem.shipment[counts > 0], minlength=len(total)) > 0
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
    earned = np.zeros(len(problem.charges), dtype="int64")
    for gates in problem.gate.T:
        np.add.at(earned, gates[gates >= 0], gross[gates >= 0])
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
