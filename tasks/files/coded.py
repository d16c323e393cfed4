"""Columns of few different cells: each cell is held and read once, and every row says which one it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.files.values import read_text


@dataclass(frozen=True)
class Coded:
    """A column.

    Attributes:
        cells: The cells that occur, each once if there are codes.
        codes: Per row the position of its cell; None where row i has cell i.
        trimmed: Whether the cells are text without blanks around it.
    """

    cells: pd.Series
    codes: np.ndarray | None = None
    trimmed: bool = False

    def __len__(self) -> int:
        return len(self.cells) if self.codes is None else len(self.codes)

    @property
    def positions(self) -> np.ndarray:
        """Per row the position of its cell."""
        return np.arange(len(self.cells)) if self.codes is None else self.codes

    def spread(self, values: np.ndarray) -> np.ndarray:
        """One value per cell → one value per row."""
        return values if self.codes is None else values[self.codes]

    def take(self, rows: np.ndarray) -> pd.Series:
        """The cells of some rows."""
        chosen = self.cells.iloc[rows if self.codes is None else self.codes[rows]]
        return chosen.reset_index(drop=True)

    def decode(self) -> pd.Series:
        """The cells row by row."""
        return self.cells if self.codes is None else self.take(np.arange(len(self)))

    def equals(self, text: str) -> np.ndarray:
        """Which rows hold this text."""
        return self.spread((self.cells == text).to_numpy(dtype=bool))

    def isin(self, texts: Collection[str] | pd.Series) -> np.ndarray:
        """Which rows hold one of these texts."""
        wanted = pa.array(texts, type=pa.large_string())
        return self.spread(pc.is_in(_as_arrow(self.cells), value_set=wanted).to_numpy(zero_copy_only=False))

    def map(self, change: Callable[[str], str]) -> Coded:
        """Text made from each cell by `change`."""
        changed = [change(cell) for cell in self.cells.tolist()]
        return distinct(pd.Series(changed, dtype="str"), self.codes)

    def fill(self, other: Coded) -> Coded:
        """These cells, where they are not blank; the other's, where they are."""
        blank = self.equals("")
        if not blank.any():
            return self
        both = pd.concat([self.cells, other.cells], ignore_index=True)
        return distinct(both, np.where(blank, other.positions + len(self.cells), self.positions))


def trim(column: Coded) -> Coded:
    """The column as trimmed text, its cells where they were."""
    return column if column.trimmed else Coded(read_text(column.cells), column.codes)


def repeat(text: str, rows: int) -> Coded:
    """A column with the same cell in every row."""
    return Coded(pd.Series([text], dtype="str"), np.zeros(rows, dtype=np.int32), trimmed=True)


def code_texts(column: Coded) -> Coded:
    """The column as trimmed text, each different text held once."""
    if column.trimmed and column.codes is not None:
        return column
    if column.codes is not None:
        return distinct(read_text(column.cells), column.codes)
    codes, cells = pd.factorize(column.cells)
    return distinct(read_text(pd.concat([pd.Series(cells), pd.Series([None], dtype=cells.dtype)])), codes)


def distinct(cells: pd.Series, codes: np.ndarray | None) -> Coded:
    """A column whose cells may repeat, as one whose cells do not."""
    again, different = pd.factorize(cells)
    again = again.astype(np.int32)
    return Coded(pd.Series(different, dtype="str"), again if codes is None else again[codes])


def join(columns: Sequence[Coded]) -> Coded:
    """The rows of several columns, one below the other."""
    if len(columns) == 1:
        return columns[0]
    cells = pd.concat([column.cells for column in columns], ignore_index=True)
    if all(column.codes is None for column in columns):
        return Coded(cells)
    first = np.cumsum([0, *(len(column.cells) for column in columns[:-1])])
    codes = [column.positions + start for column, start in zip(columns, first, strict=True)]
    return distinct(cells, np.concatenate(codes))


def _as_arrow(cells: pd.Series) -> pa.ChunkedArray:
    return cells.array.__arrow_array__().cast(pa.large_string())
