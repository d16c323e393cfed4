"""How a rule mends a listing: never longer, never without its brand, never without a mandatory attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skills.listing.compose_texts import clean_text
from skills.listing.limits import clip, trim_end
from skills.listing.schema import CompiledSchema
from skills.listing.translate import Note, match_names
from skills.vocabulary import mark

CUT = mark("{attribute}: cut to {limit} as the marketplace asked.")
TAKEN_OUT = mark("{attribute}: “{value}” was taken out as the marketplace asked.")
STRIPPED = mark("{attribute}: signs that the marketplace does not take were taken out.")
FEWER = mark("{attribute}: the first {limit} entries were kept, as the marketplace asked.")
DROPPED = mark("{attribute}: left out, since the marketplace does not take it here.")
CHOSEN = mark("{attribute}: {value} is written as the marketplace lists it.")
RIGHT_ALREADY = mark("{attribute} is right as it stands now.")

_SHOWN = {"item_name": "title", "product_description": "description", "generic_keyword": "search_terms"}
_MARKUP = str.maketrans(dict.fromkeys("<>{}[]~^*_|\\", " "))


@dataclass(frozen=True, slots=True)
class Mend:
    """What a rule did: the attributes after it (None: nothing had to change), and the note (None: it cannot)."""

    attributes: dict[str, Any] | None
    note: Note | None


class Listing:
    """A listing while it is mended.

    Attributes:
        row: As `compose_listings` gives it; copied where it is changed.
        names: Brand and protected words.
    """

    def __init__(self, row: Mapping[Any, Any], protected: tuple[str, ...]) -> None:
        self.row = dict(row)
        brands = [entry.get("value", "") for entry in self.row["attributes"].get("brand", [])]
        self.names = tuple(name for name in (*brands, *protected) if name)

    @property
    def language(self) -> str:
        return str(self.row.get("language_tag", "en")).partition("_")[0]

    def apply(self, mend: Mend) -> None:
        """Take the mended attributes and show them in the listing's texts."""
        if mend.attributes is None or mend.note is None:
            return
        self.row["attributes"] = mend.attributes
        for attribute, column in _SHOWN.items():
            if column in self.row:
                self.row[column] = next((entry["value"] for entry in mend.attributes.get(attribute, [])), "")
        if "bullets" in self.row:
            self.row["bullets"] = [entry["value"] for entry in mend.attributes.get("bullet_point", [])]
        self.row["notes"] = [*self.row["notes"], mend.note]
        if self.row.get("state") == "ready":
            self.row["state"] = "flagged"


Action = Callable[[Listing, str, Mapping[str, str], CompiledSchema | None], Mend]


def _cut_bytes(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    limit = int(found["limit"])
    said = (CUT, {"attribute": attribute, "limit": limit})
    return _rewrite(draft, attribute, lambda text: clip(text, limit, None, draft.language)[0], said)


def _cut_characters(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    limit = int(found["limit"])
    said = (CUT, {"attribute": attribute, "limit": limit})
    return _rewrite(draft, attribute, lambda text: clip(text, None, limit, draft.language)[0], said)


def _take_out(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    pattern = match_names([found["value"]])
    said = (TAKEN_OUT, {"attribute": attribute, "value": found["value"]})

    def take(text: str) -> str:
        bare = " ".join(pattern.sub(" ", text).split()) if pattern else text
        for sign in (",", ".", ";", "、", "。"):
            bare = bare.replace(f" {sign}", sign).replace(f",{sign}", sign)
        return text if bare == text else trim_end(bare.lstrip(" ,;.、。"), draft.language)

    return _rewrite(draft, attribute, take, said)


def _strip(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    said = (STRIPPED, {"attribute": attribute})
    return _rewrite(
        draft, attribute, lambda text: " ".join(clean_text(text, attribute)[0].translate(_MARKUP).split()), said
    )


def _keep_first(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    limit = int(found["limit"])
    entries = draft.row["attributes"].get(attribute, [])
    if len(entries) <= limit:
        return Mend(None, (RIGHT_ALREADY, {"attribute": attribute}))
    if not limit:
        return Mend(None, None)
    kept = draft.row["attributes"] | {attribute: entries[:limit]}
    return Mend(kept, (FEWER, {"attribute": attribute, "limit": limit}))


def _drop(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    attributes = draft.row["attributes"]
    if attribute not in attributes:
        return Mend(None, (RIGHT_ALREADY, {"attribute": attribute}))
    if attribute in ("item_name", "brand") or (schema and attribute in schema.schema.get("required", [])):
        return Mend(None, None)
    kept = {name: entries for name, entries in attributes.items() if name != attribute}
    return Mend(kept, (DROPPED, {"attribute": attribute}))


def _use_choice(draft: Listing, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    about = schema.attributes.get((attribute, "value")) if schema else None
    if about is None or not about.choices or attribute not in draft.row["attributes"]:
        return Mend(None, None)
    meant = {label.casefold(): choice for choice, label in zip(about.choices, about.labels, strict=False)}
    meant |= {choice.casefold(): choice for choice in about.choices}
    entries = [dict(entry) for entry in draft.row["attributes"][attribute]]
    for entry in entries:
        choice = meant.get(str(entry.get("value", "")).strip().casefold().replace(" ", "_")) or meant.get(
            str(entry.get("value", "")).strip().casefold()
        )
        if choice is None:
            return Mend(None, None)
        entry["value"] = choice
    if entries == draft.row["attributes"][attribute]:
        return Mend(None, None)
    said = (CHOSEN, {"attribute": attribute, "value": ", ".join(str(entry["value"]) for entry in entries)})
    return Mend(draft.row["attributes"] | {attribute: entries}, said)


def _rewrite(draft: Listing, attribute: str, write: Callable[[str], str], said: Note) -> Mend:
    """The attribute's texts written anew; none where that would empty one, take a brand, or lengthen a text."""
    entries = draft.row["attributes"].get(attribute)
    if not entries:
        return Mend(None, None)
    written = []
    for entry in entries:
        text = entry.get("value")
        if not isinstance(text, str):
            return Mend(None, None)
        new = write(text)
        if not new or len(new) > len(text) or _count_names(new, draft) < _count_names(text, draft):
            return Mend(None, None)
        written.append({**entry, "value": new})
    if written == entries:
        return Mend(None, (RIGHT_ALREADY, {"attribute": attribute}))
    return Mend(draft.row["attributes"] | {attribute: written}, said)


def _count_names(text: str, draft: Listing) -> int:
    pattern = match_names(draft.names)
    return len(pattern.findall(text)) if pattern else 0


ACTIONS: dict[str, Action] = {
    "cut_bytes": _cut_bytes,
    "cut_characters": _cut_characters,
    "take_out_words": _take_out,
    "strip_signs": _strip,
    "keep_first_entries": _keep_first,
    "drop_attribute": _drop,
    "use_choice": _use_choice,
}
"""What a rule may do, by the name that the table uses."""

NEEDS = {"cut_bytes": "limit", "cut_characters": "limit", "take_out_words": "value", "keep_first_entries": "limit"}
"""Action → the group that its pattern must name."""
