"""How often steady products are called to be fixed, and how many of those that fell are found (generated world).

Figures of SKILL.md: 300 products in each of two countries, sixty weeks, a season of 30 %, weekly swings of about 20 %
that lean on the week before by 0.4; in the last four weeks sessions or conversion of a part of them halve.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

LAST_WEEK = pd.Timestamp("2026-11-15")
AS_OF = date(2026, 11, 24)
WEEKS = 60
SEASON = 1 + 0.3 * np.array([0, 0.5, 0.87, 1, 0.87, 0.5, 0, -0.5, -0.87, -1, -0.87, -0.5]).repeat(5)


def generate(
    products: int, fallen_share: float, kind: str, seed: int, country: str
) -> tuple[list[dict[str, Any]], set[str]]:
    """Rows of traffic, and the SKUs that fell."""
    generator = np.random.default_rng(seed)
    rows, fallen = [], set()
    for at in range(products):
        level, rate, swing = float(generator.lognormal(5, 1)), float(generator.uniform(0.04, 0.15)), 0.0
        falls = bool(generator.random() < fallen_share)
        fallen |= {f"S{at}"} if falls else set()
        for week in range(WEEKS):
            swing = 0.4 * swing + float(generator.normal(0, 0.18))
            half = 0.5 if falls and week >= WEEKS - 4 else 1.0
            mean = max(level * SEASON[week] * (1 + swing), 1) * (half if kind == "sessions" else 1)
            came = int(generator.poisson(mean))
            bought = int(generator.binomial(came, rate * (half if kind == "conversion" else 1)))
            day = LAST_WEEK - pd.Timedelta(days=7 * (WEEKS - 1 - week))
            rows.append(
                {
                    "country": country, "week": day, "sku": f"S{at}",
                    "sessions": came, "page_views": 2 * came, "buy_box_share": 0.95, "units": bought,
                    "sales_minor": bought * 1999, "currency": "EUR", "refunded_units": 0,
                }
            )  # fmt: skip
    return rows, fallen


def count_verdicts(shop: Any, fallen_share: float, kind: str) -> dict[str, float]:
    """Shares of steady products to be fixed, and of fallen ones to be fixed or watched."""
    steady, fell = [], []
    for seed, country in ((1, "DE"), (2, "US")):
        rows, fallen = generate(300, fallen_share, kind, seed, country)
        verdicts = shop.but(traffic=rows, stock=[]).review(as_of=AS_OF).set_index("sku")["verdict"]
        steady += [verdict for sku, verdict in verdicts.items() if sku not in fallen]
        fell += [verdict for sku, verdict in verdicts.items() if sku in fallen]
    return {
        "steady_fixed": steady.count("fix") / len(steady),
        "fallen_fixed": fell.count("fix") / max(len(fell), 1),
        "fallen_watched": fell.count("watch") / max(len(fell), 1),
    }


@pytest.mark.long
def test_steady_products_are_seldom_called_to_be_fixed(shop: Any) -> None:
    assert count_verdicts(shop, 0.0, "sessions")["steady_fixed"] <= 0.03


@pytest.mark.long
def test_products_that_lost_half_their_sessions_are_found(shop: Any) -> None:
    shares = count_verdicts(shop, 0.3, "sessions")
    assert shares["steady_fixed"] <= 0.03
    assert shares["fallen_fixed"] >= 0.75
    assert shares["fallen_fixed"] + shares["fallen_watched"] >= 0.95


@pytest.mark.long
def test_products_that_lost_half_their_conversion_are_found_where_sessions_are_enough(shop: Any) -> None:
    shares = count_verdicts(shop, 0.3, "conversion")
    assert shares["steady_fixed"] <= 0.03
    assert shares["fallen_fixed"] >= 0.45
