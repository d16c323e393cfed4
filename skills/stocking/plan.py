"""The level of a product that is launched, and of one that is phased out: what its orders are led by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills.stocking.policy import StockingPolicy
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, check_columns, mark

LAUNCH, LAST_BUY = mark("launch"), mark("last buy")
NO_DEMAND = mark("No demand is forecast: nothing can be sized.")
UNPRICED = mark(
    "Its margin is not known: the level of a launch or last buy cannot be found. Give a price and a lane."
)
LOSES = mark("A unit brings no more than it costs: none is bought.")
FIRST_STOCK = mark("The {percent} % quantile of {weeks} weeks: a unit short against a unit left.")
LAST_STOCK = mark("The {percent} % quantile of all demand until sale ends: nothing can be bought afterwards.")
LAST_STOCK_ASSUMED = mark(
    "The {percent} % quantile of all demand that is forecast. The end is assumed and moves with each morning: state "
    "the last day of sale in the products file (ends_on)."
)

COLUMNS = (
    "sku", "kind", "leads", "weeks", "ratio_percent", "level", "until", "end_stated", "underage_base_minor",
    "overage_base_minor", "reason", "values",
)  # fmt: skip
_DAYS = 7


def plan_life_cycle(
    forecast: pd.DataFrame, products: pd.DataFrame, margins: pd.DataFrame, policy: StockingPolicy
) -> pd.DataFrame:
    """How many units a launch should hold for its first weeks, and what is phased out until its sale ends.

    The level is the newsvendor's: the quantile underage ÷ (underage + overage) of demand over `launch_weeks`, or of
    all demand that is left. What is there and on the way is taken off by the order.

    Args:
        forecast: One row per (sku, country, weeks_ahead), country `*` is read: week, mean, cum_p10 … cum_p98 [units];
            nothing is sold after `ends_on`.
        products: One row per sku: life_cycle, launch or phase_out is planned; ends_on, the last day of sale (missing
            or no column: the last week with demand that is forecast is taken to be it).
        margins: One row per sku: net_margin and unit_cost [base minor per unit]; without a row it is unknown.

    Returns:
        One row per SKU that is launched or phased out, sorted: the last day that the level covers (`until`), and
        whether that is an end that the seller stated. `leads` is False where the margin is not known and the level
        says nothing. The level is 0 where nothing is wanted or a unit loses (ratio_percent 0 then, and no `values`);
        `reason` (template) with `values`.

    Raises:
        MissingColumns: names what is missing.
    """
    check_columns("products", products.columns, ("sku", "life_cycle"))
    check_columns("margins", margins.columns, ("sku", "net_margin", "unit_cost"))
    dated = products if "ends_on" in products else products.assign(ends_on=pd.Series(pd.NaT, index=products.index))
    known = dated.loc[dated["life_cycle"].isin(["launch", "phase_out"]), ["sku", "life_cycle", "ends_on"]]
    known = known.merge(margins[["sku", "net_margin", "unit_cost"]], on="sku", how="left")
    whole = forecast[(forecast["country"] == ALL_COUNTRIES) & forecast["sku"].isin(known["sku"].unique())]
    demand = dict(iter(whole.sort_values(["sku", "weeks_ahead"], kind="stable").groupby("sku", sort=True)))
    rows = [
        _plan_one(row, demand.get(row["sku"]), policy)
        for row in known.sort_values("sku", kind="stable").to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"until": "datetime64[us]", "leads": "bool"})


def _plan_one(row: dict[Any, Any], weeks: pd.DataFrame | None, policy: StockingPolicy) -> dict[str, object]:
    launched = row["life_cycle"] == "launch"
    stated = not launched and not pd.isna(row["ends_on"])
    priced = not (pd.isna(row["net_margin"]) or pd.isna(row["unit_cost"]))
    under = max(float(row["net_margin"]), 0.0) if priced else 0.0
    over = float(row["unit_cost"]) * (100 - policy.salvage_percent) / 100.0 if priced else 0.0
    answer: dict[str, object] = {
        "sku": row["sku"], "kind": LAUNCH if launched else LAST_BUY, "leads": priced, "weeks": 0,
        "ratio_percent": 0.0, "level": 0, "until": pd.Timestamp(row["ends_on"]) if stated else pd.NaT,
        "end_stated": stated, "underage_base_minor": round(under), "overage_base_minor": round(over),
        "reason": NO_DEMAND, "values": {},
    }  # fmt: skip
    if weeks is None:
        return answer
    selling = (weeks["mean"] > 0.0) & ((weeks["week"] <= row["ends_on"]) if stated else True)
    if not selling.any():
        return answer
    last = int(weeks.loc[selling, "weeks_ahead"].max())
    covered = min(policy.launch_weeks, last) if launched else last
    at = weeks[weeks["weeks_ahead"] == covered].iloc[0]
    end = pd.Timestamp(at["week"]) + pd.Timedelta(days=_DAYS - 1)
    answer |= {"weeks": covered, "until": pd.Timestamp(row["ends_on"]) if stated else end}
    if not priced:
        return answer | {"reason": UNPRICED}
    ratio = under / (under + over) if under > 0.0 else 0.0
    percent = round(ratio * 100.0, 1)
    if percent == 0.0:
        return answer | {"reason": LOSES}
    level = _find_level(at, ratio)
    if stated and covered == int(weeks["weeks_ahead"].max()):
        # sale goes on after the forecast's end, at its last weekly mean
        level += float(at["mean"]) / _DAYS * max((pd.Timestamp(row["ends_on"]) - end).days, 0)
    reason = FIRST_STOCK if launched else LAST_STOCK if stated else LAST_STOCK_ASSUMED
    values = {"percent": f"{percent:.1f}"} | ({"weeks": str(covered)} if launched else {})
    return answer | {
        "ratio_percent": percent, "level": int(np.ceil(round(level, 4))), "reason": reason,
        "values": values,
    }  # fmt: skip


def _find_level(week: pd.Series, share: float) -> float:
    """The quantile of cumulative demand: linear between p10 … p98, from 0 below, as steep as from p90 beyond."""
    knots = [float(week[f"cum_{name}"]) for name in QUANTILES]
    shares = [0.0, *QUANTILES.values(), 1.0]
    levels = [0.0, *knots, knots[-1] + (knots[-1] - knots[-2]) / 4.0]
    return float(np.interp(share, shares, levels))
