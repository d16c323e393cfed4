"""Rules of thumb for what was laid over a photo: text, faint marks, frames. Tests measure their errors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skills.images.pictures import Flags, Grid
from skills.images.policy import ImagePolicy

CELL_ROWS, CELL_COLUMNS = 4, 8
_SLOPES = ((0, 1), (1, 2), (-1, 2), (1, 1), (-1, 1))
"""Directions in which a faint mark is looked for: rise and run."""


def count_text_lines(grey: Grid, policy: ImagePolicy) -> int:
    """Lines of print: bands of cells with strokes (a rise and a fall side by side), long and low, with quiet around.

    Args:
        grey: Brightness [0–255] of the reduced picture.
    """
    found = 0
    for size in _list_sizes(grey):
        steps = _count_steps(size, policy.stroke_step, 256)
        found = max(found, _count_bands(_find_strokes(steps), steps.sum(axis=0)))
    return found


def count_faint_lines(grey: Grid, policy: ImagePolicy) -> int:
    """Lines of a faint mark, level or aslant: as print, but of small steps, and where no strong step is near."""
    found = 0
    for size in _list_sizes(grey):
        for rise, run in _SLOPES:
            sheared = _shear(size, rise, run)
            faint = _count_steps(sheared, policy.faint_step, policy.stroke_step)
            loud = _count_steps(sheared, policy.stroke_step, 256).sum(axis=0)
            found = max(found, _count_bands(_find_strokes(faint) & (loud == 0), faint.sum(axis=0) + loud))
    return found


def _list_sizes(grey: Grid) -> Iterator[Grid]:
    """The picture, a half and a quarter of it: small print fills the cells of the first, headlines of the last."""
    yield grey
    for _ in range(2):
        rows, columns = grey.shape[0] // 2 * 2, grey.shape[1] // 2 * 2
        if min(rows, columns) < 8 * CELL_COLUMNS:
            return
        kept = grey[:rows, :columns]
        grey = (kept[::2, ::2] + kept[1::2, ::2] + kept[::2, 1::2] + kept[1::2, 1::2]) // 4
        yield grey


def count_frame_sides(grey: Grid) -> int:
    """Sides with a straight line or band along the edge: an even, dark row within 6 % that ends by 12 %."""
    sides = (grey, grey[::-1], grey.T, grey.T[::-1])
    return sum(_has_band(side) for side in sides)


def _has_band(side: Grid) -> bool:
    depth = min(max(2, len(side) * 12 // 100), len(side) - 1)
    rows = np.sort(side[: depth + 1], axis=1)
    centre = rows[:, rows.shape[1] // 2]
    even = (np.abs(rows - centre[:, None]) <= 12).sum(axis=1) * 100 >= rows.shape[1] * 80
    inked = even & (centre < 235)
    outer = max(1, len(side) * 6 // 100)
    starts = [at for at in range(min(outer, depth)) if inked[at]]
    if not starts:
        return False
    tone = int(centre[starts[0]])
    return any(not even[at] or abs(int(centre[at]) - tone) > 24 for at in range(starts[0] + 1, depth + 1))


def _count_steps(grey: Grid, least: int, below: int) -> Grid:
    """Per cell of 4 × 8 spots: rises and falls across, rises and falls downwards (4 × rows × columns)."""
    across, down = grey[:-1, 1:] - grey[:-1, :-1], grey[1:, :-1] - grey[:-1, :-1]
    rows, columns = across.shape[0] // CELL_ROWS, across.shape[1] // CELL_COLUMNS
    counts = []
    for steps in (across, -across, down, -down):
        kept = ((steps >= least) & (steps < below))[: rows * CELL_ROWS, : columns * CELL_COLUMNS]
        counts.append(kept.reshape(rows, CELL_ROWS, columns, CELL_COLUMNS).sum(axis=(1, 3), dtype=np.int64))
    return np.stack(counts)


def _find_strokes(steps: Grid) -> Flags:
    found: Flags = (steps[0] >= 2) & (steps[1] >= 2) & (steps[2] + steps[3] >= 1)
    return found


def _count_bands(strokes: Flags, steps: Grid) -> int:
    gaps: Flags = strokes.copy()
    gaps[:, 1:-1] |= strokes[:, :-2] & strokes[:, 2:]
    return sum(_is_line(box, steps >= 3) for box in _find_boxes(gaps))


def _is_line(box: tuple[int, int, int, int, int], busy: Flags) -> bool:
    """Four cells long or more, at least twice as long as high, half filled, and mostly quiet above and below."""
    top, bottom, left, right, filled = box
    high, long = (bottom - top) * CELL_ROWS, (right - left) * CELL_COLUMNS
    if right - left < 4 or long < 2 * high or bottom - top > busy.shape[0] // 5:
        return False
    if 2 * filled < (bottom - top) * (right - left):
        return False
    beside = [busy[at, left:right] for at in (top - 2, bottom + 1) if 0 <= at < len(busy)]
    noisy = sum(int(row.sum()) for row in beside)
    return noisy * 100 <= 35 * sum(len(row) for row in beside)


def _find_boxes(cells: Flags) -> list[tuple[int, int, int, int, int]]:
    """Top, bottom, left, right, cells of each group of touching cells (eight neighbours), in reading order."""
    left = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    boxes = []
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        group, stack = [start], [start]
        while stack:
            row, column = stack.pop()
            for near in [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
                if near in left:
                    left.discard(near)
                    group.append(near)
                    stack.append(near)
        rows, columns = [row for row, _ in group], [column for _, column in group]
        boxes.append((min(rows), max(rows) + 1, min(columns), max(columns) + 1, len(group)))
    return boxes


def _shear(grey: Grid, rise: int, run: int) -> Grid:
    """Columns moved so that a line of that slope lies level; what leaves at one end comes in at the other."""
    if rise == 0:
        return grey
    height, width = grey.shape
    columns = np.arange(width)
    rows = (np.arange(height)[:, None] + columns[None, :] * rise // run) % height
    level: Grid = grey[rows, columns[None, :]]
    return level
