"""Searches a week: reported, fitted on the rank, or an index that says so."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skills.niches import estimate_volumes
from skills.niches.policy import NichesPolicy
from skills.niches.volumes import fit_line
from skills.vocabulary import MissingColumns

POLICY = NichesPolicy()
WEEK = pd.Timestamp("2026-11-15")


def ranked(ranks: dict[str, int], country: str = "US") -> pd.DataFrame:
    return pd.DataFrame(
        {"country": country, "week": WEEK, "department": "", "term": list(ranks), "rank": list(ranks.values()),
         "asin": "B1"}
    ).astype({"country": "str", "term": "str", "rank": "int64"})  # fmt: skip


def asked(searches: dict[str, int], country: str = "US", asin: str = "B1") -> pd.DataFrame:
    return pd.DataFrame(
        {"country": country, "week": WEEK, "asin": asin, "term": list(searches), "volume": list(searches.values())}
    ).astype({"country": "str", "term": "str", "volume": "int64"})


ZIPF = {f"term {rank}": rank for rank in (*range(1, 200, 7), *range(200, 20_000, 1311))}


def test_a_reported_volume_stands_and_the_others_lie_on_the_line() -> None:
    known = {term: round(2_000_000 / rank) for term, rank in ZIPF.items()}
    volumes = estimate_volumes(ranked(ZIPF | {"open": 1000}), asked(known), POLICY).set_index("term")
    assert volumes.loc["term 8", ["volume", "volume_basis"]].tolist() == [250_000.0, "reported"]
    assert volumes.loc["open", "volume_basis"] == "fitted"
    assert volumes.loc["open", "volume"] == pytest.approx(2000, rel=0.01)


def test_a_tenth_of_wrong_volumes_moves_the_line_little() -> None:
    known = {
        term: round(2_000_000 / rank) * (1000 if at % 10 == 3 else 1) for at, (term, rank) in enumerate(ZIPF.items())
    }
    volumes = estimate_volumes(ranked(ZIPF | {"open": 1000}), asked(known), POLICY).set_index("term")
    assert volumes.loc["open", "volume"] == pytest.approx(2000, rel=0.25)


def test_searches_fall_with_the_rank_whatever_is_reported() -> None:
    known = {term: rank * 10 for term, rank in ZIPF.items()}
    volumes = estimate_volumes(ranked(ZIPF | {"a": 3, "b": 300, "c": 30_000}), asked(known), POLICY)
    fitted = volumes[volumes["volume_basis"] == "fitted"].sort_values("rank")
    assert fitted["volume"].is_monotonic_decreasing
    assert fitted["volume"].is_unique


def test_too_few_volumes_give_an_index_that_says_so() -> None:
    few = estimate_volumes(ranked({"a": 10, "b": 20, "c": 40}), asked({"a": 500, "b": 200}), POLICY).set_index("term")
    assert few["volume_basis"].to_dict() == {"a": "reported", "b": "reported", "c": "rank only"}
    assert few.loc["c", "volume"] == 112.5  # the median of 5000 and 4000, through rank 40
    none = estimate_volumes(ranked({"a": 10}), asked({}), POLICY)
    assert none["volume"].tolist() == [100_000.0]


def test_countries_are_fitted_apart_and_departments_joined() -> None:
    known = asked({term: round(2_000_000 / rank) for term, rank in ZIPF.items()})
    both = pd.concat([ranked(ZIPF), ranked({"x": 5}, "DE"), ranked({"x": 3}, "DE")], ignore_index=True)
    volumes = estimate_volumes(both, known, POLICY)
    german = volumes[volumes["country"] == "DE"]
    assert german[["term", "rank", "volume_basis"]].to_numpy().tolist() == [["x", 3, "rank only"]]


def test_a_term_without_a_rank_keeps_its_reported_volume() -> None:
    volumes = estimate_volumes(ranked({}), pd.concat([asked({"x": 5}), asked({"x": 7}, asin="B2")]), POLICY)
    assert volumes["volume"].tolist() == [7.0]
    assert volumes["rank"].isna().tolist() == [True]
    assert volumes["volume_basis"].tolist() == ["reported"]


def test_rows_in_any_order_give_the_same_volumes() -> None:
    terms, known = ranked(ZIPF | {"a": 3}), asked({term: 3_000_000 // rank for term, rank in ZIPF.items()})
    first = estimate_volumes(terms, known, POLICY)
    second = estimate_volumes(terms.sample(frac=1, random_state=1), known.sample(frac=1, random_state=2), POLICY)
    pd.testing.assert_frame_equal(first, second)
    assert first["term"].is_monotonic_increasing


def test_nothing_in_is_nothing_out_in_the_same_types() -> None:
    empty = estimate_volumes(ranked({}), asked({}), POLICY)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == estimate_volumes(ranked({"a": 1}), asked({}), POLICY).dtypes.to_dict()


def test_a_table_without_its_columns_is_refused() -> None:
    drop: Callable[[pd.DataFrame, str], pd.DataFrame] = lambda table, name: table.drop(columns=name)  # noqa: E731
    with pytest.raises(MissingColumns, match="search_terms"):
        estimate_volumes(drop(ranked({}), "rank"), asked({}), POLICY)
    with pytest.raises(MissingColumns, match="search_queries"):
        estimate_volumes(ranked({}), drop(asked({}), "volume"), POLICY)


def test_one_rank_alone_has_no_line() -> None:
    same = pd.Series([5.0] * 20).to_numpy()
    assert fit_line(same, same) is None
