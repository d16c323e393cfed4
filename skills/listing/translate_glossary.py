"""The embedded engine: a glossary and templates for home textiles, English into six languages.

A text is parted at its commas and stops; each part must be a phrase of the table or one group of a noun (count,
colours and other adjectives, material, noun, `with` features, `for` places, `made of` a material). A part that cannot
be said alone is said with its neighbour (`for kitchen, bath and home`; `soft, absorbent towels`); one that cannot be
said at all leaves the whole text unsaid.
"""

from __future__ import annotations

import re

from skills.listing import translate_words as words
from skills.listing.translate import UnknownLanguage, Unsayable
from skills.listing.translate_group import Group, counter_of, write_group
from skills.listing.translate_tables import (
    ADJECTIVES,
    FEATURES,
    KNOWN,
    MATERIALS,
    PHRASES,
    Key,
    Row,
    Token,
    list_nouns,
    name_material,
    read_key,
    read_tokens,
    take,
    take_noun,
    take_places,
)

_PARTS = re.compile(r"(\s*[,;:|()\n]+(?![0-9])\s*|\s+[-–—/]\s+|\.\s+|\.\s*$)")
_KINDS = {"number": ("{n}",), "measure": ("{m}",), "date": ("{d}",), "name": ("{t}",), "word": ("{a}", "{p}")}
_MOST_JOINED = 4
"""So many parts are said together at most, and fewer joints of one part are tried."""
_OPENING: dict[str, list[tuple[Key, Row]]] = {}
"""First word or place of a phrase → the phrases that begin so."""
for _key, _row in PHRASES.items():
    _OPENING.setdefault(_key[0], []).append((_key, _row))


class GlossaryEngine:
    """Says what its tables hold and refuses the rest by name."""

    def translate(self, text: str, source: str, target: str) -> str:
        """See `Engine.translate`; source `en`, target `de`, `fr`, `es`, `it`, `ja` or `zh`."""
        if source == target:
            return text
        if source != "en" or target not in words.LANGUAGES:
            raise UnknownLanguage(source, target)
        parts = _PARTS.split(text)
        counter = counter_of(list_nouns(read_tokens(text)), target)
        said: list[str] = []
        lacking: list[str] = []
        at = 0
        while at < len(parts):
            part, length = _say_part(parts, at, target, counter)
            if part is None:
                lacking += _list_lacking(parts[at])
            said.append(part or "")
            said.append(_stop(parts[at + length], target) if at + length < len(parts) else "")
            at += length + 1
        if lacking:
            raise Unsayable(dict.fromkeys(lacking))
        return "".join(said)


def _say_part(parts: list[str], at: int, target: str, counter: str) -> tuple[str | None, int]:
    """A part in the target language with those after it that it needs, and how far that reaches."""
    opens = at == 0 or parts[at - 1].strip() not in (",", ";", ":", "/")
    reach = [1]
    while at + reach[-1] + 1 < len(parts) and parts[at + reach[-1]].strip() == "," and len(reach) < _MOST_JOINED:
        reach.append(reach[-1] + 2)
    alone = _say(parts[at], target, counter, opens)
    describes = _is_description(read_tokens(parts[at]))
    whole = len(reach) < 2 or _say(parts[at + 2], target, counter, False) is not None
    if alone is not None and whole and not describes:
        return alone, 1
    for length in reversed(reach[1:]):
        listed = [part.removeprefix("and ") for part in parts[at : at + length : 2]]
        tokens = read_tokens(" and ".join(listed))
        if whole and describes and not (list_nouns(tokens) and _say_group(tokens, target)):
            continue
        joined = _say(" and ".join(listed), target, counter, opens)
        if joined is not None:
            return joined, length
    return alone, 1


def _is_description(tokens: list[Token]) -> bool:
    """Whether there are adjectives and nothing else: they wait for a noun."""
    at = 0
    while at < len(tokens) and (found := take(ADJECTIVES, tokens, at)):
        at += found[0]
    return bool(tokens) and at == len(tokens)


def _say(part: str, target: str, counter: str, opens: bool) -> str | None:
    return _say_tokens(read_tokens(part), target, counter, opens)


def _say_tokens(tokens: list[Token], target: str, counter: str, opens: bool) -> str | None:
    said, names = _say_phrase(tokens, target, counter), ""
    if said is None:
        names = "".join(text for kind, text in tokens if kind == "name")
        body = tokens[len(names) :]
        if any(kind == "name" for kind, _ in body):
            return None
        if not body:
            return " ".join(names)
        said = _say_phrase(body, target, counter) or _say_group(body, target) or _say_both(body, target, counter)
    if said is None:
        return None
    upper = next((text for kind, text in tokens if kind == "word"), "")[:1].isupper()
    upper = upper or (tokens[0][0] == "name" and not names)
    keeps = opens and not (names and target == "de")
    return " ".join([*names, said[:1].upper() + said[1:] if upper and keeps else said])


def _say_both(tokens: list[Token], target: str, counter: str) -> str | None:
    """What stands before and after an `and`, each said for itself."""
    joints = [at for at in range(1, len(tokens) - 1) if tokens[at][1].casefold() == "and"]
    for at in joints if len(joints) < _MOST_JOINED else ():
        said = [_say_tokens(part, target, counter, False) for part in (tokens[:at], tokens[at + 1 :])]
        if said[0] and said[1]:
            return words.AND[target].join((said[0], said[1]))
    return None


