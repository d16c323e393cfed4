"""How a table of the seller is declared: its columns, what their cells may hold, and what a row refers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from skills.vocabulary import mark

Kind = Literal[
    "text", "sku", "country", "currency", "zone", "count", "number", "decimal", "money", "share", "percent", "day",
    "week", "day_text", "moment_text", "choice", "yes_no",
]  # fmt: skip
"""`decimal` and the `_text` kinds stay text in the frame, exact as written; `money` becomes minor units; a `share` is
from 0 to 1 and a `percent` is not, however the file writes them; a `week` is its first day, a Sunday."""


class _Required:
    """Stands where a column has no value to fall back on."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()
UNKNOWN = float("nan")
FAR_FUTURE = pd.Timestamp("2099-12-31")

_EXPECTED: dict[Kind, str] = {
    "text": mark("a text"),
    "sku": mark("a SKU"),
    "country": mark("a country code, a sales channel such as Amazon.de, or a label listed under `countries`"),
    "currency": mark("a currency code of three letters, such as EUR"),
    "zone": mark("a time zone such as Europe/Berlin"),
    "count": mark("a whole number, 0 or more"),
    "number": mark("a number, 0 or more"),
    "decimal": mark("a decimal number"),
    "money": mark("an amount of money, 0 or more"),
    "share": mark("a share from 0 to 1 or from 0 to 100 %"),
    "percent": mark("a change in percent, such as 12.5 %"),
    "week": mark("a Sunday, which begins a week, or the Saturday that ends it"),
    "day": mark("a date in the declared order of day, month and year"),
    "day_text": mark("a date in the declared order of day, month and year"),
    "moment_text": mark("a time with its offset from UTC, such as 2025-11-24T02:00:00+08:00"),
    "yes_no": mark("yes or no"),
}
EXPECTED_WIDTH = mark("as many fields as the header has")
EXPECTED_CURRENCY = mark("the currency of the marketplace, which stands behind the stroke")
EXPECTED_OWN_ROW = mark("one row per key; an earlier row has this one")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: As skills know it. A money column is known without its `_minor` too.
        kind: What a cell holds.
        meaning: For the documentation.
        unit: For the documentation.
        blank: What stands for an empty cell or an absent column; REQUIRED if neither is allowed.
        low: Smallest number allowed.
        high: Largest number allowed.
        choices: The only texts allowed; of a country, groups of countries that may stand there too.
        aliases: Other headers it is known by.
        currency_in: The column that names the currency of this money.
        refers_to: `table.column` that must hold this value.
        any_country: Whether `*` may stand for all.
        told: What was expected, if the kind does not say it.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    blank: object = REQUIRED
    low: float = 0
    high: float = 1e12
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    currency_in: str = "currency"
    refers_to: str = ""
    any_country: bool = False
    told: str = ""

    @property
    def required(self) -> bool:
        """Whether the header must be there and each cell filled."""
        return self.blank is REQUIRED

    @property
    def names(self) -> tuple[str, ...]:
        """Every header it is known by."""
        return (self.name.removesuffix("_minor") if self.kind == "money" else self.name, *self.aliases)

    @property
    def expected(self) -> str:
        """What a cell must be, as the quarantine says it."""
        return self.told or _EXPECTED[self.kind]

    @property
    def dtype(self) -> str:
        """Type of the column in the frame."""
        if self.kind in ("count", "money"):
            return "float64" if self.blank != self.blank else "int64"
        if self.kind in ("number", "share", "percent"):
            return "float64"
        return "datetime64[us]" if self.kind in ("day", "week") else "str"


@dataclass(frozen=True)
class Table:
    """One table of the seller.

    Attributes:
        name: Key under `inputs` of the seller's file.
        grain: What one row is.
        required: Whether a night needs it.
        columns: In the order of the frame.
        key: Columns that name a row; a second row with the same key is quarantined. () if rows may repeat.
        ascending: Columns of a row that may not fall from left to right.
        rules: Column, and which rows of the table hold there what it may not be; the column says what was expected.
        known_on: Day column; rows from as_of on were not known that morning.
        covers_days: How many days from then on a row speaks of; it is known when the last one is over.
        open_until: Day column that is cut to the day before as_of.
        own_currency: Whether amounts must be in the currency of the row's country, which a blank one is.
    """

    name: str
    grain: str
    required: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    ascending: tuple[tuple[str, ...], ...] = ()
    rules: tuple[tuple[str, Callable[[pd.DataFrame], np.ndarray]], ...] = ()
    known_on: str = ""
    covers_days: int = 1
    open_until: str = ""
    own_currency: bool = False

    def empty(self) -> pd.DataFrame:
        """No rows, with the right columns and types."""
        return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in self.columns})

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def as_dtype(values: object, column: Column) -> pd.Series:
    """Parsed values as the column of a frame."""
    if column.dtype == "int64":
        return pd.Series(np.asarray(values, dtype=np.float64).astype(np.int64))
    return pd.Series(values, dtype=column.dtype)
