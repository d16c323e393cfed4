"""The demo's live listings as somebody saw them on three days, and what the marketplace returned; all generated.

24 SKUs in five countries. On purpose: one listing is dead, one suppressed, one title was changed, one offer is by a
seller that nobody knows, one own price is below its floor, one listing bears a brand one letter away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from skills.listing.translate_glossary import GlossaryEngine
from tasks.simulated.demo_demand import read_facts
from tasks.simulated.demo_market_world import own_asin

FOLDER = "listing"
"""Where the files lie within the seller's exports."""

BRAND = "Haina Home"
SELLERS = {"US": "A1GENERATEDUS", "DE": "A1GENERATEDEU", "FR": "A1GENERATEDEU", "GB": "A1GENERATEDEU",
           "JP": "A1GENERATEDJP"}  # fmt: skip
DAYS = ("2025-11-17", "2025-11-20", "2025-11-23")
LIVE = 24
STRANGER, LOOK_ALIKE = "A9GENERATEDXX", "Haina Hone"

DEAD, SUPPRESSED, CHANGED = ("HN-DC101", "DE"), ("HN-TW201", "FR"), ("HN-TW202", "US")
HIJACKED, BELOW_FLOOR = ("HN-DC105", "GB"), ("HN-TL303", "JP")

CURRENCIES = {"US": "USD", "DE": "EUR", "FR": "EUR", "GB": "GBP", "JP": "JPY"}
_LANGUAGES = {"US": "en", "DE": "de", "FR": "fr", "GB": "en", "JP": "ja"}
_LEFT_OUT = ("HN-DC104", "HN-DC109", "HN-TW203", "HN-TW204", "HN-TW206", "HN-TL301", "HN-TL304")

_ISSUES = (
    ("HN-TW201", "90220", "ERROR", "'[included_components]' is required but not supplied.", "included_components"),
    ("HN-DC103", "90057", "ERROR", "The value of 'item_name' is too long: at most 45 bytes are allowed.",
     "item_name"),
    ("HN-DC102", "90114", "ERROR", "The term 'fusselfrei' is not allowed in 'product_description'.",
     "product_description"),
    ("HN-TL303", "18027", "WARNING", "We believe the main image has text, logo, graphic or watermark which is not "
     "permitted for this product type.", ""),
    ("HN-PM401", "18448", "WARNING", "Attributes tagged as relevant_attributes are incomplete. Provide values for "
     "the following attribute(s): theme, style", "theme"),
)  # fmt: skip


def write_demo_watch(folder: Path) -> list[Path]:
    """Write the tables of live listings that are absent, which every night reads.

    Args:
        folder: The seller's exports folder.
    Returns:
        The files written now, sorted.
    """
    makers: dict[str, Callable[[], bytes]] = {
        "own_listings.csv": _write_own,
        "listing_snapshots.csv": _write_snapshots,
        "listing_offers.csv": _write_offers,
    }
    return write_absent(folder / FOLDER, makers)


def write_absent(folder: Path, makers: Mapping[str, Callable[[], bytes]]) -> list[Path]:
    """Write each file that is not there, whole or not at all; returns those written, sorted."""
    written = []
    for name, make in makers.items():
        path = folder / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.write_bytes(make())
        unfinished.replace(path)
        written.append(path)
    return sorted(written)


def write_issue_report() -> bytes:
    """What the marketplace returned for Germany, in the form of a processing report v2."""
    skus = [row["sku"] for row in read_facts("listing_products")]
    issues = [
        {"messageId": skus.index(sku) + 1, "sku": sku, "code": code, "severity": severity, "message": message}
        | ({"attributeName": attribute} if attribute else {})
        for sku, code, severity, message, attribute in _ISSUES
    ]
    errors = sum(issue["severity"] == "ERROR" for issue in issues)
    report = {
        "header": {"sellerId": SELLERS["DE"], "version": "2.0", "feedId": "GENERATED-1"},
        "issues": issues,
        "summary": {"errors": errors, "warnings": len(issues) - errors, "messagesProcessed": len(skus),
                    "messagesAccepted": len(skus) - errors, "messagesInvalid": errors},
    }  # fmt: skip
    return json.dumps(report, indent=1).encode()


