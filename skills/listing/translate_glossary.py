"""The embedded engine: a glossary and templates for home textiles, English into five languages.

A text is parted at its commas and stops; each part must be a phrase of the table or one group of a noun (count,
colours and other adjectives, material, noun, `for` a place, `with` a feature, `made of` a material). One part that
cannot be said leaves the whole text unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.listing import translate_words as words
from skills.listing.translate import UnknownLanguage, Unsayable
from skills.listing.translate_group import Group, write_group
from skills.listing.units import MEASURE

Token = tuple[str, str]
"""Kind and text: word, number, measure, name, other."""

_PARTS = re.compile(r"(\s*[,;:|()\n]+(?![0-9])\s*|\s+[-–—/]\s+|\.\s+|\.\s*$)")
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[\ue000-\uf8ff])|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)|(?P<other>\S)"
)


def _rows(table: str) -> Iterator[dict[str, str]]:
    for line in table.strip().splitlines():
        yield dict(zip(words.LANGUAGES, line.split("|"), strict=True))


def _forms(table: str) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row["en"].split()): row for row in _rows(table)}


_NOUNS = {
    tuple(form.split()): (number, row)
    for row in _rows(words.NOUNS)
    for number, form in enumerate(row["en"].split("/"))
}
_ADJECTIVES, _MATERIALS, _PLACES, _FEATURES, _PHRASES = map(
    _forms, (words.ADJECTIVES, words.MATERIALS, words.PLACES, words.FEATURES, words.PHRASES)
)
_KNOWN = {
    word for table in (_NOUNS, _ADJECTIVES, _MATERIALS, _PLACES, _FEATURES, _PHRASES) for key in table for word in key
}
_KNOWN |= {"and", "the", "with", "for", "made", "of", "from", "set"}


class GlossaryEngine:
    """Says what its tables hold and refuses the rest by name."""

    def translate(self, text: str, source: str, target: str) -> str:
        """See `Engine.translate`; source `en`, target `de`, `fr`, `es`, `ja` or `zh`."""
        if source == target:
            return text
        if source != "en" or target not in words.LANGUAGES:
            raise UnknownLanguage(source, target)
        parts = _PARTS.split(text)
        said = [self._say_part(part, target) if at % 2 == 0 else _stop(part, target) for at, part in enumerate(parts)]
        lacking = [one for at, one in enumerate(said) if one is None for one in _lacking(parts[at])]
        if lacking:
            raise Unsayable(dict.fromkeys(lacking))
        return "".join(one or "" for one in said)

    def _say_part(self, part: str, target: str) -> str | None:
        tokens = _read_tokens(part)
        names = "".join(text for kind, text in tokens if kind == "name")
        body = tokens[len(names) :]
        if any(kind == "name" for kind, _ in body):
            return None
        if not body:
            return " ".join(names)
        said = _say_phrase(body, target) or _say_group(body, target)
        if said is None:
            return None
        upper = next((text for kind, text in body if kind == "word"), "")[:1].isupper()
        said = said[:1].upper() + said[1:] if upper else said
        return " ".join([*names, said])


def _read_tokens(part: str) -> list[Token]:
    tokens, at = [], 0
    for match in [*MEASURE.finditer(part), None]:
        for token in _TOKEN.finditer(part, at, match.start() if match else len(part)):
            tokens.append((str(token.lastgroup), token[0]))
        if match:
            tokens.append(("measure", match[0]))
            at = match.end()
    return tokens


def _stop(sign: str, target: str) -> str:
    stops = words.STOPS.get(target, {})
    if sign.strip() in stops:
        return stops[sign.strip()]
    return f"\u00a0{sign.strip()} " if target == "fr" and sign.strip() in (":", ";") else sign


def _lacking(part: str) -> list[str]:
    tokens = _read_tokens(part)
    unknown = [text for kind, text in tokens if kind == "other" or (kind == "word" and text.casefold() not in _KNOWN)]
    return unknown or [part.strip()]


def _take(
    table: dict[tuple[str, ...], dict[str, str]], tokens: list[Token], at: int
) -> tuple[int, dict[str, str]] | None:
    """The longest entry of a table that stands at a place: its length and itself."""
    for length in (3, 2, 1):
        key = tuple(text.casefold() for kind, text in tokens[at : at + length] if kind == "word")
        if len(key) == length and key in table:
            return length, table[key]
    return None


def _take_places(tokens: list[Token], at: int, target: str) -> tuple[int, str] | None:
    found: list[str] = []
    start = at
    while True:
        step = at + 1 if at < len(tokens) and tokens[at][1].casefold() == "the" else at
        taken = _take(_PLACES, tokens, step)
        if taken is None:
            return None
        found.append(taken[1][target])
        at = step + taken[0]
        if at >= len(tokens) or tokens[at][1].casefold() != "and":
            return at - start, words.AND[target].join(found)
        at += 1


def _say_phrase(tokens: list[Token], target: str) -> str | None:
    for key, row in _PHRASES.items():
        filled = _fill(key, tokens, target)
        if filled is not None:
            said = row[target]
            for place, text in filled.items():
                said = said.replace(place, text)
            return said
    return None


def _fill(key: tuple[str, ...], tokens: list[Token], target: str) -> dict[str, str] | None:
    """What the places of a phrase hold, where the tokens are that phrase."""
    filled: dict[str, str] = {}
    at = 0
    for one in key:
        if at >= len(tokens):
            return None
        kind, text = tokens[at]
        if one == "{a}" and (material := _take(_MATERIALS, tokens, at)):
            filled[one], at = material[1][target], at + material[0]
        elif one == "{p}" and (places := _take_places(tokens, at, target)):
            filled[one], at = places[1], at + places[0]
        elif (one, kind) in (("{n}", "number"), ("{m}", "measure")):
            filled[one], at = text, at + 1
        elif kind == "word" and text.casefold() == one:
            at += 1
        else:
            return None
    return filled if at == len(tokens) else None


def _say_group(tokens: list[Token], target: str) -> str | None:
    group, at = Group([]), 0
    opening = [text.casefold() for _, text in tokens[:2]]
    if opening in (["set", "of"], ["pack", "of"]) and len(tokens) > 2 and tokens[2][0] == "number":
        group.count, group.wrapped, at = tokens[2][1], opening[0], 3
    elif tokens[0][0] == "number":
        group.count, at = tokens[0][1], 1
    noun = None
    while at < len(tokens) and noun is None:
        noun = _take_noun(tokens, at)
        if noun is not None:
            at += noun[0]
        elif not group.material and (material := _take(_MATERIALS, tokens, at)):
            group.material, at = material[1][target], at + material[0]
        elif adjective := _take(_ADJECTIVES, tokens, at):
            group.adjectives.append(adjective[1])
            at += adjective[0]
        else:
            return None
    if noun is None or not _take_tail(tokens, at, group, target):
        return None
    return write_group(group, noun[1], noun[2], target)


def _take_noun(tokens: list[Token], at: int) -> tuple[int, int, dict[str, str]] | None:
    for length in (3, 2, 1):
        key = tuple(text.casefold() for kind, text in tokens[at : at + length] if kind == "word")
        if len(key) == length and key in _NOUNS:
            return length, *_NOUNS[key]
    return None


def _take_tail(tokens: list[Token], at: int, group: Group, target: str) -> bool:
    """Reads what follows the noun into the group; False where something is left that it cannot say."""
    while at < len(tokens):
        word = tokens[at][1].casefold()
        made = [text.casefold() for _, text in tokens[at : at + 2]] in (["made", "of"], ["made", "from"])
        if word == "for" and not group.places and (places := _take_places(tokens, at + 1, target)):
            group.places, at = places[1], at + 1 + places[0]
        elif word == "with" and not group.feature and (feature := _take(_FEATURES, tokens, at + 1)):
            group.feature, at = feature[1][target], at + 1 + feature[0]
        elif made and not group.material and (material := _take(_MATERIALS, tokens, at + 2)):
            group.material, at = material[1][target], at + 2 + material[0]
        else:
            return False
    return True
