"""Which properties and items a schema has looked at: what `unevaluatedProperties` and `unevaluatedItems` leave."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from skills.listing.faults import Check
from skills.listing.resolve import Node, References

Seen = Callable[[Any], set[Any]]
Build = Callable[[Node], "Check | None"]
Side = Literal["Properties", "Items"]


def find_seen(node: Node, side: Side, references: References, build: Build, own: bool = False) -> Seen | None:
    """What the schema looks at in a value that keeps to it: names of properties, or places in a list.

    Args:
        own: True for the schema in which the `unevaluated…` keyword itself stands.
    """
    if not isinstance(node, dict):
        return None
    parts = [_see_names(node) if side == "Properties" else _see_places(node)]
    if f"unevaluated{side}" in node and not own:
        parts.append(_see_everything)

    def inner(child: Node) -> Seen | None:
        return find_seen(child, side, references, build)

    for keyword in ("$ref", "$recursiveRef"):
        if keyword in node:
            parts.append(inner(references.follow(node, keyword)))
    parts += [inner(child) for child in node.get("allOf", [])]
    parts += [_see_if(build(child), inner(child)) for name in ("anyOf", "oneOf") for child in node.get(name, [])]
    parts += [_see_with(key, inner(child)) for key, child in node.get("dependentSchemas", {}).items()]
    if "if" in node:
        seen, then, other = (inner(node.get(name, True)) for name in ("if", "then", "else"))
        parts += [_see_either(build(node["if"]), [seen, then], other)]
    kept = [part for part in parts if part is not None]
    return (lambda value: set().union(*[part(value) for part in kept])) if kept else None


def _see_everything(value: Any) -> set[Any]:
    return set(value) if isinstance(value, dict) else set(range(len(value)))


def _see_names(node: dict[str, Any]) -> Seen | None:
    if "additionalProperties" in node:
        return _see_everything
    names = set(node.get("properties", {}))
    patterns = [re.compile(pattern) for pattern in node.get("patternProperties", {})]
    if not names and not patterns:
        return None
    return lambda value: {key for key in value if key in names or any(pattern.search(key) for pattern in patterns)}


def _see_places(node: dict[str, Any]) -> Seen | None:
    items = node.get("items")
    if items is None:
        return None
    if not isinstance(items, list) or "additionalItems" in node:
        return _see_everything
    return lambda value: set(range(min(len(items), len(value))))


def _see_if(check: Check | None, seen: Seen | None) -> Seen | None:
    if seen is None:
        return None
    return lambda value: set() if check is not None and check(value) else seen(value)


def _see_with(key: str, seen: Seen | None) -> Seen | None:
    if seen is None:
        return None
    return lambda value: seen(value) if isinstance(value, dict) and key in value else set()


def _see_either(check: Check | None, held: list[Seen | None], other: Seen | None) -> Seen | None:
    def see(value: Any) -> set[Any]:
        parts = held if check is None or not check(value) else [other]
        return set().union(*[part(value) for part in parts if part is not None])

    return see
