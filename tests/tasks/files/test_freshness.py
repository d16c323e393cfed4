from __future__ import annotations

from datetime import date

import pandas as pd

from tasks.files.columns import Table
from tasks.files.freshness import measure_feeds
from tasks.files.tables import TABLES

AS_OF = date(2025, 11, 24)
EXPORTS: Table = TABLES["exports"]


def seen(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    """file, country, rows, latest moment of the file."""
    frame = pd.DataFrame(rows, columns=["file", "country", "rows", "latest"])
    return frame.assign(latest=[pd.Timestamp(at).value // 1000 for at in frame["latest"]])


def reports(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["feed", "country", "exported_at"], dtype="str")


def days(feeds: pd.DataFrame) -> dict[tuple[str, str], tuple[str, float, bool]]:
    return {
        (row.country, row.feed): (row.last_complete_day.date().isoformat(), row.age_hours, row.stale)
        for row in feeds.itertuples(index=False)
    }


def test_the_day_on_which_a_report_was_drawn_is_not_complete() -> None:
    """At 02:00 in Beijing the American day before is ten hours old, the Japanese day has three hours."""
    drawn = reports(("order_lines", "*", "2025-11-24T02:00:00+08:00"))
    orders = seen(("a", "US", 5, "2025-11-23 17:00Z"), ("a", "JP", 5, "2025-11-23 17:00Z"))
    feeds = measure_feeds(orders, drawn, [], "", AS_OF, 2)
    assert days(feeds) == {
        ("JP", "order_lines"): ("2025-11-23", 0.0, False),
        ("US", "order_lines"): ("2025-11-22", 24.0, False),
    }
    assert feeds["exported_at"].tolist() == ["2025-11-24T02:00:00+08:00"] * 2


def test_without_a_report_time_all_countries_of_a_file_share_its_latest_line() -> None:
    orders = seen(
        ("a", "DE", 5, "2025-11-23 12:00Z"), ("a", "FR", 0, "2025-11-23 12:00Z"), ("b", "US", 9, "2025-11-19 12:00Z")
    )
    feeds = measure_feeds(orders, EXPORTS.empty(), [], "", AS_OF, 2)
    assert days(feeds) == {
        ("DE", "order_lines"): ("2025-11-22", 24.0, False),
        ("FR", "order_lines"): ("2025-11-22", 24.0, False),
        ("US", "order_lines"): ("2025-11-18", 120.0, True),
    }
    assert feeds["rows"].tolist() == [5, 0, 9]


def test_no_country_is_complete_beyond_the_day_before_as_of() -> None:
    orders = seen(("a", "DE", 5, "2026-02-22 12:00Z"))
    assert days(measure_feeds(orders, EXPORTS.empty(), [], "", AS_OF, 2))["DE", "order_lines"][0] == "2025-11-23"


def test_a_replay_counts_the_report_that_was_there_that_morning() -> None:
    drawn = reports(
        ("order_lines", "CA", "2025-11-20T00:00:00-08:00"), ("order_lines", "CA", "2026-01-05T00:00:00-08:00")
    )
    feeds = measure_feeds(seen(("a", "CA", 5, "2026-02-22 12:00Z")), drawn, [], "", AS_OF, 2)
    assert days(feeds) == {("CA", "order_lines"): ("2025-11-19", 96.0, True)}


def test_a_feed_is_stale_only_beyond_the_days_allowed() -> None:
    drawn = reports(("order_lines", "DE", "2025-11-22T01:00:00+01:00"))
    orders = seen(("a", "DE", 5, "2025-11-21 12:00Z"))
    assert days(measure_feeds(orders, drawn, [], "", AS_OF, 2)) == {
        ("DE", "order_lines"): ("2025-11-21", 48.0, False)
    }
    assert measure_feeds(orders, drawn, [], "", AS_OF, 1)["stale"].tolist() == [True]


def test_a_marketplace_that_no_file_holds_is_as_old_as_the_first_line() -> None:
    orders = seen(("a", "DE", 5, "2025-11-23 12:00Z"))
    feeds = measure_feeds(orders, EXPORTS.empty(), ["DE", "JP"], "", date(2025, 12, 24), 2)
    assert days(feeds)["JP", "order_lines"] == ("2025-11-22", 31 * 24.0, True)


def test_age_counts_the_hours_that_a_clock_change_takes_or_gives() -> None:
    drawn = reports(("order_lines", "DE", "2025-10-26T00:00:00+02:00"))
    feeds = measure_feeds(seen(("a", "DE", 5, "2025-10-25 12:00Z")), drawn, [], "", date(2025, 10, 27), 2)
    assert days(feeds)["DE", "order_lines"] == ("2025-10-25", 25.0, False)


def test_other_feeds_are_shown_where_the_seller_logs_them() -> None:
    drawn = reports(("stock", "DE", "2025-11-24T06:00:00+01:00"))
    feeds = measure_feeds(seen(("a", "DE", 5, "2025-11-23 12:00Z")), drawn, [], "", AS_OF, 2)
    assert [key[1] for key in days(feeds)] == ["order_lines", "stock"]


def test_a_morning_without_midnight_begins_an_hour_later() -> None:
    """Egypt's clocks go from 00:00 to 01:00 on a Friday in April."""
    orders = seen(("a", "EG", 5, "2026-04-23 12:00Z"))
    feeds = measure_feeds(orders, EXPORTS.empty(), [], "", date(2026, 4, 24), 2)
    assert days(feeds) == {("EG", "order_lines"): ("2026-04-22", 24.0, False)}
