"""Niches of several countries that lead to the same products."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.niches.clicks import gather_clicks
from skills.niches.cosine import group_rows
from skills.niches.grouping import order_rows
from skills.niches.policy import NichesPolicy
from skills.niches.vectors import make_empty_rows


def link_countries(niches: pd.DataFrame, clicks: pd.DataFrame, policy: NichesPolicy) -> pd.Series:
    """The concept of each niche: its own id, or one id for all whose clicks are close to a larger niche's.

    Leaders are the most searched; of one country only the closest niche joins a leader.

    Args:
        niches: One row per (niche, country): volume.
        clicks: One row per (niche, country, asin): clicks [a week].
    """
    concepts = niches["niche"].copy()
    if niches["country"].nunique() < 2 or clicks.empty:
        return concepts
    key = ["niche", "country"]
    owners = pd.MultiIndex.from_frame(niches[key]).get_indexer(pd.MultiIndex.from_frame(clicks[key])).astype(np.int64)
    products = pd.factorize(clicks["asin"], sort=True)[0].astype(np.int64)
    count = len(niches)
    rows = gather_clicks(owners, products, clicks["clicks"].to_numpy(np.float64), count, policy.enough_clicks)
    order = np.lexsort((np.arange(count), -niches["volume"].to_numpy(np.float64)))
    ranked, none = order_rows(rows, order), make_empty_rows(count)
    countries = pd.factorize(niches["country"], sort=True)[0].astype(np.int64)[order]
    found, _, cosines = group_rows(
        none.begins, none.features, none.weights, none.count, 1.0,
        ranked.begins, ranked.features, ranked.weights, ranked.count, policy.concept_cosine,
        np.zeros(count, np.bool_), countries, 0.0, policy.most_compared,
    )  # fmt: skip
    members = pd.DataFrame(
        {"leader": found[:, 0], "row": np.arange(count), "country": countries, "near": cosines[:, 0]}
    )
    members.loc[members["leader"] == members["row"], "near"] = 2.0
    members = members.sort_values(["leader", "country", "near", "row"], ascending=[True, True, False, True])
    members = members.drop_duplicates(["leader", "country"])
    ids = niches["niche"].to_numpy(object)[order]
    for _, group in members.groupby("leader"):
        rows_of = group["row"].to_numpy()
        concepts.iloc[order[rows_of]] = min(ids[rows_of])
    return concepts
