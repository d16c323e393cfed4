"""The thirteen weeks of cash."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.replenishment import plan_cash
from skills.replenishment.policy import ReplenishmentPolicy


def _cash(facts: Any, **more: Any) -> pd.DataFrame:
    policy = ReplenishmentPolicy(opening_cash_minor=10_000_000)
    return plan_cash(
        facts.plan(), facts.purchase_orders, facts.products, facts.suppliers, facts.rates, policy, "CNY",
        facts.as_of, **more,
    )  # fmt: skip


def test_the_deposit_is_paid_now_and_the_balance_after_the_goods_are_ready(facts: Any) -> None:
    orders, cash = facts.plan(), _cash(facts)
    assert len(cash) == 13
    assert cash["week"].iloc[0] == pd.Timestamp("2025-11-24")
    assert cash["deposits_base_minor"].tolist() == [orders["deposit_base_minor"].sum()] + [0] * 12
    due = cash.loc[cash["balances_base_minor"] > 0]
    assert due["week"].tolist() == [pd.Timestamp("2025-12-29")], "ready on 15 December, due 14 days later"
    assert due["balances_base_minor"].tolist() == [orders["balance_base_minor"].sum()]
    assert cash["balance_base_minor"].iloc[-1] == 10_000_000 - orders["value_base_minor"].sum()


def test_open_orders_owe_what_their_deposit_did_not_pay(facts: Any, build: Any) -> None:
    late = build.purchase_orders(("P1", "KD-1", 100, "2025-11-03", 37_500), ("P2", "PM-2", 10, "2025-12-10", 99_999))
    cash = _cash(facts.but(purchase_orders=late, forecast=facts.forecast.iloc[:0]))
    # 100 × 12.50 − 375.00 = 875.00, due 17 November: it falls into the first week; P2 is paid already
    assert cash["balances_base_minor"].tolist() == [87_500] + [0] * 12


def test_every_week_opens_with_what_the_one_before_left(facts: Any) -> None:
    shipments = pd.DataFrame(
        {"week": pd.to_datetime(["2025-12-03", "2026-01-05"]), "cost_base_minor": [5_000, 7_000]}
    )
    receipts = pd.DataFrame({"week": pd.to_datetime(["2025-12-08"]), "receipts_base_minor": [900_000]})
    cash = _cash(facts, shipment_costs=shipments, receipts=receipts)
    assert cash["opening_base_minor"].tolist() == [10_000_000, *cash["balance_base_minor"].tolist()[:-1]]
    moved = (
        cash["receipts_base_minor"]
        - cash["deposits_base_minor"]
        - cash["balances_base_minor"]
        - cash["shipments_base_minor"]
    )
    assert (cash["opening_base_minor"] + moved).equals(cash["balance_base_minor"])
    assert cash.loc[1, "shipments_base_minor"] == 5_000
    assert cash.loc[2, "receipts_base_minor"] == 900_000


def test_what_is_due_after_the_thirteenth_week_is_left_out(facts: Any, build: Any) -> None:
    far = build.purchase_orders(("P1", "KD-1", 100, "2026-06-01", 0))
    cash = _cash(facts.but(purchase_orders=far, forecast=facts.forecast.iloc[:0]))
    assert cash["balances_base_minor"].sum() == 0
