"""Words that searchers ask for and no clicked product names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from functools import cache

from skills.selection.policy import SelectionPolicy

_WORD = re.compile(r"\w+")
_FIRST_UNSPACED = "\u2e80"
"""From here on scripts write without spaces between words, and a run of signs is no word."""

_ENDINGS = ("s", "x", "e", "n", "en", "er", "es")
_LEAST_STEM = 4
_THING_FIRST = {"BE", "BR", "DE", "ES", "FR", "IT", "MX"}
"""Countries where a search usually begins with the thing itself."""


def find_asked_words(
    asked: Sequence[tuple[str, float]],
    texts: Iterable[str],
    left_out: Set[str],
    policy: SelectionPolicy,
    thing: Set[str] = frozenset(),
) -> tuple[list[str], float]:
    """Words of the terms that none of the texts contains, and the share of the searches with the first of them.

    Args:
        asked: The niche's terms with their searches.
        texts: Titles and features of the clicked products.
        left_out: Words that name no feature, folded.
        thing: Words that name the niche's own thing, in all their forms.

    Returns:
        The words as buyers write them, most searched first, those that stand together in one; the most searched word
        of each has at least the policy's share of the searches. The share [0…1].
    """
    split = [(term, weight, split_words(term)) for term, weight in asked]
    shares: dict[str, float] = {}
    for _, weight, words in split:
        for word in words:
            if _names_feature(word) and word not in left_out and word not in thing:
                shares[word] = shares.get(word, 0.0) + weight
    total = sum(weight for _, weight in asked)
    bar = policy.asked_share_percent / 100 * total
    heavy = sorted(
        (word for word, share in shares.items() if share >= bar > 0), key=lambda word: (-shares[word], word)
    )
    named = " ".join([*_WORD.findall(fold(" ".join(texts))), ""]) if heavy else ""
    missing = [word for word in heavy if not _is_named(word, named)]
    if not missing:
        return [], 0.0
    return _quote(missing, split, left_out, fold_all(policy.words_of_exclusion)), shares[missing[0]] / total


def name_thing(label: str, alone: Set[str], country: str) -> set[str]:
    """The words of a niche's label that name its thing, folded and in all their forms.

    They are those that are searched alone somewhere in the country; without one the first, where searches begin with
    the thing.

    Args:
        label: The niche's most searched term.
        alone: Terms of one word in the country, folded.
    """
    words = _WORD.findall(fold(label))
    things = [word for word in words if word in alone] or (words[:1] if country in _THING_FIRST else [])
    return {form for word in things for form in _list_forms(word)}


def fold(text: str) -> str:
    """Small letters without accents, for comparing words."""
    small = text.casefold()
    if small.isascii():
        return small
    return "".join([sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign)])


@cache
def fold_all(words: tuple[str, ...]) -> frozenset[str]:
    """The words folded."""
    return frozenset(map(fold, words))


def split_words(text: str) -> set[str]:
    """The folded words of a text."""
    return set(_WORD.findall(fold(text)))


def _quote(
    missing: list[str], asked: Sequence[tuple[str, float, Set[str]]], left_out: Set[str], negations: Set[str]
) -> list[str]:
    """Each missing word as its most searched term writes it, with neighbours that are missing too or negate it."""
    quotes: list[str] = []
    said: set[str] = set()
    for word in missing:
        if word in said:
            continue
        term = unicodedata.normalize("NFC", max((one for one in asked if word in one[2]), key=lambda one: one[1])[0])
        found = list(_WORD.finditer(term))
        words = [fold(one.group()) for one in found]
        if word not in words:
            quotes.append(word)
            continue
        begin = end = words.index(word)
        for step in (-1, 1):
            at = begin if step < 0 else end
            while 0 <= at + step < len(words):
                at += step
                if words[at] in missing:
                    begin, end = min(begin, at), max(end, at)
                elif _names_feature(words[at]) and words[at] not in left_out:
                    break
        begin -= begin > 0 and words[begin - 1] in negations
        end += end + 1 < len(words) and words[end + 1] in negations
        said.update(words[begin : end + 1])
        quotes.append(term[found[begin].start() : found[end].end()])
    return quotes


def _names_feature(word: str) -> bool:
    return len(word) >= 3 and not word.isdigit() and max(word) < _FIRST_UNSPACED


def _is_named(word: str, named: str) -> bool:
    """Whether a text has the word, also within another one, or ends a word on another number of it."""
    if (word[:-1] if len(word) > 3 and word.endswith("s") else word) in named:
        return True
    return any(f"{form} " in named for form in _shorten(word))


def _list_forms(word: str) -> list[str]:
    """The word, and as singular and plural differ from it in the languages of the marketplaces."""
    return [word, *(word + ending for ending in _ENDINGS), *_shorten(word)]


def _shorten(word: str) -> list[str]:
    return [
        word.removesuffix(ending)
        for ending in _ENDINGS
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM
    ]
