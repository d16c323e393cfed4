"""Exports overlap: which lines a later file or sheet holds again; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True)
def find_last_parts(
    order: np.ndarray, country: np.ndarray, instant: np.ndarray, sku: np.ndarray, part: np.ndarray
) -> np.ndarray:
    """Per line the last part in which the same order, country, moment and SKU stand; parts ascend."""
    room = 1
    while room < 2 * len(part):
        room *= 2
    table = np.full(room, -1, dtype=np.int64)
    same = np.empty(len(part), dtype=np.int64)
    last = part.copy()
    mask = np.uint64(room - 1)
    for row in range(len(part)):
        mark = np.uint64(order[row]) * _MIX
        mark = (mark ^ (mark >> np.uint64(29)) ^ np.uint64(instant[row])) * _MIX
        mark = (mark ^ (mark >> np.uint64(32)) ^ np.uint64(sku[row])) * _MIX
        mark = (mark ^ (mark >> np.uint64(29)) ^ np.uint64(country[row])) * _MIX
        slot = (mark ^ (mark >> np.uint64(32))) & mask
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = other = row
            if (
                order[other] == order[row]
                and instant[other] == instant[row]
                and sku[other] == sku[row]
                and country[other] == country[row]
            ):
                break
            slot = (slot + np.uint64(1)) & mask
        same[row] = other
        last[other] = max(last[other], part[row])
    for row in range(len(part)):
        last[row] = last[same[row]]
    return last
