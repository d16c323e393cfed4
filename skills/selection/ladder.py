"""The price ladder of a niche: its clicked products by price band."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.selection.facts import Numbers, round_each
from skills.selection.policy import SelectionPolicy

PRICES = ["niche", "country", "band", "low_minor", "high_minor", "currency", "click_share", "products"]
_ROUND_WIDTHS = np.array([step * 10**zeros for zeros in range(15) for step in (1, 2, 5)], dtype="int64")
_TINY = 1e-12


def build_ladders(rows: pd.DataFrame, policy: SelectionPolicy) -> tuple[pd.DataFrame, Numbers]:
    """The clicked products of each niche by price band.

    Bands have a round width (1, 2 or 5 with zeros, in minor units), chosen so that about the policy's number of them
    covers the middle four fifths of the clicks; the first and last take what lies outside twice that many.

    Args:
        rows: One row per (place, asin): share, price_minor (NaN unknown), currency.

    Returns:
        One row per (place, band), gaps between the bands included: low_minor ≤ price < high_minor, click_share [of
        the clicks with a price], products. And for each of `rows` the number of its band's row, −1 without a price.
    """
    rung = np.full(len(rows), -1, dtype="int64")
    at = np.flatnonzero(rows["price_minor"].notna())
    at = at[
        np.lexsort((rows["asin"].to_numpy()[at], rows["price_minor"].to_numpy()[at], rows["place"].to_numpy()[at]))
    ]
    price = rows["price_minor"].to_numpy()[at].astype("int64")
    share = rows["share"].to_numpy()[at]
    places, begin, ladder = np.unique(rows["place"].to_numpy()[at], return_index=True, return_inverse=True)
    cheapest, dearest = price[begin], price[np.append(begin, len(price))[1:] - 1]
    total = np.bincount(ladder, share, minlength=len(places))
    covered = pd.Series(share).groupby(ladder).cumsum().to_numpy()
    middle = (covered - share <= 0.9 * total[ladder] + _TINY) & (covered >= 0.1 * total[ladder] - _TINY)
    inner = pd.Series(price[middle]).groupby(ladder[middle])
    low, high = inner.first().to_numpy(), inner.last().to_numpy()
    width = _ROUND_WIDTHS[np.searchsorted(_ROUND_WIDTHS, -(-(high - low) // policy.bands))]
    first = np.maximum(low // width - policy.bands // 2, cheapest // width)
    last = np.minimum(high // width + policy.bands // 2, dearest // width)
    count = last - first + 1
    starts = count.cumsum() - count
    of = np.repeat(np.arange(len(places)), count)
    band = np.arange(len(of)) - starts[of]
    floor = (first[of] + band) * width[of]
    rung[at] = starts[ladder] + np.clip(price // width[ladder], first[ladder], last[ladder]) - first[ladder]
    table = pd.DataFrame(
        {
            "place": places[of],
            "band": band,
            "low_minor": np.where(band == 0, np.minimum(floor, cheapest[of]), floor),
            "high_minor": np.where(
                band == count[of] - 1, np.maximum(floor + width[of], dearest[of] + 1), floor + width[of]
            ),
            "currency": rows["currency"].array.take(at[begin][of]),
            "click_share": round_each(np.bincount(rung[at], share, minlength=len(of)) / total[of], 4),
            "products": np.bincount(rung[at], minlength=len(of)),
        }
    )
    return table.astype({"band": "int64", "products": "int64", "currency": "str", "click_share": "float64"}), rung