def _stop(sign: str, target: str) -> str:
    stops = words.STOPS.get(target, {})
    if sign.strip() in stops:
        return stops[sign.strip()]
    return f"\u00a0{sign.strip()} " if target == "fr" and sign.strip() in (":", ";") else sign


def _list_lacking(part: str) -> list[str]:
    tokens = read_tokens(part)
    unknown = [text for kind, text in tokens if kind == "other" or (kind == "word" and text.casefold() not in KNOWN)]
    return unknown or [part.strip()]


def _say_phrase(tokens: list[Token], target: str, counter: str) -> str | None:
    if not tokens:
        return None
    kind, text = tokens[0]
    for opening in (text.casefold(), *_KINDS.get(kind, ())):
        for key, row in _OPENING.get(opening, ()):
            filled = _fill(key, tokens, target)
            if filled is not None:
                said = row[target].replace("{c}", counter)
                for place, word in filled.items():
                    said = said.replace(place, word)
                return said
    return None


def _fill(key: Key, tokens: list[Token], target: str) -> dict[str, str] | None:
    """What the places of a phrase hold, where the tokens are that phrase."""
    filled: dict[str, str] = {}
    at = 0
    for one in key:
        if at >= len(tokens):
            return None
        kind, text = tokens[at]
        if one == "{a}" and (material := take(MATERIALS, tokens, at)):
            filled["{a}"], filled["{b}"] = (name_material(material[1], target, named) for named in (False, True))
            at += material[0]
        elif one == "{p}" and (places := take_places(tokens, at, target)):
            filled[one], at = places[1], at + places[0]
        elif kind != "word" and one in _KINDS.get(kind, ()):
            filled[one], at = text, at + 1
        elif kind == "word" and text.casefold() == one:
            at += 1
        else:
            return None
    return filled if at == len(tokens) else None


def _say_group(tokens: list[Token], target: str) -> str | None:
    group, at = Group(), 0
    if read_key(tokens, 0, 2) in (("set", "of"), ("pack", "of")) and len(tokens) > 2 and tokens[2][0] == "number":
        group.count, group.wrapped, at = tokens[2][1], tokens[0][1].casefold(), 3
    elif tokens[0][0] == "number":
        group.count, at = tokens[0][1], 1
    noun = None
    while at < len(tokens) and noun is None:
        noun = take_noun(tokens, at)
        if noun is not None:
            at += noun[0]
        elif not group.material and (made := _take_made(tokens, at, target)):
            group.material, at = made[1], at + made[0]
        elif feature := take(FEATURES, tokens, at):
            group.features.append(feature[1])
            at += feature[0]
        elif adjective := take(ADJECTIVES, tokens, at):
            group.adjectives.append(adjective[1])
            at += adjective[0]
        elif group.adjectives and tokens[at][1].casefold() == "and":
            at += 1
        else:
            return None
    if noun is None or not _take_tail(tokens, at, group, target):
        return None
    return write_group(group, noun[1], noun[2], target)


def _take_tail(tokens: list[Token], at: int, group: Group, target: str) -> bool:
    """Reads what follows the noun into the group; False where something is left that it cannot say."""
    while at < len(tokens):
        word = tokens[at][1].casefold()
        material = read_key(tokens, at, 2) in (("made", "of"), ("made", "from")) and not group.material
        fitted = word == "and" if group.features else word in ("with", "in")
        article = at + 1 < len(tokens) and tokens[at + 1][1].casefold() in ("a", "an")
        if word == "for" and not group.places and (places := take_places(tokens, at + 1, target)):
            group.places, at = places[1], at + 1 + places[0]
        elif fitted and (feature := take(FEATURES, tokens, at + 1 + article)):
            group.features.append(feature[1])
            at += 1 + article + feature[0]
        elif word == "for" and not group.places and (people := _take_people(tokens, at + 1, target)):
            group.places, at = people, at + 3
        elif material and (made := _take_made(tokens, at + 2, target)):
            group.material, at = made[1], at + 2 + made[0]
        else:
            return False
    return True


def _take_people(tokens: list[Token], at: int, target: str) -> str:
    counted = at < len(tokens) and tokens[at][0] == "number" and read_key(tokens, at + 1, 1) == ("people",)
    return words.PEOPLE[target].format(n=tokens[at][1]) if counted else ""


def _take_made(tokens: list[Token], at: int, target: str) -> tuple[int, str] | None:
    """One material with or without its share, or two: how many tokens, and what they are as part of a name."""
    share = tokens[at][1] if at < len(tokens) and tokens[at][0] == "measure" and tokens[at][1].endswith("%") else ""
    first = take(MATERIALS, tokens, at + bool(share))
    if first is None:
        return None
    length, name = first[0], name_material(first[1], target)
    second = take(MATERIALS, tokens, at + length + 1) if read_key(tokens, at + length, 1) == ("and",) else None
    if share:
        return length + 1, words.SHARE_OF[target].format(m=share, a=name_material(first[1], target, target == "de"))
    if second is not None:
        return length + 1 + second[0], name + words.AND[target] + name_material(second[1], target)
    return length, name
