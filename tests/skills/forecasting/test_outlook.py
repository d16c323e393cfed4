"""A history and a forecast are the same whether they are handed over as frames or as arrays, whole or in part."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from skills.forecasting import build_history, count_weeks, forecast_demand, forecast_weeks
from skills.forecasting.outlook import CUMULATIVE, FORECAST_COLUMNS, Outlook
from skills.forecasting.policy import ForecastingPolicy
from skills.forecasting.weeks import Weeks
from skills.vocabulary import ALL_COUNTRIES

AS_OF = date(2025, 11, 26)
POLICY = ForecastingPolicy(horizon_weeks=10)
STOCK_OUTS = pd.DataFrame(
    {
        "sku": ["S03", "S05", "S05", "unknown"],
        "country": ["DE", "*", "US", "US"],
        "first_day": pd.to_datetime(["2025-07-01", "2025-09-10", "2024-01-01", "2025-01-01"]),
        "last_day": pd.to_datetime(["2025-08-20", "2025-12-31", "2024-12-31", "2025-02-01"]),
    }
)
FEEDS = pd.DataFrame({"country": ["JP"], "feed": ["order_lines"], "last_complete_day": [pd.Timestamp("2025-11-02")]})
EVENTS = pd.DataFrame(
    {
        "event": ["deal", "late"],
        "first_day": pd.to_datetime(["2025-11-28", "2025-10-01"]),
        "last_day": pd.to_datetime(["2025-12-02", "2025-10-07"]),
        "country": ["US", "*"],
        "sku": ["*", "S04"],
        "uplift_percent": [60.0, 35.0],
        "expires": pd.to_datetime(["2026-12-31", "2026-12-31"]),
    }
)
OVERRIDES = pd.DataFrame(
    {
        "sku": ["S01", "new"],
        "country": ["*", "DE"],
        "weekly_units": [12.0, 3.0],
        "author": ["Lin", "Lin"],
        "expires": pd.to_datetime(["2026-12-31", "2026-12-31"]),
    }
)
PRODUCTS = pd.DataFrame({"sku": [f"S{at:02d}" for at in range(30)], "category": "towels", "life_cycle": "steady"})


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    stream = np.random.Generator(np.random.PCG64(11))
    size = 4_000
    rows = pd.DataFrame(
        {
            "sku": [f"S{at:02d}" for at in stream.integers(0, 30, size)],
            "country": stream.choice(["US", "DE", "JP"], size, p=[0.6, 0.3, 0.1]),
            "day": pd.Timestamp("2025-01-06") + pd.to_timedelta(stream.integers(0, 330, size), unit="D"),
            "units": stream.geometric(0.3, size),
            "lines": stream.integers(1, 4, size),
        }
    )
    rows["largest_line_units"] = np.where(stream.random(size) < 0.01, rows["units"] * 40, rows["units"])
    return rows.drop_duplicates(["sku", "country", "day"])


@pytest.fixture(scope="module")
def weeks(sales: pd.DataFrame) -> Weeks:
    return count_weeks(sales, STOCK_OUTS, FEEDS, AS_OF, POLICY)


@pytest.fixture(scope="module")
def outlook(weeks: Weeks) -> Outlook:
    return forecast_weeks(weeks, EVENTS, OVERRIDES, PRODUCTS, AS_OF, POLICY)


def test_a_history_counted_one_week_after_the_other_is_the_same(sales: pd.DataFrame, weeks: Weeks) -> None:
    history = weeks.frame()
    monday = sales["day"] - pd.to_timedelta(sales["day"].dt.day_of_week, unit="D")
    counted = sales.assign(week=monday)[monday + pd.Timedelta(days=6) < pd.Timestamp(AS_OF)]
    sold = counted.groupby(["sku", "country", "week"])["units"].sum()
    own = history.set_index(["sku", "country", "week"])
    both = (own["units"] + own["capped_units"]).loc[lambda units: units > 0]
    expected = sold[sold.index.get_level_values("week") <= sold.index.get_level_values("country").map(_last_week)]
    assert both.sort_index().to_dict() == expected.to_dict()
    assert not own.loc["S05", "in_stock"].unstack("week")[pd.Timestamp("2025-10-06")].any()
    assert own["capped_units"].sum() > 0


def _last_week(country: str) -> pd.Timestamp:
    return pd.Timestamp("2025-10-27" if country == "JP" else "2025-11-17")


def test_a_part_of_a_history_is_the_same_as_in_the_whole(weeks: Weeks) -> None:
    whole, some = weeks.frame(), ["S05", "S03", "unknown"]
    part = whole[whole["sku"].isin(some)].reset_index(drop=True)
    pd.testing.assert_frame_equal(weeks.frame(some), part)


def test_a_forecast_from_a_frame_is_the_one_from_arrays(sales: pd.DataFrame, outlook: Outlook) -> None:
    history = build_history(sales, STOCK_OUTS, FEEDS, AS_OF, POLICY)
    shuffled = history.sample(frac=1.0, random_state=3)
    for frame in (history, shuffled):
        told = forecast_demand(frame, EVENTS, OVERRIDES, PRODUCTS, AS_OF, POLICY)
        pd.testing.assert_frame_equal(told, outlook.frame(), check_exact=True)


def test_the_columns_and_skus_that_are_asked_for_are_those_of_the_whole_frame(outlook: Outlook) -> None:
    whole = outlook.frame()
    assert tuple(whole.columns) == FORECAST_COLUMNS
    assert set(whole["sku"]) == {*PRODUCTS["sku"], "new"}
    for columns in (("sku", "country", "weeks_ahead", "cum_mean", *CUMULATIVE), ("model", "p90", "event_percent")):
        pd.testing.assert_frame_equal(outlook.frame(columns), whole[list(columns)], check_exact=True)
    part = whole[whole["sku"].isin(["S04", "new"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(outlook.frame(skus=["new", "S04", "nobody"]), part, check_exact=True)
    first = whole[whole["weeks_ahead"] == 1].drop_duplicates("sku")
    assert (first["country"] == ALL_COUNTRIES).all()
