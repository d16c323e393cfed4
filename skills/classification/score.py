"""The score of every subheading for one description: trade words, texts of headings, slots."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skills.classification.book import Floats, HeadingBook
from skills.classification.words import Found, fold, split_head, split_words

TRADE, TEXT, LATER = 6.0, 0.35, 0.3
"""The strongest trade word, a point of text similarity, the share left to what stands after `with` and its like."""
AGREES, SECOND, CONFLICTS, OPEN, REST = 1.0, 0.6, -1.6, -0.25, 0.8
"""A slot that a text asks for: the description agrees, agrees in what it names second, says something else, is
silent; and the rest of a heading in which nothing agrees."""
PART, UNNAMED = -2.5, 0.5
"""A heading of parts for goods that are no parts; what a heading keeps of a trade word that names its neighbour."""
_PARTS = re.compile(r"\b(?:parts?|accessor(?:y|ies)|replacement|spares?)\b|配件|零件")


Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """One description against every subheading.

    Attributes:
        total: The score that ranks.
        trade: Its part from trade words.
        text: Its part from the texts of headings.
        open_slots: Per slot: the subheadings that ask for it while the description is silent.
        slots: Slot → value that the description states → the words that state it.
        trade_found: Trade words found, the strongest first.
        hits: Known word → subheadings whose text holds it.
    """

    total: Floats
    trade: Floats
    text: Floats
    open_slots: dict[str, Flags]
    slots: dict[str, dict[str, str]]
    trade_found: list[Found]
    hits: dict[str, npt.NDArray[np.int64]]


def score_description(description: str, book: HeadingBook) -> Scores:
    """Score one description.

    Trade words name subheadings directly; their neighbours in the same heading keep a half. Words of the description
    and the heading words of its trade words are looked up in the texts. Slots then decide among siblings.
    """
    head, later = split_head(description)
    found = [(item, 1.0) for item in book.trade.find(head)]
    found += [(item, LATER if found else 1.0) for item in book.trade.find(later)]
    trade, ranked = _score_trade(found, book)
    text, hits = _score_text(head, later, ranked, book)
    slots = _read_slots(head, later, book)
    fit, open_slots = _score_slots(slots, book)
    total = trade + TEXT * text + fit
    if not _PARTS.search(fold(description)):
        total = total + np.where(book.is_part, PART, 0.0)
    return Scores(np.round(total, 6), trade, TEXT * text, open_slots, slots, [item for item, _ in ranked], hits)


def _score_trade(found: list[tuple[Found, float]], book: HeadingBook) -> tuple[Floats, list[tuple[Found, float]]]:
    weighed = [
        (
            item,
            share
            * (1 + 0.5 * (min(item.size, 3.0) - 1))
            * (1.2 if item.ends else 1.0)
            * (1 - 0.15 * min(item.order, 4))
            * (1 - 0.06 * min(item.clause, 5)),
        )
        for item, share in found
    ]
    strongest = max((weight for _, weight in weighed), default=1.0)
    score = np.zeros(len(book.codes))
    for item, weight in weighed:
        codes = book.trade_codes[item.row]
        one = np.zeros(len(book.codes))
        for heading in sorted({str(book.headings[at]) for at in codes}):
            one[book.headings == heading] = UNNAMED
        for position, at in enumerate(codes):
            one[at] = 1.0 - 0.02 * min(position, 10)
        one *= TRADE * weight / strongest
        score = np.maximum(score, one) + 0.15 * np.minimum(score, one)
    return score, sorted(weighed, key=lambda pair: -pair[1])


def _score_text(
    head: str, later: str, ranked: list[tuple[Found, float]], book: HeadingBook
) -> tuple[Floats, dict[str, npt.NDArray[np.int64]]]:
    counts: dict[str, float] = {}
    for word in split_words(head):
        counts[word] = max(counts.get(word, 0.0), 1.0)
    for word in split_words(later):
        counts[word] = max(counts.get(word, 0.0), LATER)
    for item, _ in ranked[:2]:
        for word in book.trade_words[item.row]:
            counts[word] = max(counts.get(word, 0.0), 0.6)
    score = np.zeros(len(book.codes))
    hits: dict[str, npt.NDArray[np.int64]] = {}
    for word, count in counts.items():
        known = book.score_word(word)
        if known is not None:
            score[known[1]] += count * known[2]
            hits[known[0]] = known[1]
    return score, hits


def _read_slots(head: str, later: str, book: HeadingBook) -> dict[str, dict[str, str]]:
    slots: dict[str, dict[str, str]] = {}
    for text in (head, later):
        fresh: dict[str, dict[str, str]] = {}
        for item in book.slots.find(text):
            value = book.slot_values[item.row]
            fresh.setdefault(value.slot, {}).setdefault(value.value, item.phrase)
        for slot, values in fresh.items():
            slots.setdefault(slot, values)
    return slots


def _score_slots(slots: dict[str, dict[str, str]], book: HeadingBook) -> tuple[Floats, dict[str, Flags]]:
    fit = np.zeros(len(book.codes))
    open_slots: dict[str, Flags] = {}
    for slot in sorted({value.slot for value in book.slot_values}):
        values = [value for value in book.slot_values if value.slot == slot]
        asked = np.logical_or.reduce([value.claimed for value in values])
        barred = np.logical_or.reduce([value.excluded for value in values])
        stated = [value for value in values if value.value in slots.get(slot, {})]
        if not stated:
            fit += np.where(asked, OPEN, 0.0)
            open_slots[slot] = asked | barred
            continue
        agrees = np.logical_or.reduce([value.claimed for value in stated])
        excluded = np.logical_or.reduce([value.excluded for value in stated]) & ~agrees
        first = next(value.claimed for value in stated if value.value == next(iter(slots[slot])))
        fit += np.where(first, AGREES, np.where(agrees, SECOND, 0.0)) + np.where(
            excluded | (asked & ~agrees), CONFLICTS, 0.0
        )
        rest = (book.is_rest | barred) & ~asked & ~excluded & ~_within(book, agrees) & _within(book, asked)
        fit += np.where(rest, REST, 0.0)
    return fit, open_slots


def _within(book: HeadingBook, flags: Flags) -> Flags:
    """Subheadings of a heading in which any subheading is flagged."""
    seen = np.zeros(int(book.heading_of.max()) + 1, bool)
    seen[book.heading_of[flags]] = True
    return np.asarray(seen[book.heading_of])
