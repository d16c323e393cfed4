"""Why a forecast came out as it did, as rows that a person can follow with a pencil."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from skills.forecasting.plan import SHARED, SUMMED
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, mark

EXPLAIN_COLUMNS = ("sku", "country", "step", "label", "value", "unit", "note")
RECENT_WEEKS = 8
SPANS = (4, 13)
"""Weeks ahead whose cumulative demand is shown, besides the whole horizon."""

Row = tuple[str, str, str, str]


def explain_forecast(history: pd.DataFrame, forecast: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Demand used, what was left out, model, adjustments and quantiles of each asked (sku, country).

    Args:
        history: From `build_history`.
        forecast: From `forecast_demand`.
        keys: One row per (sku, country) to explain; country `*` explains the SKU as a whole. Keys without a
            forecast give no rows.

    Returns:
        One row per (sku, country, step): label, value, unit, note (dates, or the arithmetic with its numbers).
    """
    asked = sorted(set(zip(keys["sku"], keys["country"], strict=True)))
    skus = {sku for sku, _ in asked}
    past = dict(iter(history[history["sku"].isin(skus)].groupby("sku")))
    ahead = dict(iter(forecast[forecast["sku"].isin(skus)].groupby("sku")))
    rows: list[tuple[str, str, int, str, str, str, str]] = []
    for sku, country in asked:
        known = ahead.get(sku, forecast.iloc[:0])
        own = known[known["country"] == country].sort_values("weeks_ahead")
        if own.empty:
            continue
        sold = past.get(sku, history.iloc[:0])
        sold = sold if country == ALL_COUNTRIES else sold[sold["country"] == country]
        steps = [*_explain_demand(sold), *_explain_model(own, known), *_explain_quantiles(own)]
        rows += [(sku, country, number, *step) for number, step in enumerate(steps, start=1)]
    frame = pd.DataFrame(rows, columns=list(EXPLAIN_COLUMNS))
    texts = {name: "str" for name in EXPLAIN_COLUMNS if name != "step"}
    return frame.astype({**texts, "step": "int64"})


def _explain_demand(sold: pd.DataFrame) -> Iterator[Row]:
    """The weeks that were read, and those that were not."""
    if sold.empty:
        return
    weekly = sold.groupby("week", sort=True).agg(units=("units", "sum"), in_stock=("in_stock", "all"))
    recent = weekly.tail(RECENT_WEEKS)
    for week, units, in_stock in recent.itertuples():
        label = mark("Units sold in the week") if in_stock else mark("Units sold in the week, partly without stock")
        yield label, str(units), "units", _day(week)
    counted = [int(units) for units in recent.loc[recent["in_stock"], "units"]]
    if counted:
        note = f"({' + '.join(map(str, counted))}) / {len(counted)} = {_plain(sum(counted) / len(counted))}"
        yield mark("Mean of these weeks in stock"), _plain(sum(counted) / len(counted)), "units", note
    yield mark("Weeks of history"), str(len(weekly)), "weeks", f"{_day(weekly.index[0])} … {_day(weekly.index[-1])}"
    yield mark("Weeks partly without stock, left out"), str(int((~weekly["in_stock"]).sum())), "weeks", ""
    capped = sold.loc[sold["capped_units"] > 0, ["week", "capped_units"]].sort_values(["week", "capped_units"])
    note = " + ".join(f"{int(units)} ({_day(week)})" for week, units in capped.tail(5).itertuples(index=False))
    yield mark("Units of bulk orders taken off the history"), str(int(capped["capped_units"].sum())), "units", note


def _explain_model(own: pd.DataFrame, known: pd.DataFrame) -> Iterator[Row]:
    """The model and what was put on top of it."""
    first = own.iloc[0]
    yield mark("Model"), str(first["model"]), "", ""
    if first["model"] == SHARED:
        members = known[(known["model"] == SHARED) & (known["weeks_ahead"] == 1)].sort_values("country")
        total = f"{_plain(first['share'] * 100)} % × {_plain(members['mean'].sum())} = {_plain(first['mean'])}"
        yield (
            mark("Share of what the SKU's small countries are forecast together"),
            _plain(first["share"] * 100),
            "%",
            total,
        )
    if first["model"] == SUMMED:
        countries = known[(known["country"] != ALL_COUNTRIES) & (known["weeks_ahead"] == 1)].sort_values("country")
        parts = " + ".join(
            f"{_plain(mean)} ({country})"
            for country, mean in zip(countries["country"], countries["mean"], strict=True)
        )
        yield (
            mark("Sum of the countries, first week"),
            _plain(first["mean"]),
            "units",
            f"{parts} = {_plain(first['mean'])}",
        )
    if (own["season"] != 1.0).any():
        note = " · ".join(
            f"{_day(week)}: {_plain(index)}" for week, index in zip(own["week"][:13], own["season"][:13], strict=True)
        )
        yield mark("Seasonal index of the first week"), _plain(first["season"]), "", note
    for week, percent in own.loc[own["event_percent"] != 0.0, ["week", "event_percent"]].itertuples(index=False):
        yield mark("Known events change the week by"), _plain(percent), "%", _day(week)


def _explain_quantiles(own: pd.DataFrame) -> Iterator[Row]:
    """The first week, then cumulative demand."""
    first = own.iloc[0]
    yield mark("Mean demand of the first week"), _plain(first["mean"]), "units", _day(first["week"])
    yield mark("Quantiles of the first week"), _quantiles(first, ""), "units", " / ".join(QUANTILES)
    for span in sorted({min(weeks, len(own)) for weeks in SPANS} | {len(own)}):
        reached = own.iloc[span - 1]
        until = f"{_day(first['week'])} … {_day(reached['week'] + pd.Timedelta(days=6))}"
        yield mark("Mean demand up to the end of the week"), _plain(reached["cum_mean"]), "units", until
        yield mark("Quantiles up to the end of the week"), _quantiles(reached, "cum_"), "units", " / ".join(QUANTILES)


def _quantiles(row: pd.Series, prefix: str) -> str:
    return " / ".join(_plain(row[prefix + name]) for name in QUANTILES)


def _plain(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _day(day: pd.Timestamp) -> str:
    return str(day)[:10]
