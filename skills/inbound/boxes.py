"""Packed cartons against the box limits of the country they go to: which may go, and which may not and why."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd

from skills.inbound.cartons import REFUSED
from skills.inbound.facts import GRAMS, MILLIMETRES, SIDES, to_units
from skills.rates import RateBook
from skills.vocabulary import check_columns, mark

OVER = mark(
    "A carton of {sku} is {longest} mm long and weighs {weight} g; {country} takes up to {side} mm and {limit} g "
    "({source}). Pack fewer units into it or choose a smaller carton, or correct the product file."
)
UNKNOWN = mark("no box limit known for the country")


def sort_boxes(
    packed: pd.DataFrame, countries: dict[str, str], rates: RateBook, as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside every SKU of a consignment with a carton over the limit of its country.

    Args:
        packed: From `pack_cartons`.
        countries: Consignment → country.
        rates: Kinds box_side [mm, cm, in] and box_weight [g, kg, lb], by country.
        as_of: The day of the inbound plan.

    Returns:
        Fit: the rows of packed that may go, with limit_confidence: of the less certain limit, or "no box limit known
        for the country".
        Refused: one row per (consignment, sku): country, reason (a sentence), values (JSON).

    Raises:
        MissingColumns: of packed.
        ConflictingRates: two limits claim the same day.
    """
    check_columns("packed", packed.columns, ("consignment", "sku", *SIDES, "weight_g"))
    confidence: dict[str, str] = {}
    limits: dict[str, tuple[int, int, str]] = {}
    for country in sorted(set(countries.values())):
        side, weight = rates.find("box_side", country, as_of), rates.find("box_weight", country, as_of)
        if side is None or weight is None:
            confidence[country] = UNKNOWN
            continue
        limits[country] = (to_units(side, MILLIMETRES), to_units(weight, GRAMS), side.source)
        confidence[country] = max(side.confidence, weight.confidence, key=_TRUST.index)
    refused: dict[tuple[str, str], list[object]] = {}
    for box in packed.to_dict("records"):
        country = countries[box["consignment"]]
        longest = max(int(box[name]) for name in SIDES)
        if country in limits and (longest > limits[country][0] or box["weight_g"] > limits[country][1]):
            side_mm, weight_g, source = limits[country]
            values = {
                "sku": box["sku"], "longest": longest, "weight": int(box["weight_g"]), "country": country,
                "side": side_mm, "limit": weight_g, "source": source,
            }  # fmt: skip
            row = [box["consignment"], box["sku"], country, OVER, json.dumps(values, ensure_ascii=False)]
            refused.setdefault((box["consignment"], box["sku"]), row)
    over = pd.Series(list(zip(packed["consignment"], packed["sku"], strict=True)), packed.index, dtype=object)
    fit = packed[~over.isin(list(refused))].reset_index(drop=True)
    marks = [confidence[countries[name]] for name in fit["consignment"]]
    return fit.assign(limit_confidence=pd.Series(marks, fit.index, dtype="str")), pd.DataFrame(
        list(refused.values()), columns=[*REFUSED]
    )


_TRUST = ("primary", "secondary", "unverified", "generated")
