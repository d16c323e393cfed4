"""Listings as feeds: JSON_LISTINGS_FEED documents, each of one country and at most 25,000 messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

MOST_MESSAGES = 25_000
"""Of one document (Listings Feed schema v2, maxItems)."""

FEED_COLUMNS = ("sku", "country", "marketplace_id", "product_type", "state", "attributes")


class UnusableListings(Refusal):
    """Listings that make no document: none that is ready, several countries, too many."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One document to submit.

    Attributes:
        part: 1 for the first of a country.
        document: JSON_LISTINGS_FEED, version 2.0.
        left_out: SKUs of the country that are not ready.
    """

    country: str
    marketplace_id: str
    part: int
    document: dict[str, Any]
    left_out: tuple[str, ...]


def make_feeds(listings: pd.DataFrame, seller: str) -> list[Feed]:
    """The documents for all listings that are ready, by country, split after 25,000 messages.

    A document is of one country, since the message of a SKU replaces what the SKU had there.

    Args:
        listings: As `compose_listings` gives them.
        seller: The seller's id at the marketplace (merchant token).
    """
    check_columns("listings", listings.columns, FEED_COLUMNS)
    feeds = []
    for (country, marketplace), group in listings.groupby(["country", "marketplace_id"], sort=True):
        ready = group[group["state"] != "refused"].sort_values("sku")
        left_out = tuple(sorted(group.loc[group["state"] == "refused", "sku"]))
        for part, start in enumerate(range(0, len(ready), MOST_MESSAGES), 1):
            document = make_feed(ready.iloc[start : start + MOST_MESSAGES], seller)
            feeds.append(Feed(str(country), str(marketplace), part, document, left_out))
    return feeds


def make_feed(listings: pd.DataFrame, seller: str) -> dict[str, Any]:
    """One JSON_LISTINGS_FEED document: an UPDATE message per listing that is ready, sorted by SKU.

    Args:
        listings: Of one country, as `compose_listings` gives them; rows whose state is `refused` are left out.
        seller: The seller's id at the marketplace.
    Returns:
        The document; the same listings give the same bytes.
    Raises:
        UnusableListings: none is ready, several countries, a SKU twice, more than 25,000.
    """
    check_columns("listings", listings.columns, FEED_COLUMNS)
    ready = listings[listings["state"] != "refused"].sort_values("sku")
    countries = sorted(set(ready["country"]))
    if len(countries) != 1:
        raise UnusableListings(
            mark(
                "A feed is of one country, and the ready listings are of {count}: {countries}. Refused ones are "
                "left out. Use make_feeds for several countries, or mend what refused them."
            ),
            count=len(countries),
            countries=name_rows(countries),
        )
    twice = sorted(set(ready.loc[ready["sku"].duplicated(), "sku"]))
    if twice or len(ready) > MOST_MESSAGES:
        raise UnusableListings(
            mark(
                "A feed holds each SKU once and at most {most} messages; these are {count} listings, twice: {skus}. "
                "Take doubles out, and split the rest with make_feeds."
            ),
            most=MOST_MESSAGES,
            count=len(ready),
            skus=name_rows(twice),
        )
    messages = [
        {
            "messageId": at,
            "sku": sku,
            "operationType": "UPDATE",
            "productType": product_type,
            "requirements": "LISTING",
            "attributes": attributes,
        }
        for at, (sku, product_type, attributes) in enumerate(
            zip(ready["sku"], ready["product_type"], ready["attributes"], strict=True), 1
        )
    ]
    return {"header": {"sellerId": seller, "version": "2.0", "issueLocale": "en_US"}, "messages": messages}
