"""Search terms into niches: terms that ask for the same thing, with the products that are clicked after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.niches.arrays import Floats, Ints
from skills.niches.clicks import SEARCH_TERMS, Clicks, gather_clicks, read_clicks
from skills.niches.concepts import link_countries
from skills.niches.grouping import Groups, group_keys
from skills.niches.identity import PREVIOUS, name_niches
from skills.niches.lexicon import Keys, make_keys
from skills.niches.policy import NichesPolicy
from skills.niches.searches import Searches, read_searches
from skills.vocabulary import check_columns


@dataclass(frozen=True, slots=True)
class Niches:
    """Niches of a run.

    Attributes:
        niches: One row per (niche, country): concept, label (its most searched term), terms [count], volume [searches
            a week, mean of the last known weeks], change (new, kept, merged, split).
        members: One row per (niche, country, term): share [0…1, sums to 1 over a term's niches], volume [searches a
            week of the term × share].
        clicks: One row per (niche, country, asin): click_share [0…1 of the niche's reported clicks].
        set_aside: One row per reason: reason (sentence), values (its places), terms [count].
    """

    niches: pd.DataFrame
    members: pd.DataFrame
    clicks: pd.DataFrame
    set_aside: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Country:
    """One country's terms on the way to niches."""

    searches: Searches
    keys: Keys
    clicks: Clicks
    groups: Groups


def build_niches(
    volumes: pd.DataFrame, search_terms: pd.DataFrame, previous: pd.DataFrame, policy: NichesPolicy
) -> Niches:
    """Group each country's search terms around the most searched of those that ask for the same thing.

    Args:
        volumes: From `estimate_volumes`.
        search_terms: One row per (country, week, department, term, asin): click_share; may be empty: words alone
            decide then.
        previous: Members of the last run (niche, country, term, share), or empty: ids stay the same through it.

    Returns:
        Frames sorted by country, niche, then term or product.

    Raises:
        MissingColumns: of a table.
        TermTwice: a (country, week, term) has two volumes.
    """
    check_columns("search_terms", search_terms.columns, SEARCH_TERMS)
    check_columns("previous", previous.columns, PREVIOUS)
    found, set_aside = read_searches(volumes, policy)
    parts = [_frame_country(group_country(searches, search_terms, policy), previous) for searches in found]
    empty = _frame_nothing()
    niches, members, clicks = (
        pd.concat([part[k] for part in parts], ignore_index=True) if parts else empty[k] for k in range(3)
    )
    niches.insert(2, "concept", link_countries(niches, clicks, policy))
    return Niches(niches, members, clicks.drop(columns="clicks"), set_aside)


def group_country(searches: Searches, search_terms: pd.DataFrame, policy: NichesPolicy) -> Country:
    """Keys, clicks and leaders of one country's terms."""
    keys = make_keys(searches.terms.tolist(), searches.volumes, searches.country, policy)
    clicks = read_clicks(searches, search_terms)
    rows = None
    if len(clicks.places):
        owners = keys.of_term[clicks.places]
        rows = gather_clicks(owners, clicks.products, clicks.amounts, len(keys.terms), policy.enough_clicks)
    return Country(searches, keys, clicks, group_keys(keys, rows, policy))


def share_keys(groups: Groups) -> Floats:
    """Key → its shares in up to three leaders, in proportion to how close they are; each row sums to 1."""
    close = np.where(groups.leaders >= 0, np.maximum(groups.cosines, groups.click_cosines), 0.0)
    shares: Floats = np.round(close / (close[:, :1] + close[:, 1:2] + close[:, 2:]), 9)
    shares[:, 0] = np.round(1.0 - shares[:, 1] - shares[:, 2], 9)
    return shares


def _frame_country(country: Country, previous: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    searches, groups, of_term = country.searches, country.groups, country.keys.of_term
    leaders, shares = groups.leaders[of_term], share_keys(groups)[of_term]
    places, rank = np.nonzero(leaders >= 0)
    keys, numbers = np.unique(leaders[places, rank], return_inverse=True)
    share = shares[places, rank]
    amounts = np.round(share * searches.volumes[places], 6)
    heads = _find_heads(numbers, amounts, places, len(keys))
    labels = searches.terms[heads].tolist()
    terms = pd.Index(searches.terms)
    ids, changes = name_niches(searches.country, labels, terms, places, numbers, amounts, previous)
    order = np.argsort(np.array(ids, object), kind="stable") if ids else np.empty(0, np.int64)
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    names = pd.array(ids, dtype="str")[order]
    numbers = position[numbers]
    niches = pd.DataFrame(
        {
            "niche": names,
            "country": pd.array([searches.country], dtype="str").repeat(len(ids)),
            "label": pd.array(labels, dtype="str")[order],
            "terms": np.bincount(numbers, minlength=len(ids)),
            "volume": np.round(np.bincount(numbers, amounts, len(ids)), 6),
            "change": pd.array(changes, dtype="str")[order],
        }
    )
    by_niche = np.argsort(numbers, kind="stable")
    members = pd.DataFrame(
        {
            "niche": names[numbers[by_niche]],
            "country": pd.array([searches.country], dtype="str").repeat(len(numbers)),
            "term": searches.terms[places[by_niche]],
            "share": share[by_niche],
            "volume": amounts[by_niche],
        }
    )
    return niches, members, _frame_clicks(country, names, places, numbers, share)


def _find_heads(numbers: Ints, amounts: Floats, places: Ints, count: int) -> Ints:
    """Niche → place of its most searched term, the first by name among equals."""
    order = np.lexsort((places, -amounts, numbers))
    first = np.searchsorted(numbers[order], np.arange(count))
    return places[order[first]]


def _frame_clicks(
    country: Country, names: pd.api.extensions.ExtensionArray, places: Ints, numbers: Ints, share: Floats
) -> pd.DataFrame:
    clicks = country.clicks
    members = pd.DataFrame({"place": places, "number": numbers, "share": share})
    clicked = pd.DataFrame({"place": clicks.places, "product": clicks.products, "clicks": clicks.amounts})
    both = clicked.merge(members, on="place").sort_values(["number", "product", "place"])
    both["clicks"] = both["clicks"] * both["share"]
    sums = both.groupby(["number", "product"], as_index=False)["clicks"].sum()
    total = np.bincount(sums["number"], sums["clicks"], len(names))[sums["number"]]
    return pd.DataFrame(
        {
            "niche": names[sums["number"].to_numpy()],
            "country": pd.array([country.searches.country], dtype="str").repeat(len(sums)),
            "asin": pd.array(clicks.names[sums["product"]], dtype="str"),
            "click_share": np.round(np.divide(sums["clicks"], total, where=total > 0, out=np.zeros(len(sums))), 9),
            "clicks": sums["clicks"].to_numpy(),
        }
    )


def _frame_nothing() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    kinds = {"niche": "str", "country": "str"}
    return (
        pd.DataFrame(columns=["niche", "country", "label", "terms", "volume", "change"]).astype(
            {**kinds, "label": "str", "terms": "int64", "volume": "float64", "change": "str"}
        ),
        pd.DataFrame(columns=["niche", "country", "term", "share", "volume"]).astype(
            {**kinds, "term": "str", "share": "float64", "volume": "float64"}
        ),
        pd.DataFrame(columns=["niche", "country", "asin", "click_share", "clicks"]).astype(
            {**kinds, "asin": "str", "click_share": "float64", "clicks": "float64"}
        ),
    )
