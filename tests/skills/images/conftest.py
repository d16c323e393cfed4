"""Drawn photos: products on white, with patterns, words, marks and frames; the same from the same seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from skills.images.pictures import MAIN, Picture, Pixels

PATTERNS = ("plain", "stripes", "checks", "dots", "weave", "shaded", "folds")
WORDS = ("BEST SELLER", "100 % cotton", "Soft and warm", "50 x 100 cm", "NEW! Save 20 %", "Machine washable")


def _paint_pattern(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], pattern: str, random: Random) -> None:
    left, top, right, bottom = box
    ink = tuple(random.randrange(30, 200) for _ in range(3))
    other = tuple(random.randrange(30, 200) for _ in range(3))
    pitch = random.randrange(max(6, (right - left) // 40), max(8, (right - left) // 8))
    draw.rectangle(box, fill=ink)
    if pattern in ("stripes", "checks"):
        for x in range(left, right, 2 * pitch):
            draw.rectangle((x, top, min(right, x + pitch), bottom), fill=other)
    if pattern == "checks":
        for y in range(top, bottom, 2 * pitch):
            draw.rectangle((left, y, right, min(bottom, y + pitch // 2)), fill=other)
    if pattern == "dots":
        for x in range(left + pitch, right - pitch, 2 * pitch):
            for y in range(top + pitch, bottom - pitch, 2 * pitch):
                draw.ellipse((x, y, x + pitch, y + pitch), fill=other)
    if pattern == "folds":
        for _ in range(6):
            y = random.randrange(top, bottom)
            draw.line((left, y, right, y + random.randrange(-20, 20)), fill=other, width=random.randrange(2, 8))


def draw_product(seed: int, pattern: str = "plain", side: int = 1000, height: int | None = None) -> Image.Image:
    """A product of 90 % of the length on white: a rectangle or an ellipse, patterned."""
    random = Random(seed)
    width, tall = side, height or side
    picture = Image.new("RGB", (width, tall), (255, 255, 255))
    cloth = picture.copy()
    box = (
        width * 5 // 100,
        tall * random.randrange(5, 25) // 100,
        width * 95 // 100,
        tall * random.randrange(75, 95) // 100,
    )
    _paint_pattern(ImageDraw.Draw(cloth), box, pattern, random)
    mask = Image.new("L", picture.size, 0)
    shape = ImageDraw.Draw(mask)
    (shape.ellipse if random.random() < 0.4 else shape.rectangle)(box, fill=255)
    picture.paste(cloth, mask=mask)
    if pattern in ("weave", "shaded"):
        values = np.asarray(picture).astype(np.int64)
        noise = np.random.Generator(np.random.PCG64(seed)).integers(-14, 15, values.shape[:2])
        slope = np.linspace(-30, 30, values.shape[1]).astype(np.int64)[None, :] if pattern == "shaded" else noise
        inside = np.asarray(mask)[..., None] > 0
        picture = Image.fromarray(
            np.where(
                inside, np.clip(values + np.broadcast_to(slope, values.shape[:2])[..., None], 0, 250), values
            ).astype(np.uint8)
        )
    return picture


def lay_text(picture: Image.Image, seed: int, opacity: int = 255, angle: int = 0) -> Image.Image:
    """A line of words over it, 4–9 % of the height high; faint with a low opacity."""
    random = Random(seed)
    width, height = picture.size
    font = ImageFont.load_default(size=height * random.randrange(4, 10) // 100)
    layer = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(layer)
    words = random.choice(WORDS)
    place = (width * random.randrange(4, 20) // 100, height * random.randrange(3, 85) // 100)
    pen.text(place, words, font=font, fill=opacity)
    if angle:
        layer = layer.rotate(angle)
    under = np.asarray(picture.convert("L"))[np.asarray(layer) > 0]
    tone = (20, 20, 20) if under.size and under.mean() > 110 else (245, 245, 245)
    ground = picture.copy()
    ground.paste(Image.new("RGB", picture.size, tone), mask=layer)
    return ground


def lay_frame(picture: Image.Image, inset: int, wide: int, tone: tuple[int, int, int] = (40, 40, 40)) -> Image.Image:
    framed = picture.copy()
    width, height = framed.size
    ImageDraw.Draw(framed).rectangle((inset, inset, width - 1 - inset, height - 1 - inset), outline=tone, width=wide)
    return framed


class Studio:
    """The drawing functions, and pictures made of them."""

    patterns = PATTERNS
    product = staticmethod(draw_product)
    text = staticmethod(lay_text)
    frame = staticmethod(lay_frame)

    @staticmethod
    def pixels(picture: Image.Image) -> Pixels:
        return np.asarray(picture, dtype=np.uint8)

    @staticmethod
    def take(
        picture: Image.Image, name: str = "a.jpg", sku: str = "TOWEL", slot: str = MAIN, **other: Any
    ) -> Picture:
        return Picture(sku, slot, name, np.asarray(picture, dtype=np.uint8), **({"file_bytes": 200_000} | other))


@pytest.fixture(scope="session")
def studio() -> Studio:
    return Studio()


@pytest.fixture(scope="session")
def ruled() -> Callable[..., pd.DataFrame]:
    """Rules of a table: (rule, limit) or (rule, limit, slot, weight)."""

    def build(*rules: tuple[str, ...], **other: str) -> pd.DataFrame:
        rows = []
        for rule, limit, *rest in rules:
            slot, weight = (*rest, *("*", "must")[len(rest) :])
            rows.append(
                {
                    "rule": rule, "country": "DE US", "slot": slot, "limit": limit, "weight": weight,
                    "effective_from": "2025-01-01", "effective_to": "", "source": "a test",
                    "retrieved_on": "2026-11-30", "confidence": "generated", **other,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    return build
