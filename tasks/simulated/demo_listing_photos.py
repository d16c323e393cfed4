"""The demo's photos, drawn: a folded cloth on white for each product, and one on a coloured ground.

Colours and patterns follow the product; a few are faulty on purpose, so that the contact sheet has something to mark.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tasks.simulated.demo_demand import read_facts

SIDE = 1600
SMALL, GREY, LETTERS, TWICE, MISSING = "HN-DC106", "HN-TW207", "HN-TL303", "HN-PM404", "HN-OM604"

_COLOURS = {
    "Grey": (150, 152, 156), "Blue": (62, 96, 148), "White": (216, 214, 208), "Red": (168, 52, 48),
    "Beige": (201, 178, 142), "Green": (78, 124, 84), "Black": (52, 52, 56), "Pink": (214, 150, 164),
    "": (120, 110, 98),
}  # fmt: skip
_GROUNDS = ((196, 172, 140), (142, 160, 150), (176, 178, 186))

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def list_photos() -> list[str]:
    """File names: of each product `…_main.jpg` and `…_2.jpg`, but for the one that is missing."""
    names = [f"{row['sku']}_{which}.jpg" for row in read_facts("listing_products") for which in ("main", "2")]
    return [name for name in names if name != f"{MISSING}_2.jpg"]


def draw_photo(name: str) -> bytes:
    """One photo as JPEG."""
    sku, _, which = name.removesuffix(".jpg").rpartition("_")
    row = _products()[sku]
    main = which == "main" or sku == TWICE
    ground = _GROUNDS[sum(map(ord, sku)) % len(_GROUNDS)]
    pixels = _lay_cloth(row, ground=(255, 255, 255) if main else ground, share=87 if main else 74)
    if sku == GREY and main:
        pixels = np.minimum(pixels, np.uint8(226))
    image = Image.fromarray(pixels)
    if sku == LETTERS and main:
        pen = ImageDraw.Draw(image)
        pen.text((220, 700), "SOFT COTTON", fill=(20, 20, 20), font_size=150)
    if sku == SMALL and main:
        image = image.resize((420, 420))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


@cache
def _products() -> dict[str, dict[str, str]]:
    return {row["sku"]: row for row in read_facts("listing_products")}


def _lay_cloth(row: dict[str, str], ground: tuple[int, int, int], share: int) -> Pixels:
    """A folded cloth in the middle: weave, pattern, folds; its longer side takes a share [%] of the picture."""
    length, width = sorted((int(row["length_cm"]), int(row["width_cm"])), reverse=True)
    high = SIDE * share // 100
    wide = max(high * width // length, high * 55 // 100)
    top, left = (SIDE - high) // 2, (SIDE - wide) // 2
    y, x = np.mgrid[0:high, 0:wide]
    cloth = np.empty((high, wide, 3), dtype=np.int64)
    cloth[:] = _COLOURS[row["colour"]]
    cloth -= (((x // 6 + y // 6) % 2) * 7)[..., None]
    if row["pattern"] == "Striped":
        cloth[(y // 70) % 3 == 0] += np.array([58, 56, 50])
    elif row["pattern"] == "Checked":
        cloth[(y // 90) % 2 == 0] += 30
        cloth[(x // 90) % 2 == 0] += 24
    elif row["pattern"] == "Printed":
        cloth[(x % 150 - 75) ** 2 + (y % 150 - 75) ** 2 < 900] += np.array([-60, 30, 52])
    for fold in range(1, 3):  # two folds: shade above, light below
        away = np.abs(y - high * fold // 3)
        cloth -= np.where(away < 26, 44 - away * 44 // 26, 0)[..., None]
    cloth -= (np.minimum(x, wide - 1 - x) < 10)[..., None] * 26
    pixels = np.empty((SIDE, SIDE, 3), dtype=np.int64)
    pixels[:] = ground
    inside = _round_corners(y, x, high, wide)
    pixels[top : top + high, left : left + wide][inside] = np.minimum(cloth, 232)[inside]
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _round_corners(y: Any, x: Any, high: int, wide: int, radius: int = 46) -> Any:
    down, across = np.minimum(y, high - 1 - y), np.minimum(x, wide - 1 - x)
    corner = (down < radius) & (across < radius)
    return ~corner | ((radius - down) ** 2 + (radius - across) ** 2 <= radius**2)
