"""Mean and spread of a usual week, which tuned factors are multiplied by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skills.stocking import spread_factors, tune_echelon
from skills.stocking.draws import draw_demand

QUANTILES = {"p10": 2.0, "p50": 8.0, "p75": 14.0, "p90": 22.0, "p98": 40.0}


def pairs(count: int) -> pd.DataFrame:
    return pd.DataFrame([{"sku": "T-1", "country": f"C{place}", **QUANTILES} for place in range(count)])


def factors(count: int = 3):  # type: ignore[no-untyped-def]
    lines = pairs(count).assign(hub_weeks=5, forward_weeks=4, value=10.0)
    return tune_echelon(lines, 97.0, 5)


def test_mean_and_spread_are_those_of_the_demand_that_factors_are_tuned_on() -> None:
    row = spread_factors(pairs(1), factors(1)).iloc[0]
    drawn = draw_demand(np.array(list(QUANTILES.values())), 200_000, 3)
    assert row["week_mean"] == pytest.approx(drawn.mean(), rel=0.01)
    assert row["hub_spread"] == row["forward_spread"] == pytest.approx(drawn.std(), rel=0.01)


def test_countries_share_their_spread_at_the_hub_and_not_apart() -> None:
    one, four = (spread_factors(pairs(count), factors()).iloc[0] for count in (1, 4))
    assert four["week_mean"] == pytest.approx(4 * one["week_mean"], abs=1e-3)
    assert four["hub_spread"] == pytest.approx(2 * one["hub_spread"], abs=1e-3)
    assert four["forward_spread"] == pytest.approx(4 * one["forward_spread"], abs=1e-3)


def test_every_sku_takes_the_same_pair_and_rows_may_come_in_any_order() -> None:
    two = pd.concat([pairs(2), pairs(3).assign(sku="A-1")], ignore_index=True)
    found = factors()
    table = spread_factors(two, found)
    assert table["sku"].tolist() == ["A-1", "T-1"]
    assert set(table["hub_factor"]) == {found.hub} and set(table["forward_factor"]) == {found.forward}
    assert spread_factors(two.sample(frac=1.0, random_state=1), found).equals(table)


def test_certain_demand_has_no_spread() -> None:
    certain = pairs(2).assign(p10=0.0, p50=0.0, p75=0.0, p90=0.0, p98=0.0)
    row = spread_factors(certain, factors()).iloc[0]
    assert (row["week_mean"], row["hub_spread"], row["forward_spread"]) == (0.0, 0.0, 0.0)
