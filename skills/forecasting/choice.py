"""Which model forecasts a series: what was cheapest for its zero class in the look back, or clearly for itself."""

from __future__ import annotations

import numpy as np

from skills.forecasting import models
from skills.forecasting.arrays import Floats, Ints

ORIGIN_WEIGHT = 9.0
CLASS_WEIGHT = 300.0
"""What the class has shown weighs this much against a series' own origins: of ten candidates one wins nine
overlapping looks at one series by chance, and choosing it lost on every set it was tried on."""
FEWEST = 30
"""Series that a class needs to choose for itself; with fewer the default stands."""


def choose_models(losses: Floats, weeks: Floats, sales: Floats) -> Ints:
    """One model per series: the least relative loss, its own drawn towards that of its class.

    A series that no origin could judge keeps its default, one with fewer than eight known weeks its mean.

    Args:
        losses: (series, model) pinball loss summed over the origins.
        weeks: Known weeks per series.
        sales: Weeks with a sale per series.
    """
    chosen = models.choose_defaults(weeks, sales)
    own = np.take_along_axis(losses, chosen[:, None], axis=1)
    wide = models.widen_classes(models.find_classes(weeks, sales))
    for kind in range(len(models.WIDE_CLASSES)):
        rows = np.flatnonzero((wide == kind) & (own[:, 0] > 0.0))
        if len(rows) < FEWEST:
            continue
        # sorted, so that the order of the series does not reach the last digit of a sum
        total = np.cumsum(np.sort(losses[rows], axis=0), axis=0)[-1]
        of_class = total / np.cumsum(np.sort(own[rows, 0]))[-1]
        score = ORIGIN_WEIGHT * (losses[rows] / own[rows]) + CLASS_WEIGHT * of_class
        chosen[rows] = score.argmin(axis=1)
    return np.where(weeks < models.START_WEEKS, models.MEAN, chosen).astype(np.int64)
