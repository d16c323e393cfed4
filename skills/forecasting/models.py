"""The models a series can be forecast by, and what a series takes before it has shown anything."""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.forecasting.arrays import Floats, Ints
from skills.vocabulary import mark

MODELS: tuple[str, ...] = (
    mark("mean"),
    "SES",
    "Theta",
    mark("damped trend"),
    "SBA",
    "TSB",
    "ADIDA",
    mark("steady mean"),
    mark("mean of Theta and damped trend"),
    mark("mean of steady mean and TSB"),
    mark("same week a year before"),
)
"""Order of models in every array of this skill. The first eight have a level, a trend and a damping; the two blends
are made of them; the last reads its weeks ahead from the history."""
MEAN, SES, THETA, DAMPED, SBA, TSB, ADIDA, STEADY, TREND_BLEND, SPARSE_BLEND, SEASONAL = range(11)

START_WEEKS = 8
"""A series with fewer known weeks is forecast by its mean."""
TREND_HISTORY = 52
"""Known weeks from which a series without zero weeks is trusted with a trend."""
TREND_WEEKS = 13
"""Weeks ahead over which a trend is carried; it is held after that."""
ZERO_CLASSES: Floats = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
"""Upper bounds of the share of zero weeks in each class; above the last is one more."""
WIDE_CLASSES: Ints = np.array([0, 2, 8, 11])
"""First class of each wide one: up to 5, 60 and 90 % zero weeks, and above."""
CLASSES = len(ZERO_CLASSES) + 1


@njit(cache=True)
def find_class(weeks: float, sales: float) -> int:
    """Zero class: 0 (≤ 2 % zero weeks) … 12 (> 95 %), of the known weeks since the first sale."""
    share = 1.0 - sales / max(weeks, 1.0)
    kind = 0
    for bound in ZERO_CLASSES:
        kind += 1 if share > bound else 0
    return kind


@njit(cache=True)
def find_classes(weeks: Floats, sales: Floats) -> Ints:
    """Zero class of each series."""
    classes = np.empty(weeks.size, np.int64)
    for series in range(weeks.size):
        classes[series] = find_class(weeks[series], sales[series])
    return classes


def widen_classes(classes: Ints) -> Ints:
    """Wide class of each zero class."""
    return np.searchsorted(WIDE_CLASSES, classes, side="right") - 1


@njit(cache=True)
def choose_default(weeks: float, sales: float) -> int:
    """Model of a series before it has shown anything: by zero class, and the mean below eight weeks."""
    if weeks < START_WEEKS:
        return MEAN
    return TREND_BLEND if weeks >= TREND_HISTORY and find_class(weeks, sales) < WIDE_CLASSES[1] else SPARSE_BLEND


@njit(cache=True)
def choose_defaults(weeks: Floats, sales: Floats) -> Ints:
    """Default of each series."""
    chosen = np.empty(weeks.size, np.int64)
    for series in range(weeks.size):
        chosen[series] = choose_default(weeks[series], sales[series])
    return chosen
