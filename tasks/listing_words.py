"""How a reader calls what a proposal of listings says in codes: stands, fields, answers, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from config.language import name_country, name_language, say, translator
from config.seller import Language
from skills.compliance.rules import ASK, BLOCK, MISSING
from skills.listing.launch import PROPOSED, UNCHANGED
from skills.vocabulary import mark

Body = dict[str, Any]


class Stand(NamedTuple):
    """How a stand is shown.

    Attributes:
        sign: One sign that a black-and-white print keeps.
        word: Beside the sign in a narrow cell.
        said: In full.
        look: `go`, `same`, `held` or `stop`: the frame.
    """

    sign: str
    word: str
    said: str
    look: str


STANDS: dict[str, Stand] = {
    PROPOSED: Stand("✓", mark("put live"), mark("To put live: nothing holds it back"), "go"),
    "refused": Stand("×", mark("no title"), mark("Nothing is left of the title"), "stop"),
    BLOCK: Stand("■", mark("barred"), mark("A rule bars it"), "stop"),
    "preview": Stand("!", mark("attributes"), mark("Errors in its attributes"), "held"),
    "pictures": Stand("□", mark("picture"), mark("The main picture is missing or breaks a rule"), "held"),
    "no price": Stand("¤", mark("no price"), mark("No price for the country"), "held"),
    ASK: Stand("?", mark("ask"), mark("A professional has to be asked"), "held"),
    MISSING: Stand("§", mark("no paper"), mark("A document is missing"), "held"),
    UNCHANGED: Stand("=", mark("as is"), mark("Released before, and nothing has changed"), "same"),
}  # fmt: skip
"""Every stand of a listing, in the order of the legend."""

FIELDS: dict[str, str] = {
    "title": mark("Title"),
    "item_name": mark("Title"),
    "bullet": mark("Bullet points"),
    "bullet_point": mark("Bullet points"),
    "description": mark("Description"),
    "product_description": mark("Description"),
    "search_terms": mark("Search terms"),
    "generic_keyword": mark("Search terms"),
    "brand": mark("Brand"),
    "price": mark("Price"),
    "plug": mark("Plug"),
}
PICTURES: dict[str, str] = {
    "fails": mark("a picture fails"),
    "warns": mark("look at a picture"),
    "unknown": mark("pictures not checked"),
    "passes": mark("pictures pass"),
    "none": mark("no picture"),
}
CONFIDENCE: dict[str, str] = {
    "unverified": mark("unverified"),
    "secondary": mark("secondary"),
    "low": mark("assumed"),
    "generated": mark("generated"),
}
VERDICTS: dict[str, str] = {
    "fails": mark("ruled out"),
    "check": mark("look closer"),
    "unscreened": mark("not screened"),
    "passes": mark("nothing found"),
}
SEVERITIES: dict[str, str] = {
    "urgent": mark("urgent"),
    "soon": mark("soon"),
    "notice": mark("to know"),
    "error": mark("error"),
    "warning": mark("warning"),
    "info": mark("to know"),
}
STATUSES: dict[str, str] = {
    "live": mark("live"),
    "suppressed": mark("suppressed"),
    "dead": mark("dead"),
}
ISSUE_STATES: dict[str, str] = {
    "mended": mark("Mended in this proposal"),
    "person": mark("For a person"),
    "settled": mark("Settled"),
}


def show_stand(name: str, language: Language) -> Body:
    """A stand with its words in the language; one that is not known is called by its own name."""
    t = translator(language)
    stand = STANDS.get(name, Stand("•", name, name, "held"))
    return {"name": name, "sign": stand.sign, "word": t(stand.word), "said": t(stand.said), "look": stand.look}


def name_code(words: Mapping[str, str], code: str, language: Language) -> str:
    """A code in the reader's words; one that has none stays as it is."""
    return translator(language)(words.get(code, code))


def say_note(sentence: str, values: Mapping[str, str], language: Language, labels: Mapping[str, str]) -> str:
    """A note on a listing, in which fields, languages and countries are called as a reader calls them.

    Args:
        labels: Attribute → what its schema calls it.
    """
    spoken = dict(values)
    for place in ("field", "attribute"):
        if place in spoken:
            spoken[place] = labels.get(spoken[place]) or name_code(FIELDS, spoken[place], language)
    if "language" in spoken:
        spoken["language"] = name_language(spoken["language"], language)
    if "country" in spoken:
        spoken["country"] = name_country(spoken["country"], language)
    return say(sentence, spoken, language)
