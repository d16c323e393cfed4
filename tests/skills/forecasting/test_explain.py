"""Explanation: a person can redo the forecast from its rows."""

from __future__ import annotations

from datetime import date

import pandas as pd

from skills.forecasting import explain_forecast, forecast_demand
from skills.forecasting.explain import EXPLAIN_COLUMNS
from skills.forecasting.policy import ForecastingPolicy

AS_OF = date(2025, 11, 24)
WEEKS = pd.date_range(end="2025-11-17", periods=30, freq="7D")


def explain(*countries: str, deal: str = "US", first_day: str = "2025-12-01") -> pd.DataFrame:
    units = {"US": [10] * 26 + [9, 0, 11, 12], "DE": [0] * 28 + [3, 1], "JP": [0] * 28 + [1, 0]}
    history = pd.concat(
        pd.DataFrame(
            {
                "sku": "A",
                "country": country,
                "week": WEEKS,
                "units": sold,
                "in_stock": [not (country == "US" and week == WEEKS[27]) for week in WEEKS],
                "capped_units": [40 if country == "US" and week == WEEKS[3] else 0 for week in WEEKS],
            }
        )
        for country, sold in units.items()
    )
    events = pd.DataFrame(
        {
            "event": ["Deal"],
            "first_day": [pd.Timestamp(first_day)],
            "last_day": [pd.Timestamp("2025-12-07")],
            "country": [deal],
            "sku": ["A"],
            "uplift_percent": [25.0],
            "author": ["Lin"],
            "expires": [pd.Timestamp("2025-12-31")],
        }
    )
    overrides = pd.DataFrame(columns=["sku", "country", "weekly_units", "author", "reason", "expires"])
    products = pd.DataFrame({"sku": ["A"], "category": ["towels"], "life_cycle": ["steady"]})
    forecast = forecast_demand(history, events, overrides, products, AS_OF, ForecastingPolicy())
    return explain_forecast(history, forecast, pd.DataFrame({"sku": ["A"] * len(countries), "country": countries}))


def value_of(rows: pd.DataFrame, label: str) -> str:
    return str(rows.loc[rows["label"].str.startswith(label), "value"].iloc[0])


def test_a_country_shows_what_was_read_left_out_and_put_on_top() -> None:
    rows = explain("US")
    assert tuple(rows.columns) == EXPLAIN_COLUMNS
    assert rows["step"].tolist() == list(range(1, len(rows) + 1))
    recent = rows[rows["label"].str.startswith("Units sold in the week")]
    assert recent["value"].tolist() == ["10", "10", "10", "10", "9", "0", "11", "12"]
    assert recent["label"].str.contains("partly without stock").tolist() == [False] * 5 + [True, False, False]
    mean = rows[rows["label"] == "Mean of these weeks in stock"].iloc[0]
    assert mean["note"] == "(10 + 10 + 10 + 10 + 9 + 11 + 12) / 7 = 10.29"
    assert value_of(rows, "Weeks partly without stock") == "1"
    assert value_of(rows, "Units of bulk orders") == "40"
    assert value_of(rows, "Known events") == "25"
    assert value_of(rows, "Quantiles").count(" / ") == 4


def test_a_thin_country_shows_its_share_and_the_arithmetic() -> None:
    row = explain("DE").set_index("label").loc["Share of what the SKU's small countries are forecast together"]
    share, total = float(row["value"]), float(str(row["note"]).split(" = ")[1])
    pooled = float(str(row["note"]).split(" × ")[1].split(" = ")[0])
    assert abs(share / 100 * pooled - total) < 0.02


def test_an_event_of_one_thin_country_stands_in_its_arithmetic_alone() -> None:
    label = "Share of what the SKU's small countries are forecast together"
    notes = {
        country: str(explain(country, deal="DE", first_day="2025-11-24").set_index("label").loc[label, "note"])
        for country in ("DE", "JP")
    }
    pooled = set()
    for country, note in notes.items():
        product, total = note.replace(" %", "").split(" = ")
        share, together, *factors = (float(part) for part in product.split(" × "))
        assert factors == ([1.25] if country == "DE" else [])
        assert abs(share / 100 * together * (factors or [1.0])[0] - float(total)) < 0.02
        pooled.add(round(together, 1))
    assert len(pooled) == 1, "both are a share of the same forecast"


def test_the_whole_sku_shows_the_sum_of_its_countries() -> None:
    row = explain("*").set_index("label").loc["Sum of the countries, first week"]
    parts, total = str(row["note"]).split(" = ")
    assert abs(sum(float(part.split(" ")[0]) for part in parts.split(" + ")) - float(total)) < 0.02
    assert row["value"] == total


def test_keys_without_a_forecast_give_no_rows() -> None:
    assert explain("BR").empty
    assert tuple(explain("BR").columns) == EXPLAIN_COLUMNS
    assert explain("US", "US").equals(explain("US"))
