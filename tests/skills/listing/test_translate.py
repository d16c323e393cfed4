"""The embedded glossary, the checks on every engine's result, and trademarks that stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.listing import translate, translate_phrases, translate_words
from skills.listing.translate import match_names, translate_text
from skills.listing.translate_glossary import GlossaryEngine

TARGETS = ("de", "fr", "ja", "es", "it", "zh")
ENGLISH = sorted(
    {
        form
        for table in (
            translate_words.NOUNS,
            translate_words.ADJECTIVES,
            translate_words.MATERIALS,
            translate_phrases.FEATURES,
            translate_phrases.PHRASES,
        )
        for line in table.strip().splitlines()
        for form in line.split("|")[0].split("/")
    }
)

FEATURES = {line.split("|")[0] for line in translate_phrases.FEATURES.strip().splitlines()}
GIVEN = {"n": "4", "m": "60 °C", "d": "2026-03-01", "t": "OEKO-TEX", "p": "kitchen", "a": "cotton"}


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
        (TITLE, "de", "Nordhaus weiche weiße Küchentücher, 4er-Set, 100% Baumwolle"),
        (TITLE, "fr", "Nordhaus Torchons de cuisine blancs doux, lot de 4, 100% coton"),
        (TITLE, "es", "Nordhaus Paños de cocina blancos suaves, juego de 4, 100% algodón"),
        (TITLE, "it", "Nordhaus Strofinacci da cucina bianchi morbidi, set di 4, 100% cotone"),
        (TITLE, "ja", "Nordhaus 柔らかな白いキッチンタオル、4枚セット、綿100%"),
        (TITLE, "zh", "Nordhaus 柔软白色厨房毛巾，4条装，100%棉"),
        ("Large cushion cover made of linen", "de", "Große Kissenhülle aus Leinen"),
        ("Large cushion cover made of linen", "fr", "Grande housse de coussin en lin"),
        (SET, "es", "Juego de 2 toallas de baño a rayas de algodón para el baño"),
        (USE, "fr", "Idéal pour la cuisine et la salle de bain\u00a0: séchage rapide, lavage à 60 °C."),
        ("4 tea towels", "ja", "ティータオル 4枚"),
        ("Pack of 6 thick dishcloths", "fr", "Paquet de 6 lavettes épaisses"),
        ("Soft, absorbent waffle-weave tea towels", "de", "Weiche saugfähige Geschirrtücher mit Waffelstruktur"),
        ("Soft, absorbent waffle-weave tea towels", "it", "Canovacci morbidi e assorbenti a nido d'ape"),
        ("Ideal for kitchen, bathroom and home", "de", "Ideal für Küche, Bad und Haushalt"),
        ("Ideal for kitchen, bathroom, and home", "ja", "キッチン・バスルーム・家庭に最適"),
        ("Towels made of egyptian cotton", "de", "Handtücher aus ägyptischer Baumwolle"),
        ("Made of 100% egyptian cotton", "de", "Aus 100% ägyptischer Baumwolle"),
        ("2 soft fitted sheets", "it", "2 lenzuola con angoli morbide"),
        ("Soft fitted sheet", "it", "Lenzuolo con angoli morbido"),
        ("Heat-resistant oven gloves with silicone grip and hanging loop", "fr",
         "Gants de four résistants à la chaleur avec prise en silicone et avec attache"),
        ("Washcloths, oven mitts, set of 4", "ja", "ウォッシュタオル、オーブンミトン、4点セット"),
        ("Dish cloths, quick-drying and lint-free", "fr", "Lavettes, séchage rapide et sans peluches"),
        ("Cotton and linen tea towels", "de", "Geschirrtücher aus Baumwolle und Leinen"),
        ("Set of 4 napkins made of 100% linen", "ja", "リネン100%のナプキン 4枚セット"),
        ("White and blue striped towels", "it", "Asciugamani bianchi e blu a righe"),
        ("Plaid tablecloth for 6 people", "es", "Mantel a cuadros para 6 personas"),
        ("Cross-back linen apron with two pockets", "de",
         "Schürze mit gekreuzten Trägern aus Leinen mit zwei Taschen"),
        ("4 kitchen towels, 2 oven mitts and 2 pot holders", "fr",
         "4 torchons de cuisine, 2 gants de four et 2 maniques"),
        ("Valid until 2026-03-01", "it", "Scadenza: 2026-03-01"),
    ],
)  # fmt: skip
def test_home_textiles_are_said_in_six_languages(text: str, target: str, expected: str) -> None:
    answer = translate_text(text, "en", target, GlossaryEngine(), ["Nordhaus"])
    assert (answer.text, answer.translated, answer.notes) == (expected, True, [])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("de", "Zertifiziert nach OEKO-TEX Standard 100"),
        ("fr", "Certifié OEKO-TEX Standard 100"),
        ("ja", "OEKO-TEX Standard 100認証取得"),
    ],
)
def test_a_certifiers_mark_is_a_name_and_kept(target: str, expected: str) -> None:
    assert translate_text("OEKO-TEX Standard 100 certified", "en", target, GlossaryEngine()).text == expected


def rows_of(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def test_every_row_of_the_glossary_has_all_seven_languages_and_stands_once() -> None:
    tables = [translate_words.NOUNS, translate_words.ADJECTIVES, translate_words.MATERIALS, translate_words.PLACES]
    for table in (*tables, translate_phrases.FEATURES, translate_phrases.PHRASES):
        rows = rows_of(table)
        assert len({row[0] for row in rows}) == len(rows)
        for row in rows:
            assert len(row) == len(translate_words.LANGUAGES), row
            assert all(field.strip() == field and field for field in row), row


def test_every_noun_has_a_gender_a_plural_and_what_counts_it() -> None:
    for row in rows_of(translate_words.NOUNS):
        for form in row[1:5]:
            singular, _, plural = form.partition("/")
            assert singular.partition(":")[2] in ("m", "f", "n"), row
            assert plural.partition(":")[2] in ("", "m", "f", "n"), row
        assert all(form.count(":") == 1 for form in row[5:]), row
    for row in rows_of(translate_words.ADJECTIVES):
        for form in row[2:5]:
            assert form.endswith("!") or form.startswith(">") or form.count("/") == 3, row


def test_a_phrase_says_in_every_language_what_it_was_given() -> None:
    for row in rows_of(translate_phrases.PHRASES):
        given = {place for place in ("{n}", "{m}", "{d}", "{t}", "{p}", "{a}") if place in row[0]}
        for said in row[1:]:
            assert {place for place in given if place in said.replace("{b}", "{a}")} == given, row


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("word", ENGLISH)
def test_every_word_of_the_glossary_can_be_said(word: str, target: str) -> None:
    adjectives = {line.split("|")[0] for line in translate_words.ADJECTIVES.strip().splitlines()}
    text = f"{word} towels" if word in adjectives else word.format_map(GIVEN)
    text = f"Towels with {word}" if word in FEATURES else text
    assert translate_text(text, "en", target, GlossaryEngine()).translated


def test_what_the_glossary_cannot_wholly_say_stays_and_names_what_lacks() -> None:
    text = "Soft kitchen towels, woven by giants"
    answer = translate_text(text, "en", "de", GlossaryEngine())
    assert (answer.text, answer.translated, answer.missing) == (text, False, ("giants",))
    [(sentence, values)] = answer.notes
    assert "giants" in sentence.format(**values)


def test_a_language_that_the_engine_does_not_speak_is_said_as_such() -> None:
    answer = translate_text("Kitchen towels", "en", "pl", GlossaryEngine())
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


def test_a_long_text_of_joints_is_refused_and_not_tried_for_ever() -> None:
    for text in ("Kitchen towels and " * 200, "soft and, thick and, " * 40, "towels for kitchen and home and " * 60):
        assert not translate_text(text, "en", "de", GlossaryEngine()).translated


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(TARGETS))
def test_a_text_is_translated_whole_or_not_at_all(text: str, target: str) -> None:
    text = "".join(sign for sign in text if not "\ue000" <= sign <= "\uf8ff")
    answer = translate_text(text, "en", target, GlossaryEngine())
    assert answer.translated or (answer.text == text and answer.notes)
