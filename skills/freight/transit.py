"""How long shipments really took: quantiles and a lognormal by lane, mode and season of departure."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skills.freight.policy import FreightPolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

TRANSIT_COLUMNS = (
    "level", "name", "season", "n", "p10_days", "p50_days", "p90_days", "mu", "sigma", "ks", "pooled",
)  # fmt: skip
ALL_SEASONS = "all"


class UnusableTransit(Refusal):
    """A shipment that arrived before it departed, or a lane of two modes."""


class _Fit(NamedTuple):
    quantiles: tuple[float, float, float]
    mu: float
    variance: float


def fit_transit(history: pd.DataFrame, policy: FreightPolicy, as_of: date) -> pd.DataFrame:
    """Days under way by mode, and by lane where the history names lanes.

    A group's quantiles (observed days, type 1), its mean logarithm mu and the variance sigma² are each drawn towards
    those of the wider group with the weight pool_rows / (n + pool_rows): a season of a mode towards the mode, a lane
    towards its mode, a season of a lane towards that season of its mode. A mode with all seasons stands by itself.
    A trip of less than a day counts as half a day in the logarithm.

    Args:
        history: One row per finished shipment: mode, departed_on, arrived_on (dates), and lane if by lane.
        as_of: Shipments that arrived after it, or departed within the policy's settle_days before it, are not used.

    Returns:
        One row per (level `mode` or `lane`, name, season of the policy or `all`) that has a shipment: n [shipments],
        p10_days, p50_days, p90_days [days, int], mu, sigma (lognormal of days, shift 0), ks (Kolmogorov distance of
        that lognormal from the group's days; missing below the policy's fit_rows, or without spread), pooled
        (whether the wider group weighs more than the group itself).

    Raises:
        MissingColumns: of the history.
        UnusableTransit: names the rows that arrived before they departed, or the lanes of more than one mode.
    """
    check_columns("history", history.columns, ("mode", "departed_on", "arrived_on"))
    known = _read_history(history, policy, as_of)
    rows: list[tuple[Any, ...]] = []
    fits: dict[tuple[str, str], _Fit] = {}
    for mode, group in known.groupby("mode", sort=True):
        for season, days in _split_seasons(group):
            wide = fits.get((str(mode), ALL_SEASONS))
            fits[str(mode), season] = _fit(days, wide, policy)
            rows.append(_row(("mode", mode, season), days, fits[str(mode), season], wide, policy))
    for lane, group in known.groupby("lane", sort=True) if "lane" in known else ():
        for season, days in _split_seasons(group):
            wide = fits[str(group["mode"].iloc[0]), season]
            rows.append(_row(("lane", lane, season), days, _fit(days, wide, policy), wide, policy))
    return pd.DataFrame(rows, columns=list(TRANSIT_COLUMNS)).astype({"ks": "float64", "pooled": "bool"})


def _read_history(history: pd.DataFrame, policy: FreightPolicy, as_of: date) -> pd.DataFrame:
    departed, arrived = pd.to_datetime(history["departed_on"]), pd.to_datetime(history["arrived_on"])
    wrong = ~(arrived >= departed)
    if wrong.any():
        raise UnusableTransit(
            mark(
                "Shipments that arrived before they departed, or without a day: rows {rows}. Expected finished "
                "shipments with both days. Correct the days, or leave these rows out."
            ),
            rows=name_rows(history.index[wrong]),
        )
    if "lane" in history:
        modes = history.groupby("lane")["mode"].nunique()
        if (modes > 1).any():
            raise UnusableTransit(
                mark("Lanes with more than one mode: {lanes}. Expected one mode per lane. Give each mode a lane."),
                lanes=name_rows(sorted(modes.index[modes > 1])),
            )
    season = [policy.season_of_month[month - 1] for month in departed.dt.month]
    known = history.assign(days=(arrived - departed).dt.days, season=season)
    settled = departed <= pd.Timestamp(as_of - timedelta(days=policy.settle_days))
    return known[settled & (arrived <= pd.Timestamp(as_of))]


def _split_seasons(group: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """All seasons first, then each that has a shipment; days in ascending order."""
    ordered = group.sort_values("days")
    parts = [(ALL_SEASONS, ordered), *ordered.groupby("season", sort=True)]
    return [(str(season), part["days"].to_numpy(np.int64)) for season, part in parts]


def _weigh(count: int, wide: _Fit | None, policy: FreightPolicy) -> float:
    """The weight of the group's own days."""
    return 1.0 if wide is None else count / (count + policy.pool_rows)


def _fit(days: np.ndarray, wide: _Fit | None, policy: FreightPolicy) -> _Fit:
    logs = _log(days)
    mu = math.fsum(logs) / len(logs)
    variance = math.fsum((value - mu) ** 2 for value in logs) / max(len(logs) - 1, 1)
    p10, p50, p90 = (float(day) for day in np.quantile(days, (0.1, 0.5, 0.9), method="inverted_cdf"))
    own = _Fit((p10, p50, p90), mu, variance)
    if wide is None:
        return own
    weight = _weigh(len(logs), wide, policy)
    p10, p50, p90 = (
        weight * near + (1 - weight) * far for near, far in zip(own.quantiles, wide.quantiles, strict=True)
    )
    return _Fit(
        (p10, p50, p90),
        weight * mu + (1 - weight) * wide.mu,
        weight * variance + (1 - weight) * wide.variance,
    )


def _row(
    key: tuple[object, ...], days: np.ndarray, fit: _Fit, wide: _Fit | None, policy: FreightPolicy
) -> tuple[Any, ...]:
    sigma = math.sqrt(fit.variance)
    judged = len(days) >= policy.fit_rows and sigma > 0
    ks = round(_measure_distance(_log(days), fit.mu, sigma), 4) if judged else math.nan
    whole = [round(day) for day in fit.quantiles]
    return (*key, len(days), *whole, round(fit.mu, 6), round(sigma, 6), ks, _weigh(len(days), wide, policy) < 0.5)


def _measure_distance(logs: list[float], mu: float, sigma: float) -> float:
    """Greatest distance of the observed shares, just before and at each day, from the normal of the logarithms."""
    shares = [0.5 * (1 + math.erf((value - mu) / sigma / math.sqrt(2))) for value in logs]
    return max(max((rank + 1) / len(logs) - share, share - rank / len(logs)) for rank, share in enumerate(shares))


def _log(days: np.ndarray) -> list[float]:
    return [math.log(max(int(day), 0.5)) for day in days]
