"""Columns of text as the bytes that they are, compiled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numba import njit

from tasks.files.values import read_text

TYPES = (pa.string(), pa.large_string())


def trim_texts(cells: pd.Series) -> pd.Series:
    """What `read_text` returns; where nothing is to be trimmed, the cells themselves."""
    if cells.dtype != "str":
        return read_text(cells)
    texts = cells.array.__arrow_array__()
    plain = texts.null_count == 0 and all(has_plain_ends(*part) for part in view_bytes(texts))
    return cells if plain else read_text(cells)


def mark_texts(cells: pd.Series) -> np.ndarray:
    """Per row a number below 2³², the same for the same text; few others have the same."""
    marks = np.zeros(len(cells), dtype=np.uint32)
    first = 0
    for data, ends in view_bytes(cells.array.__arrow_array__()):
        find_marks(data, ends, marks[first : first + len(ends) - 1])
        first += len(ends) - 1
    return marks


def take_texts(texts: pa.ChunkedArray, rows: np.ndarray) -> pd.Series:
    """The texts of some rows, which ascend; Arrow itself would first copy all texts into one piece."""
    ends = np.cumsum([0, *map(len, texts.chunks)])
    cuts = np.searchsorted(rows, ends)
    taken = [
        part.take(pa.array(rows[low:high] - first))
        for part, first, low, high in zip(texts.chunks, ends[:-1], cuts[:-1], cuts[1:], strict=True)
    ]
    cells: pd.Series = pa.chunked_array(taken, type=pa.large_string()).to_pandas()
    return cells


def view_bytes(texts: pa.ChunkedArray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each part of a column the bytes, and where its texts begin and end in them."""
    parts = []
    for part in texts.cast(pa.large_string()).chunks:
        if len(part):
            _, ends, data = part.buffers()
            ends = np.frombuffer(ends, dtype=np.int64)[part.offset : part.offset + len(part) + 1]
            parts.append((np.frombuffer(b"" if data is None else data, dtype=np.uint8), ends))
    return parts


@njit(cache=True)
def has_plain_ends(data: np.ndarray, ends: np.ndarray) -> bool:
    """Whether every text begins and ends with a sign of ASCII that is no blank, or is empty."""
    for row in range(len(ends) - 1):
        if ends[row] < ends[row + 1]:
            for at in (ends[row], ends[row + 1] - 1):
                if not 32 < data[at] < 128:
                    return False
    return True


@njit(cache=True)
def find_marks(data: np.ndarray, ends: np.ndarray, marks: np.ndarray) -> None:
    """Fill in the mark of each text."""
    mix, byte, one = np.uint64(0x9E3779B97F4A7C15), np.uint64(8), np.uint64(1)
    for row in range(len(marks)):
        at, end = np.uint64(ends[row]), np.uint64(ends[row + 1])
        mark = end - at
        while at < end:
            word = np.uint64(0)
            stop = min(at + byte, end)
            while at < stop:
                word = (word << byte) | np.uint64(data[at])
                at += one
            mark = (mark ^ word) * mix
            mark ^= mark >> np.uint64(31)
        marks[row] = mark >> np.uint64(32)
