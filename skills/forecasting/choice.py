"""Which model forecasts a series: blends by share of zero weeks, unless one model was clearly better before."""

from __future__ import annotations

import numpy as np

from skills.forecasting import kernels
from skills.forecasting.arrays import Bools, Floats, Ints
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
)
"""Order of models in every array of this skill; the last two are blends of the others."""
MEAN, SES, THETA, DAMPED, SBA, TSB, ADIDA, MEDIAN_BLEND, SPARSE_BLEND = range(9)

ZERO_CLASSES: tuple[float, ...] = (0.05, 0.60, 0.90)
"""Upper bounds of the share of zero weeks; above the last is the fourth class."""
DEFAULTS: Ints = np.array([MEDIAN_BLEND, SPARSE_BLEND, SPARSE_BLEND, SPARSE_BLEND])
"""Model of each zero class before a series has shown anything."""

TREND_WEEKS = 13
"""Weeks ahead over which a trend is carried; it is held after that."""
CLEARLY = 0.6
"""A model replaces the default of its class when its error was below this share of the default's, both in the newer
and in the older half of the origins: of six candidates one wins a single look by chance."""
LEAST_ORIGINS = 2
"""Origins that each half needs."""


def class_zeros(values: Floats, known: Bools) -> Ints:
    """Zero class per row: 0 (≤ 5 % zero weeks) … 3 (> 90 %), from the known weeks since the first sale."""
    sold = known & (values > 0.0)
    started = np.logical_or.accumulate(sold, axis=1)
    weeks = np.maximum((known & started).sum(axis=1), 1)
    share = 1.0 - sold.sum(axis=1) / weeks
    return np.asarray(np.searchsorted(np.array(ZERO_CLASSES), share, side="left"), dtype=np.int64)


def fit_models(values: Floats, known: Bools, ends: Ints) -> tuple[Floats, Ints]:
    """Level, trend and damping of each model per row, from the weeks before `ends`; and the known weeks used."""
    fitted, counts = kernels.fit_series(
        np.ascontiguousarray(values),
        np.ascontiguousarray(known),
        np.ascontiguousarray(ends),
        kernels.ALPHAS,
        kernels.SLOW,
        kernels.DAMPED,
    )
    return fitted, counts


def draw_paths(fitted: Floats, weeks: int) -> Floats:
    """(row, model, week ahead) units per week, blends included, never negative."""
    rows = fitted.shape[0]
    paths = np.empty((rows, len(MODELS), weeks))
    level = fitted[:, :, 0].copy()
    step = fitted[:, :, 1].copy()
    for ahead in range(weeks):
        if ahead < TREND_WEEKS:
            step = step * fitted[:, :, 2]
            level = level + step
        paths[:, :MEDIAN_BLEND, ahead] = level
    paths[:, :MEDIAN_BLEND] = np.maximum(paths[:, :MEDIAN_BLEND], 0.0)
    ses, theta, damped = paths[:, SES], paths[:, THETA], paths[:, DAMPED]
    paths[:, MEDIAN_BLEND] = np.maximum(np.minimum(ses, theta), np.minimum(np.maximum(ses, theta), damped))
    paths[:, SPARSE_BLEND] = (paths[:, SES] + paths[:, ADIDA] + paths[:, TSB]) / 3.0
    return paths


def default_models(classes: Ints, counts: Ints) -> Ints:
    """Model per row by zero class; the mean below eight known weeks."""
    return np.where(counts < kernels.START_WEEKS, MEAN, DEFAULTS[classes]).astype(np.int64)


def choose_models(errors: Floats, origins: Ints, classes: Ints, counts: Ints) -> Ints:
    """One model per row: the default of its zero class, unless another was clearly better, early and late.

    Args:
        errors: (newer or older half, row, model) absolute error summed over the rolling origins of that half.
        origins: (half, row) origins measured.
        classes: Zero class per row.
        counts: Known weeks per row.
    """
    default = default_models(classes, counts)
    own = np.take_along_axis(errors, default[None, :, None], axis=2)
    seen = np.asarray((origins >= LEAST_ORIGINS).all(axis=0))
    clear = np.asarray((errors < CLEARLY * own).all(axis=0)) & seen[:, None]
    total = np.where(clear, errors.sum(axis=0), np.inf)
    chosen = np.where(clear.any(axis=1), total.argmin(axis=1), default)
    return np.where(counts < kernels.START_WEEKS, MEAN, chosen).astype(np.int64)


def take_model(paths: Floats, chosen: Ints) -> Floats:
    """(row, week ahead) of the chosen model."""
    return np.take_along_axis(paths, chosen[:, None, None], axis=1)[:, 0]
