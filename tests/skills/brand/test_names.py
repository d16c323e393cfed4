"""Names: proposed from a seed, screened against brands and words; what equals a brand never passes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.brand import explain_name, propose_names, screen_names
from skills.brand import plan as words
from skills.brand.facts import NOT_A_CLEARANCE, UnknownName, UnusableNames
from skills.brand.letters import NameTable, count_changes, draw_skeleton, fold, make_sound_key
from skills.brand.naming import UnusableWish
from skills.brand.policy import BrandPolicy

POLICY = BrandPolicy()
QUICK = settings(deadline=None, max_examples=60)
NO_WORDS = pd.DataFrame({"language": pd.Series(dtype="str"), "word": pd.Series(dtype="str")})
LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def screen(
    names: list[str],
    brands: list[str],
    bad: Sequence[tuple[str, str]] = (),
    policy: BrandPolicy = POLICY,
) -> dict[str, dict[str, Any]]:
    """Name → its answer, with `found`: (kind, severity, matched)."""
    listed = pd.DataFrame({"name": pd.Series(brands, dtype="str")})
    spoken = pd.DataFrame(list(bad), columns=["language", "word"]).astype("str")
    found = screen_names(names, listed, spoken, sorted({language for language, _ in bad}), policy)
    answers = {
        str(row["name"]): {str(key): value for key, value in row.items()} for row in found.answers.to_dict("records")
    }
    for name, answer in answers.items():
        mine = found.findings[found.findings["name"] == name]
        answer["found"] = list(zip(mine["kind"], mine["severity"], mine["matched"], strict=True))
    return answers


@QUICK
@given(name=LETTERS.filter(lambda text: bool(text.strip())), others=st.lists(LETTERS, max_size=5))
def test_a_name_equal_to_a_brand_never_passes(name: str, others: list[str]) -> None:
    [answer] = screen([name], [*others, name]).values()
    assert answer["verdict"] == "fails"


@QUICK
@given(brand=st.from_regex(r"[a-z]{3,12}", fullmatch=True), seed=st.integers(0, 10**6))
def test_a_brand_in_disguise_never_passes(brand: str, seed: int) -> None:
    at = seed % len(brand)
    twins = str.maketrans({"o": "0", "i": "1", "l": "1", "e": "3", "a": "а", "s": "5", "m": "rn", "w": "vv"})
    for disguise in (
        brand.upper(),
        f"{brand[:at]}-{brand[at:]}",
        brand[: at + 1] + brand[at:],
        brand.translate(twins),
    ):
        if any(sign.isalpha() for sign in disguise):
            assert screen([disguise], [brand])[disguise]["verdict"] == "fails", disguise


@QUICK
@given(
    one=st.text("abcdel", max_size=9),
    others=st.lists(st.text("abcdel", max_size=9), max_size=8),
    limit=st.integers(0, 2),
)
def test_many_names_are_measured_as_one_by_one(one: str, others: list[str], limit: int) -> None:
    at, changes = NameTable(others).measure(one, limit)
    plain = {place: count_changes(one, other) for place, other in enumerate(others)}
    assert dict(zip(at.tolist(), changes.tolist(), strict=True)) == {
        place: count for place, count in plain.items() if count <= limit
    }


def test_changes_are_letters_more_less_other_or_swapped() -> None:
    assert [count_changes("tavide", other) for other in ("tavide", "tavid", "tovide", "tvaide", "xyz")] == [
        0, 1, 1, 1, 6
    ]  # fmt: skip


def test_skeletons_and_sounds_by_hand() -> None:
    assert draw_skeleton("Pay-Pa1") == draw_skeleton("РауРаl") == draw_skeleton("PayPaI") == "paypal"
    assert draw_skeleton("Modern") == draw_skeleton("Modem")
    assert (draw_skeleton("501"), draw_skeleton("日本")) == ("501", "日本")
    assert make_sound_key("Phlox") == make_sound_key("Flocks")
    assert make_sound_key("Kwality") == make_sound_key("Quality")
    assert make_sound_key("日本") == ""
    assert fold("  Ｃａｆé\u200b  Straße ") == "cafe strasse"


def test_near_names_are_looked_at_and_short_ones_are_not_near() -> None:
    found = screen(["Tavode", "Zaro", "Abd", "Kornblomo"], ["Tavide", "Zara", "Abc", "Kornblume"])
    assert found["Tavode"]["found"] == [("look_alike", "check", "Tavide")]
    assert found["Kornblomo"]["found"] == [("look_alike", "check", "Kornblume")]
    assert ("look_alike", "check", "Zara") in found["Zaro"]["found"]
    assert [kind for kind, _, _ in found["Abd"]["found"]] == ["length"]


def test_a_brand_as_a_word_of_the_name_is_looked_at() -> None:
    policy = BrandPolicy(most_letters=20)
    found = screen(["Zara Living", "ZaraLiving", "Living"], ["Zara", "Tavide Living"], policy=policy)
    assert found["Zara Living"]["found"] == found["ZaraLiving"]["found"] == [("part", "check", "Zara")]
    glued = screen(["Zalandoly", "Myzalando", "Zalandopolitano"], ["Zalando"], policy=policy)
    assert glued["Zalandoly"]["found"][0] == glued["Myzalando"]["found"][0] == ("part", "check", "Zalando")
    assert screen(["Zalandoshop"], ["Zalando"], policy=policy)["Zalandoshop"]["found"] == [
        ("part", "check", "Zalando")
    ]
    assert glued["Zalandopolitano"]["verdict"] == "passes"
    assert found["Living"]["found"] == [("part", "check", "Tavide Living")]


def test_words_that_offend_are_found_whole_and_inside_but_not_in_allowed_words() -> None:
    bad = [("en", "arse"), ("en", "ass"), ("en", "rape"), ("de", "mist")]
    found = screen(["Mist", "Ass", "Tassel", "Parsel", "M1st", "Grapeto", "Trapeo", "Parseno"], ["Zalando"], bad)
    assert found["Mist"]["found"][0] == ("word", "fails", "mist")
    assert found["M1st"]["verdict"] == found["Ass"]["verdict"] == "fails"
    assert found["Tassel"]["verdict"] == found["Grapeto"]["verdict"] == "passes"
    assert found["Trapeo"]["found"] == [("inside", "check", "rape")]
    assert found["Parseno"]["found"] == [("inside", "check", "arse")]


def test_a_word_with_a_meaning_says_it() -> None:
    spoken = pd.DataFrame([("de", "mist", "dung"), ("de", "gift", "poison")], columns=["language", "word", "meaning"])
    found = screen_names(["Gift"], pd.DataFrame({"name": ["Zara"]}), spoken, ["de"], BrandPolicy(least_letters=4))
    [row] = found.findings.to_dict("records")
    assert row["reason"].format(**row["values"]) == '"gift" means poison (de).'


def test_what_could_not_be_screened_is_said() -> None:
    spoken = pd.DataFrame([("ja", "うんこ")], columns=["language", "word"])
    brands = pd.DataFrame({"name": pd.Series(dtype="str")})
    [row] = screen_names(["Tavide"], brands, spoken, ["ja", "fi"], POLICY).answers.to_dict("records")
    assert (row["verdict"], row["reason"]) == ("unscreened", words.UNSCREENED)
    assert [note[0] for note in row["notes"]] == [words.UNSCREENED, words.NO_WORDS, words.OWN_SCRIPT]
    assert row["notice"] == NOT_A_CLEARANCE


def test_signs_outside_ascii_are_looked_at_and_a_name_without_letters_fails() -> None:
    found = screen(["Tavidé", "Tav\u202eide", "!!!"], ["Zalando"])
    assert found["Tavidé"]["found"] == [("script", "check", "é")]
    assert found["Tav\u202eide"]["found"] == [("script", "check", "U+202E")]
    assert ("script", "fails", "!!!") in found["!!!"]["found"]


def test_the_order_of_names_brands_and_words_does_not_matter() -> None:
    brands = pd.DataFrame({"name": ["Tavide", "Zara", "Tavode", "Tavida"], "category": ["shop", "shop", "", "bank"]})
    spoken = pd.DataFrame([("de", "mist"), ("en", "crap")], columns=["language", "word"])
    names = ["Tavido", "Mist", "Zarra"]
    one = screen_names(names, brands, spoken, ["de", "en"], POLICY)
    other = screen_names(names[::-1], brands[::-1], spoken[::-1], ["en", "de"], POLICY)
    pd.testing.assert_frame_equal(one.answers, other.answers)
    pd.testing.assert_frame_equal(one.findings, other.findings)


def test_blank_names_are_refused() -> None:
    with pytest.raises(UnusableNames):
        screen([" "], [])
    with pytest.raises(UnknownName):
        explain_name(" ", pd.DataFrame({"name": ["Zara"]}), NO_WORDS, [], POLICY)


def test_the_steps_of_a_name_end_with_what_it_is_not() -> None:
    steps = explain_name("Za1ando", pd.DataFrame({"name": ["Zalando"]}), NO_WORDS, ["de"], POLICY)
    assert list(steps["step"]) == list(range(1, len(steps) + 1))
    assert steps["label"].iloc[-1] == NOT_A_CLEARANCE
    assert words.LOOKS_SAME in set(steps["label"])
    for row in steps.to_dict("records"):
        assert "{" not in row["label"].format(**row["values"])


def test_names_of_a_seed_are_always_the_same_ones() -> None:
    names = propose_names(["linen", "home"], 12, 7, POLICY)
    assert list(names["name"].head(4)) == ["Kamori", "Sedan", "Todolal", "Kinopil"]
    pd.testing.assert_frame_equal(names, propose_names(["home", "linen"], 12, 7, POLICY))
    assert list(names["name"]) != list(propose_names(["linen", "home"], 12, 8, POLICY)["name"])


@QUICK
@given(seed=st.integers(), count=st.integers(1, 30))
def test_every_proposed_name_can_be_said_and_is_a_label_of_a_domain(seed: int, count: int) -> None:
    names = propose_names(["cotton"], count, seed, POLICY)
    assert len(names) == count
    for row in names.to_dict("records"):
        assert re.fullmatch(r"[a-z]{5,9}", row["domain_label"])
        assert re.search(r"[^aeiou]{4}|[aeiou]{3}", row["domain_label"]) is None
        assert row["score"] == sum(got for _, got, _ in row["points"]) <= 100
    skeletons = [draw_skeleton(name) for name in names["name"]]
    assert all(count_changes(a, b) > 1 for at, a in enumerate(skeletons) for b in skeletons[:at])


def test_a_wish_that_cannot_be_met_is_refused() -> None:
    with pytest.raises(UnusableWish, match="0 names"):
        propose_names([], 0, 1, POLICY)
    with pytest.raises(UnusableWish, match="Only"):
        propose_names([], 400, 1, BrandPolicy(least_letters=4, most_letters=4))
