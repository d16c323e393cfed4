"""The figures of the front page that are no decisions: money, cash, cover, freshness, missing facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from skills.vocabulary import ALL_COUNTRIES
from tasks import distribution, replenishment
from tasks.files.exports import Exports
from tasks.nights import Night
from tasks.order_figures import describe_orders
from tasks.proposals import Body, plain_number, plain_rows
from tasks.rate_uses import review_rates
from tasks.store.snapshots import Snapshot

_ASKED = 5
"""How many missing facts the front page asks for."""


def measure_night(
    night: Night,
    snapshot: Snapshot,
    forecast: pd.DataFrame,
    orders: pd.DataFrame,
    cliffs: pd.DataFrame,
    contribution: pd.DataFrame,
    lines: pd.DataFrame,
    listings: Body,
) -> Body:
    """Everything the front page shows beside the decisions.

    Args:
        night: Whose, and which morning.
        snapshot: The frozen inputs.
        forecast: From `forecasting.forecast_demand`.
        orders: From `replenishment.plan_replenishment`.
        cliffs: From `storage.measure_cliffs`.
        contribution: From `distribution.quote_contribution`.
        lines: Shipment lines of the allocation.
        listings: What the watch over live listings found (tasks/watching.py).

    Returns:
        The keys money, cash, cover, hub, cliffs, last_orders, missing_facts, rates, listings and feeds of a proposal,
        and those of `describe_orders`.
    """
    rates = snapshot.rates
    base, morning, policy = night.seller.base_currency, night.as_of, night.seller.policy.replenishment
    shipments = list_shipment_costs(lines)
    stock = replenishment.measure_stock(
        snapshot.stock,
        snapshot.inbound,
        snapshot.purchase_orders,
        snapshot.products,
        forecast,
        rates,
        base,
        morning,
        policy,
    )
    cash = replenishment.plan_cash(
        orders,
        snapshot.purchase_orders,
        snapshot.products,
        snapshot.suppliers,
        rates,
        policy,
        base,
        morning,
        shipments,
        cash_plan=snapshot.tables.get("cash_plan"),
    )
    cover = replenishment.measure_cover(snapshot.stock, snapshot.inbound, forecast, snapshot.nodes, morning)
    hub = replenishment.compare_hub_with_scattered(
        forecast, snapshot.products, snapshot.lanes, snapshot.nodes, snapshot.suppliers, rates, policy, base, morning
    )
    last_orders = replenishment.plan_last_orders(
        snapshot.suppliers, snapshot.supplier_closures, snapshot.lanes, morning, policy,
        snapshot.tables.get("receiving_times"),
    )  # fmt: skip
    share = distribution.measure_cost_share(
        snapshot.sales,
        snapshot.stock,
        snapshot.products,
        snapshot.lanes,
        snapshot.nodes,
        rates,
        base,
        morning,
    )
    missing = distribution.rank_missing_facts(contribution, forecast, lines, snapshot.products, rates, morning)
    lowest = plain_rows(cash.nsmallest(1, "balance_base_minor"))[0]
    whole = hub[(hub["sku"] == ALL_COUNTRIES) & (hub["country"] == ALL_COUNTRIES)]
    before, recent = (rows for _, rows in share[share["country"] == ALL_COUNTRIES].groupby("from_day", sort=True))
    return {
        "money": {
            "orders_minor": int(orders["value_base_minor"].sum()),
            "shipments_minor": int(lines["cost_base_minor"].sum()),
            "capital_minor": int(stock["capital_base_minor"].sum()),
            "dead_minor": int(stock["dead_base_minor"].sum()),
            "dead_skus": int((stock["dead_base_minor"] > 0).sum()),
            "cost_share_percent": _only(recent, "share_percent", 1),
            "cost_share_before_percent": _only(before, "share_percent", 1),
            "cash_low_minor": lowest["balance_base_minor"],
            "cash_low_week": lowest["week"],
            "hub_saving_percent": _only(whole, "saving_percent", 1),
            "hub_gain_minor": int(whole["hub_gain_base_minor"].sum()),
        },
        "cash": [_week_of_cash(row) for row in plain_rows(cash)],
        **describe_orders(orders, policy),
        "cover": plain_rows(
            cover.round(dict.fromkeys(["weeks_p10", "weeks_p50", "weeks_p90"], 1))[
                ["country", "weeks_p10", "weeks_p50", "weeks_p90", "next_arrival", "units"]
            ]
        ),
        "hub": _losers(hub),
        "cliffs": _list_cliffs(cliffs),
        "last_orders": _last_orders(last_orders, snapshot.suppliers, night),
        "missing_facts": [
            {
                "sku": row["sku"],
                "fact": row["fact"],
                "assumed": row["assumed"],
                "money_minor": row["money_base_minor"],
            }
            for row in plain_rows(missing.head(_ASKED))
        ],
        "rates": review_rates(snapshot, morning),
        "listings": listings,
        "feeds": plain_rows(
            snapshot.feeds.round({"age_hours": 1})[
                ["country", "feed", "last_complete_day", "age_hours", "rows", "stale"]
            ]
        ),
    }


def account_for_rows(exports: Exports) -> Body:
    """The keys import, set_aside and released of a proposal: what became of every row that was read."""
    parts = ["rows_in", "kept", "netted", "set_aside", "quarantined", "after_as_of"]
    return {
        "import": plain_rows(exports.accounting[["feed", "file", *parts]]),
        "set_aside": plain_rows(exports.set_aside),
        "released": exports.released,
    }


def list_shipment_costs(lines: pd.DataFrame) -> pd.DataFrame:
    """What the allocation's lines take of which week: week, cost_base_minor."""
    return pd.DataFrame({"week": lines["depart_on"], "cost_base_minor": lines["cost_base_minor"]})


