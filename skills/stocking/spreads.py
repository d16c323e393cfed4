"""What tuned factors are multiplied by: mean and spread of a usual week, of a SKU at the hub and in its countries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.stocking.echelon import Factors
from skills.vocabulary import QUANTILES, check_columns

_SHARES = np.array([0.0, *QUANTILES.values(), 1.0])


def spread_factors(lines: pd.DataFrame, factors: Factors) -> pd.DataFrame:
    """One pair of factors for every SKU, beside the mean and the spreads that make levels of them.

    Demand of a week lies evenly between its quantiles, from 0 below, beyond p98 as steep as from p90: mean and
    variance are those of that distribution. Countries are independent of each other, as in `tune_echelon`.

    Args:
        lines: One row per (sku, country): p10 … p98 of a week's demand [units].
        factors: From `tune_echelon`.

    Returns:
        One row per SKU, sorted: week_mean, hub_spread = √(sum of its countries' variances), forward_spread = sum of
        their spreads [units]; hub_factor, forward_factor.

    Raises:
        MissingColumns: names what is missing.
    """
    check_columns("lines", lines.columns, ("sku", "country", *QUANTILES))
    known = lines[list(QUANTILES)].to_numpy(dtype="float64").T
    tail = known[-1] + (known[-1] - known[-2]) / 4.0
    knots = np.maximum.accumulate(np.vstack([np.zeros(len(lines)), known, tail]), axis=0)
    low, high, width = knots[:-1], knots[1:], np.diff(_SHARES)[:, None]
    mean = np.cumsum(width * (low + high) / 2.0, axis=0)[-1]
    square = np.cumsum(width * (low * low + low * high + high * high) / 3.0, axis=0)[-1]
    variance = np.maximum(square - mean * mean, 0.0)
    table = pd.DataFrame(
        {"sku": lines["sku"].to_numpy(), "country": lines["country"].to_numpy(), "week_mean": mean,
         "variance": variance, "forward_spread": np.sqrt(variance)}
    ).sort_values(["sku", "country"], kind="stable")  # fmt: skip
    sums = table.groupby("sku", as_index=False, sort=True)[["week_mean", "variance", "forward_spread"]].sum()
    return pd.DataFrame(
        {
            "sku": sums["sku"],
            "week_mean": sums["week_mean"].round(4),
            "hub_spread": np.sqrt(sums["variance"]).round(4),
            "forward_spread": sums["forward_spread"].round(4),
            "hub_factor": float(factors.hub),
            "forward_factor": float(factors.forward),
        }
    )
