"""The same niche under the same name from week to week, and what became of the others."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd

from skills.niches.arrays import Floats, Ints
from skills.vocabulary import check_columns

PREVIOUS = ("niche", "country", "term", "share")
NEW, KEPT, MERGED, SPLIT = "new", "kept", "merged", "split"
_MOST = 0.5


def name_niches(country: str, labels: list[str], terms: pd.Index, places: Ints, groups: Ints, amounts: Floats,
                previous: pd.DataFrame) -> tuple[list[str], list[str]]:  # fmt: skip
    """An id for each group of terms, and how it came about.

    A group keeps the id of the old niche that gives it most searches; where several would, the one that gets most of
    it keeps the id. `merged`: another old niche's searches went mostly here too and its id ends. `split`: most of its
    searches come from an old niche whose id another group keeps. `new`: neither. A new id is made of the country and
    the most searched term.

    Args:
        labels: Group → most searched term.
        terms: The country's terms.
        places, groups, amounts: Place of the term, its group, searches: one entry per member.
        previous: One row per (niche, country, term): share.

    Raises:
        MissingColumns: of `previous`.
    """
    ids, changes = [""] * len(labels), [NEW] * len(labels)
    flows = _find_flows(country, terms, places, groups, amounts, previous)
    taken = set(previous["niche"]) if len(previous) else set()
    if len(flows):
        own = np.bincount(groups, amounts, len(labels))
        to_group = flows.sort_values(["searches", "old"], ascending=[False, True]).drop_duplicates("group")
        keepers = to_group.drop_duplicates("old")
        for old, group in zip(keepers["old"], keepers["group"].tolist(), strict=True):
            ids[group], changes[group] = str(old), KEPT
        from_old = flows.sort_values(["searches", "group"], ascending=[False, True]).drop_duplicates("old")
        for old, group in zip(from_old["old"], from_old["group"].tolist(), strict=True):
            if ids[group] and ids[group] != old and old not in set(keepers["old"]):
                changes[group] = MERGED
        for group, searches in zip(to_group["group"].tolist(), to_group["searches"].tolist(), strict=True):
            if not ids[group] and searches >= _MOST * own[group]:
                changes[group] = SPLIT
    for group in sorted(range(len(labels)), key=labels.__getitem__):
        attempt = 0
        while not ids[group]:
            name = _make_id(country, labels[group], attempt)
            attempt += 1
            if name not in taken:
                ids[group] = name
                taken.add(name)
    return ids, changes


def _make_id(country: str, label: str, attempt: int) -> str:
    text = f"{country}\n{label}" + "\n" * attempt
    return f"{country}-{blake2b(text.encode('utf-8', 'replace'), digest_size=5).hexdigest()}"


def _find_flows(country: str, terms: pd.Index, places: Ints, groups: Ints, amounts: Floats,
                previous: pd.DataFrame) -> pd.DataFrame:  # fmt: skip
    """Searches of today by old niche and group: one row per (old, group)."""
    check_columns("previous", previous.columns, PREVIOUS)
    before = previous[previous["country"] == country]
    at = terms.get_indexer(pd.Index(before["term"])) if len(before) else np.empty(0, np.int64)
    before = before.assign(place=at)[at >= 0][["niche", "place", "share"]]
    now = pd.DataFrame({"place": places, "group": groups, "amount": amounts})
    both = before.merge(now, on="place").sort_values(["niche", "group", "place"], kind="stable")
    both = both.assign(searches=both["share"] * (both["amount"] + 1e-6))
    flows = both.groupby(["niche", "group"], sort=True)["searches"].sum().reset_index()
    return flows.assign(searches=flows["searches"].round(6)).rename(columns={"niche": "old"})
