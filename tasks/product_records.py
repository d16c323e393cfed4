"""Product records as the skills take them, put together from the seller's tables; the rules beside them."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from skills.compliance.rules import RuleBook
from tasks.files.listing_tables import BULLETS
from tasks.store.snapshots import Snapshot

_YES_NO = {"yes": True, "no": False}
_MATERIAL = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*%\s*(.*?\S)\s*")
_KEPT = ("sku", "product_type", "brand", "title", "description", "language", "origin", "plug", "opportunity")


def join_records(known: Snapshot) -> pd.DataFrame:
    """One row per sku, as `compose_listings` and `check_products` take it.

    Args:
        known: With the tables listing_records, listing_attributes and listing_prices.

    Returns:
        One row per sku, sorted: product_type, brand, title, bullets (list), description, search_terms (list),
        attributes (dict), language, price {country: (minor, currency)}, images (list of file names), origin,
        materials [(name, percent)] (empty where the text is no list of shares), age_from_months (None: unknown),
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
                "search_terms": split_texts(row["search_terms"]),
                "attributes": attributes.get(sku, {}),
                "price": prices.get(sku, {}),
                "images": split_texts(row["images"]),
                "materials": read_materials(row["materials"]),
                "age_from_months": None if months != months else int(months),
                "has_battery": _YES_NO.get(row["has_battery"]),
                "touches_food": _YES_NO.get(row["touches_food"]),
            }
        )
    columns = [*_KEPT, "bullets", "search_terms", "attributes", "price", "images", "materials", "age_from_months",
               "has_battery", "touches_food"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "object"))


def read_materials(text: str) -> list[tuple[str, Decimal]]:
    """`60% cotton, 40% linen` as (name, percent); a comma without blanks is a decimal sign.

    Nothing where a part is no share: then what it is made of is not known.
    """
    found = [_MATERIAL.fullmatch(part) for part in re.split(r"[;+]|,\s|,$", text) if part.strip()]
    if not all(found):
        return []
    return [(match[2], Decimal(match[1].replace(",", "."))) for match in found if match]


def split_texts(text: str) -> list[str]:
    """What stands between the semicolons; blanks are none."""
    return [part.strip() for part in re.split(r"[;；]", str(text)) if part.strip()]


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
    found: dict[str, dict[str, list[Any]]] = {}
    fields: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row in frame.sort_values(["sku", "attribute", "place"]).to_dict("records"):
        name, _, field = str(row["attribute"]).partition(".")
        value = _read_value(str(row["value"]), str(row["unit"]), str(row["reads_as"]))
        values = found.setdefault(str(row["sku"]), {}).setdefault(name, [])
        if not field:
            values.append(value)
            continue
        key = (str(row["sku"]), name, int(row["place"]))
        if key not in fields:
            fields[key] = {}
            values.append(fields[key])
        fields[key][field] = value["value"] if isinstance(value, dict) and set(value) == {"value"} else value
    return {
        sku: {name: values[0] if len(values) == 1 else values for name, values in mine.items()}
        for sku, mine in found.items()
    }


def _read_value(text: str, unit: str, reads_as: str) -> Any:
    if reads_as == "code":
        return {"value": text}
    if reads_as == "link":
        return {"media_location": text}
    if reads_as == "yes_no" and text.casefold() in _YES_NO:
        return _YES_NO[text.casefold()]
    number = None if reads_as == "text" else _read_number(text)
    if unit:
        return {"value": text if number is None else number, "unit": unit}
    return text if number is None else number


def _read_number(text: str) -> int | Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return int(number) if number == number.to_integral_value() else number


def _join_prices(frame: pd.DataFrame) -> dict[str, dict[str, tuple[int, str]]]:
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["sku"]), {})[str(row["country"])] = (int(row["price_minor"]), str(row["currency"]))
    return found
