"""The demo seller's product records, prices and evidence, product-type schemas and photos; all of it is generated.

Nothing depends on the day, the machine or what else is in the folder.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from pathlib import Path

from tasks.simulated.demo_demand import read_facts
from tasks.simulated.demo_listing_evidence import write_evidence
from tasks.simulated.demo_listing_photos import draw_photo, list_photos, name_photos
from tasks.simulated.demo_listing_types import TYPES, write_type
from tasks.simulated.demo_watch import BRAND, CURRENCIES, FOLDER, price_of, write_absent, write_issue_report

_YOUNGEST = {"HN-TW206": "0", "HN-PM406": "36", "HN-AP503": "36"}
"""Months of the youngest user; everything else is for those above fourteen years."""
FOOD = ("HN-TL305", "HN-DC101", "HN-DC102", "HN-DC103", "HN-DC105")
"""Products that are meant to touch food, or whose words say so."""

LONG_TITLE, HIDDEN, WRONG_UNIT, NO_PRICE = "HN-TW205", "HN-TL304", "HN-TW204", ("HN-AP502", "JP")

_README = """\
GENERATED

Everything in this folder was made by Farsail (tasks/simulated/demo_listing*.py, demo_watch.py). Records, prices,
certificates and numbers, product types, photos, listings seen and the marketplace's report are invented; every number
of a certificate begins with GEN. Real schemas of product types are not published: a seller fetches them with an
account. Delete the folder and it is written again, byte for byte.

listing_records.csv, listing_attributes.csv, listing_prices.csv   40 SKUs in English, in cm and g; prices of 5
                          countries as the order lines have them
