"""Checks of objects: their properties, which must be there, which may."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from skills.listing.faults import Check, Fault, Faults, make_writable, move


def check_properties(
    known: dict[str, Check | None], patterns: list[tuple[re.Pattern[str], Check | None]], rest: Check | bool | None
) -> Check:
    """properties, patternProperties and additionalProperties; `rest` False refuses what is not named."""

    def check(value: Any) -> Faults | None:
        faults: Faults | None = None
        for key, item in value.items():
            one = known.get(key, rest)
            if one is None:
                continue
            found = [refuse_name("additionalProperties", key, known)] if one is False else one(item)  # type: ignore[operator]
            if found:
                faults = (faults or []) + move(found, key)
        return faults

    if not patterns:
        return check

    def check_patterns(value: Any) -> Faults | None:
        faults: Faults = []
        for key, item in value.items():
            ones = [one for pattern, one in patterns if pattern.search(key)]
            if key in known:
                ones.append(known[key])
            elif not ones:
                if rest is False:
                    faults.append(Fault("additionalProperties", (key,), _guess(key, known)))
                elif not isinstance(rest, bool):
                    ones.append(rest)
            for one in ones:
                faults += move((one(item) if one is not None else None) or [], key)
        return faults or None

    return check_patterns


def refuse_name(keyword: str, key: str, known: dict[str, Any]) -> Fault:
    """A property that is not among the known ones, with the one that was perhaps meant."""
    return Fault(keyword, (), _guess(key, known))


def _guess(key: str, known: dict[str, Any]) -> dict[str, Any]:
    close = get_close_matches(key, sorted(known), n=1)
    return {"name": make_writable(key)} | ({"meant": close[0]} if close else {})


def check_required(names: tuple[str, ...]) -> Check:
    """required."""
    needed = frozenset(names)

    def check(value: Any) -> Faults | None:
        if needed <= value.keys():
            return None
        return [Fault("required", (name,), {}) for name in names if name not in value]

    return check


def check_dependent_required(needs: dict[str, tuple[str, ...]]) -> Check:
    """dependentRequired."""

    def check(value: Any) -> Faults | None:
        faults = [
            Fault("dependentRequired", (name,), {"because": key})
            for key, names in needs.items()
            if key in value
            for name in names
            if name not in value
        ]
        return faults or None

    return check


def check_dependent(schemas: dict[str, Check]) -> Check:
    """dependentSchemas."""

    def check(value: Any) -> Faults | None:
        faults: Faults | None = None
        for key, one in schemas.items():
            found = one(value) if key in value else None
            if found:
                faults = (faults or []) + [_add_reason(fault, key) for fault in found]
        return faults

    return check


def _add_reason(fault: Fault, because: str) -> Fault:
    return Fault(fault.keyword, fault.path, {"because": because} | fault.values)


def check_names(one: Check) -> Check:
    """propertyNames."""

    def check(value: Any) -> Faults | None:
        faults = [Fault("propertyNames", (key,), {"name": make_writable(key)}) for key in value if one(key)]
        return faults or None

    return check


def check_condition(test: Check | None, then: Check | None, other: Check | None, because: str) -> Check:
    """if, then, else; what `then` or `else` finds says which attributes decided it."""

    def check(value: Any) -> Faults | None:
        one = then if test is None or not test(value) else other
        found = one(value) if one is not None else None
        return [_add_reason(fault, because) for fault in found] if found and because else found

    return check


def check_all(checks: list[Check]) -> Check:
    """allOf, and the keywords of one schema."""

    def check(value: Any) -> Faults | None:
        faults: Faults | None = None
        for one in checks:
            found = one(value)
            if found:
                faults = found if faults is None else faults + found
        return faults

    return check


def check_choice(keyword: str, checks: list[Check | None]) -> Check:
    """anyOf and oneOf: the fault names what the choices lack, and the closest of them."""

    def check(value: Any) -> Faults | None:
        fits, tried = 0, []
        for one in checks:
            found = one(value) if one is not None else None
            if found:
                tried.append(found)
                continue
            fits += 1
            if keyword == "anyOf":
                return None
        if fits == 1:
            return None
        if fits:
            return [Fault("oneOf", (), {"fits": fits, "choices": len(checks)})]
        return [Fault(keyword, (), {"choices": len(checks), "tried": tried})]

    return check


def check_not(one: Check | None, about: str) -> Check:
    """not."""

    def check(value: Any) -> Faults | None:
        return None if one is not None and one(value) else [Fault("not", (), {"about": about})]

    return check
