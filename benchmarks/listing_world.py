"""A product type's schema and listings for it, made by rule: real ones are not published.

The schema has Amazon's outer shape: every attribute is an array of objects with marketplace_id and, for texts, the
language_tag, which are its selectors; texts have bounds in characters and UTF-8 bytes, measures a value and a unit
out of a list, choices have labels, five conditions make attributes necessary, unknown fields are refused. Attributes,
kinds and bounds stand in the table below (name:characters:entries). A listing gives every attribute that is always
necessary or that a condition may ask for, and two thirds of the others; values are drawn from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from skills.listing import check_listing
from skills.listing.policy import ListingPolicy

MARKETS = {
    "DE": ("A1PA6795UKMFR9", "de_DE"),
    "FR": ("A13V1IB3VIYZZH", "fr_FR"),
    "ES": ("A1RKKUPIHCS9HS", "es_ES"),
    "US": ("ATVPDKIKX0DER", "en_US"),
    "JP": ("A1VC38T7YXB528", "ja_JP"),
}

_TEXTS = (
    "item_name:200:1 brand:100:1 bullet_point:500:5 product_description:2000:1 generic_keyword:250:1 "
    "manufacturer:100:1 model_name:120:1 model_number:60:1 part_number:40:1 style:60:1 color:60:1 size:60:1 "
    "material:60:3 pattern:60:1 theme:60:1 included_components:200:5 special_feature:120:5 "
    "care_instructions:120:3 fabric_type:300:1 finish_type:60:1 recommended_uses_for_product:120:4 room_type:60:3 "
    "occasion_type:60:3 target_audience_keyword:60:3 collection:80:1 edition:40:1 scent:40:1 weave_type:40:1 "
    "product_benefit:200:4 surface_recommendation:80:3 warranty_description:600:1 safety_warning:600:2 "
    "directions:600:1 country_specific_label:200:1"
)
_CHOICES = (
    "country_of_origin condition_type supplier_declared_dg_hz_regulation item_form seasonality_type gender_target "
    "closure_type base_type handle_type edge_style water_resistance_level container_type variation_theme "
    "lifecycle_supply_type package_type dye_method thread_type"
)
_MEASURES = (
    "item_length item_width item_height item_weight item_package_length item_package_width item_package_height "
    "item_package_weight capacity wattage voltage fabric_weight thickness maximum_temperature"
)
_COUNTS = "number_of_items unit_count number_of_pieces number_of_boxes minimum_age_months thread_count"
_YESNO = (
    "batteries_required batteries_included is_assembly_required is_dishwasher_safe is_fragile is_food_contact "
    "contains_liquid_contents is_waterproof is_customizable is_recyclable"
)
_DATES = "product_site_launch_date merchant_release_date restock_date"
_LINKS = (
    "main_product_image_locator other_product_image_locator_1 other_product_image_locator_2 safety_data_sheet_url"
)

_ALWAYS = (
    "item_name brand bullet_point product_description manufacturer color material country_of_origin "
    "condition_type supplier_declared_dg_hz_regulation number_of_items item_package_weight "
    "main_product_image_locator batteries_required"
)
ALWAYS = _ALWAYS.split()
UNITS = ["centimeters", "grams", "milliliters", "watts", "volts", "degrees_celsius", "inches", "pounds"]
CHOICES = [f"choice_{at}" for at in range(12)]


def make_schema(country: str) -> dict[str, Any]:
    """The schema of one product type in one country, as the platform links to it."""
    marketplace, language = MARKETS[country]
    return {
        "$schema": "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
        "$id": f"https://example.com/product-types/KITCHEN_TOWEL/{country}",
        "$defs": {
            "marketplace_id": {"type": "string", "enum": [marketplace], "hidden": True, "editable": False},
            "language_tag": {"type": "string", "enum": [language], "enumNames": [language], "hidden": True},
        },
        "type": "object",
        "required": ALWAYS,
        "properties": dict(_make_attributes()),
        "allOf": _CONDITIONS,
    }


def _make_attributes() -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in _TEXTS.split():
        name, limit, most = entry.split(":")
        value = {"type": "string", "minLength": 1, "maxLength": int(limit), "maxUtf8ByteLength": int(limit) * 2}
        yield name, _wrap(name, {"value": value}, int(most), language=True)
    for name in _CHOICES.split():
        value = {"type": "string", "enum": CHOICES, "enumNames": [choice.replace("_", " ") for choice in CHOICES]}
        yield (
            name,
            _wrap(name, {"value": {"anyOf": [{"type": "string", "maxLength": 40}, {"type": "null"}], **value}}),
        )
    for name in _MEASURES.split():
        number = {"type": "number", "exclusiveMinimum": 0, "maximum": 100000}
        yield name, _wrap(name, {"value": number, "unit": {"type": "string", "enum": UNITS}})
    for name in _COUNTS.split():
        yield name, _wrap(name, {"value": {"type": "integer", "minimum": 0, "maximum": 5000}})
    for name in _YESNO.split():
        yield name, _wrap(name, {"value": {"type": "boolean", "enum": [True, False], "enumNames": ["Yes", "No"]}})
    for name in _DATES.split():
        yield name, _wrap(name, {"value": {"type": "string", "format": "date"}})
    for name in _LINKS.split():
        yield name, _wrap(name, {"media_location": {"type": "string", "pattern": "^https://", "maxLength": 500}})
    battery = {"type": "string", "enum": ["lithium_ion", "nimh", "alkaline"]}
    weight = {
        "type": "array",
        "maxItems": 1,
        "items": _entry({"value": {"type": "number"}, "unit": {"enum": ["grams"]}}),
    }
    yield "battery", _wrap("battery", {"cell_composition": battery, "weight": weight}, some=["cell_composition"])


def _entry(fields: dict[str, Any], some: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "required": some or list(fields), "properties": fields, "additionalProperties": False}


def _wrap(
    name: str, fields: dict[str, Any], most: int = 1, language: bool = False, some: list[str] | None = None
) -> dict[str, Any]:
    selectors = ["marketplace_id", "language_tag"] if language else ["marketplace_id"]
    refs = {selector: {"$ref": f"#/$defs/{selector}"} for selector in selectors}
    return {
        "title": name.replace("_", " ").capitalize(),
        "description": f"What the product's {name.replace('_', ' ')} is.",
        "type": "array",
        "minItems": 1,
        "minUniqueItems": 1,
        "maxUniqueItems": most,
        "selectors": selectors,
        "items": _entry({**fields, **refs}, [*(some or fields), *selectors]),
    }


def _says(name: str, *values: object) -> dict[str, Any]:
    entry = {"properties": {"value": {"enum": list(values)}}, "required": ["value"]}
    return {"required": [name], "properties": {name: {"contains": entry}}}


_EITHER = {"anyOf": [{"required": ["part_number"]}, {"required": ["model_name"]}]}
_CONDITIONS: list[dict[str, Any]] = [
    {"if": _says("batteries_required", True), "then": {"required": ["battery", "batteries_included"]}},
    {"if": _says("is_food_contact", True), "then": {"required": ["safety_warning"]}},
    {"if": _says("supplier_declared_dg_hz_regulation", CHOICES[1]), "then": {"required": ["safety_data_sheet_url"]}},
    {"if": {"required": ["item_length"]}, "then": {"required": ["item_width"]}},
    {"if": {"not": {"required": ["model_number"]}}, "then": _EITHER},
]  # fmt: skip

_WORDS = {
    "DE": "Tuch Küche saugfähig Baumwolle weich waschbar Größe schön für Geschirr",
    "FR": "torchon cuisine coton épais séchage carré lavable à bord côté",
    "ES": "paño cocina algodón suave tamaño pequeño rápido niño baño hogar",
    "US": "kitchen towel cotton soft absorbent washable large hanging loop gift",
    "JP": "ふきん 台所 綿 吸水 やわらかい 洗濯 大判 乾きやすい 日本 布巾",
}


def make_listings(products: int, seed: int, countries: tuple[str, ...] = tuple(MARKETS)) -> pd.DataFrame:
    """Valid listings: one row per (sku, country): product_type, attributes.

    Args:
        products: How many SKUs.
    """
    rows = []
    for country in countries:
        draw = np.random.Generator(np.random.PCG64([seed, list(MARKETS).index(country)]))
        schema = make_schema(country)["properties"]
        for at in range(products):
            attributes = _draw_listing(schema, country, draw)
            rows.append((f"SKU-{at:05}", country, "KITCHEN_TOWEL", attributes))
    return pd.DataFrame(rows, columns=["sku", "country", "product_type", "attributes"])


def _draw_listing(schema: dict[str, Any], country: str, draw: np.random.Generator) -> dict[str, Any]:
    marketplace, language = MARKETS[country]
    numbers = draw.random((len(schema), 2)).tolist()
    found: dict[str, Any] = {}
    for (name, about), (kept, luck) in zip(schema.items(), numbers, strict=True):
        if name not in ALWAYS and kept > 2 / 3 and name not in _NEEDED:
            continue
        fields = about["items"]["properties"]
        ends = {"marketplace_id": marketplace} | ({"language_tag": language} if "language_tag" in fields else {})
        entries = 1 + int(luck * about["maxUniqueItems"])
        drawn = {field: rule for field, rule in fields.items() if field not in ends}
        found[name] = [
            {field: _draw_value(field, rule, country, luck + at / 7) for field, rule in drawn.items()} | ends
            for at in range(entries)
        ]
    return found


_NEEDED = ("battery", "batteries_included", "safety_warning", "safety_data_sheet_url", "item_width", "part_number")


def _draw_value(field: str, rule: dict[str, Any], country: str, luck: float) -> Any:
    pick = int(luck * 9973)
    if "enum" in rule:
        return rule["enum"][pick % len(rule["enum"])]
    if field == "weight":
        return [{"value": 1 + pick % 400, "unit": "grams"}]
    if field == "media_location":
        return f"https://example.com/images/{pick}.jpg"
    if rule["type"] == "string":
        if "format" in rule:
            return f"2026-{1 + pick % 12:02}-{1 + pick % 28:02}"
        words = _WORDS[country].split()
        text = " ".join(words[(pick + at * 7) % len(words)] for at in range(1 + rule["maxLength"] // 12))
        return text[: min(rule["maxLength"], 2 * rule["maxLength"] // (3 if country == "JP" else 2))].strip()
    return 1 + pick % 4000 if rule["type"] == "integer" else round(0.5 + luck * 90, 2)


def find_covered(cases: list[dict[str, Any]]) -> set[str]:
    """The keywords whose cases (skills/listing/examples/keywords.json) all pass and fail as they say."""
    wrong = {case["keyword"] for case in cases if not (case["passes"] and case["fails"]) or list_mistakes(case)}
    return {case["keyword"] for case in cases} - wrong


def list_mistakes(case: dict[str, Any]) -> list[str]:
    """What is not as one case says: attributes that should pass and do not, or fail without the named problem."""
    policy, found = ListingPolicy(), case.get("found", case["keyword"])
    mistakes = []
    for verdict in ("passes", "fails"):
        schema = case.get("failing_schema", case["schema"]) if verdict == "fails" else case["schema"]
        for attributes in case[verdict]:
            row = {"sku": "A", "country": "DE", "product_type": "TYPE", "attributes": attributes}
            listing = pd.DataFrame([row | {"published_attributes": case.get("published")}])
            problems = check_listing({"TYPE": schema}, listing, policy)
            said = [
                reason.format(**values) for reason, values in zip(problems["reason"], problems["values"], strict=True)
            ]
            right = found in set(problems["keyword"]) and case.get("says", said[0] if said else "") in said
            if (verdict == "passes" and said) or (verdict == "fails" and not right):
                mistakes.append(f"{attributes}: {said}")
    return mistakes
