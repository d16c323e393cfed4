"""Checks of one value: numbers, text, formats, fixed values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from skills.listing.faults import Check, Fault, Faults, freeze, show

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        time.fromisoformat(text[:8])
        if text[-1] not in "Zz":
            time.fromisoformat(text[-5:])
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "Tt" and _is_date(text[:10]) and _is_time(text[11:])


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "time": _is_time,
    "date-time": _is_date_time,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "uri": lambda text: _URI.fullmatch(text) is not None,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "regex": _is_pattern,
}
"""Formats that are checked; another one is listed as not read."""


def check_most_characters(limit: int) -> Check:
    """maxLength: code points."""

    def check(value: Any) -> Faults | None:
        if len(value) <= limit:
            return None
        return [Fault("maxLength", (), {"limit": limit, "length": len(value), "excess": len(value) - limit})]

    return check


def check_least_characters(limit: int) -> Check:
    """minLength: code points."""

    def check(value: Any) -> Faults | None:
        return None if len(value) >= limit else [Fault("minLength", (), {"limit": limit, "length": len(value)})]

    return check


def count_bytes(text: str) -> int:
    """Bytes in UTF-8; half of a surrogate pair counts as the three it would take."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def check_most_bytes(limit: int) -> Check:
    """maxUtf8ByteLength."""

    def check(value: Any) -> Faults | None:
        length = count_bytes(value)
        if length <= limit:
            return None
        return [Fault("maxUtf8ByteLength", (), {"limit": limit, "length": length, "excess": length - limit})]

    return check


def check_least_bytes(limit: int) -> Check:
    """minUtf8ByteLength."""

    def check(value: Any) -> Faults | None:
        length = count_bytes(value)
        return None if length >= limit else [Fault("minUtf8ByteLength", (), {"limit": limit, "length": length})]

    return check


def check_pattern(pattern: re.Pattern[str]) -> Check:
    """pattern: found anywhere in the text."""

    def check(value: Any) -> Faults | None:
        if pattern.search(value):
            return None
        return [Fault("pattern", (), {"found": show(value), "pattern": pattern.pattern})]

    return check


def check_format(name: str) -> Check:
    """format, for the ones in FORMATS."""
    keeps = FORMATS[name]

    def check(value: Any) -> Faults | None:
        return None if keeps(value) else [Fault("format", (), {"found": show(value), "format": name})]

    return check


def check_bound(keyword: str, limit: float) -> Check:
    """minimum, maximum, exclusiveMinimum, exclusiveMaximum."""
    lower, strict = "inimum" in keyword, keyword.startswith("exclusive")

    def check(value: Any) -> Faults | None:
        if (value > limit if lower else value < limit) or (not strict and value == limit):
            return None
        return [Fault(keyword, (), {"limit": limit, "found": show(value)})]

    return check


def check_multiple(step: float) -> Check:
    """multipleOf, in decimals as written: 19.99 is a multiple of 0.01, which binary fractions deny."""
    exact = Decimal(str(step))

    def check(value: Any) -> Faults | None:
        found = Decimal(str(value))
        if found.is_finite() and found % exact == 0:
            return None
        return [Fault("multipleOf", (), {"step": step, "found": show(value)})]

    return check


def check_enum(keyword: str, allowed: list[Any], labels: list[str]) -> Check:
    """enum and const; a label that is sold as the value (`enumNames`) is answered with the value."""
    twins = frozenset(map(freeze, allowed))
    texts = frozenset(item for item in allowed if isinstance(item, str))
    by_label = {label.casefold(): item for label, item in zip(labels, allowed, strict=False)}
    by_case = {str(item).casefold(): item for item in allowed}

    def check(value: Any) -> Faults | None:
        if type(value) is str and value in texts:
            return None
        if freeze(value) in twins:
            return None
        written = str(value).casefold()
        meant = by_label.get(written, by_case.get(written))
        values: dict[str, Any] = {"found": show(value), "allowed": [show(item) for item in allowed]}
        hint = {} if meant is None or show(meant) == show(value) else {"meant": show(meant)}
        return [Fault(keyword, (), values | hint)]

    return check


def list_text_checks(node: dict[str, Any]) -> list[Check]:
    """The checks that a schema makes of a text."""
    found = [make(int(node[name])) for name, make in _LENGTHS.items() if name in node]
    if "pattern" in node:
        found.append(check_pattern(re.compile(node["pattern"])))
    if node.get("format") in FORMATS:
        found.append(check_format(node["format"]))
    return found


_LENGTHS = {
    "maxLength": check_most_characters,
    "minLength": check_least_characters,
    "maxUtf8ByteLength": check_most_bytes,
    "minUtf8ByteLength": check_least_bytes,
}


def list_number_checks(node: dict[str, Any]) -> list[Check]:
    """The checks that a schema makes of a number."""
    bounds = [name for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if name in node]
    found = [check_bound(name, node[name]) for name in bounds]
    return [*found, check_multiple(node["multipleOf"])] if "multipleOf" in node else found
