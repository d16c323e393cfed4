"""Empty spaces: overlapping cuboids that together hold every place a carton may still go.

A space is a row: its near corner, its far corner, and the pressure its floor still bears. With full support a space
has a floor that cartons or the container carry everywhere, blocks stand on that floor, and what is above a block is
as wide as the block's own top. Without support a block may hang in any of the eight corners.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.inbound.blocks import Ints, copy

SPACE = 7
MOST_SPACES = 1000


@njit(cache=True)
def choose_space(spaces: Ints, held: int, container: Ints, supported: bool) -> tuple[int, int]:
    """The space nearest to a corner of the container (largest on a tie), and that corner as three bits."""
    best, corner = -1, 0
    near = (1 << 60, 0, 0)
    largest = -1
    for i in range(held):
        bits = 0
        gaps = np.zeros(3, np.int64)
        for axis in range(3):
            low, high = spaces[i, axis], container[axis] - spaces[i, axis + 3]
            if high < low and not (supported and axis == 2):
                gaps[axis] = high
                bits |= 1 << axis
            else:
                gaps[axis] = low
        a, b, c = gaps[0], gaps[1], gaps[2]
        if a > b:
            a, b = b, a
        if b > c:
            b, c = c, b
        if a > b:
            a, b = b, a
        distance = (a, b, c)
        volume = (spaces[i, 3] - spaces[i, 0]) * (spaces[i, 4] - spaces[i, 1]) * (spaces[i, 5] - spaces[i, 2])
        if distance < near or (distance == near and volume > largest):
            best, corner, near, largest = i, bits, distance, volume
    return best, corner


@njit(cache=True)
def cut_spaces(spaces: Ints, held: int, box: Ints, top: Ints, bears: int, smallest: Ints, supported: bool) -> int:
    """Takes a placed block out of every space; returns how many spaces are left.

    Args:
        spaces: Changed in place.
        held: How many rows are in use.
        box: The block's near and far corner.
        top: x1, y1, x2, y2 of the part of its top that carries.
        bears: The pressure that its top still bears.
        smallest: Least length, width, height of a carton that is left.
        supported: Full support.
    """
    known = held
    for i in range(known):
        apart = False
        for axis in range(3):
            if box[axis] >= spaces[i, axis + 3] or box[axis + 3] <= spaces[i, axis]:
                apart = True
                break
        if apart:
            continue
        for side in range(6):
            axis = side % 3
            if supported and side == 2:
                continue
            if held == spaces.shape[0]:
                break
            copy(spaces[i], spaces[held], SPACE)
            if side < 3:
                spaces[held, axis + 3] = box[axis]
            else:
                spaces[held, axis] = box[axis + 3]
                if supported and side == 5:
                    spaces[held, 0] = max(spaces[i, 0], top[0])
                    spaces[held, 1] = max(spaces[i, 1], top[1])
                    spaces[held, 3] = min(spaces[i, 3], top[2])
                    spaces[held, 4] = min(spaces[i, 4], top[3])
                    spaces[held, 6] = bears
            wide = True
            for k in range(3):
                if spaces[held, k + 3] - spaces[held, k] < smallest[k]:
                    wide = False
                    break
            if wide:
                held += 1
        spaces[i, 3] = -1
    return tidy_spaces(spaces, held, known, smallest)


@njit(cache=True)
def tidy_spaces(spaces: Ints, held: int, known: int, smallest: Ints) -> int:
    """Drops spaces that are gone, too small, or (new ones) inside another of the same floor."""
    for i in range(held):
        if spaces[i, 3] < 0:
            continue
        for k in range(3):
            if spaces[i, k + 3] - spaces[i, k] < smallest[k]:
                spaces[i, 3] = -1
                break
        if i < known or spaces[i, 3] < 0:
            continue
        for j in range(held):
            if (
                j != i
                and spaces[j, 3] >= spaces[i, 3]
                and spaces[j, 0] <= spaces[i, 0]
                and spaces[j, 1] <= spaces[i, 1]
                and spaces[j, 2] <= spaces[i, 2]
                and spaces[j, 4] >= spaces[i, 4]
                and spaces[j, 5] >= spaces[i, 5]
                and spaces[j, 6] >= spaces[i, 6]
            ):
                spaces[i, 3] = -1
                break
    left = 0
    for i in range(held):
        if spaces[i, 3] >= 0:
            if left != i:
                copy(spaces[i], spaces[left], SPACE)
            left += 1
    return left
