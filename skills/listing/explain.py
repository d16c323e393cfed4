"""How a problem of a listing came about, step by step."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.listing.attributes import read_values
from skills.listing.checks_value import count_bytes
from skills.listing.faults import UnknownListing, show
from skills.listing.keywords import KEYWORDS
from skills.listing.plan import Schemas, check_listing, compile_all
from skills.listing.policy import ListingPolicy
from skills.vocabulary import mark, name_rows

STEPS = {"step": "int64", "label": "str", "value": "str", "unit": "str", "note": "str", "values": "object"}

SOURCES = {
    "official": mark("Amazon's own keyword"),
    "standard": mark("a keyword of JSON Schema 2019-09"),
    "seen": mark("a key of Amazon's schemas"),
    "": mark("a check of this program"),
}
_SHOWN = ("type", "enum", "const", "pattern", "format", "selectors")


def explain_problem(
    schemas: Schemas, listings: pd.DataFrame, policy: ListingPolicy, sku: str, country: str, attribute: str
) -> pd.DataFrame:
    """What was given, what the schema asks for, and what to do, for one attribute of one listing.

    Args:
        schemas, listings, policy: As for `check_listing`.
        attribute: As in its column `attribute`.
    Returns:
        One row per step: step (from 1), label, value (text), unit, note, values (what fills the places of the
        label). The last steps are the problems, said as `check_listing` says them.
    Raises:
        UnknownListing: no problem of that attribute in that listing.
        UnusableSchema, MissingColumns: as `check_listing`.
    """
    rows = listings[(listings["sku"] == sku) & (listings["country"] == country)]
    found = check_listing(schemas, rows, policy)
    found = found[found["sku"] == sku]
    problems = found[found["attribute"] == attribute]
    if problems.empty:
        raise UnknownListing(
            mark("No problem of {attribute} in {sku} for {country}. Found: {known}. Take a row of the check."),
            attribute=attribute,
            sku=sku,
            country=country,
            known=name_rows(dict.fromkeys(found["attribute"])),
        )
    listing = rows.iloc[0]
    names = tuple(step for step in attribute.split(" · ") if step and not step.isdecimal())
    steps: list[tuple[str, str, str, str, dict[str, Any]]] = [
        (mark("Product type"), str(listing["product_type"]), "", "", {}),
        (mark("Attribute"), attribute, "", str(problems.iloc[0]["values"].get("title", "")), {}),
    ]
    for value in read_values(listing["attributes"], names) if names else ():
        size = f"{len(value)} / {count_bytes(value)}" if isinstance(value, str) else ""
        steps.append((mark("Given"), show(value, 200), mark("characters / bytes") if size else "", size, {}))
    compiled = _find_rules(schemas, listing, names)
    steps += [(mark("The schema says"), f"{name}: {show(value, 200)}", "", "", {}) for name, value in compiled]
    for problem in problems.to_dict("records"):
        word = KEYWORDS.get(problem["keyword"])
        note = SOURCES[word.source if word else ""]
        steps.append((problem["reason"], problem["keyword"], "", note, problem["values"]))
    return pd.DataFrame([(at, *step) for at, step in enumerate(steps, 1)], columns=list(STEPS)).astype(STEPS)


def _find_rules(schemas: Schemas, listing: pd.Series[Any], names: tuple[str, ...]) -> list[tuple[str, Any]]:
    key = f"{listing['product_type']}/{listing['country']}"
    name = key if key in schemas else str(listing["product_type"])
    if name not in schemas:
        return []
    attribute = compile_all({name: schemas[name]})[name].attributes.get(names)
    nodes = attribute.nodes if attribute else []
    return [
        (keyword, value)
        for node in nodes
        for keyword, value in node.items()
        if keyword in _SHOWN or (keyword in KEYWORDS and isinstance(value, int | float))
    ]
