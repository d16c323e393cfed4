"""The price ladder of a niche: its clicked products by price band."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.selection.facts import PLACE
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
    for (niche, country), priced in rows[rows["price_minor"].notna()].groupby(PLACE, sort=True):
        prices = priced["price_minor"].astype("int64").to_numpy()
        ordered = priced.sort_values(["price_minor", "asin"])
        covered = ordered["share"].cumsum() / ordered["share"].sum()
        inner = ordered["price_minor"][(covered >= 0.1) & (covered.shift(fill_value=0.0) <= 0.9)]
        low, high = int(inner.min()), int(inner.max())
        width = _round_width(high - low, policy.bands)
        first = max(low // width - policy.bands // 2, int(prices.min()) // width)
        last = min(high // width + policy.bands // 2, int(prices.max()) // width)
        band = pd.Series(prices // width, index=priced.index).clip(first, last)
        grouped = priced.groupby(band, sort=True).agg(share=("share", "sum"), products=("asin", "nunique"))
        total = float(priced["share"].sum())
        shares = {int(str(at)): float(share) for at, share in grouped["share"].items()}
        counts = {int(str(at)): int(found) for at, found in grouped["products"].items()}
        for number, at in enumerate(range(first, last + 1)):
            floor = min(at * width, int(prices.min())) if at == first else at * width
            top = max((at + 1) * width, int(prices.max()) + 1) if at == last else (at + 1) * width
            lines.append([niche, country, number, floor, top, priced["currency"].iloc[0],
                          round(shares.get(at, 0.0) / total, 4), counts.get(at, 0)])  # fmt: skip
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
