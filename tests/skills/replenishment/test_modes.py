"""Sea with a part by air."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.replenishment import explain_replenishment, weigh_modes
from skills.replenishment.policy import ReplenishmentPolicy


def _certain(build: Any, weekly: float) -> pd.DataFrame:
    return build.forecast({("KD-1", "US"): weekly}, spread=0.0)


def _contribution(margin: float, premium: float, sku: str = "KD-1") -> pd.DataFrame:
    """Money per unit: by sea the margin and 1,000 of product cost; by air so much less."""
    rows = [(sku, "US", "SZ-US-SEA", margin + 1000, margin), (sku, "US", "SZ-US-AIR", margin + 1000 - premium, 0.0)]
    return pd.DataFrame(rows, columns=["sku", "country", "lane", "contribution", "net_margin"])


def _expected(units: int, shortage: int) -> float:
    """E[min(shortage, units)] of a certain forecast: its distribution still rises from 0 to its p10."""
    return 0.9 * units + 0.1 * (units - units**2 / (2 * shortage))


def _weigh(facts: Any, contribution: pd.DataFrame) -> pd.Series:
    orders = weigh_modes(facts.plan(), facts.forecast, facts.lanes, contribution, facts.policy, facts.as_of)
    return orders.set_index("sku").loc["KD-1"]


@pytest.fixture
def short(facts: Any, build: Any) -> Any:
    """70 a week for certain, 420 in stock until 5 January; air arrives on 26 December, the sea on 22 January."""
    return facts.but(
        forecast=_certain(build, 70.0),
        products=build.products("KD-1"),
        stock=build.stock(("KD-1", "US-FBA", "available", 420)),
    )


def test_air_bridges_the_days_between_stock_out_and_the_sea(short: Any) -> None:
    row = _weigh(short, _contribution(3000.0, 1000.0))
    assert row["arrival_p50"] == pd.Timestamp("2026-01-22")
    assert row["air_arrival_on"] == pd.Timestamp("2025-12-26")
    # 17 days without stock at 10 a day: 170 units, 8 cartons of which the last is sold to less than half
    assert (row["air_units"], row["air_cartons"], row["air_days"]) == (168, 7, 27)
    holding = round(1250 * 0.20 / 365 * 27, 4)
    assert row["air_saved_units"] == pytest.approx(_expected(168, 170), abs=1e-4)
    assert row["air_gain_base_minor"] == round(_expected(168, 170) * 3000 + 168 * (holding - 1000))


def test_the_last_carton_flies_while_what_it_saves_exceeds_its_freight(short: Any) -> None:
    assert _weigh(short, _contribution(30_000.0, 1000.0))["air_units"] == 192, "2 of 24 sold pay for the carton"
    assert _weigh(short, _contribution(900.0, 1000.0))["air_units"] == 0


def test_air_that_does_not_pay_is_shown_with_its_first_carton(short: Any) -> None:
    row = _weigh(short, _contribution(900.0, 1000.0))
    holding = round(1250 * 0.20 / 365 * 27, 4)
    assert row["air_gain_base_minor"] == round(_expected(24, 170) * 900 + 24 * (holding - 1000))
    orders = weigh_modes(
        short.plan(), short.forecast, short.lanes, _contribution(900.0, 1000.0), short.policy, short.as_of
    )
    labels = set(explain_replenishment(orders)["label"])
    assert "What the first carton would gain by air" in labels
    assert "Gain by air" not in labels


def test_rank_loss_and_buyers_who_come_back_change_the_answer(short: Any) -> None:
    terms = _contribution(900.0, 1000.0)
    assert _weigh(short.but(policy=ReplenishmentPolicy(rank_loss_percent=50)), terms)["air_units"] == 168
    patient = ReplenishmentPolicy(rank_loss_percent=50, lost_sale_percent=50)
    assert _weigh(short.but(policy=patient), terms)["air_units"] == 0


def test_what_is_lost_before_air_can_arrive_is_not_counted(short: Any, build: Any) -> None:
    empty = short.but(stock=build.stock(("KD-1", "US-FBA", "available", 0)))
    row = _weigh(empty, _contribution(3000.0, 1000.0))
    assert row["air_saved_units"] == pytest.approx(_expected(264, 270), abs=1e-4), "27 days, not 59"
    assert row["air_units"] == 264


def test_nothing_flies_where_nothing_is_short_or_no_price_is_known(short: Any, build: Any) -> None:
    lasting = short.but(stock=build.stock(("KD-1", "US-FBA", "available", 620)))
    for row in (
        _weigh(lasting, _contribution(3000.0, 1000.0)),
        _weigh(short, _contribution(3000.0, 1000.0).iloc[:1]),
        _weigh(short.but(lanes=build.lanes().query("mode == 'sea'")), _contribution(3000.0, 1000.0)),
    ):
        assert row["order_units"] > 0
        assert (row["air_units"], row["air_days"], row["air_gain_base_minor"]) == (0, 0, 0)
        assert pd.isna(row["air_arrival_on"])


def test_no_more_flies_than_is_ordered(short: Any) -> None:
    cut = short.but(policy=ReplenishmentPolicy(weekly_cash_minor=27_000))
    row = _weigh(cut, _contribution(3000.0, 1000.0))
    assert 0 < row["air_units"] == row["order_units"] < 168


def test_the_expected_sales_are_those_of_a_simulated_demand(facts: Any, build: Any) -> None:
    """A hundred thousand draws of demand from the forecast's own quantiles, spread evenly between them."""
    wide = facts.but(
        forecast=build.forecast({("KD-1", "US"): 70.0}, spread=1.0),
        products=build.products("KD-1"),
        stock=build.stock(("KD-1", "US-FBA", "available", 420)),
    )
    row = _weigh(wide, _contribution(3000.0, 1000.0))
    chance = np.random.default_rng(3).random(100_000)
    knots = (0.0, 0.10, 0.50, 0.75, 0.90, 0.98, 1.0)
    paths = {}
    for day in (32, 59):
        week = np.arange(0, 41) * 7
        cumulative = [np.concatenate([[0.0], wide.forecast.query("country == '*'")[f"cum_{name}"]]) for name in
                      ("p10", "p50", "p75", "p90", "p98")]  # fmt: skip
        at = [float(np.interp(day, week, values)) for values in cumulative]
        paths[day] = np.array([0.0, *at, at[-1] + (at[-1] - at[-2]) * 0.25])
    shortage = np.maximum(paths[59] - np.maximum(paths[32], 420.0), 0.0)
    drawn = np.minimum(np.interp(chance, knots, shortage), row["air_units"])
    assert row["air_saved_units"] == pytest.approx(drawn.mean(), rel=0.01)
