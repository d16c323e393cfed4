"""A product type's schema, compiled once to checks that run for many listings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skills.listing import checks_list, checks_object, checks_value
from skills.listing.attributes import Attribute, list_attributes
from skills.listing.evaluated import find_seen
from skills.listing.faults import JSON_TYPES, Check, Fault, Faults, UnusableSchema, move, name_type
from skills.listing.forms import INFORMING, list_children
from skills.listing.resolve import Node, References
from skills.vocabulary import mark


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """A product type's schema, ready to check many listings.

    Attributes:
        schema: The document it was made from; not to be changed.
        check: Attributes → faults, or None when they keep to the schema.
        attributes: What the schema says of each attribute, by its path of names.
        noticed: Those attributes that something is to be said about: cannot be changed, withdrawn, replaced.
        unread: (sentence, values) of each keyword that is not read, in the order of the document.
    """

    schema: Mapping[str, Any]
    check: Check = field(repr=False, compare=False)
    attributes: Mapping[tuple[str, ...], Attribute] = field(repr=False, compare=False)
    noticed: Mapping[tuple[str, ...], Attribute] = field(repr=False, compare=False)
    unread: tuple[tuple[str, dict[str, Any]], ...] = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_schema, (self.schema,)


def compile_schema(schema: Mapping[str, Any]) -> CompiledSchema:
    """Compile a product type's schema (JSON Schema 2019-09 with Amazon's vocabulary) to checks in memory.

    Args:
        schema: The document that a product type definition links to, as parsed JSON. Nothing is fetched.
    Returns:
        The compiled schema. Keywords and formats that are not known stand in `unread`.
    Raises:
        UnusableSchema: another dialect; a reference that leads outside the document, nowhere or in a circle; a
            keyword that checks and has a form that cannot be read; endless depth.
    """
    if not isinstance(schema, dict):
        raise UnusableSchema(
            mark("A product type's schema is a JSON object; this is {found}. Fetch the product type's schema anew."),
            found=name_type(schema),
        )
    try:
        references = References(schema)
        check = _Builder(references).build(schema) or _pass
        attributes = list_attributes(references)
    except RecursionError:
        raise UnusableSchema(
            mark("The schema is nested so deep that it cannot be compiled. Fetch the schema anew and compile that.")
        ) from None
    noticed = {path: item for path, item in attributes.items() if item.is_noticed}
    return CompiledSchema(schema, check, attributes, noticed, tuple(references.unread))


def _pass(value: Any) -> Faults | None:
    return None


def _refuse(value: Any) -> Faults | None:
    return [Fault("false", (), {})]


class _Builder:
    def __init__(self, references: References) -> None:
        self._references = references
        self._built: dict[int, Check | None] = {}
        self._begun: set[int] = set()

    def build(self, node: Node) -> Check | None:
        """The check of one schema; None when everything passes."""
        if isinstance(node, bool):
            return None if node else _refuse
        key = id(node)
        if key in self._built:
            return self._built[key]
        if key in self._begun:

            def later(value: Any) -> Faults | None:
                check = self._built[key]
                return check(value) if check is not None else None

            return later
        self._begun.add(key)
        self._built[key] = self._assemble(node)
        return self._built[key]

    def _assemble(self, node: dict[str, Any]) -> Check | None:
        every = self._check_every(node)
        by_kind = {
            "string": checks_value.list_text_checks(node),
            "number": checks_value.list_number_checks(node),
            "array": self._check_list(node),
            "object": self._check_object(node),
        }
        names = node.get("type", list(JSON_TYPES))
        allowed = [names] if isinstance(names, str) else list(names)
        table: dict[type, Check | None] = {}
        for kind, name in _KINDS.items():
            rules = [*by_kind.get(name, []), *every]
            if kind in (int, float) and "number" not in allowed:
                wrong = "integer" not in allowed
                rules = [_refuse_type(allowed)] if wrong else ([_whole(allowed), *rules] if kind is float else rules)
            elif name not in allowed:
                rules = [_refuse_type(allowed)]
            table[kind] = _join(rules)
        if not any(table.values()):
            return None
        odd = _refuse_type(allowed)

        def check(value: Any) -> Faults | None:
            one = table.get(type(value), odd)
            return one(value) if one is not None else None

        return check

    def _check_every(self, node: dict[str, Any]) -> list[Check]:
        found: list[Check | None] = []
        labels = node.get("enumNames", []) if INFORMING["enumNames"](node.get("enumNames", [])) else []
        if "enum" in node:
            found.append(checks_value.check_enum("enum", node["enum"], labels))
        if "const" in node:
            found.append(checks_value.check_enum("const", [node["const"]], labels[:1]))
        for keyword in ("$ref", "$recursiveRef"):
            if keyword in node:
                found.append(self.build(self._references.follow(node, keyword)))
        found += [self.build(child) for child in node.get("allOf", [])]
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                found.append(checks_object.check_choice(keyword, [self.build(child) for child in node[keyword]]))
        if "not" in node:
            found.append(checks_object.check_not(self.build(node["not"]), _name_tested(node["not"])))
        if "if" in node and ("then" in node or "else" in node):
            tests = [self.build(node.get(name, True)) for name in ("if", "then", "else")]
            found.append(checks_object.check_condition(tests[0], tests[1], tests[2], _name_tested(node["if"])))
        return [check for check in found if check is not None]

    def _check_list(self, node: dict[str, Any]) -> list[Check]:
        found: list[Check] = []
        items = node.get("items", True)
        if isinstance(items, list):
            firsts = [self.build(item) for item in items]
            found.append(checks_list.check_tuple(firsts, self.build(node.get("additionalItems", True))))
        elif (one := self.build(items)) is not None:
            found.append(checks_list.check_items(one))
        found += [checks_list.check_count(name, int(node[name])) for name in ("minItems", "maxItems") if name in node]
        selectors = tuple(node.get("selectors", []))
        least, most = (int(node[name]) if name in node else None for name in ("minUniqueItems", "maxUniqueItems"))
        if node.get("uniqueItems"):
            found.append(checks_list.check_unique(selectors if most is None else ()))
        if least is not None or most is not None:
            found.append(checks_list.check_per_selection(least, most, selectors))
        if "contains" in node:
            span = (int(node.get("minContains", 1)), node.get("maxContains"))
            found.append(checks_list.check_contains(self.build(node["contains"]), *span))
        return found + self._check_rest(node, "Items")

    def _check_object(self, node: dict[str, Any]) -> list[Check]:
        found: list[Check] = []
        if "required" in node:
            found.append(checks_object.check_required(tuple(node["required"])))
        if not {"properties", "patternProperties", "additionalProperties"}.isdisjoint(node):
            known = {name: self.build(child) for name, child in node.get("properties", {}).items()}
            by_pattern = node.get("patternProperties", {})
            patterns = [(re.compile(name), self.build(child)) for name, child in by_pattern.items()]
            rest = node.get("additionalProperties", True)
            other = False if rest is False else self.build(rest)
            found.append(checks_object.check_properties(known, patterns, other))
        counts = [name for name in ("minProperties", "maxProperties") if name in node]
        found += [checks_list.check_count(name, int(node[name])) for name in counts]
        if "propertyNames" in node and (names := self.build(node["propertyNames"])) is not None:
            found.append(checks_object.check_names(names))
        if "dependentRequired" in node:
            needs = {key: tuple(names) for key, names in node["dependentRequired"].items()}
            found.append(checks_object.check_dependent_required(needs))
        schemas = {key: self.build(child) for key, child in node.get("dependentSchemas", {}).items()}
        if checks := {key: check for key, check in schemas.items() if check is not None}:
            found.append(checks_object.check_dependent(checks))
        return found + self._check_rest(node, "Properties")

    def _check_rest(self, node: dict[str, Any], side: Any) -> list[Check]:
        keyword = f"unevaluated{side}"
        one = self.build(node.get(keyword, True))
        if one is None:
            return []
        seen = find_seen(node, side, self._references, self.build, own=True)

        def check(value: Any) -> Faults | None:
            steps = value.items() if isinstance(value, dict) else enumerate(value)
            known = seen(value) if seen is not None else set()
            faults: Faults = []
            for step, item in steps:
                found = None if step in known else one(item)
                if found:
                    place = step if isinstance(step, str) else step + 1
                    refused = [Fault(keyword, (), {"name": str(place)})] if one is _refuse else found
                    faults += move(refused, place)
            return faults or None

        return [check]


_KINDS: dict[type, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", list: "array", dict: "object", type(None): "null",
}  # fmt: skip


def _join(rules: list[Check]) -> Check | None:
    return None if not rules else rules[0] if len(rules) == 1 else checks_object.check_all(rules)


def _refuse_type(allowed: list[str]) -> Check:
    return lambda value: [Fault("type", (), {"expected": allowed, "type": name_type(value), "found": value})]


def _whole(allowed: list[str]) -> Check:
    refuse = _refuse_type(allowed)
    return lambda value: None if value.is_integer() else refuse(value)


def _name_tested(node: Node) -> str:
    """The attributes that a condition looks at."""
    names: dict[str, None] = {}

    def visit(child: Node, depth: int) -> None:
        if isinstance(child, dict) and depth < 6:
            names.update(dict.fromkeys([*child.get("properties", {}), *child.get("required", [])]))
            for _, inner in list_children(child, frozenset(("allOf", "anyOf", "oneOf", "not"))):
                visit(inner, depth + 1)

    visit(node, 0)
    return ", ".join(names)
