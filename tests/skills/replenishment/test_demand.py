"""Demand as a distribution, against textbook numbers."""

from __future__ import annotations

import gzip
import json
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import read_settings
from skills.replenishment.demand import (
    KNOTS,
    UnusableForecast,
    probability_below,
    quantile_at,
    quantile_of_mixture,
    read_curve,
)

AS_OF = date(2025, 11, 24)


def _normal_knots(mean: float, sd: float) -> np.ndarray:
    inner = [mean + sd * NormalDist().inv_cdf(probability) for probability in KNOTS[1:-1]]
    return np.array([[0.0, *inner, inner[-1] + (inner[-1] - inner[-2]) * 0.25]])


def test_one_distribution_gives_back_its_own_quantiles() -> None:
    knots = _normal_knots(50, 8)
    for place, probability in enumerate(KNOTS[1:-1], start=1):
        assert quantile_of_mixture([(1.0, knots)], probability)[0] == pytest.approx(knots[0, place], abs=1e-3)


def test_the_base_stock_of_normal_demand_is_the_textbooks() -> None:
    # Snyder and Shen: S = mean × (L + 1) + z × sd × √(L + 1)
    level = quantile_of_mixture([(1.0, _normal_knots(50 * 5, 8 * 5**0.5))], 0.90)[0]
    assert level == pytest.approx(250 + 1.2815515655 * 8 * 5**0.5, abs=1e-3)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["example_4_1", "example_4_4", "problem_4_1"])
def test_newsvendor_and_base_stock_instances_are_met_within_the_distance_between_known_quantiles(name: str) -> None:
    path = read_settings().data / "meio_stockpyl" / "stockpyl_instances.json.gz"
    if not path.is_file():
        pytest.skip(f"needs {path.name}, a public data set that the project does not ship")
    instances = json.loads(gzip.decompress(path.read_bytes()))["instances"]
    data = next(item["data"] for item in instances if item["name"] == name)
    ratio = data["stockout_cost"] / (data["stockout_cost"] + data["holding_cost"])
    periods = data.get("lead_time", 0) + 1
    mean, sd = data["demand_mean"] * periods, data["demand_sd"] * periods**0.5
    level = quantile_of_mixture([(1.0, _normal_knots(mean, sd))], ratio)[0]
    assert level == pytest.approx(NormalDist(mean, sd).inv_cdf(ratio), abs=0.05 * sd)


def test_a_mixture_over_lead_times_asks_for_more_than_the_mean_lead_time() -> None:
    short, usual, long = (_normal_knots(50 * weeks, 10 * weeks**0.5) for weeks in (6, 8, 12))
    mixed = quantile_of_mixture([(0.3, short), (0.4, usual), (0.3, long)], 0.90)[0]
    assert quantile_at(usual, 0.9)[0] < mixed < quantile_at(long, 0.9)[0]
    covered = sum(
        w * probability_below(k, np.array([mixed]))[0] for w, k in ((0.3, short), (0.4, usual), (0.3, long))
    )
    assert covered == pytest.approx(0.90, abs=1e-5)


def test_demand_that_is_mostly_zero_needs_no_stock() -> None:
    knots = np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.25]])
    assert quantile_of_mixture([(1.0, knots)], 0.90)[0] == 0.0
    assert quantile_of_mixture([(1.0, knots)], 0.98)[0] == pytest.approx(1.0, abs=1e-3)


@given(
    st.lists(st.floats(0, 1e6), min_size=7, max_size=7),
    st.floats(0.5, 0.98),
    st.floats(0.01, 100),
)
@settings(max_examples=60, deadline=None)
def test_the_level_covers_its_probability_and_scales_with_demand(
    values: list[float], probability: float, scale: float
) -> None:
    knots = np.array([[0.0, *sorted(values)[1:]]])
    level = quantile_of_mixture([(1.0, knots)], probability)
    assert probability_below(knots, level + 1e-3)[0] >= probability - 1e-6
    scaled = quantile_of_mixture([(1.0, knots * scale)], probability)
    assert scaled[0] == pytest.approx(level[0] * scale, rel=1e-6, abs=1e-3 * max(scale, 1))


def test_demand_is_linear_in_days_between_week_ends_and_goes_on_at_the_last_weekly_mean(build: Any) -> None:
    curve = read_curve(build.forecast({("A", "US"): 70.0}, weeks=4).query("country == '*'"), ["sku"], AS_OF)
    days = np.array([3])
    assert curve.mean_at(days)[0] == pytest.approx(30.0)
    assert curve.mean_at(np.array([38]))[0] == pytest.approx(280 + 100)
    assert curve.extended_days(np.array([38]))[0] == 10
    assert curve.days_until(curve.mean, np.array([35.0]))[0] == pytest.approx(3.5)
    assert curve.days_until(curve.mean, np.array([350.0]))[0] == pytest.approx(35.0)


def test_a_morning_in_midweek_counts_only_what_is_left_of_the_week(build: Any) -> None:
    forecast = build.forecast({("A", "US"): 70.0}, as_of=AS_OF).query("country == '*'")
    curve = read_curve(forecast, ["sku"], date(2025, 11, 27))
    assert curve.ends[1] == 4


def test_a_forecast_with_a_gap_or_without_a_number_is_refused_by_name(build: Any) -> None:
    forecast = build.forecast({("A", "US"): 70.0, ("B", "US"): 1.0}).query("country == '*'")
    with pytest.raises(UnusableForecast, match="B"):
        read_curve(forecast.drop(forecast.index[-1]), ["sku"], AS_OF)
    with pytest.raises(UnusableForecast, match="A"):
        read_curve(forecast.assign(cum_p50=forecast["cum_p50"].where(forecast["sku"] != "A")), ["sku"], AS_OF)
    with pytest.raises(UnusableForecast, match="infinite"):
        read_curve(forecast.assign(mean=float("inf")), ["sku"], AS_OF)


def test_an_empty_forecast_is_an_empty_curve(build: Any) -> None:
    empty = build.forecast({("A", "US"): 1.0}).iloc[:0]
    assert len(read_curve(empty, ["sku"], AS_OF).keys) == 0
    assert isinstance(read_curve(empty, ["sku"], AS_OF).keys, pd.DataFrame)
