"""A plan valued in a world: as the search values its own, less charges, and beside what comes without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from skills.distribution.revalue import Inputs, value_plans

AS_OF = date(2025, 11, 24)
NOTHING = pd.DataFrame({"sku": [], "country": [], "lane": [], "cartons": []})


def hand_over(world: Any) -> Inputs:
    return Inputs(
        world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.quote(), world.products,
        world.policy, AS_OF,
    )  # fmt: skip


def value(calm: Any, other: Any, **plans: pd.DataFrame) -> dict[str, int]:
    """What the plans are worth in the other world."""
    values = value_plans(plans, {"calm": hand_over(calm), "other": hand_over(other)})
    return {plan: row["other"] for plan, row in values.items()}


def test_what_a_plan_adds_is_what_the_search_says_it_is_worth(small: Any) -> None:
    lines = small.allocate().lines
    found = value(small, small, plan=lines, nothing=NOTHING)
    assert abs(found["plan"] - found["nothing"] - int(lines["value_base_minor"].sum())) <= lines["cartons"].sum() + 1
    assert found["nothing"] > 0


def test_a_lane_that_is_used_takes_its_fixed_charge_once(small: Any) -> None:
    lines = small.allocate().lines
    charged = small.change(lanes=small.lanes.assign(fixed_minor=50_000))
    lost = value(small, small, plan=lines)["plan"] - value(small, charged, plan=lines)["plan"]
    assert lost == 50_000 * lines["lane"].nunique()


def test_less_demand_is_worth_less_whatever_is_shipped(small: Any) -> None:
    lines = small.allocate().lines
    columns = [name for name in small.forecast if name.startswith("cum_")]
    weaker = small.change(forecast=small.forecast.assign(**{name: small.forecast[name] * 0.8 for name in columns}))
    before = value(small, small, plan=lines, nothing=NOTHING)
    after = value(small, weaker, plan=lines, nothing=NOTHING)
    assert after["plan"] < before["plan"]
    assert after["nothing"] < before["nothing"]


def test_a_plan_keeps_its_worth_by_a_lane_that_this_world_would_not_use(small: Any) -> None:
    lines = small.allocate().lines
    sea = small.lanes["mode"] == "sea"
    late = small.lanes.assign(
        cost_per_m3_minor=small.lanes["cost_per_m3_minor"].mask(sea, 90_000_000),
        **{
            name: small.lanes[name] + 40 * sea
            for name in ("transit_days_p10", "transit_days_p50", "transit_days_p90")
        },
    )
    assert set(lines["lane"]) & set(small.lanes.loc[sea, "lane"])
    found = value(small, replace(small, lanes=late), plan=lines, nothing=NOTHING)
    assert found["plan"] < found["nothing"]
