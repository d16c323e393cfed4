"""The glossary's tables by their English words, and what of them stands at a place of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from skills.listing import translate_phrases as phrases
from skills.listing import translate_words as words
from skills.listing.dates import ISO_DATE
from skills.listing.translate_group import join_words
from skills.listing.units import MEASURE

Row = dict[str, str]
Key = tuple[str, ...]
Token = tuple[str, str]
"""Kind and text: word, number, measure, date, name, other."""

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[\ue000-\uf8ff])|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=[0-9])-(?=(?i:pack|piece))|(?P<other>\S)"
)
"""A hyphen between letters is no token: it parts words as a blank does."""

_MOST_WORDS = 4


def _rows(table: str) -> Iterator[Row]:
    for line in table.strip().splitlines():
        yield dict(zip(words.LANGUAGES, line.split("|"), strict=True))


def _forms(table: str) -> dict[Key, Row]:
    return {tuple(row["en"].split()): row for row in _rows(table)}


NOUNS = {
    tuple(form.split()): (number, row)
    for row in _rows(words.NOUNS)
    for number, form in enumerate(row["en"].split("/"))
}
ADJECTIVES, MATERIALS, PLACES, FEATURES, PHRASES = map(
    _forms, (words.ADJECTIVES, words.MATERIALS, words.PLACES, phrases.FEATURES, phrases.PHRASES)
)
KNOWN = {word for table in (NOUNS, ADJECTIVES, MATERIALS, PLACES, FEATURES, PHRASES) for key in table for word in key}
KNOWN |= {"and", "the", "with", "for", "made", "of", "from", "set"}


def read_tokens(part: str) -> list[Token]:
    """The words, numbers, measures, dates and names of a text."""
    tokens: list[Token] = []
    at = 0
    marks = [(match, "measure") for match in MEASURE.finditer(part)]
    marks += [(match, "date") for match in ISO_DATE.finditer(part)]
    for match, kind in [*sorted(marks, key=lambda one: one[0].start()), (None, "")]:
        for token in _TOKEN.finditer(part, at, match.start() if match else len(part)):
            if token.lastgroup:
                tokens.append((token.lastgroup, token[0]))
        if match:
            tokens.append((kind, match[0]))
            at = match.end()
    return tokens


def read_key(tokens: list[Token], at: int, length: int) -> Key:
    """So many words in small letters; () where something else stands there."""
    key = tuple(text.casefold() for kind, text in tokens[at : at + length] if kind == "word")
    return key if len(key) == length else ()


def take(table: Mapping[Key, Row], tokens: list[Token], at: int) -> tuple[int, Row] | None:
    """The longest entry of a table that stands at a place: its length and itself."""
    for length in range(_MOST_WORDS, 0, -1):
        if (key := read_key(tokens, at, length)) in table:
            return length, table[key]
    return None


def take_noun(tokens: list[Token], at: int) -> tuple[int, int, Row] | None:
    """The longest noun that stands at a place: its length, 0 for singular or 1 for plural, and itself."""
    for length in range(_MOST_WORDS, 0, -1):
        if (key := read_key(tokens, at, length)) in NOUNS:
            return length, *NOUNS[key]
    return None


def take_places(tokens: list[Token], at: int, target: str) -> tuple[int, str] | None:
    """Places joined by `and`: how many tokens, and what they are in the target language."""
    found: list[str] = []
    start = at
    while True:
        step = at + 1 if at < len(tokens) and tokens[at][1].casefold() == "the" else at
        taken = take(PLACES, tokens, step)
        if taken is None:
            return None
        found.append(taken[1][target])
        at = step + taken[0]
        if at >= len(tokens) or tokens[at][1].casefold() != "and":
            return at - start, join_words([one.split("/")[-1 if found[1:] else 0] for one in found], target)
        at += 1


def list_nouns(tokens: list[Token]) -> list[Row]:
    """The things that a text names."""
    found, at = [], 0
    while at < len(tokens):
        noun = take_noun(tokens, at)
        found += [noun[2]] if noun else []
        at += noun[0] if noun else 1
    return found


def name_material(row: Row, target: str, named: bool = True) -> str:
    """A material as part of a name, or as a share of it is stated."""
    return row[target].split("/")[-1 if named else 0]
