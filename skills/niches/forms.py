"""Kernels on the forms of words: plurals, letters written as two, words with and without a blank, slips."""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.niches.arrays import Bools, Codes, Hashes, Ints
from skills.niches.letters import BASE, UNSPACED, find_hash, hash_letters, list_powers, number_hashes

_ONE = np.uint64(1)
_E = np.uint32(ord("e"))
SHORTEST_STEM = 3


@njit(cache=True)
def find_singulars(letters: Codes, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints, counts: Ints,
                   fixed: Bools, endings: Codes, singular: Codes, umlauts: bool,
                   least_share: int) -> Ints:  # fmt: skip
    """For each word the word whose plural or other spelling it is; itself where there is none.

    Args:
        counts: Word → terms that hold it.
        fixed: Words that stay as they are.
        endings, singular: One row per ending and its replacement, letters from the left, 0 behind them.
        umlauts: Whether ae, oe, ue may stand for a, o, u with dots.
        least_share: A singular is believed when it has at least a least_share-th of the plural's terms.
    """
    found = np.arange(starts.size)
    for word in range(starts.size):
        start, end = starts[word], ends[word]
        if fixed[word] or letters[start] & UNSPACED:
            continue
        for rule in range(endings.shape[0]):
            length = 0
            while length < endings.shape[1] and endings[rule, length]:
                length += 1
            stem = end - length
            kept = 0
            while kept < singular.shape[1] and singular[rule, kept]:
                kept += 1
            if stem + kept - start < SHORTEST_STEM:
                continue
            same = True
            for k in range(length):
                same = same and letters[stem + k] == endings[rule, k]
            if not same:
                continue
            wanted = hash_letters(letters, start, stem)
            for k in range(kept):
                wanted = wanted * BASE + np.uint64(singular[rule, k]) + _ONE
            other = find_hash(slots, hashes, wanted)
            if other >= 0 and not fixed[other] and counts[other] * least_share >= counts[word]:
                found[word] = other
                break
        if umlauts and found[word] == word:
            wanted = np.uint64(0)
            changed = False
            for k in range(start, end):
                before = letters[k - 1] if k > start else np.uint32(0)
                if letters[k] == _E and (before == 97 or before == 111 or before == 117):
                    changed = True
                else:
                    wanted = wanted * BASE + np.uint64(letters[k]) + _ONE
            if changed:
                other = find_hash(slots, hashes, wanted)
                if other >= 0 and counts[other] * least_share >= counts[word]:
                    found[word] = other
    for word in range(starts.size):
        steps = 0
        while found[found[word]] != found[word] and steps < 4:
            found[word] = found[found[word]]
            steps += 1
    return found


@njit(cache=True)
def count_pairs(begins: Ints, words: Ints, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints,
                searches: Ints, fixed: Bools) -> Ints:  # fmt: skip
    """For each word, the searches of terms in which two words side by side are that word with a blank in it."""
    powers = list_powers(starts, ends)
    pairs = np.zeros(starts.size, np.int64)
    for term in range(begins.size - 1):
        for place in range(begins[term], begins[term + 1] - 1):
            first, second = words[place], words[place + 1]
            if fixed[first] or fixed[second]:
                continue
            wanted = hashes[first] * powers[ends[second] - starts[second]] + hashes[second]
            whole = find_hash(slots, hashes, wanted)
            if whole >= 0:
                pairs[whole] += searches[term]
    return pairs


@njit(cache=True)
def split_compounds(letters: Codes, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints, counts: Ints,
                    searched: Ints, pairs: Ints, fixed: Bools, ratio: int) -> tuple[Ints, Ints]:  # fmt: skip
    """For each word the two words that it is written for; (−1, −1) where it stays one.

    A word is two where those are searched side by side more than it is, or where it is rare, they have `ratio` times
    its terms, and a letter at most was struck in the blank's place.
    """
    left = np.full(starts.size, -1, np.int64)
    right = np.full(starts.size, -1, np.int64)
    for word in range(starts.size):
        start, end = starts[word], ends[word]
        if fixed[word] or searched[word] >= pairs[word] > 0:
            continue
        shortest = 1 if pairs[word] > 0 or letters[start] & UNSPACED else SHORTEST_STEM
        best = counts[word] * ratio - 1 if pairs[word] == 0 else 0
        for lost in range(1 if pairs[word] > 0 else 2):
            first = np.uint64(0)
            for cut in range(start + 1, end):
                first = first * BASE + np.uint64(letters[cut - 1]) + _ONE
                if cut - start < shortest or end - cut - lost < shortest:
                    continue
                one = find_hash(slots, hashes, first)
                if one < 0 or counts[one] <= best or fixed[one]:
                    continue
                two = find_hash(slots, hashes, hash_letters(letters, cut + lost, end))
                if two >= 0 and counts[two] > best and not fixed[two]:
                    best = min(counts[one], counts[two])
                    left[word], right[word] = one, two
    return left, right


