"""Columns of few different cells: each cell is held and read once, and every row says which one it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Reader = tuple[int, Callable[[pd.Series], Any]]
"""Position of a column whose cells hardly repeat, and what reads the cells of a block of its rows."""


@dataclass(frozen=True)
class Block:
    """Some of the rows, few enough to stay in the processor's cache from one step to the next.

    Attributes:
        lines: The line of each row in the file; the header is line 1.
        codes: Position of a column → per row the position of its cell among those of all blocks.
        read: What each reader made of the cells, by the reader's name.
    """

    lines: np.ndarray
    codes: dict[int, np.ndarray]
    read: dict[str, Any]


@dataclass(frozen=True)
class Coded:
    """A column.

    Attributes:
        cells: The cells that occur, each once if there are codes.
        codes: Per row the position of its cell; None where row i has cell i.
    """

    cells: pd.Series
    codes: np.ndarray | None = None

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

    def find(self, codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
        """The cells, which are text, at these positions."""
        cells: pd.Series = as_arrow(self.cells).take(pa.array(codes)).to_pandas()
        texts: pd.api.extensions.ExtensionArray = cells.array
        return texts

    def equals(self, text: str) -> np.ndarray:
        """Which rows hold this text."""
        return self.spread((self.cells == text).to_numpy(dtype=bool))

    def isin(self, texts: Collection[str] | pd.Series) -> np.ndarray:
        """Which rows hold one of these texts."""
        wanted = pa.array(texts, type=pa.large_string())
        return self.spread(pc.is_in(as_arrow(self.cells), value_set=wanted).to_numpy(zero_copy_only=False))

    def map(self, change: Callable[[str], str]) -> Coded:
        """Text made from each cell by `change`."""
        changed = [change(cell) for cell in self.cells.tolist()]
        return distinct(pd.Series(changed, dtype="str"), self.codes)


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
    first = np.cumsum([0, *(len(column.cells) for column in columns[:-1])])
    codes = [column.positions + start for column, start in zip(columns, first, strict=True)]
    return distinct(cells, np.concatenate(codes))


def as_arrow(cells: pd.Series) -> pa.ChunkedArray:
    """A column of texts as Arrow holds it."""
    return cells.array.__arrow_array__().cast(pa.large_string())
