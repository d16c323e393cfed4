"""A cost sheet: landed-cost lines as integers, booked alike by the Decimal path and by the fast one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

UNITS, GRAMS, CUSTOMS, EX_WORKS, DUTIABLE = range(5)
SHARE = 10_000_000
FX = 1_000_000_000

_BEFORE = (
    ("ex_works", UNITS, 1),
    ("tooling_share", UNITS, 1000),
    ("qc_pack", UNITS, 1),
    ("handling", UNITS, 1),
    ("freight", GRAMS, 1_000_000),
    ("insurance", EX_WORKS, SHARE),
)
_AFTER = (
    ("import_vat", DUTIABLE, SHARE),
    ("prep", UNITS, 1000),
    ("placement", UNITS, 1),
    ("export_rebate", EX_WORKS, SHARE),
)
FIRST_DUTY = len(_BEFORE)
QUOTE = "freight_quote"
"""The entry component of a freight that was quoted as one amount; a line shows it as its freight."""

ENTRY_COMPONENTS: tuple[tuple[str, int], ...] = (
    ("mpf", CUSTOMS),
    ("hmf", CUSTOMS),
    (QUOTE, GRAMS),
    ("pick_up", GRAMS),
    ("export_terminal", GRAMS),
    ("brokerage", GRAMS),
    ("bond_isf", GRAMS),
    ("drayage", GRAMS),
    ("appointment", GRAMS),
    ("exam", GRAMS),
)
"""Charged once per entry, and what shares them out over its lines."""


def list_line_components(layers: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Name, what it is charged on, and the divisor of its rate, each duty layer being one component.

    Shares are in ten-millionths, freight in thousandths of a minor unit per kilogram, tooling and preparation in
    thousandths of a minor unit per unit.
    """
    return (*_BEFORE, *((layer, CUSTOMS, SHARE) for layer in layers), *_AFTER)


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Lines in order of their entries.

    Attributes:
        layers: Duty layers of the sheet, each on the customs value: `duty`, `duty_301` …
        bases: One row per line: units, chargeable weight [g], customs value and ex-works value [minor units of their
            currency].
        rates: One row per line, one column per line component; a credit is negative.
        fx: Base minor units for one minor unit of the component's currency, in billionths, same shape.
        starts: First line of each entry, and the number of lines at the end.
        fees: One row per entry, then one per entry component: share of the entry's customs value [ten-millionths],
            least and most [minor units of its currency], fx [billionths]. A fixed charge has the same least and most.
    """

    layers: tuple[str, ...]
    bases: Ints
    rates: Ints
    fx: Ints
    starts: Ints
    fees: Ints

    @property
    def line_components(self) -> tuple[tuple[str, int, int], ...]:
        return list_line_components(self.layers)

    @property
    def components(self) -> tuple[str, ...]:
        """Every component in the order of the booked columns."""
        return (*(name for name, _, _ in self.line_components), *(name for name, _ in ENTRY_COMPONENTS))

    @property
    def after_duties(self) -> int:
        """The column behind the last duty; the first one is `FIRST_DUTY`."""
        return FIRST_DUTY + len(self.layers)

    def at_par(self) -> CostSheet:
        """The same sheet with nothing converted: it is booked in each component's own currency."""
        fees = self.fees.copy()
        fees[:, :, 3] = FX
        return replace(self, fx=np.full_like(self.fx, FX), fees=fees)
