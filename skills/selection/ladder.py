"""The price ladder of a niche: its clicked products by price band."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.selection.facts import PLACE, list_places
from skills.selection.policy import SelectionPolicy

PRICES = ["niche", "country", "band", "low_minor", "high_minor", "currency", "click_share", "products"]


def build_ladders(rows: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """The clicked products of each niche by price band.

    Bands have a round width (1, 2 or 5 with zeros, in minor units), chosen so that about the policy's number of them
    covers the middle four fifths of the clicks; the first and last take what lies outside twice that many.

    Args:
        rows: One row per (niche, country, asin): share, price_minor (NaN unknown), currency.

    Returns:
        One row per (niche, country, band), gaps between the bands included: low_minor ≤ price < high_minor,
        click_share [of the clicks with a price], products.
    """
    lines: list[list[Any]] = []
    priced = rows[rows["price_minor"].notna()].sort_values([*PLACE, "price_minor", "asin"])
    for place, products in list_places(priced[[*PLACE, "price_minor", "share", "currency"]]).items():
        prices, shares = [int(row["price_minor"]) for row in products], [float(row["share"]) for row in products]
        total, covered, inner = sum(shares), 0.0, []
        for price, share in zip(prices, shares, strict=True):
            if covered <= 0.9 * total and covered + share >= 0.1 * total:
                inner.append(price)
            covered += share
        width = _round_width(inner[-1] - inner[0], policy.bands)
        first = max(inner[0] // width - policy.bands // 2, prices[0] // width)
        last = min(inner[-1] // width + policy.bands // 2, prices[-1] // width)
        bands = [min(max(price // width, first), last) for price in prices]
        for number, at in enumerate(range(first, last + 1)):
            floor = min(at * width, prices[0]) if at == first else at * width
            top = max((at + 1) * width, prices[-1] + 1) if at == last else (at + 1) * width
            inside = [share for band, share in zip(bands, shares, strict=True) if band == at]
            lines.append([*place, number, floor, top, products[0]["currency"], round(sum(inside) / total, 4),
                          len(inside)])  # fmt: skip
    whole = dict.fromkeys(("band", "low_minor", "high_minor", "products"), "int64")
    text = dict.fromkeys(("niche", "country", "currency"), "str")
    return pd.DataFrame(lines, columns=PRICES).astype({**whole, **text, "click_share": "float64"})


def _round_width(spread: int, bands: int) -> int:
    """The least of 1, 2, 5, 10, 20 … minor units with which the bands cover the spread."""
    width = 1
    while True:
        for step in (1, 2, 5):
            if step * width * bands >= spread:
                return step * width
        width *= 10
