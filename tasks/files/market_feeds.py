"""What a file of the market gives: sheets whose rows come in parts, so that no more than one part is held as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch

import numpy as np

from config.marketplaces import find_country
from config.seller import InputFiles
from skills.vocabulary import Country
from tasks.files.reading import Rows, Sheet
from tasks.files.sources import Source

PART = 100_000
"""Rows that are held as text at a time."""

_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_COUNTRY_IN_NAME = re.compile(r"([A-Z]{2})_")


@dataclass(frozen=True)
class Part:
    """Some rows of a sheet.

    Attributes:
        source: The rows, with the columns of the table that the sheet has.
        without_product: Search terms of the part that no product was clicked for.
        last_days: Last day that each row speaks of, if the report says it; else None.
    """

    source: Source
    without_product: int = 0
    last_days: np.ndarray | None = None


@dataclass(frozen=True)
class Feed:
    """A sheet or report, its rows in parts.

    Attributes:
        file: Name that reports show.
        read_as: Encoding and delimiter, or the format.
        parts: Gives the parts from the first on; may be asked again.
    """

    file: str
    read_as: str
    parts: Callable[[], Iterator[Part]]


@dataclass(frozen=True)
class RawSheet:
    """A sheet as written.

    Attributes:
        sheet: Its file, name and headers; its rows come from `parts`.
        above: The line above the header, "" if there is none.
        parts: Gives the rows with the columns at these positions.
    """

    sheet: Sheet
    above: str
    parts: Callable[[list[int]], Iterator[Rows]] = field(repr=False)


def country_of_file(file: str, settings: InputFiles) -> Country:
    """The country that a file is of by the seller's labels (its name or a pattern of it, then ""), else by its name.

    Brand Analytics begins its files' names with the country, as in `US_Top_Search_Terms_…`.
    """
    for label, code in settings.countries.items():
        if label and fnmatch(file.casefold(), label.casefold()):
            return code
    named = _COUNTRY_IN_NAME.match(file)
    return settings.countries.get("") or (find_country(named[1]) if named else None) or ""


def day_of_file(file: str) -> str:
    """The day in a file's name, such as 2025-11-09 or 2025_11_09; "" if there is none."""
    for year, month, day in _DAY_IN_NAME.findall(file):
        try:
            return date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
    return ""
