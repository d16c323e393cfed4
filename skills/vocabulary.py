"""The words all skills share, and the one way a skill refuses.

Refusal                    a decision that cannot be taken, in words a seller can act on
├── MissingColumns         a table lacks a column
├── MissingRate            no rate is valid on that day            (skills/rates.py)
├── ConflictingRates       two sources disagree about one day      (skills/rates.py)
└── one or two per skill, declared in that skill
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

Sku = str
Country = str
"""ISO 3166 alpha-2 where one exists; else the label that the seller's file gives (`EU-X`)."""
Node = str
Lane = str
Currency = str
"""ISO 4217."""

Mode = Literal["express", "air", "sea", "truck", "rail"]
Stage = Literal["hub", "regional", "forward"]
Incoterm = Literal["EXW", "FCA", "FOB", "CIF", "DAP", "DDP"]
StockState = Literal[
    "qc_hold",
    "available",
    "reserved",
    "receiving",
    "researching",
    "stranded",
    "unfulfillable",
]
"""States of stock that lies in a node; what moves is a row of `inbound`, what is made of `purchase_orders`."""

STOCK_STATES: tuple[StockState, ...] = (
    "qc_hold",
    "available",
    "reserved",
    "receiving",
    "researching",
    "stranded",
    "unfulfillable",
)

ALL_COUNTRIES = "*"
"""The country of a row that speaks of the SKU as a whole."""

QUANTILES: dict[str, float] = {"p10": 0.10, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p98": 0.98}
"""Column name → probability, as every forecast frame carries them."""

_NO_MINOR_UNIT = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})


def mark(message: str) -> str:
    """Mark a sentence for the catalogue of strings; it is translated where a reader's language is known."""
    return message


class Refusal(Exception):
    """What is wrong, which rows, what was expected, what to do next.

    The template and its values stay apart, so that the page and the terminal can say it in the reader's
    language; `str()` is the English sentence.

    Args:
        template: An English sentence with `{name}` places, passed through `mark`.
        values: What fills the places.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))


class MissingColumns(Refusal):
    """A table without a column that the decision needs."""


def name_rows(rows: Iterable[object], shown: int = 5) -> str:
    """The first few rows and how many there are: `A1, A2, A3, A4, A5 … (17)`."""
    listed = [str(row) for row in rows]
    head = ", ".join(listed[:shown])
    return head if len(listed) <= shown else f"{head} … ({len(listed)})"


def check_columns(table: str, columns: Iterable[object], needed: Sequence[str]) -> None:
    """Refuses a table that lacks a column.

    Raises:
        MissingColumns: names the table and what it lacks.
    """
    present = set(columns)
    missing = [name for name in needed if name not in present]
    if missing:
        raise MissingColumns(
            mark(
                "The table {table} lacks the columns {missing}. Expected: {expected}. Add them in the file, under "
                "these names, and import it again."
            ),
            table=table,
            missing=", ".join(missing),
            expected=", ".join(needed),
        )


def minor_digits(currency: Currency) -> int:
    """How many decimal digits the currency's minor unit has (ISO 4217): 2, or 0 for the yen and its like."""
    return 0 if currency in _NO_MINOR_UNIT else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units of a currency.

    Attributes:
        minor: Cents, fen, pence; whole yen.
        currency: ISO 4217.
    """

    minor: int
    currency: Currency

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: Currency) -> Money:
        """From major units, rounded half even to the minor unit."""
        scaled = Decimal(amount).scaleb(minor_digits(currency))
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)

    @property
    def amount(self) -> Decimal:
        """In major units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))
