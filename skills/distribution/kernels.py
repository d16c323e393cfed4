"""Kernels of the search: whole numbers only, one thread, so that every machine takes the same steps.

A slot is a SKU, country and lane; its cartons' values never rise. A pool is a SKU at a hub; `order` lists slots pool
by pool and `pool_begin` says where each pool's begin. What a carton of a slot takes of a shared limit stands in
`use`, the limit's row in `limit` (−1 = none). Worths are value × 2^shift − the price of what is used, in whole
2^-shift minor units; of two cartons with one worth that of the lower slot comes first. Each has a plain twin in the
tests.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NEVER = -(2**62)


@njit(cache=True)
def split_pools(
    value: Ints, begin: Ints, order: Ints, pool_begin: Ints, pool_cartons: Ints, pools: Ints, toll: Ints, shift: int,
    counts: Ints,
) -> None:  # fmt: skip
    """Make `counts` of the given pools their best split at the tolls: the cartons of highest worth above zero, as
    many as the pool holds. Whatever counts it starts from, it ends in the same; near ones make it quick."""
    for p in pools:
        first, last, holds = pool_begin[p], pool_begin[p + 1], pool_cartons[p]
        taken, wanted = 0, 0
        for k in range(first, last):
            s = order[k]
            low, high = begin[s], begin[s + 1]
            c = low + counts[s]
            while c > low and (value[c - 1] << shift) <= toll[s]:
                c -= 1
            counts[s] = c - low
            taken += c - low
            while c < high and (value[c] << shift) > toll[s]:
                c += 1
            wanted += c - low
        if wanted <= holds:
            for k in range(first, last):
                s = order[k]
                c, high = begin[s] + counts[s], begin[s + 1]
                while c < high and (value[c] << shift) > toll[s]:
                    c += 1
                counts[s] = c - begin[s]
            continue
        while True:
            into, out, gain, loss = -1, -1, 0, 0
            for k in range(first, last):
                s = order[k]
                c = begin[s] + counts[s]
                if c < begin[s + 1]:
                    worth = (value[c] << shift) - toll[s]
                    if worth > gain:
                        into, gain = s, worth
                if counts[s] > 0:
                    worth = (value[c - 1] << shift) - toll[s]
                    if out < 0 or worth <= loss:
                        out, loss = s, worth
            if taken < holds and into >= 0:
                counts[into] += 1
                taken += 1
            elif taken > holds:
                counts[out] -= 1
                taken -= 1
            elif into >= 0 and out >= 0 and (gain > loss or (gain == loss and into < out)):
                counts[into] += 1
                counts[out] -= 1
            else:
                break


@njit(cache=True)
def find_tolls(limit: Ints, use: Ints, prices: Ints, closed: Ints, toll: Ints) -> None:
    """What a carton of each slot pays for the limits it uses; a closed slot pays more than any carton is worth."""
    for s in range(limit.shape[0]):
        total = 0
        for k in range(limit.shape[1]):
            if limit[s, k] >= 0:
                total += prices[limit[s, k]] * use[s, k]
        toll[s] = 2**62 if closed[s] else total


@njit(cache=True)
def sum_split(
    running: Ints, begin: Ints, order: Ints, pool_begin: Ints, pools: Ints, limit: Ints, use: Ints, counts: Ints,
    used: Ints,
) -> int:  # fmt: skip
    """Value of the counts in the given pools; adds what they take of each limit to `used`.

    `running` is the sum of values up to each carton.
    """
    total = 0
    for p in pools:
        for k in range(pool_begin[p], pool_begin[p + 1]):
            s = order[k]
            if counts[s] > 0:
                total += running[begin[s] + counts[s]] - running[begin[s]]
                for j in range(limit.shape[1]):
                    if limit[s, j] >= 0:
                        used[limit[s, j]] += counts[s] * use[s, j]
    return total


@njit(cache=True)
def take_back(
    value: Ints, begin: Ints, limit: Ints, use: Ints, toll: Ints, shift: int, counts: Ints, room: Ints
) -> None:
    """Take the cartons of least worth from each limit that is exceeded, until none is."""
    for line in range(room.size):
        while room[line] < 0:
            here = np.empty(counts.size, dtype=np.int64)
            worth = np.empty(counts.size, dtype=np.int64)
            found = 0
            for s in range(counts.size):
                if counts[s] > 0 and takes(limit, use, s, line):
                    here[found] = s
                    worth[found] = (value[begin[s] + counts[s] - 1] << shift) - toll[s]
                    found += 1
            for k in np.argsort(worth[:found], kind="mergesort"):
                if room[line] >= 0:
                    break
                counts[here[k]] -= 1
                move(limit, use, here[k], 1, room)


@njit(cache=True)
def takes(limit: Ints, use: Ints, slot: int, line: int) -> bool:
    """Whether a carton of the slot takes of the limit."""
    for k in range(limit.shape[1]):  # noqa: SIM110
        if limit[slot, k] == line and use[slot, k] > 0:
            return True
    return False


@njit(cache=True)
def move(limit: Ints, use: Ints, slot: int, cartons: int, room: Ints) -> None:
    """Give back to the limits what so many cartons of the slot take; below zero, take it."""
    for k in range(limit.shape[1]):
        if limit[slot, k] >= 0:
            room[limit[slot, k]] += cartons * use[slot, k]


@njit(cache=True)
def fits(limit: Ints, use: Ints, slot: int, room: Ints) -> bool:
    """Whether the limits have room for one more carton of the slot."""
    for k in range(limit.shape[1]):  # noqa: SIM110
        if limit[slot, k] >= 0 and use[slot, k] > room[limit[slot, k]]:
            return False
    return True


@njit(cache=True)
def fill_up(
    value: Ints, begin: Ints, pool: Ints, limit: Ints, use: Ints, toll: Ints, shift: int, counts: Ints, left: Ints,
    room: Ints,
) -> None:  # fmt: skip
    """Add cartons that fit, those of most worth first, until none fits; `left` is what each pool still holds."""
    heads = np.empty(counts.size, dtype=np.int64)
    worth = np.empty(counts.size, dtype=np.int64)
    while True:
        found = 0
        for s in range(counts.size):
            c = begin[s] + counts[s]
            if c < begin[s + 1] and toll[s] < 2**62 and left[pool[s]] > 0 and fits(limit, use, s, room):
                heads[found] = s
                worth[found] = toll[s] - (value[c] << shift)
                found += 1
        if found == 0:
            return
        for k in np.argsort(worth[:found], kind="mergesort"):
            s = heads[k]
            if left[pool[s]] > 0 and fits(limit, use, s, room):
                counts[s] += 1
                left[pool[s]] -= 1
                move(limit, use, s, -1, room)


@njit(cache=True)
def exchange(
    value: Ints, begin: Ints, pool: Ints, limit: Ints, use: Ints, toll: Ints, counts: Ints, left: Ints, room: Ints
) -> bool:
    """Give up the last carton of one slot for the next of another where that gains most and fits; whether any did."""
    best, given, taken = 0, -1, -1
    for a in range(counts.size):
        if counts[a] == 0:
            continue
        lost = value[begin[a] + counts[a] - 1]
        move(limit, use, a, 1, room)
        for b in range(counts.size):
            c = begin[b] + counts[b]
            if b == a or c >= begin[b + 1] or toll[b] == 2**62 or value[c] - lost <= best:
                continue
            if (left[pool[b]] > 0 or pool[b] == pool[a]) and fits(limit, use, b, room):
                best, given, taken = value[c] - lost, a, b
        move(limit, use, a, -1, room)
    if given < 0:
        return False
    counts[given] -= 1
    counts[taken] += 1
    left[pool[given]] += 1
    left[pool[taken]] -= 1
    move(limit, use, given, 1, room)
    move(limit, use, taken, -1, room)
    return True
