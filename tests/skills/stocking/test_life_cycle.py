"""The level of a launch and of a last buy."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.stocking import explain_life_cycle, plan_life_cycle
from skills.stocking.plan import LOSES, NO_DEMAND, UNPRICED
from skills.stocking.policy import StockingPolicy

AS_OF = date(2026, 1, 12)


def forecast(weekly: float, weeks: int = 30, ends: int = 30) -> pd.DataFrame:
    ahead = np.arange(1, weeks + 1)
    mean = np.where(ahead <= ends, weekly, 0.0)
    total = np.cumsum(mean)
    spread = {"cum_p10": 0.7, "cum_p50": 1.0, "cum_p75": 1.2, "cum_p90": 1.4, "cum_p98": 1.7}
    return pd.DataFrame(
        {"sku": "T-1", "country": "*", "weeks_ahead": ahead, "week": pd.date_range(AS_OF, periods=weeks, freq="7D"),
         "mean": mean, **{name: total * share for name, share in spread.items()}}
    )  # fmt: skip


def life(
    cycle: str, margin: float = 30.0, demand: pd.DataFrame | None = None, ends_on: date | None = None, **policy: int
) -> pd.Series:
    products = pd.DataFrame([{"sku": "T-1", "life_cycle": cycle, "ends_on": pd.Timestamp(ends_on or pd.NaT)}])
    margins = pd.DataFrame([{"sku": "T-1", "net_margin": margin, "unit_cost": 12.5}])
    wanted = forecast(10.0) if demand is None else demand
    return plan_life_cycle(wanted, products, margins, StockingPolicy(**policy)).iloc[0]


def test_a_launch_begins_with_the_quantile_that_its_margin_earns() -> None:
    # a unit short loses 30, a unit left costs 80 % of 12.50: the 75 % quantile of 16 weeks, 160 × 1.2
    row = life("launch")
    assert (row["kind"], row["ratio_percent"], row["level"], row["leads"]) == ("launch", 75.0, 192, True)
    assert row["until"] == pd.Timestamp("2026-05-03"), "the Sunday of the sixteenth week"


def test_a_last_buy_covers_all_demand_until_the_day_that_the_seller_states() -> None:
    row = life("phase_out", demand=forecast(10.0, ends=20), ends_on=date(2026, 5, 30))
    assert (row["kind"], row["level"], row["end_stated"]) == ("last buy", 240, True)
    assert row["until"] == pd.Timestamp("2026-05-30")


def test_the_stated_end_does_not_roll_with_the_forecast() -> None:
    whole = forecast(10.0, weeks=40, ends=40)
    rows = [life("phase_out", demand=whole[whole["weeks_ahead"] <= weeks], ends_on=date(2026, 5, 31))
            for weeks in (30, 40)]  # fmt: skip
    assert rows[0].equals(rows[1])
    assumed = [life("phase_out", demand=whole[whole["weeks_ahead"] <= weeks]) for weeks in (30, 40)]
    assert [row["until"] for row in assumed] == [pd.Timestamp("2026-08-09"), pd.Timestamp("2026-10-18")]
    assert all(not row["end_stated"] and "moves with each morning" in row["reason"] for row in assumed)


def test_sale_beyond_the_forecast_goes_on_at_its_last_weekly_mean() -> None:
    row = life("phase_out", ends_on=date(2026, 8, 9) + timedelta(days=14))
    assert row["level"] == life("phase_out")["level"] + 20


def test_a_margin_that_is_next_to_nothing_buys_nothing_and_its_reason_needs_no_numbers() -> None:
    """A level of nothing is told by its ratio of 0: the reason is handed on without values."""
    row = life("launch", margin=0.001, demand=forecast(10.0).assign(cum_p10=0.0))
    assert (row["level"], row["ratio_percent"], row["reason"], row["values"]) == (0, 0.0, LOSES, {})


def test_a_launch_without_demand_is_sized_at_nothing() -> None:
    assert (life("launch", demand=forecast(0.0))["level"], life("launch", demand=forecast(0.0))["reason"]) == (
        0, NO_DEMAND,
    )  # fmt: skip
    assert life("launch", demand=forecast(10.0).iloc[:0])["reason"] == NO_DEMAND
    assert life("phase_out", ends_on=AS_OF - timedelta(days=1))["reason"] == NO_DEMAND, "sale is over"


def test_a_product_that_earns_nothing_is_not_bought() -> None:
    row = life("launch", margin=-1.0)
    assert (row["level"], row["reason"], row["leads"]) == (0, LOSES, True)


def test_without_a_margin_the_level_leads_nothing() -> None:
    row = life("launch", margin=np.nan)
    assert (row["level"], row["reason"], row["leads"]) == (0, UNPRICED, False)


@pytest.mark.parametrize("cycle", ["grow", "steady", "exit"])
def test_only_what_begins_or_ends_is_planned(cycle: str) -> None:
    products = pd.DataFrame([{"sku": "T-1", "life_cycle": cycle}])
    margins = pd.DataFrame({"sku": ["T-1"], "net_margin": [30.0], "unit_cost": [12.5]})
    assert plan_life_cycle(forecast(10.0), products, margins, StockingPolicy()).empty


def test_the_steps_repeat_the_arithmetic() -> None:
    row = life("launch")
    steps = explain_life_cycle(pd.DataFrame([row])).set_index("label")["value"]
    short, left = steps["A unit short loses"], steps["A unit left costs"]
    assert steps["Critical ratio"] == pytest.approx(100.0 * short / (short + left), abs=0.05)
    assert steps["Demand at that ratio"] == row["level"]


@given(st.sampled_from(["launch", "phase_out"]), st.floats(0.01, 500.0), st.floats(1.0, 10.0), st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_more_margin_more_salvage_and_a_longer_sale_never_lower_the_level(
    cycle: str, margin: float, factor: float, salvage: int
) -> None:
    base = life(cycle, margin=margin, salvage_percent=salvage)["level"]
    assert life(cycle, margin=margin * factor, salvage_percent=salvage)["level"] >= base
    assert life(cycle, margin=margin, salvage_percent=salvage + 1)["level"] >= base
    ends = [life("phase_out", margin=margin, ends_on=AS_OF + timedelta(days=days))["level"] for days in (60, 120)]
    assert ends[0] <= ends[1]
