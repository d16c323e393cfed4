"""What a check finds, and how values are compared as JSON compares them.

Refusals of this skill: `UnusableSchema` (a schema that cannot be compiled), `UnknownListing` (no such row).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from skills.vocabulary import Refusal

Path = tuple[str | int, ...]


class UnusableSchema(Refusal):
    """A schema that cannot be compiled: another dialect, a lost reference, a keyword of a wrong form."""


class UnknownListing(Refusal):
    """No row of that SKU, country and attribute."""


class Fault(NamedTuple):
    """One broken keyword: path of names and of places in a list (from 1, left out in a list of one)."""

    keyword: str
    path: Path
    values: dict[str, Any]


Faults = list[Fault]
Check = Callable[[Any], "Faults | None"]
"""None when the value keeps to the schema."""

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def move(faults: Faults, step: str | int) -> Faults:
    """The same faults, seen from one level further out."""
    return [Fault(keyword, (step, *path), values) for keyword, path, values in faults]


def freeze(value: Any) -> Any:
    """A hashable twin: equal twins are equal JSON (1 = 1.0, but true is not 1; keys have no order)."""
    kind = type(value)
    if kind is bool:
        return ("boolean", value)
    if kind is list:
        return ("array", tuple(map(freeze, value)))
    if kind is dict:
        return ("object", frozenset((key, freeze(item)) for key, item in value.items()))
    return value


def make_writable(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def show(value: Any, longest: int = 60) -> str:
    """A value as a reader sees it: text as it is, the rest as JSON would write it; cut where it is long."""
    if isinstance(value, str):
        said = make_writable(value)
    elif isinstance(value, bool):
        said = "true" if value else "false"
    elif value is None:
        said = "null"
    elif isinstance(value, list):
        said = f"[{', '.join(show(item) for item in value[:5])}{', …' if len(value) > 5 else ''}]"
    elif isinstance(value, dict):
        said = f"{{{', '.join(f'{key}: {show(item)}' for key, item in list(value.items())[:5])}}}"
    else:
        said = f"{value}"
    return said if len(said) <= longest else said[: longest - 1] + "…"


def name_type(value: Any) -> str:
    """The JSON type of a value, or the Python one of what is not JSON."""
    for name in ("null", "boolean", "string", "array", "object"):
        if type(value) in JSON_TYPES[name]:
            return name
    if type(value) in (int, float):
        return "number"
    return type(value).__name__
