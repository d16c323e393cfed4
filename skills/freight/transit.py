"""How long shipments really took: quantiles and a lognormal by lane or mode, and season."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from skills.freight.policy import FreightPolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

TRANSIT_COLUMNS = ("season", "n", "p10_days", "p50_days", "p90_days", "log_mean", "log_sd", "ks", "pooled")
ALL_SEASONS = "all"


class InvalidHistory(Refusal):
    """A shipment that arrived before it departed."""


def fit_transit(history: pd.DataFrame, policy: FreightPolicy, as_of: date) -> pd.DataFrame:
    """Days under way by lane (or mode, where no column lane is given) and season.

    Quantiles are the group's own (nearest observed day from below its rank, type 1); mean and deviation of the
    logarithm fit a lognormal, ks is its Kolmogorov-Smirnov distance from the observed days. A day's trip counts at
    least half a day in the logarithm. A group with fewer than the policy's shipments takes all figures but n from all
    seasons of its mode, and if those are few too, from all shipments.

    Args:
        history: One row per finished shipment: mode, departed_on, arrived_on (dates), and lane if by lane.
        as_of: Shipments that arrived after it are not used.

    Returns:
        One row per (lane, if given, mode, season): season `all`, Q1 … Q4 of departure; n [shipments], p10_days,
        p50_days, p90_days [days, int], log_mean, log_sd, ks [1], pooled.

    Raises:
        MissingColumns: of the history.
        InvalidHistory: names the rows that arrived before they departed.
    """
    check_columns("history", history.columns, ("mode", "departed_on", "arrived_on"))
    keys = [name for name in ("lane", "mode") if name in history]
    departed, arrived = pd.to_datetime(history["departed_on"]), pd.to_datetime(history["arrived_on"])
    wrong = ~(arrived >= departed)
    if wrong.any():
        raise InvalidHistory(
            mark(
                "Shipments that arrived before they departed, or without a day: rows {rows}. Expected finished "
                "shipments with both days. Correct the days, or leave these rows out."
            ),
            rows=name_rows(history.index[wrong]),
        )
    known = history.assign(days=(arrived - departed).dt.days, season="Q" + departed.dt.quarter.astype("str"))
    known = known[arrived <= pd.Timestamp(as_of)]
    everything = known["days"].to_numpy(np.int64)
    rows = []
    for key, group in known.groupby(keys, sort=True):
        of_mode = known.loc[known["mode"] == group["mode"].iloc[0], "days"].to_numpy(np.int64)
        wide = of_mode if len(of_mode) >= policy.fit_rows else everything
        for season in (ALL_SEASONS, *sorted(set(group["season"]))):
            days = group.loc[(group["season"] == season) | (season == ALL_SEASONS), "days"].to_numpy(np.int64)
            pooled = len(days) < policy.fit_rows
            fit = _fit(wide if pooled else days)
            rows.append((*key, season, len(days), *fit, pooled))
    return pd.DataFrame(rows, columns=[*keys, *TRANSIT_COLUMNS])


def _fit(days: np.ndarray) -> tuple[int, int, int, float, float, float]:
    ordered = np.sort(days)
    quantiles = np.quantile(ordered, (0.1, 0.5, 0.9), method="inverted_cdf")
    logs = [math.log(max(int(day), 0.5)) for day in ordered]
    count = len(logs)
    mean = math.fsum(logs) / count
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in logs) / (count - 1)) if count > 1 else 0.0
    below = [_normal((value - mean) / sd) if sd else 0.5 for value in logs]
    ks = max(max((rank + 1) / count - share, share - rank / count) for rank, share in enumerate(below))
    p10, p50, p90 = (int(value) for value in quantiles)
    return p10, p50, p90, round(mean, 6), round(sd, 6), round(ks, 6)


def _normal(score: float) -> float:
    return 0.5 * (1 + math.erf(score / math.sqrt(2)))
