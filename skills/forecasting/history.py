"""Order lines by day → weeks of demand that may be read: complete, uncensored where marked, without bulk orders."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Ints
from skills.forecasting.policy import ForecastingPolicy
from skills.vocabulary import ALL_COUNTRIES

HISTORY_COLUMNS = ("sku", "country", "week", "units", "in_stock", "capped_units")
SALES_FEED = "order_lines"
"""The feed whose last complete day ends a country's demand."""

_MONDAY = -3
"""1970-01-01 was a Thursday: the Monday of its week is day -3."""


def build_history(
    sales: pd.DataFrame,
    stock_outs: pd.DataFrame,
    feeds: pd.DataFrame,
    as_of: date,
    policy: ForecastingPolicy,
) -> pd.DataFrame:
    """Weeks of demand per SKU and country, from the first sale to the country's last complete ISO week.

    A week counts when all its seven days are complete in that country's feed of order lines (a country without a
    row in `feeds` is complete up to the day before `as_of`). A week with any day without stock is censored, unless
    it sold at least the mean of the weeks in stock. Of the largest order line of a day, what exceeds `bulk_multiple`
    times the SKU's median line (median over its days of units ÷ lines, never below `bulk_floor_units`) is taken off.

    Args:
        sales: One row per (sku, country, day): units, lines, largest_line_units [units ≥ 0].
        stock_outs: One row per (sku, country, first_day, last_day); country `*` means all.
        feeds: One row per (country, feed): last_complete_day.
        as_of: The morning that knows everything before it.
        policy: Bulk limits.

    Returns:
        One row per (sku, country, week), dense: units [units], in_stock [False = censored], capped_units [units].
    """
    days = _count_days(sales["day"])
    last_days = sales["country"].map(_last_complete_days(feeds, as_of)).to_numpy(dtype=float)
    ends = np.where(np.isnan(last_days), _as_day(as_of) - 1, last_days).astype(np.int64)
    complete = days <= _last_complete_week(ends) + 6
    kept = sales.loc[
        complete & (sales["units"].to_numpy() > 0), ["sku", "country", "units", "lines", "largest_line_units"]
    ]
    if kept.empty:
        return _frame_of_nothing()
    capped = _cap_bulk(kept, policy)
    kept = kept.assign(
        capped_units=capped,
        units=kept["units"].to_numpy(dtype=np.int64) - capped,
        week=_week_of(days[complete & (sales["units"].to_numpy() > 0)]),
        end=_last_complete_week(ends)[complete & (sales["units"].to_numpy() > 0)],
    )
    weekly = (
        kept.groupby(["sku", "country", "week"], sort=True)
        .agg(units=("units", "sum"), capped_units=("capped_units", "sum"), end=("end", "max"))
        .reset_index()
    )
    return _fill_weeks(weekly, stock_outs)


def _fill_weeks(weekly: pd.DataFrame, stock_outs: pd.DataFrame) -> pd.DataFrame:
    """Zero weeks between sales, up to each country's end; weeks without stock marked."""
    pairs = weekly.groupby(["sku", "country"], sort=True).agg(first=("week", "min"), end=("end", "max")).reset_index()
    firsts = pairs["first"].to_numpy(dtype=np.int64)
    lengths = (pairs["end"].to_numpy(dtype=np.int64) - firsts) // 7 + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    row_pair = np.repeat(np.arange(len(pairs)), lengths)
    weeks = firsts[row_pair] + 7 * (np.arange(offsets[-1]) - offsets[row_pair])
    place = weekly.groupby(["sku", "country"], sort=True).ngroup().to_numpy()
    at = offsets[place] + (weekly["week"].to_numpy(dtype=np.int64) - firsts[place]) // 7
    units = np.zeros(offsets[-1], np.int64)
    capped = np.zeros(offsets[-1], np.int64)
    units[at] = weekly["units"].to_numpy()
    capped[at] = weekly["capped_units"].to_numpy()
    return pd.DataFrame(
        {
            "sku": pairs["sku"].array.take(row_pair),
            "country": pairs["country"].array.take(row_pair),
            "week": pd.to_datetime(weeks, unit="D").as_unit("us"),
            "units": units,
            "in_stock": _count_good_weeks(units, _mark_stock_outs(pairs, offsets, stock_outs), offsets),
            "capped_units": capped,
        }
    )


