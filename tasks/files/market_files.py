"""Open a file of the market, whatever its format, as feeds of its table."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd
import pyarrow.parquet as pq

from config.seller import InputFiles
from skills.vocabulary import Country, mark
from tasks.files.columns import Table
from tasks.files.encodings import detect_encoding
from tasks.files.headers import match_columns
from tasks.files.market_feeds import PART, Feed, Part, RawSheet
from tasks.files.market_json import is_json
from tasks.files.market_layouts import ABOVE, find_layout
from tasks.files.market_reports import open_report
from tasks.files.problems import EmptyExport, UnreadableFile
from tasks.files.reading import PARQUET_SUFFIXES, TEXT_SUFFIXES, Rows, Sheet, open_sheets, read_chunks
from tasks.files.sources import Source
from tasks.files.text_rows import TextRows
from tasks.files.values import read_text

_SAMPLE = 1 << 26
"""Bytes by which a text that is not UTF-8 is told from others."""


def open_feeds(
    table: Table, path: Path, file: str, settings: InputFiles, country: Callable[[object], Country]
) -> Iterator[Feed]:
    """The feeds of one file: a report, a text, or the sheets of a workbook.

    Raises:
        UnusableInput: see `problems.py`.
    """
    if is_json(path):
        yield open_report(table, path, file, settings, country)
        return
    for raw in _open_raw(path, file, settings):
        yield _feed(table, raw, settings)


def _feed(table: Table, raw: RawSheet, settings: InputFiles) -> Feed:
    layout = find_layout(table, raw, settings)
    sheet = replace(raw.sheet, headers=layout.headers)
    found = match_columns(table, sheet, settings.columns)
    width = len(raw.sheet.headers)
    positions = sorted({at for at in found.values() if at < width} | set(layout.needs))

    def parts() -> Iterator[Part]:
        for rows in raw.parts(positions):
            made, without = layout.make(rows)
            yield Part(Source(sheet, found, made), without)

    return Feed(sheet.file, sheet.read_as, parts)


def _open_raw(path: Path, file: str, settings: InputFiles) -> Iterator[RawSheet]:
    suffix = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    if suffix.lower() in TEXT_SUFFIXES and path.stat().st_size:
        yield _open_text(path, file)
        return
    for sheet in open_sheets(path, file, settings.sheets):
        if suffix.lower() in PARQUET_SUFFIXES:
            yield RawSheet(sheet, "", partial(_parquet_parts, path, sheet.headers))
        elif sheet.headers and ABOVE.match(sheet.headers[0]):
            yield _below(sheet)
        else:
            yield RawSheet(sheet, "", partial(_whole, sheet))


def _whole(sheet: Sheet, positions: list[int]) -> Iterator[Rows]:
    yield sheet.read(positions)


def _open_text(path: Path, file: str) -> RawSheet:
    opened = cast(
        Callable[[], BinaryIO],
        partial(gzip.open, path, "rb") if path.suffix.lower() == ".gz" else partial(path.open, "rb"),
    )
    try:
        encoding = _find_encoding(opened, file)
        with io.TextIOWrapper(opened(), encoding=encoding, newline="") as text:
            first = text.readline()
    except (OSError, EOFError) as error:
        raise _damaged(file, error) from error
    above = first.replace('""', '"').lstrip('"')
    above = above if ABOVE.match(above) else ""
    text_rows = TextRows(opened, encoding, quoted=True, skip=1 if above else 0)
    if not text_rows.headers:
        raise EmptyExport(
            mark("{file} is empty: not even a header. Export it again, or take the file away."), file=file
        )

    def parts(positions: list[int]) -> Iterator[Rows]:
        try:
            yield from read_chunks(text_rows, positions, PART)
        except (UnicodeDecodeError, OSError, EOFError) as error:
            raise _damaged(file, error) from error

    return RawSheet(Sheet(file, "", text_rows.headers, text_rows.read_as, _not_at_once), above, parts)


def _damaged(file: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        mark("{file} cannot be read as text: {problem}. Export it again, or correct the file's ending."),
        file=file,
        problem=" ".join(str(error).split()),
    )


def _find_encoding(opened: Callable[[], BinaryIO], file: str) -> str:
    """UTF-8 if the whole file is; else what its beginning is in."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened() as content:
        sample = content.read(_SAMPLE)
        if sample.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return detect_encoding(lambda: io.BytesIO(sample[:4]), file)
        block = sample
        try:
            while block:
                decoder.decode(block)
                block = content.read(_SAMPLE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if len(sample) == _SAMPLE:
                sample = sample[: sample.rfind(b"\n") + 1]
            return detect_encoding(lambda: io.BytesIO(sample), file)
    return "utf-8"


def _below(sheet: Sheet) -> RawSheet:
    """A workbook's sheet with a line above its header."""
    whole = sheet.read(range(len(sheet.headers)))
    header = whole.cells.iloc[:1]
    named = tuple(read_text(header[at]).iloc[0] if len(header) else "" for at in range(len(sheet.headers)))
    rows = whole.cells.iloc[1:].reset_index(drop=True)

    def parts(positions: list[int]) -> Iterator[Rows]:
        yield Rows(rows[positions], whole.lines[1:])

    return RawSheet(Sheet(sheet.file, sheet.name, named, sheet.read_as, sheet.read), ",".join(sheet.headers), parts)


def _parquet_parts(path: Path, headers: Sequence[str], positions: list[int]) -> Iterator[Rows]:
    line = 2
    empty = True
    with pq.ParquetFile(path) as content:
        for batch in content.iter_batches(PART, columns=[headers[at] for at in positions]):
            cells = batch.to_pandas()[[headers[at] for at in positions]]
            cells.columns = pd.Index(positions)
            yield Rows(cells, pd.RangeIndex(line, line + len(cells)).to_numpy())
            line += len(cells)
            empty = False
        if empty:
            cells = content.schema_arrow.empty_table().to_pandas()[[headers[at] for at in positions]]
            cells.columns = pd.Index(positions)
            yield Rows(cells, pd.RangeIndex(0).to_numpy())


def _not_at_once(_: object) -> Rows:
    raise NotImplementedError("a text of the market is read in parts")
