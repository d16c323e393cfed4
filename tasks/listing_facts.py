"""A listing's attributes as a reader sees them: name, label, value in words and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from skills.listing.units import UNITS

TEXTS = ("item_name", "bullet_point", "product_description", "generic_keyword")
"""Attributes that a page shows as the listing's texts."""

_LABELS = {unit.amazon: unit.label for unit in UNITS.values()} | {code: unit.label for code, unit in UNITS.items()}
_SELECTORS = ("marketplace_id", "language_tag")


def read_facts(attributes: Mapping[str, Any], labels: Mapping[str, str]) -> list[list[str]]:
    """[name, label, text] per attribute, sorted by name, without the listing's texts and its offer.

    Args:
        attributes: Amazon's JSON: attribute → list of entries.
        labels: Attribute → what its schema calls it.
    """
    return [
        [name, labels.get(name, ""), show_value(entries)]
        for name, entries in sorted(attributes.items())
        if name not in (*TEXTS, "purchasable_offer")
    ]


def show_value(value: object) -> str:
    """A value in words: a measure with its unit, several with commas, fields by name."""
    if isinstance(value, Mapping):
        kept = {name: part for name, part in value.items() if name not in _SELECTORS}
        if "value" in kept:
            unit = str(kept.pop("unit", ""))
            shown = f"{show_value(kept.pop('value'))} {_LABELS.get(unit, unit)}".strip()
            rest = ", ".join(show_value(part) for part in kept.values())
            return f"{shown} ({rest})" if rest else shown
        if len(kept) == 1:
            return show_value(next(iter(kept.values())))
        return ", ".join(f"{name} {show_value(part)}" for name, part in kept.items())
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence):
        return "; ".join(show_value(one) for one in value)
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, int | float | Decimal) else str(value)