listing_evidence.csv      documents per product and country, and the company's numbers
schemas/*.json            one per product type, in the outer shape of Amazon's
photos/*                  drawn: each product on white, and turned on a coloured ground
own_listings.csv, listing_snapshots.csv, listing_offers.csv       24 SKUs that are live, seen on three days
DE_Listings_Feed_Report_*.json                                    what the marketplace returned

On purpose: a product type with a slip (HN-DC109); no colour (HN-OM603); a title of 300 signs (HN-TW205); a hidden
sign and a Cyrillic letter (HN-TL304); a weight in cm (HN-TW204); no price in Japan (HN-AP502); a word that claims to
kill germs (HN-DC104); an expired report (HN-TL301); children's goods without a test, which one has applied for
(HN-AP503, HN-PM406); a cotton chain without its yarn (HN-TW203); unknown materials (HN-AP505); a photo that is too
small (HN-DC106), grey behind (HN-TW207), with letters on it (HN-TL303), twice the same (HN-PM404), missing
(HN-OM604), in few colours (HN-AP501), in four inks (HN-TW208, which is allowed); a French number that ends soon.
"""

_RECORD = ("sku", "product_type", "brand", "title", "bullet_1", "bullet_2", "bullet_3", "bullet_4", "bullet_5",
           "description", "search_terms", "language", "origin", "materials", "age_from_months", "has_battery",
           "touches_food", "images")  # fmt: skip


def write_demo_listings(folder: Path) -> list[Path]:
    """Write the listing's files that are absent; files that exist are left as they are.

    Args:
        folder: The seller's exports folder.
    Returns:
        The files written now, sorted; none when all were there.
    """
    return write_absent(folder / FOLDER, _list_makers())


def _list_makers() -> dict[str, Callable[[], bytes]]:
    """File name → what it holds."""
    makers: dict[str, Callable[[], bytes]] = {
        "README.txt": _README.encode,
        "listing_records.csv": _write_records,
        "listing_attributes.csv": _write_attributes,
        "listing_prices.csv": _write_prices,
        "listing_evidence.csv": write_evidence,
        "DE_Listings_Feed_Report_2025-11-22.json": write_issue_report,
    }
    for name in TYPES:
        makers[f"schemas/{name}.json"] = partial(write_type, name)
    for photo in list_photos():
        makers[f"photos/{photo}"] = partial(draw_photo, photo)
    return makers


def _write_records() -> bytes:
    products = {row["sku"]: row for row in read_facts("products")}
    rows = []
    for row in read_facts("listing_products"):
        sku, product = row["sku"], products[row["sku"]]
        title = f"{BRAND} {row['title']}"
        if sku == LONG_TITLE:
            title += ", soft and absorbent" + ", quick drying, machine washable, colour fast" * 6
        made = read_composition(sku, product["composition"])
        bullets = [
            row["bullet"],
            f"Made of {made[0]}" if len(made) == 1 else row["extra"].partition(", ")[0],
            f"Size: {_say_size(row)}" + ("" if row["pieces"] == "1" else f", {row['pieces']} pieces"),
            f"Wash at {row['wash_c']} °C, do not bleach",
            f"Ideal for {row['place']}",
        ]
        if sku == HIDDEN:
            bullets[1] = "Made of 100%\u200b \u0441otton"
        rows.append(
            [sku, row["product_type"], BRAND, title, *bullets, f"{row['bullet']}. {row['extra']}.", row["terms"],
             "en", product["origin"], ", ".join(made), _YOUNGEST.get(sku, "168"), "no",
             "yes" if sku in FOOD else "no", ";".join(name_photos(sku))]
        )  # fmt: skip
    return _csv(_RECORD, rows)


def read_composition(sku: str, text: str) -> list[str]:
    """`100% cotton 棉` as `100% cotton`; several with shares. Of padded goods and mats the shares of the whole."""
    if sku.startswith("HN-OM"):
        return ["60% cotton", "40% polyester"]
    if sku.startswith("HN-PM"):
        return ["70% polyester", "20% polyurethane", "10% eva"]
    return [" ".join(part.split()[:2]) for part in text.split(",") if part.strip()]


def _write_attributes() -> bytes:
    weights = {row["sku"]: row["weight_kg"] for row in read_facts("products")}
    rows = [
        line for row in read_facts("listing_products") for line in _list_attributes(row, weights[row["sku"]] or "0.6")
    ]
    return _csv(("sku", "attribute", "value", "unit", "reads_as"), rows)


def _list_attributes(row: dict[str, str], weight: str) -> Iterable[list[str]]:
    sku = row["sku"]
    grams = f"{int(Decimal(weight) * 1000)}"
    yield [sku, "item_length", row["length_cm"], "cm", ""]
    yield [sku, "item_width", row["width_cm"], "cm", ""]
    yield [sku, "item_weight", grams, "cm" if sku == WRONG_UNIT else "g", ""]
    yield [sku, "number_of_items", row["pieces"], "", "number"]
    if row["colour"]:
        yield [sku, "color", row["colour"], "", "text"]
    yield [sku, "pattern", row["pattern"], "", "text"]
    yield [sku, "care_instructions", "Machine washable", "", "text"]
    yield [sku, "size", _say_size(row), "", "text"]
    if row["gsm"]:
        yield [sku, "fabric_weight", row["gsm"], "g/m²", ""]
    yield [sku, "wash_temperature", row["wash_c"], "°C", ""]
    if "Heat resistant" in row["extra"]:
        yield [sku, "maximum_temperature", row["extra"].split()[4], "°C", ""]
    if row["product_type"] == "PICNIC_MAT":
        yield [sku, "is_foldable", "yes", "", "yes_no"]
    yield [sku, "condition_type", "new_new", "", "code"]
    yield [sku, "supplier_declared_dg_hz_regulation", "not_applicable", "", "code"]
    yield [sku, "batteries_required", "no", "", "yes_no"]
    yield [sku, "manufacturer", "Haina Home Textiles", "", "text"]
    yield [sku, "model_number", sku.removeprefix("HN-"), "", "text"]
    main, other = name_photos(sku)
    yield [sku, "main_product_image_locator", f"https://images.example.com/{main}", "", "link"]
    yield [sku, "other_product_image_locator_1", f"https://images.example.com/{other}", "", "link"]


def _say_size(row: dict[str, str]) -> str:
    return f"{row['length_cm']} x {row['width_cm']} cm"


def _write_prices() -> bytes:
    rows = [
        [row["sku"], country, price_of(row["sku"], country), currency]
        for row in read_facts("listing_products")
        for country, currency in CURRENCIES.items()
        if (row["sku"], country) != NO_PRICE
    ]
    return _csv(("sku", "country", "price", "currency"), rows)


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(list(header))
    writer.writerows(list(row) for row in rows)
    return content.getvalue().encode()