def list_live() -> list[tuple[str, str, str, dict[str, str]]]:
    """(country, asin, sku, facts) of every own listing that is live."""
    rows = [row for row in read_facts("listing_products") if row["sku"] not in _LEFT_OUT][:LIVE]
    return [(country, own_asin(row["sku"]), row["sku"], row) for row in rows for country in SELLERS]


def price_of(sku: str, country: str) -> str:
    """What the demo asks there: as its order lines have it."""
    minor = _prices()[sku][f"price_{country}"]
    return minor if CURRENCIES[country] == "JPY" else f"{minor[:-2]}.{minor[-2:]}"


@cache
def _prices() -> dict[str, dict[str, str]]:
    return {row["sku"]: row for row in read_facts("demand")}


def _write_own() -> bytes:
    lines = ["country,asin,sku,brand,seller,authorised,floor,currency"]
    for country, asin, sku, _ in list_live():
        floor = Decimal(price_of(sku, country)) * 4 // 5
        lines.append(f"{country},{asin},{sku},{BRAND},{SELLERS[country]},,{floor},{CURRENCIES[country]}")
    return "\n".join([*lines, ""]).encode()


def _write_snapshots() -> bytes:
    engine = GlossaryEngine()
    lines = ["seen_on\tcountry\tasin\ttitle\tbullets\timages\tbrand\tstatus\tbuy_box"]
    for day in DAYS:
        for country, asin, sku, row in list_live():
            language = _LANGUAGES[country]
            title = f"{BRAND} {engine.translate(row['title'], 'en', language)}"
            bullets = " | ".join(engine.translate(row[name], "en", language) for name in ("title", "extra"))
            if (sku, country) == CHANGED and day == DAYS[-1]:
                title += " with Lavender Scent"
            status = "live"
            if day == DAYS[-1] and (sku, country) in (DEAD, SUPPRESSED):
                status = "dead" if (sku, country) == DEAD else "suppressed"
            holder = "" if status == "dead" else SELLERS[country]
            if (sku, country) == HIJACKED and day == DAYS[-1]:
                holder = STRANGER
            lines.append(
                f"{day}\t{country}\t{asin}\t{title}\t{bullets}\t{sku}-1;{sku}-2\t{BRAND}\t{status}\t{holder}"
            )
        lines.append(
            f"{day}\tUS\tB0OTHER001\t{LOOK_ALIKE} Soft Cotton Washcloths, Set of 12\t\tother-1\t{LOOK_ALIKE}\tlive\t"
            f"{STRANGER}"
        )
    return "\n".join([*lines, ""]).encode()


def _write_offers() -> bytes:
    lines = ["seen_on,country,asin,seller,price,currency,fulfilment"]
    for day in DAYS:
        for country, asin, sku, _ in list_live():
            if (sku, country) == DEAD and day == DAYS[-1]:
                continue
            price, currency = price_of(sku, country), CURRENCIES[country]
            if (sku, country) == BELOW_FLOOR and day == DAYS[-1]:
                price = str(int(price) // 2)
            lines.append(f"{day},{country},{asin},{SELLERS[country]},{price},{currency},AMAZON")
            if (sku, country) == HIJACKED and day != DAYS[0]:
                lower = f"{int(price.partition('.')[0]) - 3}.49"
                lines.append(f"{day},{country},{asin},{STRANGER},{lower},{currency},MERCHANT")
    return "\n".join([*lines, *_others(), ""]).encode()


def _others() -> Iterator[str]:
    for day in DAYS:
        yield f"{day},US,B0OTHER001,{STRANGER},9.99,USD,MERCHANT"
