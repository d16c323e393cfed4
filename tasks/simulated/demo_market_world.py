"""The market behind the demo's market exports: how much is searched, what lacks, and which products are clicked.

The rule, from the tables `demo_facts/market_*.csv` and PCG64 streams of one seed, in additions,
multiplications and divisions:

- **Unmet need** of an idea in a country (0 … 1) begins at the table's value ± 8 points; each quarter a fiftieth of
  what exceeds 30 % is met and chance moves it by up to 4 points.
- **Searches** grow each week by a thirteenth of (the idea's own drift + 20 % × (unmet need − 0.30)) and by chance of
  up to ± 1.8 %; the season of the month and the noise of the week come on top. So what lacks in a quarter draws part
  of the next one's growth, and chance the rest.
- **Rank** of a term is the market's searches at rank one ÷ the term's searches, both with some noise (Zipf's rule).
- **Unmet need shows** in ratings (4.7 − it, in stars), clicks that spread beyond the reported three, products out of
  stock, returns, topics of reviews and conversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.simulated.demo_demand import AS_OF, COUNTRIES, SEED, read_facts
from tasks.simulated.demo_market_terms import LANGUAGES, Words, list_words

WEEKS_BEFORE, WEEKS_AFTER, QUARTER = 78, 2, 13
WEEKS = WEEKS_BEFORE + WEEKS_AFTER
FIRST_WEEK = date(2024, 5, 26)
"""A Sunday; the 78th week from it is the last that is complete on the morning of `AS_OF`."""
QUARTERS = -(-WEEKS // QUARTER)
_LISTED_PERCENT = 75
"""Percent of products that are offered in a country."""

_SIZE_PER_MILLE = {"US": 1000, "DE": 340, "FR": 240, "GB": 300, "JP": 260, "CA": 120}
TOP_SEARCHES = {
    "US": 36_000_000,
    "DE": 11_000_000,
    "FR": 8_000_000,
    "GB": 10_000_000,
    "JP": 9_000_000,
    "CA": 4_000_000,
}
"""Searches a week of each country's most searched term."""
_PRICE_PERCENT = {"US": 100, "DE": 102, "FR": 105, "GB": 88, "JP": 148, "CA": 136}
_NEUTRAL, _PULL, _MET, _CHANCE = 0.30, 20.0, 0.02, 1.8
"""The rule: unmet need that draws nothing, growth per unit of it [% a quarter], part met, chance [% a week]."""
_OWNED_FROM = 60
"""Percent of clicks of one brand from which it owns an idea."""
_LEADERS = (1000, 850)
"""Weights of the two products that lead an idea; the others follow at some distance, close together."""
_OWNERS = (1000, 850, 760)
"""The same where one brand owns the idea: its three products take nearly all clicks."""
_LICENSED = ("Disney", "Disney", "Pokemon")
"""Names that the leading products of one idea bear by licence; buyers search by them."""
_OWN_WEIGHT, _OWN_WEIGHT_BEHIND = 300, 120
_SYLLABLES = (
    ("Nor", "Vel", "Lum", "Kai", "Tes", "Oro", "Pin", "Fjel", "Mir", "San", "Bru", "Hol", "Yun", "Ard", "Quil"),
    ("ta", "dan", "wick", "elle", "vane", "nest", "ova", "mund", "isk", "ura"),
)


@dataclass(frozen=True)
class Product:
    """A product that buyers click, in one country.

    Attributes:
        asin: The same in every country.
        sku: The seller's own code, "" for a product of others.
        place: Its number among the idea's products.
        weight: How readily it is clicked, 1 … 1000.
        launch_week: Week of its launch, below 0 before the first.
        succeeds: Whether a launch within the weeks caught on.
        price_minor: What a buyer pays.
        reviews_per_week: Ratings that it gains.
        stars_offset: Tenths of a star beside the idea's rating.
    """

    asin: str
    sku: str
    place: int
    brand: str
    title: str
    features: tuple[str, ...]
    weight: int
    launch_week: int
    succeeds: bool
    price_minor: int
    reviews_per_week: float
    stars_offset: int


@dataclass(frozen=True)
class World:
    """The latent state.

    Attributes:
        searches: Searches by (idea, country, week).
        unmet: Unmet need by (idea, country, quarter), 0 … 1.
        products: (idea, country) → its products.
    """

    searches: NDArray[np.float64]
    unmet: NDArray[np.float64]
    products: dict[tuple[int, str], list[Product]]


@cache
def concepts() -> tuple[dict[str, str], ...]:
    """The product ideas of the market, a row each."""
    return read_facts("market_niches")


