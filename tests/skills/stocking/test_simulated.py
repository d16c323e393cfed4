"""Levels tuned on simulated demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.stocking import size_two_modes, tune_echelon
from skills.stocking.draws import draw_demand
from skills.stocking.echelon import NoFactors, _simulate
from skills.stocking.modes import UnusableModes, _cover, _follow


def two_modes(**cells: float) -> pd.DataFrame:
    row = {
        "sku": "T-1", "country": "US", "p10": 2.0, "p50": 8.0, "p75": 14.0, "p90": 22.0, "p98": 40.0,
        "slow_weeks": 6, "fast_weeks": 1, "holding": 1.0, "shortage": 20.0, "premium": 8.0,
    }  # fmt: skip
    return pd.DataFrame([row | cells])


def test_a_fast_way_that_costs_little_more_carries_most() -> None:
    row = size_two_modes(two_modes(premium=0.001), 7).iloc[0]
    assert row["fast_percent"] > 75 and row["gain_percent"] > 20


def test_a_fast_way_that_costs_a_fortune_is_not_used() -> None:
    row = size_two_modes(two_modes(premium=10_000.0), 7).iloc[0]
    assert (row["fast_percent"], row["gain_percent"]) == (0.0, 0.0)


def test_two_modes_never_cost_more_than_the_slow_one() -> None:
    lines = pd.concat([two_modes(premium=float(p)) for p in (1, 3, 5, 8, 13, 30)], ignore_index=True)
    found = size_two_modes(lines, 7)
    assert (found["cost_week"] <= found["slow_only_cost_week"]).all()
    assert found["fast_percent"].is_monotonic_decreasing


def test_two_levels_save_on_weeks_that_they_were_not_tuned_on() -> None:
    lines = pd.concat([two_modes(premium=float(p)) for p in (1, 2, 4, 8)], ignore_index=True)
    found = size_two_modes(lines, 7)
    saved = []
    for line, level in zip(lines.to_dict("records"), found.to_dict("records"), strict=True):
        demand = draw_demand(np.array([line[name] for name in ("p10", "p50", "p75", "p90", "p98")]), 2000, 99)
        slow, fast = line["slow_weeks"], line["fast_weeks"]
        over, bought = _follow(demand, slow - fast, level["slow_level"] - level["fast_level"])
        left = level["fast_level"] - (_cover(demand, fast + 1) - over[: len(demand) - fast])
        cost = np.where(left > 0, left, -20.0 * left).mean() + line["premium"] * bought.mean()
        alone = size_two_modes(two_modes(premium=1e9), 7)["slow_level"].iloc[0] - _cover(demand, slow + 1)
        saved.append(1.0 - cost / np.where(alone > 0, alone, -20.0 * alone).mean())
    assert saved == sorted(saved, reverse=True) and saved[0] > 0.1 and saved[-1] > 0.0


def test_no_unit_is_lost_between_the_two_ways() -> None:
    demand = draw_demand(np.array([2.0, 8.0, 14.0, 22.0, 40.0]), 400, 3)
    over, bought = _follow(demand, 5, 30.0)
    plain_over, plain_bought, position, waiting = [], [], 0.0, [0.0] * 5
    for units in demand.tolist():
        position += waiting.pop(0)
        fast = max(0.0, -position)
        position += fast
        plain_over.append(position)
        plain_bought.append(fast)
        waiting.append(max(0.0, 30.0 - position - sum(waiting)))
        position -= units
    assert over.tolist() == pytest.approx(plain_over) and bought.tolist() == pytest.approx(plain_bought)


@pytest.mark.parametrize("cells", [{"slow_weeks": 1}, {"holding": 0.0}, {"shortage": 0.0}, {"holding": np.nan}])
def test_a_slow_way_that_is_not_slower_or_costs_nothing_is_refused_by_name(cells: dict[str, float]) -> None:
    with pytest.raises(UnusableModes, match=r"for T-1 US: expected slow_weeks above fast_weeks"):
        size_two_modes(two_modes(**cells), 7)


@given(st.integers(1, 8), st.floats(0.0, 200.0), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_fast_kernels_are_equal_to_the_bit_to_plain_python(weeks: int, difference: float, seed: int) -> None:
    demand = np.array([draw_demand(np.array([0.0, 8.0, 14.0, 22.0, 40.0]), 120, seed + place) for place in range(3)])
    fast, plain = _follow(demand[0], weeks, difference), _follow.py_func(demand[0], weeks, difference)
    assert all(one.tobytes() == other.tobytes() for one, other in zip(fast, plain, strict=True))
    given_ = (demand, weeks, np.array([0, 2, 5]), difference / 100.0, 1.0)
    for has_hub in (True, False):
        assert _simulate(*given_, has_hub) == _simulate.py_func(*given_, has_hub)


def countries(count: int, **cells: float) -> pd.DataFrame:
    row = {"p10": 0.0, "p50": 8.0, "p75": 14.0, "p90": 22.0, "p98": 40.0, "hub_weeks": 5, "forward_weeks": 4,
           "value": 10.0}  # fmt: skip
    return pd.DataFrame([{"sku": "T-1", "country": f"C{place}", **row, **cells} for place in range(count)])


def test_a_hub_saves_stock_where_countries_share_a_long_way_and_nothing_where_there_is_one() -> None:
    many, single = tune_echelon(countries(8), 97.0, 5), tune_echelon(countries(1), 97.0, 5)
    assert many.fill_percent >= 97 and many.scattered_fill_percent >= 97
    assert many.saved_percent > max(0.0, single.saved_percent)


def test_a_higher_target_never_holds_less() -> None:
    low, high = (tune_echelon(countries(4), target, 5) for target in (90.0, 98.0))
    assert low.stock_value <= high.stock_value and low.scattered_value <= high.scattered_value


def test_a_target_that_no_factor_reaches_is_refused() -> None:
    with pytest.raises(NoFactors, match=r"serves 100\.5 % of demand"):
        tune_echelon(countries(2), 100.5, 5)


def test_certain_demand_needs_no_safety_stock() -> None:
    demand = np.full((2, 520), 10.0)
    served, wanted, stock = _simulate(demand, 5, np.array([4, 4]), 0.0, 0.0, True)
    assert served == wanted == 2 * 10.0 * 468
    assert stock == 0.0
