"""Order lines by day → weeks of demand that may be read: complete, uncensored where marked, without bulk orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Ints
from skills.forecasting.policy import ForecastingPolicy
from skills.forecasting.weeks import Weeks, no_weeks
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
    """What `count_weeks` counts, as a frame.

    Returns:
        One row per (sku, country, week), dense: units [units], in_stock [False = censored], capped_units [units].
    """
    return count_weeks(sales, stock_outs, feeds, as_of, policy).frame()


def count_weeks(
    sales: pd.DataFrame,
    stock_outs: pd.DataFrame,
    feeds: pd.DataFrame,
    as_of: date,
    policy: ForecastingPolicy,
) -> Weeks:
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
    """
    known = _last_complete_days(feeds, as_of)
    country, names = pd.factorize(sales["country"])
    complete = _last_complete_week(np.array([known.get(str(name), _as_day(as_of) - 1) for name in names], np.int64))
    days = _count_days(sales["day"])
    kept = np.flatnonzero((days <= complete[country] + 6) & (sales["units"].to_numpy() > 0))
    if not len(kept):
        return no_weeks()
    rows = sales[["units", "lines", "largest_line_units"]].iloc[kept]
    sku, sku_names = _number(sales["sku"].iloc[kept])
    complete = complete[country[kept]]
    country, country_names = _number(sales["country"].iloc[kept])
    week = _week_of(days[kept])
    monday = int(week.min())
    width = int(complete.max() - monday) // 7 + 1
    capped = _cap_bulk(rows, sku, policy)
    key = (sku * len(country_names) + country) * width + (week - monday) // 7
    order = np.argsort(key, kind="stable")
    starts = _find_changes(key[order])
    key, taken = key[order][starts], np.add.reduceat(capped[order], starts)
    units = np.add.reduceat((rows["units"].to_numpy(dtype=np.int64) - capped)[order], starts)
    pair, week = key // width, key % width
    first = _find_changes(pair)
    cells = np.repeat(np.arange(len(first)), np.diff([*first, len(pair)])) * width + week
    weeks = Weeks(
        sku_names=sku_names,
        country_names=country_names,
        skus=pair[first] // len(country_names),
        countries=pair[first] % len(country_names),
        firsts=week[first],
        ends=(complete[order][starts][first] - monday) // 7 + 1,
        monday=monday,
        width=width,
        cells=cells,
        units=units,
        unknown=np.zeros(0, np.int64),
        capped=cells[taken > 0],
        capped_units=taken[taken > 0],
    )
    return weeks if stock_outs.empty else replace(weeks, unknown=_find_censored(weeks, stock_outs))


def _number(names: pd.Series) -> tuple[Ints, pd.Index]:
    """Number of each name, and the names in order."""
    codes, known = pd.factorize(names, sort=True)
    return codes.astype(np.int64), pd.Index(known, dtype="str")


def _find_changes(sorted_numbers: Ints) -> Ints:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.concatenate([[True], sorted_numbers[1:] != sorted_numbers[:-1]]))


def _find_censored(weeks: Weeks, stock_outs: pd.DataFrame) -> Ints:
    """Cells of weeks with a day without stock.

    A week that ran out and still sold at least the mean of the weeks in stock counts: demand was no less. Left out,
    the best weeks are hidden by the very stock-outs that they cause, and the level sinks with each.
    """
    out = _list_stock_outs(weeks, stock_outs)
    row = out // weeks.width
    at = np.minimum(np.searchsorted(weeks.cells, out), len(weeks.cells) - 1)
    units = np.where(weeks.cells[at] == out, weeks.units[at], 0).astype(np.int64)
    lost, sold = np.zeros(len(weeks.skus), np.int64), np.zeros(len(weeks.skus), np.int64)
    np.add.at(sold, weeks.cells // weeks.width, weeks.units.astype(np.int64))
    np.subtract.at(sold, row, units)
    np.add.at(lost, row, 1)
    held = weeks.ends - weeks.firsts - lost
    good = (held[row] > 0) & (units > 0) & (units * held[row] >= sold[row])
    return out[~good]


def _list_stock_outs(weeks: Weeks, stock_outs: pd.DataFrame) -> Ints:
    """Cells that a stock-out touches, sorted; one for country `*` touches every country of the SKU."""
    sku = weeks.sku_names.get_indexer(pd.Index(stock_outs["sku"]))
    country = weeks.country_names.get_indexer(pd.Index(stock_outs["country"]))
    pair = weeks.skus * len(weeks.country_names) + weeks.countries
    everywhere = (stock_outs["country"] == ALL_COUNTRIES).to_numpy()
    low = np.where(everywhere, sku * len(weeks.country_names), sku * len(weeks.country_names) + country)
    high = low + np.where(everywhere, len(weeks.country_names), 1)
    known = (sku >= 0) & (everywhere | (country >= 0))
    begin, end = np.searchsorted(pair, low), np.searchsorted(pair, high)
    span = np.repeat(np.arange(len(low)), np.where(known, end - begin, 0))
    row = begin[span] + _count_up(np.where(known, end - begin, 0))
    first = (_week_of(_count_days(stock_outs["first_day"])) - weeks.monday)[span] // 7
    last = (_week_of(_count_days(stock_outs["last_day"])) - weeks.monday)[span] // 7
    begin, end = np.maximum(first, weeks.firsts[row]), np.minimum(last + 1, weeks.ends[row])
    lengths = np.maximum(end - begin, 0)
    return np.unique(np.repeat(row * weeks.width + begin, lengths) + _count_up(lengths))


def _count_up(lengths: Ints) -> Ints:
    """0, 1, 2 … anew for each length."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _cap_bulk(days: pd.DataFrame, sku: Ints, policy: ForecastingPolicy) -> Ints:
    """Units of the day's largest line above the SKU's limit; only SKUs with a line above the floor need a median."""
    capped = np.zeros(len(days), np.int64)
    bulky = np.zeros(int(sku.max()) + 1, np.bool_)
    bulky[sku[(days["largest_line_units"] > policy.bulk_floor_units).to_numpy()]] = True
    rows = np.flatnonzero(bulky[sku])
    some = days.iloc[rows]
    line = some["units"] / some["lines"].clip(lower=1)
    limit = np.floor(line.groupby(sku[rows]).transform("median") * policy.bulk_multiple)
    excess = some["largest_line_units"] - np.maximum(limit, policy.bulk_floor_units)
    capped[rows] = np.minimum(excess.clip(lower=0), some["units"]).to_numpy()
    return capped


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
