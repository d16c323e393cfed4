"""Texts are cut at words, never inside a sign, never after a lone connective, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.listing.limits import CONNECTIVES, clip, count_bytes, split_graphemes

LANGUAGES = ("en", "de", "fr", "es", "it", "ja", "zh")
FAMILY = "👩\u200d👩\u200d👧"
SIGNS = ["e\u0301", FAMILY, "🇩🇪", "👍🏽", "क्षि", "한", "각", "กำ", "の", "綿", "カ", " ", ", ", "(", ")", "and "]
WORDS = ["towels", "for", "and", "the", "kitchen", "(soft", "thick)", "50 cm", "with,", "-"]
signs = st.one_of(st.characters(), st.sampled_from(SIGNS))


@pytest.mark.parametrize(
    ("text", "limit", "language", "expected"),
    [
        ("Kitchen Towels for Bathroom and Kitchen", 31, "en", "Kitchen Towels for Bathroom"),
        ("Kitchen Towels for Bathroom and Kitchen", 19, "en", "Kitchen Towels"),
        ("Towels, Set of 4, 50 x 70 cm", 24, "en", "Towels, Set of 4"),
        ("Towels (soft and thick), white", 17, "en", "Towels"),
        ("Handtücher mit Aufhänger", 17, "de", "Handtücher"),
        ("キッチンタオルの綿", 24, "ja", "キッチンタオル"),
        ("綿のキッチンタオル", 12, "ja", "綿"),
        ("纯棉厨房毛巾的套装", 22, "zh", "纯棉厨房毛巾"),
    ],
)
def test_a_cut_text_reads_as_finished(text: str, limit: int, language: str, expected: str) -> None:
    assert clip(text, limit, None, language) == (expected, False)


def test_one_word_longer_than_the_limit_is_cut_between_signs_and_says_so() -> None:
    assert clip("ü" * 50, 11, None) == ("ü" * 5, True)
    assert clip("👩\u200d👩\u200d👧" * 3, 20, None) == ("👩\u200d👩\u200d👧", True)


def test_families_flags_and_accents_are_one_sign_each() -> None:
    assert split_graphemes("e\u0301🇩🇪🇫🇷👩\u200d👩\u200d👧각कि") == [
        "e\u0301",
        "🇩🇪",
        "🇫🇷",
        "👩\u200d👩\u200d👧",
        "각",
        "कि",
    ]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(signs, max_size=40).map("".join),
    st.integers(0, 60),
    st.one_of(st.none(), st.integers(0, 30)),
    st.sampled_from(LANGUAGES),
)
def test_no_cut_text_is_over_its_limit_nor_cut_inside_a_sign(
    text: str, limit: int, most: int | None, language: str
) -> None:
    kept, _ = clip(text, limit, most, language)
    assert count_bytes(kept) <= limit
    assert most is None or len(kept) <= most
    assert text.startswith(kept)
    bounds, at = {0}, 0
    for one in split_graphemes(text):
        at += len(one)
        bounds.add(at)
    assert len(kept) in bounds or kept == text[: len(kept)].rstrip()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), st.integers(1, 80))
def test_a_cut_leaves_no_lone_connective_and_no_half_word(text: str, limit: int) -> None:
    kept, inside = clip(text, limit, None)
    if kept == text or inside:
        return
    assert kept.split()[-1].strip(",").casefold() not in CONNECTIVES["en"] if kept else True
    assert (text + " ")[len(kept)] in " ,)"
    assert ")" in kept[kept.rfind("(") :] or "(" not in kept


@settings(max_examples=500, deadline=None)
@given(st.lists(signs, max_size=12).map("".join))
def test_nothing_that_unicode_keeps_together_is_taken_apart(text: str) -> None:
    regex = pytest.importorskip("regex", reason="the independent reading of graphemes is not installed")
    ours, at = set(), 0
    for one in split_graphemes(text):
        at += len(one)
        ours.add(at)
    theirs, at = set(), 0
    for one in regex.findall(r"\X", text):
        at += len(one)
        theirs.add(at)
    assert ours <= theirs
