"""The engine on arrays: what must hold for any block of series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skills.forecasting import engine, models
from skills.forecasting.weeks import BrokenHistory

Floats = NDArray[np.float64]


def draw_block(seed: int, count: int, weeks: int) -> tuple[Floats, NDArray[np.bool_]]:
    stream = np.random.Generator(np.random.PCG64(seed))
    values = stream.poisson(stream.gamma(0.5, 6.0, (count, 1)), (count, weeks)).astype(np.float64)
    values[np.arange(weeks) < stream.integers(0, weeks, (count, 1))] = 0.0
    return values, stream.random((count, weeks)) > 0.1


blocks = st.tuples(st.integers(0, 2**31), st.integers(1, 300), st.integers(1, 80))


@settings(max_examples=30, deadline=None)
@given(blocks)
def test_quantiles_of_any_block_never_cross_and_never_fall(drawn: tuple[int, int, int]) -> None:
    batch = engine.forecast_batch(*draw_block(*drawn), 13, 52)
    assert np.isfinite(batch.mean).all()
    assert (batch.mean >= 0).all()
    assert (batch.quantiles >= 0).all()
    assert (np.diff(batch.quantiles, axis=0) >= 0).all()
    assert (np.diff(batch.quantiles, axis=2) >= 0).all()


@settings(max_examples=20, deadline=None)
@given(blocks, st.sampled_from([2.0, 8.0, 0.25]))
def test_scaled_units_scale_the_batch(drawn: tuple[int, int, int], times: float) -> None:
    values, known = draw_block(*drawn)
    one, other = engine.forecast_batch(values, known, 13, 52), engine.forecast_batch(times * values, known, 13, 52)
    assert (one.chosen == other.chosen).all()
    assert (times * one.mean == other.mean).all()
    assert (times * one.quantiles == other.quantiles).all()


@settings(max_examples=20, deadline=None)
@given(blocks)
def test_the_order_of_the_series_changes_nothing(drawn: tuple[int, int, int]) -> None:
    values, known = draw_block(*drawn)
    order = np.random.Generator(np.random.PCG64(drawn[0])).permutation(len(values))
    one = engine.forecast_batch(values, known, 13, 52)
    other = engine.forecast_batch(values[order], known[order], 13, 52)
    assert (one.chosen[order] == other.chosen).all()
    assert (one.mean[order] == other.mean).all()
    assert (one.quantiles[:, order] == other.quantiles).all()


def test_chunks_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    values, known = draw_block(3, 700, 60)
    whole = engine.forecast_batch(values, known, 13, 52)
    monkeypatch.setattr(engine, "CHUNK", 150)
    parts = engine.forecast_batch(values, known, 13, 52)
    assert (whole.mean == parts.mean).all()
    assert (whole.quantiles == parts.quantiles).all()
    assert (engine.forecast_points(values, known, 13)[1] >= 0).all()


def test_points_are_those_of_the_defaults() -> None:
    values, known = draw_block(4, 20, 60)
    states, mean = engine.forecast_points(values, known, 13)
    assert states.shape == (20, models.TREND_BLEND, 3)
    few = engine.forecast_batch(values, known, 13, 52)  # too few series to choose for a class
    assert (mean == few.mean).all()


def test_no_demand_at_all_is_forecast_as_none() -> None:
    batch = engine.forecast_batch(np.zeros((40, 60)), np.ones((40, 60), np.bool_), 13, 52)
    assert not batch.mean.any()
    assert not batch.quantiles.any()


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_what_is_no_demand_is_refused_by_number(wrong: float) -> None:
    values, known = draw_block(5, 9, 30)
    values[7, 11] = wrong
    for forecast in (
        lambda: engine.forecast_batch(values, known, 4, 0),
        lambda: engine.forecast_points(values, known, 4),
    ):
        with pytest.raises(BrokenHistory, match=r": 7\. Expected"):
            forecast()
