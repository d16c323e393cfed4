"""The search: greedy fillings steered by a beam that widens until the work is used up.

A state is a partly filled container. The next space is the one nearest to a corner; blocks for it are ranked by
volume, by how little of the space becomes unreachable for the carton sides that are left, and by the share of the
block's surface that touches something. Each promising child is judged by filling it up greedily; the best children
go on. The beam starts with two states and grows by half when it has reached the end. Work is counted in blocks looked
at, never in seconds: the same input gives the same answer on every machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.inbound.blocks import GRAMS, UNLIMITED, VOLUME, Ints, copy, copy_rows
from skills.inbound.filling import CELLS, fill_reach, fill_up, place_block, rank_blocks
from skills.inbound.spaces import MOST_SPACES, SPACE, choose_space

MOST_PLACED = 1000
"""Blocks in one container; a filling ends there."""


@njit(cache=True)
def search(
    container: Ints, payload: int, stock: Ints, facts: Ints, counts: Ints, order: Ints, sides: Ints,
    types: Ints, smallest: Ints, cell: int, supported: bool, work_limit: int, widest: int,
) -> Ints:  # fmt: skip
    """The best filling found: one row per placed block (block, x, y, z, corner)."""
    most, kinds = MOST_PLACED, stock.size
    spaces = np.zeros((2, widest, MOST_SPACES, SPACE), np.int64)
    held = np.zeros((2, widest), np.int64)
    left = np.zeros((2, widest, kinds), np.int64)
    grams = np.zeros((2, widest), np.int64)
    volume = np.zeros((2, widest), np.int64)
    placed = np.zeros((2, widest, most, 5), np.int64)
    number = np.zeros((2, widest), np.int64)
    alive = np.zeros((2, widest, order.size), np.int64)
    living = np.zeros((2, widest), np.int64)
    try_spaces, try_left = np.zeros((MOST_SPACES, SPACE), np.int64), np.zeros(kinds, np.int64)
    try_placed, try_alive = np.zeros((most, 5), np.int64), np.zeros(order.size, np.int64)
    reach = np.zeros((3, CELLS + 2), np.int64)
    try_reach = np.zeros((3, CELLS + 2), np.int64)
    best_volume, best_placed, best_number, work = -1, np.zeros((most, 5), np.int64), 0, 0
    width = min(2, widest)
    while work < work_limit:
        now = 0
        states = 1
        held[0, 0] = 1
        for axis in range(3):
            spaces[0, 0, 0, axis], spaces[0, 0, 0, axis + 3] = 0, container[axis]
        spaces[0, 0, 0, 6] = UNLIMITED
        grams[0, 0], volume[0, 0], number[0, 0], living[0, 0] = payload, 0, 0, order.size
        copy(stock, left[0, 0], kinds)
        copy(order, alive[0, 0], order.size)
        while states > 0 and work < work_limit:
            wanted = width if states > 1 else width * width
            best, rating = np.empty(wanted, np.int64), np.empty(wanted)
            children = np.zeros((states * wanted, 5), np.int64)
            made = 0
            for s in range(states):
                work += fill_reach(reach, sides, types, left[now, s], container, cell)
                found, chosen, corner = 0, -1, 0
                while held[now, s] > 0 and living[now, s] > 0 and number[now, s] < most:
                    chosen, corner = choose_space(spaces[now, s], held[now, s], container, supported)
                    found, lives, done = rank_blocks(
                        spaces[now, s, chosen], facts, counts, alive[now, s], living[now, s], left[now, s],
                        grams[now, s], reach, cell, supported, best, rating,
                    )  # fmt: skip
                    living[now, s] = lives
                    work += done
                    if found > 0:
                        break
                    held[now, s] -= 1
                    copy(spaces[now, s, held[now, s]], spaces[now, s, chosen], SPACE)
                for b in range(found):
                    k = best[b]
                    h = held[now, s]
                    copy_rows(spaces[now, s], try_spaces, 0, h)
                    copy(left[now, s], try_left, kinds)
                    n = number[now, s]
                    lives = living[now, s]
                    copy(alive[now, s], try_alive, lives)
                    work += h * 4 + lives // 8
                    h = place_block(
                        try_spaces, h, chosen, corner, k, facts, counts, try_left, try_placed, n, smallest, supported
                    )
                    weight = grams[now, s] - facts[k, GRAMS]
                    added, last, done = fill_up(
                        try_spaces, h, try_left, weight, try_placed, n + 1, try_alive, lives, container, facts,
                        counts, sides, types, smallest, cell, supported, try_reach,
                    )  # fmt: skip
                    work += done
                    reached = volume[now, s] + facts[k, VOLUME] + added
                    if reached > best_volume:
                        best_volume, best_number = reached, last
                        copy_rows(placed[now, s], best_placed, 0, n)
                        copy_rows(try_placed, best_placed, n, last)
                    children[made, 0], children[made, 1], children[made, 2] = reached, s, k
                    children[made, 3], children[made, 4] = chosen, corner
                    made += 1
                    if work >= work_limit:
                        break
                if work >= work_limit:
                    break
            then, taken, previous = 1 - now, 0, UNLIMITED
            while taken < width:  # the best child, then the best of those that reach less
                r = -1
                for c in range(made):
                    if children[c, 0] < previous and (r < 0 or children[c, 0] > children[r, 0]):
                        r = c
                if r < 0:
                    break
                previous = children[r, 0]
                s, k = children[r, 1], children[r, 2]
                h, n, lives = held[now, s], number[now, s], living[now, s]
                copy_rows(spaces[now, s], spaces[then, taken], 0, h)
                copy(left[now, s], left[then, taken], kinds)
                copy_rows(placed[now, s], placed[then, taken], 0, n)
                copy(alive[now, s], alive[then, taken], lives)
                held[then, taken] = place_block(
                    spaces[then, taken], h, children[r, 3], children[r, 4], k, facts, counts, left[then, taken],
                    placed[then, taken], n, smallest, supported,
                )  # fmt: skip
                number[then, taken], living[then, taken] = n + 1, lives
                grams[then, taken] = grams[now, s] - facts[k, GRAMS]
                volume[then, taken] = volume[now, s] + facts[k, VOLUME]
                taken += 1
            now, states = then, taken
        width = min(widest, max(width + 1, (width * 3) // 2))
    return best_placed[:best_number]
