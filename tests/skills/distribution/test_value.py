"""Need of a window and the value of cartons, against hand calculation and textbook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from skills.distribution.demand import Demand
from skills.distribution.need import chance_short, expected_sold, find_need, find_windows
from skills.distribution.policy import DistributionPolicy
from skills.distribution.value import fall_only, price_cartons

QUANTILES = np.array([0.0, 7.0, 10.0, 12.0, 14.0, 16.0])


def one_pair(weekly: np.ndarray = QUANTILES, weeks: int = 20) -> Demand:
    ends = np.arange(weeks + 1) * 7.0
    paths = (np.arange(weeks + 1)[:, None] * weekly)[None, :, :]
    pairs = pd.MultiIndex.from_arrays([["A"], ["US"]])
    return Demand(pairs, ends, paths[:, :, 2], paths)


def need_of(stock: float, inbound: list[tuple[int, int]], start: float, end: float, lost: float = 1.0) -> np.ndarray:
    coming = pd.DataFrame(inbound, columns=["day", "units"]).assign(pair=0).astype("int64")
    ends = np.full((3, 1), end)
    windows = find_windows(np.array([0]), np.array([start]), ends, np.array([stock]), coming, 1)
    return find_need(windows, one_pair(), lost)[1, 0]


def test_without_stock_the_need_is_the_demand_of_the_window_alone() -> None:
    assert np.allclose(need_of(0, [], 28, 35), [0, 7, 10, 12, 14, 16, 16.5])


def test_demand_that_is_bought_later_adds_to_the_need() -> None:
    assert np.allclose(need_of(0, [], 28, 35, lost=0.0)[:6], QUANTILES * 5)


def test_stock_that_lasts_beyond_the_window_leaves_no_need() -> None:
    assert (need_of(1000, [], 28, 35) <= 0).all()


def test_what_arrives_inside_the_window_serves_only_what_comes_after_it() -> None:
    # the median path needs 8 units by day 34, when 100 arrive, and nothing after
    assert np.isclose(need_of(0, [(34, 100)], 28, 35)[2], 10 * 6 / 7)


def test_inbound_before_the_window_covers_it_but_not_what_was_lost_before() -> None:
    # 40 units arrive on day 21 when 30 are lost on the median path: 10 are sold by day 28, 30 are left for 10
    assert np.isclose(need_of(0, [(21, 40)], 28, 35)[2], 10 * 5 - 40 - 30)


def test_the_need_never_falls_from_path_to_path() -> None:
    assert (np.diff(need_of(25, [(10, 30)], 28, 35)) >= 0).all()


def test_expected_sales_follow_the_hand_calculation() -> None:
    knots = np.stack([need_of(0, [], 28, 35)[None, :]] * 3)
    sold = expected_sold(knots, np.zeros(4, dtype=int), np.array([0.0, 10.0, 20.0, 30.0]))
    assert np.allclose(sold, [0.0, 8.75, 9.975, 9.975])
    assert np.allclose(chance_short(knots, np.zeros(3, dtype=int), np.array([0.0, 10.0, 16.25])), [1.0, 0.5, 0.01])


@given(st.lists(st.floats(-50, 50), min_size=7, max_size=7), st.lists(st.floats(0, 80), min_size=2, max_size=6))
def test_more_units_never_sell_less_and_never_more_than_were_shipped(need: list[float], units: list[float]) -> None:
    knots = np.stack([np.sort(np.array(need))[None, :]] * 3)
    shipped = np.sort(np.array(units))
    sold = expected_sold(knots, np.zeros(len(units), dtype=int), shipped)
    assert (sold <= shipped + 1e-6).all()
    assert (np.diff(sold) >= -1e-6).all()


def test_the_newsvendor_of_the_textbook_is_reproduced_unit_by_unit() -> None:
    """h 0.18, p 0.70, normal with μ 50, σ 8: S = 56.604; the last unit worth sending is the 56th.

    With carton 1 and an overage of h per unsold unit the rule is P(need > S) × p = P(need ≤ S) × h. The quantiles
    that a forecast carries are too coarse for three digits; p75 = 55.4 and p90 = 60.3 put the answer between them.
    """
    weekly = np.array([0.0, 39.748, 50.0, 55.396, 60.252, 66.43])
    demand = one_pair(weekly)
    nothing = pd.DataFrame({"pair": [], "day": [], "units": []}).astype("int64")
    windows = find_windows(np.array([0]), np.array([28.0]), np.full((3, 1), 35.0), np.array([0.0]), nothing, 1)
    knots = find_need(windows, demand, 1.0)
    slots = pd.DataFrame(
        {
            "carton_units": [1],
            "contribution": [7000.0],
            "option": [1800.0],
            "premium": [0.0],
            "holding_week": [0.0],
            "at_arrival": [0.0],
            "weekly_mean": [50.0],
        }
    )
    number = np.arange(1, 100)
    value = price_cartons(slots, knots, np.zeros(99, dtype=int), number, DistributionPolicy())
    best = int((value > 0).sum())
    assert abs(best - 56.604) < 1.0


def test_rounding_never_makes_a_later_carton_worth_more() -> None:
    value = np.array([5, 5, 6, 6, 2, 9, 8])
    fall_only(np.array([0, 0, 0, 0, 0, 1, 1]), value)
    assert value.tolist() == [5, 5, 5, 5, 2, 9, 8]


def test_a_window_that_ends_before_the_shipment_needs_nothing() -> None:
    assert (need_of(0, [], 35, 30) <= 0).all()


def test_holding_of_a_slow_mover_is_charged_until_it_is_sold(small: Any) -> None:
    slots = small.allocate().slots.frame.iloc[[0]].assign(weekly_mean=0.5, at_arrival=0.0, carton_units=20)
    knots = np.zeros((3, 1, 7))
    dear = price_cartons(slots.assign(holding_week=100.0), knots, np.array([0]), np.array([1]), small.policy)
    cheap = price_cartons(slots.assign(holding_week=0.0), knots, np.array([0]), np.array([1]), small.policy)
    assert cheap[0] - dear[0] == 20 * 20 * 100
