"""Thirteen weeks of cash: what orders take now, and what is still to be paid for them and for earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.rates import RateBook
from skills.replenishment.money import base_per_minor
from skills.replenishment.policy import ReplenishmentPolicy
from skills.vocabulary import Currency, round_half_even

WEEKS = 13

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weeks:
    """The thirteen weeks from the one of as_of on, Monday to Sunday."""

    monday: date

    @property
    def days(self) -> pd.DatetimeIndex:
        """Their Mondays."""
        return pd.date_range(pd.Timestamp(self.monday), periods=WEEKS, freq="7D", unit="us")

    def place(self, days: pd.Series) -> Ints:
        """Number of the week of each day; earlier days fall into the first, later ones have a number above it."""
        since = (days.to_numpy(dtype="datetime64[D]") - np.datetime64(self.monday, "D")).astype(np.int64)
        return np.maximum(since // 7, 0)

    def add_up(self, days: pd.Series, amounts: pd.Series) -> Ints:
        """Amounts per week; those without a day and after the thirteenth week are left out."""
        known = days.notna().to_numpy()
        week, amount = self.place(days[known]), amounts.to_numpy(dtype=np.int64)[known]
        total = np.zeros(WEEKS, dtype=np.int64)
        np.add.at(total, week[week < WEEKS], amount[week < WEEKS])
        return total


def list_weeks(as_of: date) -> Weeks:
    """The weeks that a cash path of that morning has."""
    return Weeks(as_of - timedelta(days=as_of.weekday()))


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
    cash_plan: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The cash path of tonight's orders, the open purchase orders, and what else the seller plans.

    Args:
        orders: What `plan_replenishment` returned.
        purchase_orders: One row per (purchase_order, sku): units_open, ready_on, deposit_paid_minor, currency.
        products: One row per SKU: unit_cost_minor, cost_currency.
        suppliers: One row per supplier: balance_days.
        rates: Kind `fx`; today's rate is used for later weeks too.
        policy: opening_cash_minor, least_cash_minor.
        base_currency: Of every amount.
        as_of: Its week is the first; what was due earlier falls into it.
        shipment_costs: week (any day of it), cost_base_minor: freight, duty and import VAT of shipments.
        receipts: week, receipts_base_minor: payouts; none are assumed.
        cash_plan: week (any day of it), receipts_minor (payouts), rebates_minor (export rebates), payments_minor
            (ads, wages, tax), currency.
    Returns:
        13 rows: week (Monday), opening_base_minor, deposits_base_minor, balances_base_minor, shipments_base_minor,
        payments_base_minor, receipts_base_minor, rebates_base_minor, balance_base_minor (at the week's end; negative
        where cash runs out), floor_base_minor and room_base_minor (balance − floor; missing without a floor), binds
        (an order was cut for this week). Orders of later reviews are not in it. What falls due after the thirteenth
        week is left out.
    Raises:
        MissingRate: no rate of exchange for a currency of an open purchase order or of the cash plan.
    """
    weeks = list_weeks(as_of)
    path = list_commitments(
        purchase_orders, products, suppliers, rates, base_currency, as_of, shipment_costs, receipts, cash_plan
    )
    deposits = weeks.add_up(orders["as_of"], orders["deposit_base_minor"])
    balances = path["balances"] + weeks.add_up(orders["balance_on"], orders["balance_base_minor"])
    spent = deposits + balances + path["shipments"] + path["payments"]
    closing = policy.opening_cash_minor + np.cumsum(path["receipts"] + path["rebates"] - spent)
    floor = pd.Series([policy.least_cash_minor] * WEEKS, dtype="Int64")
    cut = set(orders["cash_week"].dropna()) if "cash_week" in orders else set()
    return pd.DataFrame(
        {
            "week": weeks.days,
            "opening_base_minor": np.concatenate([[policy.opening_cash_minor], closing[:-1]]),
            "deposits_base_minor": deposits,
            "balances_base_minor": balances,
            "shipments_base_minor": path["shipments"],
            "payments_base_minor": path["payments"],
            "receipts_base_minor": path["receipts"],
            "rebates_base_minor": path["rebates"],
            "balance_base_minor": closing,
            "floor_base_minor": floor,
            "room_base_minor": pd.Series(closing, dtype="Int64") - floor,
            "binds": [week in cut for week in weeks.days],
        }
    )


def list_commitments(
    purchase_orders: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    rates: RateBook,
    base_currency: Currency,
    as_of: date,
    shipment_costs: pd.DataFrame | None,
    receipts: pd.DataFrame | None,
    cash_plan: pd.DataFrame | None,
) -> dict[str, Ints]:
    """What comes in and goes out in each of the thirteen weeks whatever is ordered tonight.

    Returns:
        balances, shipments, payments, receipts, rebates: 13 amounts each [minor units of the base currency].
    """
    weeks = list_weeks(as_of)
    none = np.zeros(WEEKS, dtype=np.int64)
    path = dict.fromkeys(("balances", "shipments", "payments", "receipts", "rebates"), none)
    if len(purchase_orders):
        open_balances = _list_open_balances(purchase_orders, products, suppliers, rates, base_currency, as_of)
        path["balances"] = weeks.add_up(open_balances["due_on"], open_balances["balance_base_minor"])
    if shipment_costs is not None:
        path["shipments"] = weeks.add_up(shipment_costs["week"], shipment_costs["cost_base_minor"])
    if receipts is not None:
        path["receipts"] = weeks.add_up(receipts["week"], receipts["receipts_base_minor"])
    if cash_plan is not None and len(cash_plan):
        factors = base_per_minor(cash_plan["currency"], rates, base_currency, as_of)
        for name in ("receipts", "rebates", "payments"):
            amounts = [
                round_half_even(amount * factors[currency])
                for amount, currency in zip(cash_plan[f"{name}_minor"].tolist(), cash_plan["currency"], strict=True)
            ]
            path[name] = path[name] + weeks.add_up(cash_plan["week"], pd.Series(amounts, index=cash_plan.index))
    return path


def measure_room(path: dict[str, Ints], policy: ReplenishmentPolicy) -> Ints | None:
    """Per week: what may still be paid by its end without any of its balances falling below the floor.

    None without a floor. Negative where the floor is broken whatever is ordered.
    """
    if policy.least_cash_minor is None:
        return None
    spent = path["balances"] + path["shipments"] + path["payments"]
    closing = policy.opening_cash_minor + np.cumsum(path["receipts"] + path["rebates"] - spent)
    return np.asarray(closing - policy.least_cash_minor, dtype=np.int64)


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
