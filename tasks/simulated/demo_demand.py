"""The demo seller's sales: what buyers ordered, day by day, from one seed.

Every figure comes from additions, multiplications and divisions of tables and of one PCG64 stream, so that the
same bytes come out on any machine; no exponential, logarithm or power is taken.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SEED = 20251124
FIRST_DAY = date(2023, 11, 27)
AS_OF = date(2025, 11, 24)
LAST_DAY = date(2026, 2, 22)
COUNTRIES = ("US", "DE", "FR", "GB", "JP", "CA")
FACTS = Path(__file__).parent / "demo_facts"

_DAYS = (LAST_DAY - FIRST_DAY).days + 1
_WEEKDAY_PERCENT = (108, 104, 100, 96, 92, 96, 104)
_WEEK_NOISE_PERCENT = {
    "calm": (94, 97, 100, 100, 103, 106),
    "normal": (70, 82, 92, 100, 108, 118, 130),
    "lumpy": (0, 0, 20, 60, 120, 240, 260),
}
_SKU_NOISE_PERCENT = (90, 95, 100, 105, 110)
_QUANTITY_PER_MILLE = ((1, 845), (2, 945), (3, 975), (4, 988), (6, 996), (10, 1000))
_UNITS_PER_LINE = 1.286
_RAMP_DAYS = 42


@dataclass(frozen=True)
class Lines:
    """One entry per order line, sorted by country, day, second of the day.

    Attributes:
        sku: Row of `demand.csv`.
        country: Position in `COUNTRIES`.
        day: Days after `FIRST_DAY`.
        second: Second of the marketplace's day.
        units: Ordered units.
        draw: A number 0 … 999 that decides the line's fate (cancelled, replaced …).
    """

    sku: NDArray[np.int64]
    country: NDArray[np.int64]
    day: NDArray[np.int64]
    second: NDArray[np.int64]
    units: NDArray[np.int64]
    draw: NDArray[np.int64]


@cache
def read_facts(table: str) -> tuple[dict[str, str], ...]:
    """The rows of one shipped table of the demo seller, as text by column."""
    with (FACTS / f"{table}.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(csv.DictReader(rows))


def expected_rates() -> NDArray[np.float64]:
    """Expected units by (SKU, country, day), before chance, promotions and stock-outs."""
    demand = read_facts("demand")
    weekly = np.array([[float(row[f"weekly_{country}"]) for country in COUNTRIES] for row in demand])
    seasons = {row["season"]: _spread_season(row) for row in read_facts("season")}
    season = np.array([seasons[row["season"]] for row in demand])
    elapsed = np.arange(_DAYS)
    growth = np.array([float(row["growth_percent"]) for row in demand])
    level = 1.0 + growth[:, None] / 100.0 * elapsed[None, :] / 365.0
    launched = np.array([_day_number(row["launched"] or FIRST_DAY.isoformat()) for row in demand])
    ramp = np.clip((elapsed[None, :] - launched[:, None] + 1) / _RAMP_DAYS, 0.0, 1.0)
    ramp[launched == 0] = 1.0
    weekdays = np.array(_WEEKDAY_PERCENT)[elapsed % 7] / 100.0
    by_sku = season * level * ramp * weekdays[None, :]
    rates: NDArray[np.float64] = weekly[:, :, None] / 7.0 * by_sku[:, None, :]
    return rates


def draw_lines(seed: int = SEED) -> Lines:
    """All order lines of the demo seller, with one bulk order among them."""
    stream = np.random.Generator(np.random.PCG64(seed))
    rates = expected_rates()
    skus, countries, _ = rates.shape
    rates = rates * _draw_noise(stream, skus, countries) * _list_uplifts() * _list_availability()
    counts = _draw_poisson(stream, rates / _UNITS_PER_LINE)
    sku, country, day = (
        index.astype(np.int64)
        for index in np.unravel_index(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape)
    )
    size = sku.size
    bounds = np.array([bound for _, bound in _QUANTITY_PER_MILLE])
    quantities = np.array([units for units, _ in _QUANTITY_PER_MILLE])
    units = quantities[np.searchsorted(bounds, stream.integers(0, 1000, size), side="right")]
    second = _draw_seconds(stream, size)
    draw = stream.integers(0, 1000, size)
    bulk = [row["sku"] for row in read_facts("demand")].index("HN-DC101"), COUNTRIES.index("DE")
    sku, country = np.append(sku, bulk[0]), np.append(country, bulk[1])
    day, second = np.append(day, _day_number("2025-06-11")), np.append(second, 36_120)
    units, draw = np.append(units, 480), np.append(draw, 999)
    order = np.lexsort((sku, second, day, country))
    return Lines(*(column[order].astype(np.int64) for column in (sku, country, day, second, units, draw)))


def expected_weekly(weeks: int = 8) -> NDArray[np.float64]:
    """Mean weekly units by (SKU, country) over the weeks that follow `AS_OF`."""
    start = (AS_OF - FIRST_DAY).days
    window = expected_rates()[:, :, start : start + 7 * weeks]
    total = np.zeros(window.shape[:2])
    for day in range(window.shape[2]):
        total += window[:, :, day]
    return total / weeks


def _day_number(day: str) -> int:
    return (date.fromisoformat(day) - FIRST_DAY).days


def _spread_season(row: dict[str, str]) -> list[float]:
    """Percent of each month, reached at its 15th and straight in between, as a factor per day."""
    months = [float(row[f"{month:02d}"]) for month in range(1, 13)]
    factors = []
    for offset in range(_DAYS):
        day = FIRST_DAY + timedelta(days=offset)
        left = day.month - 1 if day.day >= 15 else (day.month - 2) % 12
        passed = day.day - 15 if day.day >= 15 else day.day + 15
        factors.append((months[left] * (30 - min(passed, 30)) + months[(left + 1) % 12] * min(passed, 30)) / 3000.0)
    return factors


def _draw_noise(stream: np.random.Generator, skus: int, countries: int) -> NDArray[np.float64]:
    """One factor per (SKU, country, day), the same within a week; a part of it is common to all countries."""
    weeks = _DAYS // 7
    shared = np.array(_SKU_NOISE_PERCENT)[stream.integers(0, len(_SKU_NOISE_PERCENT), (skus, weeks))] / 100.0
    own = np.empty((skus, countries, weeks))
    for row, facts in enumerate(read_facts("demand")):
        table = np.array(_WEEK_NOISE_PERCENT[facts["noise"]])
        own[row] = table[stream.integers(0, len(table), (countries, weeks))] / 100.0
        if facts["noise"] == "calm":
            shared[row] = 1.0
    return np.repeat(own * shared[:, None, :], 7, axis=2)


def _list_uplifts() -> NDArray[np.float64]:
    """The seller's own promotions and the marketplace's events, as a factor per (SKU, country, day)."""
    skus = [row["sku"] for row in read_facts("demand")]
    factors = np.ones((len(skus), len(COUNTRIES), _DAYS))
    for event in read_facts("events"):
        row = slice(None) if event["sku"] == "*" else slice(skus.index(event["sku"]), skus.index(event["sku"]) + 1)
        place = COUNTRIES.index(event["country"]) if event["country"] != "*" else 0
        column = slice(None) if event["country"] == "*" else slice(place, place + 1)
        days = slice(_day_number(event["first_day"]), _day_number(event["last_day"]) + 1)
        factors[row, column, days] *= 1.0 + float(event["uplift_percent"]) / 100.0
    return factors


def _list_availability() -> NDArray[np.float64]:
    """Zero on the days when a SKU could not be bought in a country, else one."""
    skus = [row["sku"] for row in read_facts("demand")]
    available = np.ones((len(skus), len(COUNTRIES), _DAYS))
    for gap in read_facts("stock_outs"):
        days = slice(_day_number(gap["first_day"]), _day_number(gap["last_day"]) + 1)
        available[skus.index(gap["sku"]), COUNTRIES.index(gap["country"]), days] = 0.0
    return available


def _draw_poisson(stream: np.random.Generator, rates: NDArray[np.float64]) -> NDArray[np.int64]:
    """Poisson counts by inverting the distribution; exp(−λ) is taken as (1 − λ/4096)^4096 by twelve squarings."""
    uniform = stream.random(rates.shape)
    term = 1.0 - rates / 4096.0
    for _ in range(12):
        term = term * term
    below = term.copy()
    counts = np.zeros(rates.shape, dtype=np.int64)
    for k in range(1, 400):
        above = uniform >= below
        if not above.any():
            break
        counts += above
        term = term * rates / k
        below = below + term
    return counts


def _draw_seconds(stream: np.random.Generator, size: int) -> NDArray[np.int64]:
    """A second of the day between 03:00 and 23:59, most of them in the evening."""
    hours = np.array(
        [3, 5, 6, 7, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 21, 22, 23]
    )
    picked = hours[stream.integers(0, hours.size, size)]
    return (picked * 3600 + stream.integers(0, 3600, size)).astype(np.int64)
