"""Pages and their voice: templates filled in, in the reader's language, with figures and sentences worded once.

Pure: the same words and language give the same text. Templates lie in tasks/pages, sentences in the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.language import (
    format_day,
    format_money,
    format_number,
    format_percent,
    name_country,
    say,
    translator,
)
from config.seller import Language, Seller
from skills.vocabulary import Money, minor_digits
from tasks.report_listings import STATES
from tasks.report_words import CHANGES, FLIPS, NOTES, WORDS

PAGES = Path(__file__).parent / "pages"

Body = dict[str, Any]

_PHRASE = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(NOTES, key=len, reverse=True))})(?![\w-])")
"""A phrase of ours within a note that quotes a source; the longest first."""


def render_page(template: str, seller: Seller, language: Language, **shown: object) -> str:
    """A page as one text that needs no server, no network and no scripts.

    Args:
        template: Its file in tasks/pages.
        shown: What the template names besides `seller`, `language` and `style`.
    """
    style = (PAGES / "morning_report.css").read_text(encoding="utf-8")
    return open_pages(language).get_template(template).render(seller=seller, language=language, style=style, **shown)


@lru_cache(maxsize=2)
def open_pages(language: Language) -> Environment:
    """Templates with the language's voice: `t` says a sentence, the filters format values."""
    pages = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translate = translator(language)

    def speak(sentence: str, **values: object) -> str:
        return say(sentence, values, language)

    pages.globals["t"] = speak
    pages.filters.update(
        said=translate,
        word=lambda code: _say_words(code, translate),
        money=lambda minor, currency: format_money(minor, currency, language),
        plainmoney=lambda minor, currency: format_number(
            Money(minor, currency).amount, language, minor_digits(currency)
        ),
        reasoned=lambda group: say(group["what"], group["values"], language),
        whole=lambda minor, currency: format_money(minor, currency, language, whole=True),
        number=lambda value: format_number(value, language),
        rounded=lambda value, digits: str(round(Decimal(str(value)), digits)),
        percent=lambda value: format_percent(value, language),
        day=lambda day, near=None: format_day(day, language, near),
        noted=lambda text: say_note(text, language),
        value=lambda text: _say_value(text, language, translate),
        country=lambda code: name_country(code, language),
        cell=lambda text: str(text).replace("|", "\\|").replace("\n", " "),
        flip=lambda flip: _say_flip(flip, language),
        change=lambda value, name: say(CHANGES.get(name, "{value}"), {"value": _signed(value)}, language),
        waiting=lambda group: _say_waiting(group, language),
        state=lambda code: translate(STATES.get(str(code), str(code))),
        anchor=slug,
        reason=lambda line: say_reason(line, language),
    )
    return pages


def say_reason(line: Body, language: Language) -> str:
    """Why a line came out as it did; its sentence may name the line's own SKU, country, supplier or lane."""
    return say(line["reason"], {**line, **line.get("values", {})}, language)


@lru_cache(maxsize=1 << 16)
def say_note(note: str, language: Language) -> str:
    """Where a number comes from; a source is quoted as it stands, our own words around it are translated."""
    translate = translator(language)
    whole = translate(note)
    if whole != note or language == "en":
        return whole
    spoken = _PHRASE.sub(lambda found: translate(found[0]), note)
    return re.sub(r"(?<=[\d/]) d(?![\w])", f" {translate('days')}", spoken)


def slug(name: str) -> str:
    """`order:hongda` as a place on the page or a folder; letters of every script stay, so that two names stay two."""
    return re.sub(r"[^\w-]+", "-", name)


def _say_words(code: str, translate: Callable[[str], str]) -> str:
    """A code of ours, or several: `units/week`."""
    return "/".join(translate(WORDS.get(part, part)) for part in code.split("/"))


def _say_value(text: str, language: Language, translate: Callable[[str], str]) -> str:
    if re.fullmatch(r"[-−]?\d+(\.\d+)?", text):
        digits = len(text.partition(".")[2])
        return format_number(text.replace("−", "-"), language, digits)
    if is_day(text):
        return format_day(text, language)
    for between in (" / ", " · "):
        if between in text:
            return between.join(_say_value(part, language, translate) for part in text.split(between))
    return say_note(text, language)


def _say_flip(flip: dict[str, str], language: Language) -> str:
    if not flip or not flip.get("value"):
        return ""
    return say(FLIPS[flip["kind"]], {"value": _signed(flip["value"])}, language)


def _say_waiting(group: Body, language: Language) -> str:
    """Why a group waits, and whose it is; a sentence that names a country speaks of all the group's countries."""
    said = say(group["what"], {"country": _name_some(group.get("countries", [])), **group["values"]}, language)
    suppliers = _name_some(group.get("suppliers", []))
    return f"{said} · {suppliers}" if suppliers else said


def _name_some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")


def _signed(value: str) -> str:
    number = Decimal(value)
    plain = f"{number.normalize():f}" if number else "0"
    return plain.replace("-", "−") if number <= 0 else f"+{plain}"


def is_day(text: str) -> bool:
    """Whether a text is written as an ISO date."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
