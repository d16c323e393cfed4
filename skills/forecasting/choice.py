"""Which model forecasts a series: what was cheapest for its zero class in the look back, or clearly for itself."""

from __future__ import annotations

import numpy as np

from skills.forecasting import models
from skills.forecasting.arrays import Floats, Ints

ORIGIN_WEIGHT = 9.0
CLASS_WEIGHT = 300.0
"""What the class has shown weighs this much against a series' own origins: of ten candidates one wins nine
overlapping looks at one series by chance, and choosing it lost on every set it was tried on."""
HURDLE = 0.85
"""The default stands unless another model costs less than this share of it, by units and with every series of the
class counted alike: misses are pooled for the default."""
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
        relative = losses[rows] / own[rows]
        alike = np.cumsum(np.sort(relative, axis=0), axis=0)[-1] / len(rows)
        by_units = np.cumsum(np.sort(losses[rows], axis=0), axis=0)[-1] / np.cumsum(np.sort(own[rows, 0]))[-1]
        score = (ORIGIN_WEIGHT * relative + CLASS_WEIGHT * by_units) / (ORIGIN_WEIGHT + CLASS_WEIGHT)
        score = np.where((alike < HURDLE) & (score < HURDLE), score, np.inf)
        clear = np.isfinite(score).any(axis=1)
        chosen[rows] = np.where(clear, score.argmin(axis=1), chosen[rows])
    return np.where(weeks < models.START_WEEKS, models.MEAN, chosen).astype(np.int64)
