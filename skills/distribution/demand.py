"""Demand of every SKU and country up to any day, along the paths that the forecast's quantiles draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.vocabulary import ALL_COUNTRIES, QUANTILES

PATHS = (0.0, *QUANTILES.values())
"""Probability that demand stays below each path: none at all, then p10 … p98."""


@dataclass(frozen=True)
class Demand:
    """Cumulative demand from as_of, by week.

    Attributes:
        pairs: One row per (sku, country), sorted: the key that `find` looks up.
        ends: Days from as_of to the end of each forecast week, with 0 in front.
        mean: [pair, week] cumulative mean [units].
        paths: [pair, week, path] cumulative quantiles, path 0 being no demand.
    """

    pairs: pd.MultiIndex
    ends: np.ndarray
    mean: np.ndarray
    paths: np.ndarray

    def find(self, sku: pd.Series, country: pd.Series) -> np.ndarray:
        """Row of each (sku, country); -1 where there is no forecast."""
        return self.pairs.get_indexer(pd.MultiIndex.from_arrays([sku, country]))

    def mean_at(self, pair: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Mean demand from as_of to the end of a day, linear between the ends of weeks."""
        week, share = self._place(days)
        return np.asarray(self.mean[pair, week - 1] * (1.0 - share) + self.mean[pair, week] * share)

    def paths_at(self, pair: np.ndarray, days: np.ndarray) -> np.ndarray:
        """[row, path] demand along each path up to a day."""
        week, share = self._place(days)
        share = share[:, None]
        return np.asarray(self.paths[pair, week - 1] * (1.0 - share) + self.paths[pair, week] * share)

    def day_reached(self, pair: np.ndarray, path: int, units: np.ndarray) -> np.ndarray:
        """Days from as_of until a path has taken so many units; infinite beyond the forecast."""
        taken = self.paths[pair, :, path]
        week = (taken <= units[:, None]).sum(axis=1)
        inside = np.clip(week, 1, len(self.ends) - 1)
        row = np.arange(len(pair))
        low, high = taken[row, inside - 1], taken[row, inside]
        step = np.where(high > low, high - low, 1.0)
        days = self.ends[inside - 1] + (units - low) / step * (self.ends[inside] - self.ends[inside - 1])
        return np.where(week >= len(self.ends), np.inf, days)

    def _place(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The week a day lies in, and how far; beyond the forecast its last week goes on."""
        week = np.clip(np.searchsorted(self.ends, days, side="left"), 1, len(self.ends) - 1)
        share = (days - self.ends[week - 1]) / (self.ends[week] - self.ends[week - 1])
        return week, share


def read_demand(forecast: pd.DataFrame, as_of: date, last_day: float) -> Demand:
    """The forecast's cumulative columns as arrays, for the weeks up to a day.

    Args:
        forecast: One row per (sku, country, weeks_ahead): week, cum_mean, cum_p10 … cum_p98.
        last_day: Days from as_of that must be covered.
    """
    weeks = forecast[["weeks_ahead", "week"]].drop_duplicates("weeks_ahead").sort_values("weeks_ahead", kind="stable")
    ends = ((weeks["week"] - pd.Timestamp(as_of)).dt.days + 7).to_numpy(dtype="float64")
    count = min(len(ends), int((ends < last_day).sum()) + 1)
    rows = np.flatnonzero(((forecast["weeks_ahead"] <= count) & (forecast["country"] != ALL_COUNTRIES)).to_numpy())
    sku, sku_names = pd.factorize(forecast["sku"].iloc[rows], sort=True)
    country, country_names = pd.factorize(forecast["country"].iloc[rows], sort=True)
    key = sku.astype("int64") * len(country_names) + country
    order = np.lexsort((forecast["weeks_ahead"].to_numpy()[rows], key))
    rows, first = rows[order], order[::count]
    pairs = pd.MultiIndex.from_arrays(
        [pd.Index(sku_names, dtype="str")[sku[first]], pd.Index(country_names, dtype="str")[country[first]]],
        names=["sku", "country"],
    )
    cube = np.zeros((len(pairs), count + 1, 1 + len(PATHS)))
    for place, name in zip((0, *range(2, 2 + len(QUANTILES))), ("mean", *QUANTILES), strict=True):
        cube[:, 1:, place] = forecast[f"cum_{name}"].to_numpy(dtype="float64")[rows].reshape(len(pairs), count)
    return Demand(pairs, np.concatenate([[0.0], ends[:count]]), cube[:, :, 0], cube[:, :, 1:])
