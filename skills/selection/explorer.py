"""What only Product Opportunity Explorer knows of a niche, and what it fills in where nothing else is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.selection.facts import join_texts, morning
from skills.selection.products import add_success
from skills.selection.volume import MOST_GROWTH, RANK_ONLY

EXPLORER = "explorer"
"""The basis of a volume that the explorer states."""

_SOURCES = {
    "volume": "volume_90d",
    "growth_90d_percent": "growth_90d_percent",
    "growth_180d_percent": "growth_180d_percent",
    "click_share_top5": "click_share_top5",
    "click_share_top20": "click_share_top20",
    "price_minor": "average_price_minor",
    "launches_180d": "launches_180d",
    "launches_succeeded_180d": "launches_succeeded_180d",
    "out_of_stock_share": "out_of_stock_share",
    "return_share": "return_share",
}
_PAIR = ["launches_180d", "launches_succeeded_180d"]
_WEEKS = 90 / 7


def fill_from_explorer(
    metrics: pd.DataFrame, members: pd.DataFrame, opportunities: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Numbers that only the explorer has, and those that could not be measured.

    A niche is the explorer's where one of its terms is that niche's name or among its top terms; of several the one
    that covers most of the niche's searches, by its newest export. Launches come from the explorer first, for of the
    others only those that won clicks are seen, and both numbers together; so does a volume that is an index of its
    rank.

    Args:
        metrics: One row per place.
        members: One row per (place, term): country, weight [searches].
        opportunities: One row per (country, exported_on, niche_name).

    Returns:
        `metrics` with return_share and from_explorer, the names of the metrics so filled, ";" between.
    """
    found = _match(members, opportunities, as_of).reindex(metrics.index)
    answer = metrics.assign(return_share=float("nan"))
    names: list[list[str]] = [[] for _ in range(len(answer))]
    for column, source in _SOURCES.items():
        values = found[source].astype("float64")
        open_ = answer[column].isna()
        if column in _PAIR:
            open_ = found[_PAIR].notna().all(axis=1)
        if column == "volume":
            values = (values / _WEEKS).round(1)
            open_ |= answer["volume_basis"] == RANK_ONLY
        if column.startswith("growth"):
            values = values.clip(upper=MOST_GROWTH)
        if column == "price_minor":
            same = (found["currency"] == answer["currency"]) | (answer["currency"] == "")
            values = values.where(same & (values > 0))
        use = open_ & values.notna()
        answer[column] = answer[column].astype("float64").where(~use, values)
        if column == "price_minor":
            answer["currency"] = answer["currency"].where(~use, found["currency"]).astype("str")
        if column == "volume":
            answer["volume_basis"] = answer["volume_basis"].where(~use, EXPLORER)
        for at in np.flatnonzero(use):
            names[at].append(column)
    answer["from_explorer"] = pd.Series([join_texts(listed) for listed in names], index=answer.index, dtype="str")
    return add_success(answer)


def _match(members: pd.DataFrame, opportunities: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per place that the explorer knows: its row there."""
    known = opportunities[opportunities["exported_on"] <= morning(as_of)]
    known = known.sort_values(["country", "niche_name", "exported_on"]).drop_duplicates(
        ["country", "niche_name"], keep="last"
    )
    names = known["niche_name"] + ";" + known["top_terms"]
    terms = known[["country", "niche_name"]].assign(key=names.str.split(";")).explode("key", ignore_index=True)
    terms["key"] = terms["key"].astype("str").str.strip().str.casefold()
    terms = terms[terms["key"] != ""].drop_duplicates()
    met = members.assign(key=members["term"].str.strip().str.casefold()).merge(terms, on=["country", "key"])
    met = met.sort_values(["place", "niche_name", "key", "term"])
    best = met.groupby(["place", "country", "niche_name"], sort=True)["weight"].sum().reset_index()
    best = best.sort_values(["place", "weight", "niche_name"], ascending=[True, False, True])
    best = best.drop_duplicates("place")[["place", "country", "niche_name"]]
    return best.merge(known, on=["country", "niche_name"]).set_index("place")
