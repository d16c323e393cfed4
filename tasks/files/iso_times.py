"""Times as most files write them, `2025-11-24 08:30:00+01:00` and shorter, read from their bytes, compiled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numba import njit

NO_OFFSET = np.iinfo(np.int64).min
"""The offset of a moment that was written without one."""

_DAYS_BEFORE_MONTH = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)
_DAYS_OF_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
_EPOCH_DAY = 719_162
"""Days from 1 January of the year 1 to 1970-01-01."""


def read_iso_times(cells: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The cells of a text column that are a day, or a day and a time, in this one form.

    Returns:
        Per cell microseconds on its wall clock since 1970, microseconds that the clock is ahead of UTC or NO_OFFSET,
        whether it is in this form, and whether another order of month and day would be another day (1), none (2), or
        the same (0).
    """
    size = len(cells)
    local, offset = np.zeros(size, dtype=np.int64), np.full(size, NO_OFFSET, dtype=np.int64)
    fits, order = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.int8)
    first = 0
    for chunk in pa.chunked_array(cells.array.__arrow_array__().cast(pa.large_string())).chunks:
        rows = slice(first, first + len(chunk))
        _, ends, data = chunk.buffers()
        if data is not None:
            ends = np.frombuffer(ends, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
            read_times(np.frombuffer(data, dtype=np.uint8), ends, local[rows], offset[rows], fits[rows], order[rows])
        if chunk.null_count:
            fits[rows] &= chunk.is_valid().to_numpy(zero_copy_only=False)
        first += len(chunk)
    return local, offset, fits, order


@njit(cache=True)
def _two_digits(text: np.ndarray, at: int) -> np.int64:
    """The number, or a large one where there are other signs."""
    tens, ones = np.int64(text[at]) - 48, np.int64(text[at + 1]) - 48
    return 10 * tens + ones if 0 <= tens <= 9 and 0 <= ones <= 9 else np.int64(1000)


@njit(cache=True)
def read_times(
    text: np.ndarray,
    ends: np.ndarray,
    local: np.ndarray,
    offset: np.ndarray,
    fits: np.ndarray,
    order: np.ndarray,
) -> None:
    """What `read_iso_times` returns, for texts one behind the other."""
    for row in range(len(local)):
        at, end = ends[row], ends[row + 1]
        if end - at < 10 or text[at + 4] != 45 or text[at + 7] != 45:  # YYYY-MM-DD
            continue
        century, rest = _two_digits(text, at), _two_digits(text, at + 2)
        year, month, day = 100 * century + rest, _two_digits(text, at + 5), _two_digits(text, at + 8)
        if not 1 <= year <= 9999 or rest > 99 or not 1 <= month <= 12:
            continue
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if not 1 <= day <= _DAYS_OF_MONTH[month - 1] + (1 if leap and month == 2 else 0):
            continue
        before = year - 1
        days = 365 * before + before // 4 - before // 100 + before // 400 + _DAYS_BEFORE_MONTH[month - 1] + day - 1
        days += 1 if leap and month > 2 else 0
        seconds, ahead = np.int64(0), np.int64(NO_OFFSET)
        at += 10
        if at < end:  # T or a blank, HH:MM
            if end - at < 6 or (text[at] != 84 and text[at] != 32) or text[at + 3] != 58:
                continue
            hour, minute, second = _two_digits(text, at + 1), _two_digits(text, at + 4), np.int64(0)
            at += 6
            if end - at >= 3 and text[at] == 58:  # :SS
                second = _two_digits(text, at + 1)
                at += 3
            if hour > 23 or minute > 59 or second > 59:
                continue
            seconds = 3600 * hour + 60 * minute + second
            if end - at == 1 and text[at] == 90:  # Z
                ahead = np.int64(0)
            elif end - at == 6 and (text[at] == 43 or text[at] == 45) and text[at + 3] == 58:  # +HH:MM
                hours, minutes = _two_digits(text, at + 1), _two_digits(text, at + 4)
                if hours > 23 or minutes > 59:
                    continue
                ahead = (60 * hours + minutes) * (60_000_000 if text[at] == 43 else -60_000_000)
            elif at != end:
                continue
        local[row] = ((days - _EPOCH_DAY) * 86_400 + seconds) * 1_000_000
        offset[row], fits[row] = ahead, True
        order[row] = 2 if day > 12 else (1 if day != month else 0)
