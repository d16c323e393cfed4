"""The night's question in whole numbers: cartons to choose, what holds them, what they share and what they pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from skills.distribution.kernels import Ints, find_tolls
from skills.vocabulary import Refusal, mark

_LARGEST = 2**40


class TooLarge(Refusal):
    """A number of the problem is too large to be counted exactly."""


@dataclass(frozen=True)
class Problem:
    """Whole cartons to choose under limits; integers throughout. All cartons of a slot are alike but for their value.

    Attributes:
        value: Per carton, slot by slot, above zero and never rising within a slot [base minor].
        begin: Per slot, and once more at the end: its first carton.
        pool: Per slot: the (sku, hub) it is taken from.
        pool_cartons: What each pool holds.
        limit, use: Per slot and one column for each kind of limit: the limit's row (−1 = none) and what one carton
            takes of it.
        limits: What each limit holds [cm³, grams, base minor].
        names: Per limit: its kind and the lane or node it is of, "" for the cash of the week.
        gate: Per slot and one column for each kind of charge: the charge's row (−1 = none).
        charges: Paid once when any carton needs them [base minor].
        shipment: Per slot: the lane it leaves by.
        amount: Per slot: what a carton adds to its shipment [landed base minor, cartons].
        least: Per lane, in the same columns: a shipment below does not leave.
        least_cartons: A line below this does not leave.
    """

    value: Ints
    begin: Ints
    pool: Ints
    pool_cartons: Ints
    limit: Ints
    use: Ints
    limits: Ints
    names: tuple[tuple[str, str], ...]
    gate: Ints
    charges: Ints
    shipment: Ints
    amount: Ints
    least: Ints
    least_cartons: int

    def __post_init__(self) -> None:
        for what, numbers in (
            (mark("a carton's value"), self.value),
            (mark("a carton's volume, weight or cash"), self.use),
            (mark("a limit"), self.limits),
        ):
            if len(numbers) and (int(numbers.max()) > _LARGEST or int(numbers.min()) < 0):
                raise TooLarge(
                    mark("{what} is {found}; expected 0 to {most}. Check weights, sides and prices of the products."),
                    what=what,
                    found=int(numbers.max()) if int(numbers.max()) > _LARGEST else int(numbers.min()),
                    most=_LARGEST,
                )

    @cached_property
    def order(self) -> Ints:
        """Slots pool by pool."""
        return np.argsort(self.pool, kind="stable")

    @cached_property
    def pool_begin(self) -> Ints:
        """Where each pool's slots begin in `order`."""
        return np.searchsorted(self.pool[self.order], np.arange(len(self.pool_cartons) + 1))

    @cached_property
    def running(self) -> Ints:
        """Sum of values up to each carton."""
        return np.concatenate([[0], np.cumsum(self.value)])

    @cached_property
    def slot(self) -> Ints:
        """Per carton: its slot."""
        return np.repeat(np.arange(len(self.pool)), np.diff(self.begin))

    @cached_property
    def place(self) -> Ints:
        """Per carton: how many of its slot come before it."""
        return np.arange(len(self.value)) - self.begin[:-1][self.slot]

    @cached_property
    def shift(self) -> int:
        """Prices are whole 2^-shift minor units: as fine as 64 bits hold."""
        return min(24, 60 - int(self.value.max(initial=1)).bit_length())

    @cached_property
    def dearest(self) -> Ints:
        """Highest price of each limit: no toll overflows, and each is exact as a floating number."""
        most = np.ones(len(self.limits), dtype="int64")
        for limit, use in zip(self.limit.T, self.use.T, strict=True):
            np.maximum.at(most, limit[limit >= 0], use[limit >= 0])
        return np.asarray(np.minimum(2**60 // most // max(1, self.limit.shape[1]), 2**52))

    def gross(self, counts: Ints) -> Ints:
        """Value of the first cartons of each slot, before charges."""
        return np.asarray(self.running[self.begin[:-1] + counts] - self.running[self.begin[:-1]])

    def opened(self, counts: Ints) -> np.ndarray:
        """Per charge: whether a carton needs it."""
        needed = self.gate[counts > 0]
        found = np.zeros(len(self.charges), dtype="bool")
        found[needed[needed >= 0]] = True
        return found

    def worth(self, counts: Ints) -> int:
        """Value of a plan, charges paid [base minor]."""
        return int(self.gross(counts).sum()) - int(self.charges[self.opened(counts)].sum())

    def room(self, counts: Ints) -> Ints:
        """What a plan leaves of each limit, negative where it exceeds it."""
        used, sent = np.zeros(len(self.limits), dtype="int64"), np.flatnonzero(counts)
        for limit, use in zip(self.limit[sent].T, self.use[sent].T, strict=True):
            np.add.at(used, limit[limit >= 0], (counts[sent] * use)[limit >= 0])
        return self.limits - used

    def left(self, counts: Ints) -> Ints:
        """Cartons that each pool still holds."""
        taken, sent = np.zeros(len(self.pool_cartons), dtype="int64"), np.flatnonzero(counts)
        np.add.at(taken, self.pool[sent], counts[sent])
        return self.pool_cartons - taken

    def price_of(self, priced: Priced) -> np.ndarray:
        """Per slot: what a carton pays for the limits it uses [base minor]."""
        toll = np.zeros(len(self.pool), dtype="int64")
        find_tolls(self.limit, self.use, priced.prices, np.zeros(len(self.pool), dtype="bool"), toll)
        return np.asarray(toll / 2.0**self.shift)

    def short_of(self, room: Ints) -> Ints:
        """Per slot: the first limit without room for one more carton, −1 for none."""
        found = np.full(len(self.pool), -1, dtype="int64")
        for limit, use in zip(self.limit.T[::-1], self.use.T[::-1], strict=True):
            short = (limit >= 0) & (use > np.append(room, 0)[limit])
            found = np.where(short, limit, found)
        return found

    def after(self, counts: Ints) -> Problem:
        """What these cartons leave of hub stock and limits."""
        return replace(self, limits=np.maximum(self.room(counts), 0), pool_cartons=self.left(counts))

    def of(self, held: Ints) -> Problem:
        """The same with these slots alone, all that have a carton among them."""
        cartons = np.diff(self.begin)[held]
        kept = {name: getattr(self, name)[held] for name in ("pool", "limit", "use", "gate", "shipment", "amount")}
        return replace(self, begin=np.concatenate([[0], np.cumsum(cartons)]), **kept)

    def without(self, closed: np.ndarray) -> Problem:
        """The same with no cartons in the closed slots."""
        held = np.where(closed, 0, np.diff(self.begin))
        stays = np.repeat(~closed, np.diff(self.begin))
        return replace(self, value=self.value[stays], begin=np.concatenate([[0], np.cumsum(held)]))


@dataclass(frozen=True)
class Priced:
    """The best split at given prices.

    Attributes:
        prices: Per limit [2^-shift base minor per unit of it].
        toll: Per slot: what a carton pays for the limits it uses; 2^62 where a charge is not worth paying.
        counts: Per slot: the split.
        last_in, first_out: Per pool: value − toll of the last carton that a full pool sends and of the first it keeps
            [2^-shift base minor]; 0 where the pool is not used up.
        bound: No plan has more value [base minor].
    """

    prices: Ints
    toll: Ints
    counts: Ints
    last_in: Ints
    first_out: Ints
    bound: int


def closed_slots(problem: Problem, shut: frozenset[int]) -> np.ndarray:
    """Slots that need a charge which is not paid."""
    if not shut:
        return np.zeros(len(problem.pool), dtype="bool")
    is_shut = np.zeros(len(problem.charges) + 1, dtype="bool")  # the last for −1, no charge
    is_shut[list(shut)] = True
    closed = is_shut[problem.gate[:, 0]]
    for gates in problem.gate.T[1:]:
        closed |= is_shut[gates]
    return np.asarray(closed)


def find_outer_charges(problem: Problem) -> dict[int, int]:
    """Charge → the charge that all its slots need too (a lane's → its country's)."""
    found: dict[int, int] = {}
    for inner, outer in combinations(problem.gate.T, 2):
        both = (inner >= 0) & (outer >= 0)
        for gate, other in set(zip(inner[both].tolist(), outer[both].tolist(), strict=True)):
            found[gate] = other
    return found
