"""What a product must meet, whose name it holds, and what its market is exposed to."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.sourcing import check_risks
from skills.sourcing import risk as words
from skills.sourcing.facts import UnusableRules
from skills.vocabulary import MissingColumns
from tasks.files.risk_words import read_risk_words

DAY = date(2026, 11, 24)
NO_BRANDS = pd.DataFrame({"country": [], "brand": [], "click_share": []})


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return read_risk_words()


def rule(**other: Any) -> pd.DataFrame:
    row = {
        "rule": "children", "language": "en", "words": "kid;kids", "country": "US GB", "requirement": "the act",
        "level": 3, "effective_from": "2008-08-14", "effective_to": "", "source": "the test",
        "retrieved_on": "2026-11-01", "confidence": "unverified", **other,
    }  # fmt: skip
    return pd.DataFrame([row])


def check(
    terms: str, country: str = "US", brands: pd.DataFrame = NO_BRANDS, rules: pd.DataFrame | None = None, **other: Any
) -> tuple[int, list[Any]]:
    row = {"candidate": "C", "country": country, "terms": terms, "title": "", **other}
    found = check_risks(pd.DataFrame([row]), brands, rule() if rules is None else rules, DAY)
    return int(found["risk_level"].iloc[0]), found["risks"].iloc[0]


def brand(name: str, share: float, country: str = "US") -> pd.DataFrame:
    return pd.DataFrame({"country": [country], "brand": [name], "click_share": [share]})


def test_a_word_that_calls_for_a_certificate_names_rule_source_and_confidence() -> None:
    level, [(sentence, values)] = check("picnic mat for kids")
    assert (level, sentence) == (3, words.MUST_MEET)
    assert sentence.format(**values) == (
        'For children ("kids"): the act applies in US. Source: the test (unverified, 2026-11-01).'
    )


def test_words_are_whole_and_terms_do_not_run_into_each_other() -> None:
    assert check("kidney bean bag")[0] == 0
    assert check("KIDS; mat")[0] == 3
    assert check("board; game", rules=rule(words="board game"))[0] == 0
    assert check("board-game", rules=rule(words="board game"))[0] == 3
    assert check("kindermatte", rules=rule(words="kinder*"))[0] == 3
    assert check("bebe tapis", rules=rule(words="bébé*"))[0] == 3
    assert check("婴儿野餐垫", rules=rule(words="婴儿"))[0] == 3


def test_a_rule_holds_in_its_countries_and_days() -> None:
    assert check("kids mat", "DE") == (0, [(words.NO_RULES, {"country": "DE"})])
    assert check("kids mat", "DE", rules=rule(country="*"))[0] == 3
    assert check("kids mat", rules=rule(effective_to="2026-11-23"))[1] == [(words.NO_RULES, {"country": "US"})]
    [(sentence, values)] = check("kids mat", rules=rule(effective_from="2027-03-01"))[1]
    assert (sentence, values["first_day"]) == (words.WILL_MEET, "2027-03-01")
    assert check("kids mat", rules=rule(effective_from="2029-03-01"))[0] == 0


def test_one_requirement_is_said_once() -> None:
    both = pd.concat([rule(), rule(language="fr", words="enfant*")])
    assert len(check("kids mat; tapis enfant", rules=both)[1]) == 1


def test_a_brand_in_the_title_weighs_more_than_one_in_the_terms() -> None:
    named = check("mat", brands=brand("Acme Home", 0.2), title="ACME-home style mat")
    assert (named[0], named[1][0][0]) == (3, words.BRAND_IN_TITLE)
    asked = check("mat; acme home mat", brands=brand("Acme Home", 0.2))
    assert asked[0] == 2
    assert asked[1][0][1] == {"brand": "Acme Home", "country": "US", "percent": "20.0", "term": "acme home mat"}
    assert check("acme home mat", brands=brand("Acme Home", 0.2, "DE"))[0] == 0


def test_a_common_word_that_is_a_small_brand_is_only_to_be_checked() -> None:
    level, [(sentence, _)] = check("blue mat", brands=brand("Blue", 0.001))
    assert (level, sentence) == (1, words.MAYBE_BRAND)
    assert check("blue mat", brands=brand("Blue", 0.3))[0] == 2
    assert check("a 3m mat", brands=brand("A", 0.3))[0] == 0


def test_season_and_concentration_count_where_they_are_known() -> None:
    assert check("mat", season_ratio=2.5, brand_share_top3=0.85) == (
        2, [(words.CONCENTRATED, {"percent": "85"}), (words.SEASONAL, {"ratio": "2.5"})]
    )  # fmt: skip
    level, risks = check("mat", season_ratio=math.nan, brand_share_top3=math.nan)
    assert (level, {sentence for sentence, _ in risks}) == (0, {words.SEASON_UNKNOWN, words.BRANDS_UNKNOWN})


def test_a_dishcloth_and_a_lunch_box_in_six_languages(shipped: pd.DataFrame) -> None:
    for term in (
        "kitchen dishcloth",
        "Spültücher Küche",
        "lavette cuisine",
        "paño de cocina",
        "ふきん 台所",
        "洗碗布",
    ):
        level, risks = check(term, "DE", rules=shipped)
        assert level == 2, term
        assert {values["rule"] for _, values in risks} == {"Touches food", "Textile"}
    assert check("picnic blanket", "US", rules=shipped)[0] == 1
    assert check("antibacterial dishcloth", "US", rules=shipped)[0] == 3


def test_every_rule_that_ships_has_a_name_words_a_source_and_a_day(shipped: pd.DataFrame) -> None:
    assert set(shipped["rule"]) == set(words.RULE_NAMES)
    assert (shipped[["words", "requirement", "source", "retrieved_on"]] != "").all().all()
    assert set(shipped["confidence"]) == {"unverified"}
    assert set(shipped["language"]) == {"en", "de", "fr", "es", "ja", "zh"}
    assert shipped["level"].isin([1, 2, 3]).all()


def test_a_rule_without_words_or_level_is_refused() -> None:
    with pytest.raises(UnusableRules, match="children · US GB · 5"):
        check("mat", rules=rule(level=5))
    with pytest.raises(UnusableRules, match="Expected words"):
        check("mat", rules=rule(words=" ; -"))
    with pytest.raises(MissingColumns, match="risk_words lacks the columns level"):
        check("mat", rules=rule().drop(columns="level"))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from(["mat", "kids mat", "acme rug", "cloth"]), min_size=1, max_size=5), st.text(max_size=40)
)
def test_more_words_never_lower_the_risk(terms: list[str], title: str) -> None:
    brands = brand("Acme", 0.1)
    assert check("; ".join(terms), brands=brands, title=title)[0] >= check(terms[0], brands=brands)[0]
