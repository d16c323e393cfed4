"""A person's choice of a code, with what they saw and what they relied on.

UnusableChoice             a choice without its person, its time, its evidence or a known code
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark


class UnusableChoice(Refusal):
    """A choice that could not be defended later."""


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """One candidate as it was shown.

    Attributes:
        code: Six digits.
        text: Heading and subheading.
        rank: From 1.
        confidence_percent: That the first one is right [%].
    """

    code: str
    text: str
    rank: int
    confidence_percent: int


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """Who chose which code for which product, and why.

    Attributes:
        product: As in the seller's file.
        code: Six digits or a national line, without dots.
        chosen_by: The person.
        chosen_at: With time zone.
        shown: The candidates at that moment, by rank.
        outside_candidates: The code lies under none of them.
        evidence: What they relied on: a ruling's number, a lab report, a broker's letter.
    """

    product: str
    code: str
    chosen_by: str
    chosen_at: datetime
    shown: tuple[ShownCandidate, ...]
    outside_candidates: bool
    evidence: tuple[str, ...]


def choose_code(
    product: str, code: str, candidates: pd.DataFrame, chosen_by: str, chosen_at: datetime, evidence: tuple[str, ...]
) -> CodeChoice:
    """Put a person's choice on record; nothing is stored here.

    Args:
        product: The product decided on.
        code: Six to ten digits; dots are taken away.
        candidates: From `rank_headings`, the rows of this product among them.
        chosen_by: The person's name.
        chosen_at: The moment, with its time zone.
        evidence: At least one line.
    Raises:
        MissingColumns: of the candidates.
        UnusableChoice: says what is missing.
    """
    check_columns("candidates", candidates.columns, ("product", "code", "text", "rank", "confidence_percent"))
    digits = code.replace(".", "").replace(" ", "")
    own = candidates[candidates["product"] == product].sort_values("rank")
    lacking = [
        what
        for what, there in (
            (mark("a code of six to ten digits"), re.fullmatch(r"\d{6}|\d{8}|\d{10}", digits)),
            (mark("the candidates that were shown"), len(own)),
            (mark("the person's name"), chosen_by.strip()),
            (mark("a time with its zone"), chosen_at.tzinfo is not None),
            (mark("evidence"), any(line.strip() for line in evidence)),
        )
        if not there
    ]
    if lacking:
        raise UnusableChoice(
            mark(
                "The choice of {code} for {product} cannot be recorded: {lacking} is missing. Add it and choose "
                "again."
            ),
            code=code,
            product=product,
            lacking=lacking[0],
        )
    shown = tuple(
        ShownCandidate(str(row.code), str(row.text), int(str(row.rank)), int(str(row.confidence_percent)))
        for row in own.itertuples(index=False)
    )
    outside = digits[:6] not in {candidate.code for candidate in shown}
    kept = tuple(line.strip() for line in evidence if line.strip())
    return CodeChoice(product, digits, chosen_by.strip(), chosen_at, shown, outside, kept)
