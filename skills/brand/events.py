"""An event of the watch, and those in a listing's offers: sellers who should not be there, prices too low."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from skills.brand.facts import Values
from skills.brand.history import Offer, Seen, find_since
from skills.brand.policy import BrandPolicy
from skills.vocabulary import Money, mark

EVENTS = {
    "event": "str", "kind": "str", "severity": "str", "country": "str", "asin": "str", "sku": "str", "field": "str",
    "seller": "str", "before": "str", "after": "str", "before_on": "datetime64[us]", "since": "datetime64[us]",
    "seen_on": "datetime64[us]", "reason": "str", "values": "object",
}  # fmt: skip

HIJACKED = mark("{seller} sells on this listing and is not on your list of sellers.")
HIJACKED_BOX = mark("{seller} sells on this listing, is not on your list of sellers, and holds the buy box.")
UNDERCUT = mark("{seller} asks {price}; your floor is {floor}.")
OWN_BELOW = mark("You ask {price} yourself; your floor is {floor}.")
OTHER_CURRENCY = mark("{seller} asks {price}; your floor is in {currency}: they were not compared.")

Event = tuple[Any, ...]


class Owned(NamedTuple):
    """One of the seller's listings."""

    sku: str
    brand: str
    seller: str
    sellers: frozenset[str]
    approved: dict[str, tuple[str, ...]]
    floor: Money | None


def make_event(
    kind: str,
    severity: str,
    key: tuple[str, str],
    reason: str,
    values: Values,
    since: date,
    seen_on: date,
    sku: str = "",
    field: str = "",
    seller: str = "",
    before: str = "",
    after: str = "",
    before_on: date | None = None,
) -> Event:
    name = " · ".join(part for part in (*key, kind, field, seller) if part)
    return (name, kind, severity, *key, sku, field, seller, before, after, before_on, since, seen_on, reason, values)


def _offers(seller: str, row: Seen) -> bool:
    return row.find_offer(seller) is not None


def find_offers(key: tuple[str, str], mine: Owned, rows: list[Seen], policy: BrandPolicy) -> Iterator[Event]:
    last = rows[-1]
    for seller in sorted({offer.seller for offer in last.offers}):
        offer = last.find_offer(seller)
        assert offer is not None
        told: dict[str, Any] = {"sku": mine.sku, "seller": seller, "after": offer.tell()}
        since = find_since(rows, partial(_offers, seller), policy.gap_days)
        if seller not in mine.sellers:
            earlier = next((row for row in reversed(rows) if row.day < since), None)
            before = ", ".join(sorted({one.seller for one in earlier.offers})) if earlier else ""
            before_on = earlier.day if earlier else None
            box = last.buy_box == seller
            severity, reason = ("urgent", HIJACKED_BOX) if box else ("soon", HIJACKED)
            values = {"seller": seller}
            dated = told | {"before": before, "before_on": before_on}
            yield make_event("hijacked_offer", severity, key, reason, values, since, last.day, **dated)
        yield from _compare_floor(key, mine, offer, rows, policy)


def _compare_floor(
    key: tuple[str, str], mine: Owned, offer: Offer, rows: list[Seen], policy: BrandPolicy
) -> Iterator[Event]:
    floor, last = mine.floor, rows[-1]
    if floor is None:
        return
    told: dict[str, Any] = {"sku": mine.sku, "seller": offer.seller, "after": offer.price}
    if offer.currency != floor.currency:
        values = {"seller": offer.seller, "price": offer.price, "currency": floor.currency}
        yield make_event("price_not_compared", "notice", key, OTHER_CURRENCY, values, last.day, last.day, **told)
        return

    def is_below(row: Seen) -> bool:
        its = row.find_offer(offer.seller)
        return its is not None and its.currency == floor.currency and its.price_minor < floor.minor

    if is_below(last):
        since = find_since(rows, is_below, policy.gap_days)
        earlier = next((row for row in reversed(rows) if row.day < since), None)
        its = earlier.find_offer(offer.seller) if earlier else None
        dated = told | ({"before": its.price, "before_on": earlier.day} if earlier and its else {})
        own_price = offer.seller == mine.seller
        kind, reason = ("own_price_below_floor", OWN_BELOW) if own_price else ("price_undercut", UNDERCUT)
        values = {"seller": offer.seller, "price": offer.price, "floor": f"{floor.amount} {floor.currency}"}
        yield make_event(kind, "soon", key, reason, values, since, last.day, **dated)
