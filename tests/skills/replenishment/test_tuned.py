"""Orders up to levels from safety factors of hub and countries that were tuned together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.replenishment import explain_replenishment


def spreads(sku: str = "KD-1", mean: float = 80.0, hub: float = 1.0, forward: float = 2.0) -> pd.DataFrame:
    return pd.DataFrame(
        {"sku": [sku], "week_mean": [mean], "hub_spread": [20.0], "forward_spread": [25.0], "hub_factor": [hub],
         "forward_factor": [forward]}
    )  # fmt: skip


def plan(facts: Any, **changed: Any) -> pd.DataFrame:
    orders: pd.DataFrame = facts.but(**changed).plan().set_index("sku", drop=False)
    return orders


def test_the_level_is_that_of_the_hub_and_of_the_countries(facts: Any) -> None:
    row = plan(facts, spreads=spreads()).loc["KD-1"]
    ready = (row["next_ready_on"] - row["as_of"]).days + row["qc_days"]
    arrives = (row["next_arrival_p50"] - row["as_of"]).days
    hub, forward = round(ready / 7), round((arrives - ready) / 7)
    assert (row["hub_weeks"], row["forward_weeks"]) == (hub, forward)
    # 80 a week: what whole weeks and days to the arrival differ by is in the scale
    scale = row["demand_mean"] / (80.0 * (hub + forward))
    assert scale == pytest.approx(1.0, abs=0.1)
    assert row["hub_level"] == pytest.approx(scale * (80.0 * hub + 20.0 * hub**0.5), abs=1e-2)
    assert row["forward_level"] == pytest.approx(scale * (80.0 * forward + 50.0 * forward**0.5), abs=1e-2)
    assert row["order_up_to"] == int(np.ceil(round(row["hub_level"] + row["forward_level"], 4)))
    assert row["raw_need"] == row["order_up_to"] - row["position"]


def test_a_season_ahead_counts_though_the_usual_week_is_before_it(facts: Any) -> None:
    quiet = plan(facts, spreads=spreads(mean=8.0)).loc["KD-1"]
    assert quiet["hub_level"] + quiet["forward_level"] > quiet["demand_mean"]


def test_a_sku_without_spreads_keeps_its_quantile(facts: Any) -> None:
    both, plain = plan(facts, spreads=spreads()), plan(facts)
    assert not both.loc["PM-2", "tuned"] and both.loc["KD-1", "tuned"]
    assert both.loc["PM-2", "order_up_to"] == plain.loc["PM-2", "order_up_to"]


def test_a_launch_leads_before_tuned_factors(facts: Any, build: Any) -> None:
    products = build.products("KD-1", "PM-2")
    products.loc[0, "life_cycle"] = "launch"
    level = pd.DataFrame(
        [{"sku": "KD-1", "level": 333, "until": pd.Timestamp("2026-03-15"), "end_stated": False,
          "ratio_percent": 75.0, "underage_base_minor": 3, "overage_base_minor": 1, "reason": ""}]
    )  # fmt: skip
    row = plan(facts, products=products, levels=level, spreads=spreads()).loc["KD-1"]
    assert (row["order_up_to"], row["tuned"]) == (333, False)


def test_the_explanation_redoes_the_formula(facts: Any) -> None:
    orders = plan(facts, spreads=spreads())
    steps = explain_replenishment(orders[orders["sku"] == "KD-1"].reset_index(drop=True)).set_index("label")
    row = orders.loc["KD-1"]
    hub = steps.loc["Level at the hub: mean of its weeks, and tuned factor × spread × √weeks"]
    mean, spread = (f"{row[name]:.4f}".rstrip("0").rstrip(".") for name in ("week_mean", "hub_spread"))
    assert hub["note"] == f"{row['hub_weeks']} × {mean} + 1 × {spread} × √{row['hub_weeks']}"
    together = steps.loc["Order-up-to level: hub and countries together"]
    assert together["value"] == str(row["order_up_to"])
    assert "Expected demand until then" not in steps.index


@given(st.floats(-2.0, 4.0), st.floats(-0.5, 4.0), st.floats(0.0, 2.0), st.floats(0.0, 300.0))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_higher_factors_never_lower_stock_and_a_closed_supplier_is_never_asked(
    facts: Any, build: Any, hub: float, forward: float, more: float, mean: float
) -> None:
    low = plan(facts, spreads=spreads(mean=mean, hub=hub, forward=forward)).loc["KD-1"]
    high = plan(facts, spreads=spreads(mean=mean, hub=hub + more, forward=forward + more)).loc["KD-1"]
    assert 0 <= low["order_up_to"] <= high["order_up_to"]
    assert low["order_units"] <= high["order_units"]
    shut = build.closures(("haina", "2025-11-20", "2025-11-30"))
    assert plan(facts, spreads=spreads(mean=mean), closures=shut)["order_units"].sum() == 0
