"""Delimited text straight to coded columns: fields are found and told apart as bytes, compiled.

What the bytes alone do not settle (a quote inside a quoted field, a field over several lines, other fields than the
header has) is left to `text_rows.py`, record by record; both read the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.files.coded import Coded
from tasks.files.text_rows import parse_records

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)?")
_NO_QUOTE = 256
_MIX = np.uint64(0x9E3779B97F4A7C15)


class TextColumns:
    """The columns of a delimited text in UTF-8.

    Attributes:
        columns: Position in the header → the column; blanks around ASCII are off.
        lines: The line of each row.
        ragged: Line and number of fields of each row that has other fields than the header.
    """

    def __init__(
        self,
        content: bytes,
        delimiter: str,
        quoted: bool,
        positions: Sequence[int],
        whole: Collection[int],
        batch: int = 1 << 16,
    ) -> None:
        """Read it all.

        Args:
            content: The text, from its header on.
            delimiter: Between fields.
            quoted: Whether `"` encloses fields.
            positions: The columns to read.
            whole: Those of them whose cells hardly repeat; they are held row by row.
            batch: Rows at a time.
        """
        self._content, self._delimiter, self._quoted = content, delimiter, quoted
        self._bytes = np.frombuffer(content, dtype=np.uint8)
        self._positions = list(positions)
        self._batch = batch
        self._at, self._line = 0, 1
        self._width = 0
        self.ragged: list[tuple[int, int]] = []
        self._lines: list[np.ndarray] = []
        self._texts: dict[int, list[pa.Array]] = {position: [] for position in positions if position in whole}
        self._codes = {position: _Codes() for position in positions if position not in whole}
        self._odd: list[tuple[int, list[str]]] = []
        self._read()
        self.lines = np.concatenate(self._lines)
        self.columns = {position: self._finish(position) for position in self._positions}

    def _read(self) -> None:
        header = next(self._read_records(), [(1, [])])[0][1]
        self._width = len(header)
        while header and not header[-1].strip():
            header.pop()
        fields = len(header)
        slots = np.full(max(1, fields), -1)
        slots[self._positions] = np.arange(len(self._positions))
        spans = np.zeros((2, len(self._positions), self._batch), dtype=np.int64)
        lines = np.zeros(self._batch, dtype=np.int64)
        quote = ord('"') if self._quoted else _NO_QUOTE
        done, rows, at_odd = 0, 0, True
        while at_odd:
            rows, at, self._line, at_odd = split_rows(
                self._bytes, self._at, self._line, ord(self._delimiter), quote, fields, slots, spans, lines, rows
            )
            self._at = int(at)
            for line, record in next(self._read_records(), []) if at_odd and rows < self._batch else []:
                if len(record) > fields and not any(cell.strip() for cell in record[fields:]):
                    record = record[:fields]
                if len(record) != fields:
                    self.ragged.append((line, len(record)))
                    continue
                if rows == self._batch:
                    done, rows = self._keep(spans, lines, rows, done), 0
                self._odd.append((done + rows, [record[position].strip() for position in self._positions]))
                spans[:, :, rows], lines[rows] = 0, line
                rows += 1
            if rows == self._batch:
                done, rows = self._keep(spans, lines, rows, done), 0
        self._keep(spans, lines, rows, done)

    def _read_records(self) -> Iterator[list[tuple[int, list[str]]]]:
        """Records from here on that are not blank, by the rules of `text_rows.py`; what is read lies behind."""

        def take_lines() -> Iterator[str]:
            while self._at < len(self._content):
                found = _LINE.match(self._content, self._at)
                assert found is not None
                self._at = found.end()
                yield found[0].decode()

        records = parse_records(take_lines(), self._delimiter, self._quoted, self._line, self._width)
        for line, held in records:
            self._line = line
            if held:
                yield held

    def _keep(self, spans: np.ndarray, lines: np.ndarray, rows: int, done: int) -> int:
        """Put a batch away; returns how many rows there are by now."""
        self._lines.append(lines[:rows].copy())
        for slot, position in enumerate(self._positions):
            starts, ends = spans[0, slot, :rows], spans[1, slot, :rows]
            if position in self._texts:
                self._texts[position].append(_to_texts(self._bytes, starts, ends))
            else:
                self._codes[position].add(self._bytes, starts, ends)
        return done + rows

    def _finish(self, position: int) -> Coded:
        """The column, with the cells of odd records in their place."""
        slot = self._positions.index(position)
        odd = [cells[slot].encode() for _, cells in self._odd]
        rows = np.array([row for row, _ in self._odd], dtype=np.int64)
        ends = np.cumsum([0, *map(len, odd)])
        extra = np.frombuffer(b"".join(odd) or b" ", dtype=np.uint8)
        if position in self._texts:
            texts = pa.chunked_array(self._texts[position], type=pa.large_string())
            if odd:
                mask = np.zeros(len(texts), dtype=bool)
                mask[rows] = True
                texts = pc.replace_with_mask(texts, mask, _to_texts(extra, ends[:-1], ends[1:]))
            return _strip(Coded(texts.to_pandas()))
        book = self._codes[position]
        book.add(extra, ends[:-1], ends[1:])
        codes = np.concatenate(book.codes)
        ours = len(self.lines)
        codes[rows] = codes[ours:]
        return _strip(Coded(book.texts().to_pandas(), codes[:ours]))


def _strip(column: Coded) -> Coded:
    """Blanks of ASCII are off already; those of other scripts are not."""
    if pc.all(pc.string_is_ascii(column.cells.array.__arrow_array__())).as_py() is False:
        return column if column.codes is not None else Coded(column.cells.str.strip(), trimmed=True)
    return Coded(column.cells, column.codes, trimmed=True)


class _Codes:
    """Numbers for texts, in the order in which they first come."""

    def __init__(self) -> None:
        self.codes: list[np.ndarray] = []
        self._count = 0
        self._table = np.full(1 << 16, -1, dtype=np.int32)
        self._marks = np.zeros(1 << 15, dtype=np.uint64)
        self._ends = np.zeros((1 << 15) + 1, dtype=np.int64)
        self._store = np.zeros(1 << 20, dtype=np.uint8)

    def add(self, content: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> None:
        """Number the texts of more rows."""
        codes = np.empty(len(starts), dtype=np.int32)
        self._make_room(len(starts), int((ends - starts).sum()))
        self._count = number_texts(
            content, starts, ends, self._table, self._marks, self._ends, self._store, self._count, codes
        )
        self.codes.append(codes)

    def texts(self) -> pa.Array:
        """Every text, by number."""
        ends = self._ends[: self._count + 1]
        return _as_texts(self._store[: ends[-1]], ends)

    def _make_room(self, rows: int, size: int) -> None:
        used = int(self._ends[self._count])
        if used + size > len(self._store):
            self._store = np.concatenate([self._store[:used], np.zeros(used + 2 * size, dtype=np.uint8)])
        if self._count + rows > len(self._marks):
            room = 2 * (self._count + rows)
            self._marks = np.concatenate([self._marks, np.zeros(room - len(self._marks), dtype=np.uint64)])
            self._ends = np.concatenate([self._ends, np.zeros(room + 1 - len(self._ends), dtype=np.int64)])
            self._table = np.full(1 << (2 * room - 1).bit_length(), -1, dtype=np.int32)
            place_marks(self._marks, self._count, self._table)


def _to_texts(content: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(ends - starts)])
    data = np.empty(offsets[-1], dtype=np.uint8)
    copy_texts(content, starts, ends, data)
    return _as_texts(data, offsets)


def _as_texts(data: np.ndarray, offsets: np.ndarray) -> pa.Array:
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)


@njit(cache=True)
def _is_blank(byte: int) -> bool:
    return byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31


@njit(cache=True)
def split_rows(
    content: np.ndarray,
    at: int,
    line: int,
    delimiter: int,
    quote: int,
    fields: int,
    slots: np.ndarray,
    spans: np.ndarray,
    lines: np.ndarray,
    rows: int,
) -> tuple[int, np.int64, int, bool]:
    """Rows from `at` on, until there is no more room, no more text, or a record that bytes do not settle.

    Args:
        content: The text.
        at: Where a record begins.
        line: Number of its line.
        delimiter: Between fields.
        quote: Around fields.
        fields: How many a row has; blank ones beyond do not matter.
        slots: Field → its place in `spans`, or -1.
        spans: Begin and end of each field by place and row, blanks around it left out.
        lines: Line of each row.
        rows: How many there are already.
    Returns:
        How many there are now, where the next record begins, its line, and whether there is one.
    """
    size, one = np.uint64(len(content)), np.uint64(1)
    here = np.uint64(at)
    while rows < len(lines) and here < size:
        begin, field = here, 0
        filled, settled = False, True
        while True:
            if here < size and content[here] == quote:
                here += one
                start = here
                while here < size and content[here] != quote and content[here] != 10 and content[here] != 13:
                    here += one
                stop = here
                settled = bool(here < size and content[here] == quote)
                here += one
                if here < size and content[here] != delimiter and content[here] != 10 and content[here] != 13:
                    settled = False
            else:
                start = here
                while here < size and content[here] != delimiter and content[here] != 10 and content[here] != 13:
                    here += one
                stop = here
            if not settled:
                break
            if start < stop:
                filled = True
            while start < stop and _is_blank(content[start]):
                start += one
            while start < stop and _is_blank(content[stop - one]):
                stop -= one
            if field >= fields:
                settled = bool(start == stop)
            elif slots[field] >= 0:
                spans[0, slots[field], rows] = start
                spans[1, slots[field], rows] = stop
            field += 1
            if here >= size or content[here] != delimiter:
                break
            here += one
        if not settled or (filled and field < fields):
            return rows, np.int64(begin), line, True
        if here + one < size and content[here] == 13 and content[here + one] == 10:
            here += one
        here += one
        if filled:
            lines[rows] = line
            rows += 1
        line += 1
    return rows, np.int64(min(here, size)), line, bool(here < size)


@njit(cache=True)
def number_texts(
    content: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    table: np.ndarray,
    marks: np.ndarray,
    offsets: np.ndarray,
    store: np.ndarray,
    count: int,
    codes: np.ndarray,
) -> int:
    """The number of each row's text; a new one gets the next number and is put in the store.

    Args:
        content: Where the texts are.
        starts: Where each begins.
        ends: Where each ends.
        table: Slots by mark, open addressing; -1 where empty.
        marks: Hash of each numbered text.
        offsets: Begin and end of each in the store.
        store: Their bytes.
        count: How many are numbered.
        codes: Filled: number per row.
    Returns:
        How many are numbered now.
    """
    one, eight, byte = np.uint64(1), np.uint64(8), np.uint64(8)
    mask = np.uint64(len(table) - 1)
    for row in range(len(codes)):
        start = np.uint64(starts[row])
        length = np.uint64(ends[row]) - start
        mark = length
        at = np.uint64(0)
        while at < length:
            word = np.uint64(0)
            stop = min(at + eight, length)
            while at < stop:
                word = (word << byte) | np.uint64(content[start + at])
                at += one
            mark = (mark ^ word) * _MIX
            mark ^= mark >> np.uint64(31)
        slot = mark & mask
        while True:
            number = table[slot]
            if number < 0:
                table[slot] = number = count
                marks[count] = mark
                begin = np.uint64(offsets[count])
                for step in range(length):
                    store[begin + np.uint64(step)] = content[start + np.uint64(step)]
                count += 1
                offsets[count] = begin + length
                break
            if marks[number] == mark:
                begin = np.uint64(offsets[number])
                at = np.uint64(0)
                if np.uint64(offsets[number + 1]) - begin == length:
                    while at < length and store[begin + at] == content[start + at]:
                        at += one
                    if at == length:
                        break
            slot = (slot + one) & mask
        codes[row] = number
    return count


@njit(cache=True)
def place_marks(marks: np.ndarray, count: int, table: np.ndarray) -> None:
    """Fill an empty table with the numbers of these marks."""
    mask, one = np.uint64(len(table) - 1), np.uint64(1)
    for number in range(count):
        slot = marks[number] & mask
        while table[slot] >= 0:
            slot = (slot + one) & mask
        table[slot] = number


@njit(cache=True)
def copy_texts(content: np.ndarray, starts: np.ndarray, ends: np.ndarray, data: np.ndarray) -> None:
    """The texts one behind the other."""
    to = np.uint64(0)
    for row in range(len(starts)):
        for at in range(starts[row], ends[row]):
            data[to] = content[np.uint64(at)]
            to += np.uint64(1)