def _mark_stock_outs(pairs: pd.DataFrame, offsets: Ints, stock_outs: pd.DataFrame) -> Bools:
    in_stock = np.ones(offsets[-1], np.bool_)
    if stock_outs.empty:
        return in_stock
    everywhere = stock_outs["country"] == ALL_COUNTRIES
    numbered = pairs.assign(pair=np.arange(len(pairs)))
    spans = pd.concat(
        [
            stock_outs[~everywhere].merge(numbered, on=["sku", "country"]),
            stock_outs[everywhere].drop(columns="country").merge(numbered, on="sku"),
        ]
    )
    first_weeks = _week_of(_count_days(spans["first_day"]))
    last_weeks = _week_of(_count_days(spans["last_day"]))
    for pair, start, first, last in zip(
        spans["pair"].to_numpy(), spans["first"].to_numpy(dtype=np.int64), first_weeks, last_weeks, strict=True
    ):
        low = offsets[pair] + max(0, (first - start) // 7)
        high = min(offsets[pair + 1], offsets[pair] + (last - start) // 7 + 1)
        in_stock[low : max(low, high)] = False
    return in_stock


def _count_good_weeks(units: Ints, in_stock: Bools, offsets: Ints) -> Bools:
    """A week that ran out and still sold at least the mean of the weeks in stock counts: demand was no less.

    Left out, the best weeks are hidden by the very stock-outs that they cause, and the level sinks with each.
    """
    starts = offsets[:-1]
    sold = np.add.reduceat(np.where(in_stock, units, 0), starts)
    weeks = np.add.reduceat(in_stock.astype(np.int64), starts)
    pair = np.repeat(np.arange(len(starts)), np.diff(offsets))
    return np.asarray(in_stock | ((weeks[pair] > 0) & (units > 0) & (units * weeks[pair] >= sold[pair])))


def _cap_bulk(kept: pd.DataFrame, policy: ForecastingPolicy) -> Ints:
    """Units of the day's largest line above the SKU's limit."""
    line = kept["units"] / kept["lines"].clip(lower=1)
    limit = np.floor(line.groupby(kept["sku"]).transform("median") * policy.bulk_multiple)
    excess = kept["largest_line_units"] - np.maximum(limit, policy.bulk_floor_units)
    return np.asarray(np.minimum(excess.clip(lower=0), kept["units"]).to_numpy(), dtype=np.int64)


def _last_complete_days(feeds: pd.DataFrame, as_of: date) -> dict[str, int]:
    """Country → last complete day of its order lines, never on or after `as_of`."""
    rows = feeds[feeds["feed"] == SALES_FEED]
    newest = _as_day(as_of) - 1
    return {
        str(country): min(newest, int(day))
        for country, day in zip(rows["country"], _count_days(rows["last_complete_day"]), strict=True)
    }


def _count_days(days: pd.Series) -> Ints:
    return np.asarray(pd.to_datetime(days).to_numpy().astype("datetime64[D]").astype(np.int64))


def _as_day(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _week_of(days: Ints) -> Ints:
    return (days - _MONDAY) // 7 * 7 + _MONDAY


def _last_complete_week(last_days: Ints) -> Ints:
    """Monday of the newest week whose Sunday is complete."""
    return _week_of(last_days + 1) - 7


def _frame_of_nothing() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sku": pd.Series(dtype="str"),
            "country": pd.Series(dtype="str"),
            "week": pd.Series(dtype="datetime64[us]"),
            "units": pd.Series(dtype=np.int64),
            "in_stock": pd.Series(dtype=np.bool_),
            "capped_units": pd.Series(dtype=np.int64),
        }
    )
