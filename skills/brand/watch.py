"""What happened to the seller's listings between snapshots: one row per event, with its evidence and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from skills.brand.events import EVENTS, Event, Owned, find_offers, make_event
from skills.brand.facts import squeeze
from skills.brand.history import Seen, find_since, read_snapshots, read_text
from skills.brand.plan import is_near
from skills.brand.policy import BrandPolicy
from skills.vocabulary import Money, check_columns, mark

FIELDS = ("title", "bullets", "images", "brand")

CHANGED = mark("The {field} are not what you approved.")
CHANGED_SINCE = mark(
    "The {field} differ from the snapshot of {day}. If it was you, enter what you approved: the report then ends."
)
BRAND_USED = mark("A listing of another seller carries your brand {brand}.")
LOOK_ALIKE = mark("A listing carries the brand {other}, {changes} letter changes from your {brand}.")
GONE = mark("The listing was not found when the country was last read.")
DEAD = mark("The marketplace shows the listing as dead.")
SUPPRESSED = mark("The listing is suppressed: buyers do not find it in the search.")
LOST_BOX = mark("{holder} holds the buy box that you held on {day}.")
EMPTY_BOX = mark("Nobody holds the buy box that you held on {day}.")
STALE = mark("The last snapshot of {country} is {days} days old: what happened since is not known.")
NO_HISTORY = mark("{country} has one snapshot only: changes are found from the second on.")
UNWATCHED = mark("No snapshot of this listing is there: it is not watched.")


def watch_listings(
    snapshots: pd.DataFrame, own: pd.DataFrame, prices: pd.DataFrame, policy: BrandPolicy, as_of: date
) -> pd.DataFrame:
    """Compare the newest snapshot with the older ones and with what the seller approved.

    Args:
        snapshots: One row per (seen_on, country, asin), own and others': title, bullets (list), images (list of
            digests), brand, status (`live` | `suppressed` | `dead`), buy_box (seller, "" nobody), offers (list of
            dicts: seller, price_minor [above 0], currency, fulfilment).
        own: One row per (country, asin): sku, brand, seller, authorised (list of other sellers that may sell it).
            Optional: title, bullets, images as approved (blank: the oldest snapshot counts).
        prices: One row per (country, asin): floor_minor, currency.
        policy: stale_days, gap_days, letters from which brands look alike.
        as_of: Snapshots of earlier days are known.
    Returns:
        One row per event, sorted by country, asin, kind, field, seller: event (its name), kind, severity (`urgent` |
        `soon` | `notice`), sku, field, seller, before, after (evidence as text), before_on [day on which `before` was
        seen; none where it was approved or is not from a snapshot], since [day], seen_on [day of the snapshot],
        reason, values. Kinds: hijacked_offer, changed_content (a row per field), price_undercut,
        own_price_below_floor, price_not_compared, look_alike_brand, dead_listing, suppressed_listing, lost_buy_box,
        and of the watch itself stale_snapshot, no_history, not_watched.
    Raises:
        MissingColumns: of a table.
        UnusableSnapshots: names the rows.
    """
    seen = read_snapshots(snapshots, as_of)
    owned = _read_own(own, prices)
    days: dict[str, set[date]] = {}
    for (country, _), rows in seen.items():
        days.setdefault(country, set()).update(row.day for row in rows)
    events: list[Event] = []
    for key, mine in owned.items():
        events += _watch_own(key, mine, seen.get(key, []), sorted(days.get(key[0], set())), policy)
    events += _find_look_alikes(seen, owned, days, policy)
    events += _judge_watch(days, owned, policy, as_of)
    frame = pd.DataFrame(events, columns=list(EVENTS)).astype(EVENTS)
    return frame.sort_values(["country", "asin", "kind", "field", "seller"], ignore_index=True)


def _read_own(own: pd.DataFrame, prices: pd.DataFrame) -> dict[tuple[str, str], Owned]:
    check_columns("own", own.columns, ("country", "asin", "sku", "brand", "seller", "authorised"))
    check_columns("prices", prices.columns, ("country", "asin", "floor_minor", "currency"))
    floors = {
        (str(row["country"]), str(row["asin"])): Money(int(row["floor_minor"]), str(row["currency"]))
        for row in prices.to_dict("records")
    }
    found = {}
    for row in own.to_dict("records"):
        key = (str(row["country"]), str(row["asin"]))
        sellers = frozenset({str(row["seller"]), *read_text(row["authorised"])})
        approved = {name: read_text(row.get(name)) for name in FIELDS}
        found[key] = Owned(str(row["sku"]), str(row["brand"]), str(row["seller"]), sellers, approved, floors.get(key))
    return dict(sorted(found.items()))


def _watch_own(
    key: tuple[str, str], mine: Owned, rows: list[Seen], days: list[date], policy: BrandPolicy
) -> Iterator[Event]:
    if not rows:
        if days:
            yield make_event("not_watched", "notice", key, UNWATCHED, {}, days[-1], days[-1], sku=mine.sku)
        return
    last = rows[-1]
    if last.day < days[-1]:
        since = next(day for day in days if day > last.day)
        told: dict[str, Any] = {"sku": mine.sku, "before": last.status, "before_on": last.day}
        yield make_event("dead_listing", "urgent", key, GONE, {}, since, days[-1], **told)
        return
    if last.status != "live":
        kind, reason = ("dead_listing", DEAD) if last.status == "dead" else ("suppressed_listing", SUPPRESSED)
        since = find_since(rows, lambda row: row.status == last.status, policy.gap_days)
        earlier = next((row for row in reversed(rows) if row.day < since), None)
        told = {"sku": mine.sku, "after": last.status}
        told |= {"before": earlier.status, "before_on": earlier.day} if earlier else {}
        yield make_event(kind, "urgent", key, reason, {}, since, last.day, **told)
    yield from find_offers(key, mine, rows, policy)
    yield from _find_changes(key, mine, rows, policy)
    yield from _find_lost_box(key, mine, rows, policy)


def _shows(field: str, value: tuple[str, ...], row: Seen) -> bool:
    return row.texts[field] == value


def _find_changes(key: tuple[str, str], mine: Owned, rows: list[Seen], policy: BrandPolicy) -> Iterator[Event]:
    last, first = rows[-1], rows[0]
    for field in FIELDS:
        approved = mine.approved[field]
        wanted, now = approved or first.texts[field], last.texts[field]
        if now == wanted:
            continue
        since = find_since(rows, partial(_shows, field, now), policy.gap_days)
        reason = CHANGED if approved else CHANGED_SINCE
        values = {"field": FIELD_NAMES[field], "day": first.day.isoformat()}
        told: dict[str, Any] = {"sku": mine.sku, "field": field, "before": " ¶ ".join(wanted)}
        told |= {"after": " ¶ ".join(now), "before_on": None if approved else first.day}
        severity = "urgent" if field == "brand" else "soon"
        yield make_event("changed_content", severity, key, reason, values, since, last.day, **told)


FIELD_NAMES = {
    "title": mark("words of the title"),
    "bullets": mark("bullet points"),
    "images": mark("pictures"),
    "brand": mark("words of the brand field"),
}


def _find_lost_box(key: tuple[str, str], mine: Owned, rows: list[Seen], policy: BrandPolicy) -> Iterator[Event]:
    last = rows[-1]
    held = [row.day for row in rows if row.buy_box == mine.seller]
    if last.buy_box == mine.seller or not held:
        return
    since = find_since(rows, lambda row: row.buy_box != mine.seller, policy.gap_days)
    values = {"holder": last.buy_box, "day": held[-1].isoformat()}
    severity = "notice" if last.buy_box in mine.sellers else "soon"
    reason = LOST_BOX if last.buy_box else EMPTY_BOX
    told: dict[str, Any] = {"sku": mine.sku, "seller": last.buy_box, "before": mine.seller, "after": last.buy_box}
    told |= {"before_on": held[-1]}
    yield make_event("lost_buy_box", severity, key, reason, values, since, last.day, **told)


def _find_look_alikes(
    seen: dict[tuple[str, str], list[Seen]],
    owned: dict[tuple[str, str], Owned],
    days: dict[str, set[date]],
    policy: BrandPolicy,
) -> Iterator[Event]:
    """Other listings of the country's last day, by the nearest of the seller's brands; own ASINs are left out."""
    mine: dict[str, set[str]] = {}
    for (country, _), one in owned.items():
        mine.setdefault(country, set()).add(one.brand)
    asins = {asin for _, asin in owned}
    for (country, asin), rows in seen.items():
        last = rows[-1]
        other = " ".join(last.texts["brand"])
        if asin in asins or last.day < max(days[country]) or not other:
            continue
        near = [
            (changes, brand)
            for brand in mine.get(country, ())
            if brand and (changes := is_near(brand, other, policy)) is not None
        ]
        if not near:
            continue
        changes, brand = min(near)
        since = find_since(rows, partial(_shows, "brand", last.texts["brand"]), policy.gap_days)
        same = squeeze(other) == squeeze(brand)
        values = {"brand": brand, "other": other, "changes": changes}
        reason, severity = (BRAND_USED if same else LOOK_ALIKE), ("soon" if changes else "urgent")
        told: dict[str, Any] = {"field": "brand", "seller": last.buy_box, "before": brand, "after": other}
        yield make_event("look_alike_brand", severity, (country, asin), reason, values, since, last.day, **told)


def _judge_watch(
    days: dict[str, set[date]], owned: dict[tuple[str, str], Owned], policy: BrandPolicy, as_of: date
) -> Iterator[Event]:
    for country in sorted({country for country, _ in owned}):
        if country not in days:
            yield make_event("not_watched", "notice", (country, ""), UNWATCHED, {}, as_of, as_of)
            continue
        last = max(days[country])
        if as_of - last > timedelta(days=policy.stale_days):
            values = {"country": country, "days": (as_of - last).days}
            yield make_event("stale_snapshot", "soon", (country, ""), STALE, values, last, last)
        if len(days[country]) == 1:
            yield make_event("no_history", "notice", (country, ""), NO_HISTORY, {"country": country}, last, last)
