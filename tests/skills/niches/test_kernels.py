"""Kernels: a plain twin of each gives the same."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skills.niches import forms, keys, letters
from skills.niches.cosine import MOST_LEADERS, group_rows
from skills.niches.repair import repair_keys
from skills.niches.text import Words, read_words
from skills.niches.vectors import Rows, make_empty_rows, make_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def draw(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def draw_terms(seed: int, count: int) -> list[str]:
    """Terms of three letters' words, so that everything that can happen does."""
    source = draw(seed)
    syllables = ["ab", "ba", "aab", "bb", "s", "ca", "en"]
    words = ["".join(syllables[k] for k in source.integers(0, 7, source.integers(1, 4))) for _ in range(60)]
    return [" ".join(words[k] for k in source.integers(0, 60, source.integers(1, 5))) for _ in range(count)]


def shape_of(words: Words) -> tuple[Any, ...]:
    return words.letters, words.starts, words.ends, words.hashes, words.slots


def spell_all(words: Words) -> list[str]:
    return [words.spell(word) for word in range(len(words.hashes))]


def draw_rows(source: np.random.Generator, count: int, features: int, most: int) -> Rows:
    lengths = source.integers(1, most + 1, count)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    values = source.integers(0, features, begins[-1])
    return make_rows(begins, values, source.random(begins[-1]) + 0.1, features)


def twin_dot(rows: Rows, one: int, other: int) -> float:
    mine = dict(
        zip(rows.features[rows.begins[one] : rows.begins[one + 1]].tolist(),
            rows.weights[rows.begins[one] : rows.begins[one + 1]].tolist(), strict=True)
    )  # fmt: skip
    total = 0.0
    for place in range(rows.begins[other], rows.begins[other + 1]):
        total += float(rows.weights[place]) * mine.get(int(rows.features[place]), 0.0)
    return total


def twin_group(
    rows: Rows, least: float, clicks: Rows, click_least: float, must: Any, apart: Ints, margin: float
) -> Any:
    """Every row against every leader."""
    count = len(rows.begins) - 1
    leaders, cosines, click_cosines = np.full((count, 3), -1), np.zeros((count, 3)), np.zeros((count, 3))
    led: list[int] = []
    for row in range(count):
        close = []
        for other in led if not must[row] else []:
            if apart[row] >= 0 and apart[row] == apart[other]:
                continue
            words, shared = twin_dot(rows, row, other), twin_dot(clicks, row, other)
            both = min(clicks.begins[k + 1] - clicks.begins[k] for k in (row, other)) > 0
            if (words >= least - 1e-9 and not (both and shared == 0)) or (both and shared >= click_least - 1e-9):
                close.append((-max(words, shared), other, words, shared))
        best = [item for item in sorted(close)[:3] if -item[0] >= -min(close)[0] - margin]
        for k, (_, other, words, shared) in enumerate(best):
            leaders[row, k], cosines[row, k], click_cosines[row, k] = other, words, shared
        if not best:
            leaders[row, 0], cosines[row, 0] = row, 1.0
            led.append(row)
    return leaders, cosines, click_cosines


@pytest.mark.parametrize("seed", range(6))
def test_leaders_found_through_the_index_are_those_of_every_pair(seed: int) -> None:
    source = draw(seed)
    rows, clicks = draw_rows(source, 120, 25, 5), draw_rows(source, 120, 12, 3)
    if seed % 2:
        clicks = Rows(np.zeros(121, np.int64), clicks.features[:0], clicks.weights[:0], 0)
    must, apart = source.random(120) < 0.1, source.integers(-1, 3, 120)
    for least, click_least, margin in ((0.6, 0.7, 0.0), (0.85, 0.5, 0.1), (0.5, 0.95, 0.5)):
        found = group_rows(
            rows.begins, rows.features, rows.weights, rows.count, least, clicks.begins, clicks.features,
            clicks.weights, clicks.count, click_least, must, apart, margin, 10**6,
        )  # fmt: skip
        for ours, twins in zip(found, twin_group(rows, least, clicks, click_least, must, apart, margin), strict=True):
            assert ours.tobytes() == twins.astype(ours.dtype).tobytes()
    assert MOST_LEADERS == 3


