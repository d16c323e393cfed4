"""What a schema says of each attribute besides its checks: title, who may see and change it, what replaces it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skills.listing.faults import show
from skills.listing.forms import INFORMING, list_children
from skills.listing.resolve import Node, References

Names = tuple[str, ...]

_DEEPEST = 8
_SAME = frozenset(("allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"))


@dataclass(slots=True)
class Attribute:
    """One attribute, or a part of one.

    Attributes:
        nodes: The schemas that speak of it, the plainest first.
        replaced: Attributes that it stands for now; `replaced_by` the other way round.
        deprecated: Values that are listed and are being withdrawn.
    """

    title: str = ""
    description: str = ""
    hidden: bool = False
    editable: bool = True
    choices: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    deprecated: list[Any] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    replaced_by: list[str] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_noticed(self) -> bool:
        """Whether a listing that gives it may have to be told something."""
        return self.is_withdrawn or not self.editable

    @property
    def is_withdrawn(self) -> bool:
        """Whether it, or one of its values, should not be given any more."""
        return bool(self.deprecated) or bool(self.replaced_by)


def list_attributes(references: References) -> Mapping[Names, Attribute]:
    """Every attribute and part of one, by its path of names (places in lists are left out)."""
    found: dict[Names, Attribute] = {}

    def visit(node: Node, path: Names, trail: tuple[int, ...]) -> None:
        if not isinstance(node, dict) or id(node) in trail or len(path) > _DEEPEST:
            return
        if path:
            _note(found.setdefault(path, Attribute()), node)
        trail = (*trail, id(node))
        for keyword in ("$ref", "$recursiveRef"):
            if keyword in node:
                visit(references.follow(node, keyword), path, trail)
        for name, child in node.get("properties", {}).items():
            visit(child, (*path, name), trail)
        for _, child in list_children(node, frozenset(("items", "additionalItems", *_SAME))):
            visit(child, path, trail)

    visit(references.root, (), ())
    for path, attribute in list(found.items()):
        for name in attribute.replaced:
            old = found.get((*path[:-1], name))
            if old is not None and path[-1] not in old.replaced_by:
                old.replaced_by.append(path[-1])
    return found


def _note(attribute: Attribute, node: dict[str, Any]) -> None:
    read = {key: value for key, value in node.items() if key not in INFORMING or INFORMING[key](value)}
    attribute.title = attribute.title or read.get("title", "")
    attribute.description = attribute.description or read.get("description", "")
    attribute.hidden = attribute.hidden or read.get("hidden", False)
    attribute.editable = attribute.editable and read.get("editable", True)
    if "enum" in read and not attribute.choices:
        attribute.choices = [show(item) for item in read["enum"]]
        attribute.labels = read.get("enumNames", [])
    attribute.deprecated += read.get("$lifecycle", {}).get("enumDeprecated", [])
    attribute.replaced += _texts(read.get("replaces", []))
    attribute.replaced_by += _texts(read.get("replacedBy", []))
    if node not in attribute.nodes:
        attribute.nodes.append(node)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def read_values(attributes: Any, path: Names) -> Iterator[Any]:
    """Every value at a path of names, through all lists on the way."""
    if isinstance(attributes, list):
        for item in attributes:
            yield from read_values(item, path)
    elif not path:
        yield attributes
    elif isinstance(attributes, dict) and path[0] in attributes:
        yield from read_values(attributes[path[0]], path[1:])
