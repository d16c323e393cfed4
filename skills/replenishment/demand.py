"""Demand from as_of to any day, as a distribution: the forecast's cumulative quantiles made continuous."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.vocabulary import QUANTILES, Refusal, mark, name_rows

Floats = NDArray[np.float64]

KNOTS: tuple[float, ...] = (0.0, *QUANTILES.values(), 1.0)
"""Probabilities between which a distribution is linear: zero demand, the forecast's quantiles, the tail's end."""

_HALVINGS = 48
_NO_WIDTH = 1e-9


class UnusableForecast(Refusal):
    """The forecast lacks weeks, or holds something that is no number."""


@dataclass(frozen=True, slots=True)
class DemandCurve:
    """Cumulative demand per key; days are counted from as_of, and between two week ends demand is linear in days.

    Attributes:
        keys: One row per key.
        ends: Day 0 and the end of each forecast week.
        mean: Per key and end.
        quantiles: Per key, end and probability of `KNOTS`.
        last_weekly_mean: Per key: what each week after the last one is taken to bring.
    """

    keys: pd.DataFrame
    ends: NDArray[np.int64]
    mean: Floats
    quantiles: Floats
    last_weekly_mean: Floats

    def take(self, rows: NDArray[np.int64]) -> DemandCurve:
        """The same curve for chosen keys, in that order."""
        return DemandCurve(
            self.keys.iloc[rows].reset_index(drop=True),
            self.ends,
            self.mean[rows],
            self.quantiles[rows],
            self.last_weekly_mean[rows],
        )

    def mean_at(self, days: NDArray[np.int64]) -> Floats:
        """Expected demand per key from as_of to its day."""
        return self._at(self.mean[:, :, None], days)[:, 0]

    def quantiles_at(self, days: NDArray[np.int64]) -> Floats:
        """Demand per key from as_of to its day, at each probability of `KNOTS`."""
        return self._at(self.quantiles, days)

    def extended_days(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """How far each day lies behind the forecast's end."""
        return np.asarray(np.maximum(days - self.ends[-1], 0), dtype=np.int64)

    def at_probability(self, probability: float) -> Floats:
        """Per key and end: the quantile at any probability, linear between the known ones."""
        return quantile_at(self.quantiles, probability)

    def days_until(self, cumulative: Floats, levels: Floats) -> Floats:
        """Per key: days until cumulative demand reaches the level; infinite if it never does."""
        passed = (cumulative < levels[:, None]).sum(axis=1)
        rows = np.arange(len(levels))
        upper = np.clip(passed, 1, len(self.ends) - 1)
        low, high = cumulative[rows, upper - 1], cumulative[rows, upper]
        rise = np.where(high > low, high - low, 1.0)
        span = self.ends[upper] - self.ends[upper - 1]
        inside = self.ends[upper - 1] + span * np.clip((levels - low) / rise, 0.0, 1.0)
        daily = self.last_weekly_mean / 7.0
        beyond = self.ends[-1] + (levels - cumulative[:, -1]) / np.where(daily > 0, daily, 1.0)
        beyond = np.where(daily > 0, beyond, np.inf)
        days = np.where(passed == len(self.ends), beyond, inside)
        return np.asarray(np.where(passed == 0, 0.0, days).round(6))

    def _at(self, cumulative: Floats, days: NDArray[np.int64]) -> Floats:
        rows = np.arange(len(days))
        lower = np.clip(np.searchsorted(self.ends, days, side="right") - 1, 0, len(self.ends) - 2)
        span = self.ends[lower + 1] - self.ends[lower]
        part = np.clip((days - self.ends[lower]) / span, 0.0, 1.0)[:, None]
        low, high = cumulative[rows, lower], cumulative[rows, lower + 1]
        tail = (self.last_weekly_mean / 7.0 * self.extended_days(days))[:, None]
        return np.asarray(low + (high - low) * part + tail)


