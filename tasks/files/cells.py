"""Read a declared column: what each cell means, which cells are blank, which are bad."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from config.marketplaces import find_country
from config.seller import InputFiles
from skills.vocabulary import ALL_COUNTRIES, Country, minor_digits
from tasks.files.columns import Column
from tasks.files.iso_times import NO_OFFSET
from tasks.files.values import Numbers, map_distinct, read_moments, read_numbers, read_percents, read_text

_CURRENCY = re.compile(r"[A-Z]{3}")
SIGNS = {
    "€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"), "￥": ("JPY", "CNY"), "円": ("JPY",), "元": ("CNY",),
    "$": ("USD", "CAD", "MXN", "AUD", "SGD"), "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD",), "MX$": ("MXN",),
    "A$": ("AUD",), "S$": ("SGD",), "R$": ("BRL",), "KR": ("SEK",), "ZŁ": ("PLN",), "₹": ("INR",), "TL": ("TRY",),
    "₺": ("TRY",), "E£": ("EGP",), "R": ("ZAR",),
}  # fmt: skip
"""Sign of a currency in upper case → the currencies that it may mean."""
_SIGN = re.compile(r"[%％]")
_PERCENT = re.compile(r"percent|prozent|pourcentage|porcentaje|百分", re.IGNORECASE)
_THURSDAY, _SATURDAY = 4, 6
"""Days after Sunday: the day that the count of days begins on, and the last of a week."""
_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "是"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0", "否"), "no"),
}


@dataclass(frozen=True)
class Cells:
    """A column read: values of any type that `as_dtype` takes, and which of them are bad or blank."""

    value: np.ndarray | pd.Series
    bad: np.ndarray
    blank: np.ndarray


def country_reader(source: InputFiles, known: Collection[Country]) -> Callable[[object], Country]:
    """Label → our code, "" for a label that nobody knows; the seller's own labels come first.

    Args:
        source: Its `countries` are the seller's labels.
        known: Codes that the seller's file gives to labels of any input.
    """
    labels = {label.strip().casefold(): code for label, code in source.countries.items()}
    codes = {code.casefold(): code for code in known}

    def read(label: object) -> Country:
        text = str(label).strip().casefold()
        return labels.get(text) or codes.get(text) or find_country(text) or ""

    return read


def read_cells(
    column: Column,
    raw: pd.Series,
    source: InputFiles,
    country: Callable[[object], Country],
    whole_numbers: bool = True,
    header: str = "",
    percents: bool | None = None,
) -> Cells:
    """One column of a table; money stays in the unit it is written in.

    Args:
        column: Its declaration.
        raw: Its cells.
        source: Decimal sign and order of dates.
        country: Label → code.
        whole_numbers: Whether money must be whole, as minor units are.
        header: As the file writes it; it may say percent.
        percents: Whether plain numbers are percents; None if the header and the column itself decide.
    """
    if column.kind == "share":
        return _read_shares(column, raw, header, percents)
    if column.kind == "percent":
        return _read_changes(column, raw, header)
    if column.kind in ("count", "number", "money"):
        whole = column.kind == "count" or (column.kind == "money" and whole_numbers)
        return _read_amounts(column, raw, source, whole)
    if column.kind in ("day", "day_text", "week"):
        return _read_days(column, raw, source)
    if column.kind == "moment_text":
        return _read_moment_text(raw, source)
    text = read_text(raw)
    blank = (text == "").to_numpy(dtype=bool)
    change: dict[str, Callable[[object], str]] = {
        "sku": lambda cell: str(cell).upper(),
        "country": lambda cell: _find_place(str(cell), column) or country(cell),
        "currency": lambda cell: str(cell).upper() if _CURRENCY.fullmatch(str(cell).upper()) else "",
        "zone": lambda cell: str(cell) if is_zone(str(cell)) else "",
        "decimal": lambda cell: _decimal_text(cell, source),
        "choice": lambda cell: _choose(cell, column.choices),
        "yes_no": lambda cell: _YES_NO.get(str(cell).casefold(), ""),
    }
    if column.kind not in change:
        return Cells(text, np.zeros(len(text), dtype=bool), blank)
    value = map_distinct(text, change[column.kind])
    found = (value != "").to_numpy(dtype=bool)
    return Cells(value, ~found & ~blank, blank & ~found)


def to_minor(amounts: np.ndarray, currency: pd.Series) -> np.ndarray:
    """Whole units to minor units of each row's currency, rounded half even."""
    factor = currency.map({code: 10.0 ** minor_digits(code) for code in currency.unique()}).to_numpy(np.float64)
    minor: np.ndarray = np.rint(np.rint(amounts * factor * 1e6) / 1e6)
    return minor


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Whether the time zone exists."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _read_amounts(column: Column, raw: pd.Series, source: InputFiles, whole: bool) -> Cells:
    numbers = read_numbers(raw, source.decimal)
    value = numbers.value
    with np.errstate(invalid="ignore"):
        outside = (value < column.low) | (value > column.high)
        if whole:
            outside |= value != np.rint(value)
    return Cells(value, numbers.bad | (outside & ~numbers.blank & ~numbers.bad), numbers.blank)


