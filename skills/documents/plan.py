"""Which papers a consignment needs, by destination and by China's customs mode.

UnknownCustomsMode   a customs mode that is in no rule on that day
"""

from __future__ import annotations

from datetime import date
from typing import get_args

import pandas as pd

from skills.documents.words import CHINA, FORWARDER, SIDES, TERMS, TITLES
from skills.rates import Confidence
from skills.vocabulary import Country, Refusal, check_columns, mark

RULE_COLUMNS = ("customs_mode", "kind", "code", "country", "effective_from", "effective_to", "source", "confidence")
ALL = "*"


class UnknownCustomsMode(Refusal):
    """A customs mode for which no rule holds on the day."""


def list_papers(
    country: Country, customs_mode: str, tax_included: bool, rules: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """The papers of one consignment, and what its customs mode means for the rebate and the money.

    Args:
        country: Where the goods are imported.
        customs_mode: China's supervision code: 0110, 9610, 9710, 9810, 1039, 1210.
        tax_included: Whether the forwarder clears and pays (双清包税): the HS summary then goes to the forwarder.
        rules: One row per dated rule: customs_mode (`*` all), kind (paper, rebate, funds), code, country (`*` all),
            effective_from, effective_to [ISO day, "" no end known], source, confidence.
        as_of: The day of the declaration.

    Returns:
        One row per paper: paper, title, side (both marked for translation), confidence, source; and, the same on
        each row, rebate, funds (marked), terms_confidence (of the less certain of the two), terms_source.

    Raises:
        MissingColumns: of the rules.
        UnknownCustomsMode: names the modes that hold on the day.
    """
    check_columns("papers", rules.columns, RULE_COLUMNS)
    day = as_of.isoformat()
    ends = rules["effective_to"].fillna("").replace("", "9999-12-31")
    valid = rules[(rules["effective_from"] <= day) & (day <= ends) & rules["country"].isin([ALL, country])]
    known = sorted(set(valid["customs_mode"]) - {ALL})
    if customs_mode not in known:
        raise UnknownCustomsMode(
            mark(
                "The customs mode {given!r} has no papers on {as_of}. Expected one of {known}. Choose the mode with "
                "the broker, or add its dated rules to skills/documents/assets/papers.csv."
            ),
            given=customs_mode,
            as_of=day,
            known=", ".join(known) or "-",
        )
    mine = valid[valid["customs_mode"].isin([ALL, customs_mode])]
    papers = mine[mine["kind"] == "paper"].drop_duplicates("code", keep="last")
    sides = papers["code"].map(lambda code: SIDES.get(code, CHINA))
    if tax_included:
        sides = sides.mask(papers["code"] == "hs_summary", FORWARDER)
    terms = {kind: mine[mine["kind"] == kind].iloc[-1] for kind in ("rebate", "funds")}
    order = list(TITLES)
    frame = pd.DataFrame(
        {
            "paper": papers["code"],
            "title": papers["code"].map(TITLES),
            "side": sides,
            "confidence": papers["confidence"],
            "source": papers["source"],
            "rebate": TERMS[terms["rebate"]["code"]],
            "funds": TERMS[terms["funds"]["code"]],
            "terms_confidence": max((row["confidence"] for row in terms.values()), key=get_args(Confidence).index),
            "terms_source": "; ".join(dict.fromkeys(row["source"] for row in terms.values())),
        }
    )
    return frame.sort_values("paper", key=lambda codes: codes.map(order.index)).reset_index(drop=True)
