"""Kernels: textbook answers, and a plain twin of each that gives the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from skills.forecasting import kernels

Floats = NDArray[np.float64]
OIL = [
    *(445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43),
    *(521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34),
]


def twin_ses(values: Floats, grid: Floats, start: float) -> float:
    level, error = np.full(grid.size, start), np.zeros(grid.size)
    for value in values:
        miss = value - level
        error = error + miss * miss
        level = level + grid * miss
    return float(level[error.argmin()])


def twin_mean(values: Floats, weeks: int) -> float:
    return float(sum(values[:weeks].tolist(), 0.0) / min(weeks, values.size))


def twin_line(values: Floats, used: int) -> tuple[float, float]:
    middle = (used - 1) / 2
    total = moment = weight = 0.0
    for t, value in enumerate(values[:used].tolist()):
        total += value
        moment += (t - middle) * value
        weight += (t - middle) * (t - middle)
    slope = moment / weight if weight > 0 else 0.0
    return total / used - slope * middle, slope


def twin_theta(values: Floats, grid: Floats) -> tuple[float, float]:
    start, slope = twin_line(values, values.size)
    curved = 2.0 * values - (start + slope * np.arange(values.size))
    level = twin_ses(curved, grid, twin_mean(curved, 8))
    return 0.5 * (level + start + slope * (values.size - 1)), 0.5 * slope


def twin_damped(values: Floats, grid: Floats) -> tuple[float, float, float]:
    start, slope = twin_line(values, min(10, values.size))
    level, trend, error = np.full(len(grid), start - slope), np.full(len(grid), slope), np.zeros(len(grid))
    for value in values:
        step = grid[:, 2] * trend
        miss = value - (level + step)
        error = error + miss * miss
        level, trend = level + step + grid[:, 0] * miss, step + grid[:, 1] * miss
    best = error.argmin()
    return float(level[best]), float(trend[best]), float(grid[best, 2])


def twin_sba(values: Floats, grid: Floats) -> float:
    size, interval, error = np.full(grid.size, values[0]), np.ones(grid.size), np.zeros(grid.size)
    waited = 1.0
    for value in values[1:]:
        miss = value - (1.0 - 0.5 * grid) * size / interval
        error = error + miss * miss
        if value > 0:
            size, interval = size + grid * (value - size), interval + grid * (waited - interval)
        waited = 1.0 if value > 0 else waited + 1.0
    best = error.argmin()
    return float((1.0 - 0.5 * grid[best]) * size[best] / interval[best])


def twin_tsb(values: Floats, grid: Floats) -> float:
    size = np.full((grid.size, 1), values[0])
    chance = np.full((grid.size, grid.size), np.count_nonzero(values[:8]) / min(8, values.size))
    error = np.zeros_like(chance)
    for value in values:
        miss = value - size * chance
        error = error + miss * miss
        chance = chance + grid * (float(value > 0) - chance)
        if value > 0:
            size = size + grid[:, None] * (value - size)
    return float((size * chance).flat[error.argmin()])


def twin_adida(values: Floats, grid: Floats) -> float:
    sales = np.count_nonzero(values)
    width = (2 * values.size + sales) // (2 * sales)
    kept = values[values.size % width :].reshape(-1, width)
    sums = np.array([sum(bucket.tolist(), 0.0) for bucket in kept])
    return twin_ses(sums, grid, twin_mean(sums, 8)) / width


def draw_series(count: int) -> list[Floats]:
    stream = np.random.Generator(np.random.PCG64(7))
    drawn = []
    for number in range(count):
        weeks = int(stream.integers(8, 120))
        values = stream.poisson(stream.choice([0.2, 1.0, 30.0]), weeks) * stream.choice([1.0, 1.0 / 1.7])
        values[0] = 1.0 + number
        drawn.append(values.astype(np.float64))
    return drawn


def test_ses_gives_the_textbook_forecast_of_oil_production() -> None:
    assert kernels.fit_ses(np.array(OIL), np.array([0.8339]), 446.5868) == pytest.approx(542.68, abs=0.005)


def test_sba_gives_the_answer_worked_by_hand() -> None:
    # sizes 3, 6 → 3 + 0.1 × 3 = 3.3; intervals 1, 3 → 1 + 0.1 × 2 = 1.2; 0.95 × 3.3 ÷ 1.2
    assert kernels.fit_sba(np.array([3.0, 0, 0, 6]), np.array([0.1])) == pytest.approx(2.6125)


def test_tsb_gives_the_answer_worked_by_hand_and_falls_while_nothing_sells() -> None:
    # chance 1/2 → 0.55 after the sale → 0.495 after the empty week; × size 4
    assert kernels.fit_tsb(np.array([4.0, 0]), np.array([0.1])) == pytest.approx(1.98)
    silent = [kernels.fit_tsb(np.array([4.0, 4, 4, 4, *[0] * weeks]), np.array([0.2])) for weeks in (4, 8, 16)]
    assert silent == sorted(silent, reverse=True)


def test_adida_gives_the_answer_worked_by_hand() -> None:
    # mean interval 2: buckets 2, 4, 6; SES from their mean 4: 3.8, 3.82, 4.038; ÷ 2
    assert kernels.fit_adida(np.array([2.0, 0, 4, 0, 6, 0]), np.array([0.1])) == pytest.approx(2.019)


def test_theta_and_damped_trend_follow_a_straight_line() -> None:
    line = 10.0 + 2.0 * np.arange(30.0)
    level, slope = kernels.fit_theta(line, kernels.ALPHAS)
    assert (level, slope) == (pytest.approx(68.0, abs=0.05), pytest.approx(1.0))
    level, trend, damping = kernels.fit_damped(line, kernels.DAMPED)
    assert damping == 0.98
    assert level + damping * trend == pytest.approx(70.0, abs=0.5)


@pytest.mark.parametrize("number", range(40))
def test_each_kernel_has_the_bits_of_its_plain_twin(number: int) -> None:
    values = draw_series(40)[number]
    assert kernels.start_level(values, 8) == twin_mean(values, 8)
    assert kernels.fit_line(values, values.size) == twin_line(values, values.size)
    assert kernels.fit_ses(values, kernels.ALPHAS, 1.5) == twin_ses(values, kernels.ALPHAS, 1.5)
    assert kernels.fit_theta(values, kernels.ALPHAS) == twin_theta(values, kernels.ALPHAS)
    assert kernels.fit_damped(values, kernels.DAMPED) == twin_damped(values, kernels.DAMPED)
    assert kernels.fit_sba(values, kernels.SLOW) == twin_sba(values, kernels.SLOW)
    assert kernels.fit_tsb(values, kernels.SLOW) == twin_tsb(values, kernels.SLOW)
    assert kernels.fit_adida(values, kernels.ALPHAS) == twin_adida(values, kernels.ALPHAS)


def test_all_models_read_only_the_known_weeks_before_the_end() -> None:
    rows = draw_series(6)
    values, known = np.full((6, 130), 9e9), np.zeros((6, 130), np.bool_)
    ends = np.array([2 * row.size for row in rows]).clip(max=128)
    for row, series in enumerate(rows):
        known[row, 0 : ends[row] : 2] = True
        values[row, 0 : ends[row] : 2] = np.resize(series, ends[row])[0 : ends[row] : 2]
    known[:, 129] = True
    fitted, counts = kernels.fit_series(values, known, ends, kernels.ALPHAS, kernels.SLOW, kernels.DAMPED)
    for row in range(6):
        read = values[row, : ends[row]][known[row, : ends[row]]]
        assert counts[row] == read.size
        assert fitted[row, 0, 0] == twin_mean(read, read.size)
        assert fitted[row, 1, 0] == twin_ses(read, kernels.ALPHAS, twin_mean(read, 8))
        assert tuple(fitted[row, 2]) == (*twin_theta(read, kernels.ALPHAS), 1.0)
        assert tuple(fitted[row, 3]) == twin_damped(read, kernels.DAMPED)
        assert fitted[row, 4, 0] == twin_sba(read, kernels.SLOW)
        assert fitted[row, 5, 0] == twin_tsb(read, kernels.SLOW)
        assert fitted[row, 6, 0] == twin_adida(read, kernels.ALPHAS)


def test_the_spread_has_the_bits_of_its_plain_twin() -> None:
    for series in draw_series(20):
        known = np.ones((1, series.size), np.bool_)
        squares, means, counts = kernels.measure_spread(series[None], known, np.array([series.size]))
        level, square, total = series[0], 0.0, 0.0
        for t, value in enumerate(series.tolist()):
            total += value
            if t:
                miss = value - level
                square += max(0.05, 1 / t) * (miss * miss - square)
                level += max(0.1, 1 / (t + 1)) * miss
        assert (squares[0], means[0], counts[0]) == (square, total / series.size, series.size)
