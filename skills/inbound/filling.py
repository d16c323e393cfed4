"""Greedy filling of one part-filled container: rate the blocks for the next space, place the best, cut the spaces.

A block is rated by its volume, by how little of the space becomes unreachable for the carton sides that are left, and
by the share of its surface that touches something. Work is counted in blocks looked at, never in seconds.
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
    copy,
)
from skills.inbound.spaces import SPACE, choose_space, cut_spaces

Floats = np.ndarray[Any, np.dtype[np.float64]]

CELLS = 640
"""Carton sides are added up on a grid of at most this many cells per axis."""
CLOSE = 0.03
"""A block touches the far side of its space when the gap is at most this share of the space."""
SCARCE = 8
"""With at least so many cartons of a type left, its sides are taken to add up without end."""


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
    if sx - lx <= sx * CLOSE:
        touching += yz
    if sy - ly <= sy * CLOSE:
        touching += xz
    if sz - lz <= sz * CLOSE:
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
            copy(spaces[held], spaces[chosen], SPACE)
            continue
        k = best[0]
        held = place_block(spaces, held, chosen, corner, k, facts, counts, left, placed, number, smallest, supported)
        number += 1
        grams -= facts[k, GRAMS]
        added += facts[k, VOLUME]
        stale = is_scarce(counts[k], left)
    return added, number, work
