"""Whether past scores predicted growth, without a look at the future, and the verdict in plain words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.selection import backtest, backtest_score
from skills.selection.backtest import correlate_ranks, hit_rate, mean_ranks
from skills.selection.facts import UnusableHistory
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import MissingColumns

POLICY = SelectionPolicy(bootstrap_draws=60)
MORNINGS = pd.to_datetime(["2025-11-24", "2026-02-23", "2026-05-25", "2026-08-24"])


def make_history(truth: str = "unmet", noise: float = 10.0, seed: int = 7, niches: int = 80) -> pd.DataFrame:
    """Niches whose growth follows one metric, more or less."""
    random = np.random.default_rng(seed)
    rows = []
    for as_of in MORNINGS:
        table = pd.DataFrame(
            {
                "as_of": as_of, "niche": [f"n{at}" for at in range(niches)], "country": "US",
                "volume": random.uniform(300, 40_000, niches), "volume_basis": "fitted",
                "growth_90d_percent": random.normal(0, 15, niches),
                "growth_180d_percent": random.normal(0, 20, niches),
                "unmet": random.uniform(0, 1, niches), "click_share_top5": random.uniform(0.2, 1, niches),
                "brand_share_top3": random.uniform(0.2, 1, niches), "reviews": random.uniform(50, 5000, niches),
            }
        )  # fmt: skip
        table["growth_next_percent"] = 40 * table[truth].rank(pct=True) + random.normal(0, noise, niches)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def test_a_score_that_predicts_says_that_it_beats_the_baselines() -> None:
    found = backtest_score(make_history(), POLICY)
    assert found.verdict[0] == backtest.BEATS
    assert found.verdict[0].format(**found.verdict[1])
    rows = found.summary.set_index("method")
    assert rows.loc["score", "spearman"] > max(rows.loc["rank", "spearman"], rows.loc["reviews", "spearman"])
    assert rows.loc["rank", "lead_low"] > 0
    assert found.folds["n"].tolist() == [80] * 4
    assert found.folds["precision_score"].median() > found.folds["precision_rank"].median()


def test_a_score_that_does_not_beat_its_baseline_says_so_plainly() -> None:
    found = backtest_score(make_history(truth="volume"), POLICY)
    assert found.verdict[0] == backtest.BEATS_SOME
    assert found.verdict[1]["baseline"] == "rank alone"
    assert "does not beat" in found.verdict[0].format(**found.verdict[1])


def test_noise_beats_nothing() -> None:
    history = make_history()
    history["growth_next_percent"] = np.random.default_rng(1).normal(0, 10, len(history))
    assert backtest_score(history, POLICY).verdict[0] == backtest.DOES_NOT_BEAT


def test_the_future_changes_nothing_in_the_scores_of_the_past() -> None:
    history = make_history()
    changed = history.copy()
    later = changed["as_of"] > MORNINGS[1]
    changed.loc[later, ["unmet", "volume", "reviews"]] = 0.5
    changed["growth_next_percent"] = -changed["growth_next_percent"]
    one, other = backtest_score(history, POLICY).scores, backtest_score(changed, POLICY).scores
    past = one["as_of"] <= MORNINGS[1]
    pd.testing.assert_frame_equal(one[past], other[past])
    assert not one[~past].equals(other[~past])


def test_two_runs_give_the_same_interval_and_rows_may_come_in_any_order() -> None:
    history = make_history()
    one, other = backtest_score(history, POLICY), backtest_score(history.sample(frac=1, random_state=2), POLICY)
    pd.testing.assert_frame_equal(one.summary, other.summary)
    pd.testing.assert_frame_equal(one.folds, other.folds)
    assert (one.summary["spearman_low"] <= one.summary["spearman"]).all()
    assert (one.summary["spearman"] <= one.summary["spearman_high"]).all()


def test_too_few_mornings_leave_the_score_untested() -> None:
    history = make_history()
    found = backtest_score(history[history["as_of"] <= MORNINGS[2]], POLICY)
    assert found.verdict == (backtest.TOO_FEW, {"folds": 3, "needed": 4})


def test_what_has_no_score_or_no_growth_yet_counts_in_no_fold() -> None:
    history = make_history()
    history.loc[history["as_of"] == MORNINGS[3], "growth_next_percent"] = np.nan
    history.loc[0, ["unmet", "volume", "reviews", "click_share_top5"]] = np.nan
    found = backtest_score(history, POLICY)
    assert found.folds["n"].tolist() == [79, 80, 80]
    assert len(found.scores) == len(history)
    nothing = backtest_score(history.assign(growth_next_percent=np.nan), POLICY)
    assert nothing.folds.empty and nothing.verdict[0] == backtest.TOO_FEW


def test_a_niche_twice_on_a_morning_is_refused() -> None:
    history = make_history()
    with pytest.raises(UnusableHistory, match="n0"):
        backtest_score(pd.concat([history, history.head(1)]), POLICY)
    with pytest.raises(UnusableHistory, match="0 rows"):
        backtest_score(history.head(0), POLICY)
    with pytest.raises(MissingColumns, match="growth_next_percent"):
        backtest_score(history.drop(columns="growth_next_percent"), POLICY)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        ([1, 1, 2, 2], [1, 2, 3, 4], 0.894427),
        ([106, 86, 100, 101, 99, 103, 97, 113, 112, 110], [7, 0, 27, 50, 28, 29, 20, 12, 6, 17], -0.175758),
        ([5, 5, 5], [1, 2, 3], 0.0),
    ],
)
def test_rank_correlation_gives_the_textbook_answer(one: list[int], other: list[int], expected: float) -> None:
    found = correlate_ranks(np.array(one, dtype="float64"), np.array(other, dtype="float64"))
    assert found == pytest.approx(expected, abs=1e-6)


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert mean_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_precision_counts_ties_at_the_last_place_in_part() -> None:
    policy: Any = SelectionPolicy(backtest_k=2, backtest_top_percent=25)
    grown = np.array([9.0, 1.0, 2.0, 3.0])
    assert hit_rate(np.array([4.0, 3.0, 2.0, 1.0]), grown, policy) == 0.5
    assert hit_rate(np.array([1.0, 1.0, 1.0, 1.0]), grown, policy) == 0.25
    assert hit_rate(np.array([1.0, 2.0, 3.0, 4.0]), grown, policy) == 0.0
