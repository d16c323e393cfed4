"""Seasons of a category, and of its countries where they differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skills.forecasting import seasons

Floats = NDArray[np.float64]
YEAR, WEEKS = 52, 104
SUMMER = 1.0 + 0.6 * np.cos(2 * np.pi * (np.arange(WEEKS) - 26) / YEAR)
WINTER = 2.0 - SUMMER


def measure(values: Floats, countries: int) -> Floats:
    """(category, then country) × year, of one category whose SKUs sell in every country."""
    skus, places = np.divmod(np.arange(len(values)), countries)
    found = seasons.measure_seasons(
        values, np.ones(values.shape, np.bool_), skus, np.zeros_like(skus), places, YEAR, WEEKS, 0
    )
    assert found.kinds.tolist() == (1 + places).tolist()
    return found.factors[:, :YEAR]


def draw_sales(levels: Floats, seed: int = 1) -> Floats:
    return np.random.Generator(np.random.PCG64(seed)).poisson(levels).astype(np.float64)


def test_a_country_with_its_summer_in_january_has_its_own_index() -> None:
    category, north, south = measure(draw_sales(np.tile([40.0 * SUMMER, 20.0 * WINTER], (12, 1))), 2)
    assert np.abs(north - SUMMER[:YEAR]).max() < 0.2
    assert np.abs(south - WINTER[:YEAR]).max() < 0.2
    assert 1.05 < category[26] < 1.4  # two thirds of the units have theirs in July


def test_a_country_that_sells_more_of_the_seasonal_skus_has_no_other_season() -> None:
    flat = np.ones(WEEKS)
    seasonal = np.tile([10.0 * SUMMER, 40.0 * SUMMER], (6, 1))
    steady = np.tile([40.0 * flat, 10.0 * flat], (6, 1))
    category, one, other = measure(draw_sales(np.vstack([seasonal, steady])), 2)
    assert category[26] > 1.2
    assert np.abs(np.stack([one, other]) - category).max() < 0.06


def test_noise_of_a_small_country_leaves_it_the_index_of_its_category() -> None:
    for seed in range(3):
        category, large, small = measure(draw_sales(np.tile([60.0 * SUMMER, 0.5 * SUMMER], (10, 1)), seed), 2)
        assert np.abs(large - category).max() < 0.03
        assert np.abs(small - category).max() < 0.25
        assert np.abs(small - category).mean() < 0.06


def test_a_single_country_has_exactly_the_index_of_its_category() -> None:
    category, alone = measure(draw_sales(np.tile(30.0 * SUMMER, (8, 1))), 1)
    assert (category == alone).all()


def test_pooled_weeks_have_the_bits_of_a_plain_sum() -> None:
    stream = np.random.Generator(np.random.PCG64(4))
    values = stream.poisson(stream.choice([0.05, 3.0], (30, 1)), (30, 60)) / 1.7
    known = stream.random((30, 60)) > stream.choice([0.1, 0.3], (30, 1))
    skus, groups, begin = np.arange(30) // 4, np.arange(30) % 4, 20
    pooled = np.zeros((3, 4, 40))
    seasons.pool_weeks(values, known, skus, groups, begin, *pooled)
    expected, counted = np.zeros((3, 4, 40)), 0
    for row in range(30):
        whole = [sum(values[skus == skus[row], week].tolist(), 0.0) for week in range(begin, 60)]
        late = known[row, begin:]
        own = sum(values[row, begin:][late].tolist(), 0.0)
        share = own / max(sum(np.array(whole)[late].tolist(), 0.0), 1e-9)
        mean = sum(values[row].tolist(), 0.0) / float(known[row].sum())
        if own == 0.0 or 4 * late.sum() < 3 * 40:
            continue
        counted += 1
        for week in np.flatnonzero(late):
            expected[0, groups[row], week] += values[row, begin + week]
            expected[1, groups[row], week] += mean
            expected[2, groups[row], week] += share * whole[week]
    assert 10 < counted < 30
    assert (pooled == expected).all()
