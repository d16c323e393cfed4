"""What happened to live listings between the snapshots that were read, and complaints about it as drafts.

Nothing is sent and nothing is fetched: the tables are the seller's own (docs/inputs.md).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from skills.brand import draft_complaint
from skills.brand.complaint import CODES, Complaint, NoComplaint
from tasks import brand
from tasks.files.columns import Table
from tasks.files.listing_tables import LISTING_OFFERS, LISTING_SNAPSHOTS, OWN_LISTINGS
from tasks.nights import Night
from tasks.proposals import plain_rows, text_values
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

_SHOWN = ("event", "kind", "severity", "country", "asin", "sku", "field", "seller", "before", "after", "since",
          "seen_on", "reason")  # fmt: skip


def watch(known: Snapshot, night: Night) -> Body:
    """Everything that the watch over live listings found, as a proposal holds it.

    Args:
        known: Its tables own_listings, listing_snapshots and listing_offers; each may be empty or absent.
        night: Whose, and which morning.

    Returns:
        events: the skill's, urgent ones first, each with `reason` and `values`.
        complaints: per event that is a ground: event, ground, country, asin, sku, sentences and missing as
            [sentence, values], evidence [number, what, value, seen_on]. No serial code is known to the platform, so
            none is quoted.
        watched: own listings that are watched.
        countries: how many of them in each country.
    """
    listings = _read_table(known, OWN_LISTINGS)
    if listings.empty:
        return {"events": [], "complaints": [], "watched": 0, "countries": {}}
    own = read_own(listings)
    snapshots = join_offers(_read_table(known, LISTING_SNAPSHOTS), _read_table(known, LISTING_OFFERS))
    events = brand.watch_listings(snapshots, own, read_floors(listings), night.seller.policy.brand, night.as_of)
    order = events["severity"].map({"urgent": 0, "soon": 1, "notice": 2})
    events = events.iloc[order.argsort(kind="stable")]
    return {
        "events": [
            row | {"values": text_values(values)}
            for row, values in zip(plain_rows(events[[*_SHOWN]]), events["values"], strict=True)
        ],
        "complaints": draft_complaints(events, own, night.as_of),
        "watched": len(own),
        "countries": {str(country): len(rows) for country, rows in own.groupby("country", sort=True)},
    }


@task(name="brand · draft complaints", cache_policy=NO_CACHE)
def draft_complaints(events: pd.DataFrame, own: pd.DataFrame, as_of: date) -> list[Body]:
    """What a complaint about each event would say and prove; events that are no ground are left out."""
    no_codes = pd.DataFrame(columns=[*CODES])
    drafts = []
    for event in events.to_dict("records"):
        try:
            draft = draft_complaint({str(name): cell for name, cell in event.items()}, own, no_codes, as_of)
        except NoComplaint:
            continue
        drafts.append(_write_draft(draft) | {name: str(event[name]) for name in ("country", "asin", "sku")})
    return drafts


def read_own(listings: pd.DataFrame) -> pd.DataFrame:
    """Own listings as the skill takes them: one row per (country, asin); lists where a cell holds several."""
    own = listings[["country", "asin", "sku", "brand", "seller", "title"]]
    return own.assign(
        authorised=listings["authorised"].astype("object").map(partial(_split, between=";")),
        bullets=listings["bullets"].astype("object").map(partial(_split, between=" | ")),
        images=listings["images"].astype("object").map(partial(_split, between=";")),
    )


def read_floors(listings: pd.DataFrame) -> pd.DataFrame:
    """One row per (country, asin) whose floor is known, and in which currency."""
    stated = listings[listings["floor_minor"].notna() & (listings["currency"] != "")]
    return stated[["country", "asin", "floor_minor", "currency"]].astype({"floor_minor": "int64"})


def join_offers(snapshots: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Snapshots as the skill takes them: one row per (seen_on, country, asin) with its offers; texts split."""
    found: dict[tuple[Any, str, str], list[Body]] = defaultdict(list)
    for row in offers.to_dict("records"):
        offer = {name: row[name] for name in ("seller", "price_minor", "currency", "fulfilment")}
        found[row["seen_on"], row["country"], row["asin"]].append(offer | {"price_minor": int(row["price_minor"])})
    keys = zip(snapshots["seen_on"], snapshots["country"], snapshots["asin"], strict=True)
    return snapshots.assign(
        bullets=snapshots["bullets"].astype("object").map(partial(_split, between=" | ")),
        images=snapshots["images"].astype("object").map(partial(_split, between=";")),
        offers=pd.Series([found.get(key, []) for key in keys], index=snapshots.index, dtype="object"),
    )


def _read_table(known: Snapshot, table: Table) -> pd.DataFrame:
    """The table, without rows where the seller has none."""
    found = known.tables.get(table.name)
    return pd.DataFrame(columns=[column.name for column in table.columns]) if found is None else found


def _split(text: str, between: str) -> list[str]:
    return [part.strip() for part in str(text).split(between) if part.strip()]


def _write_draft(draft: Complaint) -> Body:
    return {
        "event": draft.event,
        "ground": draft.ground,
        "sentences": [[sentence, text_values(values)] for sentence, values in draft.sentences],
        "evidence": plain_rows(draft.evidence),
        "missing": [[sentence, text_values(values)] for sentence, values in draft.missing],
    }
