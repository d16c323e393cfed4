"""References inside one schema: where each leads, and that none leads in a circle or outside."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from skills.listing.checks_value import FORMATS
from skills.listing.faults import UnusableSchema
from skills.listing.forms import FORMS, IN_PLACE, INFORMING, list_children
from skills.listing.keywords import DIALECTS, KEYWORDS
from skills.vocabulary import mark

Node = dict[str, Any] | bool

UNKNOWN = mark("The keyword {keyword} at {where} of the schema is not known here, so nothing checks it.")
UNCHECKED = mark("The format {format} at {where} of the schema is not known here, so nothing checks it.")
MALFORMED = mark("The keyword {keyword} at {where} of the schema has a form that cannot be read: it is left out.")


class References:
    """Every schema inside one document, by its place and by its names.

    Attributes:
        unread: sentence and values of each keyword that is not read, in the order of the document.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.unread: list[tuple[str, dict[str, Any]]] = []
        self._where: dict[int, str] = {}
        self._base: dict[int, str] = {}
        self._named: dict[str, Node] = {}
        self._recursive = False
        dialect = root.get("$schema", DIALECTS[0])
        if not isinstance(dialect, str) or dialect.rstrip("#") not in DIALECTS:
            raise UnusableSchema(
                mark("The schema is written in {dialect}. Expected: {expected}. Fetch the schema anew."),
                dialect=dialect,
                expected=", ".join(DIALECTS),
            )
        self._enter(root, "", "#")
        self._check_circles()

    def where(self, node: Node) -> str:
        """The place of a schema in the document, as a JSON pointer."""
        return self._where.get(id(node), "#")

    def follow(self, node: dict[str, Any], keyword: str = "$ref") -> Node:
        """The schema that `$ref` or `$recursiveRef` of this one leads to.

        Raises:
            UnusableSchema: it leads outside the document, or nowhere.
        """
        reference = node[keyword]
        if keyword == "$recursiveRef" and (self._recursive or reference != "#"):
            raise self._refuse(node, keyword, reference, mark("`$recursiveAnchor` is not supported"))
        address, fragment = urldefrag(_join(self._base[id(node)], reference))
        document = self._named.get(address)
        if document is None:
            raise self._refuse(node, keyword, reference, mark("it is not in this file, and nothing is fetched"))
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            found = self._named.get(f"{address}#{fragment}")
        else:
            found = _step(document, fragment)
        if not isinstance(found, dict | bool):
            raise self._refuse(node, keyword, reference, mark("there is no schema at that place"))
        if isinstance(found, dict) and id(found) not in self._base:
            self._enter(found, address, f"#{fragment}")
        return found

    def _refuse(self, node: Node, keyword: str, reference: str, why: str) -> UnusableSchema:
        return UnusableSchema(
            mark(
                "{keyword} {reference} at {where} of the schema cannot be followed: {why}. Fetch the product type's "
                "schema anew, whole, and compile that."
            ),
            keyword=keyword,
            reference=reference,
            where=self.where(node),
            why=why,
        )

    def _enter(self, node: Node, base: str, where: str) -> None:
        if not isinstance(node, dict) or id(node) in self._base:
            return
        for keyword, value in node.items():
            self._check_form(keyword, value, where)
        if "$id" in node:
            base = urldefrag(_join(base, node["$id"]))[0]
        if "$id" in node or where == "#":
            self._named[base] = node
            if where == "#":
                self._named.setdefault("", node)
        if "$anchor" in node:
            self._named[f"{base}#{node['$anchor']}"] = node
        self._recursive = self._recursive or node.get("$recursiveAnchor") is True
        self._base[id(node)], self._where[id(node)] = base, where
        for step, child in list_children(node):
            self._enter(child, base, where + step)

    def _check_form(self, keyword: str, value: Any, where: str) -> None:
        if keyword not in KEYWORDS:
            self.unread.append((UNKNOWN, {"keyword": keyword, "where": where}))
        elif keyword in FORMS and not FORMS[keyword](value):
            raise UnusableSchema(
                mark(
                    "The keyword {keyword} at {where} of the schema has a form that cannot be read. Fetch the schema "
                    "anew and compile that."
                ),
                keyword=keyword,
                where=where,
            )
        elif keyword in INFORMING and not INFORMING[keyword](value):
            self.unread.append((MALFORMED, {"keyword": keyword, "where": where}))
        elif keyword == "format" and value not in FORMATS:
            self.unread.append((UNCHECKED, {"keyword": "format", "format": value, "where": where}))

    def _check_circles(self) -> None:
        """A schema that refers to itself for the same value would never end."""
        done: set[int] = set()
        here: list[int] = []

        def visit(node: Node) -> None:
            if not isinstance(node, dict) or id(node) in done:
                return
            if id(node) in here:
                raise UnusableSchema(
                    mark(
                        "The schema at {where} refers to itself without going any deeper. Fetch the product type's "
                        "schema anew and compile that."
                    ),
                    where=self.where(node),
                )
            here.append(id(node))
            for keyword in ("$ref", "$recursiveRef"):
                if keyword in node:
                    visit(self.follow(node, keyword))
            for _, child in list_children(node, frozenset(IN_PLACE)):
                visit(child)
            here.pop()
            done.add(id(node))

        def sweep(node: Node) -> None:
            visit(node)
            if isinstance(node, dict):
                for _, child in list_children(node):
                    sweep(child)

        sweep(self.root)


def _join(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _step(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document
