"""Smoothing kernels: one series at a time, a grid of constants instead of an optimiser.

Every kernel reads the known weeks of one series in order (weeks without stock are already left out) and keeps the
constants with the least squared one-step error; ties go to the smallest constant. No fastmath, no parallel loop,
no exp, log or pow: the same bits on every x86-64 machine. Each has a plain twin in tests/skills/forecasting.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.forecasting.arrays import Bools, Floats, Ints

ALPHAS: Floats = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99])
"""Constants tried by SES, by Theta on its second line, and by ADIDA on its buckets."""
SLOW: Floats = np.array([0.05, 0.1, 0.2, 0.3])
"""Constants tried for sale sizes, intervals (SBA) and chances of a sale (TSB)."""
DAMPED: Floats = np.array(
    [
        (level, level * trend, damping)
        for level in (0.05, 0.1, 0.2, 0.35, 0.5, 0.8)
        for trend in (0.05, 0.15, 0.4)
        for damping in (0.8, 0.9, 0.98)
    ]
)
"""Damped trend: constants of level and trend, and damping per week."""

START_WEEKS = 8
"""Weeks whose mean starts a level; a series with fewer known weeks is forecast by its mean."""


@njit(cache=True)
def fit_ses(values: Floats, grid: Floats, start: float) -> float:
    """Simple exponential smoothing: the last level of the best constant in the grid."""
    tried = grid.size
    level = np.empty(tried)
    error = np.zeros(tried)
    for k in range(tried):
        level[k] = start
    for t in range(values.size):
        value = values[t]
        for k in range(tried):
            miss = value - level[k]
            error[k] += miss * miss
            level[k] += grid[k] * miss
    best = 0
    for k in range(1, tried):
        if error[k] < error[best]:
            best = k
    return float(level[best])


@njit(cache=True)
def start_level(values: Floats, weeks: int) -> float:
    """Mean of the first weeks."""
    total = 0.0
    used = min(weeks, values.size)
    for t in range(used):
        total += values[t]
    return total / used


@njit(cache=True)
def fit_line(values: Floats, used: int) -> tuple[float, float]:
    """Least squares through the first `used` values: the value at 0 and the slope."""
    middle = (used - 1) / 2.0
    total = 0.0
    moment = 0.0
    weight = 0.0
    for t in range(used):
        total += values[t]
        moment += (t - middle) * values[t]
        weight += (t - middle) * (t - middle)
    slope = moment / weight if weight > 0.0 else 0.0
    return total / used - slope * middle, slope


@njit(cache=True)
def fit_theta(values: Floats, grid: Floats) -> tuple[float, float]:
    """Theta with two lines (Assimakopoulos and Nikolopoulos 2000): level after the last week and slope per week."""
    weeks = values.size
    start, slope = fit_line(values, weeks)
    curved = np.empty(weeks)
    for t in range(weeks):
        curved[t] = 2.0 * values[t] - (start + slope * t)
    level = fit_ses(curved, grid, start_level(curved, START_WEEKS))
    return 0.5 * (level + start + slope * (weeks - 1)), 0.5 * slope


@njit(cache=True)
def fit_damped(values: Floats, grid: Floats) -> tuple[float, float, float]:
    """Damped trend (Gardner and McKenzie 1985): level, trend and damping after the last week."""
    tried = grid.shape[0]
    start, slope = fit_line(values, min(10, values.size))
    level = np.empty(tried)
    trend = np.empty(tried)
    error = np.zeros(tried)
    alpha = np.empty(tried)
    beta = np.empty(tried)
    damping = np.empty(tried)
    for k in range(tried):
        level[k] = start - slope
        trend[k] = slope
        alpha[k] = grid[k, 0]
        beta[k] = grid[k, 1]
        damping[k] = grid[k, 2]
    for t in range(values.size):
        value = values[t]
        for k in range(tried):
            step = damping[k] * trend[k]
            ahead = level[k] + step
            miss = value - ahead
            error[k] += miss * miss
            level[k] = ahead + alpha[k] * miss
            trend[k] = step + beta[k] * miss
    best = 0
    for k in range(1, tried):
        if error[k] < error[best]:
            best = k
    return level[best], trend[best], damping[best]


@njit(cache=True)
def fit_sba(values: Floats, grid: Floats) -> float:
    """Croston's method with the correction of Syntetos and Boylan (2005): units per week.

    The first value must be a sale (a series starts at its first sale).
    """
    tried = grid.size
    size = np.empty(tried)
    interval = np.empty(tried)
    error = np.zeros(tried)
    for k in range(tried):
        size[k] = values[0]
        interval[k] = 1.0
    waited = 1.0
    for t in range(1, values.size):
        value = values[t]
        for k in range(tried):
            miss = value - (1.0 - 0.5 * grid[k]) * size[k] / interval[k]
            error[k] += miss * miss
        if value > 0.0:
            for k in range(tried):
                size[k] += grid[k] * (value - size[k])
                interval[k] += grid[k] * (waited - interval[k])
            waited = 1.0
        else:
            waited += 1.0
    best = 0
    for k in range(1, tried):
        if error[k] < error[best]:
            best = k
    return float((1.0 - 0.5 * grid[best]) * size[best] / interval[best])


@njit(cache=True)
def fit_tsb(values: Floats, grid: Floats) -> float:
    """Teunter, Syntetos and Babai (2011): chance of a sale × size of a sale, the chance falls in every empty week."""
    tried = grid.size
    weeks = values.size
    sales = 0.0
    for t in range(min(START_WEEKS, weeks)):
        if values[t] > 0.0:
            sales += 1.0
    chance = np.empty((tried, tried))
    size = np.empty(tried)
    error = np.zeros((tried, tried))
    for i in range(tried):
        size[i] = values[0]
        for j in range(tried):
            chance[i, j] = sales / min(START_WEEKS, weeks)
    for t in range(weeks):
        value = values[t]
        sold = 1.0 if value > 0.0 else 0.0
        for i in range(tried):
            for j in range(tried):
                miss = value - size[i] * chance[i, j]
                error[i, j] += miss * miss
                chance[i, j] += grid[j] * (sold - chance[i, j])
            if sold > 0.0:
                size[i] += grid[i] * (value - size[i])
    first = 0
    second = 0
    for i in range(tried):
        for j in range(tried):
            if error[i, j] < error[first, second]:
                first, second = i, j
    return float(size[first] * chance[first, second])


@njit(cache=True)
def fit_adida(values: Floats, grid: Floats) -> float:
    """Aggregate-disaggregate (Nikolopoulos and others 2011): SES over buckets as long as the mean interval."""
    weeks = values.size
    sales = 0
    for t in range(weeks):
        if values[t] > 0.0:
            sales += 1
    if sales == 0:
        return 0.0
    width = (2 * weeks + sales) // (2 * sales)
    buckets = weeks // width
    offset = weeks - buckets * width
    sums = np.zeros(buckets)
    for i in range(buckets):
        for t in range(offset + i * width, offset + (i + 1) * width):
            sums[i] += values[t]
    return fit_ses(sums, grid, start_level(sums, START_WEEKS)) / width


@njit(cache=True)
def fit_series(
    values: Floats, known: Bools, ends: Ints, alphas: Floats, slow: Floats, damped: Floats
) -> tuple[Floats, Ints]:
    """All models on every series up to its own end.

    Returns:
        (series, model, 3): level after the last known week, trend and damping per week, in the order of
        `choice.MODELS`; and the number of known weeks per series.
    """
    rows, weeks = values.shape
    fitted = np.zeros((rows, 7, 3))
    counts = np.zeros(rows, np.int64)
    buffer = np.empty(weeks)
    for row in range(rows):
        used = 0
        started = False
        for t in range(min(ends[row], weeks)):
            if known[row, t] and (started or values[row, t] > 0.0):
                started = True
                buffer[used] = values[row, t]
                used += 1
        counts[row] = used
        if used == 0:
            continue
        series = buffer[:used]
        mean = start_level(series, used)
        for model in range(7):
            fitted[row, model, 0] = mean
        if used < START_WEEKS:
            continue
        fitted[row, 1, 0] = fit_ses(series, alphas, start_level(series, START_WEEKS))
        fitted[row, 2, 0], fitted[row, 2, 1] = fit_theta(series, alphas)
        fitted[row, 2, 2] = 1.0
        fitted[row, 3, 0], fitted[row, 3, 1], fitted[row, 3, 2] = fit_damped(series, damped)
        fitted[row, 4, 0] = fit_sba(series, slow)
        fitted[row, 5, 0] = fit_tsb(series, slow)
        fitted[row, 6, 0] = fit_adida(series, alphas)
    return fitted, counts


@njit(cache=True)
def measure_spread(values: Floats, known: Bools, ends: Ints) -> tuple[Floats, Floats, Ints]:
    """Recent squared miss of a slow level, mean and number of the known weeks, per series up to its own end."""
    rows, weeks = values.shape
    squares = np.zeros(rows)
    means = np.zeros(rows)
    counts = np.zeros(rows, np.int64)
    for row in range(rows):
        level = 0.0
        total = 0.0
        used = 0
        for t in range(min(ends[row], weeks)):
            if not known[row, t]:
                continue
            value = values[row, t]
            used += 1
            total += value
            if used == 1:
                level = value
                continue
            miss = value - level
            weight = max(0.05, 1.0 / (used - 1))
            squares[row] += weight * (miss * miss - squares[row])
            level += max(0.1, 1.0 / used) * miss
        counts[row] = used
        if used > 0:
            means[row] = total / used
    return squares, means, counts
