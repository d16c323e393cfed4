"""Levels from safety factors of hub and countries that were tuned together, in the place of the service quantile."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.calendar import NEVER
from skills.vocabulary import check_columns

_GIVEN = ["week_mean", "hub_spread", "forward_spread", "hub_factor", "forward_factor"]
_DAYS = 7.0


def join_spreads(lines: pd.DataFrame, spreads: pd.DataFrame | None) -> pd.DataFrame:
    """Add week_mean, the spreads and the factors; `tuned` says which lines have them."""
    given = pd.DataFrame(columns=["sku", *_GIVEN]) if spreads is None else spreads
    check_columns("spreads", given.columns, ("sku", *_GIVEN))
    joined = lines.merge(given[["sku", *_GIVEN]], on="sku", how="left")
    tuned = joined["week_mean"].notna() & (joined["next_arrival_p50"] != NEVER)
    return joined.assign(tuned=tuned, **{name: joined[name].where(tuned, 0.0).astype("float64") for name in _GIVEN})


def tune_need(lines: pd.DataFrame, counted: NDArray[np.bool_]) -> pd.DataFrame:
    """Level = hub level + levels of the countries, and what is missing to it.

    Each is mean × weeks + factor × spread × √weeks, at least 0: the hub's weeks last until the next order is there,
    the countries' from there to the shelf. Mean and spreads of a usual week are scaled to the demand that is expected
    until the next order arrives, so that season and events count. Where a usual week is nothing to four digits, the
    quantile stands.

    Adds hub_weeks, forward_weeks, hub_level, forward_level; week_mean and the spreads become the scaled ones.
    """
    led = lines["tuned"] & counted & (lines["week_mean"].round(4) > 0.0)
    ready = lines["next_ready_p50"] + lines["qc_days"]
    hub_weeks = (ready / _DAYS).round().clip(lower=1.0)
    forward_weeks = ((lines["next_arrival_p50"] - ready) / _DAYS).round().clip(lower=1.0)
    usual = (lines["week_mean"] * (hub_weeks + forward_weeks)).where(led, 1.0)
    scale = (lines["demand_mean"] / usual).where(led, 0.0)
    scaled = {name: (lines[name] * scale).round(4) for name in ("week_mean", "hub_spread", "forward_spread")}
    hub = scaled["week_mean"] * hub_weeks + lines["hub_factor"] * scaled["hub_spread"] * np.sqrt(hub_weeks)
    forward = scaled["week_mean"] * forward_weeks
    forward = forward + lines["forward_factor"] * scaled["forward_spread"] * np.sqrt(forward_weeks)
    hub, forward = hub.clip(lower=0.0).round(4), forward.clip(lower=0.0).round(4)
    level = np.ceil((hub + forward).where(led, 0.0).round(4)).astype("int64")
    return lines.assign(
        **scaled,
        tuned=led,
        hub_weeks=hub_weeks.where(led, 0.0).astype("int64"),
        forward_weeks=forward_weeks.where(led, 0.0).astype("int64"),
        hub_level=hub.where(led, 0.0),
        forward_level=forward.where(led, 0.0),
        order_up_to=lines["order_up_to"].mask(led, level),
        service_quantile=lines["service_quantile"].mask(led, hub + forward),
        raw_need=lines["raw_need"].mask(led, (level - lines["position"]).clip(lower=0)),
    )