def _week_of_cash(row: Body) -> Body:
    """A week of the cash path; without a floor, `floor_minor` and `room_minor` are ""."""
    spent = sum(row[f"{name}_base_minor"] for name in ("deposits", "balances", "shipments", "payments"))
    names = ("opening", "deposits", "balances", "shipments", "payments", "receipts", "rebates", "balance")
    return {
        "week": row["week"],
        **{f"{name}_minor": row[f"{name}_base_minor"] for name in (*names, "floor", "room")},
        "in_minor": row["receipts_base_minor"] + row["rebates_base_minor"],
        "out_minor": spent,
        "binds": row["binds"],
    }


def _only(frame: pd.DataFrame, column: str, digits: int) -> str:
    values = frame[column].dropna()
    return str(plain_number(float(values.iloc[0]), digits)) if len(values) else ""


def _losers(hub: pd.DataFrame) -> Body:
    """Where one pool at the hub costs more than it saves: whole SKUs and whole countries, worst first."""

    def worst(rows: pd.DataFrame, name: str) -> list[dict[str, Any]]:
        losing = rows[rows["hub_gain_base_minor"] < 0].sort_values(["hub_gain_base_minor", name], kind="stable")
        return [{name: row[name], "gain_minor": row["hub_gain_base_minor"]} for row in plain_rows(losing)]

    by_sku = hub[(hub["country"] == ALL_COUNTRIES) & (hub["sku"] != ALL_COUNTRIES)]
    by_country = hub[(hub["sku"] == ALL_COUNTRIES) & (hub["country"] != ALL_COUNTRIES)]
    return {
        "losing_skus": worst(by_sku, "sku"),
        "losing_countries": worst(by_country, "country"),
        "rows": len(by_sku),
    }


def _list_cliffs(cliffs: pd.DataFrame) -> Body:
    """How many products stand where per fee, and those that are charged or near, most money first."""
    counts = cliffs.groupby(["fee", "state"], sort=True).size().reset_index(name="count")
    pressing = cliffs[cliffs["state"].isin(["charged", "near"])].round({"now": 1, "distance": 1})
    order = ["state", "fee_base_minor", "sku", "country", "fee"]
    pressing = pressing.sort_values(order, ascending=[True, False, True, True, True], kind="stable")
    return {"counts": plain_rows(counts), "rows": plain_rows(pressing)}


def _last_orders(last_orders: pd.DataFrame, suppliers: pd.DataFrame, night: Night) -> list[Body]:
    """Closures of the coming half year, the nearest last order first."""
    soon = pd.Timestamp(night.as_of + timedelta(days=183))
    coming = last_orders[last_orders["closes_on"] <= soon].assign(
        supplier_name=last_orders["supplier"].map(suppliers.set_index("supplier")["name"])
    )
    names = ["supplier", "supplier_name", "closes_on", "reopens_on", "last_order_on", "first_arrival_after"]
    return plain_rows(coming.sort_values(["last_order_on", "supplier"], kind="stable")[names])
