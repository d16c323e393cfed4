"""Kernels on letters: terms into words, words into numbers, and the number of a word that is not written out.

A word's hash is a polynomial of its letters, so that the hash of two words in one, or of a word without one letter,
follows from hashes that are known. Whole numbers only: the same bits on every machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.niches.arrays import Bools, Codes, Hashes, Ints

DROPPED, BLANK, END = 0, 1, 2
"""What a sign can be other than a letter: nothing at all, a border of words, the end of a term."""
UNSPACED = np.uint32(1 << 24)
"""Set on letters of scripts that are written without blanks; between them and others lies a border of words."""
BASE = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)
_SHIFT = np.uint64(29)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@njit(cache=True)
def hash_letters(letters: Codes, start: int, end: int) -> np.uint64:
    """Of the letters from start to before end."""
    value = np.uint64(0)
    for place in range(start, end):
        value = value * BASE + np.uint64(letters[place]) + _ONE
    return value


@njit(cache=True)
def list_powers(starts: Ints, ends: Ints) -> Hashes:
    """What a hash is multiplied by when so many letters follow it, up to the longest word."""
    longest = 0
    for word in range(starts.size):
        longest = max(longest, ends[word] - starts[word])
    powers = np.ones(longest + 1, np.uint64)
    for k in range(1, longest + 1):
        powers[k] = powers[k - 1] * BASE
    return powers


@njit(cache=True)
def find_slot(slots: Ints, hashes: Hashes, wanted: np.uint64) -> int:
    """The place in the open table where a hash stands, or the free one where it would."""
    mask = np.uint64(slots.size - 1)
    place = ((wanted ^ (wanted >> _SHIFT)) * _MIX >> _SHIFT) & mask
    while slots[place] >= 0 and hashes[slots[place]] != wanted:
        place = (place + _ONE) & mask
    return int(place)


@njit(cache=True)
def find_hash(slots: Ints, hashes: Hashes, wanted: np.uint64) -> int:
    """The number under which a hash is known, −1 when it is not."""
    return int(slots[find_slot(slots, hashes, wanted)])


@njit(cache=True)
def number_hashes(values: Hashes) -> tuple[Ints, Ints, Ints, Hashes]:
    """Numbers equal hashes alike, in the order in which they first come.

    Returns:
        The number of each, where each number first comes, the open table, and the hash of each number.
    """
    size = 16
    while size < 2 * values.size:
        size *= 2
    slots = np.full(size, -1, np.int64)
    known = np.empty(values.size, np.uint64)
    first = np.empty(values.size, np.int64)
    numbers = np.empty(values.size, np.int64)
    count = 0
    for k in range(values.size):
        place = find_slot(slots, known, values[k])
        if slots[place] < 0:
            slots[place] = count
            known[count] = values[k]
            first[count] = k
            count += 1
        numbers[k] = slots[place]
    return numbers, first[:count].copy(), slots, known[:count].copy()


@njit(cache=True)
def split_words(signs: Codes, folded: Codes, terms: int) -> tuple[Codes, Ints, Ints]:
    """Cuts terms that are written one after the other into words.

    Args:
        signs: Code points; every term ends with a sign that is folded to END.
        folded: Code point → the letter that it counts as, or DROPPED, BLANK, END.

    Returns:
        The letters of all words, where each word begins (and where the last one ends), and at which word each term
        begins (and where the last one ends).
    """
    letters = np.empty(signs.size, np.uint32)
    starts = np.empty(signs.size + 1, np.int64)
    begins = np.empty(terms + 1, np.int64)
    begins[0] = 0
    filled = words = term = 0
    open_word = False
    for k in range(signs.size):
        letter = folded[signs[k]]
        if letter > END:
            if open_word and (letter & UNSPACED) != (letters[filled - 1] & UNSPACED):
                open_word = False
            if not open_word:
                starts[words] = filled
                words += 1
                open_word = True
            letters[filled] = letter
            filled += 1
        elif letter != DROPPED:
            open_word = False
            if letter == END:
                term += 1
                begins[term] = words
    starts[words] = filled
    return letters[:filled].copy(), starts[: words + 1].copy(), begins


@njit(cache=True)
def hash_words(letters: Codes, starts: Ints) -> Hashes:
    """The hash of each word."""
    hashes = np.empty(starts.size - 1, np.uint64)
    for k in range(hashes.size):
        hashes[k] = hash_letters(letters, starts[k], starts[k + 1])
    return hashes


@njit(cache=True)
def list_grams(letters: Codes, starts: Ints, ends: Ints) -> tuple[Ints, Hashes]:
    """Pairs of neighbouring letters of each word, its borders counted as letters: where each begins, the pairs."""
    begins = np.zeros(starts.size + 1, np.int64)
    for word in range(starts.size):
        begins[word + 1] = begins[word] + ends[word] - starts[word] + 1
    grams = np.empty(begins[-1], np.uint64)
    for word in range(starts.size):
        before = np.uint64(BLANK)
        for k in range(starts[word], ends[word]):
            grams[begins[word] + k - starts[word]] = before * BASE + np.uint64(letters[k])
            before = np.uint64(letters[k])
        grams[begins[word + 1] - 1] = before * BASE + np.uint64(BLANK)
    return begins, grams


@njit(cache=True)
def flag_digits(letters: Codes, starts: Ints, ends: Ints) -> Bools:
    """Whether each word holds a digit."""
    flags = np.zeros(starts.size, np.bool_)
    for word in range(starts.size):
        for k in range(starts[word], ends[word]):
            flags[word] = flags[word] or 48 <= letters[k] <= 57
    return flags