def test_only_the_largest_leaders_of_a_common_feature_are_looked_up() -> None:
    begins, none = np.arange(0, 11, 2), make_empty_rows(5)
    amounts = np.array([3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 0.1, 3.0, 1.0])
    rows = make_rows(begins, np.array([0, 1, 0, 2, 0, 3, 0, 4, 0, 5]), amounts, 6)
    for most, leader in ((10, 3), (2, 0)):
        found, _, _ = group_rows(
            rows.begins, rows.features, rows.weights, rows.count, 0.85, none.begins, none.features, none.weights,
            none.count, 1.0, np.arange(5) < 4, np.full(5, -1), 0.0, most,
        )  # fmt: skip
        assert found[4, 0] == leader


def test_rows_of_length_one_have_the_rarest_feature_first() -> None:
    source = draw(7)
    values, amounts, begins = source.integers(0, 9, 60), source.random(60), np.arange(0, 61, 4)
    rows = make_rows(begins, values, amounts, 9)
    ranks = sorted(range(9), key=lambda value: (Counter(values.tolist())[value], value))
    for row, (start, end) in enumerate(pairwise(begins.tolist())):
        sums: dict[int, float] = {}
        for value, amount in zip(values[start:end].tolist(), amounts[start:end].tolist(), strict=True):
            sums[ranks.index(value)] = sums.get(ranks.index(value), 0.0) + amount
        length = 0.0
        for feature in sorted(sums):
            length += sums[feature] * sums[feature]
        mine = slice(rows.begins[row], rows.begins[row + 1])
        assert rows.features[mine].tolist() == sorted(sums)
        assert rows.weights[mine].tolist() == [sums[feature] / sqrt(length) for feature in sorted(sums)]


def test_equal_words_get_one_number_in_the_order_of_their_first_place() -> None:
    terms = draw_terms(1, 300)
    words = read_words(terms)
    known: dict[str, int] = {}
    expected = [[known.setdefault(word, len(known)) for word in term.split()] for term in terms]
    assert [words.words[a:b].tolist() for a, b in pairwise(words.begins.tolist())] == expected
    assert spell_all(words) == list(known)
    assert [letters.find_hash(words.slots, words.hashes, value) for value in words.hashes] == list(range(len(known)))


def test_pairs_of_letters_hold_the_borders_of_a_word() -> None:
    words = read_words(["ab ba b"])
    begins, grams = letters.list_grams(words.letters, words.starts, words.ends)
    assert begins.tolist() == [0, 3, 6, 8]
    assert letters.number_hashes(grams)[0].tolist() == [0, 1, 2, 3, 4, 5, 3, 2]  # ^a ab b$ ^b ba a$ ^b b$


def twin_one_slip(one: str, other: str) -> bool:
    """All words one slip away, written out."""
    signs = sorted(set(one + other))
    slips = {one[:k] + one[k + 1 :] for k in range(len(one))}
    slips |= {one[:k] + sign + one[k:] for k in range(len(one) + 1) for sign in signs}
    slips |= {one[:k] + sign + one[k + 1 :] for k in range(len(one)) for sign in signs}
    slips |= {one[:k] + one[k + 1] + one[k] + one[k + 2 :] for k in range(len(one) - 1)}
    return one != other and other in slips


@pytest.mark.parametrize("seed", range(3))
def test_the_words_one_slip_away_are_those_of_every_pair(seed: int) -> None:
    words = read_words(draw_terms(seed, 200))
    spelled, source = spell_all(words), draw(seed)
    count = len(spelled)
    counts, volumes, fixed = source.integers(1, 30, count), source.integers(1, 30, count), source.random(count) < 0.2
    found = forms.list_slips(*shape_of(words), counts, volumes, fixed, 4, 2, 3)
    for word, mine in enumerate(spelled):
        close = [
            other
            for other in range(count)
            if counts[other] >= 2 * counts[word] and volumes[other] >= 2 * volumes[word]
            and min(len(mine), len(spelled[other])) >= 4 and twin_one_slip(mine, spelled[other]) and not fixed[word]
        ]  # fmt: skip
        best = sorted(close, key=lambda other: (-counts[other], other))[:3]
        assert found[word].tolist() == best + [-1] * (3 - len(best)), mine


