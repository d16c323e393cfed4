"""Listing snapshots of several days, read and checked; how long something has lasted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from skills.brand.facts import UnusableSnapshots
from skills.vocabulary import Money, check_columns, mark, name_rows

SNAPSHOT_COLUMNS = (
    "seen_on", "country", "asin", "title", "bullets", "images", "brand", "status", "buy_box", "offers",
)  # fmt: skip
STATUSES = ("live", "suppressed", "dead")


class Offer(NamedTuple):
    """One seller's offer."""

    seller: str
    price_minor: int
    currency: str
    fulfilment: str

    def tell(self) -> str:
        return f"{self.seller}: {self.price} {self.fulfilment}".strip()

    @property
    def price(self) -> str:
        """`24.90 EUR`."""
        return f"{Money(self.price_minor, self.currency).amount} {self.currency}"


class Seen(NamedTuple):
    """One listing on one day."""

    day: date
    country: str
    asin: str
    texts: dict[str, tuple[str, ...]]
    status: str
    buy_box: str
    offers: tuple[Offer, ...]

    def find_offer(self, seller: str) -> Offer | None:
        """The seller's lowest offer."""
        return min((offer for offer in self.offers if offer.seller == seller), default=None, key=_by_price)


def _by_price(offer: Offer) -> tuple[int, Offer]:
    return offer.price_minor, offer


def read_snapshots(snapshots: pd.DataFrame, as_of: date) -> dict[tuple[str, str], list[Seen]]:
    """(country, asin) → its snapshots before `as_of`, oldest first.

    Raises:
        MissingColumns: the table lacks a column.
        UnusableSnapshots: a listing twice on one day, an unknown status, an offer without seller, price or currency.
    """
    check_columns("snapshots", snapshots.columns, SNAPSHOT_COLUMNS)
    found: dict[tuple[str, str], dict[date, Seen]] = {}
    wrong = []
    for row in snapshots.to_dict("records"):
        day, country, asin = pd.Timestamp(row["seen_on"]).date(), str(row["country"]), str(row["asin"])
        offers = [_read_offer(offer) for offer in row["offers"]]
        if str(row["status"]) not in STATUSES or None in offers or day in found.get((country, asin), {}):
            wrong.append(f"{day} · {country} · {asin}")
            continue
        texts = {name: read_text(row[name]) for name in ("title", "bullets", "images", "brand")}
        kept = tuple(sorted(offer for offer in offers if offer is not None))
        if day < as_of:
            seen = Seen(day, country, asin, texts, str(row["status"]), str(row["buy_box"]).strip(), kept)
            found.setdefault((country, asin), {})[day] = seen
        else:
            found.setdefault((country, asin), {})
    if wrong:
        raise UnusableSnapshots(
            mark(
                "Snapshots that cannot be read: {rows}. Expected one row per day, country and ASIN, a status live, "
                "suppressed or dead, and offers with seller, price_minor above zero and currency. Correct the file."
            ),
            rows=name_rows(sorted(wrong)),
        )
    return {key: [days[day] for day in sorted(days)] for key, days in sorted(found.items()) if days}


def _read_offer(offer: dict[str, Any]) -> Offer | None:
    seller, currency = str(offer.get("seller", "")).strip(), str(offer.get("currency", "")).strip()
    price = offer.get("price_minor")
    if not seller or not currency or not isinstance(price, int) or price <= 0:
        return None
    return Offer(seller, price, currency, str(offer.get("fulfilment", "")))


def read_text(value: object) -> tuple[str, ...]:
    """A text or a list of texts, blanks made one and signs written one way; () for nothing."""
    listed = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    told = (" ".join(unicodedata.normalize("NFC", str(text)).split()) for text in listed)
    return tuple(text for text in told if text)


def find_since(rows: Sequence[Seen], holds: Callable[[Seen], bool], gap_days: int) -> date:
    """First day of the unbroken run that ends with the last row; a gap longer than `gap_days` breaks it."""
    since = rows[-1].day
    for row in reversed(rows):
        if not holds(row) or since - row.day > timedelta(days=gap_days):
            break
        since = row.day
    return since
