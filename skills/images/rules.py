"""Rules of the marketplaces: what each measures, what it says when a picture breaks it, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from skills.images.measure import Measured
from skills.images.pictures import MAIN, UnusableImageRules
from skills.vocabulary import check_columns, mark, name_rows

RULE_COLUMNS = (
    "rule", "country", "slot", "limit", "weight", "effective_from", "effective_to", "source", "retrieved_on",
    "confidence",
)  # fmt: skip
SLOTS, WEIGHTS = ("main", "other", "*"), ("must", "should")


class Kind(NamedTuple):
    """What a rule measures: `measure` gives a number or a word; `at_least` None: a word of the listed ones."""

    measure: Callable[[Measured], int | str]
    at_least: bool | None
    unit: str
    broken: str
    remedy: str


class RuleLine(NamedTuple):
    """One rule in force."""

    rule: str
    country: str
    slot: str
    limit: str
    weight: str
    source: str
    retrieved_on: str
    confidence: str

    def is_for(self, slot: str) -> bool:
        return self.slot == "*" or (self.slot == "main") == (slot == MAIN)


_LARGER = mark("Export it larger from the original; enlarging a small file does not help.")
_WHITE = mark("Cut the product out and put it on pure white (255, 255, 255), up to the edges.")
_CLEAN = mark(
    "Use the photo without it, or move the picture to another place than the main one where that is allowed."
)
_OTHER = mark("Show another side, a detail or the product in use.")

KINDS: dict[str, Kind] = {
    "longest_side_min_px": Kind(
        lambda one: max(one.width, one.height), True, "px",
        mark("The longer side has {measured} px; {limit} are asked for."), _LARGER,
    ),
    "longest_side_max_px": Kind(
        lambda one: max(one.width, one.height), False, "px",
        mark("The longer side has {measured} px; at most {limit} are taken."), mark("Export it smaller."),
    ),
    "shortest_side_min_px": Kind(
        lambda one: min(one.width, one.height), True, "px",
        mark("The shorter side has {measured} px; {limit} are asked for."), _LARGER,
    ),
    "aspect_max_percent": Kind(
        lambda one: -(-100 * max(one.width, one.height) // max(1, min(one.width, one.height))), False, "%",
        mark("The longer side is {measured} % of the shorter one; at most {limit} % is wanted."),
        mark("Crop it, or add white at the narrow sides."),
    ),
    "file_bytes_max": Kind(
        lambda one: one.file_bytes, False, "B",
        mark("The file has {measured} bytes; at most {limit} are taken."), mark("Save it as JPEG at 90 % quality."),
    ),
    "frames_max": Kind(
        lambda one: one.frames, False, "", mark("It moves ({measured} frames)."), mark("Save one frame as JPEG."),
    ),
    "formats": Kind(
        lambda one: one.format, None, "",
        mark("The file is {measured}; taken are {limit}."), mark("Save it as JPEG."),
    ),
    "colour_modes": Kind(
        lambda one: one.mode, None, "",
        mark("The colour mode is {measured}; taken are {limit}."), mark("Convert it to sRGB and save it again."),
    ),
    "background_white_min_percent": Kind(
        lambda one: one.white_permille // 10, True, "%",
        mark("{measured} % of the outer ring is white; {limit} % is asked for. A cut-off product counts too."),
        _WHITE,
    ),
    "product_fill_min_percent": Kind(
        lambda one: one.fill_permille // 10, True, "%",
        mark("The product takes {measured} % of the picture's length; {limit} % is asked for."),
        mark("Crop closer to the product."),
    ),
    "text_lines_max": Kind(
        lambda one: one.text_lines, False, "",
        mark("It looks as if {measured} lines of text lie over it: a rule of thumb, look at it."), _CLEAN,
    ),
    "faint_lines_max": Kind(
        lambda one: one.faint_lines, False, "",
        mark("It looks as if a faint mark lies over it ({measured} lines): a rule of thumb, look at it."), _CLEAN,
    ),
    "frame_sides_max": Kind(
        lambda one: one.frame_sides, False, "",
        mark("A line or band runs along {measured} of its edges: a rule of thumb, look at it."),
        mark("Cut the frame off."),
    ),
}  # fmt: skip
"""Rules on one picture alone."""

SAME, NEAR = "same_pictures_max", "near_pictures_max"
COMPARED = {
    SAME: (mark("It is the same picture as {others}."), _OTHER),
    NEAR: (mark("It is {others} again, scaled, turned, mirrored or packed anew."), _OTHER),
}
"""Rules on the pictures of one SKU among each other."""


def read_rules(rules: pd.DataFrame, as_of: date) -> list[RuleLine]:
    """Rules in force, one per (rule, country, slot), sorted. `country` may name several with blanks between.

    Raises:
        MissingColumns: the table lacks a column.
        UnusableImageRules: an unknown rule, slot or weight, a limit that is no number, or two limits for one place.
    """
    check_columns("image_rules", rules.columns, RULE_COLUMNS)
    day, wrong = as_of.isoformat(), []
    found: dict[tuple[str, str, str], RuleLine] = {}
    for row in sorted(({str(k): str(v) for k, v in row.items()} for row in rules.to_dict("records")), key=_order):
        words = row["rule"] in KINDS and KINDS[row["rule"]].at_least is None
        known = row["rule"] in KINDS or row["rule"] in COMPARED
        if (
            not known
            or row["slot"] not in SLOTS
            or row["weight"] not in WEIGHTS
            or not _is_limit(row["limit"], words)
        ):
            wrong.append(f"{row['rule']} · {row['country']} · {row['limit']}")
            continue
        if row["effective_from"] > day or (row["effective_to"] and row["effective_to"] < day):
            continue
        for country in row["country"].split():
            key = (row["rule"], country, row["slot"])
            if key in found:
                wrong.append(" · ".join(key))
            found[key] = RuleLine(
                *key, *(row[name] for name in ("limit", "weight", "source", "retrieved_on", "confidence"))
            )
    if wrong:
        raise UnusableImageRules(
            mark(
                "Unusable rules for pictures: {rows}. Expected one limit at a time for each known rule, country and "
                "place (main, other or *), with weight must or should. Correct the table."
            ),
            rows=name_rows(sorted(wrong)),
        )
    return [found[key] for key in sorted(found)]


def _order(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in RULE_COLUMNS)


def _is_limit(limit: str, words: bool) -> bool:
    return bool(limit.split()) if words else limit.isdecimal()


def judge(kind: Kind, limit: str, value: int | str) -> bool:
    """Whether a value keeps a limit."""
    if kind.at_least is None:
        return str(value) in limit.split()
    return int(value) >= int(limit) if kind.at_least else int(value) <= int(limit)


def tell(kind: Kind, limit: str, value: int | str) -> dict[str, Any]:
    """What fills the places of a broken rule's sentence."""
    return {"measured": value, "limit": ", ".join(limit.split()) if kind.at_least is None else int(limit)}
