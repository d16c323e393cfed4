"""Reference tables: those that ship with the project, and the official files of tariffs, taxes and exchange rates.

An official file is read as text; each row is kept or quarantined with the reason, none is mended by guessing. What
its cells mean is the skill's to say (`skills/customs`).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Literal, cast

import pandas as pd

from config.settings import read_settings
from skills.customs.schedule import SCHEDULE_ROWS, pad_number
from skills.customs.value import Basis, ValueRule
from skills.rates import RATE_COLUMNS, Confidence
from skills.vocabulary import mark, name_rows
from tasks.files.problems import EmptyExport, UnknownHeader, UnreadableFile
from tasks.files.quarantine import QUARANTINE

VALUE_RULES = "skills/customs/assets/value_rules.csv"
STARTER_RATES = (
    "skills/distribution/assets/starter_rates.csv",
    "skills/inbound/assets/box_limits.csv",
    "skills/inbound/assets/containers.csv",
)

US_COLUMNS = ("HTS Number", "Indent", "Description", "Unit of Quantity", "General Rate of Duty")
VAT_COLUMNS = ("start_date", "stop_date", "territory_codes", "rate", "rate_type", "description")
FX_COLUMNS = ("Date", "Country", "Exchange rate")

EXPECTED_NUMBER = mark("a tariff number of 4 to 10 digits, once")
EXPECTED_INDENT = mark("an indent of 0 or more")
EXPECTED_DATE = mark("a day, written YYYY-MM-DD")
EXPECTED_RATE = mark("a number of 0 or more, at most 1 for a tax")
EXPECTED_FX = mark("a number above 0")
EXPECTED_TERRITORY = mark("territory codes, one a line")
EXPECTED_KIND = mark("standard, reduced, super_reduced or parking")
EXPECTED_SERIES = mark("a series of one currency")
EXPECTED_ONCE = mark("one row for each month of a series")
EXPECTED_DAY_ONCE = mark("one row for each day")
EXPECTED_DOLLAR = mark("a rate of the US dollar on the same day")
EXPECTED_FIELDS = mark("as many fields as the header has")
EXPECTED_PERIOD = mark("a last day on or after the first")

FX_SERIES = {
    "Australia": "AUD", "Austria": "ATS", "Belgium": "BEF", "Brazil": "BRL", "Canada": "CAD", "China": "CNY",
    "Denmark": "DKK", "Euro": "EUR", "Finland": "FIM", "France": "FRF", "Germany": "DEM", "Greece": "GRD",
    "Hong Kong": "HKD", "India": "INR", "Ireland": "IEP", "Italy": "ITL", "Japan": "JPY", "Malaysia": "MYR",
    "Mexico": "MXN", "Netherlands": "NLG", "New Zealand": "NZD", "Norway": "NOK", "Portugal": "PTE",
    "Singapore": "SGD", "South Africa": "ZAR", "South Korea": "KRW", "Spain": "ESP", "Sri Lanka": "LKR",
    "Sweden": "SEK", "Switzerland": "CHF", "Taiwan": "TWD", "Thailand": "THB", "United Kingdom": "GBP",
}  # fmt: skip
"""Series of the Federal Reserve's H.10 → ISO 4217. Venezuela is left out: redenominated thrice within its series."""

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_VAT_KINDS = {
    "standard": "vat",
    "reduced": "vat_reduced",
    "super_reduced": "vat_super_reduced",
    "parking": "vat_parking",
}


@dataclass(frozen=True)
class OfficialTable:
    """What an official file holds.

    Attributes:
        rows: The kept rows: of a tariff SCHEDULE_ROWS, of rates RATE_COLUMNS (all text).
        quarantine: One row per row left out: feed, file, line, column, value, expected.
        rows_in: Rows of the file; kept + quarantined.
        kept: Rows of the file that were kept; one may give several rates.
        source: Who publishes it, as the caller states it.
        retrieved_on: The day it was fetched there.
    """

    rows: pd.DataFrame
    quarantine: pd.DataFrame
    rows_in: int
    kept: int
    source: str
    retrieved_on: date


class _Fault(Exception):
    """A row's first fault: column, cell, what was expected."""

    def __init__(self, column: str, cell: str, expected: str) -> None:
        super().__init__(column)
        self.entry = (column, cell[:200], expected)


