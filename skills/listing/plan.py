"""Listings against the schemas of their product types: one row for everything that would be sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import pandas as pd

from skills.listing.attributes import read_values
from skills.listing.faults import Fault, freeze, name_type, show
from skills.listing.messages import MEANT_TYPE, NO_ATTRIBUTES, TOO_DEEP, UNKNOWN_TYPE, name_path, say
from skills.listing.policy import ListingPolicy
from skills.listing.schema import CompiledSchema, compile_schema
from skills.listing.texts import find_text_faults
from skills.vocabulary import check_columns, name_rows

Schemas = Mapping[str, "CompiledSchema | Mapping[str, Any]"]

PROBLEMS = {
    "sku": "str", "country": "str", "attribute": "str", "keyword": "str", "severity": "str", "reason": "str",
    "values": "object",
}  # fmt: skip

Problem = tuple[str, str, str, dict[str, Any]]
"""Keyword, severity, sentence, values."""


def check_listing(schemas: Schemas, listings: pd.DataFrame, policy: ListingPolicy) -> pd.DataFrame:
    """Everything in listings that breaks their product type's schema, or that no reader can see.

    Args:
        schemas: By product type, or by `TYPE/COUNTRY` where a country has its own, which then counts: compiled, or
            the documents themselves.
        listings: One row per (sku, country): product_type, attributes (Amazon's JSON: attribute → list of entries);
            may have published_attributes (those that are live, or None), which says what cannot be changed any more.
    Returns:
        One row per problem: sku, country, attribute (path of names, places in a list counted from 1; "" for the whole
        listing), keyword (of the schema; or product_type, attributes, unknown_attribute, hidden_characters,
        mixed_scripts), severity (error | warning), reason (sentence), values (what fills its places). Keywords that a
        schema has and that are not read come first: sku and country "", attribute the key of the schema.
    Raises:
        UnusableSchema: a schema cannot be compiled.
        MissingColumns: listings lack a column.
    """
    check_columns("listings", listings.columns, ["sku", "country", "product_type", "attributes"])
    compiled = compile_all(schemas)
    rows: list[tuple[str, ...] | tuple[Any, ...]] = [
        ("", "", name, values["keyword"], "warning", sentence, values)
        for name in sorted(compiled)
        for sentence, values in compiled[name].unread
    ]
    known = sorted({name.partition("/")[0] for name in compiled})
    columns = [listings[name] for name in ("sku", "country", "product_type", "attributes")]
    live = listings["published_attributes"] if "published_attributes" in listings else [None] * len(listings)
    found: list[tuple[Any, ...]] = []
    for sku, country, product_type, attributes, published in zip(*columns, live, strict=True):
        schema = compiled.get(f"{product_type}/{country}", compiled.get(product_type))
        if schema is None:
            problems = [("", _refuse_type(product_type, country, known))]
        else:
            problems = check_attributes(schema, attributes, published, product_type, country, policy)
        found += [(sku, country, attribute, *problem) for attribute, problem in problems]
    found.sort(key=lambda row: row[:4])
    return pd.DataFrame([*rows, *found], columns=list(PROBLEMS)).astype(PROBLEMS)


def compile_all(schemas: Schemas) -> dict[str, CompiledSchema]:
    """The schemas, those compiled that are still documents."""
    return {
        name: schema if isinstance(schema, CompiledSchema) else compile_schema(schema)
        for name, schema in schemas.items()
    }


def check_attributes(
    schema: CompiledSchema, attributes: Any, published: Any, product_type: str, country: str, policy: ListingPolicy
) -> list[tuple[str, Problem]]:
    """The problems of one listing, each with its attribute."""
    if not isinstance(attributes, dict):
        return [("", ("attributes", "error", NO_ATTRIBUTES, {"found": show(attributes) or name_type(attributes)}))]
    try:
        faults = schema.check(attributes) or []
        faults = [*faults, *_find_notices(schema, attributes, published, faults)]
        faults += find_text_faults(attributes, country in policy.right_to_left_countries)
    except RecursionError:
        return [("", ("attributes", "error", TOO_DEEP, {}))]
    severities = {
        "format": policy.formats,
        "unknown_attribute": policy.unknown_attributes,
        "hidden_characters": policy.hidden_characters,
        "mixed_scripts": policy.mixed_scripts,
        "replacedBy": "warning",
        "$lifecycle": "warning",
    }
    told: dict[tuple[str, str, str], tuple[str, Problem]] = {}
    for fault in faults:
        sentence, values = say(fault, product_type, policy.choices_shown)
        names = tuple(step for step in fault.path if isinstance(step, str))
        title = next((a.title for n in range(len(names)) if (a := schema.attributes.get(names[: n + 1]))), "")
        attribute = name_path(fault.path)
        problem = (fault.keyword, severities.get(fault.keyword, "error"), sentence, values | {"title": title})
        told.setdefault((attribute, fault.keyword, sentence.format(**values)), (attribute, problem))
    return list(told.values())


def _find_notices(
    schema: CompiledSchema, attributes: dict[str, Any], published: Any, faults: list[Fault]
) -> Iterator[Fault]:
    refused = {fault.path[0] for fault in faults if fault.path}
    for name in () if "patternProperties" in schema.schema else attributes:
        if (name,) not in schema.attributes and name not in refused:
            close = get_close_matches(name, sorted({path[0] for path in schema.attributes}), n=1)
            yield Fault("unknown_attribute", (name,), {"meant": close[0]} if close else {})
    is_live = isinstance(published, dict)
    for path, attribute in schema.noticed.items():
        if not (is_live or attribute.is_withdrawn):
            continue
        given = list(read_values(attributes, path))
        if not given:
            continue
        if attribute.replaced_by:
            yield Fault("replacedBy", path, {"meant": ", ".join(attribute.replaced_by)})
        kept = [choice for choice in attribute.choices if choice not in map(show, attribute.deprecated)]
        for value in given:
            if attribute.deprecated and freeze(value) in map(freeze, attribute.deprecated):
                yield Fault("$lifecycle", path, {"found": show(value), "allowed": kept})
        live = list(read_values(published, path)) if is_live else []
        if not attribute.editable and live and freeze(live) != freeze(given):
            yield Fault("editable", path, {"live": ", ".join(map(show, live))})


def _refuse_type(product_type: str, country: str, known: list[str]) -> Problem:
    values = {"product_type": product_type, "country": country, "known": name_rows(known)}
    close = get_close_matches(product_type, known, n=1) if isinstance(product_type, str) else []
    if close and close[0] != product_type:
        return "product_type", "error", MEANT_TYPE, values | {"meant": close[0]}
    return "product_type", "error", UNKNOWN_TYPE, values
