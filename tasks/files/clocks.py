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


class Clocks:
    """The clocks of several zones over a span of time."""

    def __init__(self, zones: Sequence[str], low: int, high: int) -> None:
        """Look them up.

        Args:
            zones: Names of time zones.
            low: The earliest moment on one of these clocks, in microseconds since 1970.
            high: The latest.
        """
        self._zones = zones
        self._first, last = (low - _DAY) // _QUARTER, (high + _DAY) // _QUARTER
        quarters = last - self._first + 1
        starts = (self._first + np.arange(quarters if 0 < quarters <= _MOST_QUARTERS else 0)) * _QUARTER
        self._placed, self._shown = self._look_ahead(starts, _place), self._look_ahead(starts, _show)

    def to_utc(self, moments: Moments, which: np.ndarray) -> np.ndarray:
        """Microseconds UTC of each row; a zone is the clock of those written without an offset.

        A wall-clock time that comes twice in autumn is the first one; one that spring skips is moved to the next
        that exists.

        Args:
            moments: The rows.
            which: Per row the position of its zone, or -1 where there is no moment; its answer is 0.
        """
        bare = (moments.offset == NO_OFFSET) & (which >= 0)
        if bare.all():
            return self._convert(moments.local, which, self._placed, _place)
        known = np.where(which >= 0, moments.local - np.where(bare, 0, moments.offset), 0)
        return np.where(bare, self._convert(moments.local, np.where(bare, which, -1), self._placed, _place), known)

    def to_days(self, utc: np.ndarray, which: np.ndarray) -> np.ndarray:
        """The calendar day in its zone of each moment, in days since 1970.

        Args:
            utc: Microseconds.
            which: Per row the position of its zone, or -1 where there is no moment; its answer is 0.
        """
        days: np.ndarray = self._convert(utc, which, self._shown, _show) // _DAY
        return days

    def _look_ahead(self, starts: np.ndarray, convert: Convert) -> np.ndarray:
        """By zone and quarter of an hour what is to be added, where both clocks run alike in it."""
        ahead = np.full((len(self._zones), len(starts)), _UNEVEN)
        for zone in set(self._zones) if len(starts) else ():
            begin, end = convert(starts, zone), convert(starts + _QUARTER - 1, zone)
            alike = np.array([other == zone for other in self._zones])
            ahead[alike] = np.where(end - begin == _QUARTER - 1, begin - starts, _UNEVEN)
        return ahead

    def _convert(self, moments: np.ndarray, which: np.ndarray, ahead: np.ndarray, convert: Convert) -> np.ndarray:
        """By quarters, and row by row where they do not settle it."""
        converted, uneven = shift_moments(moments, which, ahead, self._first, _QUARTER)
        for place in np.unique(which[uneven]).tolist():
            rows = np.flatnonzero(uneven & (which == place))
            converted[rows] = convert(moments[rows], self._zones[place])
        return converted


def _place(local: np.ndarray, zone: str) -> np.ndarray:
    clock = pd.DatetimeIndex(local.astype("datetime64[us]"))
    placed = clock.tz_localize(zone, ambiguous=np.ones(len(clock), dtype=bool), nonexistent="shift_forward")
    return np.asarray(placed.tz_convert("UTC").tz_localize(None).as_unit("us").asi8)


def _show(utc: np.ndarray, zone: str) -> np.ndarray:
    clock = pd.DatetimeIndex(utc.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    return np.asarray(clock.tz_localize(None).as_unit("us").asi8)


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
        shift = ahead[which[row], at] if 0 <= at < ahead.shape[1] else _UNEVEN
        uneven[row] = shift == _UNEVEN
        shifted[row] = moments[row] + (0 if uneven[row] else shift)
    return shifted, uneven
