"""What the demo's products look like from above: outlines in percent of the box that they fill."""

from __future__ import annotations

from typing import NamedTuple

Outline = tuple[str, tuple[float, ...]]
"""`box`, `round`, `many` (a polygon) or `strap` (half a ring, open below), and its places (x, y, x, y …)."""


class Shape(NamedTuple):
    """A product seen from above.

    Attributes:
        wide, high: Sides of its box, in proportion.
        cloth: What is filled with the cloth; the outlines together reach every side of the box.
        shaded: What lies in the shade: flaps, cuffs, pockets, every other layer.
    """

    wide: int
    high: int
    cloth: tuple[Outline, ...]
    shaded: tuple[Outline, ...]


_WHOLE: Outline = ("box", (0, 0, 100, 100))
_APRON = Shape(
    78,
    100,
    (("strap", (34, 0, 66, 34)), ("many", (30, 16, 70, 16, 74, 34, 100, 50, 100, 100, 0, 100, 0, 50, 26, 34))),
    (("box", (22, 62, 47, 84)), ("box", (53, 62, 78, 84))),
)
_MITTS = Shape(
    100,
    100,
    (
        ("round", (0, 0, 38, 62)), ("box", (0, 26, 38, 100)), ("round", (26, 34, 48, 62)),
        ("round", (62, 0, 100, 62)), ("box", (62, 26, 100, 100)), ("round", (52, 34, 74, 62)),
    ),
    (("box", (0, 82, 38, 100)), ("box", (62, 82, 100, 100))),
)  # fmt: skip
_DOUBLE_MITT = Shape(
    100,
    26,
    (("box", (8, 0, 92, 100)), ("round", (0, 0, 24, 100)), ("round", (76, 0, 100, 100))),
    (("box", (27, 0, 73, 100)),),
)
_POT_HOLDERS = Shape(
    100,
    100,
    (("box", (0, 0, 62, 62)), ("box", (38, 38, 100, 100))),
    (("many", (0, 0, 62, 0, 62, 38, 38, 38, 38, 62, 0, 62)),),
)
_ROLLED_MAT = Shape(
    100,
    72,
    (("strap", (32, 0, 68, 52)), ("box", (0, 22, 100, 100))),
    (("box", (14, 22, 26, 100)), ("box", (74, 22, 86, 100))),
)
_ROUND = Shape(100, 100, (("round", (0, 0, 100, 100)),), (("many", (50, 50, 100, 0, 100, 100)),))
_HOODED = Shape(100, 100, (_WHOLE,), (("many", (0, 0, 54, 0, 0, 54)),))
_LONG = Shape(
    58,
    100,
    (_WHOLE,),
    (("many", (0, 0, 100, 0, 100, 8, 0, 8)), ("many", (0, 92, 100, 92, 100, 100, 0, 100))),
)
_BY_WORD = {
    "Apron": _APRON, "Double Oven Mitt": _DOUBLE_MITT, "Oven Mitts": _MITTS, "Pot Holders": _POT_HOLDERS,
    "Picnic Mat": _ROLLED_MAT, "Round": _ROUND, "Hooded": _HOODED, "Beach Towel": _LONG, "Fringe": _LONG,
}  # fmt: skip
_MOST_LAYERS = 6


def shape_of(row: dict[str, str]) -> Shape:
    """By a word of the title; else folded once and again, or a stack where it is a set of several."""
    found = next((shape for word, shape in _BY_WORD.items() if word in row["title"]), None)
    if found:
        return found
    pieces = min(int(row["pieces"]), _MOST_LAYERS)
    if pieces == 1:
        return Shape(70, 100, (_WHOLE,), (("box", (0, 33, 100, 67)),))
    thick = 100 / pieces
    layers = tuple(("box", (0, at * thick, 100, (at + 1) * thick)) for at in range(pieces))
    return Shape(100, 30 + 11 * pieces, layers, layers[1::2])
