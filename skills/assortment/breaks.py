"""Where weekly sales broke: Pettitt's rank test against seeded shuffles of whole blocks of weeks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from skills.assortment.policy import AssortmentPolicy

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Break:
    """A change of level.

    Attributes:
        at: Position of the first week of the new level.
        before, after: Mean units a week on both sides.
        chance: Share of shuffles with as strong a break.
    """

    at: int
    before: float
    after: float
    chance: float


def find_break(units: Floats, policy: AssortmentPolicy) -> Break | None:
    """The strongest change of level in a row of weeks, if it is large enough and shuffles seldom show one as strong.

    U(t) = 2 × ranks up to t − t × (n + 1), ties sharing a rank, all in whole numbers; the break is where |U| is
    largest. Its chance is the share of shuffles, the observed order among them, whose largest |U| is no smaller.
    Shuffles move blocks of weeks, because sales of neighbouring weeks are alike.
    """
    count, side = len(units), policy.break_side_weeks
    if count < 2 * side + 8:
        return None
    ranks = _rank_twice(units)
    steps = np.arange(1, count + 1, dtype=np.int64) * (count + 1)
    inside = slice(side - 1, count - side)
    strength = np.abs(np.cumsum(ranks) - steps)[inside]
    at = int(np.argmax(strength)) + side
    before, after = float(np.mean(units[:at])), float(np.mean(units[at:]))
    if not abs(after - before) * 100 >= policy.break_percent * before or before == after:
        return None
    orders = _shuffle(count, policy.shuffle_block_weeks, policy.shuffles, policy.seed)
    shuffled = np.abs(np.cumsum(ranks[orders], axis=1) - steps)[:, inside].max(axis=1)
    chance = (1 + int(np.count_nonzero(shuffled >= strength.max()))) / (1 + policy.shuffles)
    return Break(at, before, after, chance) if chance * 100 <= policy.break_chance_percent else None


def _rank_twice(units: Floats) -> Ints:
    """Twice the mid-ranks: whole numbers."""
    ordered = np.sort(units)
    below = np.searchsorted(ordered, units, side="left")
    upto = np.searchsorted(ordered, units, side="right")
    return (below + upto + 1).astype(np.int64)


@lru_cache(maxsize=256)
def _shuffle(count: int, block: int, shuffles: int, seed: int) -> Ints:
    """Orders of `count` weeks, one per row; blocks of weeks begin at a shifted place in each."""
    generator = np.random.Generator(np.random.PCG64([seed, count, block]))
    orders = np.empty((shuffles, count), dtype=np.int64)
    weeks = np.arange(count, dtype=np.int64)
    for row in range(shuffles):
        turned = np.roll(weeks, int(generator.integers(block)))
        parts = np.array_split(turned, range(block, count, block))
        orders[row] = np.concatenate([parts[at] for at in generator.permutation(len(parts))])
    return orders
