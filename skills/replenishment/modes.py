"""Sea with a part by air: whether units that bridge a shortage before the usual arrival are worth their freight."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.replenishment.demand import KNOTS, Floats, read_curve
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.transit import find_usual_transit, share_demand, sum_demand
from skills.replenishment.travel import read_ways
from skills.vocabulary import ALL_COUNTRIES

_FAST = ("air", "express")
_DAYS_PER_YEAR = 365


def weigh_modes(
    orders: pd.DataFrame,
    forecast: pd.DataFrame,
    lanes: pd.DataFrame,
    contribution: pd.DataFrame,
    policy: ReplenishmentPolicy,
    as_of: date,
    receiving_times: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How much of each order should fly from the hub when it is ready, as seen tonight.

    A carton flies while (margin + rank loss) × lost sales that it saves + holding × days saved exceeds what air costs
    more. It saves what demand between the two arrivals exceeds of the position, path by path of demand; what is lost
    before even air can arrive it does not save. The lane of each carton is decided anew on the night the goods stand
    at the hub, by distribution; this says what to expect and to book.

    Args:
        orders: What `plan_replenishment` returned.
        forecast: One row per (sku, country, weeks_ahead), and country "*".
        lanes: As the seller's file has them.
        contribution: One row per (sku, country, lane): contribution, net_margin [base minor per unit].
        policy: lost_sale_percent, rank_loss_percent, holding_percent_per_year, qc_days.
        as_of: Day 0.
        receiving_times: As for `plan_replenishment`.
    Returns:
        The orders with air_units, air_cartons, air_arrival_on, air_saved_units (sales saved), air_days (earlier than
        usual), air_margin_minor, air_holding_minor (a unit's, for those days), air_premium_minor (per unit, 4
        decimals) and air_gain_base_minor. Where nothing flies, the last five speak of the first carton; they are 0
        and the day is missing where no shortage threatens or no air lane is known.
    """
    usual = find_usual_transit(lanes).rename(columns={"first_lane": "usual_lane"})[["country", "usual_lane"]]
    fast_lanes = lanes.loc[lanes["mode"].isin(_FAST)]
    fast = find_usual_transit(fast_lanes).rename(columns={"first_lane": "fast_lane"})[["country", "fast_lane"]]
    demand = sum_demand(forecast)
    terms = _compare_lanes(share_demand(demand), usual.merge(fast, on="country"), contribution)
    by_air = demand.merge(terms[["sku", "country"]], on=["sku", "country"])
    curve = read_curve(forecast.loc[forecast["country"] == ALL_COUNTRIES], ["sku"], as_of)
    row_of = {sku: row for row, sku in enumerate(curve.keys["sku"])}
    ways = read_ways(orders["sku"], by_air, fast_lanes, receiving_times, policy.forward_days, as_of)
    per_sku = terms.groupby("sku", sort=True)[["share", "margin", "premium"]].sum()
    known = per_sku.reindex(orders["sku"])
    places = np.flatnonzero((orders["order_units"] > 0).to_numpy() & (known["share"] > 0).to_numpy()).tolist()
    rows: dict[int, dict[str, Any]] = {}
    for place, values, shares in zip(
        places, orders.iloc[places].itertuples(index=False, name=None), known.iloc[places].to_numpy(), strict=True
    ):
        order = dict(zip(orders.columns, values, strict=True))
        own = dict(zip(known.columns, shares.tolist(), strict=True))
        dispatched = (order["ready_on"] - order["as_of"]).days + policy.qc_days
        arrives = int(ways.arrive(np.array([place]), np.array([dispatched]), "p50")[0])
        sea = (order["arrival_p50"] - order["as_of"]).days
        chosen = curve.take(np.array([row_of[order["sku"]]]))
        early, late = (chosen.quantiles_at(np.array([day]))[0] for day in (arrives, sea))
        short = np.maximum(late - np.maximum(early, float(order["position"])), 0.0) * own["share"]
        if sea > arrives and short[-1] > 0:
            rows[place] = _choose_cartons(order, own, short, sea - arrives, arrives, policy)
    columns = {name: pd.Series(nothing, index=orders.index) for name, nothing in _NOTHING.items()}
    whole = ["air_units", "air_cartons", "air_days", "air_gain_base_minor"]
    types = dict.fromkeys(whole, "int64") | {"air_arrival_on": "datetime64[us]"}
    chosen_rows = pd.DataFrame(columns).astype(types)
    flown = pd.DataFrame(list(rows.values()), columns=list(_NOTHING), index=orders.index[list(rows)]).astype(types)
    chosen_rows.loc[flown.index] = flown
    return orders.join(chosen_rows)


