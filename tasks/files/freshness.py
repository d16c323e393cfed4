"""How far each country's data reaches: its last complete marketplace day, and how old that is at as_of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import pandas as pd

from config.marketplaces import read_marketplaces
from skills.vocabulary import ALL_COUNTRIES, Country

FEEDS = {
    "country": "str",
    "feed": "str",
    "last_complete_day": "datetime64[us]",
    "exported_at": "str",
    "age_hours": "float64",
    "rows": "int64",
    "stale": "bool",
}
"""Columns of the table `feeds`."""

_DAY = pd.Timedelta(days=1)


def measure_feeds(
    seen: pd.DataFrame,
    exports: pd.DataFrame,
    marketplaces: Collection[Country],
    zone: str,
    as_of: date,
    stale_after_days: int,
) -> pd.DataFrame:
    """When each country was last seen whole.

    A report drawn at some moment holds complete days up to the day before, on the marketplace's clock. Where
    the table `exports` does not say when it was drawn, the latest line anywhere in the file stands for that
    moment, so all countries of one file share it: a country that merely sold nothing is not stale. Lines of
    as_of and later say nothing about demand, but they do show that the file was drawn later. No country is
    complete beyond the day before as_of.

    Args:
        seen: One row per (file, country) of the order lines: rows, latest [µs UTC].
        exports: The table `exports`; of several reports of one feed and country the newest counts that was drawn
            by the end of as_of in its own offset, or the newest of all if each was drawn later (a replay).
        marketplaces: Countries sold in; one that no file holds is as old as the first line of all.
        zone: Clock of a country without a marketplace; "" for UTC.
        as_of: The morning.
        stale_after_days: A country whose last complete day ended longer ago is stale.
    Returns:
        One row per (country, feed), sorted: last_complete_day, exported_at [ISO or ""], age_hours [from the end
        of that day to as_of 00:00 there], rows, stale.
    """
    drawn = _newest_reports(exports, as_of)
    order_rows = seen.groupby("country")["rows"].sum()
    latest = seen.groupby("country")["latest"].max()
    never_seen = int(seen["latest"].min()) if len(seen) else 0
    pairs = {(country, "order_lines") for country in {*latest.index, *marketplaces}}
    pairs |= {(country, feed) for feed, country in drawn if country != ALL_COUNTRIES}
    clocks = {code: place.time_zone for code, place in read_marketplaces().items()}
    listed = []
    for country, feed in sorted(pairs):
        report = drawn.get((feed, country)) or drawn.get((feed, ALL_COUNTRIES), "")
        moment = (
            pd.Timestamp(report)
            if report
            else pd.Timestamp(int(latest.get(country, never_seen)), unit="us", tz="UTC")
        )
        clock = clocks.get(country) or zone or "UTC"
        last = min(moment.tz_convert(clock).tz_localize(None).normalize(), pd.Timestamp(as_of)) - _DAY
        ended, morning = _begin_day(last + _DAY, clock), _begin_day(pd.Timestamp(as_of), clock)
        rows = int(order_rows.get(country, 0)) if feed == "order_lines" else 0
        age = (morning - ended) / pd.Timedelta(hours=1)
        stale = (pd.Timestamp(as_of) - last).days - 1 > stale_after_days
        listed.append((country, feed, last, report, float(np.round(age, 2)), rows, stale))
    return pd.DataFrame(listed, columns=list(FEEDS)).astype(FEEDS)


def _begin_day(day: pd.Timestamp, clock: str) -> pd.Timestamp:
    """The first moment of a day there; 01:00 where spring skips midnight, as in Egypt."""
    return day.tz_localize(clock, ambiguous=True, nonexistent="shift_forward")


def _newest_reports(exports: pd.DataFrame, as_of: date) -> Mapping[tuple[str, str], str]:
    """(feed, country) → ISO text of the report that counts."""
    newest: dict[tuple[str, str], tuple[bool, pd.Timestamp, str]] = {}
    for feed, country, text in exports[["feed", "country", "exported_at"]].itertuples(index=False):
        moment = pd.Timestamp(text)
        entry = (moment.date() <= as_of, moment, text)
        newest[(feed, country)] = max(entry, newest.get((feed, country), entry))
    return {key: text for key, (_, _, text) in newest.items()}
