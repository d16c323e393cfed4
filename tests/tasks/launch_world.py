"""Two towels for Germany and the United States, with every document that a rule asks for: they may go live."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import desk
import pandas as pd

from config.seller import Seller
from config.settings import ROOT
from skills import compliance, images, listing
from skills.brand import screen_names
from tasks import launching
from tasks.files.listing_tables import LISTING_TABLES
from tasks.files.listings import Listings, read_listings
from tasks.listed import list_sent
from tasks.listing_proposal import Checked, from_listings, write_content
from tasks.nights import Night
from tasks.store.snapshots import Snapshot
from tasks.watching import watch

Row = dict[str, Any]

PHOTO = "https://images.example.com/towel.jpg"
TOWEL: Row = {
    "product_type": "TOWEL", "brand": "Haina Home", "title": "Haina Home Cotton Bath Towel",
    "bullet_1": "Absorbent cotton", "description": "A towel.", "search_terms": "bath towel;hand towel",
    "language": "en", "origin": "CN", "materials": "100% cotton", "has_battery": "no", "touches_food": "no",
    "age_from_months": "216", "images": "", "opportunity": "",
}  # fmt: skip
SCHEMA: Row = {
    "type": "object",
    "required": ["item_name", "main_product_image_locator"],
    "properties": {
        name: {"title": title, "type": "array"}
        for name, title in {
            "item_name": "Item Name", "main_product_image_locator": "Main Image", "item_length": "Item Length",
            "color": "Colour", "bullet_point": "Bullet Point",
        }.items()
    },
}  # fmt: skip
DOCUMENT: Row = {
    "sku": "*", "country": "*", "kind": "vat_number", "document": "vat.pdf", "number": "N-1",
    "issued_on": "2025-11-01", "expires": "2026-10-31", "status": "complete",
}  # fmt: skip
PRICES = {"DE": ("12.99", "EUR"), "US": ("14.99", "USD")}


def write_files(
    folder: Path,
    records: list[Row],
    photos: str = "photos/*",
    schemas: dict[str, Any] | None = None,
    **tables: list[Row],
) -> Seller:
    """The files of a seller with these records (fields beside `TOWEL`'s), schemas by name, and other tables.

    Its own file lies beside the folder; `photos` is the pattern of its photos, "" where it names none.
    """
    skus = [row["sku"] for row in records]
    attributes = [
        {"sku": sku, "attribute": name, "value": value, "unit": unit, "reads_as": reads_as}
        for sku in skus
        for name, value, unit, reads_as in (
            ("main_product_image_locator", PHOTO, "", "link"), ("item_length", "70.5", "cm", ""),
        )
    ]  # fmt: skip
    written: dict[str, list[Row]] = {
        "listing_records": [TOWEL | row for row in records],
        "listing_attributes": attributes,
        "listing_prices": [
            {"sku": sku, "country": country, "price": price, "currency": currency}
            for sku in skus
            for country, (price, currency) in PRICES.items()
        ],
        "listing_evidence": _list_documents(skus),
    }
    for name, rows in (written | tables).items():
        _write_table(folder / f"{name}.csv", rows)
    (folder / "schemas").mkdir(exist_ok=True)
    for name, schema in ({"TOWEL": SCHEMA} if schemas is None else schemas).items():
        (folder / "schemas" / f"{name}.json").write_text(json.dumps(schema))
    inputs = {name: {"files": f"{folder}/{name}.*"} for name in LISTING_TABLES}
    inputs |= {"product_types": {"files": f"{folder}/schemas/*.json"}}
    inputs |= {"photos": {"files": f"{folder}/{photos}"}} if photos else {}
    return desk.write_seller(folder.parent / "sellers", inputs=inputs)


def freeze(seller: Seller) -> tuple[Snapshot, Listings]:
    """What the files say on the desk's morning, and how they were read."""
    read = read_listings(seller, desk.MORNING)
    assert read.quarantine.empty, read.quarantine.to_string()
    return Snapshot("d" * 64, seller.id, desk.MORNING, read.tables), read


def night_of(seller: Seller) -> Night:
    return Night(1, seller, desk.MORNING, launching.JOURNEY, {})


def check(seller: Seller, countries: str = "", skus: str = "") -> Checked:
    """A launch from its files to its stands, as the flow makes it."""
    (known, read), night, policy = freeze(seller), night_of(seller), seller.policy
    launch = launching.choose_products(known, night, skus, countries, "")
    engine = launching.open_engine(policy.listing.engine)
    composed = listing.compose_listings(
        launch.records, launch.markets, known.text_rules, engine, policy.listing, desk.MORNING
    )
    asked = launching.keep_asked(composed, launch)
    read_back = listing.read_back(
        known.listing_issues, asked, known.issue_rules, launch.schemas, policy.listing, desk.MORNING
    )
    back = launching.keep_issues(read_back, known, launch)
    written = write_content(back.listings)
    problems = listing.check_listing(launch.schemas, written, policy.listing)
    answers = compliance.check_products(
        launch.records, known.listing_evidence, launch.countries, launch.book, policy.compliance, desk.MORNING
    )
    checks = launching.keep_asked(answers, launch)
    gate = compliance.judge_gate(checks)
    names = screen_names(launch.brands, known.brand_names, known.bad_words, launch.languages, policy.brand)
    pictures = images.check_images(
        launching.open_pictures(seller, launch), known.image_rules, launch.countries, policy.images, desk.MORNING
    )
    released = list_sent(seller.id, desk.MORNING)
    stands = listing.judge_launch(written, problems, gate, pictures, released)
    sheet = images.lay_out_sheet(pictures, policy.images)
    return Checked(
        launch, back, written, problems, checks, gate, stands, sheet, names, watch(known, night), released,
        read.accounting,
    )  # fmt: skip


def propose(seller: Seller, checked: Checked) -> Row:
    """The body of its proposal."""
    body: Row = json.loads(from_listings(night_of(seller), freeze(seller)[0], checked))
    return body


def _list_documents(skus: list[str]) -> list[Row]:
    """Every kind of document for each product in each country; company documents and others alike."""
    kinds = pd.read_csv(ROOT / "skills" / "compliance" / "assets" / "kinds.csv", dtype="str")["kind"]
    return [
        DOCUMENT | {"sku": sku, "country": country, "kind": kind, "document": f"{kind}.pdf"}
        for kind in kinds
        for country in PRICES
        for sku in ("*", *skus)
    ]


def _write_table(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
