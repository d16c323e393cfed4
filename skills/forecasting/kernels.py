"""Smoothing kernels over blocks of series: a grid of constants instead of an optimiser, all origins in one pass.

A constant never weighs a week less than the plain mean of the weeks seen so far would, max(constant, 1 ÷ weeks), so
no start value is needed. At each stop the constant with the least squared one-step error up to there gives the
state; ties go to the first.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.forecasting.arrays import Floats, Ints
from skills.forecasting.blocks import LANES

ALPHAS: Floats = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99])
"""Constants tried by SES, and by Theta on its second line."""
SLOW: Floats = np.array([0.05, 0.1, 0.2, 0.3])
"""Constants tried by SBA, and by TSB for the chance of a sale."""

SIZES: Floats = np.array([0.1, 0.3])
"""Constants tried by TSB for the size of a sale."""
BUCKET_ALPHAS: Floats = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.5])
"""Constants tried by ADIDA."""
WIDTHS: Ints = np.array([2, 4, 8, 13])
"""Weeks per bucket of ADIDA; a series takes the one nearest to its mean interval, or no buckets at all."""
WIDTH_BOUNDS: Floats = np.array([1.5, 3.0, 6.0, 10.5])
"""Mean interval [weeks] from which each width is taken."""
DAMPED: Floats = np.array(
    [
        (level, level * trend, damping)
        for level in (0.05, 0.15, 0.3, 0.6, 0.99)
        for trend in (0.05, 0.2, 0.5)
        for damping in (0.9, 1.0)
    ]
)
"""Damped trend: constants of level and trend, and damping per week."""


@njit(cache=True)
def fit_levels(
    units: Floats,
    seen: Floats,
    gain: Floats,
    place: Floats,
    weeks: Floats,
    slope: Floats,
    stops: Ints,
    ses: Floats,
    theta: Floats,
) -> None:
    """Simple exponential smoothing, and Theta with two lines (Assimakopoulos and Nikolopoulos 2000).

    Smoothing is linear: Theta's second line, twice the units less the trend line, has the error of the units twice
    less that of the line. So one pass over the units and the number of the week gives both.

    Args:
        place: (row, lane) number of the week among those seen.
        weeks: (stop, lane) weeks seen.
        slope: (stop, lane) of the least-squares line.
        ses: Out: (stop, lane) level.
        theta: Out: (stop, lane) level after the last week; the slope per week is half of `slope`.
    """
    level, line = np.empty(LANES), np.empty(LANES)
    squares, cross, squares_line = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    least = np.full((2, stops.size, LANES), np.inf)
    for alpha in ALPHAS:
        level[:] = 0.0
        line[:] = 0.0
        squares[:] = 0.0
        cross[:] = 0.0
        squares_line[:] = 0.0
        at = 0
        for stop in range(stops.size):
            for row in range(at, stops[stop]):
                for lane in range(LANES):
                    weight = max(alpha, gain[row, lane])
                    miss = (units[row, lane] - level[lane]) * seen[row, lane]
                    miss_line = (place[row, lane] - line[lane]) * seen[row, lane]
                    squares[lane] += miss * miss
                    cross[lane] += miss * miss_line
                    squares_line[lane] += miss_line * miss_line
                    level[lane] += weight * miss
                    line[lane] += weight * miss_line
            at = stops[stop]
            for lane in range(LANES):
                better = squares[lane] < least[0, stop, lane]
                least[0, stop, lane] = squares[lane] if better else least[0, stop, lane]
                ses[stop, lane] = level[lane] if better else ses[stop, lane]
                drift = slope[stop, lane]
                error = 4.0 * (squares[lane] - drift * cross[lane]) + drift * drift * squares_line[lane]
                ahead = level[lane] + 0.5 * drift * (weeks[stop, lane] - 1.0 - line[lane])
                better = error < least[1, stop, lane]
                least[1, stop, lane] = error if better else least[1, stop, lane]
                theta[stop, lane] = ahead if better else theta[stop, lane]


@njit(cache=True)
def fit_damped(units: Floats, seen: Floats, gain: Floats, stops: Ints, out: Floats) -> None:
    """Damped trend (Gardner and McKenzie 1985) from a level of the first week and no trend.

    Args:
        out: Out: (stop, 3, lane) level, trend and damping after the last week.
    """
    level, trend, squares = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    least = np.full((stops.size, LANES), np.inf)
    for constant in range(DAMPED.shape[0]):
        alpha, beta, damping = DAMPED[constant, 0], DAMPED[constant, 1], DAMPED[constant, 2]
        level[:] = 0.0
        trend[:] = 0.0
        squares[:] = 0.0
        at = 0
        for stop in range(stops.size):
            for row in range(at, stops[stop]):
                for lane in range(LANES):
                    step = damping * trend[lane]
                    miss = (units[row, lane] - (level[lane] + step)) * seen[row, lane]
                    squares[lane] += miss * miss
                    level[lane] += seen[row, lane] * step + max(alpha, gain[row, lane]) * miss
                    moved = step + beta * miss
                    kept = moved if seen[row, lane] > 0.0 else trend[lane]
                    trend[lane] = kept if gain[row, lane] < 1.0 else 0.0
            at = stops[stop]
            for lane in range(LANES):
                better = squares[lane] < least[stop, lane]
                least[stop, lane] = squares[lane] if better else least[stop, lane]
                out[stop, 0, lane] = level[lane] if better else out[stop, 0, lane]
                out[stop, 1, lane] = trend[lane] if better else out[stop, 1, lane]
                out[stop, 2, lane] = damping if better else out[stop, 2, lane]


@njit(cache=True)
def fit_sba(units: Floats, seen: Floats, sale: Floats, wait: Floats, stops: Ints, out: Floats) -> None:
    """Croston's method with the correction of Syntetos and Boylan (2005): size of a sale ÷ interval."""
    size, interval, squares = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    least = np.full((stops.size, LANES), np.inf)
    for alpha in SLOW:
        size[:] = 0.0
        interval[:] = 1.0
        squares[:] = 0.0
        shrink = 1.0 - 0.5 * alpha
        at = 0
        for stop in range(stops.size):
            for row in range(at, stops[stop]):
                for lane in range(LANES):
                    miss = (units[row, lane] - shrink * size[lane] / interval[lane]) * seen[row, lane]
                    squares[lane] += miss * miss
                    weight = max(alpha, sale[row, lane]) if sale[row, lane] > 0.0 else 0.0
                    size[lane] += weight * (units[row, lane] - size[lane])
                    interval[lane] += weight * (wait[row, lane] - interval[lane])
            at = stops[stop]
            for lane in range(LANES):
                better = squares[lane] < least[stop, lane]
                least[stop, lane] = squares[lane] if better else least[stop, lane]
                out[stop, lane] = shrink * size[lane] / interval[lane] if better else out[stop, lane]


