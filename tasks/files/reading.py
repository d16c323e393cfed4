"""Open a file of rows, whatever its format: text, Excel or Parquet; every row keeps its line.

Cells stay as the file has them (text from text files, numbers and times from Excel and Parquet); what they
mean is decided by `values.py`. Only the columns asked for leave this module.
"""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from skills.vocabulary import mark
from tasks.files.coded import Block, Reader
from tasks.files.encodings import detect_encoding
from tasks.files.problems import EmptyExport, UnreadableFile
from tasks.files.text_codes import Book, TextColumns
from tasks.files.text_rows import TextRows
from tasks.files.texts import TYPES

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET_SUFFIXES = (".parquet", ".pq")

_CHUNK = 100_000
BLOCK = 1 << 16
"""Rows of a block, at most."""
PART = 1 << 22
"""Bytes of a text in a block, about."""


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet.

    Attributes:
        cells: One row per usable row of the file; one column per position asked for, named by position.
        lines: The line of each row in the file; the header is line 1.
        ragged: Line and number of fields of each row that has other fields than the header.
    """

    cells: pd.DataFrame
    lines: np.ndarray
    ragged: list[tuple[int, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows the sheet holds, the header left out."""
        return len(self.cells) + len(self.ragged)


@dataclass(frozen=True)
class CodedRows:
    """The rows of one sheet as coded columns, block after block.

    Attributes:
        cells: Position of a coded column → its cells.
        blocks: The rows, at least one block.
        ragged: Line and number of fields of each row that has other fields than the header.
    """

    cells: dict[int, pd.Series]
    blocks: list[Block]
    ragged: list[tuple[int, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows the sheet holds, the header left out."""
        return sum(len(block.lines) for block in self.blocks) + len(self.ragged)


def _code_rows(rows: Rows, coded: Sequence[int], readers: Mapping[str, Reader]) -> CodedRows:
    """The same rows in blocks, each cell held where it stands."""
    blocks = []
    for first in range(0, max(1, len(rows.lines)), BLOCK):
        here = slice(first, first + BLOCK)
        positions = np.arange(first, first + len(rows.lines[here]))
        read = {name: reader(rows.cells[position].iloc[here]) for name, (position, reader) in readers.items()}
        blocks.append(Block(rows.lines[here], dict.fromkeys(coded, positions), read))
    return CodedRows({position: rows.cells[position] for position in coded}, blocks, rows.ragged)


@dataclass(frozen=True)
class Sheet:
    """One table of rows in a file.

    Attributes:
        file: Name that reports show.
        name: Sheet of a workbook; else "".
        headers: As written in the file.
        read_as: Encoding and delimiter, or the format.
        read: Gives the rows, with the columns at these positions.
        coded: Gives those at these positions coded and others to readers; None where `read` must do.
    """

    file: str
    name: str
    headers: tuple[str, ...]
    read_as: str
    read: Callable[[Sequence[int]], Rows]
    coded: Callable[[Sequence[int], Mapping[str, Reader]], CodedRows] | None = None

    def read_coded(self, coded: Sequence[int], readers: Mapping[str, Reader]) -> CodedRows:
        """The rows block by block: columns at these positions coded, others, whose cells hardly repeat, read."""
        if self.coded:
            return self.coded(coded, readers)
        return _code_rows(
            self.read(sorted({*coded, *(position for position, _ in readers.values())})), coded, readers
        )

    def name_line(self, line: int) -> str:
        """How a report points at a line: `17`, or `Sheet1!17`."""
        return f"{self.name}!{line}" if self.name else str(line)


def open_sheets(path: Path, file: str, sheets: Literal["first", "all"] = "all", quoted: bool = True) -> list[Sheet]:
    """The sheets of a file that have a header; one for text and Parquet.

    Args:
        path: Where it lies; `.gz` around a text file is opened too.
        file: Name that reports show.
        sheets: Which sheets of a workbook.
        quoted: Whether `"` encloses fields in a text file; Amazon's flat files do not quote.

    Raises:
        UnreadableFile: unknown format, damaged, locked, or in no known encoding.
        EmptyExport: no header at all.
    """
    suffix = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    try:
        if path.stat().st_size == 0:
            raise _empty(file)
        if suffix.lower() in TEXT_SUFFIXES:
            return [_open_text(path, file, quoted)]
        if suffix.lower() in EXCEL_SUFFIXES:
            return list(_open_workbook(path, file, sheets))
        if suffix.lower() in PARQUET_SUFFIXES:
            return [_open_parquet(path, file)]
    except (OSError, EOFError, CalamineError, pa.ArrowException) as error:
        raise UnreadableFile(
            mark(
                "{file} cannot be read as {suffix}: {problem}. "
                "Close it in other programs, export it again, or correct the file's ending."
            ),
            file=file,
            suffix=suffix.lower(),
            problem=" ".join(str(error).split()),
        ) from error
    raise UnreadableFile(
        mark("{file} has a format that is not read here. Known endings: {known}; text may be packed as .gz."),
        file=file,
        known=", ".join((*TEXT_SUFFIXES, *EXCEL_SUFFIXES, *PARQUET_SUFFIXES)),
    )


def _empty(file: str) -> EmptyExport:
    return EmptyExport(mark("{file} is empty: not even a header. Export it again, or take the file away."), file=file)


def _open_text(path: Path, file: str, quoted: bool) -> Sheet:
    packed = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else b""

    def open_bytes() -> BinaryIO:
        return io.BytesIO(packed) if packed else path.open("rb")

    encoding = detect_encoding(open_bytes, file)
    text = TextRows(open_bytes, encoding, quoted)
    if not text.headers:
        raise _empty(file)

    def read(positions: Sequence[int]) -> Rows:
        chunks = list(read_chunks(text, positions))
        return Rows(
            pd.concat([chunk.cells for chunk in chunks], ignore_index=True),
            np.concatenate([chunk.lines for chunk in chunks]),
            [line for chunk in chunks for line in chunk.ragged],
        )

    def read_coded(coded: Sequence[int], readers: Mapping[str, Reader]) -> CodedRows:
        with _open_utf8(open_bytes, encoding) as content:
            read = TextColumns(content, text.delimiter, quoted, coded, readers, BLOCK, PART)
        return CodedRows(read.cells, read.blocks, read.ragged)

    return Sheet(file, "", text.headers, text.read_as, read, read_coded)


def _open_utf8(open_bytes: Callable[[], BinaryIO], encoding: str) -> BinaryIO:
    """The text in UTF-8, without its byte order mark."""
    opened = open_bytes()
    if encoding == "utf-8-sig":
        opened.seek(len(codecs.BOM_UTF8))
    if encoding in ("utf-8", "utf-8-sig"):
        return opened
    with opened:
        parts = iter(partial(opened.read, PART), b"")
        return io.BytesIO(b"".join(text.encode() for text in codecs.iterdecode(parts, encoding)))


def read_chunks(text: TextRows, positions: Sequence[int], size: int = _CHUNK) -> Iterator[Rows]:
    """The rows of a text, `size` at a time, with the columns at these positions; at least one part, if empty."""
    ragged: list[tuple[int, int]] = []
    for rows, lines in text.chunks(size, ragged):
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(text.headers)
        cells = pd.DataFrame({position: pd.array(list(columns[position]), dtype="str") for position in positions})
        yield Rows(cells, np.asarray(lines, dtype=np.int64), ragged.copy())
        ragged.clear()


def _open_workbook(path: Path, file: str, sheets: Literal["first", "all"]) -> Iterator[Sheet]:
    workbook = CalamineWorkbook.from_path(path)
    names = workbook.sheet_names[:1] if sheets == "first" else workbook.sheet_names
    found = 0
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height == 0:
            continue
        headers = next(iter(sheet.iter_rows()), [])
        found += 1
        yield Sheet(
            file, name, tuple(_as_header(cell) for cell in headers), path.suffix.lower()[1:], _excel_reader(sheet)
        )
    if not found:
        raise _empty(file)


def _excel_reader(sheet: CalamineSheet) -> Callable[[Sequence[int]], Rows]:
    def read(positions: Sequence[int]) -> Rows:
        first = (sheet.start or (0, 0))[0] + 1
        chunks: list[pd.DataFrame] = []
        lines: list[np.ndarray] = []
        picked: list[list[Any]] = []
        numbers: list[int] = []

        def close_chunk() -> None:
            chunks.append(pd.DataFrame({at: as_cells([row[i] for row in picked]) for i, at in enumerate(positions)}))
            lines.append(np.asarray(numbers, dtype=np.int64))
            picked.clear()
            numbers.clear()

        for line, row in enumerate(sheet.iter_rows(), start=first):
            if line == first or all(cell == "" or cell is None for cell in row):
                continue
            picked.append([row[position] for position in positions])
            numbers.append(line)
            if len(picked) == _CHUNK:
                close_chunk()
        close_chunk()
        return Rows(pd.concat(chunks, ignore_index=True), np.concatenate(lines))

    return read


def as_cells(cells: list[Any]) -> pd.Series:
    """The cells of a column with the narrowest type that changes none of them; blanks are missing."""
    kinds = {type(cell) for cell in cells} - {type(None)}
    if kinds <= {str}:
        return pd.Series(cells, dtype="str")
    if kinds <= {int, float}:
        return pd.Series(cells, dtype="float64")
    if kinds <= {datetime} or kinds <= {date}:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype="object")), dtype="datetime64[us]")
    return pd.Series([None if cell == "" else cell for cell in cells], dtype="object")


def _as_header(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _open_parquet(path: Path, file: str) -> Sheet:
    headers = tuple(pq.read_schema(path).names)

    def read(positions: Sequence[int]) -> Rows:
        cells = pq.read_table(path, columns=[headers[position] for position in positions]).to_pandas()
        cells.columns = pd.Index(list(positions))
        return Rows(cells.reset_index(drop=True), np.arange(2, len(cells) + 2, dtype=np.int64))

    def read_coded(coded: Sequence[int], readers: Mapping[str, Reader]) -> CodedRows:
        return _code_parquet(path, headers, coded, readers)

    return Sheet(file, "", headers, "parquet", read, read_coded)


def _code_parquet(
    path: Path, headers: Sequence[str], coded: Sequence[int], readers: Mapping[str, Reader]
) -> CodedRows:
    """Texts block after block, those to be coded as the dictionaries that lie there; other types at once."""
    positions = sorted({*coded, *(position for position, _ in readers.values())})
    kinds = pq.read_schema(path).types
    texts = [at for at in positions if _is_text(kinds[at])]
    others = pq.read_table(path, columns=[headers[at] for at in positions if at not in texts])
    typed = {at: others.column(headers[at]).to_pandas() for at in positions if at not in texts}
    books = {at: Book() for at in coded if at in texts}
    opened = pq.ParquetFile(path, read_dictionary=[headers[at] for at in books], buffer_size=1 << 20)
    batches = opened.iter_batches(BLOCK, columns=[headers[at] for at in texts or positions], use_threads=False)
    blocks: list[Block] = []
    first = 0
    for batch in batches if opened.metadata.num_rows else [pa.RecordBatch.from_pylist([], opened.schema_arrow)]:
        here = slice(first, first + len(batch))
        block = Block(np.arange(here.start + 2, here.stop + 2), {}, {})
        for at in coded:
            own = at in books
            block.codes[at] = (
                books[at].number_column(batch.column(headers[at])) if own else np.arange(here.start, here.stop)
            )
        for name, (at, read) in readers.items():
            text = at not in typed
            block.read[name] = read(
                batch.column(headers[at]).cast(pa.large_string()).to_pandas() if text else typed[at].iloc[here]
            )
        blocks.append(block)
        first = here.stop
    cells = {at: books[at].texts().to_pandas() if at in books else typed[at] for at in coded}
    return CodedRows(cells, blocks)


def _is_text(kind: pa.DataType) -> bool:
    return (kind.value_type if pa.types.is_dictionary(kind) else kind) in TYPES
