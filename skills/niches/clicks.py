"""What is clicked after a term: products of keys and of niches, as rows for the cosine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.niches.arrays import Floats, Ints
from skills.niches.searches import Searches
from skills.niches.vectors import Rows, make_rows

SEARCH_TERMS = ("country", "week", "term", "asin", "click_share")


@dataclass(frozen=True, slots=True)
class Clicks:
    """Clicks of one country, one entry per (term, product), by term.

    Attributes:
        places: Which of the country's terms.
        products: Which of the names.
        amounts: Clicks a week.
        names: The products.
    """

    places: Ints
    products: Ints
    amounts: Floats
    names: pd.Index


def read_clicks(searches: Searches, search_terms: pd.DataFrame) -> Clicks:
    """What is clicked after a country's terms.

    clicks a week = searches a week × mean share of the product's clicks over the weeks that report the term: one
    click a search, for the export tells shares alone. In several departments the greatest share counts.
    """
    rows = search_terms[(search_terms["country"] == searches.country) & search_terms["week"].isin(searches.weeks)]
    place = pd.Index(searches.terms).get_indexer(pd.Index(rows["term"]))
    known = (place >= 0) & (rows["asin"] != "").to_numpy() & rows["click_share"].gt(0).to_numpy()
    rows = rows[known].assign(place=place[known])[["place", "week", "asin", "click_share"]]
    shares = rows.groupby(["place", "week", "asin"], as_index=False)["click_share"].max()
    weeks = shares[["place", "week"]].drop_duplicates()["place"].value_counts()
    share = shares.groupby(["place", "asin"], as_index=False)["click_share"].sum()
    places = share["place"].to_numpy(np.int64)
    clicks = share["click_share"].to_numpy(np.float64) / weeks.reindex(places).to_numpy(np.float64)
    numbers, products = pd.factorize(share["asin"], sort=True)
    return Clicks(places, numbers.astype(np.int64), clicks * searches.volumes[places], pd.Index(products))


def gather_clicks(owners: Ints, products: Ints, clicks: Floats, count: int, enough: float) -> Rows:
    """Clicks of owners (keys, niches) as rows; an owner with fewer than `enough` clicks gets an empty one."""
    order = np.lexsort((products, owners))
    owners, products, clicks = owners[order], products[order], clicks[order]
    total = np.bincount(owners, clicks, count)
    kept = total[owners] >= enough
    begins = np.concatenate([[0], np.cumsum(np.bincount(owners[kept], minlength=count))])
    return make_rows(begins, products[kept], clicks[kept], int(products.max(initial=-1)) + 1)
