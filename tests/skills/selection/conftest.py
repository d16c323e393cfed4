"""A small market: a few niches in a country or two, with every table that an export gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.selection import measure_niches
from skills.selection.plan import Measured
from skills.selection.policy import SelectionPolicy

AS_OF = date(2026, 11, 24)
LAST_WEEK = pd.Timestamp("2026-11-15")
Tables = dict[str, pd.DataFrame]


def weeks_back(count: int) -> list[pd.Timestamp]:
    """Sundays of the last complete weeks before the morning, oldest first."""
    return [LAST_WEEK - pd.Timedelta(days=7 * back) for back in reversed(range(count))]


def make_niche(name: str, country: str = "US", weeks: int = 30, volume: float = 1000.0, **other: Any) -> Tables:
    """One niche of two terms and six clicked products; `other` replaces what is special about it.

    Args:
        name: Of the niche; its terms are `<name> cloth` and `<name> cloth <asked>`.
        volume: Searches a week, or a list of one number per week.
        other: concept, asked, prices, ratings, conversion, reported, currency, titles, stock, reviews, complaints.
    """
    known = {
        "concept": name, "asked": "lint free", "prices": (900, 1000, 1100, 1200, 1300, 1400), "currency": "USD",
        "ratings": (4.6, 4.5, 4.4, 4.6, 4.5, 4.4), "conversion": 0.9, "reported": 0.5, "stock": ("yes",) * 6,
        "titles": None, "reviews": (900, 700, 500, 300, 200, 100), "complaints": 2, "launched": "2025-01-01",
    } | other  # fmt: skip
    terms = [f"{name} cloth", f"{name} cloth {known['asked']}"]
    asins = [f"{name.upper()}{number}" for number in range(6)]
    shares = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)
    titles = known["titles"] or [f"{name} cloth cotton {number} pack" for number in range(6)]
    days = weeks_back(weeks)
    volumes = volume if isinstance(volume, list) else [volume] * weeks
    place = {"niche": name, "country": country}
    seen = [pd.Timestamp("2026-09-01"), pd.Timestamp("2026-11-20")]
    return {
        "niches": pd.DataFrame(
            [{**place, "concept": known["concept"], "label": terms[0], "terms": 2, "volume": volumes[-1],
              "change": "kept"}]
        ),
        "members": pd.DataFrame([{**place, "term": term, "share": 1.0, "volume": 0.0} for term in terms]),
        "clicks": pd.DataFrame(
            [{**place, "asin": asin, "click_share": share} for asin, share in zip(asins, shares, strict=True)]
        ),
        "volumes": pd.DataFrame(
            [{"country": country, "week": day, "term": term, "rank": 10, "volume": searches * part,
              "volume_basis": "fitted"}
             for day, searches in zip(days, volumes, strict=True)
             for term, part in zip(terms, (0.8, 0.2), strict=True)]
        ),
        "search_terms": pd.DataFrame(
            [{"country": country, "week": day, "department": "", "term": term, "rank": 10, "asin": asin,
              "title": "", "brand": "", "click_share": share / 0.75 * known["reported"],
              "conversion_share": share / 0.75 * known["reported"] * known["conversion"]}
             for day in days for term in terms for asin, share in zip(asins[:3], shares, strict=False)]
        ),
        "search_queries": pd.DataFrame(
            [{"country": country, "week": day, "asin": own, "term": terms[0], "clicks_total": 400,
              "purchases_total": 40} for day in days for own in ("OWN1", "OWN2")]
        ),
        "catalog_items": pd.DataFrame(
            [{"country": country, "asin": asin, "seen_on": day, "title": titles[at], "brand": f"Maker {at // 2}",
              "category": "Kitchen", "rank": 100.0, "price_minor": known["prices"][at],
              "currency": known["currency"], "reviews": float(known["reviews"][at] + 80 * later),
              "rating": known["ratings"][at], "launched_on": pd.Timestamp(known["launched"]),
              "in_stock": known["stock"][at], "features": ""}
             for later, day in enumerate(seen) for at, asin in enumerate(asins)]
        ),
        "feedback_topics": pd.DataFrame(
            [{"country": country, "asin": asin, "topic": topic, "kind": kind, "sentiment": sentiment,
              "mentions": mentions, "occurrence_share": 0.1, "star_impact": 0.0}
             for asin in asins for topic, kind, sentiment, mentions in (
                 ("soft", "review", "positive", 40), ("thin", "review", "negative", known["complaints"]),
                 ("too small", "return", "negative", 5))]
        ),
        "opportunities": pd.DataFrame(
            [{"country": country, "exported_on": pd.Timestamp("2026-11-20"), "niche_name": terms[0],
              "top_terms": ";".join(terms), "volume_90d": 13_000.0, "growth_90d_percent": 5.0,
              "growth_180d_percent": 6.0, "units_sold_90d": 900.0, "products": 60.0, "average_price_minor": 1150,
              "currency": known["currency"], "click_share_top5": 0.6, "click_share_top20": 0.9,
              "launches_180d": 8.0, "launches_succeeded_180d": 2.0, "out_of_stock_share": 0.05, "return_share": 0.04}]
        ),
    }  # fmt: skip


def join(*tables: Tables) -> Tables:
    """Several niches in one market."""
    return {name: pd.concat([table[name] for table in tables], ignore_index=True) for name in tables[0]}


Measure = Callable[..., Measured]
Niche = Callable[..., Tables]
Join = Callable[..., Tables]


@pytest.fixture(scope="session")
def niche() -> Niche:
    """One niche's tables, see `make_niche`."""
    return make_niche


@pytest.fixture(scope="session")
def market() -> Join:
    """Several niches in one market."""
    return join


@pytest.fixture(scope="session")
def measure() -> Measure:
    """Measure a market; policy fields by name."""

    def measure(tables: Tables, as_of: date = AS_OF, own: tuple[str, ...] = (), **policy: Any) -> Measured:
        return measure_niches(**tables, own_asins=own, policy=SelectionPolicy(**policy), as_of=as_of)

    return measure
