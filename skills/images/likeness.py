"""Pictures that are the same: exactly, or after scaling, turning, mirroring, repacking."""

from __future__ import annotations

import hashlib
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from skills.images.pictures import Grid, Pixels
from skills.images.policy import ImagePolicy

SIDE = 16
_FLAT_LEVELS = 3
"""A step of brightness up to it is none."""


class Likeness(NamedTuple):
    """What a picture is known again by.

    Attributes:
        digest: Of its pixels.
        grid: Mean colour of 16 × 16 fields (× 3), whatever the picture's shape [0–255].
    """

    digest: str
    grid: Grid


def take_likeness(pixels: Pixels, small: Grid) -> Likeness:
    """Of the pixels, and of the picture reduced (height × width × 3)."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    rows = _mean_fields(small)
    return Likeness(digest.hexdigest(), _mean_fields(rows.transpose(1, 0, 2)).transpose(1, 0, 2))


def _mean_fields(grid: Grid) -> Grid:
    """16 means along the first axis, of fields that differ by a row at most; fewer rows are repeated."""
    if len(grid) < SIDE:
        grid = grid[np.arange(SIDE) * len(grid) // SIDE]
    edges = [at * len(grid) // SIDE for at in range(SIDE + 1)]
    sums = np.add.reduceat(grid, edges[:-1], axis=0)
    counts = np.array([end - start for start, end in pairwise(edges)], dtype=np.int64)
    return np.asarray(sums // counts[:, None, None], dtype=np.int64)


def find_same(likenesses: dict[str, Likeness], policy: ImagePolicy) -> dict[str, dict[str, str]]:
    """Name → the names of pictures that are the same, each `exact` or `near`."""
    found: dict[str, dict[str, str]] = {name: {} for name in likenesses}
    for one, other in combinations(sorted(likenesses), 2):
        how = compare(likenesses[one], likenesses[other], policy)
        if how:
            found[one][other] = found[other][one] = how
    return found


def compare(one: Likeness, other: Likeness, policy: ImagePolicy) -> str:
    """`exact`, `near` (upright, turned by a quarter or mirrored), or ""."""
    if one.digest == other.digest:
        return "exact"
    turned = [np.rot90(other.grid, times) for times in range(4)]
    for grid in [*turned, *(np.fliplr(grid) for grid in turned)]:
        if _differ_levels(one.grid, grid) <= policy.near_levels and _differ_percent(one.grid, grid) <= (
            policy.near_percent
        ):
            return "near"
    return ""


def _differ_levels(one: Grid, other: Grid) -> int:
    return int(np.abs(one - other).sum()) // one.size


def _differ_percent(one: Grid, other: Grid) -> int:
    """Of the steps between neighbouring fields that either picture has, how many point another way [%]."""
    differing = active = 0
    for axis in (0, 1):
        first, second = (_sign_steps(grid, axis) for grid in (one, other))
        strong = (np.abs(first) > 1) | (np.abs(second) > 1)
        active += int(strong.sum())
        differing += int((strong & (np.sign(first) != np.sign(second))).sum())
    return -(-100 * differing // active) if active else 0


def _sign_steps(grid: Grid, axis: int) -> Grid:
    """−2 … 2: falls or rises, clearly (±2) or a little (±1)."""
    steps = np.diff(grid.sum(axis=2), axis=axis)
    return np.asarray(np.sign(steps) * ((np.abs(steps) > _FLAT_LEVELS) + 0 + (np.abs(steps) > 4 * _FLAT_LEVELS)))
