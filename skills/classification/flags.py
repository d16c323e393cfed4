"""Antidumping orders and licences that touch a candidate: said, never decided."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.vocabulary import Country, check_columns, mark

FLAG_COLUMNS = (
    "kind", "code", "importing_country", "origin", "measure", "scope", "effective_from", "effective_to", "source",
    "retrieved_on", "confidence",
)  # fmt: skip
KINDS = {"antidumping": mark("antidumping"), "licence": mark("licence")}
"""Kinds of measures that ship with the skill, as a reader's language has them."""
ASK_BROKER = mark("Ask a broker whether this measure covers the goods; its scope is words, not codes.")


def check_flags(
    candidates: pd.DataFrame, flags: pd.DataFrame, importing_country: Country, origin: Country, as_of: date
) -> pd.DataFrame:
    """The measures in force on the day whose codes share their six digits with a candidate.

    Only candidates with at least half the score of the product's first one are looked at. A measure on a national
    line flags the candidate above it: which line applies is not known at six digits.

    Args:
        candidates: From `rank_headings`.
        flags: One row per (kind, code, importing_country, origin, effective_from): kind (antidumping, licence),
            code (digits, 4 to 10), importing_country (one or more, by space: a customs union names its members),
            origin (`*` = all), measure, scope, effective_from, effective_to (ISO dates, the latter may be empty),
            source, retrieved_on, confidence.
        importing_country: Where the goods are declared.
        origin: Where they are made.
        as_of: The day asked for.
    Returns:
        One row per (product, candidate, flag): product, rank, code, kind, flagged_code, measure, scope, source,
        retrieved_on, confidence, advice (a marked sentence). Empty when nothing is flagged.
    Raises:
        MissingColumns: of candidates or flags.
    """
    check_columns("candidates", candidates.columns, ("product", "rank", "code", "score"))
    check_columns("flags", flags.columns, FLAG_COLUMNS)
    day = as_of.isoformat()
    valid = flags[
        np.array([importing_country in str(named).split() for named in flags["importing_country"]], bool)
        & flags["origin"].isin(["*", origin])
        & (flags["effective_from"] <= day)
        & ((flags["effective_to"] == "") | (flags["effective_to"] >= day))
    ].reset_index(drop=True)
    first = candidates.groupby("product")["score"].transform("max")
    looked_at = candidates[(candidates["code"] != "") & (candidates["score"] >= first / 2)]
    pairs = [
        (at, flag)
        for at, code in enumerate(looked_at["code"])
        for flag, flagged in enumerate(valid["code"])
        if str(code).startswith(str(flagged)[:6])
    ]
    touched = looked_at.iloc[[at for at, _ in pairs]][["product", "rank", "code"]].reset_index(drop=True)
    measures = valid.iloc[[flag for _, flag in pairs]].reset_index(drop=True).rename(columns={"code": "flagged_code"})
    kept = ["kind", "flagged_code", "measure", "scope", "source", "retrieved_on", "confidence"]
    return pd.concat([touched, measures[kept]], axis=1).assign(advice=ASK_BROKER)
