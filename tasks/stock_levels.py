"""How stock is held at the beginning and the end of a product, and could be held: a second mode, tuned factors."""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.seller import Policy
from skills.stocking import spread_factors, tune_echelon
from skills.stocking.echelon import Factors, NoFactors
from skills.vocabulary import ALL_COUNTRIES
from tasks import stocking
from tasks.nights import Night
from tasks.proposals import plain, plain_rows, text_values
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

TUNED_SKUS, WEIGHED_PAIRS, SHOWN = 50, 60, 12
"""Of most demand value: SKUs whose factors are tuned together, pairs for which two modes are weighed; rows shown."""
_QUANTILES = ["p10", "p50", "p75", "p90", "p98"]
_SLOW, _FAST = ("sea", "rail", "truck"), ("air", "express")
_DAYS = 7.0
_WEEK = 5
"""The week ahead whose quantiles stand for a usual week: far enough for events of the next days to be over."""


def measure_levels(
    night: Night,
    known: Snapshot,
    forecast: pd.DataFrame,
    life_cycle: pd.DataFrame,
    orders: pd.DataFrame,
    contribution: pd.DataFrame,
) -> Body:
    """What the report says of launches, last buys, two modes and tuned factors.

    Returns:
        life_cycle: one row per SKU that is launched or phased out. two_modes: pairs that a fast second mode would
        serve cheaper, most gain first, and how many were weighed. factors: of hub, countries and scattered stock, or
        {} where nothing can be tuned.
    """
    policy = night.seller.policy.stocking
    quoted = contribution[contribution["wait_reason"] == ""]
    pairs = _describe_pairs(forecast, quoted)
    return {
        "life_cycle": _show_life_cycle(life_cycle, orders),
        "two_modes": _weigh_modes(pairs, quoted, known.lanes, policy.seed),
        "factors": _tune(pairs, quoted, known.lanes, orders, policy.fill_percent, policy.seed),
    }


def _show_life_cycle(life_cycle: pd.DataFrame, orders: pd.DataFrame) -> list[Body]:
    """The level of each launch and last buy beside what its order became, and why."""
    became = orders[["sku", "position", "order_units", "cut_off_on", "reason"]].rename(columns={"reason": "ordered"})
    rows = life_cycle[["sku", "kind", "leads", "weeks", "ratio_percent", "level", "until", "reason"]].merge(
        became, on="sku", how="left"
    )
    rows = rows.astype({"until": "datetime64[us]"}).assign(
        position=rows["position"].fillna(0).astype("int64"),
        order_units=rows["order_units"].fillna(0).astype("int64"),
        ordered=rows["ordered"].fillna("").astype("str"),
    )
    return [
        row | {"values": text_values(values)}
        for row, values in zip(plain_rows(rows), life_cycle["values"], strict=True)
    ]


def _describe_pairs(forecast: pd.DataFrame, quoted: pd.DataFrame) -> pd.DataFrame:
    """One row per (sku, country) that sells and is quoted: quantiles of a usual week, and its demand value."""
    week = forecast[(forecast["weeks_ahead"] == _WEEK) & (forecast["country"] != ALL_COUNTRIES)]
    money = quoted.drop_duplicates(["sku", "country"])[["sku", "country", "product_cost"]]
    pairs = week[["sku", "country", "mean", *_QUANTILES]].merge(money, on=["sku", "country"], how="inner")
    pairs = pairs[pairs["mean"] > 0.0]
    return pairs.assign(value=pairs["mean"] * pairs["product_cost"]).reset_index(drop=True)


