"""Layouts of Seller Central that are no plain table: what stands above the header, beside it, or across the row.

- A line above the header says what was asked for: `Reporting Range=["Weekly"],Select week=["Week 46 | …"]`.
- The top search terms have one row per term with three products side by side; the table has one row per product.
- The opportunity explorer has its terms in three columns and its units as a range.
- A missing day, week or country may stand in the file's name, a missing ASIN above the header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from config.seller import InputFiles
from skills.vocabulary import mark
from tasks.files.columns import Table
from tasks.files.headers import normalise
from tasks.files.market_feeds import RawSheet, country_of_file, day_of_file
from tasks.files.problems import UnknownHeader, WrongReport
from tasks.files.reading import Rows
from tasks.files.values import read_numbers, read_text

_SLOT = re.compile(r"(?:.*?(?P<number>[1-9])\s*[:：]|#\s*(?P<old>[1-9])\s)\s*(?P<part>.+)")
_BRAND_SLOT = re.compile(r".*(?:brand|marke|marque|marca|ブランド|品牌).*(?P<number>[1-9])", re.IGNORECASE)
_PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:-|–|—|to)\s*(\d{4}-\d{2}-\d{2})")
_ASIN_ABOVE = re.compile(r"ASIN[^=\]]*=\[\W*([A-Z0-9]{10})")
_TERM = re.compile(r"top search term\s*\d", re.IGNORECASE)
_BOUND = re.compile(r"units sold (lower|upper) bound \(past 90 days\)", re.IGNORECASE)
_PARTS = ("asin", "title", "click_share", "conversion_share")
_WEEK_DAYS = 7

_Made = tuple[tuple[int, ...], Callable[[pd.DataFrame], pd.Series]]
"""The positions that a column is made of, and how."""

ABOVE = re.compile(r"[^,;\t=]+=\[")
"""How a line above the header begins."""


@dataclass(frozen=True)
class Layout:
    """How rows of the table come from rows of the sheet.

    Attributes:
        headers: What the columns are found by: the sheet's headers, then what was made of them.
        needs: Positions of the sheet that are read whatever columns are found.
        make: The rows with the columns made, and how many search terms had no product.
    """

    headers: tuple[str, ...]
    needs: tuple[int, ...]
    make: Callable[[Rows], tuple[Rows, int]]


def find_layout(table: Table, raw: RawSheet, settings: InputFiles) -> Layout:
    """The layout of a sheet.

    Raises:
        WrongReport: it covers another period than a week.
        UnknownHeader: nothing says which country it is of.
    """
    headers = raw.sheet.headers
    slots = _find_slots(table, headers) if table.name == "search_terms" else {}
    made = _terms_and_units(headers) if table.name == "opportunities" else {}
    stated = _stated(table, raw, settings, (*headers, *made))
    if slots:
        return _unfold(headers, slots, stated)
    needs = tuple(sorted({at for positions, _ in made.values() for at in positions}))

    def make(rows: Rows) -> tuple[Rows, int]:
        cells = rows.cells
        extra = {len(headers) + at: build(cells) for at, (_, build) in enumerate(made.values())}
        return Rows(_with(cells, extra, stated, len(headers) + len(made)), rows.lines, rows.ragged), 0

    return Layout((*headers, *made, *stated), needs, make)


def _with(cells: pd.DataFrame, extra: Mapping[int, object], stated: Mapping[str, str], start: int) -> pd.DataFrame:
    """The cells with columns added, and with what the file states as a whole in every row."""
    whole = {
        start + at: pd.array([value], dtype="str").repeat(len(cells)) for at, value in enumerate(stated.values())
    }
    return cells.join(pd.DataFrame({**extra, **whole}, index=cells.index))


def _stated(table: Table, raw: RawSheet, settings: InputFiles, headers: tuple[str, ...]) -> dict[str, str]:
    """Column → value of what the sheet's columns lack and the file says as a whole."""
    stated: dict[str, str] = {}
    period = _PERIOD.search(raw.above) if table.covers_days == _WEEK_DAYS else None
    if period:
        first, last = (date.fromisoformat(day) for day in period.groups())
        if (last - first).days + 1 != _WEEK_DAYS:
            raise WrongReport(
                mark("{file} covers {first} to {last}. Expected one week. Download the report again by week."),
                file=raw.sheet.file,
                first=first,
                last=last,
            )
    asin = _ASIN_ABOVE.search(raw.above)
    known = {
        "country": country_of_file(raw.sheet.file, settings),
        "asin": asin[1] if asin else "",
        table.known_on: period[1] if period else day_of_file(raw.sheet.file),
    }
    for name in ("country", "asin", table.known_on):
        column = next((column for column in table.columns if column.name == name), None)
        if column is None or name in settings.columns or _has(headers, column.names):
            continue
        if known[name]:
            stated[name] = known[name]
        elif name == "country":
            raise UnknownHeader(
                mark(
                    "{file} does not say which country it is of. Expected a column {names}, or a label for the file "
                    'in the seller\'s file, such as inputs.{table}.countries: {{"{file}": DE}} (docs/inputs.md).'
                ),
                file=raw.sheet.file,
                names=column.name,
                table=table.name,
            )
    return stated


