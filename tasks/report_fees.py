"""What the morning report shows of storage fees: what is charged and near on the front page, all of it in a fold."""

from __future__ import annotations

from typing import Any

from skills.storage.cliffs import FEES, STATES
from skills.vocabulary import mark

Body = dict[str, Any]

SHOWN_NEAREST, SHOWN_ROWS = 3, 40
"""How many fees stand on the front page, and in the fold; what is beyond is counted."""

UNITS: dict[str, str] = {
    "days_of_supply": mark("days of supply"),
    "age_days": mark("days old"),
    "utilisation_weeks": mark("weeks of stock"),
    "days_until": mark("days until then"),
}
"""How a reader calls what is measured."""

PERIODS: dict[str, str] = {"week": mark("a week"), "month": mark("a month")}
NAMES: dict[str, str] = {**FEES, **STATES, **UNITS, **PERIODS}
"""Every code of a cliff, and how a reader calls it."""


def view_cliffs(cliffs: Body | None) -> Body | None:
    """Fees charged and near, most money first; how many products stand where; None where nothing was measured."""
    if not cliffs or not cliffs["counts"]:
        return None
    rows = cliffs["rows"]
    charged = [row for row in rows if row["state"] == "charged"]
    fees = sorted({row["fee"] for row in cliffs["counts"]}, key=list(FEES).index)
    counts = {(row["fee"], row["state"]): row["count"] for row in cliffs["counts"]}
    return {
        "charged_count": len(charged),
        "near_count": len(rows) - len(charged),
        "weekly_minor": sum(row["fee_base_minor"] for row in charged if row["per"] == "week"),
        "monthly_minor": sum(row["fee_base_minor"] for row in charged if row["per"] == "month"),
        "nearest": rows[:SHOWN_NEAREST],
        "rows": rows[:SHOWN_ROWS],
        "more": max(0, len(rows) - SHOWN_ROWS),
        "table": [{"fee": fee, "counts": [counts.get((fee, state), 0) for state in STATES]} for fee in fees],
        "states": list(STATES),
        "names": NAMES,
    }
