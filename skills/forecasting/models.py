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
    mark("median of SES, Theta and damped trend"),
    mark("mean of SES, ADIDA and TSB"),
    mark("same week a year before"),
    mark("global learner"),
)
"""Order of models in every array of this skill. The first seven have a level, a trend and a damping; the two blends
are made of them; the last two bring their weeks ahead with them."""
MEAN, SES, THETA, DAMPED, SBA, TSB, ADIDA, MEDIAN_BLEND, SPARSE_BLEND, SEASONAL, LEARNER = range(11)

START_WEEKS = 8
"""A series with fewer known weeks is forecast by its mean."""
TREND_WEEKS = 13
"""Weeks ahead over which a trend is carried; it is held after that."""
ZERO_CLASSES: Floats = np.array([0.05, 0.60, 0.90])
"""Upper bounds of the share of zero weeks; above the last is the fourth class."""
DEFAULTS: Ints = np.array([MEDIAN_BLEND, SPARSE_BLEND, SPARSE_BLEND, SPARSE_BLEND])
"""Model of each zero class before a series has shown anything."""


@njit(cache=True)
def find_class(weeks: float, sales: float) -> int:
    """Zero class: 0 (≤ 5 % zero weeks) … 3 (> 90 %), of the known weeks since the first sale."""
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


@njit(cache=True)
def choose_default(weeks: float, sales: float) -> int:
    """Model of the zero class; the mean below eight weeks."""
    return MEAN if weeks < START_WEEKS else DEFAULTS[find_class(weeks, sales)]
