"""Words: how a description or a heading's text becomes comparable words, in English and in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:'s?\b)?")
_CHINESE = re.compile(r"[一-鿿]")
_SPELLED = {
    "fiber": "fibre", "aluminum": "aluminium", "color": "colour", "colored": "coloured", "toweling": "towelling",
    "jewelry": "jewellery", "gray": "grey", "tire": "tyre", "pajama": "pyjama", "microfiber": "microfibre",
    "mould": "mold", "clothe": "cloth", "men's": "men", "women's": "women", "boys'": "boy", "girls'": "girl",
    "babies'": "baby", "knife": "knive", "brushe": "brush", "shelve": "shelf",
}  # fmt: skip
_STOP = frozenset({
    "a", "an", "the", "of", "for", "and", "or", "with", "in", "on", "to", "by", "from", "at", "as", "is", "are",
    "its", "it", "other", "than", "not", "whether", "heading", "no", "n", "e", "c", "nec", "including", "excluding",
    "like", "similar", "kind", "used", "thereof", "articles", "article", "parts", "accessories", "set", "pack",
    "pcs", "piece", "new", "cm", "mm", "kg", "g", "ml", "l", "inch", "oz", "lb", "w", "v", "style", "design",
    "high", "quality",
})  # fmt: skip
_LATER = re.compile(r"\s(?:with|w/|for|featuring|including|in)\s|[(（]|\s带|\s配")
_NEGATED = re.compile(
    r"\((?:other than|excluding|excl|not|except|those)[^)]*\)"
    r"|\b(?:other than|excluding|except|not)\b(?:\([^)]*\)|[^;,()])*"
)


def fold(text: str) -> str:
    """Lower case, full-width signs as narrow ones, typographic apostrophes as plain ones."""
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


def split_words(text: str) -> list[str]:
    """The English words of a text in order, each in one form: singular, British spelling. Stop words are left out."""
    return [word for word in map(_one_form, _WORD.findall(fold(text))) if word and word not in _STOP]


def split_negated(text: str) -> tuple[str, str]:
    """What a heading's text claims, and what it excludes (`other than …`, `not …`, `excluding …`)."""
    folded = fold(text)
    return _NEGATED.sub(" ", folded), " ; ".join(_NEGATED.findall(folded))


def split_head(text: str) -> tuple[str, str]:
    """The part that names the goods, and the part that only adds to it (`with …`, `for …`, in brackets)."""
    folded = fold(text)
    found = _LATER.search(folded, 4)
    return (folded, "") if found is None else (folded[: found.start()], folded[found.start() :])


def _one_form(word: str) -> str:
    word = _SPELLED.get(word, word).removesuffix("'s").rstrip("'")
    if len(word) > 3 and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith(("xes", "ches", "shes", "sses", "zes")):
            word = word[:-2]
        elif word.endswith("s"):
            word = word[:-1]
    return _SPELLED.get(word, word)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a table that stands in a description.

    Attributes:
        phrase: As the table writes it.
        row: Of the table.
        size: English words, or half the Chinese characters.
        clause: Counted from 0; a clause ends at a comma, in Chinese also at a space.
        order: Its place among the phrases of its clause, from the end: 0 is the last, where the goods are named.
        ends: Nothing follows it in its clause.
    """

    phrase: str
    row: int
    size: float
    clause: int
    order: int
    ends: bool


class Phrases:
    """Phrases of a table, found in a description; English by words, Chinese by characters."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Args: rows: (row of the table, English phrases, Chinese phrases), phrases separated by `|`."""
        self._rows: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for row, english, chinese in rows:
            for phrase in filter(None, (part.strip() for part in english.split("|"))):
                self._rows.setdefault(tuple(_key(fold(phrase))), []).append((row, phrase))
            for phrase in filter(None, (part.strip() for part in chinese.split("|"))):
                self._rows.setdefault(tuple(fold(phrase)), []).append((row, phrase))
        self._most = max(map(len, self._rows), default=0)

    def find(self, text: str) -> list[Found]:
        """Every phrase of the text that is not part of a longer one, in order."""
        found: list[Found] = []
        clause = 0
        for part in re.split(r"[,;:|/，、。·]|\s-\s", fold(text)):
            runs = [(_key(_CHINESE.sub(" ", part)), 1.0)]
            runs += [(list(run), 0.5) for run in part.split() if _CHINESE.search(run)]
            for units, unit_size in runs:
                if units:
                    found += self._find_in(units, unit_size, clause)
                    clause += 1
        return found

    def _find_in(self, units: list[str], unit_size: float, clause: int) -> list[Found]:
        spans: list[tuple[int, int]] = []
        for at in range(len(units)):
            for size in range(min(self._most, len(units) - at), 0, -1):
                if tuple(units[at : at + size]) in self._rows:
                    if not spans or at + size > spans[-1][1]:
                        spans.append((at, at + size))
                    break
        return [
            Found(phrase, row, unit_size * (end - start), clause, len(spans) - 1 - order, end == len(units))
            for order, (start, end) in enumerate(spans)
            for row, phrase in self._rows[tuple(units[start:end])]
        ]


def _key(phrase: str) -> list[str]:
    return [_one_form(word) for part in _WORD.findall(phrase) for word in _parts(part)]


def _parts(word: str) -> list[str]:
    return [word] if word in ("t-shirt", "e-bike", "o-ring", "c-clamp") else word.split("-")


def nearest_word(word: str, grams: Mapping[str, frozenset[str]], least: float = 0.7) -> str | None:
    """The known word with the most three-letter runs in common (Dice ≥ `least`); None when there is none."""
    own = letter_runs(word)
    scored = [(2 * len(own & runs) / (len(own) + len(runs)), known) for known, runs in grams.items() if own & runs]
    best = max(scored, default=(0.0, ""), key=lambda pair: (pair[0], pair[1]))
    return best[1] if best[0] >= least else None


def letter_runs(word: str) -> frozenset[str]:
    """Three-letter runs of a word with its borders."""
    padded = f"^{word}$"
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))
