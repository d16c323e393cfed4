"""Blocks: gap-free and nearly gap-free cuboids of cartons, built once per container before the search.

A simple block repeats one orientation n1 × n2 × n3 times; a joined block sets two blocks side by side along one axis
and wastes at most a few percent of its own volume. Every block knows how much it presses on what lies below and how
much may still be put on its top, so that the search never has to look inside.

Lengths are whole millimetres (or the unit of the caller), weights grams, pressure micrograms per square metre; what
a top bears is rounded up by a milligram per square metre, so that a stack at its very limit is allowed.
Sources: references/sources.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Ints = np.ndarray[Any, np.dtype[np.int64]]

LENGTH, WIDTH, HEIGHT, TOP_LENGTH, TOP_WIDTH, VOLUME, BOXES, GRAMS, PRESSES, BEARS = range(10)
"""Columns of a block."""
JOINED, FIRST, SECOND, N1, N2, N3 = range(6)
"""Columns of a block's recipe: axis joined along or -1; the two parts, or orientation and repeats."""
FACTS, RECIPE = 10, 6
UNLIMITED = 1 << 60
PER_AREA = 10**12
"""From grams over square millimetres to micrograms per square metre."""
ALLOWED = 1000
MOST_PAIRS = 4_000_000
"""Pairs of blocks looked at for joining."""


@njit(cache=True)
def copy(source: Ints, target: Ints, count: int) -> None:
    """The first numbers of a row; written out, because assigned slices took most of the time to compile."""
    for k in range(count):
        target[k] = source[k]


@njit(cache=True)
def copy_rows(source: Ints, target: Ints, first: int, after: int) -> None:
    """The rows from one to before another, to the same places."""
    for row in range(first, after):
        copy(source[row], target[row], source.shape[1])


@njit(cache=True)
def on_grid(repeats: int, most: int, step: int) -> bool:
    """Whether this many repeats are tried: one, the most, and every `step`-th."""
    return repeats in (1, most) or repeats % step == 0