@njit(cache=True)
def list_slips(letters: Codes, starts: Ints, ends: Ints, hashes: Hashes, slots: Ints, counts: Ints, volumes: Ints,
               fixed: Bools, shortest: int, ratio: int, most: int) -> Ints:  # fmt: skip
    """For each word the more frequent ones that are one slip away: a letter more, less, other, or two swapped.

    Deletion neighbourhoods (two words one slip apart share a form with at most one letter left out), then checked.

    Args:
        counts, volumes: Word → terms that hold it, searches of those terms.
        fixed: Words that no slip may touch: with digits, or of the table.
        ratio: Times as many terms and searches that the other word must have.
        most: Kept per word, the most frequent.
    """
    total = 0
    for word in range(starts.size):
        if _may_slip(letters, starts[word], ends[word], shortest) and counts[word] >= ratio:
            total += ends[word] - starts[word] + 1
    forms = np.empty(total, np.uint64)
    owners = np.empty(total, np.int64)
    filled = 0
    for word in range(starts.size):
        if _may_slip(letters, starts[word], ends[word], shortest) and counts[word] >= ratio:
            forms[filled], owners[filled] = hashes[word], word
            filled += 1
            for skip in range(starts[word], ends[word]):
                forms[filled], owners[filled] = _hash_without(letters, starts[word], ends[word], skip), word
                filled += 1
    numbers, _, form_slots, form_hashes = number_hashes(forms)
    begins = np.zeros(form_hashes.size + 1, np.int64)
    for k in range(total):
        begins[numbers[k] + 1] += 1
    for k in range(form_hashes.size):
        begins[k + 1] += begins[k]
    grouped = np.empty(total, np.int64)
    filled_of = begins[:-1].copy()
    for k in range(total):
        grouped[filled_of[numbers[k]]] = owners[k]
        filled_of[numbers[k]] += 1
    found = np.full((starts.size, most), -1, np.int64)
    for word in range(starts.size):
        start, end = starts[word], ends[word]
        if fixed[word] or not _may_slip(letters, start, end, shortest):
            continue
        for skip in range(start - 1, end):
            form = hashes[word] if skip < start else _hash_without(letters, start, end, skip)
            number = find_hash(form_slots, form_hashes, form)
            if number < 0:
                continue
            for k in range(begins[number], begins[number + 1]):
                other = grouped[k]
                if counts[other] < counts[word] * ratio or volumes[other] < volumes[word] * ratio:
                    continue
                place = 0
                while place < most and found[word, place] >= 0 and found[word, place] != other and (
                    counts[found[word, place]] > counts[other]
                    or (counts[found[word, place]] == counts[other] and found[word, place] < other)
                ):  # fmt: skip
                    place += 1
                if place == most or found[word, place] == other:
                    continue
                if not is_one_slip(letters, start, end, starts[other], ends[other]):
                    continue
                for later in range(most - 1, place, -1):
                    found[word, later] = found[word, later - 1]
                found[word, place] = other
    return found


@njit(cache=True)
def _may_slip(letters: Codes, start: int, end: int, shortest: int) -> bool:
    return end - start >= (shortest + 2 if letters[start] & UNSPACED else shortest)


@njit(cache=True)
def _hash_without(letters: Codes, start: int, end: int, skip: int) -> np.uint64:
    value = hash_letters(letters, start, skip)
    for place in range(skip + 1, end):
        value = value * BASE + np.uint64(letters[place]) + _ONE
    return value


@njit(cache=True)
def is_one_slip(letters: Codes, start: int, end: int, other_start: int, other_end: int) -> bool:
    """Whether two words differ by one letter more, less or other, or by two neighbours swapped."""
    length, other_length = end - start, other_end - other_start
    same = 0
    while same < min(length, other_length) and letters[start + same] == letters[other_start + same]:
        same += 1
    tail = 0
    while tail < min(length, other_length) - same and letters[end - 1 - tail] == letters[other_end - 1 - tail]:
        tail += 1
    rest, other_rest = length - same - tail, other_length - same - tail
    if rest == 2 and other_rest == 2:
        return bool(
            letters[start + same] == letters[other_start + same + 1]
            and letters[start + same + 1] == letters[other_start + same]
        )
    return rest + other_rest > 0 and rest <= 1 and other_rest <= 1
