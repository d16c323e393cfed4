"""The first stock of a product that is launched, and the last buy of one that is phased out."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.stocking.policy import StockingPolicy
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, check_columns, mark

LAUNCH, LAST_BUY = mark("launch"), mark("last buy")
NO_DEMAND = mark("No demand is forecast: nothing can be sized.")
COVERED = mark("What is there and on the way covers it.")
LOSES = mark("A unit brings no more than it costs: none is bought.")
TOO_LATE = mark("An order would arrive after the last demand, on {ends_on}.")
FIRST_STOCK = mark("The {percent} % quantile of {weeks} weeks: a unit short against a unit left.")
LAST_STOCK = mark("The {percent} % quantile of all demand that is left: nothing can be bought afterwards.")

COLUMNS = (
    "sku", "kind", "weeks", "ratio_percent", "level", "position", "need", "cartons", "order_units", "cut_off_on",
    "underage_base_minor", "overage_base_minor", "reason", "values",
)  # fmt: skip


def plan_life_cycle(
    forecast: pd.DataFrame,
    products: pd.DataFrame,
    position: pd.DataFrame,
    margins: pd.DataFrame,
    lead_days: pd.DataFrame,
    policy: StockingPolicy,
    as_of: date,
) -> pd.DataFrame:
    """How many units a launch begins with, and how many a product that is phased out still needs, with its cut-off.

    The level is the newsvendor's: the quantile underage ÷ (underage + overage) of demand over `launch_weeks`, or of
    all demand that is left.

    Args:
        forecast: One row per (sku, country, weeks_ahead), country `*` is read: week, mean, cum_p10 … cum_p98 [units].
        products: One row per sku: life_cycle, carton_units, life_cycle launch or phase_out is planned.
        position: One row per sku: position [units], all stock and open orders.
        margins: One row per sku: net_margin and unit_cost [base minor per unit].
        lead_days: One row per sku: days from an order to the shelf.

    Returns:
        One row per SKU that is launched or phased out, sorted; order_units is a multiple of the carton and 0 where
        `reason` (template) with `values` says why; cut_off_on is the last day to order what is phased out.

    Raises:
        MissingColumns: names what is missing.
    """
    check_columns("products", products.columns, ("sku", "life_cycle", "carton_units"))
    whole = forecast[forecast["country"] == ALL_COUNTRIES].sort_values(["sku", "weeks_ahead"], kind="stable")
    known = products[products["life_cycle"].isin(["launch", "phase_out"])][["sku", "life_cycle", "carton_units"]]
    for table in (position, margins, lead_days):
        known = known.merge(table, on="sku", how="left")
    demand = dict(iter(whole.groupby("sku", sort=True)))
    rows = [
        _plan_one(row, demand.get(row["sku"]), policy, as_of)
        for row in known.sort_values("sku", kind="stable").to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _plan_one(row: dict, weeks: pd.DataFrame | None, policy: StockingPolicy, as_of: date) -> dict[str, object]:  # type: ignore[type-arg]
    launched = row["life_cycle"] == "launch"
    under = max(float(np.nan_to_num(row["net_margin"])), 0.0)
    over = float(np.nan_to_num(row["unit_cost"])) * (100 - policy.salvage_percent) / 100.0
    held = int(np.nan_to_num(row["position"]))
    answer: dict[str, object] = {
        "sku": row["sku"], "kind": LAUNCH if launched else LAST_BUY, "weeks": 0, "ratio_percent": 0.0, "level": 0,
        "position": held, "need": 0, "cartons": 0, "order_units": 0, "cut_off_on": pd.NaT,
        "underage_base_minor": round(under), "overage_base_minor": round(over), "reason": NO_DEMAND, "values": {},
    }  # fmt: skip
    if weeks is None or not (weeks["mean"] > 0.0).any():
        return answer
    selling = weeks[weeks["mean"] > 0.0]
    last = int(selling["weeks_ahead"].max())
    covered = min(policy.launch_weeks, last) if launched else last
    end = pd.Timestamp(selling[selling["weeks_ahead"] == last]["week"].iloc[0]).date() + timedelta(days=6)
    if not launched:
        days = float(row["lead_days"])
        cut_off = end - timedelta(days=int(days)) if days == days else end
        answer["cut_off_on"] = pd.Timestamp(cut_off)
        if cut_off < as_of:
            return answer | {"weeks": covered, "reason": TOO_LATE, "values": {"ends_on": end.isoformat()}}
    if under <= 0.0:
        return answer | {"weeks": covered, "reason": LOSES}
    ratio = under / (under + over)
    at = weeks[weeks["weeks_ahead"] == covered].iloc[0]
    level = int(np.ceil(round(_find_level(at, ratio), 4)))
    need = max(level - held, 0)
    cartons = -(-need // int(row["carton_units"]))
    values = {"percent": f"{ratio * 100:.1f}", "weeks": str(covered)}
    reason = (FIRST_STOCK if launched else LAST_STOCK) if need else COVERED
    return answer | {
        "weeks": covered, "ratio_percent": round(ratio * 100.0, 1), "level": level, "need": need, "cartons": cartons,
        "order_units": cartons * int(row["carton_units"]), "reason": reason, "values": values,
    }  # fmt: skip


def _find_level(week: pd.Series, share: float) -> float:
    """The quantile of cumulative demand: linear between p10 … p98, from 0 below, as steep as from p90 beyond."""
    knots = [float(week[f"cum_{name}"]) for name in QUANTILES]
    shares = [0.0, *QUANTILES.values(), 1.0]
    levels = [0.0, *knots, knots[-1] + (knots[-1] - knots[-2]) / 4.0]
    return float(np.interp(share, shares, levels))