@njit(cache=True)
def count_repeats(container: Ints, size: Ints, stock: int, step: int) -> int:
    """How many simple blocks one orientation gives when repeats are tried in steps."""
    number = 0
    high = min(container[2] // size[2], stock)
    for n3 in range(1, high + 1):
        if not on_grid(n3, high, step):
            continue
        wide = min(container[1] // size[1], stock // n3)
        for n2 in range(1, wide + 1):
            if not on_grid(n2, wide, step):
                continue
            deep = min(container[0] // size[0], stock // (n3 * n2))
            for n1 in range(1, deep + 1):
                if on_grid(n1, deep, step):
                    number += 1
    return number


@njit(cache=True)
def build_simple(
    container: Ints, sizes: Ints, types: Ints, cartons: Ints, supported: bool, room: int
) -> tuple[Ints, Ints, Ints, int]:
    """Every n1 × n2 × n3 of one orientation that fits the container and the stock.

    Args:
        container: Inner length, width, height.
        sizes: One row per orientation: length, width, height.
        types: Carton type of each orientation.
        cartons: One row per type: count, volume, grams, most grams on its top (-1 = no limit).
        supported: Whether pressure and full support count.
        room: Most blocks kept; an orientation with more than its share is thinned out, its single carton never.

    Returns:
        Facts, recipes, cartons by type, and how many rows are filled.
    """
    facts = np.zeros((room, FACTS), np.int64)
    recipes = np.zeros((room, RECIPE), np.int64)
    counts = np.zeros((room, cartons.shape[0]), np.int64)
    filled = 0
    share = room // sizes.shape[0]
    for o in range(sizes.shape[0]):
        kind = types[o]
        stock = cartons[kind, 0]
        area = sizes[o, 0] * sizes[o, 1]
        presses = (cartons[kind, 2] * PER_AREA + area - 1) // area
        most = UNLIMITED if cartons[kind, 3] < 0 else cartons[kind, 3] * PER_AREA // area + ALLOWED
        for step in range(1, 65):
            if count_repeats(container, sizes[o], stock, step) <= share:
                break
        high = min(container[2] // sizes[o, 2], stock)
        for n3 in range(1, high + 1):
            bears = most - (n3 - 1) * presses
            if supported and bears < 0:
                break
            wide = min(container[1] // sizes[o, 1], stock // n3)
            for n2 in range(1, wide + 1):
                deep = min(container[0] // sizes[o, 0], stock // (n3 * n2))
                for n1 in range(1, deep + 1):
                    if not (on_grid(n1, deep, step) and on_grid(n2, wide, step) and on_grid(n3, high, step)):
                        continue
                    if filled == room:
                        return facts, recipes, counts, filled
                    boxes = n1 * n2 * n3
                    facts[filled, LENGTH] = facts[filled, TOP_LENGTH] = n1 * sizes[o, 0]
                    facts[filled, WIDTH] = facts[filled, TOP_WIDTH] = n2 * sizes[o, 1]
                    facts[filled, HEIGHT] = n3 * sizes[o, 2]
                    facts[filled, VOLUME] = boxes * cartons[kind, 1]
                    facts[filled, BOXES] = boxes
                    facts[filled, GRAMS] = boxes * cartons[kind, 2]
                    facts[filled, PRESSES] = n3 * presses
                    facts[filled, BEARS] = bears
                    recipes[filled, JOINED], recipes[filled, FIRST] = -1, o
                    recipes[filled, N1], recipes[filled, N2], recipes[filled, N3] = n1, n2, n3
                    counts[filled, kind] = boxes
                    filled += 1
    return facts, recipes, counts, filled


@njit(cache=True)
def join(a: Ints, b: Ints, axis: int, supported: bool, out: Ints) -> bool:
    """Whether the second block can stand behind (0), beside (1) or on (2) the first; its facts go to `out`."""
    if axis == 2:
        if supported and (b[LENGTH] > a[TOP_LENGTH] or b[WIDTH] > a[TOP_WIDTH] or a[BEARS] < b[PRESSES]):
            return False
        out[TOP_LENGTH], out[TOP_WIDTH] = b[TOP_LENGTH], b[TOP_WIDTH]
        out[PRESSES] = a[PRESSES] + b[PRESSES]
        out[BEARS] = min(a[BEARS] - b[PRESSES], b[BEARS])
    else:
        if supported and a[HEIGHT] != b[HEIGHT]:
            return False
        if axis == 0:
            out[TOP_LENGTH] = a[LENGTH] + b[TOP_LENGTH] if a[TOP_LENGTH] == a[LENGTH] else a[TOP_LENGTH]
            out[TOP_WIDTH] = min(a[TOP_WIDTH], b[TOP_WIDTH]) if a[TOP_LENGTH] == a[LENGTH] else a[TOP_WIDTH]
        else:
            out[TOP_WIDTH] = a[WIDTH] + b[TOP_WIDTH] if a[TOP_WIDTH] == a[WIDTH] else a[TOP_WIDTH]
            out[TOP_LENGTH] = min(a[TOP_LENGTH], b[TOP_LENGTH]) if a[TOP_WIDTH] == a[WIDTH] else a[TOP_LENGTH]
        out[PRESSES] = max(a[PRESSES], b[PRESSES])
        out[BEARS] = min(a[BEARS], b[BEARS])
    for side in range(3):
        out[side] = a[side] + b[side] if side == axis else max(a[side], b[side])
    out[VOLUME], out[BOXES], out[GRAMS] = a[VOLUME] + b[VOLUME], a[BOXES] + b[BOXES], a[GRAMS] + b[GRAMS]
    return True


@njit(cache=True)
def add_joined(
    container: Ints,
    stock: Ints,
    facts: Ints,
    recipes: Ints,
    counts: Ints,
    filled: int,
    least_permille: int,
    supported: bool,
) -> int:
    """Joins blocks pairwise, generation by generation, into the free rows; returns how many rows are filled.

    A joined block of the same outer size and content as a known one is left out.
    """
    room, kinds = counts.shape
    slots = 1 << 17
    table = np.full(slots, -1, np.int64)
    made = np.zeros(FACTS, np.int64)
    content = np.zeros(kinds, np.int64)
    for k in range(filled):
        find_slot(table, facts, counts, facts[k], counts[k], k)
    done, pairs = 0, 0
    while done < filled < room and pairs < MOST_PAIRS:
        known = filled
        for j in range(done, known):
            pairs += j + 1
            if pairs > MOST_PAIRS:
                break
            for i in range(j + 1):
                enough = True
                for kind in range(kinds):
                    content[kind] = counts[i, kind] + counts[j, kind]
                    if content[kind] > stock[kind]:
                        enough = False
                        break
                if not enough:
                    continue
                for turn in range(6):
                    axis = turn % 3
                    first, second = (i, j) if turn < 3 else (j, i)
                    if first == second and turn >= 3:
                        continue
                    if facts[first, axis] + facts[second, axis] > container[axis]:
                        continue
                    if turn >= 3 and not supported:
                        continue
                    volume = facts[i, VOLUME] + facts[j, VOLUME]
                    outer = 1
                    for side in range(3):
                        if side == axis:
                            outer *= facts[i, side] + facts[j, side]
                        else:
                            outer *= max(facts[i, side], facts[j, side])
                    if volume * 1000 < outer * least_permille:
                        continue
                    if not join(facts[first], facts[second], axis, supported, made):
                        continue
                    if supported and made[TOP_LENGTH] * made[TOP_WIDTH] * 1000 < made[0] * made[1] * least_permille:
                        continue
                    if not find_slot(table, facts, counts, made, content, filled):
                        continue
                    copy(made, facts[filled], FACTS)
                    copy(content, counts[filled], kinds)
                    recipes[filled, JOINED], recipes[filled, FIRST], recipes[filled, SECOND] = axis, first, second
                    filled += 1
                    if filled == room:
                        return filled
        done = known
    return filled


@njit(cache=True)
def find_slot(table: Ints, facts: Ints, counts: Ints, made: Ints, content: Ints, number: int) -> bool:
    """Enters a block into the open-addressed table; False when one of the same size and content is there."""
    key = made[0] * 73856093 + made[1] * 19349663 + made[2] * 83492791
    for kind in range(content.size):
        key = key * 31 + content[kind]
    slot = (key ^ (key >> 17)) & (table.size - 1)
    while table[slot] >= 0:
        old = table[slot]
        same = facts[old, 0] == made[0] and facts[old, 1] == made[1] and facts[old, 2] == made[2]
        if same:
            for kind in range(content.size):
                if counts[old, kind] != content[kind]:
                    same = False
                    break
        if same:
            return False
        slot = (slot + 1) & (table.size - 1)
    table[slot] = number
    return True
