"""The demo's photos, drawn: each product on white, and once more, turned, on a coloured ground.

Shape, colour and pattern follow the product; a few are faulty on purpose, so that the contact sheet has something to
mark.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tasks.simulated.demo_demand import read_facts
from tasks.simulated.demo_listing_shapes import Outline, shape_of

SIDE = 1600
SMALL, GREY, LETTERS, TWICE, MISSING, PALETTE, CMYK = (
    "HN-DC106", "HN-TW207", "HN-TL303", "HN-PM404", "HN-OM604", "HN-AP501", "HN-TW208"
)  # fmt: skip
_SHARE, _TURNED_SHARE = 87, 70
_MOST_TURN = 14

_COLOURS = {
    "Grey": (150, 152, 156), "Blue": (62, 96, 148), "White": (216, 214, 208), "Red": (168, 52, 48),
    "Beige": (201, 178, 142), "Green": (78, 124, 84), "Black": (58, 58, 62), "Pink": (214, 150, 164),
    "": (120, 110, 98),
}  # fmt: skip
_GROUNDS = ((196, 172, 140), (142, 160, 150), (176, 178, 186))

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def list_photos() -> list[str]:
    """File names: of each product the main one and a second, but for the one that is missing."""
    names = [name for sku in _products() for name in name_photos(sku)]
    return [name for name in names if name != name_photos(MISSING)[1]]


def name_photos(sku: str) -> tuple[str, str]:
    """The product's main photo, and the second."""
    return f"{sku}_main.jpg", f"{sku}_2.{'png' if sku == PALETTE else 'jpg'}"


def draw_photo(name: str) -> bytes:
    """One photo, as JPEG or PNG."""
    sku = name.partition("_")[0]
    row, main = _products()[sku], name == name_photos(sku)[0]
    image = _lay_flat(row) if main or sku == TWICE else _lay_turned(row)
    content = io.BytesIO()
    if sku == PALETTE and not main:
        image.quantize(48).save(content, "PNG", optimize=True)
        return content.getvalue()
    if main:
        image = _spoil(image, sku)
    elif sku == CMYK:
        image = image.resize((1000, 1000)).convert("CMYK")
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


def _spoil(image: Image.Image, sku: str) -> Image.Image:
    """The main photos that break a rule."""
    if sku == GREY:
        return image.point(lambda level: min(level, 226))
    if sku == LETTERS:
        ImageDraw.Draw(image).text((300, 610), "SOFT COTTON", fill=(20, 20, 20), font_size=150)
    return image.resize((420, 420)) if sku == SMALL else image


@cache
def _products() -> dict[str, dict[str, str]]:
    return {row["sku"]: row for row in read_facts("listing_products")}


def _lay_flat(row: dict[str, str]) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    cloth, mask = _cut(row, _SHARE)
    image.paste(cloth, _middle(cloth), mask)
    return image


def _lay_turned(row: dict[str, str]) -> Image.Image:
    """Turned by a few degrees, with a soft shadow, on a ground that follows from the SKU."""
    seed = sum(map(ord, row["sku"]))
    image = Image.new("RGB", (SIDE, SIDE), _GROUNDS[seed % len(_GROUNDS)])
    cloth, mask = _cut(row, _TURNED_SHARE)
    turn = 4 + seed % (_MOST_TURN - 3)
    cloth, mask = (
        part.rotate(turn if seed % 2 else -turn, Image.Resampling.BILINEAR, expand=True) for part in (cloth, mask)
    )
    left, top = _middle(cloth)
    small = Image.new("L", (SIDE // 8, SIDE // 8))
    small.paste(mask.resize((mask.width // 8, mask.height // 8)), (left // 8 + 2, top // 8 + 3))
    shadow = small.filter(ImageFilter.GaussianBlur(3)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    image.paste((70, 64, 58), (0, 0), shadow.point(lambda level: level * 2 // 5))
    image.paste(cloth, (left, top), mask)
    return image


def _middle(part: Image.Image) -> tuple[int, int]:
    return (SIDE - part.width) // 16 * 8, (SIDE - part.height) // 16 * 8


def _cut(row: dict[str, str], share: int) -> tuple[Image.Image, Image.Image]:
    """The product's cloth and where it is; the longer side takes a share [%] of the picture."""
    shape = shape_of(row)
    longer = SIDE * share // 100 // 8 * 8 + 8
    wide, high = (side * longer // max(shape.wide, shape.high) // 8 * 8 for side in (shape.wide, shape.high))
    cloth = Image.fromarray(_weave(row, wide, high))
    shade = Image.eval(cloth, lambda level: level * 84 // 100)
    cloth.paste(shade, (0, 0), _fill(shape.shaded, wide, high))
    return cloth, _fill(shape.cloth, wide, high)


def _fill(outlines: Iterable[Outline], wide: int, high: int) -> Image.Image:
    """Where the outlines are, in a picture of that size."""
    mask = Image.new("L", (wide, high))
    pen, longer = ImageDraw.Draw(mask), max(wide, high)
    for what, numbers in outlines:
        places = [number * ((wide, high)[at % 2] - 1) / 100 for at, number in enumerate(numbers)]
        if what == "strap":
            pen.arc(places, 180, 360, fill=255, width=longer // 18)
        elif what == "round":
            pen.ellipse(places, fill=255)
        elif what == "many":
            pen.polygon(places, fill=255)
        else:
            pen.rounded_rectangle(places, longer // 36, fill=255)
    return mask


def _weave(row: dict[str, str], wide: int, high: int) -> Pixels:
    """A piece of the product's cloth: weave and pattern."""
    down, across = np.arange(high, dtype=np.int16), np.arange(wide, dtype=np.int16)
    lines, columns = np.zeros((high, 1, 1), dtype=np.int16), np.zeros((1, wide, 1), dtype=np.int16)
    pattern = row["pattern"]
    if "Waffle" in row["title"]:
        lines[down % 40 < 8], columns[:, across % 40 < 8] = -13, -13
    elif pattern == "Plain":
        lines[down % 16 < 8] = -5
    if pattern == "Striped":
        lines[down // 72 % 3 == 0] = 54
    elif pattern == "Checked":
        lines[down // 152 % 2 == 0], columns[:, across // 152 % 2 == 0] = 28, 24
    cloth = np.array(_COLOURS[row["colour"]], dtype=np.int16) + lines + columns
    if pattern == "Printed":
        away = (down % 152 - 76)[:, None].astype(np.int32) ** 2 + (across % 152 - 76)[None, :].astype(np.int32) ** 2
        cloth[away < 900] += np.array([-60, 30, 52], dtype=np.int16)
    pixels: Pixels = np.clip(cloth, 0, 232).astype(np.uint8)
    return pixels
