"""Breaks of weekly sales: found where there are, seldom where there are none, the same on every run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills.assortment import verdict as words
from skills.assortment.breaks import find_break
from skills.assortment.policy import AssortmentPolicy

POLICY = AssortmentPolicy()


def noisy(level: float, count: int, generator: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Sales of weeks that lean on the week before (0.4)."""
    noise = np.zeros(count)
    for at in range(count):
        noise[at] = (0.4 * noise[at - 1] if at else 0) + generator.normal(0, level * 0.2)
    return np.maximum(np.round(level + noise), 0)


def test_a_step_is_found_in_its_week() -> None:
    generator = np.random.default_rng(7)
    units = np.concatenate([noisy(50, 20, generator), noisy(25, 16, generator)])
    found = find_break(units, POLICY)
    assert found is not None
    assert abs(found.at - 20) <= 2
    assert found.after < found.before * 0.7
    assert found == find_break(units, POLICY)


def test_a_break_by_hand() -> None:
    """20 weeks, ten at 10 units and ten at 4: twice the mid-ranks 31 and 11, |U(10)| = |310 − 210| = 100."""
    found = find_break(np.array([10.0] * 10 + [4.0] * 10), AssortmentPolicy(shuffle_block_weeks=1))
    assert found is not None
    assert (found.at, found.before, found.after) == (10, 10.0, 4.0)
    assert found.chance == 0.001  # 2 of 184,756 orders are as strong: none of 999 shuffles


def test_weeks_without_a_break_seldom_show_one() -> None:
    generator = np.random.default_rng(11)
    found = [find_break(noisy(40, 40, generator), POLICY) for _ in range(300)]
    assert sum(one is not None for one in found) <= 6


def test_a_small_step_few_weeks_and_even_sales_are_no_break() -> None:
    assert find_break(np.array([50.0] * 10 + [45.0] * 10), POLICY) is None
    assert find_break(np.array([50.0] * 6 + [5.0] * 6), POLICY) is None
    assert find_break(np.full(30, 12.0), POLICY) is None
    assert find_break(np.zeros(30), POLICY) is None


def test_weeks_without_stock_make_no_break(shop: Any) -> None:
    units = [48, 53, 50, 47, 52] * 3 + [0] * 9 + [51, 49, 50, 52, 48, 50]
    out = shop.with_mat([500] * 30, units).without_stock("2026-08-09", "2026-10-10").judge()
    assert pd.isna(out["break_week"])
    assert out["verdict"] == "keep"


def test_a_break_downwards_is_to_be_fixed_and_names_its_week(shop: Any) -> None:
    row = shop.with_mat([500] * 30, [60, 62, 58, 61, 59] * 4 + [40, 38, 41, 39, 40] * 2).judge()
    assert (row["verdict"], row["break_week"]) == ("fix", pd.Timestamp("2026-09-13"))
    assert row["break_percent"] == -34.0
    said = {"before": "60.0", "after": "39.6", "week": "2026-09-13"}
    assert (words.BREAK_DOWN, said) in row["reasons"]
    old = shop.with_mat([500] * 30, [60, 62, 58, 61, 59] * 3 + [40, 38, 41, 39, 40] * 3).judge()
    assert (old["verdict"], old["break_week"]) == ("keep", pd.Timestamp("2026-08-09"))
    rising = shop.with_mat([500] * 30, [40] * 15 + [60] * 15).judge()
    assert (rising["verdict"], rising["break_percent"]) == ("keep", 50.0)


def test_a_season_that_all_products_share_is_no_break(shop: Any) -> None:
    halved = [row | {"units": row["units"] // 2} if row["week"] > pd.Timestamp("2026-08-31") else row
              for row in shop.traffic]  # fmt: skip
    assert pd.isna(shop.but(traffic=halved).judge()["break_week"])
