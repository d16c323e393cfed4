"""Money in stock, dead stock, cover."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from skills.replenishment import measure_cover, measure_stock
from skills.replenishment.policy import ReplenishmentPolicy


def _measure(facts: Any) -> pd.DataFrame:
    return measure_stock(
        facts.stock, facts.inbound, facts.purchase_orders, facts.products, facts.forecast, facts.rates, "CNY",
        facts.as_of, ReplenishmentPolicy(),
    ).set_index("sku")  # fmt: skip


def test_capital_is_every_unit_owned_and_every_deposit_paid(facts: Any, build: Any) -> None:
    measured = _measure(
        facts.but(
            stock=build.stock(("KD-1", "SZ-HUB", "available", 100), ("KD-1", "US-FBA", "reserved", 10)),
            inbound=build.inbound(("S1", "KD-1", "US-FBA", 40, "2025-12-20")),
            purchase_orders=build.purchase_orders(("P1", "KD-1", 60, "2025-12-10", 22_500)),
        )
    )
    assert measured.loc["KD-1", "capital_base_minor"] == 150 * 1250 + 22_500
    assert measured.loc["KD-1", "position"] == 200


def test_stock_beyond_a_year_of_demand_and_unfulfillable_stock_is_dead(facts: Any, build: Any) -> None:
    measured = _measure(
        facts.but(
            stock=build.stock(
                ("PM-2", "SZ-HUB", "available", 600),
                ("PM-2", "US-FBA", "unfulfillable", 7),
                ("KD-1", "SZ-HUB", "available", 9),
            )
        )
    )  # fmt: skip
    assert measured.loc["PM-2", "dead_units"] == 600 - 52 * 10 + 7
    assert measured.loc["PM-2", "dead_base_minor"] == 87 * 1250
    assert measured.loc["KD-1", "dead_units"] == 0


def test_cover_is_shortest_when_demand_is_high(facts: Any, build: Any) -> None:
    row = _measure(facts.but(stock=build.stock(("KD-1", "SZ-HUB", "available", 800)))).loc["KD-1"]
    assert row["weeks_p10"] < row["weeks_p50"] < row["weeks_p90"]
    assert row["weeks_p50"] == pytest.approx(10.0)


def test_stock_that_nobody_asks_for_covers_for_ever_and_is_dead(facts: Any, build: Any) -> None:
    row = _measure(facts.but(stock=build.stock(("OLD", "SZ-HUB", "available", 80)))).loc["OLD"]
    assert (row["weeks_p50"], row["dead_units"], row["cost_known"]) == (260.0, 80, False)


def test_cover_of_a_country_counts_what_lies_there_and_marks_the_next_arrival(facts: Any, build: Any) -> None:
    cover = measure_cover(
        build.stock(
            ("KD-1", "US-FBA", "available", 120), ("PM-2", "US-FBA", "available", 100),
            ("KD-1", "SZ-HUB", "available", 900), ("KD-1", "US-FBA", "reserved", 50),
        ),
        build.inbound(
            ("S1", "KD-1", "US-FBA", 40, "2025-12-20"), ("S2", "KD-1", "US-FBA", 40, "2025-12-02"),
            ("S0", "KD-1", "US-FBA", 1, "2025-11-20"),
        ),
        facts.forecast,
        build.nodes(),
        facts.as_of,
    ).set_index("country")  # fmt: skip
    assert list(cover.index) == ["DE", "US"]
    assert cover.loc["US", ["units", "inbound_units"]].tolist() == [220, 81]
    assert cover.loc["US", "next_arrival"] == pd.Timestamp("2025-12-02")
    # KD-1 (60 of 70 units a week) lasts 2 weeks, PM-2 lasts 10
    assert cover.loc["US", ["weeks_p10", "weeks_p50", "weeks_p90"]].tolist() == [2.0, 2.0, 10.0]
    assert cover.loc["DE", "weeks_p50"] == 0.0
    assert pd.isna(cover.loc["DE", "next_arrival"])


def test_a_seller_with_nothing_in_stock_has_an_empty_measure(facts: Any) -> None:
    assert len(_measure(facts)) == 0


def test_a_country_that_nobody_buys_in_covers_for_ever_only_if_something_lies_there(facts: Any, build: Any) -> None:
    nodes = pd.concat([build.nodes(), pd.DataFrame([("FR-FBA", "forward", "FR")], columns=build.nodes().columns)])
    for units, weeks in ((0, 0.0), (5, 260.0)):
        stock = build.stock(("KD-1", "FR-FBA", "available", units))
        cover = measure_cover(stock, facts.inbound, facts.forecast, nodes, facts.as_of).set_index("country")
        assert cover.loc["FR", "weeks_p50"] == weeks
