"""One country's way of writing: units, decimal signs, prices, dates, plugs. No price is converted, no number changed
but by a unit conversion that is handed back beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from babel import Locale
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol

from skills.listing.dates import format_long, write_dates
from skills.listing.units import MEASURE, NUMBER, UNITS, convert, local_unit, unit_of
from skills.vocabulary import Money, Refusal, check_columns, mark, minor_digits, name_rows

MARKET_COLUMNS = ("country", "marketplace_id", "language_tag", "currency", "system", "plugs", "voltage")
Write = Callable[[re.Match[str]], str]
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")


class UnusableMarkets(Refusal):
    """A country without a row in the table of marketplaces, or with two."""


@dataclass(frozen=True, slots=True)
class Market:
    """How one marketplace writes.

    Attributes:
        language_tag: As Amazon's attributes carry it: de_DE.
        system: Of units: metric or us.
        plugs: Letters of the plugs that fit its sockets (IEC TR 60083).
        voltage: Of its mains [V].
    """

    country: str
    marketplace_id: str
    language_tag: str
    currency: str
    system: str
    plugs: tuple[str, ...]
    voltage: int

    @property
    def language(self) -> str:
        """ISO 639-1."""
        return self.language_tag.partition("_")[0]

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.language_tag)


@dataclass(frozen=True, slots=True)
class Conversion:
    """One number that was written in another unit."""

    value: Decimal
    unit: str
    shown: Decimal
    shown_unit: str


def read_markets(countries: pd.DataFrame) -> list[Market]:
    """The marketplaces to list in, sorted by country.

    Args:
        countries: One row per country (assets/markets.csv): country, marketplace_id, language_tag, currency, system
            (metric|us), plugs (letters, blanks between), voltage [V].
    Raises:
        UnusableMarkets: a country twice, or a system that is none.
    """
    check_columns("countries", countries.columns, MARKET_COLUMNS)
    rows = countries.sort_values("country").to_dict("records")
    wrong = [row["country"] for row in rows if row["system"] not in ("metric", "us")]
    wrong += [str(code) for code in countries.loc[countries["country"].duplicated(), "country"]]
    if wrong:
        raise UnusableMarkets(
            mark(
                "The table of marketplaces cannot be used for {countries}: each country needs one row, and metric or "
                "us as its system of units. Mend the rows in skills/listing/assets/markets.csv."
            ),
            countries=name_rows(wrong),
        )
    return [
        Market(
            row["country"], row["marketplace_id"], row["language_tag"], row["currency"], row["system"],
            tuple(str(row["plugs"]).split()), int(row["voltage"]),
        )
        for row in rows
    ]  # fmt: skip


def plain_numbers(text: str, language: str, names: re.Pattern[str] | None = None) -> str:
    """The text with the numbers of its measures, names apart, with a point and without groups: 1,5 kg → 1.5 kg."""
    decimal, group = get_decimal_symbol(language), get_group_symbol(language)

    def write(match: re.Match[str]) -> str:
        return NUMBER.sub(lambda number: _plain(number[0], decimal, group), match[0])

    return MEASURE.sub(_outside(names, text, write), text)


def localise_text(
    text: str, market: Market, language: str = "", names: re.Pattern[str] | None = None
) -> tuple[str, list[Conversion]]:
    """A text whose measures are in the country's units, with its decimal sign and its blank before a percent sign.

    Args:
        text: Its measures are plain (see `plain_numbers`); other numbers are never touched.
        language: Of the text, where it is not the country's: its decimal sign is written.
        names: What matches is a brand or protected, and stays as it is.
    Returns:
        The text, and each number that was converted with what it was and what it became.
    """
    locale = Locale.parse(language) if language else market.locale
    decimal, gap_of_percent = get_decimal_symbol(locale), _percent_gap(locale)
    found: list[Conversion] = []

    def write(match: re.Match[str]) -> str:
        unit, numbers = unit_of(match), match["numbers"]
        target = local_unit(unit, market.system, min(Decimal(number) for number in NUMBER.findall(numbers)))
        if target == unit:
            gap = gap_of_percent if unit == "percent" else match["gap"]
            written = match[0][len(numbers) + len(match["gap"]) :]
            return NUMBER.sub(lambda number: number[0].replace(".", decimal), numbers) + gap + written

        def change(number: re.Match[str]) -> str:
            value = Decimal(number[0])
            shown = convert(value, unit, target)
            found.append(Conversion(value, unit, shown, target))
            return f"{shown:f}".replace(".", decimal)

        gap = match["gap"] or " "
        return f"{NUMBER.sub(change, numbers)}{gap}{UNITS[target].label}"

    return MEASURE.sub(_outside(names, text, _unless_doubtful(write)), text), found


def format_price(minor: int, currency: str, market: Market) -> str:
    """A price as the country writes it; the amount and the currency are those given."""
    return str(format_currency(Money(minor, currency).amount, currency, locale=market.locale, currency_digits=True))


def price_value(minor: int, currency: str) -> float | int:
    """A price as Amazon's attributes carry it, in major units."""
    return minor if minor_digits(currency) == 0 else minor / 10 ** minor_digits(currency)


def format_day(day: date, market: Market) -> str:
    """A date as the country writes it."""
    return format_long(day, market.locale)


def localise_dates(
    text: str, market: Market, language: str = "", names: re.Pattern[str] | None = None
) -> tuple[str, list[dict[str, str]]]:
    """A text whose ISO dates are written as the country writes them.

    Args:
        language: Of the text, where it is not the country's: its months are written.
        names: What matches is a brand or protected, and stays as it is.
    Returns:
        The text, and each date with what it was and what it became; as `describe_conversions`, without units.
    """
    written, found = write_dates(text, Locale.parse(language) if language else market.locale, names)
    return written, [{"value": was, "unit": "", "shown": shown, "shown_unit": ""} for was, shown in found]


def fits_socket(plug: str, market: Market) -> bool:
    """Whether a plug (its letter) fits the country's sockets; no plug always does."""
    return not plug or plug.removeprefix("type ").strip().upper() in market.plugs


def describe_conversions(conversions: list[Conversion]) -> list[dict[str, Any]]:
    """The conversions as a column holds them: value, unit, shown, shown_unit; numbers as text."""
    return [
        {"value": f"{one.value:f}", "unit": one.unit, "shown": f"{one.shown:f}", "shown_unit": one.shown_unit}
        for one in conversions
    ]


def _percent_gap(locale: Locale) -> str:
    """A blank where the language has one before a percent sign."""
    return " " if str(locale.percent_formats[None].pattern).removesuffix("%")[-1:].isspace() else ""


def _plain(number: str, decimal: str, group: str) -> str:
    sign = re.escape(group if group in ".," else ",")
    if re.fullmatch(rf"[0-9]{{1,3}}(?:{sign}[0-9]{{3}})+(?:[.,][0-9]+)?", number):
        number = number.replace(group, "")
    return number.replace(decimal, ".")


def _outside(names: re.Pattern[str] | None, text: str, write: Write) -> Write:
    """A match that shares a sign with a name is left as it is."""
    spans = [found.span() for found in names.finditer(text)] if names is not None else []

    def guarded(match: re.Match[str]) -> str:
        return match[0] if any(start < match.end() and match.start() < end for start, end in spans) else write(match)

    return guarded


def _unless_doubtful(write: Write) -> Write:
    """A match whose numbers are no plain decimals (1.2.3) is left as it is."""

    def guarded(match: re.Match[str]) -> str:
        numbers = NUMBER.findall(match["numbers"])
        return write(match) if all(_DECIMAL.fullmatch(number) for number in numbers) else match[0]

    return guarded
