"""Wall clocks to UTC and to calendar days, many rows and several zones at once; what is alike is converted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numba import njit

from tasks.files.iso_times import NO_OFFSET
from tasks.files.values import Moments

_QUARTER = 15 * 60 * 1_000_000
_DAY = 96 * _QUARTER
_MOST_QUARTERS = 1_000_000
"""About 28 years; where moments lie further apart, each is converted by itself."""
_UNEVEN = np.iinfo(np.int64).min

Convert = Callable[[np.ndarray, str], np.ndarray]


def to_utc(moments: Moments, zones: Sequence[str], which: np.ndarray) -> np.ndarray:
    """Microseconds UTC of each row; a zone is the clock of those written without an offset.

    A wall-clock time that comes twice in autumn is the first one; one that spring skips is moved to the next
    that exists.

    Args:
        moments: The rows.
        zones: Names of time zones.
        which: Per row the position of its zone, or -1 where there is no moment; its answer is 0.
    """
    bare = (moments.offset == NO_OFFSET) & (which >= 0)
    if bare.all():
        return _convert(moments.local, zones, which, _place)
    known = np.where(which >= 0, moments.local - np.where(bare, 0, moments.offset), 0)
    return np.where(bare, _convert(moments.local, zones, np.where(bare, which, -1), _place), known)


def to_days(utc: np.ndarray, zones: Sequence[str], which: np.ndarray) -> np.ndarray:
    """The calendar day in its zone of each moment, in days since 1970.

    Args:
        utc: Microseconds.
        zones: Names of time zones.
        which: Per row the position of its zone, or -1 where there is no moment; its answer is 0.
    """
    days: np.ndarray = _convert(utc, zones, which, _show) // _DAY
    return days


def _place(local: np.ndarray, zone: str) -> np.ndarray:
    clock = pd.DatetimeIndex(local.astype("datetime64[us]"))
    placed = clock.tz_localize(zone, ambiguous=np.ones(len(clock), dtype=bool), nonexistent="shift_forward")
    return np.asarray(placed.tz_convert("UTC").tz_localize(None).as_unit("us").asi8)


def _show(utc: np.ndarray, zone: str) -> np.ndarray:
    clock = pd.DatetimeIndex(utc.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    return np.asarray(clock.tz_localize(None).as_unit("us").asi8)


def _convert(moments: np.ndarray, zones: Sequence[str], which: np.ndarray, convert: Convert) -> np.ndarray:
    """Convert once per zone and quarter of an hour, where both clocks run alike in it, else row by row."""
    low, high = span_of(moments, which)
    first, quarters = low // _QUARTER, high // _QUARTER - low // _QUARTER + 1
    if high < low:
        return np.zeros(len(moments), dtype=np.int64)
    ahead = np.full((len(zones), quarters if quarters <= _MOST_QUARTERS else 0), _UNEVEN)
    if quarters <= _MOST_QUARTERS:
        starts = (first + np.arange(quarters)) * _QUARTER
        for place, zone in enumerate(zones):
            begin, end = convert(starts, zone), convert(starts + _QUARTER - 1, zone)
            ahead[place] = np.where(end - begin == _QUARTER - 1, begin - starts, _UNEVEN)
    converted, uneven = shift_moments(moments, which, ahead, first, _QUARTER)
    for place in np.unique(which[uneven]).tolist():
        rows = np.flatnonzero(uneven & (which == place))
        converted[rows] = convert(moments[rows], zones[place])
    return converted


@njit(cache=True)
def span_of(moments: np.ndarray, which: np.ndarray) -> tuple[int, int]:
    """The earliest and the latest moment of rows that have one."""
    low, high = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for row in range(len(moments)):
        if which[row] >= 0:
            low, high = min(low, moments[row]), max(high, moments[row])
    return low, high


@njit(cache=True)
def shift_moments(
    moments: np.ndarray, which: np.ndarray, ahead: np.ndarray, first: int, quarter: int
) -> tuple[np.ndarray, np.ndarray]:
    """Add to each moment what its zone is ahead in its quarter; and which rows that does not settle.

    Args:
        moments: Microseconds.
        which: Per row its zone, or -1.
        ahead: Microseconds by zone and quarter; the least number there is where it is not one for the quarter.
        first: The quarter in the first column.
        quarter: Its length.
    """
    shifted, uneven = np.zeros(len(moments), dtype=np.int64), np.zeros(len(moments), dtype=np.bool_)
    for row in range(len(moments)):
        if which[row] < 0:
            continue
        at = moments[row] // quarter - first
        shift = ahead[which[row], at] if at < ahead.shape[1] else _UNEVEN
        uneven[row] = shift == _UNEVEN
        shifted[row] = moments[row] + (0 if uneven[row] else shift)
    return shifted, uneven
