"""Classic levels: equal to the textbook's answers, and to sums written out plainly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.stocking import size_min_max, size_newsvendor, size_order, size_reorder
from skills.stocking.formulas import UnusableCosts
from skills.stocking.levels import tabulate_poisson
from skills.stocking.normal import find_loss, find_quantile


def one(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


def test_the_order_quantity_of_the_textbook() -> None:
    quantity, cost = size_order(*one(8, 0.225, 1300))
    assert (quantity[0], cost[0]) == pytest.approx((304.0467800264368, 68.41052550594829), rel=1e-12)


def test_backorders_make_the_order_larger_and_the_cost_smaller() -> None:
    quantity, cost = size_order(*one(8, 0.225, 1300, 5))
    assert (quantity[0], cost[0]) == pytest.approx((310.81255515896464, 66.92136355097325), rel=1e-12)


def test_the_newsvendor_of_the_textbook() -> None:
    level, cost = size_newsvendor(*one(50, 8, 0.18, 0.7))
    assert (level[0], cost[0]) == pytest.approx((56.60395592743389, 1.9976051931766445), rel=1e-12)


def test_a_level_over_five_periods_covers_their_demand_together() -> None:
    level, _ = size_newsvendor(*one(50, 8, 0.18, 0.7, 5))
    assert level[0] == pytest.approx(250 + (56.60395592743389 - 50) * math.sqrt(5), rel=1e-12)


def test_the_reorder_points_of_the_textbook() -> None:
    reorder, quantity, cost = size_reorder(
        *(np.array(values, dtype=float) for values in ([20, 4], [150, 28], [100, 4], [1.5, 12], [2, 0.5]))
    )
    assert reorder.tolist() == [3, 6] and quantity.tolist() == [5, 7]
    assert cost == pytest.approx([107.92358063314975, 28.241312842169155], rel=1e-9)


def test_minimum_and_maximum_of_the_textbook() -> None:
    least, most, cost = size_min_max(
        *(np.array(values, dtype=float) for values in ([1, 40], [4, 125], [5, 150], [6, 4], [6, 4]))
    )
    assert least.tolist() == [4, 2] and most.tolist() == [10, 7]
    assert cost == pytest.approx([8.034111561471642, 223.5748295669688], rel=1e-9)


@given(st.floats(1e-9, 1 - 1e-9))
@settings(max_examples=200, deadline=None)
def test_the_quantile_of_a_share_has_that_share_below_it(share: float) -> None:
    z = float(find_quantile(np.array([share]))[0])
    assert 0.5 * math.erfc(-z / math.sqrt(2)) == pytest.approx(share, rel=1e-9)


@given(st.floats(-5, 5))
@settings(max_examples=100, deadline=None)
def test_the_loss_is_the_integral_of_the_tail(z: float) -> None:
    steps = np.linspace(z, 12.0, 20_001)
    tail = np.array([0.5 * math.erfc(x / math.sqrt(2)) for x in steps])
    assert float(find_loss(np.array([z]))[0]) == pytest.approx(np.trapezoid(tail, steps), rel=1e-5, abs=1e-9)


@given(st.floats(0.0, 300.0))
@settings(max_examples=60, deadline=None)
def test_chances_of_demand_add_up_and_shortage_is_their_sum(mean: float) -> None:
    chance, short = tabulate_poisson(mean)
    assert float(chance.sum()) == pytest.approx(1.0, abs=1e-10)
    level = int(mean)
    plain = sum((d - level) * p for d, p in enumerate(chance) if d > level)
    assert float(short[level]) == pytest.approx(plain, abs=1e-8)


@given(st.floats(0.5, 20), st.floats(1, 100), st.floats(1, 200), st.floats(0.2, 8), st.floats(0.1, 6))
@settings(max_examples=40, deadline=None)
def test_no_neighbour_of_a_reorder_policy_is_cheaper(
    holding: float, stockout: float, fixed: float, rate: float, lead: float
) -> None:
    reorder, quantity, cost = size_reorder(*one(holding, stockout, fixed, rate, lead))
    mean = rate * lead
    chance, _ = tabulate_poisson(mean)

    def charge(level: int) -> float:
        costs = (holding * max(level - d, 0) + stockout * max(d - level, 0) for d in range(len(chance)))
        return float(sum(p * cost for p, cost in zip(chance, costs, strict=True)))

    def average(r: int, q: int) -> float:
        return (fixed * rate + sum(charge(level) for level in range(r + 1, r + q + 1))) / q

    r, q = int(reorder[0]), int(quantity[0])
    assert average(r, q) == pytest.approx(float(cost[0]), rel=1e-6)
    for near in ((r - 1, q), (r + 1, q), (r, q + 1), (r - 1, q + 1), (r, max(q - 1, 1)), (r + 1, max(q - 1, 1))):
        assert average(*near) >= float(cost[0]) * (1 - 1e-9)


@given(st.floats(1, 50), st.floats(1, 50))
@settings(max_examples=40, deadline=None)
def test_dearer_shortage_never_lowers_a_level(cheap: float, more: float) -> None:
    levels = [size_newsvendor(*one(100, 20, 2, p))[0][0] for p in (cheap, cheap + more)]
    assert levels[0] <= levels[1]
    tops = [size_min_max(*one(1, p, 20, 9, 9))[1][0] for p in (cheap, cheap + more)]
    assert tops[0] <= tops[1] + 1  # the maximum of a cheaper shortage may stand one higher when its minimum is lower


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_cost_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(UnusableCosts):
        size_order(*one(bad, 1, 1))
    with pytest.raises(UnusableCosts):
        size_order(*one(1, bad, 1))
    with pytest.raises(UnusableCosts):
        size_newsvendor(*one(10, 1, bad, 1))
    with pytest.raises(UnusableCosts):
        size_reorder(*one(bad, 1, 1, 1, 1))
    with pytest.raises(UnusableCosts):
        size_min_max(*one(1, 1, bad, 1, 1))


def test_demand_that_no_table_holds_is_refused() -> None:
    with pytest.raises(UnusableCosts, match="100000 units"):
        size_reorder(*one(1, 1, 1, 1e6, 1))
    with pytest.raises(UnusableCosts, match="Leave the others out"):
        size_min_max(*one(1, 1, 1, 0, 0))
