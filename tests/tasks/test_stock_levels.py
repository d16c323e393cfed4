"""What the report says of ways to hold stock: which lanes, margins and lead times it is reckoned from."""

from __future__ import annotations

import pandas as pd
import pytest

from config.seller import Policy
from tasks.stock_levels import _choose_lanes, _weigh_modes, spread_levels, weigh_margins

LANES = pd.DataFrame(
    {"lane": ["SEA", "RAIL", "AIR"], "transit_days_p50": [38, 24, 6]},
)


def quoted(**cells: object) -> pd.DataFrame:
    """One SKU in one country by three lanes; the railway costs more than the sea and less than the air."""
    rows = {
        "sku": "A", "country": "DE", "lane": ["SEA", "RAIL", "AIR"], "mode": ["sea", "rail", "air"],
        "landed": [1100.0, 1300.0, 2500.0], "contribution": [5000.0, 4800.0, 3600.0],
        "net_margin": [4000.0, 3800.0, 2600.0], "product_cost": 1000.0, "holding_week": 20.0, "wait_reason": "",
    }  # fmt: skip
    return pd.DataFrame(rows).assign(**cells)


def pairs(**cells: object) -> pd.DataFrame:
    row = {"sku": "A", "country": "DE", "p10": 2.0, "p50": 8.0, "p75": 14.0, "p90": 22.0, "p98": 40.0, "value": 9e3}
    return pd.DataFrame([row | cells])


def test_the_slow_lane_is_the_cheapest_of_its_kind_in_whole_weeks() -> None:
    slow, fast = (_choose_lanes(quoted(), LANES, modes).iloc[0] for modes in (("sea", "rail"), ("air", "express")))
    assert (slow["lane"], slow["weeks"]) == ("SEA", 5)
    assert (fast["lane"], fast["weeks"]) == ("AIR", 1)


def test_a_margin_is_that_of_the_best_lane_weighted_by_what_each_country_wants() -> None:
    both = pd.concat([quoted(), quoted(country="FR", net_margin=[1000.0, 900.0, 800.0])])
    forecast = pd.DataFrame(
        {"sku": "A", "country": ["DE", "FR", "*", "DE"], "weeks_ahead": [5, 5, 5, 6], "mean": [3.0, 1.0, 4.0, 99.0]}
    )
    products = pd.DataFrame({"sku": ["A", "B"], "life_cycle": ["launch", "steady"]})
    margins = weigh_margins(pd.concat([both, quoted(sku="B")]), forecast, products)
    assert margins["sku"].tolist() == ["A"], "what neither begins nor ends is not asked for"
    row = margins.iloc[0]
    assert row["net_margin"] == pytest.approx((3 * 4000 + 1000) / 4, abs=1e-3)
    assert row["unit_cost"] == 1000.0


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning")  # no flow around the task
def test_two_modes_are_weighed_only_where_the_fast_one_is_faster_and_a_unit_earns() -> None:
    found = _weigh_modes(pairs(), quoted(landed=[1100.0, 1300.0, 1150.0], holding_week=200.0), LANES, 7)
    assert (found["weighed"], found["better"]) == (1, 1)
    assert found["rows"][0]["gain_year_minor"] > 0
    slow_air = LANES.assign(transit_days_p50=[38, 24, 36])
    nothing = {"weighed": 0, "better": 0, "rows": []}
    assert _weigh_modes(pairs(), quoted(), slow_air, 7) == nothing
    assert _weigh_modes(pairs(), quoted(contribution=-1.0), LANES, 7) == nothing
    assert _weigh_modes(pairs(), quoted()[:2], LANES, 7) == nothing


def test_tuned_factors_are_spread_over_all_that_is_quoted_and_kept_when_they_are_known() -> None:
    week = {"p10": 2.0, "p50": 8.0, "p75": 14.0, "p90": 22.0, "p98": 40.0, "mean": 11.0, "weeks_ahead": 5}
    forecast = pd.DataFrame([{"sku": "A", "country": country, **week} for country in ("DE", "FR", "*")])
    both = pd.concat([quoted(), quoted(country="FR")], ignore_index=True)
    products = pd.DataFrame({"sku": ["A"], "supplier": ["haina"]})
    suppliers = pd.DataFrame({"supplier": ["haina"], "production_days_p50": [18]})
    table, factors = spread_levels(forecast, both, LANES, products, suppliers, Policy())
    assert table is not None and factors is not None
    assert table["sku"].tolist() == ["A"] and factors.fill_percent >= 97
    again, kept = spread_levels(forecast, both, LANES, products, suppliers, Policy(), factors)
    assert kept is factors and again is not None and again.equals(table)
    unquoted = both.assign(wait_reason="no price")
    assert spread_levels(forecast, unquoted, LANES, products, suppliers, Policy()) == (None, None)