@njit(cache=True)
def fit_tsb(calm: Floats, seen: Floats, gain: Floats, sale: Floats, stops: Ints, out: Floats) -> None:
    """Teunter, Syntetos and Babai (2011): chance of a sale × size of a sale; the chance falls in every empty week.

    Args:
        calm: (row, lane) units of calm weeks.
    """
    size, chance, squares = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    least = np.full((stops.size, LANES), np.inf)
    for alpha in SIZES:
        for beta in SLOW:
            size[:] = 0.0
            chance[:] = 0.0
            squares[:] = 0.0
            at = 0
            for stop in range(stops.size):
                for row in range(at, stops[stop]):
                    for lane in range(LANES):
                        sold = 1.0 if sale[row, lane] > 0.0 else 0.0
                        miss = (calm[row, lane] - size[lane] * chance[lane]) * seen[row, lane]
                        squares[lane] += miss * miss
                        chance[lane] += max(beta, gain[row, lane]) * (sold - chance[lane]) * seen[row, lane]
                        size[lane] += max(alpha, sale[row, lane]) * (calm[row, lane] - size[lane]) * sold
                at = stops[stop]
                for lane in range(LANES):
                    better = squares[lane] < least[stop, lane]
                    least[stop, lane] = squares[lane] if better else least[stop, lane]
                    out[stop, lane] = size[lane] * chance[lane] if better else out[stop, lane]


@njit(cache=True)
def fit_adida(
    units: Floats,
    seen: Floats,
    weeks: Floats,
    sales: Floats,
    ses: Floats,
    stops: Ints,
    adida: Floats,
) -> None:
    """Aggregate-disaggregate (Nikolopoulos and others 2011): SES over buckets about as long as the mean interval.

    Buckets end at the stop; one of which less than half is known is passed over. A series that sells nearly every
    week takes the level of SES, one without a whole bucket too.
    """
    rows = units.shape[0]
    sums, counts = np.zeros((rows + 1, LANES)), np.zeros((rows + 1, LANES))
    for row in range(rows):
        for lane in range(LANES):
            sums[row + 1, lane] = sums[row, lane] + units[row, lane]
            counts[row + 1, lane] = counts[row, lane] + seen[row, lane]
    mean, weight = np.empty((rows, LANES)), np.empty((rows, LANES))
    level, error, least, best = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    used = np.empty(LANES)
    for stop in range(stops.size):
        for lane in range(LANES):
            adida[stop, lane] = ses[stop, lane]
    for number in range(WIDTHS.size):
        width = WIDTHS[number]
        for stop in range(stops.size):
            buckets = stops[stop] // width
            offset = stops[stop] - buckets * width
            used[:] = 0.0
            for bucket in range(buckets):
                low, high = offset + bucket * width, offset + (bucket + 1) * width
                for lane in range(LANES):
                    count = counts[high, lane] - counts[low, lane]
                    read = 1.0 if 2.0 * count >= width else 0.0
                    used[lane] += read
                    mean[bucket, lane] = (sums[high, lane] - sums[low, lane]) / max(count, 1.0)
                    weight[bucket, lane] = read / max(used[lane], 1.0)
            least[:] = np.inf
            for alpha in BUCKET_ALPHAS:
                level[:] = 0.0
                error[:] = 0.0
                for bucket in range(buckets):
                    for lane in range(LANES):
                        read = 1.0 if weight[bucket, lane] > 0.0 else 0.0
                        miss = (mean[bucket, lane] - level[lane]) * read
                        error[lane] += miss * miss
                        level[lane] += max(alpha, weight[bucket, lane]) * miss
                for lane in range(LANES):
                    better = error[lane] < least[lane]
                    least[lane] = error[lane] if better else least[lane]
                    best[lane] = level[lane] if better else best[lane]
            above = WIDTH_BOUNDS[number + 1] if number + 1 < WIDTH_BOUNDS.size else np.inf
            for lane in range(LANES):
                interval = weeks[stop, lane] / max(sales[stop, lane], 1.0)
                taken = interval >= WIDTH_BOUNDS[number] and interval < above and used[lane] > 0.0
                adida[stop, lane] = best[lane] if taken else adida[stop, lane]
