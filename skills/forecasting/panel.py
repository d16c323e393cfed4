"""History as dense arrays: a row per (sku, country), a column per week; and how rows are pooled per SKU."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.vocabulary import ALL_COUNTRIES, Refusal, mark, name_rows


class BrokenHistory(Refusal):
    """The history cannot be forecast: repeated weeks, negative units, or weeks that are not over at as_of."""


@dataclass(frozen=True)
class Panel:
    """Rows sorted by (sku, country); all weeks are counted in weeks since the first Monday of the history.

    Attributes:
        skus: SKU of each row.
        countries: Country of each row.
        values: (row, week) units, 0 where unknown.
        known: (row, week) True where the week is complete and was in stock.
        firsts: Week of the first sale per row.
        ends: One past the last complete week per row.
        week_one: The week that contains as_of.
        monday: Day number of week 0.
    """

    skus: Ints
    countries: Ints
    sku_names: pd.Index
    country_names: pd.Index
    values: Floats
    known: Bools
    firsts: Ints
    ends: Ints
    week_one: int
    monday: int

    @property
    def sku_starts(self) -> Ints:
        """First row of each SKU."""
        return np.flatnonzero(np.concatenate([[True], self.skus[1:] != self.skus[:-1]])).astype(np.int64)


@dataclass(frozen=True)
class Pool:
    """Rows summed into groups, and which group each row feeds."""

    values: Floats
    known: Bools
    ends: Ints
    group_of_row: Ints


def read_panel(history: pd.DataFrame, unseen: pd.DataFrame, as_of: date) -> Panel:
    """Dense arrays of a history, with empty rows for the (sku, country) pairs of `unseen`.

    Raises:
        BrokenHistory: names the rows.
    """
    weeks = pd.to_datetime(history["week"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    monday = int(weeks.min()) if weeks.size else (today + 3) // 7 * 7 - 3 - 7
    week_one = (today - monday) // 7
    sku_codes, sku_names = pd.factorize(pd.concat([history["sku"], unseen["sku"]]), sort=True)
    country_codes, country_names = pd.factorize(pd.concat([history["country"], unseen["country"]]), sort=True)
    column = (weeks - monday) // 7
    width = int(column.max()) + 1 if weeks.size else 1
    pair_key = sku_codes.astype(np.int64) * len(country_names) + country_codes
    pairs, row = np.unique(pair_key, return_inverse=True)
    row = row[: len(history)]
    units = history["units"].to_numpy(dtype=np.float64)
    _check(history, units, column, week_one, row * width + column, (weeks - monday) % 7)
    values = np.zeros((len(pairs), width))
    observed = np.zeros((len(pairs), width), np.bool_)
    known = np.zeros((len(pairs), width), np.bool_)
    observed[row, column] = True
    known[row, column] = history["in_stock"].to_numpy(dtype=np.bool_)
    values[row, column] = units
    values[~known] = 0.0
    seen = observed.any(axis=1)
    return Panel(
        skus=(pairs // len(country_names)).astype(np.int64),
        countries=(pairs % len(country_names)).astype(np.int64),
        sku_names=pd.Index(sku_names),
        country_names=pd.Index(country_names),
        values=values,
        known=known,
        firsts=np.where(seen, observed.argmax(axis=1), width).astype(np.int64),
        ends=(width - observed[:, ::-1].argmax(axis=1)).astype(np.int64),
        week_one=week_one,
        monday=monday,
    )


def pool_rows(values: Floats, known: Bools, firsts: Ints, ends: Ints, groups: Ints) -> Pool:
    """Sum rows into groups (sorted, contiguous). A row's unknown weeks up to the group's end count as its mean.

    A pooled week is known when any of its rows is.
    """
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    group_of_row = np.cumsum(np.concatenate([[0], groups[1:] != groups[:-1]])).astype(np.int64)
    group_ends = np.maximum.reduceat(ends, starts)
    counts = known.sum(axis=1)
    means = np.cumsum(values, axis=1)[:, -1] / np.maximum(counts, 1)
    week = np.arange(values.shape[1])
    missing = ~known & (week >= firsts[:, None]) & (week < group_ends[group_of_row][:, None])
    filled = np.where(missing, means[:, None], values)
    return Pool(
        values=np.add.reduceat(filled, starts, axis=0),
        known=np.logical_or.reduceat(known, starts, axis=0),
        ends=group_ends.astype(np.int64),
        group_of_row=group_of_row,
    )


def check_units(values: Floats, start: int) -> None:
    """Refuse series that hold a number that is no demand.

    Args:
        values: (series, week) units.
        start: Number of the first series.

    Raises:
        BrokenHistory: names the series by their numbers.
    """
    wrong = ~((values >= 0.0) & np.isfinite(values)).all(axis=1)
    if wrong.any():
        raise BrokenHistory(
            mark(
                "These series hold units that are missing, infinite or negative: {rows}. Expected a number from 0 "
                "up for every series and week; mark weeks that are not known instead."
            ),
            rows=name_rows(str(start + row) for row in np.flatnonzero(wrong)),
        )


def _check(history: pd.DataFrame, units: Floats, column: Ints, week_one: int, cells: Ints, weekday: Ints) -> None:
    order = np.sort(cells, kind="stable")
    repeated = np.isin(cells, order[1:][order[1:] == order[:-1]])
    wrong = repeated | ~((units >= 0.0) & np.isfinite(units)) | (column >= week_one) | (weekday != 0)
    wrong |= (history["country"] == ALL_COUNTRIES).to_numpy()
    if wrong.any():
        rows = history[wrong]
        raise BrokenHistory(
            mark(
                "The demand history has rows that cannot be read: {rows}. Expected one row per SKU, country and "
                "complete week before the as_of date, weeks starting on Monday, units finite and not negative. "
                "Build it again from the order lines (build_history)."
            ),
            rows=name_rows(
                f"{row.sku} {row.country} {str(row.week)[:10]} {row.units}" for row in rows.itertuples(index=False)
            ),
        )
