from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from config.language import (
    LANGUAGES,
    describe_parameters,
    format_day,
    format_money,
    format_number,
    format_percent,
    name_country,
    say,
    say_refusal,
    translator,
)
from config.seller import UnknownSeller, read_seller
from config.settings import ROOT
from config.strings import FOLDERS, collect_strings, find_faults, name_places, read_argument_texts
from skills.vocabulary import Refusal

STRINGS = collect_strings()


def test_every_marked_sentence_is_collected_those_within_a_formatted_text_too() -> None:
    """What is marked inside an f-string is not found by the extractor on every Python; say it before."""
    marked = {
        str(call.args[0].value)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "mark" and isinstance(call.args[0], ast.Constant)
    }
    assert sorted(marked - set(STRINGS)) == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_of_the_code_and_the_pages_is_translated(language: str) -> None:
    faults = find_faults(language, STRINGS)  # type: ignore[arg-type]

    assert not faults, "run `python -m config.strings` and translate:\n" + "\n".join(faults)


def test_extraction_finds_marks_pages_and_run_form_descriptions(tmp_path: Path) -> None:
    for folder in ("flows", "tasks", "config", "skills"):
        (tmp_path / folder).mkdir()
    (tmp_path / "skills" / "plan.py").write_text('REASON = mark("Too " "little.")\nOTHER = "not marked"\n')
    (tmp_path / "tasks" / "page.html.j2").write_text('<p>{{ t("{count} rows", count=3) }} {{ t("Risk") }}')
    (tmp_path / "flows" / "weekly.py").write_text(
        '@flow(timeout_seconds=9)\ndef weekly(seller_id: str) -> None:\n    """Do.\n\n    Args:\n'
        '        seller_id: Which seller,\n            by name.\n\n    Returns:\n        Nothing: x.\n    """\n'
    )

    assert collect_strings(tmp_path) == {
        "Risk": ["tasks/page.html.j2"],
        "Too little.": ["skills/plan.py"],
        "Which seller, by name.": ["flows/weekly.py"],
        "{count} rows": ["tasks/page.html.j2"],
    }


def test_argument_texts_stop_at_the_next_section() -> None:
    docstring = "Do.\n\nArgs:\n    one: First\n        and more.\n    two: Second.\n\nReturns:\n    x: no."

    assert read_argument_texts(docstring) == {"one": "First and more.", "two": "Second."}


def test_places_of_a_sentence_include_their_conversion() -> None:
    assert name_places("{a!r} of {b:.2f}") == {("a", "r", ""), ("b", "", ".2f")}


def test_an_empty_text_stays_empty_in_every_language() -> None:
    assert [translator(language)("") for language in LANGUAGES] == ["", ""]


def test_a_refusal_is_said_in_the_readers_language() -> None:
    with pytest.raises(UnknownSeller) as refused:
        read_seller("nobody")

    assert "没有卖家 'nobody'" in say_refusal(refused.value, "zh_CN")
    assert say_refusal(refused.value, "en") == str(refused.value)


def test_a_sentence_without_translation_stays_english() -> None:
    assert say_refusal(Refusal("Nobody translated {what}.", what="this"), "zh_CN") == "Nobody translated this."


def test_one_of_a_thing_is_singular_in_english() -> None:
    assert say("{count} orders of {units} units", {"count": 1, "units": 24}, "en") == "1 order of 24 units"
    assert say("{count} opportunities of {places} countries", {"count": 1, "places": 1}, "en") == (
        "1 opportunity of 1 country"
    )


def test_a_value_that_is_a_sentence_of_ours_is_translated_too() -> None:
    assert say("capped by {what}", {"what": "joint MOQ"}, "zh_CN") == "受限于合并起订量"


@pytest.mark.parametrize(
    ("minor", "currency", "whole", "written"),
    [
        (41230050, "CNY", False, "CNY 412,300.50"),
        (41230050, "CNY", True, "CNY 412,300"),
        (-66000, "EUR", True, "−EUR 660"),
        (-40, "EUR", True, "EUR 0"),
        (89732, "JPY", False, "JPY 89,732"),
    ],
)
def test_money_names_its_currency_and_never_shows_minus_nothing(
    minor: int, currency: str, whole: bool, written: str
) -> None:
    for language in LANGUAGES:
        assert format_money(minor, currency, language, whole).replace("\xa0", " ") == written


def test_days_carry_their_weekday_and_the_year_when_it_differs() -> None:
    near = date(2025, 11, 24)

    assert format_day("2025-11-24", "zh_CN", near) == "11月24日 周一"
    assert format_day("2025-11-24", "en", near) == "Mon 24 Nov"
    assert format_day("2026-02-12", "en", near) == "Thu 12 Feb 2026"
    assert format_day(date(2025, 11, 24), "zh_CN") == "2025年11月24日 周一"
    assert format_day("", "en") == "–"


def test_numbers_are_grouped_and_keep_their_decimals() -> None:
    assert [format_number(value, "en") for value in (3120, "18.4", "-14.0", "0.018")] == [
        "3,120",
        "18.4",
        "−14",
        "0.018",
    ]
    assert format_percent("27.4", "zh_CN") == "27.4%"
    assert format_percent("27.4", "en") == "27.4 %"


def test_a_label_that_is_no_iso_country_is_shown_as_it_is() -> None:
    assert name_country("JP", "zh_CN") == "日本"
    assert name_country("EU-X", "zh_CN") == "EU-X"


def test_run_form_texts_are_translated_and_the_schema_is_left_alone() -> None:
    schema = {
        "title": "Parameters",
        "properties": {"capital": {"title": "units", "description": "capital\n  in stock", "type": "string"}},
    }

    described = describe_parameters(schema, "zh_CN")

    assert described["properties"]["capital"] == {"title": "件", "description": "库存占用资金", "type": "string"}
    assert schema["properties"]["capital"]["title"] == "units"  # type: ignore[index]
