"""Searches a week of every term: reported where the seller's own queries tell, else fitted on the rank."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pandas as pd

from skills.niches.arrays import Floats
from skills.niches.policy import NichesPolicy
from skills.vocabulary import check_columns, mark

REPORTED, FITTED, RANK_ONLY = mark("reported"), mark("fitted"), mark("rank only")
VOLUME_COLUMNS = ["country", "week", "term", "rank", "volume", "volume_basis"]
_KEY = ["country", "week", "term"]
_BINS, _FLATTEST = 40, -0.05


def estimate_volumes(search_terms: pd.DataFrame, search_queries: pd.DataFrame, policy: NichesPolicy) -> pd.DataFrame:
    """Searches a week of each term.

    The top search terms come with a rank alone. Own queries come with their searches: per country, log searches is
    fitted as a falling line of log rank through the terms that have both (median of slopes between medians of bins of
    rank: Theil 1950, Sen 1968; a tenth of the points may be wrong). With fewer than `fit_terms` such terms the volume
    is an index (Zipf): the median of searches × rank of those terms, or `index_at_first_rank` without any, ÷ rank.

    Args:
        search_terms: One row per (country, week, department, term, asin): rank [1 = most searched].
        search_queries: One row per (country, week, asin, term): volume [searches].

    Returns:
        One row per (country, week, term) of either table: rank [the best of its departments; NA: not ranked], volume
        [searches a week, a tenth], volume_basis (`reported`, `fitted`, `rank only`).

    Raises:
        MissingColumns: of a table.
    """
    check_columns("search_terms", search_terms.columns, (*_KEY, "rank"))
    check_columns("search_queries", search_queries.columns, (*_KEY, "volume"))
    ranked = search_terms.loc[search_terms["rank"] > 0, [*_KEY, "rank"]].assign(volume=np.nan)
    asked = search_queries.loc[search_queries["volume"] > 0, [*_KEY, "volume"]].assign(rank=np.nan)
    both = pd.concat([ranked, asked], ignore_index=True).groupby(_KEY).agg({"rank": "min", "volume": "max"})
    both = both.reset_index()
    rank = both["rank"].to_numpy(np.float64, na_value=np.nan)
    volume = both["volume"].to_numpy(np.float64, na_value=np.nan, copy=True)
    basis = np.where(np.isnan(volume), FITTED, REPORTED).astype(object)
    for _, places in sorted(both.groupby("country").indices.items()):
        overlap = places[~np.isnan(rank[places]) & ~np.isnan(volume[places])]
        open_places = places[np.isnan(volume[places])]
        line = fit_line(rank[overlap], volume[overlap]) if len(overlap) >= policy.fit_terms else None
        if line is None:
            known = sorted((rank[overlap] * volume[overlap]).tolist())
            first = _median(known) if known else float(policy.index_at_first_rank)
            volume[open_places] = np.round(first / rank[open_places], 1)
            basis[open_places] = RANK_ONLY
        else:
            different, back = np.unique(rank[open_places], return_inverse=True)
            fitted = [round(exp(line[0] + line[1] * log(place)), 1) for place in different.tolist()]
            volume[open_places] = np.array(fitted, np.float64)[back]
    return pd.DataFrame(
        {
            **{name: both[name].array for name in _KEY},
            "rank": both["rank"].astype("Int64").array,
            "volume": volume,
            "volume_basis": pd.array(basis, dtype="str"),
        }
    )


def fit_line(rank: Floats, volume: Floats) -> tuple[float, float] | None:
    """Intercept and slope of log volume on log rank, falling; None where all ranks are one."""
    points = sorted((log(x), log(y)) for x, y in zip(rank.tolist(), volume.tolist(), strict=True))
    size = max(1, len(points) // _BINS)
    bins = [points[at : at + size] for at in range(0, len(points), size)]
    middle = [(_median([x for x, _ in cell]), _median([y for _, y in cell])) for cell in bins]
    slopes = [
        (y2 - y1) / (x2 - x1) for k, (x1, y1) in enumerate(middle) for x2, y2 in middle[k + 1 :] if x2 - x1 > 1e-9
    ]
    if not slopes:
        return None
    slope = min(round(_median(slopes), 9), _FLATTEST)
    return round(_median([y - slope * x for x, y in points]), 9), slope


def _median(values: list[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
