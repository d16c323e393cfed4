"""The seller's measured cartons, declared as the other tables are (tasks/files/tables.py)."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import UNKNOWN, Column, Table

_SIDE = mark("a number above 0")


def _side(name: str, meaning: str, alias: str) -> Column:
    return Column(name, "number", meaning, "cm", low=1e-9, told=_SIDE, aliases=(alias,))


CARTONS = Table(
    "cartons",
    "one row per SKU whose full carton was measured",
    False,
    (
        Column("sku", "sku", "The SKU in it.", refers_to="products.sku",
               told=mark("a SKU listed in the table of products"), aliases=("seller_sku", "货号")),
        _side("length_cm", "First side of the full carton.", "外箱长cm"),
        _side("width_cm", "Second side.", "外箱宽cm"),
        _side("height_cm", "Side that stands upright where only one may.", "外箱高cm"),
        Column("gross_kg", "number", "Weight of the full carton.", "kg", low=1e-9, told=_SIDE,
               aliases=("外箱毛重kg",)),
        Column("upright", "text", "Sides that may stand upright: some of l, w, h; h alone is this side up.",
               blank="lwh"),
        Column("bears_kg", "number", "Most weight on top of it; blank: no limit.", "kg", blank=UNKNOWN),
    ),
    key=("sku",),
)  # fmt: skip
