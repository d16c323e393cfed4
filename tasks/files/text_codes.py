"""Delimited text straight to coded columns: fields are found and told apart as bytes, compiled, block after block.

What the bytes alone do not settle (a quote inside a quoted field, a field over several lines, other fields than the
header has) is left to `text_rows.py`, record by record; both read the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.files.coded import Block, Reader
from tasks.files.text_rows import parse_records
from tasks.files.texts import view_bytes

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)?")
_NO_QUOTE = 256
_MIX = np.uint64(0x9E3779B97F4A7C15)


class TextColumns:
    """The columns of a delimited text in UTF-8.

    Attributes:
        blocks: The rows; blanks around ASCII are off.
        ragged: Line and number of fields of each row that has other fields than the header.
    """

    def __init__(
        self,
        content: BinaryIO,
        delimiter: str,
        quoted: bool,
        coded: Sequence[int],
        readers: Mapping[str, Reader],
        batch: int,
        part: int,
    ) -> None:
        """Read it all.

        Args:
            content: The text, from its header on.
            delimiter: Between fields.
            quoted: Whether `"` encloses fields.
            coded: The columns to tell the cells apart in.
            readers: Of the columns whose cells hardly repeat, by name.
            batch: Rows in a block, at most.
            part: Bytes in a block, about.
        """
        self._opened, self._room = content, bytearray(part)
        self._bytes = np.frombuffer(self._room, dtype=np.uint8)
        self._filled, self._end = 0, 0
        self._delimiter, self._quoted = delimiter, quoted
        self._readers = readers
        self._positions = sorted({*coded, *(position for position, _ in readers.values())})
        self._at, self._line, self._width = 0, 1, 0
        self._books = {position: Book() for position in coded}
        self._rows, self._odd = 0, list[tuple[int, list[str]]]()
        self.ragged: list[tuple[int, int]] = []
        self.blocks: list[Block] = []
        self._read(batch)

    @property
    def cells(self) -> dict[int, pd.Series]:
        """The different cells of each coded column."""
        return {position: book.texts().to_pandas() for position, book in self._books.items()}

    def _read(self, batch: int) -> None:
        header = next(self._read_records(), [(1, [])])[0][1]
        self._width = len(header)
        while header and not header[-1].strip():
            header.pop()
        fields = len(header)
        slots = np.full(max(1, fields), -1)
        slots[self._positions] = np.arange(len(self._positions))
        self._spans = np.zeros((2, len(self._positions), batch), dtype=np.int64)
        self._lines = np.zeros(batch, dtype=np.int64)
        delimiter, quote = ord(self._delimiter), ord('"') if self._quoted else _NO_QUOTE
        while self._at < self._end or self._open_part():
            self._rows, at, self._line, unsettled = split_rows(
                self._bytes[: self._end], self._at, self._line, delimiter, quote, fields, slots,
                self._spans, self._lines, self._rows,
            )  # fmt: skip
            self._at = int(at)
            for line, record in next(self._read_records(), []) if unsettled and self._rows < batch else []:
                if len(record) > fields and not any(cell.strip() for cell in record[fields:]):
                    record = record[:fields]
                if len(record) != fields:
                    self.ragged.append((line, len(record)))
                    continue
                if self._rows == batch:
                    self._close_block()
                self._odd.append((self._rows, [record[position].strip() for position in self._positions]))
                self._spans[:, :, self._rows], self._lines[self._rows] = 0, line
                self._rows += 1
            if self._rows == batch:
                self._close_block()
        if self._rows or not self.blocks:
            self._close_block()

    def _open_part(self) -> bool:
        """Go on to the next part of the text, which ends with a line, if there is one."""
        if self._rows:
            self._close_block()
        rest = self._filled - self._end
        self._room[:rest] = self._room[self._end : self._filled]
        self._at, self._filled, self._end = 0, rest, 0
        while not self._end:
            if self._filled == len(self._room):
                self._room = self._room + bytes(len(self._room))
                self._bytes = np.frombuffer(self._room, dtype=np.uint8)
            with memoryview(self._room) as room:
                read = self._opened.readinto(room[self._filled :])  # type: ignore[attr-defined]
            self._filled += read
            if not read:
                self._end = self._filled
                break
            newline = self._room.rfind(b"\n", 0, self._filled)
            self._end = newline + 1 or self._room.rfind(b"\r", 0, self._filled - 1) + 1
        return self._end > 0

    def _read_records(self) -> Iterator[list[tuple[int, list[str]]]]:
        """Records from here on that are not blank, by the rules of `text_rows.py`; what is read lies behind."""

        def take_lines() -> Iterator[str]:
            while self._at < self._end or self._open_part():
                found = _LINE.match(self._room, self._at, self._end)
                assert found is not None
                self._at = found.end()
                yield found[0].decode()

        records = parse_records(take_lines(), self._delimiter, self._quoted, self._line, self._width)
        for line, held in records:
            self._line = line
            if held:
                yield held

    def _close_block(self) -> None:
        """Put away the rows at hand, with the cells of odd records in their place."""
        lines, spans = self._lines[: self._rows], self._spans[:, :, : self._rows]
        block = Block(lines.copy(), {}, {})
        rows = np.array([row for row, _ in self._odd], dtype=np.int64)
        for position, book in self._books.items():
            begins, ends, extra, odd = self._find(position, spans)
            block.codes[position] = book.number(self._bytes, begins, ends)
            block.codes[position][rows] = book.number(extra, odd[:-1], odd[1:])
        for name, (position, read) in self._readers.items():
            begins, ends, extra, odd = self._find(position, spans)
            texts = _to_texts(self._bytes, begins, ends)
            if len(rows):
                mask = np.zeros(len(texts), dtype=bool)
                mask[rows] = True
                texts = pc.replace_with_mask(texts, mask, _to_texts(extra, odd[:-1], odd[1:]))
            block.read[name] = read(texts.to_pandas())
        self.blocks.append(block)
        self._rows = 0
        self._odd.clear()

    def _find(self, position: int, spans: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Where the cells of a column begin and end; and those of the odd records, one behind the other."""
        slot = self._positions.index(position)
        odd = [cells[slot].encode() for _, cells in self._odd]
        extra = np.frombuffer(b"".join(odd), dtype=np.uint8)
        return spans[0, slot], spans[1, slot], extra, np.cumsum([0, *map(len, odd)])


class Book:
    """Numbers for texts, in the order in which they first come."""

    def __init__(self) -> None:
        self._count = 0
        self._table = np.full(1 << 16, -1, dtype=np.int32)
        self._marks = np.zeros(1 << 15, dtype=np.uint64)
        self._ends = np.zeros((1 << 15) + 1, dtype=np.int64)
        self._store = np.zeros(1 << 20, dtype=np.uint8)

    def number(self, content: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """The numbers of the texts between these places."""
        codes = np.empty(len(starts), dtype=np.int32)
        self._make_room(len(starts), int((ends - starts).sum()))
        self._count = number_texts(
            content, starts, ends, self._table, self._marks, self._ends, self._store, self._count, codes
        )
        return codes

    def number_column(self, column: pa.Array) -> np.ndarray:
        """The numbers of the texts in a column of Arrow, dictionary or not; of the empty text where there is none."""
        held = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        texts = [held.dictionary.cast(pa.large_string()), pa.array([""], pa.large_string())]
        ((data, ends),) = view_bytes(pa.chunked_array([pa.concat_arrays(texts)]))
        numbers = self.number(data, ends[:-1], ends[1:])
        codes: np.ndarray = numbers[held.indices.fill_null(len(numbers) - 1).to_numpy()]
        return codes

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
