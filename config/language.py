"""The reader's language: sentences from the catalogue, and numbers, money and days as that reader writes them.

A sentence is known by its English text. `config/strings.py` collects them all; this module only reads.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from skills.vocabulary import Money, Refusal, minor_digits

if TYPE_CHECKING:
    from config.seller import Language

LOCALE = Path(__file__).parent / "locale"
LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")

Translate = Callable[[str], str]

_COUNTED = re.compile(r"\{(\w+)\} \w+s\b")
"""A place and the plural noun behind it, as in `{count} orders`: one of them is `1 order`, `1 country`."""

_DAY_PATTERNS: dict[Language, tuple[str, str]] = {
    "zh_CN": ("M月d日 EEE", "y年M月d日 EEE"),
    "en": ("EEE d MMM", "EEE d MMM y"),
}


@lru_cache(maxsize=4)
def _locale(language: Language) -> Locale:
    """Parsed once: finding `zh_CN` among all locales takes Babel longer than formatting a number."""
    return Locale.parse(language)


def catalogue_path(language: Language) -> Path:
    """Where the translations into one language lie."""
    return LOCALE / language / "LC_MESSAGES" / "farsail.po"


@lru_cache(maxsize=4)
def read_sentences(language: Language) -> Mapping[str, str]:
    """English sentence → the language's sentence; empty for English itself."""
    path = catalogue_path(language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy  # the empty id is the catalogue's own header
    }


def translator(language: Language) -> Translate:
    """Turns an English sentence of ours into the language; what it does not know stays English."""
    sentences = read_sentences(language)
    return lambda sentence: sentences.get(sentence, sentence)


def say(template: str, values: Mapping[str, object], language: Language) -> str:
    """A marked sentence with its places filled, in the language.

    A value that is itself a marked sentence is said in the language too.
    """
    translate = translator(language)
    spoken = {name: translate(value) if isinstance(value, str) else value for name, value in values.items()}
    sentence = translate(template)
    if language == "en":
        sentence = _COUNTED.sub(
            lambda found: _name_one(found[0]) if str(spoken.get(found[1])) == "1" else found[0], sentence
        )
    return sentence.format(**spoken)


def _name_one(plural: str) -> str:
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural[:-1]


def say_refusal(error: Refusal, language: Language) -> str:
    """What a refusal says, in the language."""
    return say(error.template, error.values, language)


@lru_cache(maxsize=1 << 16)
def format_number(value: int | str | Decimal, language: Language, digits: int | None = None) -> str:
    """A number with grouped thousands; `digits` decimals, or those that it has."""
    number = Decimal(value)
    if digits is None:
        digits = max(0, -int(number.normalize().as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(number, format=pattern, locale=_locale(language)).replace("-", "−")


def format_percent(value: int | str | Decimal, language: Language) -> str:
    """`27.4 %`, in Chinese without the space."""
    return f"{format_number(value, language)}{'%' if language == 'zh_CN' else ' %'}"


def format_money(minor: int, currency: str, language: Language, whole: bool = False) -> str:
    """`CNY 412,300.00`; `whole` leaves the minor unit out (half even)."""
    digits = 0 if whole else minor_digits(currency)
    pattern = "¤¤ #,##0" + ("." + "0" * digits if digits else "")
    text = format_currency(
        Money(minor, currency).amount, currency, format=pattern, locale=_locale(language), currency_digits=False
    )
    text = text.replace("-", "")
    return f"−{text}" if minor < 0 and any(sign in text for sign in "123456789") else text


def format_day(day: date | str, language: Language, near: date | None = None) -> str:
    """A day with its weekday; the year shows when it is not that of `near`."""
    if not day:
        return "–"
    known = date.fromisoformat(day) if isinstance(day, str) else day
    short, long = _DAY_PATTERNS[language]
    pattern = short if near is not None and known.year == near.year else long
    return format_date(known, pattern, locale=_locale(language))


def name_country(code: str, language: Language) -> str:
    """The country's name where the code is one of ISO 3166, else the code itself."""
    name = _locale(language).territories.get(code, code)
    return name if isinstance(name, str) else code


def name_language(code: str, language: Language) -> str:
    """What the reader calls a language of ISO 639, as `de` or `zh_CN`; else the code itself."""
    name = _locale(language).languages.get(code.replace("-", "_").partition("_")[0], code)
    return name if isinstance(name, str) else code


def describe_parameters(schema: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A Prefect parameter schema whose titles and descriptions are in the language.

    A description is the text of the flow's docstring, line breaks apart.
    """
    translate = translator(language)
    described = copy.deepcopy(dict(schema))
    for place in (described, *described.get("properties", {}).values()):
        for field in ("title", "description"):
            if isinstance(place.get(field), str):
                place[field] = translate(" ".join(place[field].split()))
    return described
