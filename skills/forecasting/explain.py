"""Why a forecast came out as it did, as rows that a person can follow with a pencil."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, cast

import pandas as pd

from skills.forecasting.outlook import SHARED, SUMMED
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, mark

EXPLAIN_COLUMNS = ("sku", "country", "step", "label", "value", "unit", "note")
RECENT_WEEKS = 8
SPANS = (4, 13)
"""Weeks ahead whose cumulative demand is shown, besides the whole horizon."""

Row = tuple[str, str, str, str]
Key = tuple[str, str]
Columns = dict[str, list[Any]]


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
    past = history[history["sku"].isin(skus)]
    whole = past.groupby(["sku", "week"], as_index=False).agg(units=("units", "sum"), in_stock=("in_stock", "all"))
    every = pd.concat([past, whole.assign(country=ALL_COUNTRIES)])
    weekly = _cut(every, asked, ["week"], ["week", "units", "in_stock"])
    capped = past[past["capped_units"] > 0]
    capped = pd.concat([capped, capped.assign(country=ALL_COUNTRIES)])
    bulk = _cut(capped, asked, ["week", "capped_units"], ["week", "capped_units"])
    known = forecast[forecast["sku"].isin(skus)]
    ahead = _cut(known, asked, ["weeks_ahead"], [str(name) for name in known.columns])
    first = known[(known["weeks_ahead"] == 1) & (known["country"] != ALL_COUNTRIES)].assign(whole=ALL_COUNTRIES)
    wholes = [(sku, ALL_COUNTRIES) for sku in skus]
    countries = _cut(first, wholes, ["country"], ["country", "mean"], "whole")
    rows: list[tuple[str, str, int, str, str, str, str]] = []
    for sku, country in asked:
        own = ahead.get((sku, country))
        if own is None:
            continue
        parts = countries.get((sku, ALL_COUNTRIES), {"country": [], "mean": []})
        steps = [
            *_explain_demand(weekly.get((sku, country)), bulk.get((sku, country))),
            *_explain_model(own, parts),
            *_explain_quantiles(own),
        ]
        rows += [(sku, country, number, *step) for number, step in enumerate(steps, start=1)]
    frame = pd.DataFrame(rows, columns=list(EXPLAIN_COLUMNS))
    texts = {name: "str" for name in EXPLAIN_COLUMNS if name != "step"}
    return frame.astype({**texts, "step": "int64"})


def _cut(
    frame: pd.DataFrame, keys: Iterable[Key], order: list[str], columns: list[str], place: str = "country"
) -> dict[Key, Columns]:
    """The columns of each asked (sku, place) as lists, its rows in order; days as ISO text."""
    asked = set(keys)
    arranged = frame.sort_values(["sku", place, *order], kind="stable")
    lists: Columns = {
        name: arranged[name].dt.strftime("%Y-%m-%d").tolist() if name == "week" else arranged[name].tolist()
        for name in columns
    }
    cut: dict[Key, Columns] = {}
    start = 0
    for key, size in arranged.groupby(["sku", place], sort=False).size().items():
        sku, where = cast(Key, key)
        if (sku, where) in asked:
            cut[(sku, where)] = {name: values[start : start + size] for name, values in lists.items()}
        start += size
    return cut


def _explain_demand(weekly: Columns | None, bulk: Columns | None) -> Iterator[Row]:
    """The weeks that were read, and those that were not."""
    if weekly is None:
        return
    weeks, units, in_stock = weekly["week"], weekly["units"], weekly["in_stock"]
    for week, sold, whole in list(zip(weeks, units, in_stock, strict=True))[-RECENT_WEEKS:]:
        label = mark("Units sold in the week") if whole else mark("Units sold in the week, partly without stock")
        yield label, str(sold), "units", week
    counted = [sold for sold, whole in zip(units[-RECENT_WEEKS:], in_stock[-RECENT_WEEKS:], strict=True) if whole]
    if counted:
        note = f"({' + '.join(map(str, counted))}) / {len(counted)} = {_plain(sum(counted) / len(counted))}"
        yield mark("Mean of these weeks in stock"), _plain(sum(counted) / len(counted)), "units", note
    yield mark("Weeks of history"), str(len(weeks)), "weeks", f"{weeks[0]} … {weeks[-1]}"
    yield mark("Weeks partly without stock, left out"), str(in_stock.count(False)), "weeks", ""
    capped = list(zip(bulk["week"], bulk["capped_units"], strict=True)) if bulk else []
    note = " + ".join(f"{taken} ({week})" for week, taken in capped[-5:])
    yield mark("Units of bulk orders taken off the history"), str(sum(taken for _, taken in capped)), "units", note


def _explain_model(own: Columns, countries: Columns) -> Iterator[Row]:
    """The model and what was put on top of it."""
    model, mean, share = own["model"][0], _plain(own["mean"][0]), own["share"][0] * 100
    yield mark("Model"), str(model), "", ""
    if model == SHARED:
        index, event = own["season"][0], 1.0 + own["event_percent"][0] / 100
        taken = share / 100 * index * event
        factors = "".join(f" × {_plain(factor)}" for factor in (index, event) if factor != 1.0)
        total = f"{_plain(share)} % × {_plain(own['mean'][0] / taken)}{factors} = {mean}" if taken else ""
        yield mark("Share of what the SKU's small countries are forecast together"), _plain(share), "%", total
    if model == SUMMED:
        parts = " + ".join(
            f"{_plain(part)} ({country})"
            for country, part in zip(countries["country"], countries["mean"], strict=True)
        )
        yield mark("Sum of the countries, first week"), mean, "units", f"{parts} = {mean}"
    season, weeks = own["season"], own["week"]
    if any(index != 1.0 for index in season):
        note = " · ".join(f"{week}: {_plain(index)}" for week, index in zip(weeks[:13], season[:13], strict=True))
        yield mark("Seasonal index of the first week"), _plain(season[0]), "", note
    for week, percent in zip(weeks, own["event_percent"], strict=True):
        if percent != 0.0:
            yield mark("Known events change the week by"), _plain(percent), "%", week


def _explain_quantiles(own: Columns) -> Iterator[Row]:
    """The first week, then cumulative demand."""
    weeks = own["week"]
    yield mark("Mean demand of the first week"), _plain(own["mean"][0]), "units", weeks[0]
    yield mark("Quantiles of the first week"), _quantiles(own, 0, ""), "units", " / ".join(QUANTILES)
    for span in sorted({min(count, len(weeks)) for count in SPANS} | {len(weeks)}):
        until = f"{weeks[0]} … {date.fromisoformat(weeks[span - 1]) + timedelta(days=6)}"
        yield mark("Mean demand up to the end of the week"), _plain(own["cum_mean"][span - 1]), "units", until
        quantiles = _quantiles(own, span - 1, "cum_")
        yield mark("Quantiles up to the end of the week"), quantiles, "units", " / ".join(QUANTILES)


def _quantiles(own: Columns, row: int, prefix: str) -> str:
    return " / ".join(_plain(own[prefix + name][row]) for name in QUANTILES)


def _plain(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
