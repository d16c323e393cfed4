"""Product records as the skills take them, put together from the seller's tables; the rules beside them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from skills.compliance.rules import RuleBook
from tasks.files.listing_tables import BULLETS
from tasks.files.listing_values import YES_NO, read_attribute, read_materials, split_texts
from tasks.store.snapshots import Snapshot

_KEPT = ("sku", "product_type", "brand", "title", "description", "language", "origin", "plug", "opportunity")


def join_records(known: Snapshot) -> pd.DataFrame:
    """One row per sku, as `compose_listings` and `check_products` take it.

    Args:
        known: With the tables listing_records, listing_attributes and listing_prices.

    Returns:
        One row per sku, sorted: product_type, brand, title, bullets (list), description, search_terms (list),
        attributes (dict), language, price {country: (minor, currency)}, images (list of file names), origin,
        materials [(name, percent)] (empty: unknown), age_from_months (None: unknown),
        has_battery and touches_food (True, False, None), plug, opportunity.
    """
    attributes, prices = _join_attributes(known.listing_attributes), _join_prices(known.listing_prices)
    rows = []
    for row in known.listing_records.sort_values("sku").to_dict("records"):
        sku, months = str(row["sku"]), row["age_from_months"]
        rows.append(
            {
                **{name: str(row[name]) for name in _KEPT},
                "bullets": [row[name] for name in BULLETS if row[name]],
                "search_terms": split_texts(str(row["search_terms"])),
                "attributes": attributes.get(sku, {}),
                "price": prices.get(sku, {}),
                "images": split_texts(str(row["images"])),
                "materials": read_materials(str(row["materials"])),
                "age_from_months": None if months != months else int(months),
                "has_battery": YES_NO.get(str(row["has_battery"])),
                "touches_food": YES_NO.get(str(row["touches_food"])),
            }
        )
    columns = [*_KEPT, "bullets", "search_terms", "attributes", "price", "images", "materials", "age_from_months",
               "has_battery", "touches_food"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, dtype="object")  # None stays None, months stay whole


def read_schemas(known: Snapshot) -> dict[str, dict[str, Any]]:
    """Schema by product type (`TYPE`, or `TYPE/CC` of one country)."""
    frame = known.product_types
    return {name: json.loads(text) for name, text in zip(frame["name"], frame["document"], strict=True)}


def read_rule_book(known: Snapshot) -> RuleBook:
    """The compliance rules that were frozen with the morning."""
    return RuleBook(
        rules=known.compliance_rules, words=known.compliance_words, kinds=known.compliance_kinds
    )  # fmt: skip


def _join_attributes(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """SKU → attribute → its value, or values in the order of their places; `a.b` is field b of attribute a."""
    found: dict[str, dict[str, dict[int, Any]]] = {}
    for row in frame.sort_values(["sku", "place", "attribute"]).to_dict("records"):
        name, _, field = str(row["attribute"]).partition(".")
        value = read_attribute(str(row["value"]), str(row["unit"]), str(row["reads_as"]))
        places = found.setdefault(str(row["sku"]), {}).setdefault(name, {})
        if not field:
            places[int(row["place"])] = value
            continue
        whole = places.setdefault(int(row["place"]), {})
        whole[field] = value["value"] if isinstance(value, dict) and set(value) == {"value"} else value
    return {
        sku: {name: next(iter(places.values())) if len(places) == 1 else [*places.values()]
              for name, places in sorted(mine.items())}
        for sku, mine in found.items()
    }  # fmt: skip


def _join_prices(frame: pd.DataFrame) -> dict[str, dict[str, tuple[int, str]]]:
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["sku"]), {})[str(row["country"])] = (int(row["price_minor"]), str(row["currency"]))
    return found
