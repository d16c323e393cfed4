"""Where no lane arrives before the stock runs out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.demand import PATHS, Demand
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import Slots

_LEVELS = (("red", 0.5), ("amber", 0.9))
_LEAST_UNITS = 1.0


def find_alarms(slots: Slots, hub_units: np.ndarray, policy: DistributionPolicy, as_of: date) -> pd.DataFrame:
    """SKUs and countries that run short before the quickest lane can arrive.

    Red: on the p50 path of demand; amber: only on the p90 path. A hub without a carton can send one review later at
    the earliest, and nothing is known to arrive. Demand below one unit until then raises no alarm.

    Args:
        hub_units: What the hub holds of the slot's SKU, per slot [units].

    Returns:
        One row per (sku, country), red first, earliest first: level, stock_out_on, best_arrival_on (NaT when the hub
        has none), best_mode.
    """
    columns = ["sku", "country", "level", "stock_out_on", "best_arrival_on", "best_mode"]
    frame = slots.frame.assign(pair=slots.windows.pair, has_stock=hub_units > 0)
    frame["reach"] = frame["start_days"] + np.where(frame["has_stock"], 0, policy.review_days)
    first = frame.sort_values(["sku", "country", "reach", "lane"], kind="stable").drop_duplicates(["sku", "country"])
    pair, reach = first["pair"].to_numpy(), first["reach"].to_numpy(dtype="float64")
    demand = slots.demand
    day_out, level = np.full(len(first), np.inf), np.full(len(first), "", dtype=object)
    for name, chance in _LEVELS:
        out = find_stock_outs(demand, pair, slots.in_stock, slots.arriving, PATHS.index(chance))
        short = (level == "") & (out < reach) & (demand.mean_at(pair, reach) >= _LEAST_UNITS)
        level[short], day_out[short] = name, out[short]
    rows = np.flatnonzero(level != "")
    morning = pd.Timestamp(as_of)
    found = pd.DataFrame(
        {
            "sku": first["sku"].to_numpy()[rows],
            "country": first["country"].to_numpy()[rows],
            "level": pd.Series(level[rows], dtype="str"),
            "stock_out_on": morning + pd.to_timedelta(np.floor(day_out[rows]), unit="D"),
            "best_arrival_on": morning + pd.to_timedelta(np.ceil(reach[rows]), unit="D"),
            "best_mode": first["mode"].to_numpy()[rows],
        },
        columns=columns,
    )
    none = ~first["has_stock"].to_numpy()[rows]
    found.loc[none, "best_arrival_on"] = pd.NaT
    found.loc[none, "best_mode"] = ""
    order = found.assign(amber=found["level"] == "amber").sort_values(
        ["amber", "stock_out_on", "sku", "country"], kind="stable"
    )
    return order[columns].reset_index(drop=True).astype({"sku": "str", "country": "str", "best_mode": "str"})


def find_stock_outs(
    demand: Demand, pair: np.ndarray, in_stock: np.ndarray, arriving: pd.DataFrame, path: int
) -> np.ndarray:
    """Days from as_of until a path of demand first finds nothing; infinite where it does not within the forecast.

    Args:
        pair: Rows of the demand that are asked for.
        in_stock: Units in the country, per pair of the demand.
        arriving: One row per (pair, day), sorted: units on the way to the country.
        path: Which path of `PATHS`.
    """
    at, units = arriving["pair"].to_numpy(), arriving["units"].to_numpy(dtype="float64")
    running = np.concatenate([[0.0], np.cumsum(units)])
    first = np.searchsorted(at, np.arange(len(in_stock) + 1))
    before = in_stock[at] + running[:-1] - running[first[at]]
    by_event = demand.day_reached(at, path, before)
    every = np.arange(len(in_stock))
    out = demand.day_reached(every, path, in_stock + running[first[1:]] - running[first[:-1]])
    np.minimum.at(out, at, np.where(by_event < arriving["day"].to_numpy(dtype="float64"), by_event, np.inf))
    return np.asarray(out[pair])
