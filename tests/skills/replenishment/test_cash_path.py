"""Thirteen weeks of cash as a limit of each week."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.replenishment import explain_replenishment, plan_cash
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.reasons import CASH_PATH_WAITS


def _plan_of_cash(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["week", "receipts_minor", "rebates_minor", "payments_minor"])
    return frame.assign(week=pd.to_datetime(frame["week"]).astype("datetime64[us]"), currency="CNY")


def _path(facts: Any) -> pd.DataFrame:
    return plan_cash(
        facts.plan(), facts.purchase_orders, facts.products, facts.suppliers, facts.rates, facts.policy, "CNY",
        facts.as_of, facts.shipment_costs, cash_plan=facts.cash_plan,
    )  # fmt: skip


def _poor(facts: Any, opening: int, floor: int, **changed: Any) -> Any:
    policy = ReplenishmentPolicy(opening_cash_minor=opening, least_cash_minor=floor)
    return facts.but(policy=policy, **changed)


def test_the_path_adds_up_what_comes_in_and_goes_out(facts: Any) -> None:
    plan = _plan_of_cash(("2025-12-03", 100_000, 7_000, 0), ("2026-01-14", 0, 0, 30_000))
    path = _path(_poor(facts, 10_000_000, 1_000_000, cash_plan=plan))
    assert path.loc[1, ["receipts_base_minor", "rebates_base_minor"]].tolist() == [100_000, 7_000]
    assert path.loc[7, "payments_base_minor"] == 30_000
    moved = path["receipts_base_minor"] + path["rebates_base_minor"]
    for name in ("deposits", "balances", "shipments", "payments"):
        moved = moved - path[f"{name}_base_minor"]
    assert (path["opening_base_minor"] + moved).equals(path["balance_base_minor"])
    assert (path["room_base_minor"] == path["balance_base_minor"] - 1_000_000).all()
    assert set(path["floor_base_minor"]) == {1_000_000}
    assert not path["binds"].any()


def test_a_plan_in_another_currency_is_converted(facts: Any) -> None:
    plan = _plan_of_cash(("2025-12-03", 100_000, 0, 0)).assign(currency="USD")
    assert _path(facts.but(cash_plan=plan)).loc[1, "receipts_base_minor"] == 710_000


def test_without_a_floor_the_path_is_told_and_cuts_nothing(facts: Any) -> None:
    path = _path(facts)
    assert path["floor_base_minor"].isna().all()
    assert path["balance_base_minor"].min() < 0
    assert facts.plan()["order_units"].sum() > 0


def test_a_balance_that_falls_due_in_a_poor_week_cuts_tonights_order(facts: Any, build: Any) -> None:
    """The deposit could be paid; the balance of late December could not, because taxes are due before it."""
    stock = build.stock(("KD-1", "SZ-HUB", "available", 400))
    free = facts.but(stock=stock).plan()
    value = int(free["value_base_minor"].sum())
    taxes = _plan_of_cash(("2025-12-16", 0, 0, 400_000), ("2026-01-20", 900_000, 0, 0))
    tight = _poor(facts, value + 300_000, 0, stock=stock, cash_plan=taxes)
    orders = tight.plan().set_index("sku")
    assert orders.loc["PM-2", "order_units"] == free.set_index("sku").loc["PM-2", "order_units"], "runs out first"
    cut = orders.loc["KD-1"]
    assert 0 < cut["order_units"] < free.set_index("sku").loc["KD-1", "order_units"]
    assert (cut["capped_by"], cut["reason"]) == ("13 weeks of cash", CASH_PATH_WAITS)
    assert cut["cash_week"] == pd.Timestamp("2025-12-29"), "ready on 15 December, the balance two weeks later"
    assert cut["cash_lack_base_minor"] == 100_000
    path = _path(tight)
    assert 0 <= path["balance_base_minor"].min() < 24 * 1250
    assert path.loc[path["binds"], "week"].tolist() == [pd.Timestamp("2025-12-29")]
    steps = explain_replenishment(tight.plan())
    note = steps.loc[(steps["sku"] == "KD-1") & (steps["label"] == "After 13 weeks of cash"), "note"].iloc[0]
    assert "2025-12-29: CNY −1000.00" in note


def test_money_that_comes_in_time_lifts_the_cut(facts: Any) -> None:
    plan = facts.plan()
    opening = int(plan["deposit_base_minor"].sum())
    assert _poor(facts, opening, 0).plan()["order_units"].sum() < plan["order_units"].sum()
    rebate = _plan_of_cash(("2025-12-22", 0, int(plan["value_base_minor"].sum()), 0))
    assert _poor(facts, opening, 0, cash_plan=rebate).plan()["order_units"].equals(plan["order_units"])


def test_a_floor_that_is_broken_already_postpones_every_order(facts: Any) -> None:
    orders = _poor(facts, 10_000_000, 20_000_000).plan()
    assert orders["order_units"].sum() == 0
    assert set(orders["capped_by"]) == {"13 weeks of cash"}
    assert (orders["cash_lack_base_minor"] > 0).all()


def test_tonights_shipments_count(facts: Any) -> None:
    value = int(facts.plan()["value_base_minor"].sum())
    costs = pd.DataFrame({"week": [pd.Timestamp("2025-11-26")], "cost_base_minor": [50_000]})
    rich = _poor(facts, value, 0)
    assert rich.plan()["order_units"].equals(facts.plan()["order_units"])
    assert rich.but(shipment_costs=costs).plan()["order_units"].sum() < facts.plan()["order_units"].sum()


@pytest.mark.long
@given(
    opening=st.integers(0, 4_000_000),
    floor=st.integers(0, 1_000_000),
    flows=st.lists(st.tuples(st.integers(0, 500_000), st.integers(0, 500_000)), min_size=13, max_size=13),
    minimum=st.integers(0, 800),
    review=st.sampled_from([7, 28]),
    capacity=st.sampled_from([120, 400, 1_000_000]),
)
@settings(max_examples=12, deadline=None)
def test_no_week_of_the_path_falls_below_the_floor_by_an_order(
    build: Any,
    opening: int,
    floor: int,
    flows: list[tuple[int, int]],
    minimum: int,
    review: int,
    capacity: int,
) -> None:
    weeks = pd.date_range("2025-11-24", periods=13, freq="7D")
    plan = _plan_of_cash(
        *[(str(week.date()), came, 0, went) for week, (came, went) in zip(weeks, flows, strict=True)]
    )
    facts = build.facts(
        forecast=build.forecast({("A", "US"): 40.0, ("B", "DE"): 25.0, ("C", "US"): 5.0}),
        products=build.products("A", "B", "C"),
        suppliers=build.suppliers(joint_moq_units=minimum, weekly_capacity_units=capacity),
        policy=ReplenishmentPolicy(opening_cash_minor=opening, least_cash_minor=floor, review_days=review),
        cash_plan=plan,
    )
    path, orders = _path(facts), facts.plan()
    if orders["order_units"].sum():
        assert (path["room_base_minor"] >= 0).all()
    wanted = facts.but(policy=facts.policy.model_copy(update={"least_cash_minor": None})).plan()
    assert (orders["order_units"] <= wanted["order_units"]).all()
    cut = orders["order_units"] < wanted["order_units"]
    assert orders.loc[cut, "cash_week"].notna().all()
    assert (orders.loc[cut, "cash_lack_base_minor"] > 0).all()
