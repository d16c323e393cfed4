"""A generated market for the backtest of the selection score, by a stated rule that is not the score.

Each niche has a latent unmet need u (0…1, slowly wandering), a size, a season, a category and a competition. Its
searches grow per quarter by 12 % × (0.35 × u + 0.25 × its own last surprise + 0.30 × its category's shock − 0.10 ×
log size + 0.85 × chance), each standardised: the need explains about an eighth of the variance of growth, chance most
of it. Levels run straight from quarter to quarter, so that growth carries over into the next one. The seller never
sees u. The exports show it through noise, as a real one would: reported click shares, purchases against clicks,
stars, complaints, stock. Reviews and brands follow the competition, which growth does not depend on. The weights were
written down before the score was run on the world and are not tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

QUARTER = 13
PRODUCTS = 6
CATEGORIES = 8
GROWTH, NEED, MOMENTUM, CATEGORY, SIZE, CHANCE = 0.12, 0.35, 0.25, 0.30, -0.10, 0.85

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class World:
    """Exports of one country, and the mornings at which a seller looks.

    Attributes:
        tables: As `skills.selection.measure_niches` takes them.
        mornings: First the earliest; a quarter apart.
    """

    tables: dict[str, pd.DataFrame]
    mornings: list[pd.Timestamp]


def make_world(niches: int = 320, mornings: int = 7, seed: int = 20261122) -> World:
    """A country with so many niches, looked at on so many mornings, the first after five quarters of weeks."""
    random = np.random.default_rng(seed)
    quarters = mornings + 4
    weeks = pd.date_range("2023-01-01", periods=quarters * QUARTER, freq="7D", unit="us")
    names = np.array([f"n{at:03d}" for at in range(niches)])
    need = _wander(random, niches, quarters)
    size = random.normal(7.5, 1.1, niches)
    competition = random.beta(2, 2, niches)
    searches = _search(random, need, size, quarters)
    season = _season(random, niches, weeks)
    volume = np.round(searches * season * random.lognormal(0, 0.08, searches.shape))
    looks = [weeks[(5 + at) * QUARTER - 1] + pd.Timedelta(days=8) for at in range(mornings)]
    terms = {"head": 0.75, "tail": 0.25}
    tables = {
        "niches": pd.DataFrame(
            {"niche": names, "country": "US", "concept": names, "label": names, "terms": 2, "volume": volume[:, -1],
             "change": "kept"}
        ),
        "members": pd.DataFrame(
            [(name, "US", f"{name} {term}", 1.0, 0.0) for name in names for term in terms],
            columns=["niche", "country", "term", "share", "volume"],
        ),
        "clicks": _clicks(names, competition),
        "volumes": pd.concat(
            [
                pd.DataFrame({"country": "US", "week": np.tile(weeks, niches),
                              "term": np.repeat(names + f" {term}", len(weeks)), "rank": 1,
                              "volume": np.round(volume * share).ravel(), "volume_basis": "fitted"})
                for term, share in terms.items()
            ]
        ),
        "search_terms": _search_terms(random, names, need, competition, weeks, list(terms)),
        "search_queries": pd.DataFrame(),
        "catalog_items": _catalogue(random, names, need, competition, looks),
        "feedback_topics": _topics(random, names, need),
        "opportunities": pd.DataFrame(),
    }  # fmt: skip
    return World(tables, looks)


def _standard(values: Array) -> Array:
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0))


def _wander(random: np.random.Generator, niches: int, quarters: int) -> Array:
    """Need by niche and quarter: a steady part and one that wanders, between 0 and 1."""
    steady, moving = random.normal(0, 0.9, niches), random.normal(0, 0.5, niches)
    rows = []
    for _ in range(quarters):
        moving = 0.8 * moving + random.normal(0, 0.3, niches)
        rows.append(1 / (1 + np.exp(-(steady + moving))))
    return np.array(rows).T


def _search(random: np.random.Generator, need: Array, size: Array, quarters: int) -> Array:
    """Searches by niche and week without season and noise; the need of a quarter moves the next one's level."""
    niches = len(size)
    category = random.integers(0, CATEGORIES, niches)
    level, surprise, levels = size.copy(), np.zeros(niches), [size.copy()]
    for quarter in range(quarters):
        shocks = random.normal(0, 1, CATEGORIES)[category]
        chance = random.normal(0, 1, niches)
        step = NEED * _standard(need[:, quarter]) + MOMENTUM * surprise + CATEGORY * shocks
        step += SIZE * _standard(level) + CHANCE * chance
        level = level + GROWTH * step
        surprise = chance
        levels.append(level.copy())
    knots = np.arange(quarters + 1) * QUARTER
    at = np.arange(quarters * QUARTER)
    return np.exp(np.array([np.interp(at, knots, row) for row in np.array(levels).T]))