Cells = dict[str, str]
ReadRow = Callable[[int, Cells], list[tuple[object, ...]]]


def read_starter_rates() -> pd.DataFrame:
    """The dated rates that every seller starts with: one row per value, columns of `skills.rates.RATE_COLUMNS`."""
    root = read_settings().root
    tables = [pd.read_csv(root / path, dtype="str", keep_default_na=False, comment="#") for path in STARTER_RATES]
    return pd.concat(tables, ignore_index=True)


def read_value_rules() -> list[ValueRule]:
    """How each country values imports, dated, as the project knows it; unverified where no text was read."""
    frame = pd.read_csv(read_settings().root / VALUE_RULES, dtype="str", keep_default_na=False)
    return [
        ValueRule(
            country=row["country"],
            basis=cast(Basis, row["basis"]),
            needs_attorney=row["needs_attorney"] == "yes",
            drops_fractions=row["drops_fractions"] == "yes",
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
            source=row["source"],
            retrieved_on=date.fromisoformat(row["retrieved_on"]),
            confidence=cast(Confidence, row["confidence"]),
        )
        for row in frame.to_dict("records")
    ]


def read_us_tariff(path: Path, source: str, retrieved_on: date) -> OfficialTable:
    """The CSV export of the US Harmonized Tariff Schedule (hts.usitc.gov), one edition.

    Returns:
        Rows for `skills.customs.build_schedule`, in the file's order. Statistical suffixes keep their empty rate:
        they inherit it there.
    """
    seen: set[str] = set()

    def read_row(line: int, cells: Cells) -> list[tuple[object, ...]]:
        number, indent = cells["HTS Number"].strip(), cells["Indent"].strip()
        if not indent.isdecimal():
            raise _Fault("Indent", indent, EXPECTED_INDENT)
        if number and (number in seen or not re.fullmatch(r"\d{4}(\.\d\d){0,3}", number)):
            raise _Fault("HTS Number", number, EXPECTED_NUMBER)
        seen.add(number)
        rate = cells["General Rate of Duty"].strip()
        units = _read_units(cells["Unit of Quantity"])
        return [(number, int(indent), cells["Description"].strip(), rate, units, line)]

    return _read(path, "us_tariff", US_COLUMNS, SCHEDULE_ROWS, source, retrieved_on, read_row)


def read_uk_tariff(
    path: Path, rate: Literal["ukgt_duty_rate", "cet_duty_rate"], source: str, retrieved_on: date
) -> OfficialTable:
    """The UK Global Tariff's CSV, which holds the EU's common external tariff beside it.

    Args:
        rate: Whose duty: `ukgt_duty_rate` for the United Kingdom, `cet_duty_rate` for the European Union.

    Returns:
        Rows for `skills.customs.build_schedule`. Numbers get back the leading zero that the file lost, and dots.
    """
    seen: set[str] = set()

    def read_row(line: int, cells: Cells) -> list[tuple[object, ...]]:
        code = cells["commodity"].strip()
        digits = pad_number(code)
        if not re.fullmatch(r"\d{8}(\d\d)?", digits) or digits in seen:
            raise _Fault("commodity", code, EXPECTED_NUMBER)
        seen.add(digits)
        number = ".".join((digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))))
        return [(number, 0, cells["description"].strip(), cells[rate].strip(), "", line)]

    return _read(path, "uk_tariff", ("commodity", "description", rate), SCHEDULE_ROWS, source, retrieved_on, read_row)


