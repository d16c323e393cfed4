"""Terms of any language as numbered words: written forms that mean the same letters become the same letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skills.niches.arrays import Codes, Hashes, Ints
from skills.niches.letters import BLANK, DROPPED, END, UNSPACED, hash_words, number_hashes, split_words
from skills.niches.vectors import take_rows

_TWO_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ĳ": "ij"})
_ONE_LETTER = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i"}
_WITHIN_WORDS = "'’ʼ`´"
_MARKS = ((0x300, 0x36F), (0x591, 0x5C7), (0x64B, 0x65F), (0xFE00, 0xFE0F))
"""Signs on letters that are often left out: Latin, Greek and Cyrillic accents, Hebrew and Arabic points, variants."""
_UNSPACED_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO", "IDEOGRAPHIC")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of many terms.

    Attributes:
        begins: Term → the first of its places in `words`; one more for the end.
        words: Place → number of the word.
        letters, starts, ends: The letters of word w are letters[starts[w]:ends[w]].
        hashes: Word → hash.
        slots: The open table from hash to word.
    """

    begins: Ints
    words: Ints
    letters: Codes
    starts: Ints
    ends: Ints
    hashes: Hashes
    slots: Ints

    def spell(self, word: int) -> str:
        """The letters of a word."""
        return "".join(chr(int(code) & 0xFFFFFF) for code in self.letters[self.starts[word] : self.ends[word]])


def fold_text(text: str) -> str:
    """Compatibility forms as one (NFKC), without case; accents stay."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_TWO_LETTERS)


def read_words(terms: Sequence[str], elided: bool = False) -> Words:
    """The words of each term, in its order.

    A word is a run of letters and digits; an apostrophe ends one only where articles are `elided` (l'eau); a change
    between a script written without blanks and another one does. Accents of Latin, Greek and Cyrillic do not count.
    """
    text = "\n".join(terms)
    if text.count("\n") != max(len(terms) - 1, 0):
        text = "\n".join(" ".join(term.split("\n")) for term in terms)
    text = text.lower() if text.isascii() else fold_text(text)
    signs = np.frombuffer((text + "\n" * bool(terms)).encode("utf-32-le", "replace"), np.uint32)
    letters, starts, begins = split_words(signs, _fold_signs(signs, elided), len(terms))
    words, first, slots, hashes = number_hashes(hash_words(letters, starts))
    bounds, taken = take_rows(starts, first)
    return Words(begins, words, letters[taken], bounds[:-1], bounds[1:], hashes, slots)


def _fold_signs(signs: Codes, elided: bool) -> Codes:
    """Code point → letter that it counts as; filled for the signs of this text only."""
    used = np.flatnonzero(np.bincount(signs)).tolist()
    folded = np.zeros(max(used, default=0) + 1, np.uint32)
    for sign in used:
        folded[sign] = END if sign == ord("\n") else _fold_sign(chr(sign), elided)
    return folded


def _fold_sign(sign: str, elided: bool) -> int:
    category, code = unicodedata.category(sign), ord(sign)
    if elided and sign in _WITHIN_WORDS:
        return BLANK
    if sign in _WITHIN_WORDS or category in ("Cf", "Me") or any(first <= code <= last for first, last in _MARKS):
        return DROPPED
    if sign != "ー" and category[0] not in "LNM":
        return BLANK
    if sign == "ー" or unicodedata.name(sign, "").startswith(_UNSPACED_NAMES):
        return code | int(UNSPACED)
    parts = unicodedata.normalize("NFD", sign)
    return ord(_ONE_LETTER.get(parts[0], parts[0])) if all(map(unicodedata.combining, parts[1:])) else code
