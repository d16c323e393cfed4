"""One pool at the hub against scattered stock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.rates import Rate, RateBook
from skills.replenishment import compare_hub_with_scattered
from skills.replenishment.policy import ReplenishmentPolicy

COUNTRIES = ["A", "B", "C", "D", "E"]


def _compare(facts: Any, build: Any, forecast: pd.DataFrame, rates: Any = None, **lane: Any) -> pd.DataFrame:
    one = build.lanes(**lane).iloc[[0]]
    lanes = pd.concat(
        [one.assign(lane=f"SEA-{country}", to_node=f"N-{country}", country=country) for country in COUNTRIES],
        ignore_index=True,
    )
    nodes = pd.DataFrame(
        [("SZ-HUB", "hub", "CN"), *[(f"N-{country}", "forward", country) for country in COUNTRIES]],
        columns=["node", "stage", "country"],
    )
    return compare_hub_with_scattered(
        forecast, facts.products, lanes, nodes, facts.suppliers, rates or facts.rates, ReplenishmentPolicy(), "CNY",
        facts.as_of,
    ).set_index(["sku", "country"])  # fmt: skip


def _five_countries(build: Any, correlation: float) -> pd.DataFrame:
    """Five equal countries; the SKU as a whole varies as their correlation says."""
    forecast = build.forecast({("KD-1", country): 100.0 for country in COUNTRIES}, spread=0.5)
    whole = forecast["country"] == "*"
    # sd of a sum of five equal series over the sum of their sds
    ratio = (1 / 5 + 4 / 5 * correlation) ** 0.5
    quantiles = [name for name in forecast if name.startswith("cum_p")]
    pulled = forecast[quantiles].sub(forecast["cum_mean"], axis=0).mul(ratio).add(forecast["cum_mean"], axis=0)
    forecast.loc[whole, quantiles] = pulled.loc[whole]
    return forecast


def test_pooling_saves_stock_and_saves_less_than_the_square_root_law_promises(facts: Any, build: Any) -> None:
    savings = [
        _compare(facts, build, _five_countries(build, correlation)).loc[("*", "*"), "saving_percent"]
        for correlation in (0.0, 0.3, 0.6)
    ]
    assert savings == sorted(savings, reverse=True)
    assert savings[0] > savings[2] > 0
    assert all(0 < saving < 30 for saving in savings), "1 − 1/√5 would be 55 %"


def test_pooling_countries_that_move_as_one_saves_nothing(facts: Any, build: Any) -> None:
    compared = _compare(facts, build, _five_countries(build, 1.0))
    assert 0 <= compared.loc[("*", "*"), "saving_percent"] <= 0.5


def test_the_hub_loses_where_handling_costs_more_than_the_stock_it_saves(facts: Any, build: Any) -> None:
    forecast = _five_countries(build, 0.0)
    free = _compare(facts, build, forecast, handling_minor=0)
    dear = _compare(facts, build, forecast, handling_minor=500)
    assert free.loc[("*", "*"), "hub_gain_base_minor"] > 0 > dear.loc[("*", "*"), "hub_gain_base_minor"]
    assert dear.loc[("*", "*"), "handling_base_minor"] == pytest.approx(500 * 5 * 100 * 365 / 7, rel=1e-3)
    assert free["scattered_base_minor"].equals(dear["scattered_base_minor"])


def test_totals_are_the_sums_of_their_rows(facts: Any, build: Any) -> None:
    compared = _compare(facts, build, _five_countries(build, 0.3)).reset_index()
    money = [name for name in compared if name.endswith("_minor")]
    rows = compared.loc[(compared["sku"] != "*") & (compared["country"] != "*")]
    everything = compared.loc[(compared["sku"] == "*") & (compared["country"] == "*")]
    assert len(rows) == 5
    assert len(compared) == 5 + 1 + 5 + 1
    assert rows[money].sum().tolist() == everything[money].iloc[0].tolist()
    gain = (
        everything["holding_saved_base_minor"]
        + everything["storage_saved_base_minor"]
        - everything["handling_base_minor"]
        - everything["hub_storage_base_minor"]
    )
    assert gain.tolist() == everything["hub_gain_base_minor"].tolist()
    assert (compared[money].dtypes == np.dtype("int64")).all()


def test_storage_fees_in_the_countries_count_for_the_hub(facts: Any, build: Any) -> None:

    fee = Rate(
        "storage_fee", "A", Decimal("30"), "USD/m3/month", date(2025, 1, 1), None, "t", date(2025, 1, 1), "generated"
    )
    forecast = _five_countries(build, 0.3)
    with_fee = _compare(facts, build, forecast, RateBook([*facts.rates, fee]))
    row = with_fee.loc[("KD-1", "A")]
    assert row["storage_saved_base_minor"] > 0
    assert with_fee.loc[("KD-1", "B"), "storage_saved_base_minor"] == 0


def test_a_sku_without_demand_or_facts_has_no_row(facts: Any, build: Any) -> None:
    forecast = build.forecast({("KD-1", "A"): 0.0, ("NO-9", "A"): 5.0})
    compared = _compare(facts, build, forecast)
    assert compared.index.tolist() == [("*", "*")]
    assert compared.loc[("*", "*"), "hub_gain_base_minor"] == 0
