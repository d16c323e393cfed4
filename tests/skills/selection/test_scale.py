"""A market of a real export's size is measured and ranked in seconds, and as one niche at a time would be."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.selection import backtest_score, find_score_flips, measure_niches, rank_opportunities
from skills.selection.facts import find_rows, join_rows
from skills.selection.plan import Measured
from skills.selection.policy import SelectionPolicy
from skills.selection.score import earn_points, place_value, read_values
from skills.selection.volume import read_season, read_seasons

AS_OF = date(2025, 11, 24)
POLICY = SelectionPolicy()
Tables = dict[str, pd.DataFrame]


def make_export(niches: int, weeks: int = 78, seed: int = 3) -> Tables:
    """Niches of a term or two in three countries, three clicked products each, each term in four weeks of five."""
    random = np.random.default_rng(seed)
    days = pd.date_range("2024-05-26", periods=weeks, freq="7D", unit="us").to_numpy()
    names = pd.Series([f"n{at:06d}" for at in range(niches)], dtype="str")
    country = pd.Series(["DE", "GB", "US"], dtype="str").take(np.sort(random.integers(0, 3, niches)))
    country = country.reset_index(drop=True)
    of = np.concatenate([np.arange(niches), np.flatnonzero(random.random(niches) < 0.1)])
    words = random.integers(0, 4000, (len(of), 2))
    terms = pd.Series([f"w{a}x w{b}x {at}k" for at, (a, b) in enumerate(words.tolist())], dtype="str")
    size, phase = random.uniform(100, 4000, len(of)), random.uniform(0, 6.28, len(of))
    searches = size[:, None] * (1 + 0.3 * np.cos(np.arange(weeks) / 8.3 - phase[:, None]))
    term, week = np.nonzero(random.random((len(of), weeks)) < 0.8)
    asins = pd.Series([f"B0{at:08d}" for at in range(3 * niches)], dtype="str")
    product = np.repeat(np.arange(niches), 3)
    row = np.repeat(np.arange(len(term)), 3)
    clicked = (random.uniform(0.2, 0.6, len(term))[:, None] * [0.5, 0.3, 0.2]).ravel().round(4)
    blank = pd.Series([""], dtype="str").take(np.zeros(len(row), dtype="int64"))
    items = pd.DataFrame(
        {
            "country": country.take(product).array, "asin": asins, "seen_on": pd.Timestamp("2025-11-18"),
            "title": names.take(product).array + " cotton", "brand": "Brand " + (asins.index % 9000).astype("str"),
            "price_minor": random.uniform(500, 5000, len(asins)).round(), "currency": "EUR",
            "reviews": random.integers(1, 5000, len(asins)), "rating": random.uniform(3.5, 4.9, len(asins)).round(1),
            "launched_on": pd.Timestamp("2024-01-01"), "in_stock": "yes", "features": "",
        }
    )  # fmt: skip
    return {
        "niches": pd.DataFrame({"niche": names, "country": country, "concept": names, "label": terms[:niches],
                                "terms": 1, "volume": size[:niches]}),
        "members": pd.DataFrame({"niche": names.take(of).array, "country": country.take(of).array, "term": terms,
                                 "share": 1.0}),
        "clicks": pd.DataFrame({"niche": names.take(product).array, "country": country.take(product).array,
                                "asin": asins, "click_share": np.tile([0.5, 0.3, 0.2], niches)}),
        "volumes": pd.DataFrame({"country": country.take(of[term]).array, "week": days[week],
                                 "term": terms.take(term).array, "volume": searches[term, week].round(1),
                                 "volume_basis": "fitted"}),
        "search_terms": pd.DataFrame({"country": country.take(of[term[row]]).array, "week": days[week[row]],
                                      "department": blank.array, "term": terms.take(term[row]).array,
                                      "asin": asins.take(3 * of[term[row]] + np.tile(np.arange(3), len(term))).array,
                                      "title": blank.array, "brand": blank.array, "click_share": clicked,
                                      "conversion_share": clicked * 0.8}),
        "search_queries": pd.DataFrame(), "catalog_items": items,
        "feedback_topics": pd.DataFrame(
            [{"country": "DE", "asin": "B000000000", "topic": "thin", "kind": "review", "sentiment": "negative",
              "mentions": 3}]),
        "opportunities": pd.DataFrame(),
    }  # fmt: skip


@pytest.mark.long
def test_a_hundred_thousand_niches_are_measured_ranked_and_looked_back_at_in_seconds() -> None:
    tables = make_export(100_000)
    begin = time.process_time()
    measured = measure_niches(**tables, own_asins=(), policy=POLICY, as_of=AS_OF)
    assert time.process_time() - begin < 60
    assert len(measured.metrics) == 100_000 and measured.metrics["season_ratio"].notna().mean() > 0.9
    begin = time.process_time()
    ranked = rank_opportunities(measured.metrics, pd.DataFrame(), POLICY, AS_OF)
    find_score_flips(ranked, pd.DataFrame(), POLICY)
    assert time.process_time() - begin < 15
    history = [measured.metrics.assign(as_of=pd.Timestamp(f"2025-0{at}-03"),
                                       growth_next_percent=measured.metrics["growth_90d_percent"] + at)
               for at in range(1, 6)]  # fmt: skip
    begin = time.process_time()
    assert backtest_score(pd.concat(history), POLICY).folds["n"].gt(90_000).all()
    assert time.process_time() - begin < 30


def test_a_niche_is_measured_alike_alone_and_among_others(
    niche: Callable[..., Tables], market: Callable[..., Tables], measure: Callable[..., Measured]
) -> None:
    random = np.random.default_rng(1)
    tables = [niche(f"n{at}", weeks=20 + 9 * at, volume=random.uniform(10, 900, 20 + 9 * at).tolist())
              for at in range(9)]  # fmt: skip
    together = measure(market(*tables)).metrics.set_index("niche")
    columns = [
        "volume",
        "volume_recent",
        "growth_90d_percent",
        "season_ratio",
        "weeks_known",
        "price_minor",
        "reviews",
    ]
    for at, alone in enumerate(tables):
        one = measure(alone).metrics.set_index("niche")
        pd.testing.assert_frame_equal(one[columns], together.loc[[f"n{at}"], columns])


def test_seasons_of_many_niches_are_those_of_each() -> None:
    random = np.random.default_rng(2)
    numbers = np.flatnonzero(random.random(130) < 0.9)
    months = (numbers * 7 // 30) % 12 + 1
    searches = random.uniform(0, 500, (40, len(numbers)))
    searches[7] = 0
    together = read_seasons(numbers, searches, months, 52)
    for row, factors in zip(searches, together, strict=True):
        alone = read_season(numbers, row, months, 52)
        assert np.isnan(factors).all() if alone is None else alone.tolist() == factors.tolist()
    assert np.isnan(together[7]).all() and not np.isnan(np.delete(together, 7, axis=0)).any()


def test_places_of_many_values_are_those_of_each() -> None:
    random = np.random.default_rng(4)
    table = pd.DataFrame({a.component: random.uniform(0, 1.2 * a.high, 300) for a in POLICY.anchors})
    table["season_ratio"] = 1.2
    places = earn_points(read_values(table, POLICY), POLICY)
    for anchor in POLICY.anchors:
        each = [place_value(value, anchor) for value in table[anchor.component]]
        assert places[anchor.component].tolist() == pytest.approx(each, abs=2e-9)


def test_rows_are_found_by_their_keys_and_joined_in_order() -> None:
    known = pd.DataFrame({"country": ["DE", "DE", "US"], "term": ["a", "b", "a"]})
    asked = pd.DataFrame({"country": ["US", "DE", "US", "FR"], "term": ["a", "b", "b", "a"]})
    assert find_rows(asked, known, ["country", "term"]).tolist() == [2, 1, -1, -1]
    assert find_rows(asked.head(0), known, ["country", "term"]).tolist() == []
    assert find_rows(asked, known.head(0), ["country", "term"]).tolist() == [-1] * 4
    found: list[Any] = [rows.tolist() for rows in join_rows(np.array([1, -1, 0, 1]), np.array([0, 1, 1, -1]))]
    assert found == [[0, 0, 2, 3, 3], [1, 2, 0, 1, 2]]
