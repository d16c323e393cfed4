"""Kernel that repairs the words of keys in context: a slip is believed where the key without it is searched too."""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.niches.arrays import Hashes, Ints
from skills.niches.keys import LEFT_OUT, hash_key, insert_word
from skills.niches.letters import find_hash


@njit(cache=True)
def repair_keys(begins: Ints, keys: Ints, hashes: Hashes, slots: Ints, key_hashes: Hashes, terms: Ints, slips: Ints,
                kinds: Ints, roots: Ints, counts: Ints, ratio: int) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """The words of each key after repair.

    A rare word becomes one of its candidates where the key with it is searched by at least as many terms, provided
    that this holds for half of the keys with the rare word; where no such key is known, it becomes the most frequent
    candidate with `ratio` times as many terms.

    Args:
        begins, keys: The keys' words; slots, key_hashes: the table from hash to key.
        hashes: Word → hash. terms: Key → terms. slips: Word → candidates, −1 behind them.
        kinds: Word → kind; a candidate that is left out takes the word out of the key.
        roots, counts: Word → singular, terms.

    Returns:
        begins and words of the repaired keys; for each word of the old keys what became of it (−1: left out).
    """
    most = slips.shape[1]
    chosen = np.full(keys.size, -2, np.int64)
    known = np.zeros(hashes.size, np.int64)
    seen = np.zeros(hashes.size, np.int64)
    longest = 0
    for key in range(begins.size - 1):
        longest = max(longest, begins[key + 1] - begins[key])
    tried = np.empty(longest + 1, np.int64)
    for key in range(begins.size - 1):
        start, end = begins[key], begins[key + 1]
        for place in range(start, end):
            word = keys[place]
            if slips[word, 0] < 0:
                continue
            seen[word] += 1
            best_terms = terms[key] - 1
            for k in range(most):
                if slips[word, k] < 0:
                    break
                length = _replace(keys, start, end, place, slips[word, k], kinds, roots, tried)
                other = find_hash(slots, key_hashes, hash_key(tried, 0, length, hashes)) if length else -1
                if other >= 0 and other != key and terms[other] > best_terms:
                    best_terms = terms[other]
                    chosen[place] = slips[word, k]
            if chosen[place] != -2:
                known[word] += 1
    new_begins = np.zeros(begins.size, np.int64)
    repaired = np.empty(keys.size, np.int64)
    filled = 0
    for key in range(begins.size - 1):
        for place in range(begins[key], begins[key + 1]):
            word = keys[place]
            if chosen[place] != -2 and known[word] * 2 < seen[word]:
                chosen[place] = -2
            if chosen[place] == -2 and slips[word, 0] >= 0 and counts[slips[word, 0]] >= ratio * counts[word]:
                chosen[place] = slips[word, 0]
            if chosen[place] == -2:
                chosen[place] = word
            elif kinds[chosen[place]] == LEFT_OUT:
                chosen[place] = -1
            else:
                chosen[place] = roots[chosen[place]]
            if chosen[place] >= 0:
                filled = insert_word(repaired, new_begins[key], filled, chosen[place])
        if filled == new_begins[key]:
            for place in range(begins[key], begins[key + 1]):
                chosen[place] = keys[place]
                filled = insert_word(repaired, new_begins[key], filled, keys[place])
        new_begins[key + 1] = filled
    return new_begins, repaired[:filled].copy(), chosen


@njit(cache=True)
def _replace(keys: Ints, start: int, end: int, place: int, word: int, kinds: Ints, roots: Ints, tried: Ints) -> int:
    length = 0
    for k in range(start, end):
        if k != place:
            length = insert_word(tried, 0, length, keys[k])
    return length if kinds[word] == LEFT_OUT else insert_word(tried, 0, length, roots[word])
