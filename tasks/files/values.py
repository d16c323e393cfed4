"""What the cells of a column mean: text, numbers, moments. Each distinct cell is read once.

Nothing here guesses: a cell that does not fit is marked bad, and the caller says what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from tasks.files.iso_times import NO_OFFSET, read_iso_times

DateOrder = Literal["ymd", "dmy", "mdy"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall clock's zero, not an instant)
_SWAPPED: dict[DateOrder, str] = {"ymd": "ydm", "dmy": "mdy", "mdy": "dmy"}
_MOMENT = re.compile(
    r"(\d{1,4})([-/.年])(\d{1,2})[-/.月](\d{1,4})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_NUMBER = {
    ".": re.compile(r"([+-]?)(\d{1,3}(?:[,\s'’]\d{3})+|\d+|(?=\.\d))(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?"),
    ",": re.compile(r"([+-]?)(\d{1,3}(?:[.\s'’]\d{3})+|\d+|(?=,\d))(?:,(\d*))?(?:[eE]([+-]?\d{1,3}))?"),
}
_SHARE = re.compile(r"([+−-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?)\s*([%％])?")
_SEPARATORS = re.compile(r"[.,\s'’]")
_FIRST_FIELD = re.compile(r"\D")


@dataclass(frozen=True)
class Numbers:
    """A column as numbers: `value` is NaN where `bad` or `blank`."""

    value: np.ndarray
    bad: np.ndarray
    blank: np.ndarray


@dataclass(frozen=True)
class Percents(Numbers):
    """Numbers of which some carry a percent sign; `value` is the number before it."""

    signed: np.ndarray


@dataclass(frozen=True)
class Moments:
    """A column as moments on a wall clock.

    Attributes:
        local: Microseconds since 1970-01-01 00:00 on that clock; 0 where bad or blank.
        offset: Microseconds that the clock is ahead of UTC, or NO_OFFSET.
        bad: Neither blank nor a moment in the declared order.
        blank: Nothing there.
        swapped: How many rows fit only with day and month exchanged.
        ambiguous: How many rows fit either way and mean different days.
        certain: How many rows fit only the declared order.
    """

    local: np.ndarray
    offset: np.ndarray
    bad: np.ndarray
    blank: np.ndarray
    swapped: int
    ambiguous: int
    certain: int


def read_text(cells: pd.Series) -> pd.Series:
    """Trimmed text; whole numbers without a decimal point, missing cells as ""."""
    if cells.dtype == "str":
        return cells.fillna("").str.strip()
    return map_distinct(cells, _text_of)


def map_distinct(cells: pd.Series, change: Callable[[object], str]) -> pd.Series:
    """Text made from each distinct cell by `change`; missing cells become ""."""
    codes, distinct = _factorize(cells)
    changed = np.array([*(change(cell) for cell in distinct), ""], dtype=object)
    return pd.Series(changed[codes], index=cells.index, dtype="str")


def read_numbers(cells: pd.Series, decimal: Literal[".", ","] = ".") -> Numbers:
    """Numbers, whether typed or written with thousands separators and the given decimal sign."""
    if cells.dtype.kind in "iuf":
        typed = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        return Numbers(np.where(np.isfinite(typed), typed, np.nan), np.isinf(typed), np.isnan(typed))
    codes, distinct = _factorize(cells)
    read = [_number_of(cell, decimal) for cell in distinct]
    blank = np.array([*(value is None for value in read), True])[codes]
    value = np.array([*(np.nan if number is None else number for number in read), np.nan], dtype=np.float64)[codes]
    return Numbers(value, np.isnan(value) & ~blank, blank)


def read_percents(cells: pd.Series) -> Percents:
    """Shares and percents: one decimal sign, point or comma, never a thousands separator; with or without `%`."""
    if cells.dtype.kind in "iuf":
        plain = read_numbers(cells)
        return Percents(plain.value, plain.bad, plain.blank, np.zeros(len(cells), dtype=bool))
    codes, distinct = _factorize(cells)
    texts = [_text_of(cell) for cell in distinct]
    found = [_SHARE.fullmatch(text) for text in texts]
    read = [float(match[1].replace(",", ".").replace("−", "-")) if match else np.nan for match in found]
    value = np.array([*read, np.nan], dtype=np.float64)[codes]
    blank = np.array([*(text == "" for text in texts), True])[codes]
    signed = np.array([*(match is not None and match[2] is not None for match in found), False])[codes]
    return Percents(value, np.isnan(value) & ~blank, blank, signed)


def read_moments(cells: pd.Series, order: DateOrder = "ymd") -> Moments:
    """Moments in the declared order of day and month; ISO with the year first is read under any order."""
    local, offset, read, either = _read_plain_moments(cells)
    rest = np.flatnonzero(~read)
    slow = _read_each_moment(cells.iloc[rest], order)
    local[rest], offset[rest] = slow.local, slow.offset
    bad, blank = np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool)
    bad[rest], blank[rest] = slow.bad, slow.blank
    declared = order == "ymd"
    return Moments(
        local,
        offset,
        bad,
        blank,
        swapped=slow.swapped,
        ambiguous=slow.ambiguous + (int(np.count_nonzero(either == 1)) if declared else 0),
        certain=slow.certain + (int(np.count_nonzero(either == 2)) if declared else 0),
    )


def _read_plain_moments(cells: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What `read_iso_times` returns; typed times are in no order of day and month."""
    if cells.dtype == "str":
        return read_iso_times(cells)
    size = len(cells)
    local, offset = np.zeros(size, dtype=np.int64), np.full(size, NO_OFFSET, dtype=np.int64)
    if not isinstance(cells.dtype, np.dtype) or cells.dtype.kind != "M":
        return local, offset, np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int8)
    read = cells.notna().to_numpy(dtype=bool)
    local[read] = cells.to_numpy()[read].astype("datetime64[us]").astype(np.int64)
    return local, offset, read, np.zeros(size, dtype=np.int8)


