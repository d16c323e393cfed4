"""What is measured of one picture, in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skills.images.likeness import Likeness, take_likeness
from skills.images.pictures import Grid, Note, Picture, Pixels
from skills.images.policy import ImagePolicy
from skills.images.strokes import count_faint_lines, count_frame_sides, count_text_lines

WORKING_SIDE = 512
"""Longest side to which a picture is reduced before strokes are counted [px]."""


class Measured(NamedTuple):
    """Of one picture: sides [px], shares [‰]; zeros where it could not be read.

    Attributes:
        white_permille: White spots of the outer ring (2 % of the shorter side): the background, as far as the product
            does not reach the edge.
        fill_permille: Longer side of the product's box ÷ the same side of the picture.
    """

    sku: str
    slot: str
    name: str
    width: int
    height: int
    mode: str
    format: str
    file_bytes: int
    frames: int
    white_permille: int
    fill_permille: int
    text_lines: int
    faint_lines: int
    frame_sides: int
    likeness: Likeness | None
    problem: Note | None


def measure_picture(picture: Picture, policy: ImagePolicy) -> Measured:
    """Everything that a rule may ask of a picture."""
    told = (picture.mode, picture.format, picture.file_bytes, picture.frames)
    if picture.pixels is None:
        return Measured(picture.sku, picture.slot, picture.name, 0, 0, *told, 0, 0, 0, 0, 0, None, picture.problem)
    height, width, _ = picture.pixels.shape
    small = reduce_picture(picture.pixels)
    grey: Grid = (small[..., 0] * 77 + small[..., 1] * 150 + small[..., 2] * 29) >> 8
    return Measured(
        picture.sku,
        picture.slot,
        picture.name,
        width,
        height,
        *told,
        _measure_ring(picture.pixels, policy),
        _measure_fill(small, policy),
        count_text_lines(grey, policy),
        count_faint_lines(grey, policy),
        count_frame_sides(grey),
        take_likeness(picture.pixels, small),
        picture.problem,
    )


def reduce_picture(pixels: Pixels) -> Grid:
    """Means of square blocks so that no side is longer than 512; what is left over at the far edges is not seen."""
    height, width, _ = pixels.shape
    block = -(-max(height, width) // WORKING_SIDE)
    if min(height, width) < block:
        block = 1
    rows, columns = height // block, width // block
    kept = pixels[: rows * block, : columns * block]
    down = kept.reshape(rows, block, columns * block * 3).sum(axis=1, dtype=np.uint32)
    across = down.reshape(rows, columns, block, 3).sum(axis=2, dtype=np.int64)
    means: Grid = across // (block * block)
    return means


def _measure_ring(pixels: Pixels, policy: ImagePolicy) -> int:
    height, width, _ = pixels.shape
    deep = max(1, min(height, width) * 2 // 100)
    inner = pixels[deep : max(deep, height - deep)]
    parts = [pixels[:deep], pixels[max(deep, height - deep) :], inner[:, :deep], inner[:, max(deep, width - deep) :]]
    white = sum(int((part.min(axis=2) >= policy.white_from).sum()) for part in parts if part.size)
    return white * 1000 // int(sum(part.shape[0] * part.shape[1] for part in parts))


def _measure_fill(small: Grid, policy: ImagePolicy) -> int:
    product = small.min(axis=2) < policy.product_below
    shares = []
    for axis in (0, 1):
        found = np.flatnonzero(product.any(axis=axis))
        shares.append((int(found[-1] - found[0]) + 1) * 1000 // product.shape[1 - axis] if len(found) else 0)
    return max(shares)
