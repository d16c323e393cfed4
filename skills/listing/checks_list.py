"""Checks of lists: their items, how many, and how many of one kind by the selectors."""

from __future__ import annotations

from typing import Any

from skills.listing.faults import Check, Fault, Faults, freeze, move, show


def _each(faults: Faults, at: int, value: list[Any]) -> Faults:
    return faults if len(value) == 1 else move(faults, at + 1)


def check_items(item_check: Check) -> Check:
    """items, one schema for all."""

    def check(value: Any) -> Faults | None:
        faults: Faults | None = None
        for at, item in enumerate(value):
            found = item_check(item)
            if found:
                faults = (faults or []) + _each(found, at, value)
        return faults

    return check


def check_tuple(firsts: list[Check | None], rest: Check | None) -> Check:
    """items, one schema per place, and additionalItems for those after."""

    def check(value: Any) -> Faults | None:
        faults: Faults | None = None
        for at, item in enumerate(value):
            one = firsts[at] if at < len(firsts) else rest
            found = one(item) if one is not None else None
            if found:
                faults = (faults or []) + _each(found, at, value)
        return faults

    return check


def check_count(keyword: str, limit: int) -> Check:
    """minItems, maxItems; minProperties, maxProperties."""
    least = keyword.startswith("min")

    def check(value: Any) -> Faults | None:
        if len(value) >= limit if least else len(value) <= limit:
            return None
        return [Fault(keyword, (), {"limit": limit, "found": len(value)})]

    return check


def check_contains(one: Check | None, least: int, most: int | None) -> Check:
    """contains with minContains and maxContains."""

    def check(value: Any) -> Faults | None:
        found = len(value) if one is None else sum(1 for item in value if not one(item))
        if found < least:
            return [Fault("minContains", (), {"limit": least, "found": found})]
        if most is not None and found > most:
            return [Fault("maxContains", (), {"limit": most, "found": found})]
        return None

    return check


def check_unique(selectors: tuple[str, ...]) -> Check:
    """uniqueItems: whole items, or the selectors' values where a list has selectors."""

    def check(value: Any) -> Faults | None:
        seen = set()
        for at, item in enumerate(value):
            twin = _select(item, selectors) if selectors and type(item) is dict else freeze(item)
            if twin in seen:
                return [Fault("uniqueItems", (), {"found": _say(item, selectors), "place": at + 1})]
            seen.add(twin)
        return None

    return check


def check_per_selection(least: int | None, most: int | None, selectors: tuple[str, ...]) -> Check:
    """maxUniqueItems and minUniqueItems: how many items there may be of each combination of the selectors' values.

    Without selectors whole items are compared. Only objects count, as in Amazon's own example validators; an empty
    list has none of what `minUniqueItems` asks for.
    """

    lone = (least is None or least <= 1) and (most is None or most >= 1)

    def check(value: Any) -> Faults | None:
        if lone and len(value) == 1:
            return None
        counts: dict[Any, int] = {}
        kept: dict[Any, Any] = {}
        for item in value:
            if type(item) is dict:
                twin = _select(item, selectors) if selectors else freeze(item)
                counts[twin] = counts.get(twin, 0) + 1
                kept.setdefault(twin, item)
        faults: Faults = []
        for twin, count in counts.items():
            said = {"found": count, "selection": _say(kept[twin], selectors)}
            if most is not None and count > most:
                faults.append(Fault("maxUniqueItems", (), {"limit": most, **said}))
            if least is not None and count < least:
                faults.append(Fault("minUniqueItems", (), {"limit": least, **said}))
        if least and not value:
            faults.append(Fault("minUniqueItems", (), {"limit": least, "found": 0, "selection": ""}))
        return faults or None

    return check


def _select(item: dict[str, Any], selectors: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([freeze(item[name]) if name in item else _ABSENT for name in selectors])


_ABSENT = ("absent",)


def _say(item: Any, selectors: tuple[str, ...]) -> str:
    if selectors and isinstance(item, dict):
        return ", ".join(f"{name} {show(item[name])}" for name in selectors if name in item)
    return show(item)
