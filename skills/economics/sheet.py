"""A cost sheet: landed-cost lines as integers, booked alike by the Decimal path and by the fast one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

UNITS, GRAMS, CUSTOMS, EX_WORKS, DUTIABLE = range(5)
SHARE = 10_000_000
FX = 1_000_000_000

LINE_COMPONENTS: tuple[tuple[str, int, int], ...] = (
    ("ex_works", UNITS, 1),
    ("tooling_share", UNITS, 1000),
    ("qc_pack", UNITS, 1),
    ("freight", GRAMS, 1_000_000),
    ("insurance", EX_WORKS, SHARE),
    ("duty", CUSTOMS, SHARE),
    ("duty_301", CUSTOMS, SHARE),
    ("duty_other", CUSTOMS, SHARE),
    ("hmf", CUSTOMS, SHARE),
    ("import_vat", DUTIABLE, SHARE),
    ("prep", UNITS, 1000),
    ("placement", UNITS, 1),
    ("export_rebate", EX_WORKS, SHARE),
)
"""Name, what it is charged on, and the divisor of its rate: shares in ten-millionths, freight in thousandths of a
minor unit per kilogram, tooling and preparation in thousandths of a minor unit per unit."""

DUTIES = (5, 6, 7)
ENTRY_COMPONENTS = ("mpf", "pick_up", "export_terminal", "brokerage", "bond_isf", "drayage", "appointment", "exam")
COMPONENTS = (*(name for name, _, _ in LINE_COMPONENTS), *ENTRY_COMPONENTS)


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Lines in order of their entries.

    Attributes:
        bases: One row per line: units, chargeable weight [g], customs value and ex-works value [minor units of their
            currency].
        rates: One row per line, one column per line component; a credit is negative.
        fx: Base minor units for one minor unit of the component's currency, in billionths, same shape.
        starts: First line of each entry, and the number of lines at the end.
        mpf: One row per entry: rate [ten-millionths], minimum, maximum [minor], fx [billionths]; zeros where none.
        fees: One row per entry: the other entry components [base minor units].
    """

    bases: Ints
    rates: Ints
    fx: Ints
    starts: Ints
    mpf: Ints
    fees: Ints
