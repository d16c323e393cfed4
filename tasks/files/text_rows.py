"""Rows of a delimited text file, each with the line it starts on; no line is ever swallowed by a stray quote."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, Literal

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST_FIELD = 2**31 - 1


class TextRows:
    """A delimited text, its delimiter found from the content.

    Attributes:
        headers: As written, blanks around them trimmed; () when there is no line with text.
        delimiter: Between fields.
        read_as: Encoding and delimiter, for the record.
    """

    def __init__(self, open_bytes: Callable[[], BinaryIO], encoding: str, quoted: bool, skip: int = 0) -> None:
        """Read the header.

        Args:
            open_bytes: Gives the content from its beginning.
            encoding: What it is in.
            quoted: Whether `"` encloses fields.
            skip: Lines above the header.
        """
        self._open_bytes = open_bytes
        self._encoding = encoding
        self._quoted = quoted
        self._skip = skip
        first = next((line for line in self._lines() if line.strip()), "")
        self.delimiter = max(DELIMITERS, key=first.count)
        self.read_as = f"{self._encoding}, {_NAMES[self.delimiter]}"
        _, headers = next(self._records(), (0, []))
        while headers and not headers[-1].strip():
            headers.pop()
        self.headers = tuple(header.strip() for header in headers)

    def chunks(self, size: int, ragged: list[tuple[int, int]]) -> Iterator[tuple[list[list[str]], list[int]]]:
        """Rows as wide as the header with their lines, `size` at a time, at least once; others go to `ragged`."""
        width = len(self.headers)
        rows: list[list[str]] = []
        lines: list[int] = []
        records = self._records()
        next(records, None)
        for line, record in records:
            if len(record) > width and not any(cell.strip() for cell in record[width:]):
                record = record[:width]
            if len(record) != width:
                ragged.append((line, len(record)))
                continue
            rows.append(record)
            lines.append(line)
            if len(rows) == size:
                yield rows, lines
                rows, lines = [], []
        yield rows, lines

    def _lines(self) -> Iterator[str]:
        with io.TextIOWrapper(self._open_bytes(), encoding=self._encoding, newline="") as lines:
            yield from islice(lines, self._skip, None)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that is not blank, with the number of its first line."""
        for _, held in parse_records(self._lines(), self.delimiter, self._quoted, self._skip + 1):
            yield from held


def parse_records(
    lines: Iterator[str], delimiter: str, quoted: bool, at: int, width: int = 0
) -> Iterator[tuple[int, list[tuple[int, list[str]]]]]:
    """Record after record: the line below it, and what it holds; nothing where it is blank.

    A record of several lines whose width is not the header's comes from a quote that was never closed:
    its lines are then read one by one.

    Args:
        lines: The text, line ends included; no more of it is taken than a record needs.
        delimiter: Between fields.
        quoted: Whether `"` encloses fields.
        at: Number of the first line.
        width: Fields of the header; 0: the first record is the header.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    seen: list[str] = []

    def remember() -> Iterator[str]:
        for line in lines:
            seen.append(line)
            yield line

    for record in csv.reader(remember(), delimiter=delimiter, quoting=quoting):
        if len(seen) > 1 and width and len(record) != width:
            held = [
                (at + step, single)
                for step, line in enumerate(seen)
                for single in csv.reader([line], delimiter=delimiter, quoting=quoting)
                if any(single)
            ]
        else:
            held = [(at, record)] if any(record) else []
            width = width or (len(record) if held else 0)
        at += len(seen)
        seen.clear()
        yield at, held
