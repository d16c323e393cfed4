"""Why a term is in a niche."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.niches.clicks import SEARCH_TERMS
from skills.niches.plan import Country, group_country, share_keys
from skills.niches.policy import NichesPolicy
from skills.niches.searches import read_searches
from skills.vocabulary import Refusal, check_columns, mark, name_rows

COLUMNS = ["step", "label", "value", "unit", "note"]
COSINE, TERMS, SEARCHES, SHARE = mark("cosine"), mark("terms"), mark("searches a week"), mark("share")


class UnknownTerm(Refusal):
    """A term that is in no niche of the country."""


def explain_niche(
    volumes: pd.DataFrame, search_terms: pd.DataFrame, policy: NichesPolicy, country: str, term: str
) -> pd.DataFrame:
    """Why a term is in its niche: its key, repairs, the leaders that it is close to, what is clicked.

    Args:
        volumes, search_terms, policy: As they went into `build_niches`.
        country, term: The term as it is written in the volumes.

    Returns:
        One row per step: step, label, value, unit, note. Labels and units are marked for translation; note is a word
        or a term.

    Raises:
        MissingColumns, TermTwice: as `build_niches` raises them.
        UnknownTerm: the term is not among those grouped.
    """
    check_columns("search_terms", search_terms.columns, SEARCH_TERMS)
    found, _ = read_searches(volumes[volumes["country"] == country], policy)
    place = int(pd.Index(found[0].terms).get_indexer(pd.Index([term]))[0]) if found else -1
    if place < 0:
        known = list(found[0].terms[:5]) if found else []
        raise UnknownTerm(
            mark(
                "{term!r} is in no niche of {country}. Expected a term of the volumes as it is written there, such "
                "as {known}. Look it up among the members, or see what was set aside."
            ),
            term=term,
            country=country,
            known=name_rows(known),
        )
    rows = _list_steps(group_country(found[0], search_terms, policy), place)
    table = pd.DataFrame([(step, *row) for step, row in enumerate(rows, 1)], columns=COLUMNS)
    return table.astype(dict.fromkeys(COLUMNS[1:], "str"))


def _list_steps(country: Country, place: int) -> list[tuple[str, str, str, str]]:
    keys, groups = country.keys, country.groups
    key = int(keys.of_term[place])
    rows = [
        (mark("Searches"), f"{country.searches.volumes[place]:.1f}", SEARCHES, str(country.searches.terms[place])),
        (mark("Key: the words that name something"), str(keys.terms[key]), TERMS, spell_key(country, key)),
    ]
    for at in range(keys.begins[key], keys.begins[key + 1]):
        old, new = int(keys.parts[at]), int(keys.became[at])
        if new != old:
            to = keys.words.spell(new) if new >= 0 else "–"
            rows.append((mark("Word repaired"), str(keys.counts[old]), TERMS, f"{keys.words.spell(old)} → {to}"))
    for word in keys.repaired[keys.repaired_begins[key] : keys.repaired_begins[key + 1]].tolist():
        near = int(groups.near[word])
        if near != word:
            note = f"{keys.words.spell(word)} ≈ {keys.words.spell(near)}"
            rows.append((mark("Word spelled nearly like another"), f"{groups.closeness[word]:.3f}", COSINE, note))
    shares = share_keys(groups)[key]
    for k in np.flatnonzero(groups.leaders[key] >= 0).tolist():
        leader = int(groups.leaders[key, k])
        name = spell_key(country, leader)
        if leader == key:
            rows.append((mark("Leads the niche: no larger key is close"), "1.000", COSINE, name))
            continue
        rows.append((mark("Close to the leader by words"), f"{groups.cosines[key, k]:.3f}", COSINE, name))
        rows.append((mark("Close to the leader by clicks"), f"{groups.click_cosines[key, k]:.3f}", COSINE, name))
        rows.append((mark("Share in the leader's niche"), f"{shares[k]:.3f}", SHARE, name))
    own = country.clicks.places == place
    order = np.argsort(-country.clicks.amounts[own], kind="stable")[:3]
    for at in np.flatnonzero(own)[order].tolist():
        clicks = f"{country.clicks.amounts[at]:.1f}"
        product = str(country.clicks.names[country.clicks.products[at]])
        rows.append((mark("Clicked product"), clicks, mark("clicks a week"), product))
    return rows


def spell_key(country: Country, key: int) -> str:
    """The words of a key before repair, by the alphabet."""
    keys = country.keys
    parts = keys.parts[keys.begins[key] : keys.begins[key + 1]].tolist()
    return " ".join(sorted(keys.words.spell(word) for word in parts))
