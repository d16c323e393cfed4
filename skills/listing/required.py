"""What a product type asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skills.listing.schema import CompiledSchema, compile_schema
from skills.vocabulary import mark

REQUIRED = {
    "attribute": "str", "title": "str", "needed": "str", "because": "str", "given": "bool", "hidden": "bool",
    "editable": "bool", "choices": "object", "labels": "object",
}  # fmt: skip

ALWAYS, NOW, OPTIONAL = mark("always"), mark("as the rest stands"), mark("if you like")


def list_required(
    compiled: CompiledSchema | Mapping[str, Any], attributes: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Every attribute of a product type and whether it must be given, which may hang on the others.

    Args:
        compiled: The product type's schema, compiled or as a document.
        attributes: What is given so far; None for nothing.
    Returns:
        One row per attribute, in order of its name: attribute, title, needed (always | as the rest stands | if you
        like), because (the attributes that decide the second, or ""), given, hidden (Amazon's own pages leave it
        out), editable (False: keeps its first value), choices and labels (lists: allowed values of a plain attribute
        and what they are called).
    Raises:
        UnusableSchema: the schema cannot be compiled.
    """
    schema = compiled if isinstance(compiled, CompiledSchema) else compile_schema(compiled)
    given = dict(attributes or {})
    always = set(schema.schema.get("required", []))
    now = {
        str(fault.path[0]): str(fault.values.get("because", ""))
        for fault in schema.check(given) or []
        if fault.keyword in ("required", "dependentRequired") and len(fault.path) == 1
    }
    names = sorted({path[0] for path in schema.attributes} | always | set(now))
    rows = []
    for name in names:
        about = [schema.attributes[path] for path in ((name,), (name, "value")) if path in schema.attributes]
        choices = next((item for item in about if item.choices), None)
        rows.append(
            {
                "attribute": name,
                "title": next((item.title for item in about if item.title), ""),
                "needed": ALWAYS if name in always else NOW if name in now else OPTIONAL,
                "because": "" if name in always else now.get(name, ""),
                "given": name in given,
                "hidden": any(item.hidden for item in about),
                "editable": all(item.editable for item in about),
                "choices": choices.choices if choices else [],
                "labels": choices.labels if choices else [],
            }
        )
    return pd.DataFrame(rows, columns=list(REQUIRED)).astype(REQUIRED)
