"""What the review reads of each product and country, and what is refused.

Refusal
├── UnusableTraffic       a row twice, a week that does not begin on a Sunday, shares outside 0 to 1, negative counts
├── UnusableMargins       a (sku, country) twice
└── UnknownProduct        a (sku, country) that is asked about and that no table holds
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.vocabulary import Refusal

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Pair = tuple[str, str]

TRAFFIC = (
    "country", "week", "sku", "sessions", "page_views", "buy_box_share", "units", "sales_minor", "currency",
    "refunded_units",
)  # fmt: skip
SELLABLE = ("available", "qc_hold", "receiving", "researching")
"""States that are, or will be, for sale: those that replenishment counts."""

COUNTS = ("sessions", "page_views", "units", "refunded_units")
SUNDAY = 3
"""1970-01-04 was a Sunday: day 3 since 1970-01-01."""
NEVER = np.iinfo(np.int64).max


class UnusableTraffic(Refusal):
    """Traffic that cannot be read."""


class UnusableMargins(Refusal):
    """Margins that contradict themselves."""


class UnknownProduct(Refusal):
    """No such product in that country."""


@dataclass(frozen=True)
class Panel:
    """Products by weeks; the last column is the country's last complete week.

    Attributes:
        pairs: (sku, country), sorted; one per row of the arrays.
        end: Number of the last complete week of the pair's country.
        first: Number of the first week with a session or a sale; a huge number if never.
        country_first: The same over the whole country.
        units: From the sales as far as these reach, where the pair has any; else from the traffic. NaN before the
            first week and where not known.
        sessions, page_views, buy_box, traffic_units, refunded: NaN where the week has no traffic.
        out: Weeks with a day without stock.
        sales_minor, currency: Of the last four weeks; currency is "" for none, names all of a mix.
        returned: Units that came back in return_weeks; NaN where neither returns nor refunds are known.
        available, sellable: Units now; NaN where the country's stock is not known.
        life_cycle: "" where the SKU is not among the products.
        margins: cm2_minor, cm3_minor, returns_minor per unit, NaN where not known; currency.
        assumed_out: Whether weeks without stock were read from traffic, for want of a table of them.
    """

    pairs: list[Pair]
    end: Ints
    first: Ints
    country_first: Ints
    units: Floats
    sessions: Floats
    page_views: Floats
    buy_box: Floats
    traffic_units: Floats
    refunded: Floats
    out: Bools
    sales_minor: Floats
    currency: list[str]
    returned: Floats
    available: Floats
    sellable: Floats
    life_cycle: list[str]
    margins: dict[str, Floats]
    margin_currency: list[str]
    assumed_out: bool

    @property
    def width(self) -> int:
        """Weeks that the arrays hold."""
        return int(self.sessions.shape[1])

    @property
    def countries(self) -> Bools:
        """One row per country, sorted: which pairs are in it."""
        names = np.array([country for _, country in self.pairs], dtype=object)
        listed = sorted({country for _, country in self.pairs})
        return np.array([names == name for name in listed], dtype=bool).reshape(len(listed), len(names))


def list_pairs(frame: pd.DataFrame) -> list[Pair]:
    """(sku, country) of each row."""
    return list(zip(frame["sku"].astype(str), frame["country"].astype(str), strict=True))


def morning_week(as_of: date) -> int:
    """Number of the week that as_of is in."""
    return (count_day(as_of) - SUNDAY) // 7


def week_day(number: int) -> pd.Timestamp:
    """The Sunday with which a week begins."""
    return pd.Timestamp("1970-01-04") + pd.Timedelta(days=7 * number)


def count_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def count_days(days: pd.Series) -> Ints:
    """Days since 1970-01-01."""
    return pd.to_datetime(days).to_numpy(dtype="datetime64[D]").astype(np.int64)


def number_week(days: Ints) -> Ints:
    """Number of the week, from its Sunday, that each day is in."""
    return (days - SUNDAY) // 7
