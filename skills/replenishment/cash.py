"""Thirteen weeks of cash: what orders take now, and what is still to be paid for them and for earlier ones."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.money import base_per_minor
from skills.replenishment.policy import ReplenishmentPolicy
from skills.vocabulary import Currency, round_half_even

WEEKS = 13


def plan_cash(
    orders: pd.DataFrame,
    purchase_orders: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: Currency,
    as_of: date,
    shipment_costs: pd.DataFrame | None = None,
    receipts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The cash path of tonight's orders and the open purchase orders.

    Args:
        orders: What `plan_replenishment` returned.
        purchase_orders: One row per (purchase_order, sku): units_open, ready_on, deposit_paid_minor, currency.
        products: One row per SKU: unit_cost_minor, cost_currency.
        suppliers: One row per supplier: balance_days.
        rates: Kind `fx`; today's rate is used for later weeks too.
        policy: opening_cash_minor.
        base_currency: Of every amount.
        as_of: Its week is the first; what was due earlier falls into it.
        shipment_costs: week (any day of it), cost_base_minor: freight, duty and import VAT of shipments.
        receipts: week, receipts_base_minor: payouts; none are assumed.
    Returns:
        13 rows: week (Monday), opening_base_minor, deposits_base_minor, balances_base_minor, shipments_base_minor,
        receipts_base_minor, balance_base_minor (at the week's end; negative where cash runs out). Orders of later
        reviews are not in it. What falls due after the thirteenth week is left out.
    Raises:
        MissingRate: no rate of exchange for a currency of an open purchase order.
    """
    monday = as_of - timedelta(days=as_of.weekday())
    weeks = pd.date_range(pd.Timestamp(monday), periods=WEEKS, freq="7D").astype("datetime64[us]")
    start = np.datetime64(monday, "D")

    def per_week(days: pd.Series, amounts: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        due = days.notna()
        week = (days[due].to_numpy(dtype="datetime64[D]") - start).astype(np.int64) // 7
        total = np.zeros(WEEKS, dtype=np.int64)
        inside = week < WEEKS
        np.add.at(total, np.maximum(week[inside], 0), amounts[due].to_numpy(dtype=np.int64)[inside])
        return total

    open_balances = _list_open_balances(purchase_orders, products, suppliers, rates, base_currency, as_of)
    none = pd.DataFrame({"week": pd.Series(dtype="datetime64[us]"), "amount": pd.Series(dtype="int64")})
    costs = none if shipment_costs is None else shipment_costs.rename(columns={"cost_base_minor": "amount"})
    income = none if receipts is None else receipts.rename(columns={"receipts_base_minor": "amount"})
    deposits = per_week(orders["as_of"], orders["deposit_base_minor"])
    balances = per_week(orders["balance_on"], orders["balance_base_minor"])
    balances = balances + per_week(open_balances["due_on"], open_balances["balance_base_minor"])
    shipments = per_week(costs["week"], costs["amount"])
    received = per_week(income["week"], income["amount"])
    closing = policy.opening_cash_minor + np.cumsum(received - deposits - balances - shipments)
    return pd.DataFrame(
        {
            "week": weeks,
            "opening_base_minor": np.concatenate([[policy.opening_cash_minor], closing[:-1]]),
            "deposits_base_minor": deposits,
            "balances_base_minor": balances,
            "shipments_base_minor": shipments,
            "receipts_base_minor": received,
            "balance_base_minor": closing,
        }
    )


def _list_open_balances(
    purchase_orders: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    rates: RateBook,
    base_currency: Currency,
    as_of: date,
) -> pd.DataFrame:
    """Per open purchase-order line: what is still to pay (units × cost − deposit, at least 0) and when."""
    rows = purchase_orders.merge(products[["sku", "unit_cost_minor", "cost_currency"]], on="sku", how="left")
    rows = rows.merge(suppliers[["supplier", "balance_days"]], on="supplier", how="left")
    rows = rows.assign(
        unit_cost_minor=rows["unit_cost_minor"].fillna(0).astype("int64"),
        cost_currency=rows["cost_currency"].fillna(base_currency).astype("str"),
        balance_days=rows["balance_days"].fillna(0).astype("int64"),
    )
    factors = base_per_minor([*rows["cost_currency"], *rows["currency"]], rates, base_currency, as_of)
    balances = [
        max(0, round_half_even(units * cost * factors[cost_currency] - paid * factors[currency]))
        for units, cost, cost_currency, paid, currency in zip(
            rows["units_open"].tolist(),
            rows["unit_cost_minor"].tolist(),
            rows["cost_currency"],
            rows["deposit_paid_minor"].tolist(),
            rows["currency"],
            strict=True,
        )
    ]
    due_on = pd.to_datetime(rows["ready_on"]) + pd.to_timedelta(rows["balance_days"], unit="D")
    return pd.DataFrame({"due_on": due_on, "balance_base_minor": np.array(balances, dtype=np.int64)})
