"""What is on the way counts on the day it comes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.replenishment import explain_replenishment


def _kd1(facts: Any, **changed: Any) -> pd.Series:
    return facts.but(**changed).plan().set_index("sku").loc["KD-1"]


def test_an_open_order_that_comes_after_the_next_one_is_no_cover_before_it(facts: Any, build: Any) -> None:
    soon = _kd1(facts, purchase_orders=build.purchase_orders(("P1", "KD-1", 200, "2025-12-10", 0)))
    late = _kd1(facts, purchase_orders=build.purchase_orders(("P1", "KD-1", 200, "2026-01-10", 0)))
    none = _kd1(facts)
    assert (soon["position"], soon["too_late_units"]) == (200, 0)
    assert (late["position"], late["too_late_units"]) == (0, 200)
    assert late["order_units"] == none["order_units"] > soon["order_units"]
    assert late["on_order"] == 200


def test_an_order_that_comes_in_parts_counts_part_by_part(facts: Any, build: Any) -> None:
    parts = build.purchase_orders(("P1", "KD-1", 120, "2025-12-10", 0), ("P1", "KD-1", 80, "2026-01-10", 0))
    row = _kd1(facts, purchase_orders=parts)
    assert (row["on_order"], row["position"], row["too_late_units"]) == (200, 120, 80)


def test_what_is_overdue_counts_as_coming_now(facts: Any, build: Any) -> None:
    row = _kd1(
        facts,
        inbound=build.inbound(("S1", "KD-1", "US-FBA", 40, "2025-11-01")),
        purchase_orders=build.purchase_orders(("P1", "KD-1", 60, "2025-11-01", 0)),
    )
    assert row["position"] == 100


def test_a_shipment_to_the_hub_still_has_its_way_to_the_shelf(facts: Any, build: Any) -> None:
    eta = "2026-01-20"
    at_shelf = _kd1(facts, inbound=build.inbound(("S1", "KD-1", "US-FBA", 40, eta)))
    at_hub = _kd1(facts, inbound=build.inbound(("S1", "KD-1", "SZ-HUB", 40, eta)))
    assert at_shelf["too_late_units"] == 0
    assert at_hub["too_late_units"] == 40, "37 days more: 26 February, after 31 January"


def test_a_shortage_before_the_order_can_arrive_is_told_and_not_mended(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "US-FBA", "available", 240))
    coming = build.inbound(("S1", "KD-1", "US-FBA", 1500, "2026-01-05"))
    row = _kd1(facts, stock=stock, inbound=coming)
    # 240 units last three weeks; 1,500 come six weeks from now: 240 are short just before
    assert row["short_from"] == pd.Timestamp("2025-12-15")
    assert row["short_units"] == 240
    assert row["order_units"] == 0
    steps = explain_replenishment(facts.but(stock=stock, inbound=coming).plan())
    steps = steps[steps["sku"] == "KD-1"].set_index("label")
    label = "Short, in the median, before this order can arrive; it cannot mend that"
    assert steps.loc[label, "value"] == "240"


def test_stock_that_lasts_until_the_order_arrives_has_no_shortage(facts: Any, build: Any) -> None:
    row = _kd1(facts, stock=build.stock(("KD-1", "US-FBA", "available", 700)))
    assert row["short_units"] == 0
    assert pd.isna(row["short_from"])


def test_several_shipments_are_met_one_after_the_other(facts: Any, build: Any) -> None:
    stock = build.stock(("KD-1", "US-FBA", "available", 80), ("PM-2", "US-FBA", "available", 500))
    coming = build.inbound(
        ("S1", "KD-1", "US-FBA", 80, "2025-12-01"), ("S2", "KD-1", "US-FBA", 80, "2025-12-15"),
        ("S3", "KD-1", "US-FBA", 900, "2025-12-22"),
    )  # fmt: skip
    row = _kd1(facts, stock=stock, inbound=coming)
    # gone on 8 December; a week short on the 15th; after that shipment another week short on the 22nd
    assert row["short_from"] == pd.Timestamp("2025-12-08")
    assert row["short_units"] == 80
