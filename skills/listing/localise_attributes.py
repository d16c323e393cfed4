"""A product's attributes in Amazon's form: lists of objects with marketplace, language, unit; canonical value beside.

A number is in the canonical unit of what its name says (cm, g, ml, °C, W, V), or is given as {"value", "unit"}. A
plain text is for readers: translated, and tagged with its language. A text inside a dict ({"value": "new_new"},
{"media_location": …}) is a code or an address: kept to the letter, without a language. A text that is a day (ISO
8601) stays one, without a language. A weight of cloth stays in g/m².

A size is {"value": "Queen", "system": "US bed"}, or {"value", "unit"} with a system of the table of sizes as its
unit: it is written as the country calls it, with a note; the seller's own stays in `canonical`. One without a
counterpart stays as it was written, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from skills.listing.localise import Market
from skills.listing.sizes import NO_COUNTERPART, SIZED, UNKNOWN_SIZE, UNKNOWN_SYSTEM, SizeBook
from skills.listing.translate import Note
from skills.listing.units import CANONICAL, UNITS, convert, local_unit, to_canonical
from skills.vocabulary import mark

WRONG_UNIT = mark(
    "{attribute}: given in {unit}, but it is measured in {canonical}. It was left out: state it in {canonical}."
)
UNKNOWN_UNIT = mark("{attribute}: the unit {unit} is not known. It was left out: state it in {canonical}.")
NO_UNIT = mark("{attribute}: “{value}” is no number of {canonical}. It was left out: state the number alone.")
STATED_IN = mark("{attribute}: given as {value} {unit}, kept as {kept} {canonical}.")

_ENDINGS = (
    (("fabric_weight",), "surface weight"),
    (("length", "width", "height", "depth", "diameter", "thickness"), "length"),
    (("weight",), "mass"),
    (("capacity", "volume"), "volume"),
    (("wattage", "power"), "power"),
    (("voltage",), "voltage"),
    (("temperature",), "temperature"),
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_VERBATIM = frozenset(("number", "id", "identifier", "code", "origin", "url", "name", "manufacturer", "brand"))
"""Endings of attributes whose texts are names: they carry a language and are never changed."""

_BY_NAME = {name: code for code, unit in UNITS.items() for name in (code, unit.label, unit.amazon)}

Say = Callable[[str, str], tuple[str, str]]
"""Text and where it stands → the text for the country and its language tag."""


@dataclass(slots=True)
class Localised:
    """Attributes of one listing.

    Attributes:
        canonical: Attribute → {"value": text, "unit"} before any conversion; of a size, its system as unit.
        sizes: What sizes are called where.
    """

    attributes: dict[str, Any] = field(default_factory=dict)
    canonical: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    sizes: SizeBook = field(default_factory=lambda: SizeBook({}, {}, frozenset()))


def localise_attributes(
    attributes: dict[str, Any], market: Market, say: Say, sizes: SizeBook | None = None
) -> Localised:
    """Attributes as one marketplace takes them; blank ones are left out, unusable ones too with a note.

    Args:
        sizes: From `read_sizes`; without it every size stays as it was written.
    """
    answer = Localised() if sizes is None else Localised(sizes=sizes)
    for name in sorted(attributes):
        values = attributes[name] if isinstance(attributes[name], (list, tuple)) else [attributes[name]]
        written = [one for value in values if (one := _write(name, value, market, say, answer)) is not None]
        if written:
            answer.attributes[name] = [one | {"marketplace_id": market.marketplace_id} for one in written]
    return answer


def expected_dimension(name: str) -> str:
    """What an attribute of that name measures, by the end of its name; "" for nothing."""
    last = name.rsplit(".", 1)[-1]
    return next((kind for ends, kind in _ENDINGS if any(last == end or last.endswith("_" + end) for end in ends)), "")


def _write(name: str, value: Any, market: Market, say: Say, answer: Localised) -> dict[str, Any] | None:
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, dict) and set(value) == {"value"} and not isinstance(value["value"], str):
        return _write(name, value["value"], market, say, answer)
    if isinstance(value, dict):
        system = str(value.get("system") or value.get("unit") or "").strip()
        if set(value) == {"value", "system"} or (set(value) == {"value", "unit"} and answer.sizes.knows(system)):
            return _size(name, str(value["value"] or "").strip(), system, market, answer)
        if "unit" in value:
            return _measure(name, value.get("value"), str(value["unit"]), market, answer)
        parts = {
            key: _write(f"{name}.{key}" if key != "value" else name, part, market, _keep, answer)
            for key, part in sorted(value.items())
        }
        kept: dict[str, Any] = {
            key: part if "unit" in part else part["value"] for key, part in parts.items() if part is not None
        }
        return kept or None
    dimension = expected_dimension(name)
    if dimension and not isinstance(value, bool) and not (say is _keep and isinstance(value, str)):
        return _measure(name, value, CANONICAL[dimension], market, answer)
    if isinstance(value, str) and say is not _keep and _DAY.fullmatch(value.strip()):
        return {"value": value.strip()}
    if isinstance(value, str) and say is not _keep and re.split(r"[._]", name)[-1] in _VERBATIM:
        return {"value": value.strip(), "language_tag": market.language_tag}
    if isinstance(value, str):
        text, tag = say(value, name)
        return {"value": text, "language_tag": tag} if text else None
    plain = value.item() if hasattr(value, "item") else value
    return {"value": plain} if not isinstance(plain, float) or abs(plain) != float("inf") else None


def _keep(text: str, where: str) -> tuple[str, str]:
    return text, ""


def _measure(name: str, value: Any, unit: str, market: Market, answer: Localised) -> dict[str, Any] | None:
    dimension = expected_dimension(name)
    code = _BY_NAME.get(unit.strip()) or _BY_NAME.get(unit.strip().lower())
    wanted = CANONICAL[dimension] if dimension else CANONICAL.get(UNITS[code].dimension, code) if code else "cm"
    said = {"attribute": name, "unit": unit, "canonical": UNITS[wanted].label}
    if code is None:
        answer.notes.append((UNKNOWN_UNIT, said))
        return None
    if dimension and UNITS[code].dimension != dimension:
        answer.notes.append((WRONG_UNIT, said))
        return None
    number = _number(value)
    if number is None:
        answer.notes.append((NO_UNIT, {"attribute": name, "value": str(value), "canonical": UNITS[wanted].label}))
        return None
    kept, canonical = to_canonical(number, code)
    answer.canonical[name] = {"value": f"{kept:f}", "unit": canonical}
    if canonical != code:
        answer.notes.append((STATED_IN, said | {"value": f"{number:f}", "kept": f"{kept:f}"}))
    target = canonical if dimension == "surface weight" else local_unit(canonical, market.system, kept)
    shown = number if target == code else convert(number, code, target)
    plain: int | float = int(shown) if shown == shown.to_integral_value() else float(shown)
    return {"value": plain, "unit": UNITS[target].amazon}


def _size(name: str, label: str, system: str, market: Market, answer: Localised) -> dict[str, Any] | None:
    if not label:
        return None
    said = {"attribute": name, "value": label, "system": system, "country": market.country}
    size = answer.sizes.find(label, system)
    local = answer.sizes.counterpart(size, market.country) if size is not None else None
    if size is None:
        answer.notes.append((UNKNOWN_SIZE if answer.sizes.knows(system) else UNKNOWN_SYSTEM, said))
    elif local is None:
        answer.notes.append((NO_COUNTERPART, said))
    elif local[1] != size.system:
        answer.notes.append((SIZED, said | {"shown": local[0], "shown_system": local[1]}))
    answer.canonical[name] = {"value": label, "unit": system}
    return {"value": local[0] if local is not None else label, "language_tag": market.language_tag}


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None