def read_vat_history(path: Path, source: str, retrieved_on: date, confidence: Confidence) -> OfficialTable:
    """A table of value added tax by territory and period.

    A cell of territory_codes lists one code a line. A stop date is the day after the last, unless the territory's
    next row starts a day later still: then it is the last day itself. A row that speaks of digital services only is
    unverified for goods.

    Returns:
        Rates of kind vat (vat_reduced … for other types), one per territory of a row.
    """
    starts: set[tuple[str, str, date]] = set()

    def note_start(_line: int, cells: Cells) -> list[tuple[object, ...]]:
        first = _read_day("start_date", cells["start_date"])
        starts.update((cells["rate_type"], code, first) for code in _read_codes(cells))
        return []

    def read_row(_line: int, cells: Cells) -> list[tuple[object, ...]]:
        kind = _VAT_KINDS.get(cells["rate_type"])
        if kind is None:
            raise _Fault("rate_type", cells["rate_type"], EXPECTED_KIND)
        first = _read_day("start_date", cells["start_date"])
        stop = _read_day("stop_date", cells["stop_date"]) if cells["stop_date"] else None
        if stop is not None and stop <= first:
            raise _Fault("stop_date", cells["stop_date"], EXPECTED_PERIOD)
        value = _read_number("rate", cells["rate"], EXPECTED_RATE)
        if not 0 <= value <= 1:
            raise _Fault("rate", cells["rate"], EXPECTED_RATE)
        trust: Confidence = "unverified" if "digital services" in cells["description"] else confidence
        rates = []
        for code in _read_codes(cells):
            last = stop
            if stop is not None and (cells["rate_type"], code, stop + timedelta(days=1)) not in starts:
                last = stop - timedelta(days=1)
            rates.append(_rate(kind, code, value, "share", first, last, source, retrieved_on, trust))
        return rates

    _read(path, "vat", VAT_COLUMNS, [*RATE_COLUMNS], source, retrieved_on, note_start)
    return _read(path, "vat", VAT_COLUMNS, [*RATE_COLUMNS], source, retrieved_on, read_row)


def read_monthly_fx(path: Path, source: str, retrieved_on: date, confidence: Confidence) -> OfficialTable:
    """Monthly averages against the US dollar by country (units of the currency for one dollar).

    An average is known when its month is over: it holds in the month after.

    Returns:
        Rates of kind fx, keyed by currency.
    """
    seen: set[tuple[str, date]] = set()

    def read_row(_line: int, cells: Cells) -> list[tuple[object, ...]]:
        series, month = cells["Country"].strip(), _read_day("Date", cells["Date"]).replace(day=1)
        currency = FX_SERIES.get(series)
        if currency is None:
            raise _Fault("Country", series, EXPECTED_SERIES)
        if (series, month) in seen:
            raise _Fault("Date", cells["Date"], EXPECTED_ONCE)
        value = _read_positive("Exchange rate", cells["Exchange rate"])
        seen.add((series, month))
        first = _next_month(month)
        last = _next_month(first) - timedelta(days=1)
        return [_rate("fx", currency, value, f"{currency} per USD", first, last, source, retrieved_on, confidence)]

    return _read(path, "fx", FX_COLUMNS, [*RATE_COLUMNS], source, retrieved_on, read_row)


def read_ecb_fx(
    path: Path, source: str, retrieved_on: date, confidence: Confidence, holds_days: int = 7
) -> OfficialTable:
    """Reference rates in the European Central Bank's form: a row per day, a column per currency, units for one euro.

    They are published in the afternoon, so a rate is known on the morning after; it holds until the next one is
    known, and never longer than `holds_days`. Rates are crossed into units for one US dollar, to
    twelve significant digits.

    Returns:
        Rates of kind fx, keyed by currency, the euro among them.
    """
    days: list[date] = []
    seen: set[date] = set()

    def note_day(_line: int, cells: Cells) -> list[tuple[object, ...]]:
        if cells["USD"].strip() not in ("", "N/A"):
            days.append(_read_day("Date", cells["Date"]))
        return []

    def read_row(_line: int, cells: Cells) -> list[tuple[object, ...]]:
        day = _read_day("Date", cells["Date"])
        if day in seen:
            raise _Fault("Date", cells["Date"], EXPECTED_DAY_ONCE)
        if cells["USD"].strip() in ("", "N/A"):
            raise _Fault("USD", cells["USD"], EXPECTED_DOLLAR)
        seen.add(day)
        dollar = _read_positive("USD", cells["USD"])
        limit = day + timedelta(days=holds_days)
        last = min(following.get(day, limit), limit)
        quoted = {name: cell for name, cell in cells.items() if re.fullmatch(r"[A-Z]{3}", name) and name != "USD"}
        euros = {"EUR": Decimal(1)} | {
            name: _read_positive(name, cell) for name, cell in quoted.items() if cell.strip() not in ("", "N/A")
        }
        first = day + timedelta(days=1)
        return [
            _rate("fx", name, _cross(value, dollar), f"{name} per USD", first, last, source, retrieved_on, confidence)
            for name, value in euros.items()
        ]

    _read(path, "fx", ("Date", "USD"), [*RATE_COLUMNS], source, retrieved_on, note_day)
    ordered = sorted(set(days))
    following = dict(pairwise(ordered))
    return _read(path, "fx", ("Date", "USD"), [*RATE_COLUMNS], source, retrieved_on, read_row)


