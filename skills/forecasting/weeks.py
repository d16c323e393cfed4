"""Weeks of demand as arrays: a row per (sku, country), only the weeks that say something; and their frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.vocabulary import ALL_COUNTRIES, Refusal, mark, name_rows


class BrokenHistory(Refusal):
    """The history cannot be forecast: repeated weeks, negative units, or weeks that are not over at as_of."""


@dataclass(frozen=True)
class Weeks:
    """Weeks of demand, rows sorted by (sku, country); a week without a cell sold nothing.

    Attributes:
        sku_names: Name per number of a SKU, sorted.
        country_names: Name per number of a country, sorted.
        skus: SKU of each row.
        countries: Country of each row.
        firsts: Week of the first sale per row, counted from `monday`.
        ends: One past the last complete week per row.
        monday: Day number of week 0.
        width: Weeks from `monday` to the last end.
        cells: Row × width + week of every week with units, sorted.
        units: Units per cell.
        unknown: Cells that are not to be read, sorted.
        capped: Cells from which a bulk order was taken off.
        capped_units: Units taken off.
    """

    sku_names: pd.Index
    country_names: pd.Index
    skus: Ints
    countries: Ints
    firsts: Ints
    ends: Ints
    monday: int
    width: int
    cells: Ints
    units: Floats | Ints
    unknown: Ints
    capped: Ints
    capped_units: Ints

    def frame(self, skus: Iterable[str] | None = None) -> pd.DataFrame:
        """One row per (sku, country, week), dense from the first sale to the last complete week.

        Args:
            skus: These alone; None for all.
        """
        rows = np.arange(len(self.skus))
        if skus is not None:
            rows = np.flatnonzero(np.isin(self.skus, self.sku_names.get_indexer(pd.Index(list(skus), dtype="str"))))
        lengths = self.ends[rows] - self.firsts[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        row = np.repeat(np.arange(len(rows)), lengths)
        week = self.firsts[rows][row] + np.arange(offsets[-1]) - offsets[row]
        place = np.full(len(self.skus), -1)
        place[rows] = np.arange(len(rows))

        def spread(cells: Ints, values: Ints | Floats | bool, empty: Ints | Bools) -> Ints | Bools:
            own = place[cells // self.width]
            kept = own >= 0
            at = offsets[own[kept]] + (cells % self.width)[kept] - self.firsts[rows][own[kept]]
            empty[at] = values if isinstance(values, bool) else values[kept]
            return empty

        return pd.DataFrame(
            {
                "sku": pd.Series(self.sku_names, dtype="str").array.take(self.skus[rows][row]),
                "country": pd.Series(self.country_names, dtype="str").array.take(self.countries[rows][row]),
                "week": pd.to_datetime(self.monday + 7 * week, unit="D").as_unit("us"),
                "units": spread(self.cells, self.units, np.zeros(len(week), np.int64)),
                "in_stock": spread(self.unknown, False, np.ones(len(week), np.bool_)),
                "capped_units": spread(self.capped, self.capped_units, np.zeros(len(week), np.int64)),
            }
        )


def no_weeks() -> Weeks:
    """Of a seller without sales."""
    none, names = np.zeros(0, np.int64), pd.Index([], dtype="str")
    return Weeks(names, names, none, none, none, none, 0, 1, none, none, none, none, none)


def read_weeks(history: pd.DataFrame, as_of: date) -> Weeks:
    """A frame as `build_history` returns it; a week between two others that it lacks is not known.

    Raises:
        BrokenHistory: names the rows.
    """
    if history.empty:
        return no_weeks()
    weeks = pd.to_datetime(history["week"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    monday = int(weeks.min())
    skus, sku_names = pd.factorize(history["sku"], sort=True)
    countries, country_names = pd.factorize(history["country"], sort=True)
    column = (weeks - monday) // 7
    width = int(column.max()) + 1
    pairs, row = np.unique(skus.astype(np.int64) * len(country_names) + countries, return_inverse=True)
    cells = row * width + column
    units = history["units"].to_numpy(dtype=np.float64)
    _check(history, units, column, (today - monday) // 7, cells, (weeks - monday) % 7)
    observed = np.zeros((len(pairs), width), np.bool_)
    observed.reshape(-1)[cells] = True
    firsts, ends = observed.argmax(axis=1), width - observed[:, ::-1].argmax(axis=1)
    observed.reshape(-1)[cells] = history["in_stock"].to_numpy(dtype=np.bool_)
    week = np.arange(width)
    order = np.argsort(cells, kind="stable")
    nothing = np.zeros(0, np.int64)
    return Weeks(
        sku_names=pd.Index(sku_names),
        country_names=pd.Index(country_names),
        skus=(pairs // len(country_names)).astype(np.int64),
        countries=(pairs % len(country_names)).astype(np.int64),
        firsts=firsts.astype(np.int64),
        ends=ends.astype(np.int64),
        monday=monday,
        width=width,
        cells=cells[order],
        units=units[order],
        unknown=np.flatnonzero((week >= firsts[:, None]) & (week < ends[:, None]) & ~observed),
        capped=nothing,
        capped_units=nothing,
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
