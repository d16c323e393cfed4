"""What lies in stock: money tied up, what will hardly sell, and how long the rest lasts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.demand import Floats, read_curve
from skills.replenishment.money import base_per_minor
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import POSITION, SELLABLE, measure_position
from skills.vocabulary import ALL_COUNTRIES, STOCK_STATES, Currency, round_half_even

MOST_WEEKS = 260.0
"""Cover is not told apart beyond five years."""

_COVER_DEMAND_WEEKS = 13


def measure_stock(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    purchase_orders: pd.DataFrame,
    products: pd.DataFrame,
    forecast: pd.DataFrame,
    rates: RateBook,
    base_currency: Currency,
    as_of: date,
    policy: ReplenishmentPolicy,
) -> pd.DataFrame:
    """Capital, dead stock and weeks of cover of each SKU over the whole network.

    Returns:
        One row per SKU with stock, inbound or open orders, sorted by sku: one column per state [units], inbound,
        on_order, position; capital_base_minor (every unit owned in a node or on the way × unit cost, plus deposits
        paid on open orders); dead_units (sellable and inbound units beyond `dead_after_weeks` of expected demand,
        plus unfulfillable ones), dead_base_minor; weeks_p10, weeks_p50, weeks_p90 (weeks that sellable and inbound
        units last when demand is high, median, low; 260 = at least that); cost_known (False: no product row, so
        its capital is 0 here).
    Raises:
        UnusableForecast: a SKU's forecast lacks weeks or holds what is no number.
        MissingRate: no rate of exchange for a product's currency.
    """
    lines = measure_position(stock, inbound, purchase_orders)
    lines = lines.merge(products[["sku", "unit_cost_minor", "cost_currency"]], on="sku", how="left")
    curve = read_curve(forecast.loc[forecast["country"] == ALL_COUNTRIES], ["sku"], as_of)
    rows = curve.keys.assign(row=np.arange(len(curve.keys)))
    row = lines[["sku"]].merge(rows, on="sku", how="left")["row"].fillna(-1).to_numpy(dtype=np.int64)
    held = lines[[*SELLABLE, "inbound"]].sum(axis=1).to_numpy()
    forecasted = row >= 0
    chosen = curve.take(row[forecasted])
    horizon = np.full(int(forecasted.sum()), 7 * policy.dead_after_weeks, dtype=np.int64)
    demand = np.zeros(len(lines))
    demand[forecasted] = chosen.mean_at(horizon)
    beyond = np.maximum(held - np.ceil(demand.round(4)), 0).astype(np.int64)
    weeks = {}
    for name, probability in (("weeks_p10", 0.9), ("weeks_p50", 0.5), ("weeks_p90", 0.1)):
        days = np.where(held > 0, np.inf, 0.0)
        days[forecasted] = chosen.days_until(chosen.at_probability(probability), held[forecasted].astype(np.float64))
        weeks[name] = _in_weeks(days)
    cost = lines["unit_cost_minor"].fillna(0).astype("int64")
    dead = pd.Series(beyond, index=lines.index) + lines["unfulfillable"]
    owned = lines[[*STOCK_STATES, "inbound"]].sum(axis=1)
    currency = lines["cost_currency"].fillna(base_currency).astype("str")
    factors = base_per_minor([*currency, *purchase_orders["currency"]], rates, base_currency, as_of)
    deposits = _sum_deposits(purchase_orders, factors)
    capital = [
        round_half_even(units * price * factors[key]) + deposits.get(sku, 0)
        for sku, units, price, key in zip(lines["sku"], owned.tolist(), cost.tolist(), currency, strict=True)
    ]
    lost = [
        round_half_even(units * price * factors[key])
        for units, price, key in zip(dead.tolist(), cost.tolist(), currency, strict=True)
    ]
    return lines.assign(
        capital_base_minor=np.array(capital, dtype=np.int64),
        dead_units=dead,
        dead_base_minor=np.array(lost, dtype=np.int64),
        cost_known=lines["unit_cost_minor"].notna(),
        **weeks,
    )[
        [
            *("sku", *POSITION, "position", "capital_base_minor", "dead_units", "dead_base_minor"),
            *("weeks_p10", "weeks_p50", "weeks_p90", "cost_known"),
        ]
    ]


def measure_cover(
    stock: pd.DataFrame, inbound: pd.DataFrame, forecast: pd.DataFrame, nodes: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """How long the stock that lies in each country lasts there, over its SKUs.

    Each SKU's cover is the time its sellable units in the country's nodes (hubs left out) meet expected demand.
    The quantiles run over SKUs, weighted by their demand of the next 13 weeks: one tenth of the country's demand is
    for SKUs with less cover than weeks_p10.

    Returns:
        One row per country of the forecast or of a node that is no hub, sorted: country, weeks_p10, weeks_p50,
        weeks_p90 (260 = at least that, or stock without demand), units on hand, inbound_units on the way there,
        next_arrival (the earliest eta from as_of on; NaT if nothing is on the way).
    """
    place = nodes.loc[nodes["stage"] != "hub"].set_index("node")["country"]
    lying = stock.loc[stock["state"].isin(SELLABLE)]
    lying = lying.assign(country=lying["node"].map(place)).dropna(subset=["country"])
    coming = inbound.assign(country=inbound["to_node"].map(place)).dropna(subset=["country"])
    sold = forecast.loc[forecast["country"] != ALL_COUNTRIES]
    curve = read_curve(sold, ["sku", "country"], as_of)
    on_hand = lying.groupby(["sku", "country"], sort=True)["units"].sum().rename("held").reset_index()
    lines = curve.keys.merge(on_hand, on=["sku", "country"], how="left")
    held = lines["held"].fillna(0).to_numpy(dtype=np.float64)
    near = np.full(len(lines), 7 * _COVER_DEMAND_WEEKS, dtype=np.int64)
    lines = lines.assign(weeks=_in_weeks(curve.days_until(curve.mean, held)), weight=curve.mean_at(near).round(6))
    lines = lines.loc[lines["weight"] > 0].sort_values(["country", "weeks", "sku"], kind="stable")
    through = lines.groupby("country", sort=True)["weight"].cumsum()
    share = through / lines.groupby("country", sort=True)["weight"].transform("sum")
    quantiles = {
        name: lines.loc[share >= probability - 1e-9].groupby("country", sort=True)["weeks"].first()
        for name, probability in (("weeks_p10", 0.1), ("weeks_p50", 0.5), ("weeks_p90", 0.9))
    }
    later = coming.loc[pd.to_datetime(coming["eta"]) >= pd.Timestamp(as_of)]
    frame = pd.DataFrame(index=pd.Index(sorted(set(sold["country"]) | set(place)), name="country", dtype="str"))
    units = lying.groupby("country")["units"].sum().reindex(frame.index).fillna(0).astype("int64")
    unasked = pd.Series(np.where(units > 0, MOST_WEEKS, 0.0), index=frame.index)
    frame = frame.assign(
        **{name: values.reindex(frame.index).fillna(unasked) for name, values in quantiles.items()},
        units=units,
        inbound_units=coming.groupby("country")["units"].sum().reindex(frame.index).fillna(0).astype("int64"),
        next_arrival=pd.to_datetime(later.groupby("country")["eta"].min())
        .reindex(frame.index)
        .astype("datetime64[us]"),
    )
    return frame.reset_index()


def _in_weeks(days: Floats) -> Floats:
    return np.asarray(np.minimum(days / 7.0, MOST_WEEKS).round(2))


def _sum_deposits(purchase_orders: pd.DataFrame, factors: dict[str, Decimal]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for sku, paid, currency in zip(
        purchase_orders["sku"],
        purchase_orders["deposit_paid_minor"].tolist(),
        purchase_orders["currency"],
        strict=True,
    ):
        totals[sku] = totals.get(sku, 0) + round_half_even(paid * factors[currency])
    return totals
