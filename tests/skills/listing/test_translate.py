"""The embedded glossary, the checks on every engine's result, and trademarks that stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.listing import translate, translate_words
from skills.listing.translate import match_names, translate_text
from skills.listing.translate_glossary import GlossaryEngine

TARGETS = ("de", "fr", "ja", "es", "zh")
ENGLISH = sorted(
    {
        form
        for table in (translate_words.NOUNS, translate_words.ADJECTIVES, translate_words.MATERIALS)
        for line in table.strip().splitlines()
        for form in line.split("|")[0].split("/")
    }
)


class Says:
    """An engine that gives one answer to everything."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def translate(self, text: str, source: str, target: str) -> str:
        return self.answer.format(text=text)


class Upside:
    """An engine that turns the words of a text around and writes them small."""

    def translate(self, text: str, source: str, target: str) -> str:
        return " ".join(reversed(text.split())).lower()


TITLE = "Nordhaus Soft White Kitchen Towels, Set of 4, 100% Cotton"
SET = "Set of 2 striped cotton bath towels for the bathroom"
USE = "Ideal for kitchen and bathroom: quick drying, wash at 60 °C."


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        (TITLE, "de", "Nordhaus Weiche weiße Küchentücher, 4er-Set, 100% Baumwolle"),
        (TITLE, "fr", "Nordhaus Torchons de cuisine doux blancs, Lot de 4, 100% coton"),
        (TITLE, "es", "Nordhaus Paños de cocina suaves blancos, Juego de 4, 100% algodón"),
        (TITLE, "ja", "Nordhaus 柔らかい白いキッチンタオル、4点セット、綿 100%"),
        ("Large cushion cover made of linen", "de", "Große Kissenhülle aus Leinen"),
        ("Large cushion cover made of linen", "fr", "Grande housse de coussin en lin"),
        (SET, "es", "Juego de 2 toallas de baño a rayas de algodón para el baño"),
        (USE, "fr", "Idéal pour la cuisine et la salle de bain\u00a0: séchage rapide, lavage à 60 °C."),
        ("4 tea towels", "ja", "ティータオル 4点"),
        ("Pack of 6 thick dishcloths", "fr", "Paquet de 6 lavettes épaisses"),
    ],
)
def test_home_textiles_are_said_in_four_languages(text: str, target: str, expected: str) -> None:
    answer = translate_text(text, "en", target, GlossaryEngine(), ["Nordhaus"])
    assert (answer.text, answer.translated, answer.notes) == (expected, True, [])


def test_every_row_of_the_glossary_has_all_six_languages() -> None:
    for table in ("NOUNS", "ADJECTIVES", "MATERIALS", "PLACES", "FEATURES", "PHRASES"):
        for line in getattr(translate_words, table).strip().splitlines():
            fields = line.split("|")
            assert len(fields) == len(translate_words.LANGUAGES), line
            assert all(field.strip() for field in fields), line
    for line in translate_words.NOUNS.strip().splitlines():
        assert all(part.count(":") == 1 and part.count("/") == 1 for part in line.split("|")[1:4]), line
    for line in translate_words.ADJECTIVES.strip().splitlines():
        assert all(part.endswith("!") or part.count("/") == 3 for part in line.split("|")[2:4]), line


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("word", ENGLISH)
def test_every_word_of_the_glossary_can_be_said(word: str, target: str) -> None:
    adjectives = {line.split("|")[0] for line in translate_words.ADJECTIVES.strip().splitlines()}
    text = f"{word} towels" if word in adjectives else word
    assert translate_text(text, "en", target, GlossaryEngine()).translated


def test_what_the_glossary_cannot_wholly_say_stays_and_names_what_lacks() -> None:
    text = "Soft kitchen towels, woven by giants"
    answer = translate_text(text, "en", "de", GlossaryEngine())
    assert (answer.text, answer.translated, answer.missing) == (text, False, ("by", "giants"))
    [(sentence, values)] = answer.notes
    assert "giants" in sentence.format(**values)


def test_a_language_that_the_engine_does_not_speak_is_said_as_such() -> None:
    answer = translate_text("Kitchen towels", "en", "it", GlossaryEngine())
    assert (answer.text, answer.notes[0][0]) == ("Kitchen towels", translate.UNSPOKEN)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("Vier Tücher, 50 x 70 cm", translate.LOST_NUMBER),
        ("4 Tücher, 50 x 70", translate.LOST_UNIT),
        ("4 Tücher, 50 x 70 mm", translate.LOST_UNIT),
        ("4 Tücher, 5.0 x 70 cm", translate.LOST_NUMBER),
        ("4 Nordhaus Tücher, 50 x 70 cm", translate.LOST_NAME),
        ("", translate.EMPTY),
    ],
)
def test_a_result_that_lost_or_gained_a_number_unit_or_name_is_refused(answer: str, sentence: str) -> None:
    text = "4 towels, 50 x 70 cm"
    found = translate_text(text, "en", "de", Says(answer), ["Nordhaus"])
    assert (found.text, found.translated, found.notes[0][0]) == (text, False, sentence)


def test_a_result_that_claims_what_is_forbidden_is_refused() -> None:
    found = translate_text(
        "Towels", "en", "de", Says("Bestseller"), (), lambda text: "Bestseller" if "Best" in text else ""
    )
    assert (found.text, found.notes[0][0]) == ("Towels", translate.CLAIMED)


def test_a_brand_that_is_a_word_of_the_glossary_is_no_word() -> None:
    answer = translate_text("Cotton Kitchen Towels", "en", "de", GlossaryEngine(), ["Cotton Kitchen"])
    assert answer.text == "Cotton Kitchen Handtücher"


brands = st.one_of(
    st.sampled_from(ENGLISH), st.text(min_size=1, max_size=10), st.sampled_from(["Ä", "綿", "4", "a.b"])
)


@settings(max_examples=400, deadline=None)
@given(
    brand=brands,
    words=st.lists(
        st.one_of(st.sampled_from(ENGLISH), st.just("set of 4"), st.just(","), st.text(max_size=5)), max_size=6
    ),
    place=st.integers(0, 6),
    target=st.sampled_from(TARGETS),
    engine=st.sampled_from([GlossaryEngine(), Upside(), Says("{text}{text}"), Says("Tücher")]),
)
def test_a_trademark_is_never_translated(brand: str, words: list[str], place: int, target: str, engine: Any) -> None:
    text = " ".join([*words[:place], brand, *words[place:]])
    text = "".join(sign for sign in text if not "\ue000" <= sign <= "\uf8ff")
    answer = translate_text(text, "en", target, engine, [brand])
    pattern = match_names([brand])
    if pattern is None:
        return
    assert sorted(found[0] for found in pattern.finditer(answer.text)) == sorted(
        found[0] for found in pattern.finditer(text)
    )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(TARGETS))
def test_a_text_is_translated_whole_or_not_at_all(text: str, target: str) -> None:
    text = "".join(sign for sign in text if not "\ue000" <= sign <= "\uf8ff")
    answer = translate_text(text, "en", target, GlossaryEngine())
    assert answer.translated or (answer.text == text and answer.notes)
