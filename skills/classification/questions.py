"""The question whose answer would decide between the first candidates."""

from __future__ import annotations

from skills.classification.book import HeadingBook
from skills.classification.score import Scores
from skills.vocabulary import mark

ASK_USE = mark("What is it made and sold for: “{first}” or “{second}”?")
ASK_WHICH = mark("Which text fits better: “{first}” or “{second}”?")
ASK_MORE = mark("No heading fits these words well. What is it, of what material, and what is it used for?")
ASK_SLOT = {
    "material": mark("What is it made of, and which material has the largest share of the weight?"),
    "fabric": mark("Is the fabric woven, or knitted or crocheted?"),
    "pile": mark("Is the fabric terry, tufted, knotted or flat?"),
    "print": mark("Is it printed or plain?"),
    "who": mark("Is it for men or boys, for women or girls, or for babies?"),
    "upper": mark("What is the upper made of: textile, leather, or rubber or plastics?"),
    "ankle": mark("Does it cover the ankle?"),
    "light": mark("Does it work with LED light sources alone?"),
    "enamel": mark("Is it enamelled?"),
    "upholstery": mark("Is the seat upholstered?"),
    "telescopic": mark("Has the umbrella a telescopic shaft?"),
    "room": mark("Is it made for an office, a kitchen, a bedroom or another room?"),
    "height": mark("Does the seat swivel and adjust in height?"),
    "power": mark("Does it work by electricity or by hand?"),
}
"""In the order in which they are asked."""
NEAR = 3.0
"""Candidates within so many points of the first one are worth a question."""


def ask(scores: Scores, order: list[int], book: HeadingBook) -> tuple[str, str, int]:
    """Two questions, the deciding one first, the second empty where one is enough; and the candidate compared with.

    The first asks for the use when a candidate near the best one lies in another heading, else for the slot that
    tells near candidates apart, else for the better text. `{first}` and `{second}` stand for the texts of the best
    candidate and of the one returned.
    """
    first, second = order[0], order[1]
    if scores.total[first] <= 0 or (not scores.trade_found and scores.total[first] < NEAR):
        return ASK_MORE, "", second
    near = [at for at in order if scores.total[first] - scores.total[at] <= NEAR]
    telling = [slot for slot in ASK_SLOT if _tells_apart(slot, near, scores, book)]
    elsewhere = [at for at in near if book.headings[at] != book.headings[first]]
    if elsewhere:
        return ASK_USE, ASK_SLOT[telling[0]] if telling else "", elsewhere[0]
    if telling:
        return ASK_SLOT[telling[0]], ASK_SLOT[telling[1]] if len(telling) > 1 else "", second
    return ASK_WHICH, "", second


def _tells_apart(slot: str, near: list[int], scores: Scores, book: HeadingBook) -> bool:
    values = [value for value in book.slot_values if value.slot == slot]
    claims = {tuple(bool(value.claimed[at]) - bool(value.excluded[at]) for value in values) for at in near}
    stated = scores.slots.get(slot, {})
    return len(claims) > 1 and (not stated or (slot == "material" and len(stated) > 1))
