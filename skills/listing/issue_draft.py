"""A listing while it is mended, and what a mend says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skills.listing.schema import CompiledSchema
from skills.listing.translate import Note, match_names
from skills.vocabulary import mark

RIGHT_ALREADY = mark("{attribute} is right as it stands now.")
NO_TEXT = mark("{attribute} is no text that a rule may change: a name, a code or a number.")
KEPT_NAME = mark("{attribute}: not mended, since a brand or a protected word would be lost.")
NOTHING_LEFT = mark("{attribute}: not mended, since nothing would be left that says anything.")

_SHOWN = {"item_name": "title", "product_description": "description", "generic_keyword": "search_terms"}
_OWN = frozenset(("brand", "manufacturer", "purchasable_offer", "externally_assigned_product_identifier"))
"""Who made it, what it costs, which product it is: no rule touches these."""
_CODED = frozenset(("number", "id", "identifier", "code", "origin", "url", "locator"))
"""Endings of attributes whose texts are kept to the letter."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Entries = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Mend:
    """What a rule makes of a listing.

    Attributes:
        note: What was done, or why nothing was: sentence and values.
        attributes: After it; None where nothing changes.
        done: Whether the listing is now as the marketplace asked.
    """

    note: Note
    attributes: dict[str, Any] | None = None
    done: bool = True


def refuse(sentence: str, attribute: str, **values: object) -> Mend:
    """No mend, and why."""
    return Mend((sentence, {"attribute": attribute, **values}), None, False)


class Draft:
    """A listing while it is mended.

    Attributes:
        row: As `compose_listings` gives it; what is changed is a copy.
        names: Its brand, and protected words.
    """

    def __init__(self, row: Mapping[Any, Any], protected: tuple[str, ...]) -> None:
        self.row: dict[str, Any] = {str(name): value for name, value in row.items()}
        brands = [entry.get("value") for entry in self.row["attributes"].get("brand", [])]
        self.names = tuple(name for name in (*brands, *protected) if isinstance(name, str) and name.strip())
        self._pattern = match_names(self.names)

    def entries(self, attribute: str) -> Entries:
        """What the listing says of an attribute; none where it says nothing."""
        return [dict(entry) for entry in self.row["attributes"].get(attribute, []) if isinstance(entry, dict)]

    def with_entries(self, attribute: str, entries: Entries) -> dict[str, Any]:
        """The attributes with other entries of one; without it where there are none."""
        if entries:
            return {**self.row["attributes"], attribute: entries}
        return {name: said for name, said in self.row["attributes"].items() if name != attribute}

    def may_change(self, attribute: str) -> bool:
        """Whether a rule may touch the attribute at all."""
        return attribute not in _OWN

    def may_rewrite(self, attribute: str) -> bool:
        """Whether its texts are for readers: not a name and not a code."""
        return self.may_change(attribute) and attribute.rsplit("_", 1)[-1] not in _CODED

    def loses_name(self, before: str, after: str) -> bool:
        """Whether a brand or a protected word that stood in a text does not any more."""
        return bool(self._find_names(before) - self._find_names(after))

    def says_something(self, text: str) -> bool:
        """Whether a text has a letter or a figure besides brands and protected words."""
        bare = self._pattern.sub(" ", text) if self._pattern is not None else text
        return any(sign.isalnum() for sign in bare)

    def apply(self, mend: Mend) -> None:
        """Take the mended attributes and show them in the listing's texts."""
        if mend.attributes is None:
            return
        self.row["attributes"] = mend.attributes
        for attribute, column in _SHOWN.items():
            if column in self.row:
                self.row[column] = next((entry["value"] for entry in self.entries(attribute)), "")
        if "bullets" in self.row:
            self.row["bullets"] = [entry["value"] for entry in self.entries("bullet_point")]
        self.row["notes"] = [*self.row["notes"], mend.note]
        if self.row.get("state") == "ready":
            self.row["state"] = "flagged"

    def _find_names(self, text: str) -> set[str]:
        return {name.casefold() for name in self._pattern.findall(text)} if self._pattern is not None else set()


def name_attribute(said: str, draft: Draft, schema: CompiledSchema | None) -> str:
    """The attribute that the marketplace means: its own name (`item_name.value`, `[color]`), or its title."""
    bare = said.strip(" '\"[]‘’“”")
    first = re.split(r"[.#\[/]", bare, maxsplit=1)[0]
    if first in draft.row["attributes"] or _NAME.fullmatch(first):
        return first
    known = schema.attributes.items() if schema is not None else ()
    titles = {about.title.casefold(): path[0] for path, about in known if len(path) == 1}
    return titles.get(bare.casefold(), "")
