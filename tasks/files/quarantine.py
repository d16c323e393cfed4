"""Rows that cannot be used, each with the first thing that is wrong with it; and the balance of all rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.vocabulary import mark
from tasks.files.columns import EXPECTED_WIDTH
from tasks.files.problems import LostRows
from tasks.files.reading import CodedRows, Rows, Sheet

QUARANTINE = ["feed", "file", "line", "column", "value", "expected"]
COUNTS = ["kept", "netted", "set_aside", "quarantined", "after_as_of"]
ACCOUNTING = ["feed", "file", "rows_in", *COUNTS, "read_as"]

Names = np.ndarray | pd.api.extensions.ExtensionArray


class Quarantine:
    """Bad rows of one sheet or table; a row is listed once, with its first fault.

    Attributes:
        bad: Which rows are in it.
    """

    def __init__(self, feed: str, files: Names, lines: Names) -> None:
        self.bad = np.zeros(len(lines), dtype=bool)
        self._feed, self._files, self._lines = feed, files, lines
        self._entries: list[tuple[int, str, str, str]] = []

    def add(self, rows: np.ndarray, column: str, values: pd.Series, expected: str) -> None:
        """Put rows in, by mask; `values` are the cells as text."""
        for at in np.flatnonzero(rows & ~self.bad):
            self._entries.append((int(at), column, str(values.iloc[at])[:200], expected))
        self.bad |= rows

    def frame(self) -> pd.DataFrame:
        """One row per bad row, in the order of the files: feed, file, line, column, value, expected."""
        entries = sorted(self._entries)
        rows = [(self._feed, str(self._files[at]), str(self._lines[at]), *rest) for at, *rest in entries]
        return pd.DataFrame(rows, columns=QUARANTINE, dtype="str")


def quarantine_ragged(feed: str, sheet: Sheet, rows: Rows | CodedRows) -> pd.DataFrame:
    """The rows whose number of fields is not the header's; the fields themselves are not repeated."""
    listed = [
        (feed, sheet.file, sheet.name_line(line), "", f"{fields} / {len(sheet.headers)}", EXPECTED_WIDTH)
        for line, fields in rows.ragged
    ]
    return pd.DataFrame(listed, columns=QUARANTINE, dtype="str")


def check_balance(accounting: pd.DataFrame) -> None:
    """Every row that came in is accounted for.

    Raises:
        LostRows: names the files that do not balance.
    """
    off = accounting[accounting["rows_in"] != accounting[COUNTS].sum(axis=1)]
    if len(off):
        first = off.iloc[0]
        raise LostRows(
            mark(
                "{files} of {feed}: {rows_in} rows came in, but {sum} are accounted for ({counts}). Nothing was "
                "imported. This is a fault of Farsail: report it with the file's header and these numbers."
            ),
            files=", ".join(off["file"]),
            feed=first["feed"],
            rows_in=int(first["rows_in"]),
            sum=int(first[COUNTS].sum()),
            counts=", ".join(f"{name} {int(first[name])}" for name in COUNTS),
        )
