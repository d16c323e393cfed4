"""Rows of a delimited text file, each with the line it starts on; no line is ever swallowed by a stray quote."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST_FIELD = 2**31 - 1


class TextRows:
    """A delimited text, its delimiter found from the content.

    Attributes:
        headers: As written, blanks around them trimmed; () when there is no line with text.
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
        self._delimiter = max(DELIMITERS, key=first.count)
        self.read_as = f"{self._encoding}, {_NAMES[self._delimiter]}"
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

    def _parse(self, lines: Iterable[str]) -> Iterator[list[str]]:
        csv.field_size_limit(_LONGEST_FIELD)
        if self._quoted:
            return csv.reader(lines, delimiter=self._delimiter)
        return csv.reader(lines, delimiter=self._delimiter, quoting=csv.QUOTE_NONE)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that is not blank, with the number of its first line.

        A record of several lines whose width is not the header's comes from a quote that was never closed:
        its lines are then read one by one.
        """
        seen: list[str] = []

        def remember() -> Iterator[str]:
            for line in self._lines():
                seen.append(line)
                yield line

        at, width = self._skip + 1, 0
        for record in self._parse(remember()):
            lines = len(seen)
            if lines > 1 and width and len(record) != width:
                for step, line in enumerate(seen):
                    for alone in self._parse([line]):
                        if any(alone):
                            yield at + step, alone
            elif any(record):
                width = width or len(record)
                yield at, record
            at += lines
            seen.clear()
