"""History: complete weeks only, censored where it could not be bought, without bulk orders."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from skills.forecasting import build_history
from skills.forecasting.history import HISTORY_COLUMNS
from skills.forecasting.policy import ForecastingPolicy

AS_OF = date(2025, 11, 24)
POLICY = ForecastingPolicy()
NO_STOCK_OUTS = pd.DataFrame(columns=["sku", "country", "first_day", "last_day"])
NO_FEEDS = pd.DataFrame(columns=["country", "feed", "last_complete_day"])


def sell(*rows: tuple[str, str, str, int, int, int]) -> pd.DataFrame:
    sales = pd.DataFrame(rows, columns=["sku", "country", "day", "units", "lines", "largest_line_units"])
    return sales.assign(day=pd.to_datetime(sales["day"]))


def feed(country: str, day: str, name: str = "order_lines") -> pd.DataFrame:
    return pd.DataFrame({"country": [country], "feed": [name], "last_complete_day": [pd.Timestamp(day)]})


def test_weeks_run_densely_from_the_first_sale_to_the_last_complete_week() -> None:
    sales = sell(
        ("A", "US", "2025-11-05", 3, 2, 2), ("A", "US", "2025-11-20", 4, 4, 1), ("A", "US", "2025-11-23", 1, 1, 1)
    )
    history = build_history(sales, NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)
    assert tuple(history.columns) == HISTORY_COLUMNS
    assert [str(week)[:10] for week in history["week"]] == ["2025-11-03", "2025-11-10", "2025-11-17"]
    assert history["units"].tolist() == [3, 0, 5]
    assert history["in_stock"].all()


@pytest.mark.parametrize(
    ("last_complete_day", "last_week"),
    [
        ("2025-11-23", "2025-11-17"),
        ("2025-11-22", "2025-11-10"),
        ("2025-11-16", "2025-11-10"),
        ("2030-01-01", "2025-11-17"),
    ],
)
def test_a_country_ends_at_its_last_complete_week(last_complete_day: str, last_week: str) -> None:
    sales = sell(
        ("A", "US", "2025-11-03", 3, 1, 3), ("A", "US", "2025-11-21", 4, 1, 4), ("A", "DE", "2025-11-03", 1, 1, 1)
    )
    history = build_history(sales, NO_STOCK_OUTS, feed("US", last_complete_day), AS_OF, POLICY)
    ends = history.groupby("country")["week"].max().dt.strftime("%Y-%m-%d")
    assert ends.to_dict() == {"US": last_week, "DE": "2025-11-17"}


def test_another_feed_does_not_end_demand() -> None:
    sales = sell(("A", "US", "2025-11-03", 3, 1, 3))
    history = build_history(sales, NO_STOCK_OUTS, feed("US", "2025-11-09", "stock"), AS_OF, POLICY)
    assert len(history) == 3


def test_a_ten_hour_day_is_not_a_drop_in_sales() -> None:
    sales = sell(("A", "US", "2025-11-03", 70, 70, 1), ("A", "US", "2025-11-24", 2, 2, 1))
    assert build_history(sales, NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)["units"].tolist() == [70, 0, 0]


def test_a_week_with_any_day_without_stock_is_censored() -> None:
    sales = sell(("A", "US", "2025-10-27", 3, 1, 3), ("A", "DE", "2025-10-27", 3, 1, 3))
    stock_outs = pd.DataFrame(
        {
            "sku": ["A", "A", "B"],
            "country": ["US", "*", "US"],
            "first_day": pd.to_datetime(["2025-11-09", "2025-11-19", "2025-01-01"]),
            "last_day": pd.to_datetime(["2025-11-10", "2026-11-19", "2026-01-01"]),
        }
    )
    history = build_history(sales, stock_outs, NO_FEEDS, AS_OF, POLICY)
    assert history.loc[history["country"] == "US", "in_stock"].tolist() == [True, False, False, False]
    assert history.loc[history["country"] == "DE", "in_stock"].tolist() == [True, True, True, False]


def test_a_good_week_that_ran_out_counts_as_what_it_sold_and_a_poor_one_is_left_out() -> None:
    days = [
        ("A", "US", "2025-10-27", 4, 4, 1),
        ("A", "US", "2025-11-03", 9, 9, 1),
        ("A", "US", "2025-11-10", 3, 3, 1),
    ]
    out = pd.DataFrame(
        {
            "sku": ["A", "A"],
            "country": ["US", "US"],
            "first_day": pd.to_datetime(["2025-11-07", "2025-11-14"]),
            "last_day": pd.to_datetime(["2025-11-08", "2025-11-15"]),
        }
    )
    history = build_history(sell(*days), out, NO_FEEDS, AS_OF, POLICY)
    # weeks in stock sold 4 and 0, 2 on average; 9 and 3 ran out above that
    assert history["in_stock"].tolist() == [True, True, True, True]
    poorer = build_history(sell(*days[:2], ("A", "US", "2025-11-10", 1, 1, 1)), out, NO_FEEDS, AS_OF, POLICY)
    assert poorer["in_stock"].tolist() == [True, True, False, True]


def test_a_bulk_order_is_capped_and_said_so() -> None:
    days = [("A", "US", f"2025-11-0{day}", 6, 3, 2) for day in range(3, 9)]
    history = build_history(
        sell(*days, ("A", "US", "2025-11-12", 500, 3, 480)), NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY
    )
    # the median line is 2 units, 20 × 2 = 40 is below the floor of 50
    assert history["units"].tolist() == [36, 70, 0]
    assert history["capped_units"].tolist() == [0, 430, 0]


def test_a_bulk_order_that_was_mostly_cancelled_never_takes_more_than_was_sold() -> None:
    history = build_history(sell(("A", "GB", "2025-11-03", 12, 2, 80_995)), NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)
    assert history["units"].tolist() == [0, 0, 0]
    assert history["capped_units"].tolist() == [12, 0, 0]


def test_no_sales_give_an_empty_history_with_its_columns() -> None:
    for sales in (sell(), sell(("A", "US", "2025-11-24", 3, 1, 3)), sell(("A", "US", "2025-11-03", 0, 1, 0))):
        history = build_history(sales, NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)
        assert history.empty
        assert tuple(history.columns) == HISTORY_COLUMNS


def test_the_order_of_rows_changes_nothing() -> None:
    stream = np.random.Generator(np.random.PCG64(3))
    size = 400
    sales = pd.DataFrame(
        {
            "sku": stream.choice(["A", "B", "C"], size),
            "country": stream.choice(["US", "DE"], size),
            "day": pd.Timestamp("2025-06-02") + pd.to_timedelta(stream.integers(0, 160, size), unit="D"),
            "units": stream.integers(0, 90, size),
            "lines": stream.integers(1, 5, size),
            "largest_line_units": stream.integers(1, 90, size),
        }
    ).drop_duplicates(["sku", "country", "day"])
    one = build_history(sales, NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)
    other = build_history(sales.sample(frac=1, random_state=1), NO_STOCK_OUTS, NO_FEEDS, AS_OF, POLICY)
    pd.testing.assert_frame_equal(one, other)
    assert one["units"].sum() + one["capped_units"].sum() == sales.loc[sales["day"] < "2025-11-24", "units"].sum()
