"""Demand drawn from its quantiles, by a seed: linear between them, from 0 below, beyond p98 as steep as from p90."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from skills.vocabulary import QUANTILES

Floats = npt.NDArray[np.float64]

_SHARES = np.array([0.0, *QUANTILES.values(), 1.0])


def draw_demand(quantiles: Floats, periods: int, seed: int) -> Floats:
    """Units of each period, independent of each other.

    Args:
        quantiles: p10, p50, p75, p90, p98 of one period [units].
        periods: How many to draw.
        seed: The same seed and quantiles give the same demand.
    """
    tail = quantiles[4] + (quantiles[4] - quantiles[3]) / 4.0
    levels = np.concatenate([[0.0], np.maximum.accumulate(quantiles), [max(tail, quantiles[4])]])
    return np.asarray(np.interp(np.random.Generator(np.random.PCG64(seed)).random(periods), _SHARES, levels))
