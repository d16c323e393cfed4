"""Which form each keyword of a schema must have, and where schemas stand inside a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from skills.listing.faults import JSON_TYPES

ONE = (
    *("items", "additionalItems", "unevaluatedItems", "contains", "propertyNames", "additionalProperties"),
    *("unevaluatedProperties", "if", "then", "else", "not"),
)
MANY = ("allOf", "anyOf", "oneOf")
NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
IN_PLACE = ("if", "then", "else", "not", *MANY, "dependentSchemas")
"""Keywords whose schemas look at the same value as the schema they stand in."""

Children = Iterator[tuple[str, Any]]


def list_children(node: dict[str, Any], keywords: frozenset[str] | None = None) -> Children:
    """Every schema directly inside a schema, with its pointer from there."""
    for keyword in node:
        if keywords is not None and keyword not in keywords:
            continue
        found = node[keyword]
        if keyword in MANY or (keyword == "items" and isinstance(found, list)):
            yield from ((f"/{keyword}/{at}", item) for at, item in enumerate(found))
        elif keyword in NAMED:
            yield from ((f"/{keyword}/{escape(name)}", item) for name, item in found.items())
        elif keyword in ONE:
            yield f"/{keyword}", found


def escape(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _is_count(value: Any) -> bool:
    return (type(value) is int or (type(value) is float and value.is_integer())) and value >= 0


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _is_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_schema, value.values()))


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return True


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) and name in JSON_TYPES for name in names)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


Form = Callable[[Any], bool]

FORMS: dict[str, Form] = (
    dict.fromkeys(("maxUniqueItems", "minUniqueItems", "maxUtf8ByteLength", "minUtf8ByteLength"), _is_count)
    | dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems", "maxContains", "minContains"), _is_count)
    | dict.fromkeys(("maxProperties", "minProperties"), _is_count)
    | dict.fromkeys(("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"), _is_number)
    | dict.fromkeys(("selectors", "required"), _is_names)
    | dict.fromkeys(("$ref", "$recursiveRef", "$id", "$anchor", "format"), _is_text)
    | dict.fromkeys([name for name in ONE if name != "items"], _is_schema)
    | dict.fromkeys(MANY, _is_schemas)
    | dict.fromkeys(NAMED, _is_named)
    | {
        "type": _is_type,
        "enum": lambda value: isinstance(value, list),
        "multipleOf": lambda value: _is_number(value) and value > 0,
        "pattern": _is_pattern,
        "patternProperties": lambda value: _is_named(value) and all(map(_is_pattern, value)),
        "uniqueItems": lambda value: isinstance(value, bool),
        "items": lambda value: _is_schema(value) or (isinstance(value, list) and all(map(_is_schema, value))),
        "dependentRequired": lambda value: isinstance(value, dict) and all(map(_is_names, value.values())),
    }
)
"""What checks: a schema with another form there is refused."""

INFORMING: dict[str, Form] = {
    "editable": lambda value: isinstance(value, bool),
    "hidden": lambda value: isinstance(value, bool),
    "enumNames": _is_names,
    "title": _is_text,
    "description": _is_text,
    "replaces": lambda value: _is_text(value) or _is_names(value),
    "replacedBy": lambda value: _is_text(value) or _is_names(value),
    "$lifecycle": lambda value: isinstance(value, dict) and isinstance(value.get("enumDeprecated", []), list),
}
"""What informs: another form there is set aside and listed as not read."""
