"""The search terms of the demo's market: which texts buyers of each language type for each product idea.

`demo_facts/market_terms.csv` names heads and modifiers. From them follow singular and plural of each head, the first
head with each modifier, and for ideas with four heads or more also the second and third head with some, another order
of words and a slip of the keyboard. A modifier behind `~` follows its head, one behind `!` is asked for by
buyers and stands in no product's title.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tasks.simulated.demo_demand import read_facts

LANGUAGES = {"US": "en", "DE": "de", "FR": "fr", "GB": "en", "JP": "ja", "CA": "en"}
_MANY_HEADS = 4
_SPREAD = 4
"""Modifiers, from the first, that stand with the second and third head too."""
_BEHIND = ("de", "ja")
"""Languages in which buyers type every modifier behind its head."""
_HEAD, _PLURAL, _MODIFIED, _ASKED, _SECOND, _REORDERED, _SLIP = 600, 420, 260, 330, 120, 60, 40
"""Weights of a term by how it is made, those of a first head; they fall with the place of head and modifier."""


@dataclass(frozen=True)
class Words:
    """What buyers type for one product idea in one language.

    Attributes:
        terms: Text → weight among the idea's terms.
        heads: Its names, singular and plural, as titles use them.
        traits: Modifiers that products have.
        asked: Modifiers that buyers ask for and no product has.
    """

    terms: dict[str, int]
    heads: tuple[tuple[str, str], ...]
    traits: tuple[str, ...]
    asked: tuple[str, ...]


@cache
def list_words(concept: str, language: str) -> Words:
    """The words of one product idea in one language."""
    row = next(row for row in read_facts("market_terms") if row["concept"] == concept and row["language"] == language)
    heads = [_forms(head) for head in row["heads"].split("|")]
    modifiers = [modifier for modifier in row["modifiers"].split("|") if modifier]
    many = len(heads) >= _MANY_HEADS
    terms: dict[str, int] = {}

    def add(text: str, weight: int) -> None:
        terms[text] = max(terms.get(text, 0), weight)

    for place, (singular, plural) in enumerate(heads):
        add(singular, _HEAD // (place + 1))
        if plural and (many or not place):
            add(plural, _PLURAL // (place + 1))
    for place, modifier in enumerate(modifiers):
        weight = _ASKED if "!" in modifier else _MODIFIED
        add(_join(modifier, heads[0][0], language), weight * 2 // (place + 2))
        for later in (1, 2) if many and place < _SPREAD else ():
            add(_join(modifier, heads[later][0], language), _SECOND * 2 // (place + later + 1))
    if many and modifiers:
        add(f"{modifiers[-1].strip('~!')} {heads[0][0]}", _REORDERED)
        add(f"{heads[0][0]} {modifiers[-1].strip('~!')}", _REORDERED)
        add(_slip(heads[0][1] or heads[0][0]), _SLIP)
    traits = tuple(modifier.strip("~") for modifier in modifiers if "!" not in modifier)
    asked = tuple(modifier.strip("~!") for modifier in modifiers if "!" in modifier)
    return Words(terms, tuple((singular, plural or singular) for singular, plural in heads), traits, asked)


def _forms(head: str) -> tuple[str, str]:
    """Singular and plural: `cloth/s` adds the letters, `tuch>tücher` says it, neither has none."""
    if ">" in head:
        singular, _, plural = head.partition(">")
        return singular, plural
    stem, slash, rest = head.partition("/")
    if not slash:
        return head, ""
    ending, space, tail = rest.partition(" ")
    return f"{stem}{space}{tail}", f"{stem}{ending}{space}{tail}"


def _join(modifier: str, head: str, language: str) -> str:
    word = modifier.strip("~!")
    return f"{head} {word}" if "~" in modifier or language in _BEHIND else f"{word} {head}"


def _slip(text: str) -> str:
    """Two letters in the middle of the longest word change places; in scripts without spaces a blank is left out."""
    if not text.isascii() and " " in text and ord(text[0]) > 0x2FFF:
        return text.replace(" ", "")
    word = max(text.split(" "), key=len)
    at = len(word) // 2
    return text.replace(word, f"{word[: at - 1]}{word[at]}{word[at - 1]}{word[at + 1 :]}")
