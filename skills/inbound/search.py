"""The search: greedy fillings steered by a beam that widens until the work is used up.

A state is a partly filled container. The next space is the one nearest to a corner; blocks for it are ranked by
volume, by how little of the space becomes unreachable for the carton sides that are left, and by the share of the
block's surface that touches something. Each promising child is judged by filling it up greedily;
the best children go on. The beam starts with one state and grows by half when it has reached the end. Work is counted
in blocks looked at, never in seconds: the same input gives the same answer on every machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from skills.inbound.blocks import (
    BEARS,
    GRAMS,
    HEIGHT,
    LENGTH,
    PRESSES,
    TOP_LENGTH,
    TOP_WIDTH,
    UNLIMITED,
    VOLUME,
    WIDTH,
    Ints,
)
from skills.inbound.spaces import MOST_SPACES, SPACE, choose_space, cut_spaces

Floats = np.ndarray[Any, np.dtype[np.float64]]

CELLS = 640
"""Carton sides are added up on a grid of at most this many cells per axis."""
SCARCE = 8
"""With at least so many cartons of a type left, its sides are taken to add up without end."""
MOST_PLACED = 1000
"""Blocks in one container; a filling ends there."""


@njit(cache=True)
def fill_reach(reach: Ints, sides: Ints, types: Ints, left: Ints, container: Ints, cell: int) -> int:
    """For each axis and free length (in cells): the greatest sum of sides of cartons that are left."""
    work = 0
    used = np.zeros(reach.shape[1], np.int64)
    for axis in range(3):
        cells = container[axis] // cell + 1
        for v in range(cells):
            reach[axis, v] = -1
        reach[axis, 0] = 0
        for o in range(types.size):
            stock = left[types[o]]
            side = sides[o, axis]
            if stock <= 0 or side <= 0:
                continue
            for v in range(side):
                used[v] = 0
            for v in range(side, cells):
                if reach[axis, v] >= 0:
                    used[v] = 0
                elif reach[axis, v - side] >= 0 and used[v - side] < stock:
                    reach[axis, v] = v * cell
                    used[v] = used[v - side] + 1
            work += cells
        last = 0
        for v in range(cells):
            if reach[axis, v] >= 0:
                last = v * cell
            reach[axis, v] = last
    return work // 8


@njit(cache=True)
def is_scarce(content: Ints, left: Ints) -> bool:
    """Whether a placed block left so few of one of its types that the reach must be told."""
    for kind in range(left.size):  # noqa: SIM110 - compiled
        if content[kind] > 0 and left[kind] < SCARCE:
            return True
    return False


@njit(cache=True)
def rate_block(facts: Ints, k: int, sx: int, sy: int, sz: int, reach: Ints, cell: int) -> float:
    """How good a block is for a space of these sides; larger is better."""
    lx, ly, lz = facts[k, LENGTH], facts[k, WIDTH], facts[k, HEIGHT]
    gx, gy, gz = reach[0, (sx - lx) // cell], reach[1, (sy - ly) // cell], reach[2, (sz - lz) // cell]
    room = float(sx) * sy * sz
    kept = float(lx + gx) * (ly + gy) * (lz + gz) / room
    yz, xz, xy = float(ly) * lz, float(lx) * lz, float(lx) * ly
    touching = yz + xz + xy
    whole = 2.0 * touching
    if sx - lx <= sx * 0.03:
        touching += yz
    if sy - ly <= sy * 0.03:
        touching += xz
    if sz - lz <= sz * 0.03:
        touching += xy
    share = touching / whole
    return float(facts[k, VOLUME] * kept * kept * share * share)


@njit(cache=True)
def rank_blocks(
    space: Ints, facts: Ints, counts: Ints, alive: Ints, living: int, left: Ints, grams: int,
    reach: Ints, cell: int, supported: bool, best: Ints, rating: Floats,
) -> tuple[int, int, int]:  # fmt: skip
    """The best blocks for a space, best first; drops blocks that the stock or the payload no longer allows.

    Returns:
        How many were found, how many blocks stay alive, and the work done.
    """
    sx, sy, sz, bears = space[3] - space[0], space[4] - space[1], space[5] - space[2], space[6]
    room = sx * sy * sz
    start, last = 0, living
    while start < last:  # blocks are sorted by volume: those larger than the space are passed over
        middle = (start + last) // 2
        if facts[alive[middle], VOLUME] > room:
            start = middle + 1
        else:
            last = middle
    found, kept, wanted, kinds = 0, start, best.size, left.size
    stop = living
    for at in range(start, living):
        k = alive[at]
        if found == wanted and float(facts[k, VOLUME]) <= rating[found - 1]:
            stop = at
            break
        possible = facts[k, GRAMS] <= grams
        if possible:
            for kind in range(kinds):
                if counts[k, kind] > left[kind]:
                    possible = False
                    break
        if not possible:
            continue
        alive[kept] = k
        kept += 1
        if facts[k, LENGTH] > sx or facts[k, WIDTH] > sy or facts[k, HEIGHT] > sz:
            continue
        if supported and facts[k, PRESSES] > bears:
            continue
        value = rate_block(facts, k, sx, sy, sz, reach, cell)
        if found < wanted:
            place = found
            found += 1
        elif value > rating[found - 1]:
            place = found - 1
        else:
            continue
        while place > 0 and rating[place - 1] < value:
            rating[place], best[place] = rating[place - 1], best[place - 1]
            place -= 1
        rating[place], best[place] = value, k
    if kept == stop:
        return found, living, stop - start + 4
    for at in range(stop, living):
        alive[kept] = alive[at]
        kept += 1
    return found, kept, stop - start + 4 + (living - stop) // 8


@njit(cache=True)
def place_block(
    spaces: Ints, held: int, chosen: int, corner: int, k: int, facts: Ints, counts: Ints, left: Ints, placed: Ints,
    number: int, smallest: Ints, supported: bool,
) -> int:  # fmt: skip
    """Puts a block into the corner of a space and cuts the spaces; returns how many spaces are left."""
    box, top = np.empty(6, np.int64), np.empty(4, np.int64)
    for axis in range(3):
        side = facts[k, axis]
        box[axis] = spaces[chosen, axis + 3] - side if corner & (1 << axis) else spaces[chosen, axis]
        box[axis + 3] = box[axis] + side
    top[0] = box[3] - facts[k, TOP_LENGTH] if corner & 1 else box[0]
    top[2] = box[3] if corner & 1 else box[0] + facts[k, TOP_LENGTH]
    top[1] = box[4] - facts[k, TOP_WIDTH] if corner & 2 else box[1]
    top[3] = box[4] if corner & 2 else box[1] + facts[k, TOP_WIDTH]
    bears = min(spaces[chosen, 6] - facts[k, PRESSES], facts[k, BEARS]) if supported else UNLIMITED
    placed[number, 0], placed[number, 4] = k, corner
    placed[number, 1], placed[number, 2], placed[number, 3] = box[0], box[1], box[2]
    for kind in range(left.size):
        left[kind] -= counts[k, kind]
    return int(cut_spaces(spaces, held, box, top, bears, smallest, supported))


@njit(cache=True)
def fill_up(
    spaces: Ints, held: int, left: Ints, grams: int, placed: Ints, number: int, alive: Ints, living: int,
    container: Ints, facts: Ints, counts: Ints, sides: Ints, types: Ints, smallest: Ints, cell: int,
    supported: bool, reach: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """Fills a state greedily to the end, in place; returns added volume, number of placed blocks, work."""
    best, rating = np.empty(1, np.int64), np.empty(1)
    added, work, stale = 0, 0, True
    while held > 0 and living > 0 and number < placed.shape[0]:
        if stale:
            work += fill_reach(reach, sides, types, left, container, cell)
            stale = False
        chosen, corner = choose_space(spaces, held, container, supported)
        found, living, done = rank_blocks(
            spaces[chosen], facts, counts, alive, living, left, grams, reach, cell, supported, best, rating
        )
        work += done + held * 8
        if found == 0:
            held -= 1
            for k in range(SPACE):
                spaces[chosen, k] = spaces[held, k]
            continue
        k = best[0]
        held = place_block(spaces, held, chosen, corner, k, facts, counts, left, placed, number, smallest, supported)
        number += 1
        grams -= facts[k, GRAMS]
        added += facts[k, VOLUME]
        stale = is_scarce(counts[k], left)
    return added, number, work


@njit(cache=True)
def search(
    container: Ints, payload: int, floor_bears: int, stock: Ints, facts: Ints, counts: Ints, order: Ints, sides: Ints,
    types: Ints, smallest: Ints, cell: int, supported: bool, work_limit: int, widest: int,
) -> tuple[int, Ints, int]:  # fmt: skip
    """The best filling found: its volume, one row per placed block (block, x, y, z, corner), and the work done."""
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
    width = 1
    while work < work_limit:
        now = 0
        states = 1
        held[0, 0] = 1
        for axis in range(3):
            spaces[0, 0, 0, axis], spaces[0, 0, 0, axis + 3] = 0, container[axis]
        spaces[0, 0, 0, 6] = floor_bears
        left[0, 0], grams[0, 0], volume[0, 0], number[0, 0] = stock, payload, 0, 0
        alive[0, 0], living[0, 0] = order, order.size
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
                    spaces[now, s, chosen] = spaces[now, s, held[now, s]]
                for b in range(found):
                    k = best[b]
                    h = held[now, s]
                    try_spaces[:h] = spaces[now, s, :h]
                    try_left[:] = left[now, s]
                    n = number[now, s]
                    lives = living[now, s]
                    try_alive[:lives] = alive[now, s, :lives]
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
                        best_placed[:n] = placed[now, s, :n]
                        best_placed[n:last] = try_placed[n:last]
                    children[made, 0], children[made, 1], children[made, 2] = reached, s, k
                    children[made, 3], children[made, 4] = chosen, corner
                    made += 1
                    if work >= work_limit:
                        break
                if work >= work_limit:
                    break
            ranked = np.argsort(-children[:made, 0], kind="mergesort")
            then, taken, previous = 1 - now, 0, -1
            for r in ranked:
                if taken == width:
                    break
                if children[r, 0] == previous:
                    continue
                previous = children[r, 0]
                s, k = children[r, 1], children[r, 2]
                h, n, lives = held[now, s], number[now, s], living[now, s]
                spaces[then, taken, :h] = spaces[now, s, :h]
                left[then, taken] = left[now, s]
                placed[then, taken, :n] = placed[now, s, :n]
                alive[then, taken, :lives] = alive[now, s, :lives]
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
    return best_volume, best_placed[:best_number], work
