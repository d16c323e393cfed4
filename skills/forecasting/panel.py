"""History as dense arrays: a row per (sku, country), a column per week; and how rows are pooled per SKU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.weeks import BrokenHistory, Weeks
from skills.vocabulary import mark, name_rows

CHUNK = 16_384
"""Rows that are worked on at a time."""


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


def fill_panel(weeks: Weeks, unseen: pd.DataFrame, as_of: date) -> Panel:
    """Dense arrays of a history, with empty rows for the (sku, country) pairs of `unseen`."""
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    monday = weeks.monday if len(weeks.skus) else (today + 3) // 7 * 7 - 3 - 7
    skus, sku_names = _renumber(weeks.sku_names, weeks.skus, unseen["sku"])
    countries, country_names = _renumber(weeks.country_names, weeks.countries, unseen["country"])
    pairs, row = np.unique(skus * len(country_names) + countries, return_inverse=True)
    seen = row[: len(weeks.skus)]
    firsts, ends = np.full(len(pairs), weeks.width), np.full(len(pairs), weeks.width)
    firsts[seen], ends[seen] = weeks.firsts, weeks.ends
    week = np.arange(weeks.width)
    known = (week >= firsts[:, None]) & (week < ends[:, None])
    values = np.zeros((len(pairs), weeks.width))
    values[seen[weeks.cells // weeks.width], weeks.cells % weeks.width] = weeks.units
    out = seen[weeks.unknown // weeks.width], weeks.unknown % weeks.width
    values[out], known[out] = 0.0, False
    return Panel(
        skus=pairs // len(country_names),
        countries=pairs % len(country_names),
        sku_names=sku_names,
        country_names=country_names,
        values=values,
        known=known,
        firsts=firsts,
        ends=ends,
        week_one=(today - monday) // 7,
        monday=monday,
    )


def _renumber(names: pd.Index, numbers: Ints, more: pd.Series) -> tuple[Ints, pd.Index]:
    """Numbers of rows and of further names, among all names in order."""
    codes, known = pd.factorize(pd.concat([pd.Series(names, dtype="str"), more.astype("str")]), sort=True)
    codes = codes.astype(np.int64)
    return np.concatenate([codes[: len(names)][numbers], codes[len(names) :]]), pd.Index(known, dtype="str")


def cut_rows(groups: Ints, most: int) -> Iterator[slice]:
    """Consecutive rows, about so many at a time, that never part a group (sorted)."""
    at = 0
    while at < len(groups):
        end = min(at + most, len(groups))
        if end < len(groups):
            end = int(np.searchsorted(groups, groups[end - 1], side="right"))
        yield slice(at, end)
        at = end


def sum_rows(values: Floats) -> Floats:
    """Units of each row, added week by week."""
    total = np.empty(len(values))
    for start in range(0, len(values), CHUNK):
        some = slice(start, start + CHUNK)
        total[some] = np.cumsum(values[some], axis=1)[:, -1]
    return total


def pool_rows(
    values: Floats, known: Bools, firsts: Ints, ends: Ints, groups: Ints, order: Ints | None = None
) -> Pool:
    """Sum rows into groups (sorted, contiguous). A row's unknown weeks up to the group's end count as its mean.

    A pooled week is known when any of its rows is.

    Args:
        values, known, firsts, ends: Per row.
        groups: Of the rows in their order.
        order: Rows in the order of their groups; None as they are.
    """
    rows = np.arange(len(groups)) if order is None else order
    changes = np.concatenate([[False], groups[1:] != groups[:-1]])
    group_of_row = np.cumsum(changes)
    count, width = int(group_of_row[-1]) + 1, values.shape[1]
    pooled, any_known = np.empty((count, width)), np.empty((count, width), np.bool_)
    group_ends = np.empty(count, np.int64)
    week = np.arange(width)
    for some in cut_rows(groups, CHUNK):
        at, own = rows[some], group_of_row[some]
        mine = slice(int(own[0]), int(own[-1]) + 1)
        starts = np.searchsorted(own, np.arange(mine.start, mine.stop))
        units, seen = values[at], known[at]
        group_ends[mine] = np.maximum.reduceat(ends[at], starts)
        means = np.cumsum(units, axis=1)[:, -1] / np.maximum(seen.sum(axis=1), 1)
        missing = ~seen & (week >= firsts[at][:, None]) & (week < group_ends[own][:, None])
        pooled[mine] = np.add.reduceat(np.where(missing, means[:, None], units), starts, axis=0)
        any_known[mine] = np.logical_or.reduceat(seen, starts, axis=0)
    return Pool(values=pooled, known=any_known, ends=group_ends, group_of_row=group_of_row)


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
