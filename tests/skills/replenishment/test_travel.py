"""From the hub's door to the shelf: cut-off days and receiving by season."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from skills.replenishment import plan_last_orders
from skills.replenishment.policy import ReplenishmentPolicy


def _seasons(*rows: tuple[str, str, str, int, int, int]) -> pd.DataFrame:
    columns = ["country", "first_day", "last_day", "extra_days_p10", "extra_days_p50", "extra_days_p90"]
    return pd.DataFrame(rows, columns=columns)


def _only(facts: Any, build: Any, **changed: Any) -> pd.Series:
    weekly = {("KD-1", "US"): 70.0}
    plan = facts.but(forecast=build.forecast(weekly), products=build.products("KD-1"), **changed).plan()
    return plan.set_index("sku").loc["KD-1"]


@pytest.mark.parametrize(("weekday", "waits"), [(-1, 0), (3, 0), (4, 1), (2, 6)])
def test_goods_wait_for_the_lanes_cut_off(facts: Any, build: Any, weekday: int, waits: int) -> None:
    row = _only(facts, build, lanes=build.lanes(cutoff_weekday=weekday))
    assert row["ready_on"] == pd.Timestamp("2025-12-15"), "packed on Thursday 18 December"
    assert row["arrival_p50"] == pd.Timestamp("2025-12-18") + pd.Timedelta(days=waits + 35)
    assert row["wait_days"] == waits


def test_receiving_takes_longer_in_its_season_and_nowhere_else(facts: Any, build: Any) -> None:
    usual = _only(facts, build)
    assert usual["arrival_p50"] == pd.Timestamp("2026-01-22")
    busy = _only(facts, build, receiving_times=_seasons(("US", "2026-01-15", "2026-01-25", 1, 4, 9)))
    assert busy["arrival_p50"] - usual["arrival_p50"] == pd.Timedelta(days=4)
    assert busy["receiving_days"] == 4
    elsewhere = _only(facts, build, receiving_times=_seasons(("DE", "2026-01-15", "2026-01-25", 1, 4, 9)))
    pd.testing.assert_series_equal(elsewhere, usual)


def test_goods_that_land_after_the_season_do_not_overtake_those_that_wait_in_it(facts: Any, build: Any) -> None:
    row = _only(facts, build, receiving_times=_seasons(("US", "2026-01-15", "2026-01-24", 14, 14, 14)))
    assert row["arrival_p50"] == pd.Timestamp("2026-02-05")
    assert row["arrival_p10"] <= row["arrival_p50"] <= row["arrival_p90"]
    assert row["next_arrival_p10"] >= row["arrival_p10"]


def test_two_periods_of_one_day_do_not_add_up(facts: Any, build: Any) -> None:
    periods = _seasons(("US", "2026-01-15", "2026-01-31", 1, 2, 3), ("US", "2026-01-20", "2026-01-25", 2, 5, 8))
    assert _only(facts, build, receiving_times=periods)["receiving_days"] == 5


def test_the_first_arrival_after_a_closure_knows_cut_off_and_season(build: Any) -> None:
    closures = build.closures(("haina", "2026-02-07", "2026-03-04"))
    as_of = build.facts(build.forecast({("A", "US"): 1.0}), build.products("A")).as_of

    def first(**changed: Any) -> pd.Timestamp:
        lanes = build.lanes(cutoff_weekday=changed.pop("cutoff_weekday", -1))
        plan = plan_last_orders(build.suppliers(), closures, lanes, as_of, ReplenishmentPolicy(), **changed)
        return pd.Timestamp(plan["first_arrival_after"].iloc[0])

    usual = first()
    assert first(cutoff_weekday=(usual.weekday() - 35 + 2) % 7) == usual + pd.Timedelta(days=2)
    slow = _seasons(("US", "2026-01-01", "2026-12-31", 0, 3, 5))
    assert first(receiving_times=slow) == usual + pd.Timedelta(days=3)
