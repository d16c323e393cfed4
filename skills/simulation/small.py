"""A world that can be written down by hand: one supplier, one lane per country, certain lead times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from skills.simulation.world import BEYOND_DAYS, Economics, Facts, World

MONDAY = date(2025, 1, 6)


def build_small_world(
    demand: Sequence[int] | Sequence[Sequence[int]],
    hub: Sequence[int],
    forward: Sequence[int],
    transit_days: int = 7,
    made_days: int = 7,
    carton: int = 1,
    price: float = 1000.0,
    unit_cost: int = 400,
    past: Sequence[Sequence[int]] | None = None,
    pairs: Sequence[tuple[int, int]] | None = None,
    lost_percent: int = 100,
) -> World:
    """Whole weeks of demand per pair, with every other fact the same for all.

    The supplier works every day, without minimum, capacity or deposit. Per unit: freight 50, fulfilment 30, selling
    100, storage 2 a week in a country and 1 at the hub; 26 % capital cost a year [base minor].

    Args:
        demand: One row per pair (or one row alone): units of each day.
        hub: Opening stock per SKU.
        forward: Opening stock per pair.
        past: One row per pair: units sold on the days before; a quarter of zeros where it is left out.
        pairs: (SKU, country) of each pair, as numbers; one country for each SKU where it is left out.
    """
    asked = np.atleast_2d(np.array(demand, dtype=np.int64))
    count, days = asked.shape
    places = list(pairs) if pairs is not None else [(row, 0) for row in range(count)]
    skus, countries = len(hub), 1 + max(country for _, country in places)
    sold = np.zeros((count, 91), dtype=np.int64) if past is None else np.array(past, dtype=np.int64)
    home = np.array([country for _, country in places], dtype=np.int64)
    here = home[:, None] == np.arange(countries)
    facts = Facts(
        start=MONDAY,
        weeks=days // 7,
        skus=tuple(f"S{number}" for number in range(skus)),
        countries=tuple(f"C{number}" for number in range(countries)),
        suppliers=("maker",),
        lanes=tuple(f"HUB-C{number}" for number in range(countries)),
        pair_sku=np.array([sku for sku, _ in places], dtype=np.int64),
        pair_country=home,
        sku_supplier=np.zeros(skus, dtype=np.int64),
        carton_units=np.full(skus, carton, dtype=np.int64),
        unit_cost=np.full(skus, unit_cost, dtype=np.int64),
        joint_moq=np.zeros(1, dtype=np.int64),
        weekly_capacity=np.full(1, -1, dtype=np.int64),
        deposit_percent=np.zeros(1, dtype=np.int64),
        working=np.ones((1, days + BEYOND_DAYS), dtype=np.bool_),
        made_days=np.full((1, 3), made_days, dtype=np.int64),
        qc_days=0,
        order_every=1,
        review_days=7,
        lane_depart=np.zeros(countries, dtype=np.int64),
        lane_days=np.full((countries, 3), transit_days, dtype=np.int64),
        usual_lane=home,
        ship_cash=np.where(here, 50.0, np.nan),
        order_cash=-1,
        shipping_cash=-1,
        past_sold=sold,
        past_out=np.zeros(sold.shape, dtype=np.bool_),
    )
    blocks = -(-facts.weeks // 4)
    economics = Economics(
        price=np.full(count, price),
        selling=np.full(count, 100.0),
        fulfilment=np.full(count, 30.0),
        freight=np.where(here, 50.0, np.nan),
        border=np.where(here, 0.0, np.nan),
        storage=np.full((blocks, count), 2.0),
        hub_storage=np.full((blocks, skus), 1.0),
        block_weeks=4,
        holding_percent=26,
    )
    stock = np.array(hub, dtype=np.int64)
    return World(facts, economics, asked, stock, np.array(forward, dtype=np.int64), lost_percent)
