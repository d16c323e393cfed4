"""Unmet demand is drawn to the country's mean where little is known, and each gap says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skills.selection import gaps, holes, unmet
from skills.selection.plan import Measured
from skills.selection.policy import SelectionPolicy
from skills.selection.words import find_asked_words, fold, name_thing

Tables = dict[str, pd.DataFrame]
Make = Callable[..., Tables]
Measure = Callable[..., Measured]


def by_niche(measured: Measured) -> pd.DataFrame:
    return measured.metrics.set_index("niche")


def gap(measured: Measured, kind: str) -> dict[str, Any]:
    found = measured.gaps[measured.gaps["kind"] == kind]
    assert len(found) == 1
    return dict(found.iloc[0])


def without_queries(tables: Tables) -> Tables:
    return tables | {"search_queries": pd.DataFrame()}


def test_a_small_niche_does_not_win_by_noise(niche: Make, market: Callable[..., Tables], measure: Measure) -> None:
    usual = [niche(f"n{at}", volume=20_000, conversion=1.0 - 0.1 * (at % 5)) for at in range(12)]
    loud = niche("loud", volume=20_000, conversion=0.45)
    small = niche("small", volume=20, conversion=0.4)
    rows = by_niche(measure(without_queries(market(*usual, loud, small))))
    assert rows.loc["small", "unmet_raw"] > rows.loc["loud", "unmet_raw"]
    assert rows.loc["small", "unmet"] < rows.loc["loud", "unmet"]
    assert rows.loc["small", "unmet_weight_percent"] < rows.loc["loud", "unmet_weight_percent"]
    width = rows["unmet_high"] - rows["unmet_low"]
    assert width["small"] > width["loud"]


def test_what_is_drawn_lies_between_the_niche_and_the_mean(
    niche: Make, market: Callable[..., Tables], measure: Measure
) -> None:
    tables = market(*[niche(f"n{at}", volume=300 * (at + 1), conversion=0.2 + 0.1 * at) for at in range(8)])
    rows = by_niche(measure(without_queries(tables)))
    assert ((rows["unmet"] >= rows["unmet_raw"].min()) & (rows["unmet"] <= rows["unmet_raw"].max())).all()
    assert (rows["unmet_low"] <= rows["unmet"]).all() and (rows["unmet"] <= rows["unmet_high"]).all()


@pytest.mark.parametrize(
    ("sign", "calm", "wanting"),
    [
        ("unserved", {"reported": 0.7}, {"reported": 0.3}),
        ("conversion_gap", {"conversion": 1.0}, {"conversion": 0.4}),
        ("complaints", {"complaints": 1}, {"complaints": 60}),
        ("rating_gap", {"ratings": (4.7,) * 6}, {"ratings": (3.8,) * 6}),
        ("out_of_stock", {"stock": ("yes",) * 6}, {"stock": ("no",) * 3 + ("yes",) * 3}),
        ("conditions", {"asked": "lint"}, {"asked": "without lint"}),
    ],
)
def test_each_sign_raises_unmet_demand(
    niche: Make, measure: Measure, sign: str, calm: dict[str, Any], wanting: dict[str, Any]
) -> None:
    low, high = (by_niche(measure(niche("tea", **facts))).loc["tea"] for facts in (calm, wanting))
    assert low[sign] < high[sign]
    assert low["unmet"] < high["unmet"]


def test_products_that_win_their_clicks_elsewhere_are_borrowed(
    niche: Make, market: Callable[..., Tables], measure: Measure
) -> None:
    tables = market(niche("tea", volume=10_000), niche("mat", volume=100))
    tables["clicks"].loc[(tables["clicks"]["niche"] == "mat") & (tables["clicks"]["asin"] == "MAT0"), "asin"] = "TEA0"
    rows = by_niche(measure(tables))
    assert rows.loc["mat", "borrowed"] == pytest.approx(0.3 * 10_000 / 10_100, abs=1e-3)
    assert rows.loc["tea", "borrowed"] == pytest.approx(0.3 * 100 / 10_100, abs=1e-3)


def test_niches_of_one_concept_borrow_nothing_from_each_other(
    niche: Make, market: Callable[..., Tables], measure: Measure
) -> None:
    tables = market(niche("tea"), niche("mat", concept="tea"))
    tables["clicks"]["asin"] = tables["clicks"]["asin"].str.replace("MAT", "TEA")
    assert (by_niche(measure(tables))["borrowed"] == 0).all()


def test_too_few_known_signs_give_no_figure_and_say_so(niche: Make, measure: Measure) -> None:
    bare = niche("tea") | {"search_terms": pd.DataFrame(), "catalog_items": pd.DataFrame()}
    bare |= {"feedback_topics": pd.DataFrame(), "opportunities": pd.DataFrame()}
    measured = measure(bare)
    assert measured.metrics["unmet"].isna().all()
    assert unmet.UNKNOWN_UNMET in set(measured.degradations["reason"])
    assert measure(bare, least_unmet_percent=15).metrics["unmet"].notna().all()


def test_a_price_hole_names_the_band_in_money(niche: Make, measure: Measure) -> None:
    hole = gap(measure(niche("tea", prices=(900, 1000, 1050, 2400, 2500, 2600))), "price_hole")
    assert hole["reason"] == holes.NO_OFFER
    assert hole["values"] == {
        "low": "12.00 USD", "high": "24.00 USD", "below_percent": 75, "above_percent": 25,
    }  # fmt: skip
    assert hole["weight"] == 0.25
    closed = measure(niche("tea", prices=(900, 1000, 1100, 1200, 1300, 1400)))
    assert "price_hole" not in set(closed.gaps["kind"])


def test_a_yen_band_has_no_decimals(niche: Make, measure: Measure) -> None:
    tables = niche("tea", country="JP", currency="JPY", prices=(900, 1000, 1050, 2400, 2500, 2600))
    assert gap(measure(tables), "price_hole")["values"]["low"] == "1200 JPY"


def test_a_band_that_sells_badly_is_a_price_hole_too(niche: Make, measure: Measure) -> None:
    tables = niche("tea", prices=(900, 950, 2000, 920, 910, 940))
    dear = tables["search_terms"]["asin"] == "TEA2"
    tables["search_terms"] = tables["search_terms"].assign(
        conversion_share=tables["search_terms"]["conversion_share"].where(~dear, 0.01)
    )
    hole = gap(measure(tables, neighbour_share_percent=20.0, hole_width_percent=1000), "price_hole")
    assert hole["reason"] == holes.POOR_OFFER
    assert hole["values"]["clicks_percent"] == 20
    assert hole["values"]["purchases_percent"] < 20


def test_a_rating_hole_needs_searches_behind_it(niche: Make, measure: Measure) -> None:
    poor = {"ratings": (3.9, 4.0, 3.8, 4.6, 4.6, 4.6)}
    hole = gap(measure(niche("tea", **poor)), "rating_hole")
    assert hole["values"] == {"clicks_percent": 75, "good_rating": "4.2", "rating": "4.1"}
    assert "rating_hole" not in set(measure(niche("tea", volume=100, **poor)).gaps["kind"])


def test_a_feature_asked_for_and_nowhere_named_is_missing(niche: Make, measure: Measure) -> None:
    missing = gap(measure(niche("tea", asked="bamboo")), "missing_feature")
    assert missing["reason"] == gaps.WORDS_ASKED
    assert missing["values"] == {"words": "bamboo", "share_percent": 20}
    titles = [f"Tea cloth of BAMBOO no. {number}" for number in range(6)]
    assert "missing_feature" not in set(measure(niche("tea", asked="bamboo", titles=titles)).gaps["kind"])


def test_complaints_are_named_beside_the_words(niche: Make, measure: Measure) -> None:
    missing = gap(measure(niche("tea", asked="bamboo", complaints=20)), "missing_feature")
    assert missing["reason"] == gaps.ASKED_AND_COMPLAINED
    assert missing["values"]["topics"] == "thin"
    assert missing["values"]["complaint_percent"] == 33


def test_a_brand_that_is_asked_for_is_no_feature(niche: Make, measure: Measure) -> None:
    assert "missing_feature" not in set(measure(niche("tea", asked="maker")).gaps["kind"])


def test_without_titles_missing_features_are_not_looked_for(niche: Make, measure: Measure) -> None:
    measured = measure(niche("tea", titles=[""] * 6, asked="bamboo"))
    assert measured.gaps.empty
    assert gaps.NO_TITLES in set(measured.degradations["reason"])


@pytest.mark.parametrize(
    ("term", "title", "missing"),
    [
        ("spültuch öko", "Spultuch aus Baumwolle", ["öko"]),
        ("torchons épais", "Torchon coton épais", []),
        ("paños cocina", "Paño de algodón", ["cocina"]),
        ("台ふきん 抗菌", "ふきん", []),
    ],
)
def test_words_are_compared_without_accents_and_plurals(term: str, title: str, missing: list[str]) -> None:
    words, _ = find_asked_words([(term, 1.0)], [title], {fold(word) for word in ("aus", "de")}, SelectionPolicy())
    assert words == missing


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (["lavette séchage rapide"], ["séchage rapide"]),
        (["tapis lavable en machine", "tapis lavable"], ["lavable en machine"]),
        (["lavette sans peluche"], ["sans peluche"]),
        (["lint free dish cloth", "quick dry cloth"], ["lint free", "quick dry"]),
        (["Spu\u0308ltuch O\u0308ko"], ["Öko"]),
    ],
)
def test_words_asked_for_are_quoted_as_buyers_write_them(terms: list[str], said: list[str]) -> None:
    asked = [(term, 9.0 - at) for at, term in enumerate(terms)]
    plain = {"free", "sans", "lavette", "tapis", "spultuch", "dish", "cloth"}
    assert find_asked_words(asked, ["cotton"], plain, SelectionPolicy())[0] == said


@pytest.mark.parametrize(
    ("label", "alone", "country", "term"),
    [
        ("picknickkorb", {"picknickkorb"}, "DE", "picknickkörbe"),
        ("mehlsack tuch", {"tuch"}, "DE", "tücher"),
        ("plaid imperméable", set(), "FR", "plaids"),
        ("oven gloves", {"gloves"}, "GB", "gloves"),
    ],
)
def test_the_thing_itself_is_no_missing_feature(label: str, alone: set[str], country: str, term: str) -> None:
    thing = name_thing(label, alone, country)
    assert find_asked_words([(term, 1.0)], ["something else"], set(), SelectionPolicy(), thing) == ([], 0.0)


@pytest.mark.parametrize(("word", "title"), [("handtücher", "Golfhandtuch weiß"), ("körbe", "Picknick-Korb")])
def test_a_plural_that_a_title_has_in_the_singular_is_named(word: str, title: str) -> None:
    assert find_asked_words([(word, 1.0)], [title], set(), SelectionPolicy()) == ([], 0.0)