def test_a_singular_is_the_first_ending_whose_rest_is_searched() -> None:
    words = read_words(["tuecher tuch tucher knives knife knive bus bu luces luz ss s tables table"])
    spelled = spell_all(words)
    at = spelled.index
    counts = np.full(len(spelled), 10)
    counts[at("table")] = 1
    endings, singular = ["ves", "s", "ces", "er"], ["fe", "", "z", ""]
    arrays = [np.zeros((4, 4), np.uint32) for _ in range(2)]
    for array, listed in zip(arrays, (endings, singular), strict=True):
        for row, text in enumerate(listed):
            array[row, : len(text)] = [ord(sign) for sign in text]
    fixed = np.zeros(len(spelled), np.bool_)
    found = forms.find_singulars(*shape_of(words), counts, fixed, *arrays, True, 5)
    expected = {
        "knives": "knife",
        "luces": "luz",
        "tucher": "tuch",
        "tuecher": "tuch",
        "knive": "knive",
        "bus": "bus",
    }
    expected["tables"] = "tables"  # its singular is too rare
    assert {word: spelled[found[at(word)]] for word in expected} == expected


@pytest.mark.parametrize("seed", range(3))
def test_blanks_are_put_where_most_searches_have_them(seed: int) -> None:
    words = read_words(draw_terms(seed, 400))
    spelled, shape = spell_all(words), shape_of(words)
    known = {word: at for at, word in enumerate(spelled)}
    count = Counter(words.words.tolist())
    counts = np.array([count[at] for at in range(len(spelled))])
    fixed = np.array([word.startswith("s") for word in spelled])
    searches, searched = draw(seed).integers(1, 5, 400), draw(seed).integers(0, 40, len(spelled))
    pairs = forms.count_pairs(words.begins, words.words, *shape[1:], searches, fixed)
    terms = [words.words[a:b].tolist() for a, b in pairwise(words.begins.tolist())]
    side: Counter[str] = Counter()
    for term, amount in zip(terms, searches.tolist(), strict=True):
        for one, two in pairwise(term):
            side[spelled[one] + spelled[two]] += 0 if fixed[one] or fixed[two] else amount
    assert pairs.tolist() == [side[word] for word in spelled]
    left, right = forms.split_compounds(*shape, counts, searched, pairs, fixed, 2)
    for at, word in enumerate(spelled):
        two = twin_split(word, at, known, count, searched, pairs, fixed)
        assert (left[at], right[at]) == two, word
    begins, mended = keys.mend_blanks(
        words.begins, words.words, *shape, counts, searched, pairs, left, right, fixed, 2
    )
    found = [mended[a:b].tolist() for a, b in pairwise(begins.tolist())]
    assert found == [twin_mend(term, spelled, known, count, searched, pairs, left, right, fixed) for term in terms]


def twin_split(word: str, at: int, known: Any, count: Any, searched: Any, pairs: Any, fixed: Any) -> tuple[int, int]:
    if fixed[at] or searched[at] >= pairs[at] > 0:
        return -1, -1
    best, two = (2 * count[at] - 1 if pairs[at] == 0 else 0), (-1, -1)
    for lost in (0, 1) if pairs[at] == 0 else (0,):
        for cut in range(1, len(word)):
            one, other = word[:cut], word[cut + lost :]
            if min(len(one), len(other)) < (1 if pairs[at] else 3) or not {one, other} <= known.keys():
                continue
            mine = min(count[known[one]], count[known[other]])
            if mine > best and not fixed[known[one]] and not fixed[known[other]]:
                best, two = mine, (known[one], known[other])
    return two


def twin_mend(
    term: list[int],
    spelled: Any,
    known: Any,
    count: Any,
    searched: Any,
    pairs: Any,
    left: Any,
    right: Any,
    fixed: Any,
) -> list[int]:
    mended: list[int] = []
    place = 0
    while place < len(term):
        one, two = term[place], term[place + 1] if place + 1 < len(term) else -1
        if two >= 0 and not fixed[one] and not fixed[two]:
            whole = known.get(spelled[one] + spelled[two], -1)
            if whole >= 0 and searched[whole] >= pairs[whole]:
                mended.append(whole)
                place += 2
                continue
            best, moved = 2 * min(count[one], count[two]) - 1, []
            for first, second in (
                (spelled[one][:-1], spelled[one][-1] + spelled[two]),
                (spelled[one] + spelled[two][0], spelled[two][1:]),
            ):
                if {first, second} <= known.keys() and min(count[known[first]], count[known[second]]) > best:
                    moved = [known[first], known[second]]
                    best = min(count[moved[0]], count[moved[1]])
            if moved:
                mended += moved
                place += 2
                continue
        mended += [one] if left[one] < 0 else [int(left[one]), int(right[one])]
        place += 1
    return mended


