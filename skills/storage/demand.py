"""Mean demand per SKU and country at any day ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Demand:
    """Cumulative mean demand, linear within a week and as steep as the last four weeks beyond the forecast.

    Attributes:
        ends: Days from as_of to the end of each week.
        means: (row, week) units from as_of.
        weekly: Units per week over the first four weeks, per row.
    """

    ends: np.ndarray
    means: np.ndarray
    weekly: np.ndarray

    def at(self, days: np.ndarray) -> np.ndarray:
        """(row, day) units from as_of."""
        last = float(self.ends[-1])
        slope = (self.means[:, -1] - self.means[:, -5]) / (last - float(self.ends[-5]))
        places = np.concatenate([[0.0], self.ends.astype("float64")])
        levels = np.concatenate([np.zeros((len(self.means), 1)), self.means], axis=1)
        inside = np.array([np.interp(np.minimum(days, last), places, row) for row in levels]).reshape(
            len(levels), len(days)
        )
        return np.asarray(inside + slope[:, None] * np.maximum(days - last, 0.0))


def read_demand(forecast: pd.DataFrame, keys: pd.DataFrame, as_of: date) -> Demand:
    """Demand of the (sku, country) rows asked for, in their order; a row without a forecast wants nothing.

    Args:
        forecast: One row per (sku, country, weeks_ahead): week (Monday), cum_mean [units from as_of]; at least five
            weeks.
        keys: One row per (sku, country).
    """
    asked = forecast["country"].isin(keys["country"].unique()) & forecast["sku"].isin(keys["sku"].unique())
    rows = forecast.loc[asked, ["sku", "country", "weeks_ahead", "cum_mean"]].astype({"sku": "str", "country": "str"})
    wide = rows.pivot(index=["sku", "country"], columns="weeks_ahead", values="cum_mean")
    weeks = forecast.drop_duplicates("weeks_ahead").sort_values("weeks_ahead")["week"]
    wide = wide.reindex(columns=np.sort(forecast["weeks_ahead"].unique()))
    ends = ((pd.to_datetime(weeks) - pd.Timestamp(as_of)).dt.days + 7).to_numpy(dtype="int64")
    found = wide.reindex(pd.MultiIndex.from_frame(keys[["sku", "country"]])).fillna(0.0)
    means = found.to_numpy(dtype="float64")
    weekly = means[:, min(3, means.shape[1] - 1)] * 7.0 / float(ends[min(3, len(ends) - 1)])
    return Demand(ends, means, weekly)
