"""What the words of one country's terms are: left out, measures, singulars, slips; and the keys that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from skills.niches import forms, keys, letters, repair
from skills.niches.arrays import Bools, Floats, Ints
from skills.niches.policy import NichesPolicy
from skills.niches.text import Words, read_words
from skills.niches.vectors import take_rows
from skills.niches.words import (
    ALONE,
    COLOUR,
    LANGUAGES,
    MEASURE,
    PAIR,
    PLURALS,
    PRAISE,
    SIZE,
    STOP,
    UMLAUTS,
    WHOLE,
    WORDS,
)

_MOST_SLIPS = 6
_MEASURED = re.compile(r"[0-9]+(?:x[0-9]+)*(x?)")


@dataclass(frozen=True, slots=True)
class Keys:
    """Terms by what they ask for.

    Attributes:
        words: As they are written, folded.
        of_term: Term → key.
        begins, parts: Key → the numbers of its words, before repair.
        repaired_begins, repaired: Key → the numbers of its words, after it.
        became: Place in `parts` → the word after repair; −1: left out.
        terms, volumes: Key → how many terms, their searches.
        counts: Word → terms that hold it.
        fixed: Words that neither a slip nor likeness may touch.
    """

    words: Words
    of_term: Ints
    begins: Ints
    parts: Ints
    repaired_begins: Ints
    repaired: Ints
    became: Ints
    terms: Ints
    volumes: Floats
    counts: Ints
    fixed: Bools


def make_keys(terms: list[str], volumes: Floats, country: str, policy: NichesPolicy) -> Keys:
    """The key of each term: its words without those that change nothing, singular, sorted, repaired.

    Args:
        terms: Sorted, each once.
        volumes: Searches of each.
    """
    languages = policy.languages.get(country, LANGUAGES.get(country, "en")).split()
    words = read_words(terms, elided=languages[:1] == ["fr"])
    kinds, whole, alone = _find_kinds(words, languages, policy)
    digits = letters.flag_digits(words.letters, words.starts, words.ends)
    shape = (words.letters, words.starts, words.ends, words.hashes, words.slots)
    endings = [rule.partition(":") for language in languages for rule in PLURALS.get(language, "").split()]
    roots = forms.find_singulars(
        *shape, np.bincount(words.words, minlength=len(words.hashes)), digits | whole | (kinds > 0),
        _spell([ending for ending, _, _ in endings]), _spell([singular for _, _, singular in endings]),
        not UMLAUTS.isdisjoint(languages), policy.singular_share,
    )  # fmt: skip
    begins, places = _mend_blanks(words, np.where(alone, np.arange(len(roots)), roots), volumes, digits, policy)
    kept = _find_pairs(words, languages)
    key_begins, parts, hashes = keys.make_keys(begins, places, kinds, roots, alone, words.hashes, *kept)
    of_term, first, slots, key_hashes = letters.number_hashes(hashes)
    key_begins, taken = take_rows(key_begins, first)
    parts = parts[taken]
    searches = np.repeat(volumes, np.diff(begins))
    counts = np.bincount(roots[places], minlength=len(roots))[roots]
    searched = np.bincount(roots[places], searches, len(roots))[roots].astype(np.int64)
    slips = forms.list_slips(
        *shape, counts, searched, digits | (kinds > 0), policy.shortest_word, policy.context_ratio, _MOST_SLIPS
    )
    in_key = np.bincount(of_term, minlength=len(first))
    repaired_begins, repaired, became = repair.repair_keys(
        key_begins, parts, words.hashes, slots, key_hashes, in_key, slips, kinds, roots, counts, policy.repair_ratio
    )
    key_volumes: Floats = np.bincount(of_term, volumes, len(first)).astype(np.float64)
    return Keys(
        words, of_term, key_begins, parts, repaired_begins, repaired, became, in_key, key_volumes, counts, digits
    )


def _mend_blanks(
    words: Words, roots: Ints, volumes: Floats, digits: Bools, policy: NichesPolicy
) -> tuple[Ints, Ints]:
    """The words of each term, singular, with the blanks where most searches have them."""
    shape = (words.letters, words.starts, words.ends, words.hashes, words.slots)
    places, searches = roots[words.words], np.round(volumes).astype(np.int64) + 1
    counts = np.bincount(places, minlength=len(roots))
    searched = np.bincount(places, np.repeat(searches, np.diff(words.begins)), len(roots)).astype(np.int64)
    pairs = forms.count_pairs(words.begins, places, *shape[1:], searches, digits)
    left, right = forms.split_compounds(*shape, counts, searched, pairs, digits, policy.repair_ratio)
    begins, places = keys.mend_blanks(
        words.begins, places, *shape, counts, searched, pairs, left, right, digits, policy.context_ratio
    )
    return begins, places


def _find_kinds(words: Words, languages: list[str], policy: NichesPolicy) -> tuple[Ints, Bools, Bools]:
    kinds = np.zeros(len(words.hashes), np.int64)
    whole, alone = np.zeros(len(kinds), np.bool_), np.zeros(len(kinds), np.bool_)
    tables = [WORDS.get(language, {}) for language in languages]
    units = {unit for table in tables for unit in table.get(MEASURE, "").split()}
    for word in np.flatnonzero(_begins_with_digit(words)).tolist():
        spelled = words.spell(word)
        found = _MEASURED.match(spelled)
        rest = spelled[found.end() :] if found else spelled
        if found and not rest:
            kinds[word] = keys.NUMBER if spelled.isdigit() else keys.MEASURED
        elif found and rest in units:
            kinds[word] = keys.MEASURED
    _mark(kinds, words, " ".join(units), keys.MEASURE)
    for table in reversed(tables):
        for kind in (STOP, COLOUR, SIZE, PRAISE):
            _mark(kinds, words, table.get(kind, ""), keys.LEFT_OUT)
        _mark(whole, words, table.get(WHOLE, ""), True)
        _mark(alone, words, table.get(ALONE, ""), True)
    _mark(kinds, words, " ".join(policy.left_out_words), keys.LEFT_OUT)
    _mark(kinds, words, " ".join(policy.kept_words), 0)
    return kinds, whole, alone


def _begins_with_digit(words: Words) -> Bools:
    first = words.letters[words.starts]
    return (first >= ord("0")) & (first <= ord("9"))


def _mark(flags: Ints | Bools, words: Words, listed: str, value: int) -> None:
    for at in _look_up(words, listed):
        if at >= 0:
            flags[at] = value


def _look_up(words: Words, listed: str) -> list[int]:
    return [int(letters.find_hash(words.slots, words.hashes, value)) for value in read_words([listed]).hashes]


def _find_pairs(words: Words, languages: list[str]) -> tuple[Ints, Ints]:
    pairs = [
        tuple(_look_up(words, pair))
        for language in languages
        for pair in WORDS.get(language, {}).get(PAIR, "").split("|")
        if pair
    ]
    known = sorted(pair for pair in pairs if len(pair) == 2 and min(pair) >= 0)
    array = np.array(known, np.int64).reshape(-1, 2)
    return np.ascontiguousarray(array[:, 0]), np.ascontiguousarray(array[:, 1])


def _spell(listed: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    spelled = np.zeros((len(listed), max(map(len, listed), default=0) + 1), np.uint32)
    for row, text in enumerate(listed):
        spelled[row, : len(text)] = [ord(letter) for letter in text]
    return spelled
