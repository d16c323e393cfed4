"""What stock of one country would bring in another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.distribution import quote_moves
from skills.distribution.policy import DistributionPolicy

AS_OF = date(2025, 11, 24)


def moves(world: Any, **over: Any) -> pd.DataFrame:
    return quote_moves(
        world.sales, world.returns, world.stock, world.inbound, world.products, world.lanes, world.nodes,
        world.forecast, world.rates, "CNY", world.policy, AS_OF, **over,
    )  # fmt: skip


def with_truck(world: Any, **over: object) -> Any:
    """A truck from the German to the French marketplace: two days, 300 CNY a m³, no border."""
    truck = {
        "lane": "DE-FR", "from_node": "DE-FBA", "to_node": "FR-FBA", "country": "FR", "mode": "truck",
        "incoterm": "DAP", "importer_of_record": "seller", "tax_included": "yes", "transit_days_p10": 7,
        "transit_days_p50": 7, "transit_days_p90": 7, "cutoff_weekday": -1, "cost_per_kg_minor": 0,
        "cost_per_m3_minor": 30_000, "minimum_minor": 0, "fixed_minor": 0, "currency": "CNY",
        "volumetric_divisor": 0, "weekly_capacity_m3": float("nan"), "handling_minor": 6, "minimum_cartons": 0,
    }  # fmt: skip
    lanes = pd.concat([world.lanes.assign(minimum_cartons=0), pd.DataFrame([truck | over])], ignore_index=True)
    return world.change(lanes=lanes)


def certain(world: Any, lying: int) -> Any:
    """Ten a week in France for certain and nothing there; so many units in Germany; cartons of ten."""
    weeks = range(1, 21)
    names = ("mean", "p10", "p50", "p75", "p90", "p98")
    forecast = pd.DataFrame(
        {
            "sku": "SKU-0000",
            "country": "FR",
            "weeks_ahead": weeks,
            "week": pd.date_range(AS_OF, periods=20, freq="7D"),
            **{f"cum_{name}": [10.0 * week for week in weeks] for name in names},
        }
    )
    return world.change(
        forecast=forecast,
        stock=pd.DataFrame({"sku": ["SKU-0000"], "node": ["DE-FBA"], "state": ["available"], "units": [lying]}),
        inbound=world.inbound.head(0),
        products=world.products[world.products["sku"] == "SKU-0000"].assign(carton_units=10),
        policy=DistributionPolicy(holding_percent_per_year=0, lost_sale_percent=100),
    )


def test_without_a_lane_between_countries_nothing_moves(build: Callable[..., Any]) -> None:
    assert moves(build(3, ("DE", "FR"))).empty


def test_a_unit_moved_pays_the_lane_and_earns_what_is_short_there(build: Callable[..., Any]) -> None:
    """Ten units, ten short from p10 on and evenly fewer below: 9.5 are sold, each after half a week on the mean."""
    world = with_truck(certain(build(3, ("DE", "FR")), lying=10))
    row = moves(world).iloc[0]
    product = world.products.iloc[0]
    m3 = product["length_cm"] * product["width_cm"] * product["height_cm"] / 1e6
    assert (row["country"], row["to_country"], row["lane"]) == ("DE", "FR", "DE-FR")
    assert row["cost_base_minor"] == pytest.approx(m3 * 30_000 + 6, abs=0.01)
    sea = world.quote().set_index("lane").loc["FR-SEA"]
    margin = sea["contribution"] + sea["landed"] - sea["product_cost"]
    storage = m3 * 27 * 7.1 / 0.86 * 100 / (52 / 12)
    assert row["value_base_minor"] == pytest.approx(0.95 * margin - storage / 2, abs=0.2)


def test_the_more_lies_there_the_less_a_unit_is_worth_elsewhere(build: Callable[..., Any]) -> None:
    world = build(3, ("DE", "FR"))
    few, many = (moves(with_truck(certain(world, lying)))["value_base_minor"].iloc[0] for lying in (10, 200))
    assert many < few / 10


def test_less_than_the_lanes_least_does_not_move(build: Callable[..., Any]) -> None:
    world = certain(build(3, ("DE", "FR")), lying=30)
    assert moves(with_truck(world, minimum_cartons=4)).empty
    assert len(moves(with_truck(world, minimum_cartons=3))) == 1


def test_a_country_that_may_not_be_entered_yet_receives_nothing(build: Callable[..., Any]) -> None:
    entries = pd.DataFrame(
        {
            "country": ["FR"], "registered": ["no"], "applied_on": pd.to_datetime([None]), "lead_days": [60],
            "yearly_cost_minor": [0], "currency": ["EUR"],
        }
    )  # fmt: skip
    world = with_truck(certain(build(3, ("DE", "FR")), lying=30))
    assert moves(world, country_entries=entries).empty


def test_a_lane_between_countries_leaves_the_plan_of_the_hub_alone(build: Callable[..., Any]) -> None:
    world = build(4, ("DE", "FR"), seed=3)
    plain, trucked = world.allocate(), with_truck(world).allocate()
    pd.testing.assert_frame_equal(plain.lines, trucked.lines)
    assert np.isclose(plain.value_base_minor, trucked.value_base_minor)
