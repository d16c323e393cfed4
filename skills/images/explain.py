"""What was measured of one picture, step by step."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.images.measure import WORKING_SIDE, measure_picture
from skills.images.pictures import Picture, UnknownPicture
from skills.images.policy import ImagePolicy
from skills.images.strokes import CELL_COLUMNS, CELL_ROWS
from skills.vocabulary import mark

STEPS = ("step", "label", "value", "unit", "note", "values")
THUMB = mark("Text, faint marks and frames are found by rules of thumb: look at the picture before you act on them.")


def explain_picture(picture: Picture, policy: ImagePolicy) -> pd.DataFrame:
    """Every number that the rules are held against.

    Args:
        picture: One picture.
        policy: As for `check_images`.
    Returns:
        One row per step: step (from 1), label (sentence), value (text), unit, note, values (fill the label).
    Raises:
        UnknownPicture: it could not be read, so that nothing was measured.
    """
    one = measure_picture(picture, policy)
    if one.likeness is None:
        raise UnknownPicture(
            mark("{picture} of {sku} could not be read: nothing was measured. Save it as JPEG and read it again."),
            picture=picture.name,
            sku=picture.sku,
        )
    block = max(1, -(-max(one.width, one.height) // WORKING_SIDE))
    cells = f"{CELL_ROWS} × {CELL_COLUMNS}"
    steps: list[tuple[str, str, str, str]] = [
        (mark("Width"), str(one.width), "px", ""),
        (mark("Height"), str(one.height), "px", ""),
        (mark("File"), f"{one.format} {one.mode}", "", f"{one.file_bytes} B, {one.frames}"),
        (mark("White spots of the outer ring"), _tenths(one.white_permille), "%", f"≥ {policy.white_from}"),
        (mark("Product's box by length"), _tenths(one.fill_permille), "%", f"< {policy.product_below}"),
        (mark("Side of the squares whose means are taken for what follows"), str(block), "px", ""),
        (mark("Lines that look like text"), str(one.text_lines), "", f"≥ {policy.stroke_step}, {cells}"),
        (mark("Lines that look like a faint mark"), str(one.faint_lines), "", f"≥ {policy.faint_step}, {cells}"),
        (mark("Edges with a line or band along them"), str(one.frame_sides), "", ""),
        (mark("Digest of the pixels"), one.likeness.digest[:16], "", "SHA-256"),
        (THUMB, "–", "", ""),
    ]
    empty: dict[str, Any] = {}
    rows = [(at, *step, empty) for at, step in enumerate(steps, start=1)]
    return pd.DataFrame(rows, columns=list(STEPS)).astype({"step": "int64"} | dict.fromkeys(STEPS[1:5], "str"))


def _tenths(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}"
