"""Freight of one unit on every lane, by chargeable weight or by volume."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import MissingRate, RateBook
from skills.vocabulary import Refusal, minor_digits


def minor_factor(rates: RateBook, currency: str, base_currency: str, as_of: date) -> float:
    """Base minor units per minor unit of a currency."""
    crossed = float(rates.convert(currency, base_currency, as_of))
    return float(crossed * 10 ** minor_digits(base_currency) / 10 ** minor_digits(currency))


def price_freight(
    products: pd.DataFrame, lanes: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date
) -> tuple[pd.DataFrame, dict[str, Refusal]]:
    """Freight per unit by lane; an onward leg is priced like any other lane.

    chargeable kg = max(kg, cm³ ÷ divisor), without a divisor the kg; where a lane has a price per kg and one
    per m³ the larger counts (weight or measure). Minimum and fixed charges belong to a shipment, not to a unit.

    Args:
        products: Complete products: sku, weight_kg, cm3.
        lanes: One row per lane.

    Returns:
        One row per (sku, lane): freight, handling [base minor], chargeable_kg, per_kg and per_m3, the freight
        that one more kilogram or cubic metre costs, lane_currency and lane_factor [base minor per minor]; and
        the lanes whose currency has no rate, with what is missing.
    """
    kg, cm3 = products["weight_kg"].to_numpy(dtype="float64"), products["cm3"].to_numpy(dtype="float64")
    frames: list[pd.DataFrame] = []
    refused: dict[str, Refusal] = {}
    for row in lanes.sort_values("lane", kind="stable").to_dict("records"):
        lane = str(row["lane"])
        try:
            factor = minor_factor(rates, str(row["currency"]), base_currency, as_of)
        except MissingRate as error:
            refused[lane] = error
            continue
        per_kg, per_m3 = _number(row["cost_per_kg_minor"]) * factor, _number(row["cost_per_m3_minor"]) * factor
        divisor = _number(row["volumetric_divisor"])
        by_size = cm3 / divisor if divisor > 0 else np.zeros(len(cm3))
        chargeable = np.maximum(kg, by_size)
        weight_part, volume_part = chargeable * per_kg, cm3 * per_m3 / 1_000_000
        heavy, by_weight = kg >= by_size, weight_part >= volume_part
        frames.append(
            pd.DataFrame(
                {
                    "sku": products["sku"],
                    "lane": lane,
                    "chargeable_kg": chargeable.round(4),
                    "freight": np.maximum(weight_part, volume_part).round(4),
                    "lane_currency": str(row["currency"]),
                    "lane_factor": factor,
                    "handling": round(_number(row["handling_minor"]) * factor, 4),
                    "per_kg": np.where(by_weight & heavy, per_kg, 0.0).round(4),
                    "per_m3": np.where(
                        by_weight, np.where(heavy, 0.0, per_kg * 1_000_000 / max(divisor, 1.0)), per_m3
                    ).round(4),
                }
            )
        )
    if not frames:
        texts = ["sku", "lane", "lane_currency"]
        numbers = ["chargeable_kg", "freight", "handling", "per_kg", "per_m3", "lane_factor"]
        empty = pd.DataFrame(columns=[*texts, *numbers])
        return empty.astype(dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "float64")), refused
    return pd.concat(frames, ignore_index=True), refused


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    return 0.0 if number != number else number