def exceeds_one(raw: pd.Series) -> bool:
    """Whether a cell without a percent sign is more than 1, so that the column's plain numbers are percents."""
    cells = read_percents(raw)
    return bool((cells.value[~cells.signed] > 1).any())


def _read_shares(column: Column, raw: pd.Series, header: str, percents: bool | None) -> Cells:
    """Shares of 1. A percent sign in the cell decides; then one in the header; then the column as a whole."""
    cells = read_percents(raw)
    if percents is None:
        percents = bool(_SIGN.search(header)) or bool((cells.value[~cells.signed] > 1).any())
    return _within(column, cells, np.where(cells.signed | percents, cells.value / 100, cells.value))


def _read_changes(column: Column, raw: pd.Series, header: str) -> Cells:
    """Percents. Plain numbers are shares of 1 unless the header says percent."""
    cells = read_percents(raw)
    percents = bool(_SIGN.search(header) or _PERCENT.search(header))
    return _within(column, cells, np.where(cells.signed | percents, cells.value, cells.value * 100))


def _within(column: Column, cells: Numbers, value: np.ndarray) -> Cells:
    with np.errstate(invalid="ignore"):
        outside = (value < column.low) | (value > column.high)
    return Cells(np.round(value, 12), cells.bad | (outside & ~cells.blank & ~cells.bad), cells.blank)


def _read_days(column: Column, raw: pd.Series, source: InputFiles) -> Cells:
    moments = read_moments(raw, source.date_order)
    days = moments.local.astype("datetime64[us]").astype("datetime64[D]").astype("datetime64[us]")
    missing = moments.bad | moments.blank
    if column.kind == "week":
        number = (days.astype("datetime64[D]").astype(np.int64) + _THURSDAY) % 7  # 0 is a Sunday
        first = days - np.where(number == _SATURDAY, number, 0).astype("timedelta64[D]")
        bad = moments.bad | ~missing & ~np.isin(number, (0, _SATURDAY))
        return Cells(np.where(missing, np.datetime64("NaT"), first), bad, moments.blank)
    if column.kind == "day":
        return Cells(np.where(missing, np.datetime64("NaT"), days), moments.bad, moments.blank)
    text = pd.Series(np.datetime_as_string(days, unit="D"), dtype="str").mask(pd.Series(missing), "")
    return Cells(text, moments.bad, moments.blank)


def _read_moment_text(raw: pd.Series, source: InputFiles) -> Cells:
    moments = read_moments(raw, source.date_order)
    bare = (moments.offset == NO_OFFSET) & ~moments.blank
    return Cells(read_text(raw), moments.bad | bare, moments.blank)


def _decimal_text(cell: object, source: InputFiles) -> str:
    number = read_numbers(pd.Series([cell], dtype="str"), source.decimal)
    if number.bad[0]:
        return ""
    text = re.sub(r"[\s'’]", "", str(cell))
    return text.replace(".", "").replace(",", ".") if source.decimal == "," else text.replace(",", "")


def _find_place(text: str, column: Column) -> str:
    """What stands for several countries, where the column allows it."""
    groups = (*column.choices, ALL_COUNTRIES) if column.any_country else column.choices
    return text.upper() if text.upper() in groups else ""


def _choose(cell: object, choices: tuple[str, ...]) -> str:
    """The choice that is written so, whatever its case and signs."""
    plain = re.sub(r"[\s_-]", "", str(cell)).casefold()
    if set(choices) >= {"yes", "no"} and plain in _YES_NO:
        return _YES_NO[plain]
    return next((choice for choice in choices if choice.replace("_", "").casefold() == plain), "")
