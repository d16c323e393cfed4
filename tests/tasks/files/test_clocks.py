from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.files.clocks import Clocks
from tasks.files.values import Moments, read_moments

ZONES = ["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def texts(*cells: str) -> pd.Series:
    return pd.Series(cells, dtype="str")


def clocks(zones: list[str], moments: Moments) -> Clocks:
    return Clocks(zones, int(moments.local.min()), int(moments.local.max()))


def test_a_day_is_the_marketplaces_day() -> None:
    """18:00 UTC is 10:00 in Los Angeles and already tomorrow in Tokyo."""
    moments = read_moments(texts("2025-11-23T18:00:00+00:00", "2025-11-23T18:00:00+00:00"))
    which = np.array([0, 1])
    utc = clocks(["UTC", "UTC"], moments).to_utc(moments, which)
    days = clocks(["America/Los_Angeles", "Asia/Tokyo"], moments).to_days(utc, which)
    assert days.astype("datetime64[D]").astype(str).tolist() == ["2025-11-23", "2025-11-24"]


def test_hours_that_a_clock_change_doubles_or_skips_still_have_one_moment() -> None:
    moments = read_moments(texts("2025-10-26 02:30", "2025-03-30 02:30"))
    utc = clocks(["Europe/Berlin"], moments).to_utc(moments, np.zeros(2, dtype=np.int64))
    assert [moment[:16] for moment in utc.astype("datetime64[us]").astype(str)] == [
        "2025-10-26T00:30",
        "2025-03-30T01:00",
    ]


def test_moments_centuries_apart_are_converted_too() -> None:
    moments = read_moments(texts("1850-01-01 12:00", "2150-07-01 12:00", ""))
    utc = clocks(["Asia/Shanghai"], moments).to_utc(moments, np.array([0, 0, -1]))
    assert utc.astype("datetime64[us]").astype("datetime64[s]").astype(str).tolist() == [
        "1850-01-01T03:54:17", "2150-07-01T04:00:00", "1970-01-01T00:00:00",
    ]  # fmt: skip


near_a_change = st.one_of(
    st.datetimes(datetime(2025, 3, 8), datetime(2025, 4, 7)),  # noqa: DTZ001
    st.datetimes(datetime(2025, 10, 4), datetime(2025, 11, 4)),  # noqa: DTZ001
    st.datetimes(datetime(1880, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(near_a_change, st.sampled_from(range(len(ZONES)))), min_size=1, max_size=8))
def test_many_rows_at_once_are_converted_like_one_by_one(drawn: list[tuple[datetime, int]]) -> None:
    """Python's own zones are the twin; it has no moment for an hour that spring skips."""
    there = [
        (moment, zone)
        for moment, zone in drawn
        if moment.replace(tzinfo=ZoneInfo(ZONES[zone])).astimezone(UTC).astimezone(ZoneInfo(ZONES[zone]))
        == moment.replace(tzinfo=ZoneInfo(ZONES[zone]))
    ]
    which = np.array([zone for _, zone in there], dtype=np.int64)
    moments = read_moments(texts("2025-11-24", *(str(moment) for moment, _ in there)))
    which = np.array([-1, *which])
    own = clocks(ZONES, moments)
    utc = own.to_utc(moments, which)[1:]
    placed = [moment.replace(tzinfo=ZoneInfo(ZONES[zone])).astimezone(UTC) for moment, zone in there]
    assert utc.tolist() == [(moment - EPOCH) // MICROSECOND for moment in placed]
    days = [moment.astimezone(ZoneInfo(ZONES[zone])).date() for moment, zone in zip(placed, which[1:], strict=True)]
    assert own.to_days(utc, which[1:]).astype("datetime64[D]").tolist() == days
