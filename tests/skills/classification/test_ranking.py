"""A description leads to headings; what it leaves open is asked; wrong tables are refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.classification import explain_headings, rank_headings
from skills.classification.book import HeadingBook, UnusableHeadings
from skills.classification.calibration import Calibration, UnusableCalibration, fit_calibration
from skills.classification.headings import lay_out_national_lines, lay_out_nomenclature
from skills.classification.plan import UnusableDescriptions
from skills.classification.policy import ClassificationPolicy
from skills.classification.questions import ASK_MORE, ASK_SLOT, ASK_USE
from skills.classification.words import split_head, split_negated, split_words
from skills.vocabulary import MissingColumns

Rank = Callable[..., pd.DataFrame]
SLOTLESS = pd.DataFrame(columns=["slot", "value", "words", "words_zh", "heading_words", "chapters", "applies"])


def first(candidates: pd.DataFrame, product: str) -> dict[str, object]:
    return candidates[(candidates["product"] == product) & (candidates["rank"] == 1)].iloc[0].to_dict()


def test_terry_and_plain_weave_lead_to_different_subheadings(rank: Rank) -> None:
    ranked = rank(
        terry="Bath towel, cotton terry", plain="Tea towel, plain woven cotton", other="Linen tea towel, flax"
    )
    assert first(ranked, "terry")["code"] == "630260"
    assert first(ranked, "plain")["code"] == "630291"
    assert first(ranked, "other")["code"] == "630299"


def test_english_and_chinese_lead_to_the_same_heading(rank: Rank) -> None:
    ranked = rank(en="Tea towel, cotton", zh="纯棉茶巾", mug="Porcelain mug", cup="骨瓷马克杯")
    assert first(ranked, "en")["code"] == first(ranked, "zh")["code"] == "630291"
    assert first(ranked, "mug")["code"] == first(ranked, "cup")["code"] == "691110"


def test_what_speaks_for_a_heading_is_said_in_the_words_of_the_description(rank: Rank) -> None:
    ranked = rank(en="Tea towel, cotton", zh="纯棉茶巾")
    assert first(ranked, "en")["facts_for"] == "cotton"
    assert first(ranked, "zh")["facts_for"] == "纯棉"


def test_what_comes_with_the_goods_does_not_name_them(rank: Rank) -> None:
    assert first(rank(knife="Scissors with hammer shaped box"), "knife")["code"] == "821300"
    assert split_head("Glass jar with bamboo lid") == ("glass jar", " with bamboo lid")


def test_the_material_that_is_not_named_is_asked_for(rank: Rank) -> None:
    ranked = rank(towel="Bath towel")
    assert first(ranked, "towel")["answer"] == "ask"
    asked = {first(ranked, "towel")["question"], first(ranked, "towel")["also_ask"]}
    assert asked & {ASK_SLOT["material"], ASK_SLOT["pile"]}


def test_two_headings_are_told_apart_by_their_use(rank: Rank) -> None:
    asked = first(rank(cloth="Kitchen dishcloth, cotton"), "cloth")
    assert asked["question"] == ASK_USE
    assert "floor cloths" in f"{asked['question_first']} {asked['question_second']}"


def test_words_that_fit_nothing_get_no_code_and_a_question(rank: Rank) -> None:
    nothing = rank(odd="Zzyzx")
    assert list(nothing["code"]) == [""]
    assert list(nothing["question"]) == [ASK_MORE]


def test_a_stricter_seller_is_asked_more_often(rank: Rank) -> None:
    assert first(rank(s="Kitchen scissors"), "s")["answer"] == "sure"
    assert first(rank({"sure_percent": 99}, s="Kitchen scissors"), "s")["answer"] == "ask"


def test_material_and_use_may_stand_in_columns_of_their_own(book: HeadingBook, calibration: Calibration) -> None:
    products = pd.DataFrame({"product": ["T"], "description": ["Towel"], "material": ["cotton terry"], "use": [None]})
    assert rank_headings(products, book, calibration, ClassificationPolicy())["code"].iloc[0] == "630260"


def test_a_misspelt_word_finds_its_heading(rank: Rank) -> None:
    assert first(rank(s="scisors"), "s")["code"] == "821300"


def test_the_explanation_adds_up_to_the_score(rank: Rank) -> None:
    ranked = rank(t="Tea towel, cotton")
    parts = ranked["trade_score"] + ranked["text_score"] + ranked["facts_score"]
    assert (parts - ranked["score"]).abs().max() < 0.002
    told = explain_headings(ranked)
    assert {"tea towel"} <= set(told["note"])


def test_a_question_stays_a_sentence_that_can_be_translated_beside_what_fills_it(rank: Rank) -> None:
    told = explain_headings(rank(cloth="Kitchen dishcloth, cotton"))
    asked = told[told["label"] == "Question that decides"].iloc[0]
    assert asked["note"] == ASK_USE
    assert "floor cloths" in f"{asked['first']} {asked['second']}"


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(["Tea towel, cotton", "Porcelain mug", "Kitchen dishcloth", "Hammer"]))
def test_a_products_answer_does_not_depend_on_its_neighbours(rank: Rank, order: list[str]) -> None:
    alone = {text: rank(p=text)["code"].tolist() for text in order}
    together = rank(**{f"p{at}": text for at, text in enumerate(order)})
    for at, text in enumerate(order):
        assert together.loc[together["product"] == f"p{at}", "code"].tolist() == alone[text]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_words_get_ranked_candidates_and_a_confidence(rank: Rank, text: str) -> None:
    ranked = rank(p=text)
    assert ranked["score"].is_monotonic_decreasing
    assert ranked["confidence_percent"].between(0, 100).all()
    assert ((ranked["answer"] == "ask") == (ranked["confidence_percent"] < 90)).all()


def test_a_product_listed_twice_is_refused(book: HeadingBook, calibration: Calibration) -> None:
    twice = pd.DataFrame({"product": ["A", "A"], "description": ["mug", "cup"]})
    with pytest.raises(UnusableDescriptions, match="listed twice: A"):
        rank_headings(twice, book, calibration, ClassificationPolicy())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("63.02", "x", "63"), "63.02 is no code"),
        (("630260", "x", "6302"), "appears twice"),
        (("9999", "x", "99"), "has no parent"),
    ],
)
def test_a_table_that_is_no_tree_of_codes_is_refused(headings: pd.DataFrame, row: tuple[str, ...], said: str) -> None:
    wrong = pd.concat([headings, pd.DataFrame([row], columns=["code", "text", "parent"])], ignore_index=True)
    words = pd.DataFrame(columns=["words", "words_zh", "codes", "heading_words"])
    with pytest.raises(UnusableHeadings, match=said):
        HeadingBook(wrong, words, SLOTLESS)


def test_a_table_without_a_column_is_refused_with_its_name(
    headings: pd.DataFrame, book: HeadingBook, calibration: Calibration
) -> None:
    words = pd.DataFrame(columns=["words", "words_zh", "codes", "heading_words"])
    nameless = pd.DataFrame({"description": ["mug"]})
    for said, use in (
        ("headings lacks the columns parent", lambda: HeadingBook(headings.drop(columns="parent"), words, words)),
        ("trade words lacks the columns codes", lambda: HeadingBook(headings, words.drop(columns="codes"), words)),
        ("slot words lacks the columns slot, value, chapters, applies", lambda: HeadingBook(headings, words, words)),
        (
            "calibration lacks the columns percent",
            lambda: Calibration.from_frame(pd.DataFrame({"least_evidence": [1]})),
        ),
        (
            "products lacks the columns product",
            lambda: rank_headings(nameless, book, calibration, ClassificationPolicy()),
        ),
        ("nomenclature lacks the columns hscode", lambda: lay_out_nomenclature(headings)),
        ("national lines lacks the columns HTS Number", lambda: lay_out_national_lines(headings, headings)),
    ):
        with pytest.raises(MissingColumns, match=said):
            use()


def test_a_book_of_one_code_is_refused() -> None:
    lonely = pd.DataFrame(
        [("63", "x", ""), ("6307", "x", "63"), ("630710", "x", "6307")], columns=["code", "text", "parent"]
    )
    words = pd.DataFrame(columns=["words", "words_zh", "codes", "heading_words"])
    with pytest.raises(UnusableHeadings, match="has 1 six-digit codes"):
        HeadingBook(lonely, words, SLOTLESS)


def test_a_calibration_that_falls_is_refused() -> None:
    with pytest.raises(UnusableCalibration):
        Calibration.from_frame(pd.DataFrame({"least_evidence": [0.0, 1.0], "percent": [90, 50]}))


def test_fitted_confidence_rises_with_the_evidence_and_never_claims_all() -> None:
    steps = fit_calibration(
        [0, 0, 0, 1, 1, 2, 2, 2, 3, 3], [False, False, True, True, False, True, True, False, True, True]
    )
    assert steps["percent"].is_monotonic_increasing
    assert steps["percent"].max() < 100


def test_national_lines_carry_the_texts_above_them() -> None:
    table = pd.DataFrame(
        [("6307", "0", "Other made up articles:"), ("6307.10", "1", "Floorcloths:"), ("", "2", "Dish cloths:"),
         ("6307.10.20.27", "3", "Of cotton")],
        columns=["HTS Number", "Indent", "Description"],
    )  # fmt: skip
    published = pd.DataFrame(
        {"hscode": ["TOTAL", "63", "6307", "630710"], "description": "x", "parent": ["", "TOTAL", "63", "6307"]}
    )
    headings = lay_out_nomenclature(published)
    assert headings["parent"].tolist() == ["", "63", "6307"]
    line = lay_out_national_lines(table, headings).iloc[0]
    assert (line["code"], line["parent"]) == ("6307102027", "630710")
    assert line["text"] == "Floorcloths › Dish cloths › Of cotton"


def test_what_a_heading_excludes_is_not_what_it_claims() -> None:
    claims, bars = split_negated("Toilet and kitchen linen; of cotton, excluding terry towelling")
    assert "terry" not in claims and "terry" in bars
    assert split_words("Women's knives of aluminum fibers") == ["women", "knive", "aluminium", "fibre"]
