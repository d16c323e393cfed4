"""What a rule may do to a listing: never longer, never without its brand, never without a mandatory attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skills.listing.faults import freeze, show
from skills.listing.issue_draft import KEPT_NAME, NO_TEXT, RIGHT_ALREADY, Draft, Mend, refuse
from skills.listing.issue_texts import cut_bytes, cut_characters, read_limit, strip_signs, take_out_words
from skills.listing.required import OPTIONAL, list_required
from skills.listing.schema import CompiledSchema
from skills.listing.units import UNITS
from skills.vocabulary import mark

FEWER = mark("{attribute}: the first {limit} entries were kept, as the marketplace asked.")
NO_REPEATS = mark("{attribute}: what was said twice is said once.")
DROPPED = mark("{attribute}: left out, since the marketplace does not take it here.")
CHOSEN = mark("{attribute}: “{value}” is written as the marketplace lists it, {chosen}.")
MANDATORY = mark("{attribute} was not left out: {product_type} needs it. Ask the marketplace.")
NO_SCHEMA = mark("{attribute}: not mended, since {product_type} has no schema here that says what may be done.")
NO_CHOICE = mark("{attribute}: none of the allowed values is “{value}” by another name.")

Action = Callable[[Draft, str, Mapping[str, str], CompiledSchema | None], Mend]
"""Listing, attribute, what the message names, the product type's schema → the mend."""

_UNIT_NAMES = {
    name.casefold(): unit.amazon for code, unit in UNITS.items() for name in (code, unit.label, unit.amazon)
}


def keep_first_entries(draft: Draft, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    """The first entries, as many as the message allows; a seller writes the weightiest first."""
    limit, entries = read_limit(found), draft.entries(attribute)
    if len(entries) <= limit:
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    if not limit or not draft.may_change(attribute):
        return refuse(NO_TEXT, attribute)
    if draft.loses_name(_join(entries), _join(entries[:limit])):
        return refuse(KEPT_NAME, attribute)
    kept = draft.with_entries(attribute, entries[:limit])
    return Mend((FEWER, {"attribute": attribute, "limit": limit}), kept)


def drop_repeats(draft: Draft, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    """The first of entries that say the same."""
    entries = draft.entries(attribute)
    first: dict[Any, dict[str, Any]] = {}
    for entry in entries:
        value = entry.get("value")
        first.setdefault(freeze(entry | ({"value": _fold(value)} if isinstance(value, str) else {})), entry)
    if len(first) == len(entries):
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    if not draft.may_change(attribute):
        return refuse(NO_TEXT, attribute)
    return Mend((NO_REPEATS, {"attribute": attribute}), draft.with_entries(attribute, list(first.values())))


def drop_attribute(draft: Draft, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    """Without the attribute, unless the product type needs it, always or as the rest stands."""
    if not draft.entries(attribute):
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    product_type = str(draft.row["product_type"])
    if schema is None:
        return refuse(NO_SCHEMA, attribute, product_type=product_type)
    kept = draft.with_entries(attribute, [])
    needed = list_required(schema, kept)
    if attribute == "item_name" or (needed.loc[needed["attribute"] == attribute, "needed"] != OPTIONAL).any():
        return refuse(MANDATORY, attribute, product_type=product_type)
    if not draft.may_change(attribute):
        return refuse(NO_TEXT, attribute)
    return Mend((DROPPED, {"attribute": attribute}), kept)


def choose_allowed(draft: Draft, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None) -> Mend:
    """A refused value or unit by the name that is allowed: a label's code, another spelling, a unit's other name."""
    part = "unit" if found.get("unit") else "value"
    said, entries = found[part], draft.entries(attribute)
    if not draft.may_change(attribute) or not all(isinstance(entry.get(part), str) for entry in entries):
        return refuse(NO_TEXT, attribute)
    if not any(_fold(entry[part]) == _fold(said) for entry in entries):
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    chosen = _find_choice(said, part, attribute, found, schema)
    note = (CHOSEN, {"attribute": attribute, "value": said, "chosen": chosen})
    if note in draft.row["notes"]:
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    if not chosen or any(entry[part] == chosen for entry in entries):
        return refuse(NO_CHOICE, attribute, value=said)
    written = [{**entry, part: chosen} if _fold(entry[part]) == _fold(said) else entry for entry in entries]
    if draft.loses_name(_join(entries), _join(written)):
        return refuse(KEPT_NAME, attribute)
    return Mend(note, draft.with_entries(attribute, written))


def _find_choice(
    said: str, part: str, attribute: str, found: Mapping[str, str], schema: CompiledSchema | None
) -> str:
    """The one allowed value that is meant; "" for none, or where two could be."""
    about = schema.attributes.get((attribute, part)) if schema else None
    if about is not None and about.choices:
        names = [*zip(about.choices, about.choices, strict=True), *zip(about.labels, about.choices, strict=False)]
    else:
        allowed = [one.strip(" '\"[]‘’“”.") for one in found.get("allowed", "").split(",")]
        names = [(one, one) for one in allowed if one]
    meant = {_fold(said)} | ({_fold(_UNIT_NAMES[said.casefold()])} if said.casefold() in _UNIT_NAMES else set())
    choices = {choice for name, choice in names if _fold(name) in meant}
    return choices.pop() if len(choices) == 1 else ""


def _fold(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _join(entries: list[dict[str, Any]]) -> str:
    return " | ".join(show(entry.get("value"), 10_000) for entry in entries)


ACTIONS: dict[str, Action] = {
    "cut_bytes": cut_bytes,
    "cut_characters": cut_characters,
    "take_out_words": take_out_words,
    "strip_signs": strip_signs,
    "keep_first_entries": keep_first_entries,
    "drop_repeats": drop_repeats,
    "drop_attribute": drop_attribute,
    "choose_allowed": choose_allowed,
}
"""What a rule may do, by the name that the table uses."""

NEEDS: dict[str, tuple[str, ...]] = {
    "cut_bytes": ("limit",),
    "cut_characters": ("limit",),
    "take_out_words": ("value",),
    "strip_signs": ("value", "kind"),
    "keep_first_entries": ("limit",),
    "choose_allowed": ("value", "unit"),
}
"""Action → groups of which its pattern must name one."""