def _has(headers: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return bool({normalise(name) for name in names} & {normalise(header) for header in headers})


def _find_slots(table: Table, headers: tuple[str, ...]) -> dict[int, dict[str, int]]:
    """Number of the product in the row → part → position."""
    parts = {normalise(name): part for part in _PARTS for name in table.column(part).names}
    parts |= {normalise(table.column(part).name): part for part in _PARTS}
    slots: dict[int, dict[str, int]] = {}
    for at, header in enumerate(headers):
        match = _SLOT.fullmatch(header)
        part = parts.get(normalise(match["part"])) if match else None
        if match and part:
            slots.setdefault(int(match["number"] or match["old"]), {})[part] = at
    return {number: places for number, places in sorted(slots.items()) if "asin" in places}


def _unfold(headers: tuple[str, ...], slots: dict[int, dict[str, int]], stated: dict[str, str]) -> Layout:
    """One row per product of a term; a place without a product is no row, a term without any is counted."""
    first = next(iter(slots.values()))
    names = [_SLOT.fullmatch(headers[first[part]]) for part in _PARTS if part in first]
    parts = [part for part in _PARTS if part in first]
    brands = [at for at, header in enumerate(headers) if _BRAND_SLOT.fullmatch(header)]
    taken = {at for places in slots.values() for at in places.values()}
    plain = [at for at in range(len(headers)) if at not in taken and at not in brands]
    shown = tuple("" if at in taken or at in brands else header for at, header in enumerate(headers))
    made = tuple(match["part"] if match else "" for match in names)
    start = len(headers)

    def make(rows: Rows) -> tuple[Rows, int]:
        cells, size = rows.cells, len(rows.cells)
        order = np.arange(size * len(slots)).reshape(len(slots), size).T.ravel()
        here = [at for at in plain if at in cells.columns]
        long = pd.concat(
            [
                cells[here].assign(
                    **{f"+{at}": cells[places[part]] if part in places else "" for at, part in enumerate(parts)}
                )
                for places in slots.values()
            ],
            ignore_index=True,
        ).iloc[order]
        long.columns = pd.Index([*here, *(start + at for at in range(len(parts)))])
        lines = np.repeat(rows.lines, len(slots))
        filled = np.zeros(len(long), dtype=bool)
        for at in range(len(parts)):
            filled |= (read_text(long[start + at]) != "").to_numpy(dtype=bool)
        title = start + parts.index("title") if "title" in parts else None
        brand = _brands(cells, brands, long[title] if title is not None else None, len(slots))
        long = long.reset_index(drop=True)
        long = _with(long, {start + len(parts): brand}, stated, start + len(parts) + 1)[filled]
        without = size - len(np.unique(lines[filled]))
        return Rows(long.reset_index(drop=True), lines[filled], rows.ragged), without

    return Layout((*shown, *made, "brand", *stated), (*sorted(taken), *brands), make)


def _brands(cells: pd.DataFrame, positions: list[int], titles: pd.Series | None, slots: int) -> ExtensionArray:
    """The brand of each product: the one of the term's brands that its title begins with; else blank.

    Brands and products are ranked apart, so the first brand need not be the first product's.
    """
    size = len(cells) * slots
    if titles is None or not positions:
        return pd.array([""], dtype="str").repeat(size)
    written = [read_text(cells[at]).tolist() for at in positions]
    found = [""] * size
    for at, title in enumerate(read_text(titles).str.casefold().tolist()):
        for brands in written:
            brand = brands[at // slots]
            if brand and title.startswith(brand.casefold()):
                found[at] = brand
                break
    return pd.array(found, dtype="str")


def _terms_and_units(headers: tuple[str, ...]) -> dict[str, _Made]:
    """What stands in several columns and is one of ours."""
    terms = tuple(at for at, header in enumerate(headers) if _TERM.fullmatch(header))
    bounds = tuple(at for at, header in enumerate(headers) if _BOUND.fullmatch(header))
    made: dict[str, _Made] = {}
    if terms:
        made["top_terms"] = (terms, lambda cells: _join(read_text(cells[at]) for at in terms))
    if len(bounds) == 2:
        made["units_sold_90d"] = (bounds, lambda cells: _middle(read_numbers(cells[at]).value for at in bounds))
    return made


def _join(terms: Iterator[pd.Series]) -> pd.Series:
    joined = [";".join(term.replace(";", ",") for term in row if term) for row in zip(*terms, strict=True)]
    return pd.Series(joined, dtype="str")


def _middle(bounds: Iterator[np.ndarray]) -> pd.Series:
    return pd.Series(np.mean(list(bounds), axis=0))
