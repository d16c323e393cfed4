"""How a step of an explanation is put together and its numbers written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.vocabulary import minor_digits


@dataclass(frozen=True, slots=True)
class Step:
    """One step for all SKUs; a SKU whose value is empty has no such row."""

    label: str | list[str]
    values: list[str]
    unit: str | list[str]
    notes: list[str]


def spread(value: str | list[str], count: int) -> list[str]:
    """One text per line."""
    return [value] * count if isinstance(value, str) else value


def make_step(label: str | list[str], unit: str | list[str], cells: Iterable[tuple[str, str]]) -> Step:
    """A step from the value and the note of each line."""
    listed = list(cells)
    return Step(label, [value for value, _ in listed], unit, [note for _, note in listed])


def list_changed(rows: list[dict[str, Any]], before: str, after: str, note: Any) -> Iterator[tuple[str, str]]:
    """Units after a limit, and from what to what; empty where the limit changed nothing."""
    for row in rows:
        changed = row[before] != row[after]
        units = row["carton_units"]
        yield (
            str(row[after] * units) if changed else "",
            f"{row[before] * units} → {row[after] * units}" + (f" ({note(row)})" if note(row) else ""),
        )


def pair(rows: list[dict[str, Any]], ordered: list[bool]) -> list[tuple[dict[str, Any], bool]]:
    """Each line with whether it is shown."""
    return list(zip(rows, ordered, strict=True))


def say_date(value: Any) -> str:
    """ISO, or nothing."""
    return "" if pd.isna(value) else str(value.date())


def say_number(value: float) -> str:
    """To four digits, without trailing zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def say_rounded(value: float) -> str:
    """To two digits, without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def say_amount(minor: int, currency: str) -> str:
    """In whole units of the currency, exact."""
    digits = minor_digits(currency)
    return f"{Decimal(int(minor)).scaleb(-digits):.{digits}f}"
