"""Units into cartons: size and weight as given, or as derived from the unit's, and what cannot be packed."""

from __future__ import annotations

import json
from itertools import permutations
from math import ceil
from typing import Any

import pandas as pd

from skills.inbound.facts import SIDES
from skills.inbound.policy import PackingPolicy
from skills.vocabulary import check_columns, mark

PACKED = ("consignment", "sku", "carton", "count", "units_per_carton", *SIDES, "weight_g", "net_g", "upright",
          "bears_g", "assumed")  # fmt: skip
REFUSED = ("consignment", "sku", "country", "reason", "values")

NO_WEIGHT = mark("{sku} has no weight. Weigh one packed unit and fill in weight_kg in products.")
NO_SIZE = mark(
    "{sku} has no size. Measure one packed unit and fill in its sides in products, or its carton's in cartons."
)
NO_CARTON = mark("Nobody knows how many units of {sku} a carton holds. Fill in carton_units in products.")
DERIVED = mark("derived from the unit's size")
ODD = mark("part carton")

_UNIT_SIDES = ("length_cm", "width_cm", "height_cm")


def pack_cartons(
    lines: pd.DataFrame, products: pd.DataFrame, cartons: pd.DataFrame, policy: PackingPolicy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the units of every line into cartons; what fills no whole carton is a part carton of its own.

    Args:
        lines: One row per (consignment, sku): country, units.
        products: One row per sku: weight_kg, length_cm, width_cm, height_cm of one packed unit, carton_units; gaps
            are missing values.
        cartons: One row per sku whose carton was measured: length_cm, width_cm, height_cm, gross_kg, upright,
            bears_kg; what is missing is derived.

    Returns:
        Packed: one row per (consignment, carton type): sku, carton (its name), count [cartons], units_per_carton,
        length_mm, width_mm, height_mm [mm], weight_g, net_g of one carton [g], upright, bears_g, assumed ("" or what
        was derived). The contents of a consignment's cartons are its units, none more.
        Refused: one row per (consignment, sku) that cannot be packed: country, reason (a sentence), values (JSON).

    Raises:
        MissingColumns: a table lacks a column.
    """
    check_columns("lines", lines.columns, ("consignment", "sku", "country", "units"))
    check_columns("products", products.columns, ("sku", "weight_kg", *_UNIT_SIDES, "carton_units"))
    known = _by_sku(products)
    measured = _by_sku(cartons)
    packed: list[dict[str, Any]] = []
    refused: list[list[object]] = []
    for line in lines.to_dict("records"):
        sku, units = str(line["sku"]), int(line["units"])
        product, box = known.get(sku, {}), measured.get(sku, {})
        reason = _find_gap(product, box)
        if reason:
            refused.append([line["consignment"], sku, line["country"], reason, json.dumps({"sku": sku})])
            continue
        each = int(product["carton_units"])
        for count, held in ((units // each, each), (min(1, units % each), units % each)):
            if count:
                carton = _measure(sku, product, box, held, each, policy)
                packed.append({"consignment": line["consignment"], "sku": sku, "count": count} | carton)
    return pd.DataFrame(packed, columns=[*PACKED]), pd.DataFrame(refused, columns=[*REFUSED])


def _by_sku(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(row["sku"]): {str(name): value for name, value in row.items()} for row in frame.to_dict("records")}


def arrange_units(sides_mm: tuple[int, int, int], units: int, longest_mm: int) -> tuple[int, int, int]:
    """Inner size of the carton with the least surface that holds so many equal boxes in a grid [mm], longest first.

    No side is above longest_mm where that can be. Places may stay empty where a number of units with few divisors
    would make a long bar.
    """
    grids = [
        (along, across, ceil(units / (along * across)))
        for along in range(1, units + 1)
        for across in range(1, ceil(units / along) + 1)
    ]
    sizes = {
        tuple(sorted((count * side for count, side in zip(grid, turned, strict=True)), reverse=True))
        for grid in grids
        for turned in permutations(sides_mm)
    }
    faces = {size: size[0] * size[1] + size[1] * size[2] + size[0] * size[2] for size in sizes}
    length, width, height = min(sizes, key=lambda size: (size[0] > longest_mm, faces[size], size))
    return length, width, height


def _find_gap(product: dict[str, Any], box: dict[str, Any]) -> str:
    if not _given(product, "carton_units"):
        return NO_CARTON
    if not _given(product, "weight_kg") and not _given(box, "gross_kg"):
        return NO_WEIGHT
    whole = all(_given(box, side) for side in _UNIT_SIDES) or all(_given(product, side) for side in _UNIT_SIDES)
    return "" if whole else NO_SIZE


def _given(row: dict[str, Any], name: str) -> bool:
    value = row.get(name)
    return value is not None and value == value and float(value) > 0


def _measure(
    sku: str, product: dict[str, Any], box: dict[str, Any], held: int, each: int, policy: PackingPolicy
) -> dict[str, Any]:
    """One carton type of a SKU, with `held` of the `each` units that it takes."""
    assumed = []
    if all(_given(box, side) for side in _UNIT_SIDES):
        size = tuple(round(float(box[side]) * 10) for side in _UNIT_SIDES)
    else:
        unit = tuple(ceil(round(float(product[side]) * 10, 3)) for side in _UNIT_SIDES)
        size = tuple(
            side + 2 * policy.wall_mm
            for side in arrange_units((unit[0], unit[1], unit[2]), each, policy.longest_mm - 2 * policy.wall_mm)
        )
        assumed.append(DERIVED)
    if _given(product, "weight_kg"):
        net = round(float(product["weight_kg"]) * 1000 * held)
        tare = round(float(box["gross_kg"]) * 1000) - round(float(product["weight_kg"]) * 1000 * each) if _given(
            box, "gross_kg"
        ) else policy.tare_g  # fmt: skip
        gross = net + max(0, tare)
    else:
        full = round(float(box["gross_kg"]) * 1000)
        gross = policy.tare_g + max(0, full - policy.tare_g) * held // each
        net = max(0, gross - policy.tare_g)
    if held < each:
        assumed.append(ODD)
    return {
        "carton": sku if held == each else f"{sku} ×{held}",
        "units_per_carton": held,
        **dict(zip(SIDES, size, strict=True)),
        "weight_g": gross,
        "net_g": net,
        "upright": str(box.get("upright") or "lwh"),
        "bears_g": round(float(box["bears_kg"]) * 1000) if _given(box, "bears_kg") else pd.NA,
        "assumed": ", ".join(assumed),
    }