def _season(random: np.random.Generator, niches: int, weeks: pd.DatetimeIndex) -> Array:
    """Factor by niche and week; a third of the niches are clearly seasonal."""
    strength = np.where(random.random(niches) < 1 / 3, random.uniform(0.2, 0.6, niches), 0.05)
    phase = random.uniform(0, 2 * np.pi, niches)
    angle = 2 * np.pi * weeks.day_of_year.to_numpy() / 365.25
    return np.asarray(1 + strength[:, None] * np.cos(angle[None, :] - phase[:, None]))


def _asins(names: Array) -> Array:
    return np.array([[f"{name}P{number}" for number in range(PRODUCTS)] for name in names])


def _shares(competition: Array) -> Array:
    """Click shares of the products: the stronger the competition, the more the first ones hold."""
    weights = (1 - 0.25 - 0.4 * competition[:, None]) ** np.arange(PRODUCTS)[None, :]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _clicks(names: Array, competition: Array) -> pd.DataFrame:
    return pd.DataFrame({"niche": np.repeat(names, PRODUCTS), "country": "US", "asin": _asins(names).ravel(),
                         "click_share": _shares(competition).ravel()})  # fmt: skip


def _search_terms(
    random: np.random.Generator,
    names: Array,
    need: Array,
    competition: Array,
    weeks: pd.DatetimeIndex,
    terms: list[str],
) -> pd.DataFrame:
    """The three most clicked products of each term and week, as the report names them."""
    niches, count = len(names), len(weeks)
    weekly = np.repeat(need, QUARTER, axis=1)
    parts = []
    for term in terms:
        reported = np.clip(
            0.45 + 0.3 * competition[:, None] - 0.35 * weekly + random.normal(0, 0.08, weekly.shape), 0.05, 0.95
        )
        bought = np.clip(1.05 - 0.6 * weekly + random.normal(0, 0.15, weekly.shape), 0.05, 1.3)
        first = _shares(competition)[:, :3]
        split = first / first.sum(axis=1, keepdims=True)
        clicks = reported[:, :, None] * split[:, None, :]
        buys = np.clip(clicks * bought[:, :, None] * random.lognormal(0, 0.2, clicks.shape), 0, 1)
        parts.append(
            pd.DataFrame(
                {
                    "country": "US", "week": np.tile(np.repeat(weeks, 3), niches), "department": "",
                    "term": np.repeat(names + f" {term}", count * 3), "rank": 1,
                    "asin": np.repeat(_asins(names)[:, None, :3], count, axis=1).ravel(), "title": "", "brand": "",
                    "click_share": clicks.ravel().round(4), "conversion_share": buys.ravel().round(4),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _catalogue(
    random: np.random.Generator, names: Array, need: Array, competition: Array, looks: list[pd.Timestamp]
) -> pd.DataFrame:
    """What each product's page showed three days before each morning."""
    niches = len(names)
    shape = (niches, PRODUCTS)
    price = np.round(np.exp(random.normal(7.4, 0.5, niches))[:, None] * random.uniform(0.7, 1.5, shape))
    reviews = np.exp(
        random.normal(4.5, 0.6, niches)[:, None] + 3 * competition[:, None] + random.normal(0, 0.6, shape)
    )
    launched = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(-1500, 900, shape).ravel(), unit="D")
    brands = random.integers(0, 40, shape).astype("str")
    parts = []
    for at, look in enumerate(looks):
        quarter = need[:, 4 + at][:, None]
        rating = np.clip(4.7 - 0.6 * quarter + random.normal(0, 0.25, shape), 1, 5).round(1)
        out = random.random(shape) < 0.02 + 0.12 * quarter
        parts.append(
            pd.DataFrame(
                {
                    "country": "US", "asin": _asins(names).ravel(), "seen_on": look - pd.Timedelta(days=3),
                    "title": np.repeat(names, PRODUCTS) + " head tail",
                    "brand": np.char.add("Brand ", brands).ravel(), "category": "", "rank": np.nan,
                    "price_minor": price.ravel(), "currency": "USD",
                    "reviews": np.round(reviews * (1 + 0.15 * at)).ravel(), "rating": rating.ravel(),
                    "launched_on": launched, "in_stock": np.where(out, "no", "yes").ravel(), "features": "",
                }
            )
        )  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["launched_on"] <= rows["seen_on"]].reset_index(drop=True)


def _topics(random: np.random.Generator, names: Array, need: Array) -> pd.DataFrame:
    """Mentions in reviews; one export for all mornings, by the need before the first of them."""
    negative = random.poisson(np.repeat(4 + 20 * need[:, :5].mean(axis=1), PRODUCTS))
    positive = random.poisson(30, len(names) * PRODUCTS)
    common = {"country": "US", "asin": _asins(names).ravel(), "kind": "review", "occurrence_share": np.nan}
    return pd.concat(
        [
            pd.DataFrame({**common, "topic": topic, "sentiment": sentiment, "mentions": mentions, "star_impact": 0.0})
            for topic, sentiment, mentions in (("quality", "negative", negative), ("look", "positive", positive))
        ],
        ignore_index=True,
    )
