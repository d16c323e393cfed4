"""The files of one input, opened: found by the pattern of the seller's file, named, and not empty."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from config.seller import InputFiles, resolve_files
from skills.vocabulary import mark
from tasks.files.columns import Table
from tasks.files.headers import match_columns
from tasks.files.problems import EmptyExport, MissingFiles
from tasks.files.reading import CodedRows, Rows, Sheet, open_sheets

log = logging.getLogger(__name__)

AnyRows = TypeVar("AnyRows", Rows, CodedRows)


@dataclass(frozen=True)
class Source:
    """One sheet with its rows read.

    Attributes:
        sheet: Where they come from.
        found: Our column → position in the sheet.
        rows: The columns found, named by position.
        percents: Column of shares → whether its plain numbers are percents, where that is known.
    """

    sheet: Sheet
    found: dict[str, int]
    rows: Rows
    percents: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class CodedSource:
    """One sheet with its rows read as coded columns.

    Attributes:
        sheet: Where they come from.
        found: Our column → position in the sheet.
        rows: The columns found, those with a reader by name, others by position.
    """

    sheet: Sheet
    found: dict[str, int]
    rows: CodedRows


def find_files(table: Table, source: InputFiles | None, seller_id: str) -> list[Path]:
    """The files of a table; none for an optional one that is not there.

    Raises:
        MissingFiles: a required table has none.
    """
    paths = resolve_files(source.files) if source else []
    if paths or not table.required:
        return paths
    if source is None:
        raise MissingFiles(
            mark(
                "Table {table} is needed, and config/sellers/{seller}.yaml does not say where it is. "
                "Add inputs.{table}.files with a pattern of its files (docs/inputs.md)."
            ),
            table=table.name,
            seller=seller_id,
        )
    raise MissingFiles(
        mark(
            "No file for table {table}: nothing matches {pattern}. Put the export there, or correct "
            "inputs.{table}.files in config/sellers/{seller}.yaml (docs/inputs.md)."
        ),
        table=table.name,
        pattern=source.files,
        seller=seller_id,
    )


def read_sources(table: Table, source: InputFiles, paths: list[Path]) -> Iterator[Source]:
    """Every sheet of the files, with the columns of the table that it has.

    Raises:
        UnusableInput: see `problems.py`.
    """

    def read(sheet: Sheet, found: dict[str, int]) -> Rows:
        return sheet.read(sorted(set(found.values())))

    for sheet, found, rows in _read_sheets(table, source, paths, read):
        yield Source(sheet, found, rows)


def read_coded_sources(
    table: Table, source: InputFiles, paths: list[Path], readers: Mapping[str, Callable[[pd.Series], Any]]
) -> Iterator[CodedSource]:
    """The same as coded columns, for many rows; columns with a reader hardly repeat their cells.

    Raises:
        UnusableInput: see `problems.py`.
    """

    def read(sheet: Sheet, found: dict[str, int]) -> CodedRows:
        coded = {at for name, at in found.items() if name not in readers}
        return sheet.read_coded(
            sorted(coded), {name: (found[name], read) for name, read in readers.items() if name in found}
        )

    for sheet, found, rows in _read_sheets(table, source, paths, read):
        yield CodedSource(sheet, found, rows)


def _read_sheets(
    table: Table, source: InputFiles, paths: list[Path], read: Callable[[Sheet, dict[str, int]], AnyRows]
) -> Iterator[tuple[Sheet, dict[str, int], AnyRows]]:
    quoted = source.format != "amazon-all-orders"
    for path, name in zip(paths, name_files(paths), strict=True):
        rows_in = 0
        for sheet in open_sheets(path, name, source.sheets, quoted):
            found = match_columns(table, sheet, source.columns)
            rows = read(sheet, found)
            rows_in += rows.total
            log.info("%s: %s read as %s, %d rows", table.name, name, sheet.read_as, rows.total)
            yield sheet, found, rows
        if rows_in == 0 and table.required:
            raise EmptyExport(
                mark(
                    "{file} has a header and no rows, and table {table} is needed. "
                    "Export it again for a period with rows, or take the file away."
                ),
                file=name,
                table=table.name,
            )


def name_files(paths: list[Path]) -> list[str]:
    """Names that reports show: the file's own, with folders where two are called alike."""
    alike = Counter(path.name for path in paths)
    return [path.name if alike[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in paths]
