"""Cells of a paper as its reader writes them: sentences in the language, numbers, weights and money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from config.language import format_number, name_country, translator
from skills.vocabulary import mark, minor_digits

if TYPE_CHECKING:
    from config.seller import Language

COUNTRY_LABEL = mark("Country of import")


def word_text(text: object, language: Language) -> str:
    """Each line of the text in the language, where it is one of our sentences."""
    translate = translator(language)
    return "\n".join(translate(line) for line in str(text).split("\n"))


def word_field(label: str, value: object, language: Language) -> str:
    """A field's value; a country by its name."""
    if label == COUNTRY_LABEL:
        return f"{name_country(str(value), language)} ({value})"
    return word_text(value, language)


def word_cell(value: object, kind: str, currency: str, language: Language) -> str:
    """A cell by the kind of its column; what is no number is a text."""
    if not isinstance(value, int):
        return word_text(value, language)
    if kind == "money":
        digits = minor_digits(currency)
        return format_number(Decimal(value).scaleb(-digits), language, digits)
    if kind == "weight_g":
        return format_number(Decimal(value).scaleb(-3), language, 3)
    if kind == "volume_mm3":
        return format_number(Decimal(value).scaleb(-9), language, 3)
    return format_number(value, language)


def word_column(column: dict[str, Any], currency: str, language: Language) -> str:
    """The head of a column; money names its currency."""
    label = word_text(column["label"], language)
    return f"{label} ({currency})" if column["kind"] == "money" else label