def start_of(week: int) -> date:
    """The Sunday on which a week begins."""
    return FIRST_WEEK + timedelta(days=7 * week)


def write_amount(country: str, minor: int) -> str:
    """A price as the country's files write it: yen whole, all else with two digits."""
    return str(minor) if country == "JP" else f"{minor // 100}.{minor % 100:02d}"


@cache
def draw_world() -> World:
    """The market of all ideas and countries."""
    stream = np.random.Generator(np.random.PCG64(SEED + 5))
    unmet = _draw_unmet(stream)
    searches = _draw_searches(stream, unmet)
    products = {}
    for idea, row in enumerate(concepts()):
        shared = stream.integers(0, 1000, (int(row["products"]) + 8, 8))
        for column, country in enumerate(COUNTRIES):
            own = stream.integers(0, 1000, (len(shared), 6))
            products[idea, country] = _list_products(idea, country, searches[idea, column], shared, own)
    return World(searches, unmet, products)


def _draw_unmet(stream: np.random.Generator) -> NDArray[np.float64]:
    start = np.array([int(row["unmet"]) for row in concepts()]) / 100.0
    size = (len(start), len(COUNTRIES))
    unmet = np.empty((*size, QUARTERS))
    unmet[:, :, 0] = start[:, None] + stream.integers(-8, 9, size) / 100.0
    for quarter in range(1, QUARTERS):
        before = unmet[:, :, quarter - 1]
        chance = stream.integers(-4, 5, size) / 100.0
        unmet[:, :, quarter] = np.clip(before - _MET * (before - _NEUTRAL) + chance, 0.05, 0.95)
    return unmet


