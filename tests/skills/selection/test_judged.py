"""What the benchmark measures on: real judged queries whose judgements the measure never sees, and a seeded world."""

from __future__ import annotations

import pandas as pd
import pytest
from bench_selection import JUDGED, judge_queries
from market_world import QUARTER, make_world

from skills.selection import measure_niches
from skills.selection.policy import SelectionPolicy


@pytest.mark.shared
def test_unmet_demand_of_real_queries_is_the_same_whatever_they_were_judged() -> None:
    if not JUDGED.exists():
        pytest.skip(f"{JUDGED} is absent")
    judged = pd.read_csv(JUDGED)
    judged = judged.rename(columns={judged.columns[2]: "rating"})
    table = judge_queries(judged)
    assert len(table) == 150 and table["development"].sum() == 75
    assert table["truth"].between(0, 1).all() and table["unmet"].notna().all()
    blind = judge_queries(judged.assign(rating=0.0))
    pd.testing.assert_series_equal(table["unmet"], blind["unmet"])


def test_the_generated_market_is_the_same_for_one_seed_and_its_mornings_are_a_quarter_apart() -> None:
    one, other = make_world(niches=12, mornings=2), make_world(niches=12, mornings=2)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])
    assert (one.mornings[1] - one.mornings[0]).days == 7 * QUARTER
    assert not one.tables["volumes"].equals(make_world(niches=12, mornings=2, seed=1).tables["volumes"])


def test_the_generated_market_is_measured_in_full() -> None:
    world = make_world(niches=12, mornings=2)
    metrics = measure_niches(
        **world.tables, own_asins=(), policy=SelectionPolicy(), as_of=world.mornings[0].date()
    ).metrics
    assert metrics["weeks_known"].eq(5 * QUARTER).all()
    for column in ("unmet", "growth_180d_percent", "season_ratio", "click_share_top5", "reviews"):
        assert metrics[column].notna().all()