def weigh_margins(contribution: pd.DataFrame, forecast: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """One row per sku that is launched or phased out and quoted: net margin of its countries by demand, each by its
    best lane, and unit cost [base minor]."""
    led = products.loc[products["life_cycle"].isin(["launch", "phase_out"]), "sku"].unique()
    quoted = contribution[(contribution["wait_reason"] == "") & contribution["sku"].isin(led)]
    best = quoted.groupby(["sku", "country"], as_index=False)[["net_margin", "product_cost"]].max()
    week = forecast.loc[forecast["weeks_ahead"] == _WEEK, ["sku", "country", "mean"]]
    best = best.merge(week, on=["sku", "country"], how="left")
    weight = best["mean"].fillna(0.0) + 1e-9
    sums = best.assign(margin=best["net_margin"] * weight, weight=weight).groupby("sku", as_index=False)
    totals = sums.agg(margin=("margin", "sum"), weight=("weight", "sum"), unit_cost=("product_cost", "max"))
    return totals.assign(net_margin=(totals["margin"] / totals["weight"]).round(4))[
        ["sku", "net_margin", "unit_cost"]
    ]


def _choose_lanes(quoted: pd.DataFrame, lanes: pd.DataFrame, modes: tuple[str, ...]) -> pd.DataFrame:
    """Per (sku, country) the cheapest lane of those modes: its weeks and money per unit."""
    days = lanes[["lane", "transit_days_p50"]]
    rows = quoted[quoted["mode"].isin(list(modes))].merge(days, on="lane", how="inner")
    rows = rows.sort_values(["sku", "country", "landed", "lane"], kind="stable").drop_duplicates(["sku", "country"])
    weeks = (rows["transit_days_p50"] / _DAYS).round().clip(lower=1)
    return rows.assign(weeks=weeks.astype("int64"))


def _weigh_modes(pairs: pd.DataFrame, quoted: pd.DataFrame, lanes: pd.DataFrame, seed: int) -> Body:
    keys = ["sku", "country"]
    slow = _choose_lanes(quoted, lanes, _SLOW)[[*keys, "weeks", "landed", "contribution", "holding_week"]]
    fast = _choose_lanes(quoted, lanes, _FAST)[[*keys, "weeks", "landed"]]
    both = pairs.merge(slow, on=keys).merge(fast, on=keys, suffixes=("_slow", "_fast"))
    both = both.assign(
        premium=(both["landed_fast"] - both["landed_slow"]).clip(lower=0.0),
        shortage=both["contribution"],
        holding=both["holding_week"],
        slow_weeks=both["weeks_slow"],
        fast_weeks=both["weeks_fast"],
    )
    usable = both[(both["weeks_slow"] > both["weeks_fast"]) & (both["shortage"] > 0.0) & (both["holding"] > 0.0)]
    weighed = usable.nlargest(WEIGHED_PAIRS, "value").sort_values(keys, kind="stable").reset_index(drop=True)
    if weighed.empty:
        return {"weighed": 0, "better": 0, "rows": []}
    found = stocking.size_two_modes(weighed, seed)
    better = found[found["gain_percent"] > 0.0]
    gain = ((better["slow_only_cost_week"] - better["cost_week"]) * 52.0).round().astype("int64")
    shown = better.assign(gain_year_minor=gain).sort_values(
        ["gain_year_minor", *keys], ascending=[False, True, True], kind="stable"
    )
    levels = ["slow_level", "fast_level"]
    shown = (
        shown.head(SHOWN)
        .astype(dict.fromkeys(levels, "float64"))
        .round({**dict.fromkeys(levels, 0), "fast_percent": 1})
    )
    columns = [*keys, *levels, "fast_percent", "gain_percent", "gain_year_minor"]
    return {"weighed": len(weighed), "better": len(better), "rows": plain_rows(shown[columns])}


def spread_levels(
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    lanes: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    policy: Policy,
    factors: Factors | None = None,
) -> tuple[pd.DataFrame, Factors] | tuple[None, None]:
    """What orders with tuned levels are led by, one row per SKU, and the factors; nothing where no SKU can be tuned.

    Args:
        forecast: With p10 … p98 of a week.
        factors: Tuned before; None: tuned now.

    Raises:
        NoFactors: no factor that is tried serves the policy's fill rate.
    """
    ordering, quoted = policy.replenishment, contribution[contribution["wait_reason"] == ""]
    pairs = _describe_pairs(forecast, quoted)
    days = suppliers["production_days_p50"] * _DAYS / ordering.working_days_per_week + ordering.qc_days
    made = suppliers[["supplier"]].assign(made_days=days)
    hub = products[["sku", "supplier"]].merge(made, on="supplier")[["sku", "made_days"]]
    lines = _list_tuned(pairs, quoted, lanes, hub)
    if lines.empty:
        return None, None
    if factors is None:
        factors = tune_echelon(lines, float(policy.stocking.fill_percent), policy.stocking.seed)
    return spread_factors(pairs, factors), factors


def _list_tuned(pairs: pd.DataFrame, quoted: pd.DataFrame, lanes: pd.DataFrame, hub: pd.DataFrame) -> pd.DataFrame:
    """Pairs of the SKUs that are worth most, as they are tuned on; hub: days from an order to the hub by SKU."""
    keys = ["sku", "country"]
    forward = _choose_lanes(quoted, lanes, (*_SLOW, *_FAST))[[*keys, "weeks"]]
    known = hub.assign(hub_weeks=(hub["made_days"] / _DAYS).round().clip(lower=1)).dropna(subset="hub_weeks")
    rows = pairs.merge(forward, on=keys).merge(known[["sku", "hub_weeks"]], on="sku")
    leading = rows.groupby("sku")["value"].sum().nlargest(TUNED_SKUS).index
    rows = rows[rows["sku"].isin(leading)]
    return rows.assign(
        forward_weeks=rows["weeks"], value=rows["product_cost"], hub_weeks=rows["hub_weeks"].astype("int64")
    )


def _tune(
    pairs: pd.DataFrame, quoted: pd.DataFrame, lanes: pd.DataFrame, orders: pd.DataFrame, fill_percent: int, seed: int
) -> Body:
    made = (orders["ready_on"] - orders["as_of"]).dt.days + orders["qc_days"]
    lines = _list_tuned(pairs, quoted, lanes, orders[["sku"]].assign(made_days=made))
    if lines.empty:
        return {}
    try:
        tuned = stocking.tune_echelon(lines, float(fill_percent), seed)
    except NoFactors:
        return {}
    return {
        "skus": int(lines["sku"].nunique()),
        "target_percent": fill_percent,
        "hub": plain(tuned.hub),
        "forward": plain(tuned.forward),
        "scattered": plain(tuned.scattered),
        "fill_percent": plain(tuned.fill_percent),
        "scattered_fill_percent": plain(tuned.scattered_fill_percent),
        "stock_minor": round(tuned.stock_value),
        "scattered_minor": round(tuned.scattered_value),
        "saved_percent": plain(tuned.saved_percent),
    }