def _draw_searches(stream: np.random.Generator, unmet: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = concepts()
    size = (len(rows), len(COUNTRIES))
    tilts = [{part[:2]: int(part[2:]) for part in row["tilt"].split()} for row in rows]
    tilt = np.array([[each.get(country, 100) for country in COUNTRIES] for each in tilts]) / 100.0
    share = np.array([_SIZE_PER_MILLE[country] for country in COUNTRIES]) / 1000.0
    base = np.array([int(row["volume"]) for row in rows])[:, None] * share[None, :] * tilt
    base = base * (stream.integers(80, 121, size) / 100.0)
    drift = np.array([float(row["growth"]) for row in rows])
    level = np.empty((*size, WEEKS))
    now = np.ones(size)
    for week in range(WEEKS):
        level[:, :, week] = now
        drawn = drift[:, None] + _PULL * (unmet[:, :, week // QUARTER] - _NEUTRAL)
        chance = stream.integers(-100, 101, size) / 100.0 * _CHANCE
        now = now * (1.0 + (drawn / QUARTER + chance) / 100.0)
    noise = np.array([float(row["noise"]) for row in rows]) / 100.0
    chance = (stream.integers(-100, 101, (*size, WEEKS)) + stream.integers(-100, 101, (*size, WEEKS))) / 200.0
    season = np.array([_season(row["season"]) for row in rows])
    searches: NDArray[np.float64] = (
        base[:, :, None] * level * season[:, None, :] * (1.0 + noise[:, None, None] * chance)
    )
    return searches


def _season(name: str) -> list[float]:
    """The factor of each week: the table's percent at the 15th of each month, straight in between."""
    row = next(row for row in (*read_facts("season"), *read_facts("market_season")) if row["season"] == name)
    months = [float(row[f"{month:02d}"]) for month in range(1, 13)]
    factors = []
    for week in range(WEEKS):
        day = start_of(week) + timedelta(days=3)
        left = day.month - 1 if day.day >= 15 else (day.month - 2) % 12
        passed = min(day.day - 15 if day.day >= 15 else day.day + 15, 30)
        factors.append((months[left] * (30 - passed) + months[(left + 1) % 12] * passed) / 3000.0)
    return factors


def is_owned(row: dict[str, str]) -> bool:
    """Whether one brand takes most of an idea's clicks."""
    return int(row["brand_share"]) >= _OWNED_FROM


def brand_of(number: int) -> str:
    """An invented brand."""
    first, second = _SYLLABLES
    return f"{first[number % len(first)]}{second[number // len(first) % len(second)]}"


def own_asin(sku: str) -> str:
    """The ASIN that the seller's order lines give to a SKU."""
    place = [row["sku"] for row in read_facts("demand")].index(sku)
    return f"B0{place * 7919 % 10_000_000 + 10_000_000:08d}"


def _asin(idea: int, place: int) -> str:
    number, signs = (idea * 64 + place + 1) * 1_299_709 % 36**7, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        text = signs[digit] + text
    return f"B0C{text}"


def _list_products(
    idea: int, country: str, searches: NDArray[np.float64], shared: NDArray[np.int64], own: NDArray[np.int64]
) -> list[Product]:
    row = concepts()[idea]
    words = list_words(row["concept"], LANGUAGES[country])
    count, target = int(row["products"]), int(row["brand_share"])
    newest = 2 + int(row["unmet"]) // 30
    leaders, follower = (_OWNERS, 180) if is_owned(row) else (_LEADERS, 560)
    weights = [*leaders, *(follower - 16 * place for place in range(count - len(leaders)))]
    total, taken, found = sum(weights), 0, []
    mean = sum(int(week) for week in searches) / WEEKS
    for place in range(count):
        leads = taken * 100 < target * total
        taken += weights[place] if leads else 0
        brand = brand_of(idea * 7) if leads else brand_of(idea * 7 + 11 * place + 1)
        if row["trait"] == "licensed" and place < len(_LICENSED):
            brand = _LICENSED[place]
        if place >= 4 and own[place, 0] % 100 >= _LISTED_PERCENT:
            continue
        new = place >= count - newest
        launch = 6 + int(shared[place, 1]) % 70 if new else -60 - int(shared[place, 1]) % 180
        gained = mean * 0.0015 * weights[place] / total * (50 + int(shared[place, 2]) % 110) / 100.0
        found.append(
            Product(
                asin=_asin(idea, place),
                sku="",
                place=place,
                brand=brand,
                title=_title(brand, words, place, country),
                features=_pick(words.traits, place, 3),
                weight=weights[place],
                launch_week=launch,
                succeeds=int(shared[place, 3]) % 100 < 25 + int(row["unmet"]) // 2,
                price_minor=_price(row, country, place, int(shared[place, 4]), int(own[place, 1])),
                reviews_per_week=gained,
                stars_offset=int(shared[place, 5]) % 5 - 2,
            )
        )
    return found + _list_own(row["concept"], country, count, total, mean, shared)


def _list_own(
    concept: str, country: str, count: int, total: int, mean: float, shared: NDArray[np.int64]
) -> list[Product]:
    """The seller's own products among an idea's."""
    demand = {row["sku"]: row for row in read_facts("demand")}
    titles = {row["sku"]: row["title"] for row in read_facts("products")}
    mine = [row["sku"] for row in read_facts("market_own") if row["concept"] == concept]
    found = []
    for step, sku in enumerate(mine):
        facts = demand[sku]
        if facts[f"weekly_{country}"] == "0":
            continue
        weight = _OWN_WEIGHT_BEHIND if step else _OWN_WEIGHT
        launch = (date.fromisoformat(facts["launched"]) - FIRST_WEEK).days // 7 if facts["launched"] else -120
        found.append(
            Product(
                own_asin(sku), sku, count + step, "Haina", f"Haina {titles[sku]}", (), weight,
                launch, True, int(facts[f"price_{country}"]), mean * 0.0012 * weight / total,
                int(shared[count + step, 5]) % 3,
            )
        )  # fmt: skip
    return found


def _price(row: dict[str, str], country: str, place: int, draw: int, own: int) -> int:
    """A price that ends in 99 (in yen in 80); with a hole, every product is either cheap or dear."""
    hole = 118 + draw % 20 if place % 2 == 0 else 48 + draw % 12
    percent = hole if row["ladder"] == "hole" else 70 + draw % 66
    minor = int(row["price"]) * percent * _PRICE_PERCENT[country] * (97 + own % 7) // 1_000_000
    return minor // 100 * 100 + (80 if country == "JP" else 99)


def _title(brand: str, words: Words, place: int, country: str) -> str:
    head = words.heads[place % len(words.heads)][place // len(words.heads) % 2]
    name = " ".join(word[:1].upper() + word[1:] for word in head.split(" ")) if LANGUAGES[country] == "en" else head
    return f"{brand} {name}, {', '.join(_pick(words.traits, place, 2))}"


def _pick(traits: tuple[str, ...], place: int, count: int) -> tuple[str, ...]:
    """Some traits of a product, others for the next one."""
    return tuple(traits[(place + step) % len(traits)] for step in range(min(count, len(traits))))


def stars_of(unmet: float, product: Product) -> int:
    """Rating of a product in tenths of a star."""
    return min(49, max(20, int(47.5 - 10.0 * unmet) + product.stars_offset - (1 if product.stars_offset > 1 else 0)))


def weeks_until(day: date) -> int:
    """Whole weeks from the first to a day."""
    return (day - FIRST_WEEK).days // 7


LAST_WEEK = weeks_until(AS_OF) - 1
"""The last week that is complete on the morning."""