def _read_each_moment(cells: pd.Series, order: DateOrder) -> Moments:
    codes, distinct = _factorize(cells)
    read = [_moment_of(cell, order) for cell in distinct]
    local = np.array([*(moment[0] if moment else 0 for moment in read), 0], dtype=np.int64)[codes]
    offset = np.array([*(moment[1] if moment else NO_OFFSET for moment in read), NO_OFFSET], dtype=np.int64)[codes]
    blank = np.array([*(_text_of(cell) == "" for cell in distinct), True])[codes]
    bad = np.array([*(moment is None for moment in read), False])[codes] & ~blank
    rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
    swapped, ambiguous, certain = _weigh_orders(distinct, read, order)
    return Moments(
        local,
        offset,
        bad,
        blank,
        swapped=int(rows[swapped].sum()),
        ambiguous=int(rows[ambiguous].sum()),
        certain=int(rows[certain].sum()),
    )


def _factorize(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    codes, distinct = pd.factorize(cells)
    return codes, np.asarray(pd.Index(distinct).astype(object), dtype=object)


def _text_of(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or cell is pd.NaT or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()


def _number_of(cell: object, decimal: str) -> float | None:
    """The number; NaN when it is none, None when the cell is blank."""
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
        return float(cell) if np.isfinite(cell) else float("nan")
    text = _text_of(cell)
    if text == "":
        return None
    match = _NUMBER[decimal].fullmatch(text)
    if match is None:
        return float("nan")
    sign, whole, part, power = match.groups()
    number = float(f"{sign}{_SEPARATORS.sub('', whole) or '0'}.{part or '0'}e{power or '0'}")
    return number if np.isfinite(number) else float("nan")


def _moment_of(cell: object, order: str) -> tuple[int, int] | None:
    """Wall-clock microseconds and offset, or None."""
    if isinstance(cell, datetime):
        return _split(cell)
    if isinstance(cell, date):
        return _split(datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if text[4:5] == "-" and order != "ydm":
        try:
            return _split(datetime.fromisoformat(text))
        except ValueError:
            pass
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    first, _, second, third, hour, minute, second_of, fraction, half, zone = match.groups()
    year, month, day = _arrange(first, second, third, order)
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    try:
        clock = datetime(  # noqa: DTZ001
            year, month, day, hours, int(minute or 0), int(second_of or 0), int((fraction or "0").ljust(6, "0"))
        )
    except ValueError:
        return None
    local = (clock - _EPOCH) // timedelta(microseconds=1)
    return local, _offset_of(zone) if zone else NO_OFFSET


def _arrange(first: str, second: str, third: str, order: str) -> tuple[int, int, int]:
    """Year, month and day; zeros, which no calendar has, where the parts cannot be that."""
    if len(first) == 4:
        parts = (first, third, second) if order == "ydm" else (first, second, third)
    elif order in ("dmy", "mdy") and len(third) in (2, 4) and len(first) <= 2:
        year = third if len(third) == 4 else f"20{third}"
        parts = (year, second, first) if order == "dmy" else (year, first, second)
    else:
        return 0, 0, 0
    return int(parts[0]), int(parts[1]), int(parts[2])


def _weigh_orders(
    distinct: Iterable[object], read: list[tuple[int, int] | None], order: DateOrder
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per distinct cell: fits only with day and month exchanged, fits both ways, fits only the declared order."""
    swapped = np.zeros(len(read), dtype=bool)
    declared = np.zeros(len(read), dtype=bool)
    for at, (cell, moment) in enumerate(zip(distinct, read, strict=True)):
        if isinstance(cell, str):
            if moment is None:
                swapped[at] = _moment_of(cell, _SWAPPED[order]) is not None
            else:
                declared[at] = order == "ymd" or _FIRST_FIELD.split(cell.strip(), maxsplit=1)[0][2:] == ""
    clock = np.array([moment[0] if moment else 0 for moment in read], dtype="datetime64[us]")
    month = clock.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (clock.astype("datetime64[D]") - clock.astype("datetime64[M]")).astype(np.int64) + 1
    return swapped, declared & (day <= 12) & (day != month), declared & (day > 12)


def _split(moment: datetime) -> tuple[int, int]:
    offset = moment.utcoffset()
    local = (moment.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)
    return local, NO_OFFSET if offset is None else offset // timedelta(microseconds=1)


def _offset_of(zone: str) -> int:
    if zone in ("Z", "UTC"):
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (minutes if zone[0] == "+" else -minutes) * 60_000_000
