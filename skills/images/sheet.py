"""The contact sheet's geometry: where each picture lies, what frame it gets, which words stand under it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.images.pictures import MAIN, UnusablePictures
from skills.images.policy import ImagePolicy
from skills.vocabulary import check_columns, mark

PLACES = {
    "page": "int64", "row": "int64", "column": "int64", "sku": "str", "slot": "str", "picture": "str",
    "x_mm": "int64", "y_mm": "int64", "width_mm": "int64", "height_mm": "int64", "caption_y_mm": "int64",
    "state": "str", "countries": "object", "captions": "object",
}  # fmt: skip
STATES = ("fails", "warns", "unknown", "passes")
"""Gravest first: breaks a must, breaks a should, could not be checked, keeps all."""


def lay_out_sheet(checks: pd.DataFrame, policy: ImagePolicy) -> pd.DataFrame:
    """Lay the pictures out page by page: by SKU, the main picture first, each in the middle of its field.

    Args:
        checks: As `check_images` answers.
        policy: Page, margins, columns.
    Returns:
        One row per picture in reading order (a SKU without a main picture has an empty field for it): page, row,
        column (from 1), x_mm, y_mm (of the picture's upper left corner, from the page's), width_mm, height_mm (0
        where it could not be read), caption_y_mm, state (`fails` | `warns` | `unknown` | `passes`, the gravest of the
        countries), countries (list of (country, state)), captions (list of (sentence, values, countries), gravest
        first).
    Raises:
        MissingColumns: of the checks.
        UnusablePictures: the page leaves no room for a picture.
    """
    needed = ("sku", "slot", "picture", "country", "rule", "passes", "weight", "reason", "values")
    check_columns("checks", checks.columns, (*needed, "width_px", "height_px"))
    wide = policy.page_width_mm - 2 * policy.margin_mm + policy.gap_mm
    field = wide // policy.sheet_columns - policy.gap_mm
    step = field + policy.caption_mm + policy.gap_mm
    rows = (policy.page_height_mm - 2 * policy.margin_mm + policy.gap_mm) // step if field > 0 else 0
    if field < 10 or rows < 1:
        raise UnusablePictures(
            mark(
                "{columns} pictures side by side leave {width} mm for each. Expected at least 10 mm, and room for "
                "one row. Take fewer columns or a larger page."
            ),
            columns=policy.sheet_columns,
            width=max(field, 0),
        )
    per_page = rows * policy.sheet_columns
    lines = []
    for at, ((_, _, sku, picture), mine) in enumerate(_list_pictures(checks)):
        page, place = divmod(at, per_page)
        row, column = divmod(place, policy.sheet_columns)
        first = mine[0]
        width, height = _fit(int(first["width_px"]), int(first["height_px"]), field)
        left = policy.margin_mm + column * (field + policy.gap_mm)
        top = policy.margin_mm + row * step
        states = _judge_countries(mine)
        state = min((found for _, found in states), key=STATES.index)
        spot = (left + (field - width) // 2, top + (field - height) // 2, width, height, top + field)
        named = (sku, str(first["slot"]), picture)
        lines.append((page + 1, row + 1, column + 1, *named, *spot, state, states, _write_captions(mine)))
    return pd.DataFrame(lines, columns=list(PLACES)).astype(PLACES)


def _list_pictures(checks: pd.DataFrame) -> list[tuple[tuple[str, bool, str, str], list[dict[str, Any]]]]:
    found: dict[tuple[str, bool, str, str], list[dict[str, Any]]] = {}
    for cells in checks.to_dict("records"):
        row = {str(name): cell for name, cell in cells.items()}
        if row["picture"] or row["rule"]:
            key = (str(row["sku"]), row["slot"] != MAIN, str(row["sku"]), str(row["picture"]))
            found.setdefault(key, []).append(row)
    order = ("country", "rule")
    return [(key, sorted(found[key], key=lambda row: [str(row[name]) for name in order])) for key in sorted(found)]


def _fit(width: int, height: int, field: int) -> tuple[int, int]:
    """Whole millimetres within a square field, the shape kept; never less than one where there is a picture."""
    longest = max(width, height)
    if not longest:
        return 0, 0
    return max(1, width * field // longest), max(1, height * field // longest)


def _judge_row(row: dict[str, Any]) -> str:
    if pd.isna(row["passes"]):
        return "unknown"
    return "passes" if row["passes"] else "fails" if row["weight"] == "must" else "warns"


def _judge_countries(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for row in rows:
        country, state = str(row["country"]), _judge_row(row)
        found[country] = min(found.get(country, state), state, key=STATES.index)
    return sorted(found.items())


def _write_captions(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any], list[str]]]:
    """What fails or is unknown, once for the countries that it fails in."""
    told: dict[tuple[int, str, str], tuple[str, dict[str, Any], list[str]]] = {}
    for row in rows:
        state = _judge_row(row)
        if state != "passes":
            key = (STATES.index(state), str(row["rule"]), repr(sorted(row["values"].items())))
            told.setdefault(key, (str(row["reason"]), row["values"], []))[2].append(str(row["country"]))
    return [told[key] for key in sorted(told)]
