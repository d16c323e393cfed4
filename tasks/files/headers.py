"""Which column of a file is which of ours: the seller's mapping first, then our name, then known aliases.

Headers are compared by their letters and digits alone, in lower case: `Order ID`, `order-id` and `OrderId` agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skills.vocabulary import mark
from tasks.files.columns import Column, Table
from tasks.files.problems import InvalidInput, UnknownHeader
from tasks.files.reading import Sheet


def normalise(header: str) -> str:
    """Letters and digits of any script, in lower case."""
    return "".join(sign for sign in header.casefold() if sign.isalnum())


def match_columns(table: Table, sheet: Sheet, mapping: Mapping[str, str]) -> dict[str, int]:
    """Position of each column that the sheet has.

    Returns:
        Our column → position.
    Raises:
        InvalidInput: the mapping names a column that the table does not have.
        UnknownHeader: a required or mapped column is not in the sheet.
    """
    mapped = _own_columns(table, mapping)
    positions = _positions(sheet.headers)
    found: dict[str, int] = {}
    missing: list[str] = []
    for column in table.columns:
        if column.name in mapped:
            wanted = [mapped[column.name]]
            shown = f"{column.names[0]} ({wanted[0]})"
        else:
            wanted = [column.name, *column.names]
            shown = _name_with_aliases(column)
        at = next((at for at in (_find(sheet.headers, positions, name) for name in wanted) if at is not None), None)
        if at is not None:
            found[column.name] = at
        elif column.required or column.name in mapped:
            missing.append(shown)
    if missing:
        raise UnknownHeader(
            mark(
                "{place} has no column for {missing} of table {table}. Headers found: {found}. "
                "Columns of the table: {expected}. Name the file's header under inputs.{table}.columns in the "
                "seller's file, such as `{example}: <header>` (docs/inputs.md)."
            ),
            place=f"{sheet.file}, {sheet.name}" if sheet.name else sheet.file,
            missing=", ".join(missing),
            table=table.name,
            found=", ".join(header for header in sheet.headers if header) or "–",
            expected=", ".join(column.names[0] for column in table.columns),
            example=missing[0].split(" (")[0],
        )
    return found


def is_whole_money(header: str) -> bool:
    """Whether a money column of this header is in whole units of its currency; `… minor` says it is not."""
    return not normalise(header).endswith("minor")


def _own_columns(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping with our own names as keys; aliases of ours are understood."""
    ours = {
        normalise(name): column.name
        for column in reversed(table.columns)
        for name in (*reversed(column.names), column.name)
    }
    unknown = [name for name in mapping if normalise(name) not in ours]
    if unknown:
        raise InvalidInput(
            mark(
                "inputs.{table}.columns maps {unknown}, which the table does not have. Its columns: {expected}. "
                "Correct the seller's file (docs/inputs.md)."
            ),
            table=table.name,
            unknown=", ".join(unknown),
            expected=", ".join(column.names[0] for column in table.columns),
        )
    return {ours[normalise(name)]: header for name, header in mapping.items()}


def _positions(headers: Sequence[str]) -> dict[str, int]:
    """Normalised header → its first position."""
    return {normalise(header): at for at, header in reversed(list(enumerate(headers))) if normalise(header)}


def _find(headers: Sequence[str], positions: Mapping[str, int], header: str) -> int | None:
    return headers.index(header) if header in headers else positions.get(normalise(header))


def _name_with_aliases(column: Column) -> str:
    return f"{column.names[0]} ({', '.join(column.aliases)})" if column.aliases else column.names[0]
