"""The order in which blocks of cartons go in: back to front, bottom to top, nothing behind what already stands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from skills.inbound.blocks import Ints

Bools = np.ndarray[Any, np.dtype[np.bool_]]


@njit(cache=True)
def order_blocks(boxes: Ints) -> tuple[Ints, Bools]:
    """Loading order of the blocks of one container whose door is at the far end of its length.

    A block comes after those below it and, where that can be had, after every block that lies deeper in its own line
    from the door. Among the free ones the deepest goes first, then the lowest, then the leftmost. In a ring of blocks
    that each lie before another, the first of that order whose floor is there is lifted in over the others.

    Args:
        boxes: One row per block: near corner x, y, z, far corner x, y, z; sorted by x, z, y.

    Returns:
        Row numbers in order, and for each whether its line from the door was still free.
    """
    count = len(boxes)
    below, deeper = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for k in range(count):
        for other in range(count):
            before = comes_before(boxes, other, k)
            below[k] += before == 1
            deeper[k] += before == 2
    done = np.zeros(count, np.bool_)
    order, clear = np.empty(count, np.int64), np.empty(count, np.bool_)
    first = 0
    for step in range(count):
        while done[first]:
            first += 1
        place = -1
        for k in range(first, count):
            if not done[k] and below[k] == 0:
                if deeper[k] == 0:
                    place = k
                    break
                if place < 0:
                    place = k
        done[place] = True
        order[step], clear[step] = place, deeper[place] == 0
        for k in range(first, count):
            if not done[k]:
                before = comes_before(boxes, place, k)
                below[k] -= before == 1
                deeper[k] -= before == 2
    return order, clear


@njit(cache=True)
def comes_before(boxes: Ints, a: int, b: int) -> int:
    """1 when block a is below b, 2 when it lies deeper in b's line from the door, else 0."""
    if boxes[a, 1] >= boxes[b, 4] or boxes[a, 4] <= boxes[b, 1]:
        return 0
    if boxes[a, 5] <= boxes[b, 2]:
        return 1 if boxes[a, 0] < boxes[b, 3] and boxes[a, 3] > boxes[b, 0] else 0
    return 2 if boxes[a, 3] <= boxes[b, 0] and boxes[a, 2] < boxes[b, 5] else 0