_NOTHING: dict[str, Any] = {
    "air_units": 0,
    "air_cartons": 0,
    "air_arrival_on": pd.NaT,
    "air_saved_units": 0.0,
    "air_days": 0,
    "air_margin_minor": 0.0,
    "air_holding_minor": 0.0,
    "air_premium_minor": 0.0,
    "air_gain_base_minor": 0,
}


def _compare_lanes(shares: pd.DataFrame, ways: pd.DataFrame, contribution: pd.DataFrame) -> pd.DataFrame:
    """Per (sku, country) that both ways reach at a known price: share, margin × share, premium × share."""
    quoted = contribution[["sku", "country", "lane", "contribution", "net_margin"]].dropna()
    both = shares.merge(ways, on="country")
    both = both.merge(quoted, left_on=["sku", "country", "usual_lane"], right_on=["sku", "country", "lane"])
    flown = quoted[["sku", "country", "lane", "contribution"]].rename(columns={"contribution": "flown"})
    both = both.merge(
        flown, left_on=["sku", "country", "fast_lane"], right_on=["sku", "country", "lane"], suffixes=("", "_fast")
    )
    return both.assign(
        margin=both["net_margin"].clip(lower=0) * both["share"],
        premium=(both["contribution"] - both["flown"]) * both["share"],
    )[["sku", "country", "share", "margin", "premium"]]


def _choose_cartons(
    order: dict[str, Any],
    terms: dict[str, float],
    short: Floats,
    days: int,
    arrives: int,
    policy: ReplenishmentPolicy,
) -> dict[str, Any]:
    unit = int(order["carton_units"])
    most = min(int(order["cartons"]), max(1, -(-int(np.ceil(short[-1])) // unit)))
    units: Floats = np.arange(most + 1, dtype=np.float64) * unit
    saved = _expect_within(short, units)
    margin, premium = (round(terms[name] / terms["share"], 4) for name in ("margin", "premium"))
    worth = margin * (policy.lost_sale_percent / 100) * (1 + policy.rank_loss_percent / 100)
    holding = round(order["unit_cost_base_minor"] * policy.holding_percent_per_year / 100 / _DAYS_PER_YEAR * days, 4)
    gains = (saved * worth + units * (holding - premium)).round(4)
    best = int(np.argmax(gains))
    told = max(best, 1)
    return {
        "air_units": best * unit,
        "air_cartons": best,
        "air_arrival_on": order["as_of"] + pd.Timedelta(days=arrives),
        "air_saved_units": round(float(saved[told]), 4),
        "air_days": days,
        "air_margin_minor": round(worth, 4),
        "air_holding_minor": holding,
        "air_premium_minor": premium,
        "air_gain_base_minor": int(np.rint(gains[told])),
    }


def _expect_within(short: Floats, units: Floats) -> Floats:
    """Expected min(shortage, units): between the probabilities of `KNOTS` the shortage is spread evenly."""
    total = np.zeros(len(units))
    for place in range(len(KNOTS) - 1):
        low, high = float(short[place]), float(short[place + 1])
        top = np.clip(units, low, high)
        width = high - low
        inside = (top * top - low * low) / 2 + units * (high - top)
        mean = inside / width if width > 0 else np.minimum(units, low)
        total = total + (KNOTS[place + 1] - KNOTS[place]) * np.where(units <= low, units, mean)
    return total
