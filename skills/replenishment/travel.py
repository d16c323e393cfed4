"""From the hub's door to the shelf by calendar: waiting for the cut-off, transit, and receiving by season."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.calendar import NEVER
from skills.replenishment.transit import find_usual_transit, share_demand

Days = NDArray[np.int64]
Floats = NDArray[np.float64]

SCENARIO_NAMES = ("p10", "p50", "p90")
_FEW_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Season:
    """Days in which receiving in some country takes longer than its lanes' transit says.

    Attributes:
        country: Where.
        first: First day of it, counted from as_of.
        last: Last day of it.
        extra: Further days, by scenario.
    """

    country: str
    first: int
    last: int
    extra: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ways:
    """How each SKU travels: its countries with their shares of demand, one after the other.

    Attributes:
        starts: Per SKU: place of its first country.
        counts: Per SKU: how many countries.
        share: Per country of a SKU: its share of the SKU's demand.
        country: Its code.
        transit: Door to shelf [days], by scenario.
        cutoff: Weekday on which the way leaves, 0 = Monday; -1 any day.
        weekday: Of as_of.
        seasons: When receiving takes longer.
    """

    starts: Days
    counts: Days
    share: Floats
    country: NDArray[np.str_]
    transit: dict[str, Floats]
    cutoff: Days
    weekday: int
    seasons: tuple[Season, ...]

    def arrive(self, rows: Days, dispatched: Days, scenario: str) -> Days:
        """Per row: the mean arrival over the SKU's countries, weighted by demand and rounded up to a day.

        Args:
            rows: Places of the SKUs.
            dispatched: Day on which the goods stand packed at the hub; NEVER stays NEVER.
            scenario: p10, p50 or p90.
        """
        return dispatched + self.measure(rows, dispatched, scenario)[0]

    def measure(self, rows: Days, dispatched: Days, scenario: str) -> tuple[Days, Floats, Floats]:
        """Per row: days to the shelf, 0 for NEVER; of these waiting for the cut-off; receiving beyond transit."""
        if not len(rows):
            return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
        counts = self.counts[rows]
        first = np.cumsum(counts) - counts
        places = np.repeat(self.starts[rows] - first, counts) + np.arange(int(counts.sum()))
        leaving = np.repeat(dispatched, counts)
        cutoff = self.cutoff[places]
        waits = np.where(cutoff < 0, 0, (cutoff - self.weekday - leaving) % 7)
        landed = np.floor(leaving + waits + self.transit[scenario][places])
        extra = np.zeros(len(places))
        for season in self.seasons:
            slow = (self.country[places] == season.country) & (landed >= season.first) & (landed <= season.last)
            extra = np.where(slow, np.maximum(extra, season.extra[scenario]), extra)
        share = self.share[places]
        days = np.add.reduceat(share * (waits + self.transit[scenario][places] + extra), first)
        moving = dispatched != NEVER
        return (
            np.where(moving, np.ceil(days.round(_FEW_DIGITS)), 0).astype(np.int64),
            np.where(moving, np.add.reduceat(share * waits, first), 0.0).round(_FEW_DIGITS),
            np.where(moving, np.add.reduceat(share * extra, first), 0.0).round(_FEW_DIGITS),
        )


def read_ways(
    skus: pd.Series,
    forecast: pd.DataFrame,
    lanes: pd.DataFrame,
    receiving_times: pd.DataFrame | None,
    forward_days: int,
    as_of: date,
) -> Ways:
    """The usual way of every SKU to each country that it sells in.

    Args:
        skus: One per place, each once.
        forecast: One row per (sku, country, weeks_ahead): mean.
        lanes: As the seller's file has them; cutoff_weekday may be absent.
        receiving_times: One row per country and period; None or no rows: transit says it all.
        forward_days: Stands in for a country without a lane, and for a SKU without countries.
        as_of: Day 0.
    """
    transit = [f"transit_days_{name}" for name in SCENARIO_NAMES]
    demand = share_demand(forecast).merge(find_usual_transit(lanes), on="country", how="left")
    rows = pd.DataFrame({"sku": skus.to_numpy(), "place": np.arange(len(skus))}).merge(demand, on="sku", how="left")
    rows = rows.sort_values(["place", "country"], kind="stable")
    rows[transit] = rows[transit].fillna(forward_days)
    counts = np.bincount(rows["place"], minlength=len(skus)).astype(np.int64)
    return Ways(
        np.cumsum(counts) - counts,
        counts,
        rows["share"].fillna(1.0).to_numpy(dtype=np.float64),
        rows["country"].fillna("").to_numpy(dtype=np.str_),
        {name: rows[column].to_numpy(dtype=np.float64) for name, column in zip(SCENARIO_NAMES, transit, strict=True)},
        rows["cutoff_weekday"].fillna(-1).to_numpy(dtype=np.int64),
        as_of.weekday(),
        read_seasons(receiving_times, as_of),
    )


def read_seasons(receiving_times: pd.DataFrame | None, as_of: date) -> tuple[Season, ...]:
    """The rows of `receiving_times`: country, first_day, last_day, extra_days_p10, _p50, _p90."""
    if receiving_times is None:
        return ()
    start = pd.Timestamp(as_of)
    return tuple(
        Season(
            str(row["country"]),
            (pd.Timestamp(row["first_day"]) - start).days,
            (pd.Timestamp(row["last_day"]) - start).days,
            {name: int(row[f"extra_days_{name}"]) for name in SCENARIO_NAMES},
        )
        for row in receiving_times.to_dict("records")
    )
