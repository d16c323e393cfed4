"""Keys of one country around leaders: by cosine of words and by what is clicked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skills.niches.arrays import Floats, Ints
from skills.niches.cosine import group_rows
from skills.niches.letters import UNSPACED, list_grams, number_hashes
from skills.niches.lexicon import Keys
from skills.niches.policy import NichesPolicy
from skills.niches.vectors import Rows, make_empty_rows, make_rows, take_rows, weigh_rarity


@dataclass(frozen=True, slots=True)
class Groups:
    """Keys and their leaders.

    Attributes:
        leaders: Key → up to three leaders (keys), the closest first, −1 behind them.
        cosines, click_cosines: How close by words, by clicked products.
        near, closeness: Word → the word that it is nearly spelled like (itself: none), cosine.
    """

    leaders: Ints
    cosines: Floats
    click_cosines: Floats
    near: Ints
    closeness: Floats


def group_keys(keys: Keys, clicks: Rows | None, policy: NichesPolicy) -> Groups:
    """Leaders of each key, the most searched first.

    Args:
        clicks: Key → clicked products; None: no clicks are known.
    """
    near, closeness = find_near_words(keys, policy)
    order = np.lexsort((np.arange(len(keys.terms)), -keys.terms, -keys.volumes))
    rows = order_rows(_weigh_words(keys, near, closeness), order)
    clicked = order_rows(clicks, order) if clicks else make_empty_rows(len(order))
    found, cosines, click_cosines = group_rows(
        rows.begins, rows.features, rows.weights, rows.count, policy.key_cosine,
        clicked.begins, clicked.features, clicked.weights, clicked.count, policy.click_cosine,
        np.zeros(len(order), np.bool_), np.full(len(order), -1), policy.share_margin, policy.most_compared,
    )  # fmt: skip
    leaders = np.full_like(found, -1)
    leaders[order] = np.where(found >= 0, order[found], -1)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return Groups(leaders, cosines[back], click_cosines[back], near, closeness)


def find_near_words(keys: Keys, policy: NichesPolicy) -> tuple[Ints, Floats]:
    """For each rare word the more frequent one that shares most pairs of letters (itself where none is close)."""
    words = keys.words
    near, closeness = np.arange(len(words.hashes)), np.ones(len(words.hashes))
    length = words.ends - words.starts
    long = length >= np.where(words.letters[words.starts] & UNSPACED, 3, policy.shortest_word)
    used = np.zeros(len(near), np.bool_)
    used[keys.repaired] = True
    chosen = np.flatnonzero(used & long & ~keys.fixed)
    chosen = chosen[np.lexsort((chosen, -keys.counts[chosen]))]
    begins, grams = list_grams(words.letters, words.starts[chosen], words.ends[chosen])
    numbers, first, _, _ = number_hashes(grams)
    amounts = weigh_rarity(np.bincount(numbers, minlength=len(first)), len(chosen))[numbers]
    rows, none = make_rows(begins, numbers, amounts, len(first)), make_empty_rows(len(chosen))
    found, cosines, _ = group_rows(
        rows.begins, rows.features, rows.weights, rows.count, policy.word_cosine,
        none.begins, none.features, none.weights, none.count, 1.0,
        keys.counts[chosen] >= policy.established_terms, np.full(len(chosen), -1), 0.0,
        policy.most_compared,
    )  # fmt: skip
    near[chosen], closeness[chosen] = chosen[found[:, 0]], np.minimum(cosines[:, 0], 1.0)
    return near, closeness


def _weigh_words(keys: Keys, near: Ints, closeness: Floats) -> Rows:
    """Each repaired key as weighted words; a rare word counts partly as the one that it is nearly spelled like."""
    parts = keys.repaired
    amounts = weigh_rarity(np.bincount(near[parts], minlength=len(near)), len(keys.terms))[near[parts]]
    alike = np.flatnonzero(near[parts] != parts)
    close = closeness[parts[alike]]
    rest = amounts[alike] * np.sqrt(1.0 - close * close)
    amounts[alike] *= close
    added = np.zeros(len(parts) + 1, np.int64)
    added[alike + 1] = 1
    begins = keys.repaired_begins + np.cumsum(added)[keys.repaired_begins]
    values = np.insert(near[parts], alike + 1, parts[alike])
    return make_rows(begins, values, np.insert(amounts, alike + 1, rest), len(near))


def order_rows(rows: Rows, order: Ints) -> Rows:
    """The rows in another order."""
    begins, places = take_rows(rows.begins, order)
    return Rows(begins, rows.features[places], rows.weights[places], rows.count)