def test_a_key_is_its_naming_words_sorted_each_once() -> None:
    terms = ["the green tea", "green mat", "mats green the mat", "2 pack mat", "mat 14", "pack of 2 mat", "green",
             "30cm mat", "glasses", "wine glasses", "pack mat"]  # fmt: skip
    words = read_words(terms)
    spelled = spell_all(words)
    at = spelled.index
    kinds, alone = np.zeros(len(spelled), np.int64), np.zeros(len(spelled), np.bool_)
    for word, kind in {"the": 1, "green": 1, "of": 1, "pack": 2, "2": 3, "14": 3, "30cm": 4}.items():
        kinds[at(word)] = kind
    roots = np.arange(len(spelled))
    roots[at("mats")] = at("mat")
    roots[at("glasses")] = at("tea")  # any other word
    alone[at("glasses")] = True
    begins, parts, hashes = keys.make_keys(
        words.begins, words.words, kinds, roots, alone, words.hashes, np.array([at("green")]), np.array([at("tea")])
    )
    found = [sorted(spelled[k] for k in parts[a:b]) for a, b in pairwise(begins.tolist())]
    assert found == [
        ["green", "tea"], ["mat"], ["mat"], ["mat"], ["14", "mat"], ["mat"], ["green"], ["mat"], ["glasses"],
        ["tea", "wine"], ["mat", "pack"],
    ]  # fmt: skip
    assert len({hashes[k] for k in (1, 2, 3, 5, 7)}) == 1
    assert len(set(hashes.tolist())) == 7


@pytest.mark.parametrize("seed", range(3))
def test_a_repair_in_context_is_that_of_every_key(seed: int) -> None:
    source = draw(seed)
    drawn = sorted({tuple(sorted(set(source.integers(0, 12, source.integers(1, 4)).tolist()))) for _ in range(80)})
    begins = np.concatenate([[0], np.cumsum([len(key) for key in drawn])])
    parts = np.array([word for key in drawn for word in key])
    hashes = source.integers(0, 2**63, 12).astype(np.uint64)
    values = np.array([keys.hash_key(parts, a, b, hashes) for a, b in pairwise(begins.tolist())], np.uint64)
    _, _, slots, key_hashes = letters.number_hashes(values)
    terms, counts = source.integers(1, 9, len(drawn)), source.integers(1, 60, 12)
    slips = np.full((12, 2), -1)
    for word in source.choice(12, 6, replace=False).tolist():
        slips[word] = source.choice(12, 2, replace=False)
    kinds, roots = np.zeros(12, np.int64), np.arange(12)
    kinds[3], roots[5] = keys.LEFT_OUT, 2
    new_begins, repaired, _ = repair_keys(
        begins, parts, hashes, slots, key_hashes, terms, slips, kinds, roots, counts, 4
    )
    found = [tuple(repaired[a:b].tolist()) for a, b in pairwise(new_begins.tolist())]
    assert found == twin_repair(drawn, terms.tolist(), slips.tolist(), kinds, roots, counts)


def twin_repair(drawn: Any, terms: Any, slips: Any, kinds: Any, roots: Any, counts: Any) -> list[tuple[int, ...]]:
    number = {key: at for at, key in enumerate(drawn)}
    chosen: dict[tuple[int, int], int] = {}
    for at, key in enumerate(drawn):
        for word in key:
            best = terms[at] - 1
            for candidate in filter(lambda other: other >= 0, slips[word]):
                rest = {other for other in key if other != word}
                rest |= set() if kinds[candidate] == keys.LEFT_OUT else {int(roots[candidate])}
                other = number.get(tuple(sorted(rest)), at)
                if other != at and terms[other] > best:
                    best, chosen[at, word] = terms[other], candidate
    repaired = []
    for at, key in enumerate(drawn):
        new = set()
        for word in key:
            holders = [k for k, other in enumerate(drawn) if word in other]
            known = sum((k, word) in chosen for k in holders)
            pick = chosen.get((at, word)) if 2 * known >= len(holders) else None
            if pick is None and slips[word][0] >= 0 and counts[slips[word][0]] >= 4 * counts[word]:
                pick = slips[word][0]
            if pick is None:
                new.add(word)
            elif kinds[pick] != keys.LEFT_OUT:
                new.add(int(roots[pick]))
        repaired.append(tuple(sorted(new)) or key)
    return repaired
