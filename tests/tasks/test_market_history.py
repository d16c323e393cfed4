"""An earlier morning is measured by what was known on it; only the growth after it looks ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.seller import Policy
from tasks.files.market_tables import MARKET_TABLES
from tasks.market_history import look_back, measure_history
from tasks.store.snapshots import Snapshot
from tests.tasks.market_facts import MORNING, PAST, complete, searches

OWN = frozenset({"A0"})
POLICY = Policy()
GROWTH = "growth_next_percent"


def snapshot(**changes: pd.DataFrame) -> Snapshot:
    tables = {name: MARKET_TABLES[name].empty() for name in MARKET_TABLES}
    items = pd.DataFrame(
        [("US", f"A{niche}{product}", pd.Timestamp("2025-06-01"), 1_500, "USD", 300.0, 4.1)
         for niche in range(3) for product in range(3)],
        columns=["country", "asin", "seen_on", "price_minor", "currency", "reviews", "rating"],
    )  # fmt: skip
    topics = pd.DataFrame(
        [("US", "A00", "smell", "review", "negative", 40)],
        columns=["country", "asin", "topic", "kind", "sentiment", "mentions"],
    )
    known = {"search_terms": searches(), "catalog_items": complete("catalog_items", items),
             "feedback_topics": complete("feedback_topics", topics)}  # fmt: skip
    return Snapshot("d", "demo", MORNING, {**tables, **known, **changes})


def measure(known: Snapshot) -> pd.DataFrame:
    return measure_history.fn(known, OWN, POLICY)


def test_a_past_morning_is_measured_once_a_quarter_where_weeks_lie_on_both_sides() -> None:
    history = measure(snapshot())
    assert set(history["as_of"]) == {pd.Timestamp(PAST)}
    assert sorted(history["label"]) == ["dish cloth", "lamp", "picnic mat"]
    long = measure(snapshot(search_terms=searches(60)))
    assert set(long["as_of"]) == {pd.Timestamp(MORNING) - pd.Timedelta(weeks=13 * back) for back in (1, 2, 3)}
    assert long["as_of"].is_monotonic_increasing


def test_growth_is_that_of_the_quarter_after_and_what_did_not_change_did_not_grow() -> None:
    growth = measure(snapshot()).set_index("label")[GROWTH]
    assert growth["picnic mat"] > 20
    assert abs(growth["lamp"]) < 1 and abs(growth["dish cloth"]) < 1


@pytest.mark.parametrize("table", ["search_terms", "search_queries", "catalog_items", "opportunities"])
def test_what_came_later_changes_no_past_metric(table: str) -> None:
    before = snapshot()
    after = before.tables | {table: change_future(before, table)}
    one, other = measure(before), measure(Snapshot("e", "demo", MORNING, after))
    pd.testing.assert_frame_equal(one.drop(columns=GROWTH), other.drop(columns=GROWTH))
    if table == "search_terms":
        assert (one[GROWTH] != other[GROWTH]).any()


def change_future(known: Snapshot, table: str) -> pd.DataFrame:
    """The table with other rows in what was not complete on the past morning: the week that it cuts, and later."""
    rows: Any = known.tables[table]
    if table == "search_terms":
        late = rows["week"] + pd.Timedelta(days=7) > pd.Timestamp(PAST)
        assert late.any()
        return rows.assign(
            rank=rows["rank"].mask(late & rows["term"].str.startswith("lamp"), 7),
            click_share=rows["click_share"].mask(late, 0.01),
        )
    if table == "catalog_items":
        seen = rows.assign(seen_on=pd.Timestamp(PAST), price_minor=9_900, rating=1.0)
        return pd.concat([rows, seen], ignore_index=True).astype(rows.dtypes)
    if table == "search_queries":
        week = pd.Timestamp(PAST) - pd.Timedelta(days=1)
        asked = pd.DataFrame({"country": ["US"], "week": [week], "asin": ["A0"], "term": ["lamp"], "volume": [90_000],
                              "clicks_total": [9_000], "purchases_total": [10]})  # fmt: skip
        return complete("search_queries", asked).fillna({"clicks_own": 0}).astype({"volume": "int64"})
    told = pd.DataFrame({"country": ["US"], "exported_on": [pd.Timestamp(PAST)], "niche_name": ["lamp"],
                         "top_terms": ["lamp;lamps"], "volume_90d": [9e6], "return_share": [0.5]})  # fmt: skip
    return complete("opportunities", told)


def test_topics_carry_no_day_and_are_left_out_of_the_past() -> None:
    known = snapshot()
    silent = snapshot(feedback_topics=known.feedback_topics.iloc[:0])
    pd.testing.assert_frame_equal(measure(known), measure(silent))


def test_the_order_of_rows_changes_nothing() -> None:
    rows = searches()
    turned = snapshot(search_terms=rows.iloc[np.random.default_rng(5).permutation(len(rows))])
    pd.testing.assert_frame_equal(measure(snapshot()), measure(turned))


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning")  # no flow around the task
def test_a_short_or_empty_history_is_untested_and_no_error() -> None:
    for known in (snapshot(search_terms=searches(12)), snapshot(search_terms=searches().iloc[:0])):
        verdict = look_back(known, OWN, POLICY)
        assert verdict.folds.empty
        assert verdict.verdict[1]["folds"] == 0