def read_curve(forecast: pd.DataFrame, keys: list[str], as_of: date) -> DemandCurve:
    """The curve of every key that the frame holds, sorted by key.

    Args:
        forecast: One row per (key, weeks_ahead 1..horizon): week, mean, cum_mean, cum_p10 … cum_p98 [units].
        keys: Columns that make the key.
        as_of: Day 0.
    Raises:
        UnusableForecast: a key lacks weeks, or a value is missing or infinite.
    """
    rows = forecast.sort_values([*keys, "weeks_ahead"], kind="stable").reset_index(drop=True)
    horizon = int(rows["weeks_ahead"].max()) if len(rows) else 1
    counts = rows.groupby(keys, sort=True).size()
    expected = np.tile(np.arange(1, horizon + 1), len(counts))
    uneven = counts[counts != horizon]
    if len(uneven) or (rows["weeks_ahead"].to_numpy() != expected).any():
        raise UnusableForecast(
            mark(
                "The forecast of {rows} does not have one row for each of the weeks 1 to {horizon}. "
                "Forecast all SKUs over the same horizon."
            ),
            rows=name_rows(uneven.index if len(uneven) else counts.index),
            horizon=horizon,
        )
    numbers = rows[["mean", "cum_mean", *(f"cum_{name}" for name in QUANTILES)]].to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(numbers).all(axis=1) | (numbers < 0).any(axis=1)
    if wrong.any():
        raise UnusableForecast(
            mark("The forecast of {rows} holds values that are missing, infinite or negative. Forecast again."),
            rows=name_rows(rows.loc[wrong, keys].drop_duplicates().itertuples(index=False, name=None)),
        )
    shaped = numbers.reshape(len(counts), horizon, numbers.shape[1])
    cumulative = np.zeros((len(counts), horizon + 1, 1 + len(KNOTS)))
    cumulative[:, 1:, 0] = shaped[:, :, 1]
    cumulative[:, 1:, 2:-1] = shaped[:, :, 2:]
    p90, p98 = cumulative[:, :, -3], cumulative[:, :, -2]
    cumulative[:, :, -1] = p98 + (p98 - p90) * ((KNOTS[-1] - KNOTS[-2]) / (KNOTS[-2] - KNOTS[-3]))
    cumulative = np.maximum.accumulate(cumulative, axis=1)
    quantiles = np.maximum.accumulate(cumulative[:, :, 1:], axis=2)
    weeks = rows["week"].iloc[:horizon].to_numpy(dtype="datetime64[D]")
    ends = np.zeros(horizon + 1, dtype=np.int64)
    ends[1:] = (weeks - np.datetime64(as_of, "D")).astype(np.int64) + 7 if len(rows) else 7
    return DemandCurve(
        rows.loc[::horizon, keys].reset_index(drop=True).astype("str"),
        ends,
        cumulative[:, :, 0],
        quantiles,
        shaped[:, -1, 0],
    )


def quantile_at(knots: Floats, probability: float) -> Floats:
    """The value at any probability, linear between those at `KNOTS` (the last axis)."""
    upper = max(int(np.searchsorted(KNOTS, probability, side="left")), 1)
    part = (probability - KNOTS[upper - 1]) / (KNOTS[upper] - KNOTS[upper - 1])
    low, high = knots[..., upper - 1], knots[..., upper]
    return np.asarray(low + (high - low) * part)


def probability_below(knots: Floats, units: Floats) -> Floats:
    """Per row: the chance that demand is at most so many units, from its values at `KNOTS`."""
    total = np.zeros(len(units))
    for place in range(len(KNOTS) - 1):
        low, high = knots[:, place], knots[:, place + 1]
        width = high - low
        flat = width <= _NO_WIDTH
        part = np.clip((units - low) / np.where(flat, 1.0, width), 0.0, 1.0)
        total = total + (KNOTS[place + 1] - KNOTS[place]) * np.where(flat, units >= low, part)
    return total


def quantile_of_mixture(parts: Sequence[tuple[float, Floats]], probability: float) -> Floats:
    """Per row: the least level that a mixture of distributions stays within with the given probability.

    Args:
        parts: Weight and values at `KNOTS` of each distribution.
        probability: Between 0 and 1.
    Returns:
        By bisection, rounded to four digits.
    """
    low = np.zeros(len(parts[0][1]))
    high = np.maximum.reduce([knots[:, -1] for _, knots in parts])
    for _ in range(_HALVINGS):
        middle = (low + high) * 0.5
        covered = np.zeros(len(middle))
        for weight, knots in parts:
            covered = covered + weight * probability_below(knots, middle)
        enough = covered >= probability - 1e-12
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return np.asarray(high.round(4))
