"""What is searched and clicked, as the grouping reads it: one row per (country, term), means of the last known weeks.

Refusal
├── TermTwice        one (country, week, term) has two volumes
└── UnknownTerm      a term or niche that is to be explained and is not there          (skills/niches/explain.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.niches.arrays import Floats
from skills.niches.policy import NichesPolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

VOLUMES = ("country", "week", "term", "rank", "volume", "volume_basis")
OLD_WEEKS = mark("Not searched in the last {weeks} known weeks of its country.")
NO_WORD = mark("Without a letter or a digit.")
TOO_LONG = mark("Longer than {characters} characters.")
TOO_MANY = mark("Less searched than the {terms} terms that are grouped.")
_LETTER_OR_DIGIT = r"[^\P{L}ʼ]|\p{N}"


class TermTwice(Refusal):
    """A term that has two volumes in one week."""


@dataclass(frozen=True, slots=True)
class Searches:
    """Terms of one country.

    Attributes:
        country: Whose.
        weeks: The last known ones, ascending.
        terms: Sorted, each once.
        volumes: Searches a week of each, mean of those weeks (a week without the term counts 0).
    """

    country: str
    weeks: pd.DatetimeIndex
    terms: pd.api.extensions.ExtensionArray
    volumes: Floats


def read_searches(volumes: pd.DataFrame, policy: NichesPolicy) -> tuple[list[Searches], pd.DataFrame]:
    """Each country's terms, and what was set aside.

    Args:
        volumes: From `estimate_volumes`.

    Returns:
        Countries in order; one row per reason: reason, values, terms [count].

    Raises:
        MissingColumns: of the volumes.
        TermTwice: names the terms.
    """
    check_columns("volumes", volumes.columns, VOLUMES)
    aside = dict.fromkeys((OLD_WEEKS, NO_WORD, TOO_LONG, TOO_MANY), 0)
    found = [_read_country(country, rows, policy, aside) for country, rows in _list_countries(volumes)]
    found = _keep_most_searched(found, policy.most_terms, aside)
    values = {
        OLD_WEEKS: {"weeks": policy.weeks},
        NO_WORD: {},
        TOO_LONG: {"characters": policy.most_characters},
        TOO_MANY: {"terms": policy.most_terms},
    }
    rows = [(reason, values[reason], terms) for reason, terms in aside.items() if terms]
    table = pd.DataFrame(rows, columns=["reason", "values", "terms"])
    return found, table.astype({"reason": "str", "values": object, "terms": "int64"})


def _list_countries(volumes: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    codes, countries = pd.factorize(volumes["country"], sort=True)
    for number, country in enumerate(countries):
        yield str(country), volumes if len(countries) == 1 else volumes[codes == number]


def _read_country(country: str, rows: pd.DataFrame, policy: NichesPolicy, aside: dict[str, int]) -> Searches:
    week = rows["week"].to_numpy()
    weeks = np.unique(week)[-policy.weeks :]
    codes, terms = pd.factorize(rows["term"].array)
    amounts = np.maximum(np.nan_to_num(rows["volume"].to_numpy(np.float64), nan=0.0), 0.0)
    totals, seen = np.zeros(len(terms)), np.zeros(len(terms), np.bool_)
    for day in weeks:
        that = slice(None) if len(weeks) == 1 and (week == day).all() else week == day
        per_term = np.bincount(codes[that], minlength=len(terms))
        if per_term.max(initial=0) > 1:
            twice = sorted(str(term) for term in terms[per_term > 1])
            raise TermTwice(
                mark(
                    "More than one volume in {country} for the week of {week}: {terms}. Expected one row per "
                    "country, week and term. Remove the export that was imported twice, and import again."
                ),
                country=country,
                week=str(day)[:10],
                terms=name_rows(twice),
            )
        seen |= per_term > 0
        totals += np.bincount(codes[that], amounts[that], len(terms))
    texts = pd.Series(terms, dtype="str").str
    long = seen & (texts.len().to_numpy() > policy.most_characters)
    blank = seen & ~long & ~texts.contains(_LETTER_OR_DIGIT).to_numpy(np.bool_)
    aside[OLD_WEEKS] += int((~seen).sum())
    aside[TOO_LONG] += int(long.sum())
    aside[NO_WORD] += int(blank.sum())
    kept = np.flatnonzero(seen & ~long & ~blank)
    kept = kept[terms[kept].argsort()]
    return Searches(country, pd.DatetimeIndex(weeks), terms[kept], totals[kept] / len(weeks))


def _keep_most_searched(found: list[Searches], most: int, aside: dict[str, int]) -> list[Searches]:
    total = sum(len(searches.volumes) for searches in found)
    if total <= most:
        return found
    aside[TOO_MANY] += total - most
    order = np.argsort(-np.concatenate([searches.volumes for searches in found]), kind="stable")
    kept = np.zeros(total, np.bool_)
    kept[order[:most]] = True
    cuts = np.split(kept, np.cumsum([len(searches.volumes) for searches in found])[:-1])
    return [
        Searches(searches.country, searches.weeks, searches.terms[cut], searches.volumes[cut])
        for searches, cut in zip(found, cuts, strict=True)
    ]
