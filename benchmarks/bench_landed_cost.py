"""One million landed-cost lines in integer minor units, and the Decimal path on the same lines.

Generated lines: 100,000 entries of ten. Timed: booking of a prepared cost sheet, kernel compiled. Out of scope:
reading rates and building the sheet. Equality is checked on every line in the same run; the integer path is timed
seven times (median, and the spread from the quickest to the slowest), the Decimal path once.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.economics.exact import book_exactly  # noqa: E402
from skills.economics.fast import book_quickly  # noqa: E402
from skills.economics.sheet import ENTRY_COMPONENTS, FX, CostSheet, list_line_components  # noqa: E402

FIGURES = ("landed_cost.cpu_seconds_1m", "landed_cost.decimal_cpu_seconds_1m", "landed_cost.unequal_lines")
LINES = 1_000_000
REPETITIONS = 7
LAYERS = ("duty", "duty_301", "duty_other")
PER_ENTRY = 10


def main() -> int:
    """Measure every figure of this group."""
    sheet = draw_sheet(LINES)
    book_quickly(draw_sheet(100))
    seconds = []
    for _ in range(REPETITIONS):
        started = time.process_time()
        booked = book_quickly(sheet)
        seconds.append(time.process_time() - started)
    started = time.process_time()
    exact = book_exactly(sheet)
    decimal = time.process_time() - started
    unequal = int((booked != exact).any(axis=1).sum())
    spread = round(max(seconds) - min(seconds), 3)
    median = round(statistics.median(seconds), 3)
    record_figure("landed_cost.cpu_seconds_1m", median, "CPU-seconds", target="<= 0.5", spread=spread)
    record_figure("landed_cost.decimal_cpu_seconds_1m", round(decimal, 1), "CPU-seconds")
    record_figure("landed_cost.unequal_lines", unequal, "lines", target="== 0")
    return int(unequal > 0)


def draw_sheet(lines: int) -> CostSheet:
    """Generated lines of shipments to the US, costs in CNY, charges in USD, base currency CNY."""
    draw = np.random.default_rng(20261124)
    entries = lines // PER_ENTRY
    units = draw.integers(1, 5000, lines)
    unit_cost = draw.integers(200, 9000, lines)
    bases = np.column_stack(
        [units, units * draw.integers(20, 900, lines), units * draw.integers(50, 2000, lines), units * unit_cost]
    )
    tops = {"ex_works": 1, "tooling_share": 9000, "qc_pack": 90, "freight": 900_000, "insurance": 40_000,
            "duty": 920_000, "duty_301": 2_500_000, "duty_other": 1_000_000, "import_vat": 2_000_000,
            "prep": 50_000, "placement": 60, "export_rebate": 1_300_000}  # fmt: skip
    rates = np.column_stack([draw.integers(0, top + 1, lines) for top in tops.values()])
    rates[:, 0] = unit_cost
    rates[:, -1] *= -1
    fx = np.full((lines, len(tops)), FX)
    fx[:, 5:11] = 7_123_456_789
    starts = np.arange(0, lines + 1, PER_ENTRY)
    fees = np.zeros((entries, len(ENTRY_COMPONENTS), 4), dtype=np.int64)
    fees[:, :2, 3], fees[:, 2:, 3] = 7_123_456_789, FX
    fees[:, 0, :3] = 34_640, 3358, 65_150
    fees[:, 1, 0], fees[:, 1, 2] = 12_500, np.add.reduceat(bases[:, 2], starts[:-1])
    fees[:, 2:, 1] = fees[:, 2:, 2] = draw.integers(0, 200_000, (entries, len(ENTRY_COMPONENTS) - 2))
    assert list(tops) == [name for name, _, _ in list_line_components(LAYERS)]
    return CostSheet(LAYERS, bases, rates, fx, starts, fees)


if __name__ == "__main__":
    sys.exit(main())
