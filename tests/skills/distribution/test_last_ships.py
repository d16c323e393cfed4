"""The last day on which a shipment still arrives before the stock runs out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.distribution import plan_last_ships

AS_OF = date(2025, 11, 24)


def one_pair(world: Any, stock: int, coming: list[tuple[str, int]] = ()) -> Any:  # type: ignore[assignment]
    """One SKU in the US, 10 units a week at the median, 20 at p90; nothing spreads."""
    weeks = range(1, 21)
    forecast = pd.DataFrame(
        {
            "sku": "SKU-0000",
            "country": "US",
            "weeks_ahead": weeks,
            "week": pd.date_range(AS_OF, periods=20, freq="7D"),
            **{f"cum_{name}": [10.0 * week for week in weeks] for name in ("mean", "p10", "p50", "p75")},
            **{f"cum_{name}": [20.0 * week for week in weeks] for name in ("p90", "p98")},
        }
    )
    lying = pd.DataFrame({"sku": ["SKU-0000"], "node": ["US-FBA"], "state": ["available"], "units": [stock]})
    inbound = pd.DataFrame(
        {
            "shipment": [f"S{row}" for row in range(len(coming))],
            "sku": "SKU-0000",
            "to_node": "US-FBA",
            "units": [units for _, units in coming],
            "eta": pd.to_datetime([day for day, _ in coming]),
        }
    )
    return world.change(forecast=forecast, stock=lying, inbound=inbound)


def last_ships(world: Any) -> pd.DataFrame:
    rows = plan_last_ships(world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.policy, AS_OF)
    return rows.set_index("mode")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_the_last_ship_date_is_the_last_cut_off_whose_usual_arrival_is_in_time(small: Any) -> None:
    """70 units: out after 49 days at the median (12 January), after 24.5 at p90 (18 December).

    Sea takes 37 days and leaves on Wednesdays: 12 days are left, the last Wednesday is 3 December. Air takes 9 days
    and leaves on Fridays: 40 days are left, the last Friday is 2 January; at p90 15, Friday 5 December.
    """
    rows = last_ships(one_pair(small, stock=70))
    assert rows.loc["sea", ["stock_out_p50", "last_ship_p50"]].tolist() == [day("2026-01-12"), day("2025-12-03")]
    assert rows.loc["air", ["stock_out_p50", "last_ship_p50"]].tolist() == [day("2026-01-12"), day("2026-01-02")]
    assert rows.loc["air", ["stock_out_p90", "last_ship_p90"]].tolist() == [day("2025-12-18"), day("2025-12-05")]


def test_a_mode_that_comes_too_late_has_its_last_day_in_the_past(small: Any) -> None:
    rows = last_ships(one_pair(small, stock=20))
    assert rows.loc["sea", "last_ship_p50"] < day("2025-11-24") < rows.loc["sea", "next_ship_on"]
    assert rows.loc["sea", "next_ship_on"] == day("2025-11-26")
    assert rows.loc["sea", "next_arrival_on"] == day("2026-01-02")


def test_what_arrives_in_time_moves_the_date_and_what_arrives_late_does_not(small: Any) -> None:
    in_time = last_ships(one_pair(small, 20, [("2025-12-01", 50)]))
    late = last_ships(one_pair(small, 20, [("2025-12-29", 50)]))
    assert in_time.loc["air", "stock_out_p50"] == day("2026-01-12")
    assert late.loc["air", "stock_out_p50"] == day("2025-12-08")


def test_a_lane_without_a_cut_off_ships_on_any_day(small: Any) -> None:
    any_day = small.change(lanes=small.lanes.assign(cutoff_weekday=-1))
    assert last_ships(one_pair(any_day, stock=70)).loc["sea", "last_ship_p50"] == day("2025-12-06")


def test_stock_that_outlasts_every_lane_has_no_row(small: Any) -> None:
    assert last_ships(one_pair(small, stock=100_000)).empty


def test_rows_stand_earliest_first_whatever_the_order_of_the_inputs(build: Any) -> None:
    world = build(5, ("US", "DE", "JP"), seed=3)
    turned = world.change(
        **{
            name: getattr(world, name).iloc[::-1].reset_index(drop=True)
            for name in ("stock", "inbound", "nodes", "lanes", "forecast")
        }
    )
    rows = last_ships(world)
    assert rows["last_ship_p90"].is_monotonic_increasing
    pd.testing.assert_frame_equal(rows, last_ships(turned))
