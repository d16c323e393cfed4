"""Terms of any language become comparable words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from skills.niches.text import read_words


def split(term: str, elided: bool = False) -> list[str]:
    words = read_words([term], elided)
    return [words.spell(word) for word in words.words.tolist()]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Geschirrtücher  KÜCHE", ["geschirrtucher", "kuche"]),
        ("naïve Œuf Ærø Łódź STRASSE straße", ["naive", "oeuf", "aero", "lodz", "strasse", "strasse"]),
        ("ｷｯﾁﾝﾀｵﾙ ガラス", ["キッチンタオル", "ガラス"]),
        ("usbケーブル赤", ["usb", "ケーブル赤"]),
        ("women's t-shirt", ["womens", "t", "shirt"]),
        ("😀 mat👨‍👩‍👧 ✅", ["mat"]),
        ("دَفْتَر Ёлка κούπα", ["دفتر", "елка", "κουπα"]),
        ("한글 수건", ["한글", "수건"]),
        ("हिन्दी", ["हिन्दी"]),
        ("500ml 90x200 ½", ["500ml", "90x200", "1", "2"]),
        ("a\nb\tc", ["a", "b", "c"]),
        ("  \u200b ", []),
    ],
)
def test_written_forms_of_the_same_letters_are_the_same_words(written: str, words: list[str]) -> None:
    assert split(written) == words


def test_an_apostrophe_is_a_border_where_articles_are_elided() -> None:
    assert split("nappe à l’eau d'été", elided=True) == ["nappe", "a", "l", "eau", "d", "ete"]


def test_composed_and_decomposed_accents_are_one() -> None:
    assert split("pan\u0303o") == split("paño") == ["pano"]


def test_no_term_takes_a_word_of_its_neighbour() -> None:
    terms = ["a b", "", "c\n\nd", "\n", "e"]
    words = read_words(terms)
    found = [[words.spell(k) for k in words.words[a:b].tolist()] for a, b in pairwise(words.begins.tolist())]
    assert found == [["a", "b"], [], ["c", "d"], [], ["e"]]
    assert read_words([]).begins.tolist() == [0]
