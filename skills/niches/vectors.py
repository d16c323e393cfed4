"""Rows of features with weights, as the cosine reads them: rarest feature first, length 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numba import njit

from skills.niches.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows.

    Attributes:
        begins: Row → its first entry; one more for the end.
        features: Entry → feature, in one order for all rows, the rarest first.
        weights: Entry → weight; each row has length 1.
        count: How many features there are.
    """

    begins: Ints
    features: Ints
    weights: Floats
    count: int


def make_rows(begins: Ints, values: Ints, amounts: Floats, count: int) -> Rows:
    """Rows of values with amounts (equal values of a row are added), scaled to length 1.

    Args:
        begins: Row → its first entry; one more for the end.
        count: How many different values there are.
    """
    frequency = np.bincount(values, minlength=count)
    ranks = np.empty(count, np.int64)
    ranks[np.argsort(frequency, kind="stable")] = np.arange(count)
    new_begins, features, weights = _scale_rows(begins, values, amounts, ranks)
    return Rows(new_begins, features, weights, count)


def make_empty_rows(count: int) -> Rows:
    """So many rows without any entry."""
    return Rows(np.zeros(count + 1, np.int64), np.empty(0, np.int64), np.empty(0, np.float64), 0)


def take_rows(begins: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Chosen rows in a given order: where each begins then, and at which entry each of its entries was."""
    lengths = np.diff(begins)[rows]
    new_begins = np.concatenate([[0], np.cumsum(lengths)])
    return new_begins, np.repeat(begins[rows] - new_begins[:-1], lengths) + np.arange(new_begins[-1])


def weigh_rarity(frequency: Ints, rows: int) -> Floats:
    """Weight of a feature that so many of the rows have: ln(1 + rows ÷ frequency), to nine digits (idf)."""
    different, places = np.unique(frequency, return_inverse=True)
    table = [round(log(1 + rows / max(number, 1)), 9) for number in different.tolist()]
    return np.array(table, np.float64)[places]


@njit(cache=True)
def _scale_rows(begins: Ints, values: Ints, amounts: Floats, ranks: Ints) -> tuple[Ints, Ints, Floats]:
    new_begins = np.zeros(begins.size, np.int64)
    features = np.empty(values.size, np.int64)
    weights = np.empty(values.size, np.float64)
    filled = 0
    for row in range(begins.size - 1):
        start = filled
        for entry in range(begins[row], begins[row + 1]):
            feature = ranks[values[entry]]
            place = filled
            while place > start and features[place - 1] > feature:
                place -= 1
            if place > start and features[place - 1] == feature:
                weights[place - 1] += amounts[entry]
                continue
            for later in range(filled, place, -1):
                features[later], weights[later] = features[later - 1], weights[later - 1]
            features[place], weights[place] = feature, amounts[entry]
            filled += 1
        length = 0.0
        for place in range(start, filled):
            length += weights[place] * weights[place]
        length = np.sqrt(length)
        for place in range(start, filled):
            weights[place] /= length
        new_begins[row + 1] = filled
    return new_begins, features[:filled].copy(), weights[:filled].copy()
