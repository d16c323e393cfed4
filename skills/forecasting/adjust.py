"""What the seller knows beyond the history: events, overrides, life cycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.panel import CHUNK
from skills.vocabulary import ALL_COUNTRIES


@dataclass(frozen=True)
class Events:
    """Rows that the same events touch, and their factors.

    Attributes:
        kinds: Kind of each row.
        factors: (kind, week).
    """

    kinds: Ints
    factors: Floats


def measure_events(
    events: pd.DataFrame,
    skus: Ints,
    countries: Ints,
    sku_names: pd.Index,
    country_names: pd.Index,
    mondays: Ints,
    as_of: date,
) -> Events:
    """Factor of a row and week: 1 + the sum of uplifts × share of the week's days they touch, never below 0.

    Of the week of `as_of` the days from then on are looked at. They count only while the event has not expired; days
    of the weeks before happened and always count.

    Args:
        events: first_day, last_day, country, sku (`*` = all), uplift_percent, expires.
        skus: SKU code per row.
        countries: Country code per row.
        sku_names: Name per SKU code.
        country_names: Name per country code.
        mondays: Day number of each week.
        as_of: The morning of the forecast.
    """
    kinds, factors = np.zeros(len(skus), np.int64), np.ones((1, len(mondays)))
    if events.empty:
        return Events(kinds, factors)
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    ordered = events.sort_values(
        ["event", "first_day", "last_day", "country", "sku", "uplift_percent"], kind="stable"
    )
    last = _days(ordered["last_day"])
    last = np.where(_days(ordered["expires"]) < today, np.minimum(last, today - 1), last)
    begins = _begin_weeks(mondays, today)
    days = mondays + 7 - begins
    uplifts = ordered["uplift_percent"].to_numpy(dtype=np.float64) / 100.0
    for number, (low, high, uplift) in enumerate(zip(_days(ordered["first_day"]), last, uplifts, strict=True)):
        added = np.clip(np.minimum(high, mondays + 6) - np.maximum(low, begins) + 1, 0, 7) / days * uplift
        rows = _select(skus, sku_names, ordered["sku"].iloc[number])
        rows &= _select(countries, country_names, ordered["country"].iloc[number])
        columns = np.flatnonzero(added)
        if columns.size and rows.any():
            told, kinds = np.unique(2 * kinds + rows, return_inverse=True)
            factors = factors[told // 2]
            factors[np.ix_(told % 2 == 1, columns)] += added[columns]
    return Events(kinds, np.maximum(factors, 0.0))


def _select(codes: Ints, names: pd.Index, name: str) -> Bools:
    """Rows of one SKU or country, or all of them for `*`."""
    return np.ones(len(codes), np.bool_) if name == ALL_COUNTRIES else codes == find_codes(names, [name])[0]


def find_codes(names: pd.Index, wanted: Iterable[str]) -> Ints:
    """Number of each name, -1 where it is unknown."""
    return np.asarray(names.get_indexer(pd.Index(list(wanted))), dtype=np.int64)


def deflate(values: Floats, known: Bools, kinds: Ints, factors: Floats) -> None:
    """Make a history, in place, what it would have been without events or season: divided by the factors of its kind.

    A week with factor 0 says nothing: it is unknown, and its units are 0.

    Args:
        values, known: (row, week).
        kinds: Kind of each row.
        factors: (kind, week).
    """
    if (factors == 1.0).all():
        return
    readable = factors > 0.0
    divisors = np.where(readable, factors, np.inf)
    for start in range(0, len(values), CHUNK):
        some = slice(start, start + CHUNK)
        values[some] /= divisors[kinds[some]]
        known[some] &= readable[kinds[some]]


def fade_life_cycle(
    products: pd.DataFrame, sku_names: pd.Index, mondays: Ints, phase_out_weeks: int, as_of: date
) -> Floats:
    """Factor per (SKU, week ahead): 0 for `exit`; for `phase_out` the share of the week that is on sale, or an even
    fall to 0 where the last day of sale is not stated; else 1.

    Args:
        products: sku, life_cycle; ends_on (missing or no column: not stated).
        sku_names: Rows of the answer.
        mondays: Of the weeks ahead [days].
        phase_out_weeks: Length of the fall [weeks].
        as_of: The morning of the forecast.
    """
    known = _read_life_cycles(products, sku_names)
    cycle = known["life_cycle"].to_numpy(dtype=object)
    ahead = np.arange(len(mondays))
    factors = np.ones((len(sku_names), len(mondays)))
    factors[cycle == "phase_out"] = np.maximum(0, phase_out_weeks - ahead) / phase_out_weeks
    stated = (cycle == "phase_out") & known["ends_on"].notna().to_numpy()
    factors[stated] = share_on_sale(products, sku_names[stated], mondays, as_of)
    factors[cycle == "exit"] = 0.0
    return factors


def share_on_sale(products: pd.DataFrame, sku_names: pd.Index, mondays: Ints, as_of: date) -> Floats:
    """Share of each week ahead, of its days from `as_of` on, up to `ends_on`, the last day of sale of a phase-out; 1
    where none is stated.

    Args:
        products: As for `fade_life_cycle`.
        sku_names: Rows of the answer; a name may come several times.
        mondays: Of the weeks ahead [days].
        as_of: The morning of the forecast.
    """
    known = _read_life_cycles(products, sku_names)
    ends = _days(known["ends_on"].where(known["life_cycle"] == "phase_out"))
    begins = _begin_weeks(mondays, int(np.datetime64(as_of, "D").astype(np.int64)))
    days = mondays + 7 - begins
    return np.asarray(np.clip(ends[:, None] + 1 - begins, 0, days) / days)


def _begin_weeks(mondays: Ints, today: int) -> Ints:
    """First day of each week that is looked at: today in the week of today, else its Monday."""
    return np.where((mondays <= today) & (today < mondays + 7), today, mondays)


def _read_life_cycles(products: pd.DataFrame, sku_names: pd.Index) -> pd.DataFrame:
    """life_cycle and ends_on of each name."""
    dated = products if "ends_on" in products else products.assign(ends_on=pd.Series(pd.NaT, index=products.index))
    return dated.drop_duplicates("sku").set_index("sku")[["life_cycle", "ends_on"]].reindex(sku_names)


def number_categories(products: pd.DataFrame, sku_names: pd.Index) -> Ints:
    """Category code per SKU; SKUs without a category share one."""
    category = products.drop_duplicates("sku").set_index("sku")["category"].reindex(sku_names)
    codes, _ = pd.factorize(category.fillna("").astype(str), sort=True)
    return codes.astype(np.int64)


def read_overrides(overrides: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Overrides in force: one row per (sku, country); of several the one that expires last wins, then by author."""
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    live = overrides[_days(overrides["expires"]) >= today]
    return live.sort_values(["sku", "country", "expires", "author", "weekly_units"], kind="stable").drop_duplicates(
        ["sku", "country"], keep="last"
    )


def _days(days: pd.Series) -> Ints:
    """Day numbers; a missing expiry lies beyond every horizon."""
    stamps = pd.to_datetime(days)
    far = pd.Timestamp("9999-12-31")
    return stamps.astype("datetime64[s]").fillna(far).to_numpy().astype("datetime64[D]").astype(np.int64)
