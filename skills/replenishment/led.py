"""Levels that a product's life cycle leads: a launch's first stock, the last buy of what is phased out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.calendar import NEVER, SupplierCalendar, find_last_safe_days
from skills.vocabulary import check_columns

Bools = NDArray[np.bool_]

NOT_LED, LAUNCH, PHASE_OUT = "", "launch", "phase_out"
_MONEY = ["underage_base_minor", "overage_base_minor"]
_NEEDED = ["sku", "level", "until", "end_stated", "ratio_percent", *_MONEY, "reason"]


def join_levels(lines: pd.DataFrame, levels: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """Add led_by (the life cycle that leads, or nothing), given_level, until_day, end_stated, ratio_percent, what a
    unit short loses and a unit left costs, and why none is bought where no level could be found (`no_level`)."""
    given = pd.DataFrame(columns=_NEEDED) if levels is None else levels
    check_columns("levels", given.columns, tuple(_NEEDED))
    joined = lines.merge(given[_NEEDED].rename(columns={"reason": "no_level"}), on="sku", how="left")
    led = joined["level"].notna() & joined["life_cycle"].isin([LAUNCH, PHASE_OUT])
    level = joined["level"].where(led, 0).astype("int64")
    until = pd.to_datetime(joined["until"].where(led))
    days = (until - pd.Timestamp(as_of)).dt.days
    return joined.drop(columns=["level", "until"]).assign(
        led_by=joined["life_cycle"].where(led, NOT_LED).astype("str"),
        given_level=level,
        until_day=days.fillna(NEVER).astype("int64").clip(lower=NEVER),
        end_stated=joined["end_stated"].where(led, False).astype("bool"),
        ratio_percent=joined["ratio_percent"].where(led, 0.0).astype("float64"),
        no_level=joined["no_level"].where(led & (level == 0) & (joined["ratio_percent"] == 0), "").astype("str"),
        **{name: joined[name].where(led, 0).astype("int64") for name in _MONEY},
    )


def lead_need(lines: pd.DataFrame, counted: Bools) -> pd.DataFrame:
    """Put the given level in the place of the quantile's, and what is missing to it, where lines are counted."""
    led = (lines["led_by"] != NOT_LED) & counted
    level = lines["given_level"]
    days = lines["until_day"].clip(lower=1)
    return lines.assign(
        tuned=lines["tuned"] & ~led,
        order_up_to=lines["order_up_to"].mask(led, level),
        service_quantile=lines["service_quantile"].mask(led, level.astype("float64")),
        raw_need=lines["raw_need"].mask(led, (level - lines["position"]).clip(lower=0)),
        daily_mean=lines["daily_mean"].mask(led, (level / days).round(6)),
        sold_cartons=lines["sold_cartons"].mask(led, level),
        extended_days=lines["extended_days"].mask(led, 0),
        build_level=lines["build_level"].mask(
            led & (lines["led_by"] == PHASE_OUT), np.minimum(lines["build_level"], level)
        ),
    )


def find_cut_offs(lines: pd.DataFrame, calendars: dict[str, SupplierCalendar]) -> pd.DataFrame:
    """Add cut_off_day: the last open day whose order still arrives, in the median, until sale ends; −1 where it has
    passed. What is ordered of such a SKU is ordered by then."""
    cut_off = pd.Series(np.int64(NEVER), index=lines.index)
    ending = (lines["led_by"] == PHASE_OUT) & lines["has_supplier"] & (lines["arrival_p50"] != NEVER)
    ending &= lines["arrival_p50"] <= lines["until_day"]
    for supplier, group in lines.loc[ending].groupby("supplier", sort=True):
        cut_off[group.index] = find_last_safe_days(
            calendars[str(supplier)],
            int(group["production_days_p50"].iloc[0]),
            (group["arrival_p50"] - group["ready_p50"]).to_numpy(),
            group["until_day"].to_numpy(),
        )
    safe = lines["last_safe_day"]
    sooner = (cut_off != NEVER) & ((safe == NEVER) | (cut_off < safe))
    return lines.assign(cut_off_day=cut_off, last_safe_day=safe.mask(sooner, cut_off))
