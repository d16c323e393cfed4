"""The order-up-to level of each SKU, what is missing to it, and when its stock runs out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.calendar import NEVER, SCENARIOS, SupplierCalendar, find_last_safe_days
from skills.replenishment.demand import DemandCurve, Floats, probability_below, quantile_at, quantile_of_mixture
from skills.replenishment.led import LAUNCH, PHASE_OUT, lead_need
from skills.replenishment.orders import ARRIVALS
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import SELLABLE
from skills.replenishment.reasons import AFTER_END, CLOSED_TODAY
from skills.replenishment.supply import Arrivals, find_shortages
from skills.replenishment.tuned import tune_need

_ANY = 1 << 40
"""Cartons where no most cover holds."""


def count_in_time(lines: pd.DataFrame, arrivals: Arrivals) -> pd.DataFrame:
    """Take out of the position what usually arrives after the next order: today's order must last without it.

    Where a level is given, what arrives after the days that it covers; of a launch only what comes after the next
    order too, else an order that takes longer than those days would be placed again every morning. Adds
    too_late_units; position becomes what counts.
    """
    following = lines["next_arrival_p50"]
    lasts = following.mask(lines["led_by"] == PHASE_OUT, lines["until_day"])
    ends = lasts.mask(lines["led_by"] == LAUNCH, lasts.clip(lower=lines["until_day"])).to_numpy()
    coming = lines[["inbound", "on_order"]].sum(axis=1).to_numpy()
    late = np.where(ends == NEVER, 0, coming - arrivals.count_until(ends))
    return lines.assign(too_late_units=late, position=lines["position"] - late)


def add_need(lines: pd.DataFrame, curve: DemandCurve, policy: ReplenishmentPolicy) -> pd.DataFrame:
    """Order-up-to level and what is missing to it, before any rounding; a tuned or given level stands instead."""
    counted = ((lines["curve_row"] >= 0) & lines["reason"].isin(["", CLOSED_TODAY, AFTER_END])).to_numpy()
    rows = lines.loc[counted]
    chosen = curve.take(rows["curve_row"].to_numpy())
    ends = {name: rows[f"next_arrival_{name}"].to_numpy() for name in SCENARIOS}
    parts = list_parts(chosen, ends)
    service = policy.cycle_service_percent / 100
    level = quantile_of_mixture(parts, service)
    order_up_to = np.ceil(level.round(4)).astype(np.int64)
    middle = chosen.mean_at(ends["p50"])
    weeks = policy.most_safety_weeks
    last = np.maximum(ends["p50"], 0) + 7 * (weeks or 0)
    sold = np.zeros(len(rows)) if weeks is None else chosen.mean_at(last).round(4)
    position = rows["position"].to_numpy()
    sold_by = (rows["ready_p50"] + rows["shelf_life_days"]).to_numpy()
    fresh = np.floor(chosen.mean_at(np.maximum(sold_by, 0)).round(4)).astype(np.int64)
    covered = pd.DataFrame(
        {
            "demand_mean": middle.round(4),
            "demand_p50": quantile_of_mixture(parts, 0.5),
            **{
                f"demand_{name}": quantile_at(knots, service).round(4)
                for name, (_, knots) in zip(ARRIVALS, parts, strict=True)
            },
            **{
                f"covered_{name}": probability_below(knots, level).round(4)
                for name, (_, knots) in zip(ARRIVALS, parts, strict=True)
            },
            "service_quantile": level,
            "daily_mean": (middle / np.maximum(ends["p50"], 1)).round(6),
            "order_up_to": order_up_to,
            "extended_days": chosen.extended_days(ends["p90"]),
            "raw_need": np.maximum(order_up_to - position, 0),
            "fresh_units": np.where(rows["shelf_life_days"] > 0, np.maximum(fresh - position, 0), 0),
            "most_level": sold,
            "sold_cartons": np.floor(((sold - position) / rows["carton_units"].to_numpy()).round(6)).clip(min=0)
            if weeks is not None
            else np.full(len(rows), _ANY),
            "build_level": _find_build_level(rows, chosen, policy),
        },
        index=rows.index,
    )
    filled = covered.reindex(lines.index).fillna(0)
    whole = ["sold_cartons", "order_up_to", "extended_days", "raw_need", "fresh_units", "build_level"]
    return lead_need(tune_need(lines.join(filled.astype(dict.fromkeys(whole, "int64"))), counted), counted)


def list_parts(curve: DemandCurve, ends: dict[str, NDArray[np.int64]]) -> list[tuple[float, Floats]]:
    """Weight and demand distribution of each lead-time scenario, from as_of to its end."""
    return [(weight, curve.quantiles_at(ends[name])) for name, weight in SCENARIOS.items()]


def _find_build_level(rows: pd.DataFrame, curve: DemandCurve, policy: ReplenishmentPolicy) -> NDArray[np.int64]:
    """The level that lasts until the first order that a coming closure delays arrives; 0 without such a closure."""
    level = np.zeros(len(rows), dtype=np.int64)
    ahead = (rows["build_arrival_p50"] != NEVER).to_numpy()
    if ahead.any():
        ends = {name: rows.loc[ahead, f"build_arrival_{name}"].to_numpy() for name in SCENARIOS}
        parts = list_parts(curve.take(np.flatnonzero(ahead)), ends)
        units = quantile_of_mixture(parts, policy.cycle_service_percent / 100)
        level[ahead] = np.ceil(units.round(4)).astype(np.int64)
    return level


def add_stock_out(
    lines: pd.DataFrame, curve: DemandCurve, calendars: dict[str, SupplierCalendar], policy: ReplenishmentPolicy
) -> pd.DataFrame:
    """When the position runs out, in the median and at the policy's service; and the last day to order before it."""
    median = np.full(len(lines), np.inf)
    service = np.full(len(lines), np.inf)
    counted = (lines["curve_row"] >= 0).to_numpy()
    chosen = curve.take(lines.loc[counted, "curve_row"].to_numpy())
    units = lines.loc[counted, "position"].to_numpy(dtype=np.float64)
    median[counted] = chosen.days_until(chosen.at_probability(0.5), units)
    service[counted] = chosen.days_until(chosen.at_probability(policy.cycle_service_percent / 100), units)
    far = 3 * 366
    lines = lines.assign(
        urgency_days=np.minimum(service, float(far)).round(4),
        stock_out_day=np.where(median < far, np.floor(np.minimum(median, far)), NEVER).astype(np.int64),
        stock_out_service_day=np.where(service < far, np.floor(np.minimum(service, far)), NEVER).astype(np.int64),
        last_safe_day=np.int64(NEVER),
    )
    for supplier, group in lines.loc[lines["has_supplier"] & (lines["stock_out_day"] != NEVER)].groupby(
        "supplier", sort=True
    ):
        days = find_last_safe_days(
            calendars[str(supplier)],
            int(group["production_days_p50"].iloc[0]),
            (group["arrival_p50"] - group["ready_p50"]).to_numpy(),
            group["stock_out_day"].to_numpy(),
        )
        lines.loc[group.index, "last_safe_day"] = days
    return lines


def add_shortages(lines: pd.DataFrame, curve: DemandCurve, arrivals: Arrivals) -> pd.DataFrame:
    """What runs short in the median before today's order arrives, and by how long it comes after the stock-out.

    Adds short_day, short_units, late_days.
    """
    known = (lines["curve_row"] >= 0) & (lines["arrival_p50"] != NEVER)
    rows = np.flatnonzero(known.to_numpy())
    place = np.full(len(lines), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    kept = place[arrivals.line] >= 0
    chosen = lines.iloc[rows]
    own = Arrivals(place[arrivals.line[kept]], arrivals.day[kept], arrivals.units[kept])
    day, units = np.full(len(lines), NEVER, dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
    day[rows], units[rows] = find_shortages(
        curve.take(chosen["curve_row"].to_numpy()),
        chosen[list(SELLABLE)].sum(axis=1).to_numpy(),
        own,
        chosen["arrival_p50"].to_numpy(),
    )
    late = (lines["arrival_p50"] - lines["stock_out_day"]).clip(lower=0)
    judged = (lines["arrival_p50"] != NEVER) & (lines["stock_out_day"] != NEVER)
    return lines.assign(short_day=day, short_units=units, late_days=late.where(judged, 0))