def _read(
    path: Path,
    feed: str,
    needed: tuple[str, ...],
    columns: list[str],
    source: str,
    retrieved_on: date,
    read_row: ReadRow,
) -> OfficialTable:
    kept: list[tuple[object, ...]] = []
    faults: list[tuple[str, ...]] = []
    good = 0
    for line, cells in _list_rows(path, needed):
        try:
            if cells is None:
                raise _Fault("", "", EXPECTED_FIELDS)
            kept += read_row(line, cells)
            good += 1
        except _Fault as fault:
            faults.append((feed, path.name, str(line), *fault.entry))
    if not good + len(faults):
        raise EmptyExport(mark("{file} has a header and no row. Fetch the official file again."), file=path.name)
    text = columns == [*RATE_COLUMNS]
    return OfficialTable(
        rows=pd.DataFrame(kept, columns=columns, dtype="str" if text else None),
        quarantine=pd.DataFrame(faults, columns=QUARANTINE, dtype="str"),
        rows_in=good + len(faults),
        kept=good,
        source=source,
        retrieved_on=retrieved_on,
    )


def _list_rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Cells | None]]:
    """(line on which the row starts, its cells by header); None for a row of another width."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    headers = [header.strip() for header in next(reader, [])]
    missing = [name for name in needed if name not in headers]
    if missing:
        raise UnknownHeader(
            mark("{file} lacks the columns {missing}. Expected the official file as published; it has: {found}."),
            file=path.name,
            missing=name_rows(missing),
            found=", ".join(headers)[:200] or "–",
        )
    start = reader.line_num + 1
    for fields in reader:
        if fields:
            yield start, dict(zip(headers, fields, strict=True)) if len(fields) == len(headers) else None
        start = reader.line_num + 1


def read_text(path: Path) -> str:
    """An official file's text, packed or not.

    Raises:
        UnreadableFile: it is not there, or no text.
    """
    try:
        packed = path.read_bytes()
        return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read ({problem}). Expected UTF-8 text, as published, or the same packed by gzip."),
            file=path.name,
            problem=type(error).__name__,
        ) from error


def _read_units(cell: str) -> str:
    """`["doz.","<u>kg</u>"]` as `doz., kg`."""
    try:
        units = json.loads(cell) if cell else []
    except json.JSONDecodeError:
        units = [cell]
    plain = (re.sub(r"<[^>]*>", "", str(unit)).strip() for unit in units)
    return ", ".join(unit for unit in plain if unit)


def _read_codes(cells: Cells) -> list[str]:
    codes = list(dict.fromkeys(code.strip() for code in cells["territory_codes"].splitlines() if code.strip()))
    if not codes:
        raise _Fault("territory_codes", cells["territory_codes"], EXPECTED_TERRITORY)
    return codes


def _read_day(column: str, cell: str) -> date:
    """`2025-11-24`, or `24 November 2025` as the central bank's daily file writes it."""
    words = cell.split()
    try:
        if len(words) == 3 and words[1] in _MONTHS:
            return date(int(words[2]), _MONTHS.index(words[1]) + 1, int(words[0]))
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise _Fault(column, cell, EXPECTED_DATE) from None


def _read_number(column: str, cell: str, expected: str) -> Decimal:
    try:
        value = Decimal(cell.strip())
    except InvalidOperation:
        raise _Fault(column, cell, expected) from None
    if not value.is_finite():
        raise _Fault(column, cell, expected)
    return value


def _read_positive(column: str, cell: str) -> Decimal:
    value = _read_number(column, cell, EXPECTED_FX)
    if value <= 0:
        raise _Fault(column, cell, EXPECTED_FX)
    return value


def _cross(value: Decimal, dollar: Decimal) -> Decimal:
    exact = value / dollar
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 11)).normalize()


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _rate(
    kind: str,
    key: str,
    value: Decimal,
    unit: str,
    first: date,
    last: date | None,
    source: str,
    retrieved_on: date,
    confidence: Confidence,
) -> tuple[object, ...]:
    end = last.isoformat() if last else ""
    return (
        kind, key, format(value, "f"), unit, first.isoformat(), end, source, retrieved_on.isoformat(), confidence
    )  # fmt: skip
