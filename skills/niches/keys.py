"""Kernels from words to keys: blanks put right, words that change nothing left out, the rest sorted.

Kinds of words: 0 names something; LEFT_OUT changes nothing; MEASURE is a unit or a pack, left out beside a number;
NUMBER is digits alone; MEASURED is digits with a unit (90x200, 500ml).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.niches.arrays import Bools, Codes, Hashes, Ints
from skills.niches.letters import BASE, find_hash, hash_letters, list_powers

LEFT_OUT, MEASURE, NUMBER, MEASURED = 1, 2, 3, 4
_ONE = np.uint64(1)


@njit(cache=True)
def mend_blanks(begins: Ints, words: Ints, letters: Codes, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints,
                counts: Ints, searched: Ints, pairs: Ints, left: Ints, right: Ints, fixed: Bools,
                ratio: int) -> tuple[Ints, Ints]:  # fmt: skip
    """The words of each term with the blanks where most searches have them.

    Two words become the one that is searched at least as much; a word becomes the two that it stands for;
    a letter that changed places with the blank goes back where both words are `ratio` times as frequent then.

    Returns:
        begins and words, as they came in.
    """
    new_begins = np.zeros(begins.size, np.int64)
    mended = np.empty(2 * words.size, np.int64)
    powers = list_powers(starts, ends)
    filled = 0
    for term in range(begins.size - 1):
        place, end = begins[term], begins[term + 1]
        while place < end:
            word = words[place]
            if place + 1 < end and not fixed[word] and not fixed[words[place + 1]]:
                second = words[place + 1]
                whole = find_hash(
                    slots, hashes, hashes[word] * powers[ends[second] - starts[second]] + hashes[second]
                )
                if whole >= 0 and searched[whole] >= pairs[whole]:
                    mended[filled] = whole
                    filled += 1
                    place += 2
                    continue
                rarer = min(counts[word], counts[second])
                one, two = _move_letter(letters, starts, ends, hashes, slots, counts, word, second, rarer * ratio)
                if one >= 0:
                    mended[filled], mended[filled + 1] = one, two
                    filled += 2
                    place += 2
                    continue
            if left[word] >= 0:
                mended[filled], mended[filled + 1] = left[word], right[word]
                filled += 2
            else:
                mended[filled] = word
                filled += 1
            place += 1
        new_begins[term + 1] = filled
    return new_begins, mended[:filled].copy()


@njit(cache=True)
def _move_letter(letters: Codes, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints, counts: Ints, first: int,
                 second: int, least: int) -> tuple[int, int]:  # fmt: skip
    """The two words with the blank one letter further left or right, both with at least so many terms; else −1."""
    best_one, best_two, best = -1, -1, least - 1
    if ends[first] - starts[first] > 1:
        one = find_hash(slots, hashes, hash_letters(letters, starts[first], ends[first] - 1))
        if one >= 0 and counts[one] > best:
            value = np.uint64(letters[ends[first] - 1]) + _ONE
            for place in range(starts[second], ends[second]):
                value = value * BASE + np.uint64(letters[place]) + _ONE
            two = find_hash(slots, hashes, value)
            if two >= 0 and counts[two] > best:
                best_one, best_two, best = one, two, min(counts[one], counts[two])
    if ends[second] - starts[second] > 1:
        two = find_hash(slots, hashes, hash_letters(letters, starts[second] + 1, ends[second]))
        if two >= 0 and counts[two] > best:
            one = find_hash(slots, hashes, hashes[first] * BASE + np.uint64(letters[starts[second]]) + _ONE)
            if one >= 0 and counts[one] > best:
                best_one, best_two = one, two
    return best_one, best_two


@njit(cache=True)
def make_keys(begins: Ints, words: Ints, kinds: Ints, roots: Ints, alone: Bools, hashes: Hashes,
              kept_first: Ints, kept_second: Ints) -> tuple[Ints, Ints, Hashes]:  # fmt: skip
    """The key of each term: the numbers of its words' roots that name something, sorted, each once.

    Where nothing would be left the words stay that would be left out.

    Args:
        alone: Words that keep their own form where the key is nothing else.
        kept_first, kept_second: Pairs of words (sorted by the first) that both stay side by side.

    Returns:
        Where each term's key begins (and where the last ends), the keys, and the hash of each.
    """
    key_begins = np.zeros(begins.size, np.int64)
    keys = np.empty(words.size, np.int64)
    key_hashes = np.empty(begins.size - 1, np.uint64)
    filled = 0
    for term in range(begins.size - 1):
        start, end = begins[term], begins[term + 1]
        for whole in range(2):
            for place in range(start, end):
                if whole or not _is_left_out(words, kinds, kept_first, kept_second, start, end, place):
                    filled = insert_word(keys, key_begins[term], filled, roots[words[place]])
            if filled > key_begins[term]:
                break
        if filled == key_begins[term] + 1:
            for place in range(start, end):
                if alone[words[place]] and roots[words[place]] == keys[filled - 1]:
                    keys[filled - 1] = words[place]
                    break
        key_begins[term + 1] = filled
        key_hashes[term] = hash_key(keys, key_begins[term], filled, hashes)
    return key_begins, keys[:filled].copy(), key_hashes


@njit(cache=True)
def insert_word(keys: Ints, start: int, end: int, word: int) -> int:
    """Puts a word in its place among keys[start:end], each once; returns the new end."""
    place = end
    while place > start and keys[place - 1] > word:
        place -= 1
    if place > start and keys[place - 1] == word:
        return end
    for later in range(end, place, -1):
        keys[later] = keys[later - 1]
    keys[place] = word
    return end + 1


@njit(cache=True)
def hash_key(keys: Ints, start: int, end: int, hashes: Hashes) -> np.uint64:
    """Of the words of a key in their order."""
    value = np.uint64(0)
    for place in range(start, end):
        value = (value + _ONE) * BASE ^ hashes[keys[place]] >> _ONE
    return value


@njit(cache=True)
def _is_left_out(
    words: Ints, kinds: Ints, kept_first: Ints, kept_second: Ints, start: int, end: int, place: int
) -> bool:
    kind = kinds[words[place]]
    if kind == 0:
        return False
    if kind == MEASURED:
        return True
    if kind == LEFT_OUT:
        for first in range(max(place - 1, start), min(place + 1, end - 1)):
            k = np.searchsorted(kept_first, words[first])
            while k < kept_first.size and kept_first[k] == words[first]:
                if kept_second[k] == words[first + 1]:
                    return False
                k += 1
        return True
    before, after = place - 1, place + 1
    if kind == NUMBER and before > start and kinds[words[before]] == LEFT_OUT:
        before -= 1
    if kind == MEASURE and after + 1 < end and kinds[words[after]] == LEFT_OUT:
        after += 1
    for near in (before, after):
        if start <= near < end and kinds[words[near]] == MEASURE + NUMBER - kind:
            return True
        if start <= near < end and kind == MEASURE and kinds[words[near]] == MEASURED:
            return True
    return False
