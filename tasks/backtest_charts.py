"""Geometry of the backtest's charts; the page draws them as inline SVG, legible in black and white."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Rows = list[dict[str, Any]]

DASHES = ("", "7 3", "2 3", "10 3 2 3", "1 5", "14 4")
"""Line style of each policy, ours first: a solid line, then ever other dashes."""
_LEFT, _TOP, _PLOT, _HEIGHT = 92, 12, 460, 150
_ROW = 22


def chart_weeks(lines: Rows, top: int, low: int = 0) -> dict[str, Any]:
    """One line per policy over the weeks of the test.

    Args:
        lines: label, values (numbers or decimal strings, one per week).
        top, low: Ends of the axis, in the values' unit.

    Returns:
        Sizes in pixels, one polyline per policy with its dashes, and ticks of both axes.
    """
    weeks = len(lines[0]["values"]) if lines else 0
    span = max(1, top - low)
    drawn = []
    for place, line in enumerate(lines):
        heights = [_TOP + _HEIGHT - int((Decimal(str(v)) - low) * _HEIGHT / span) for v in line["values"]]
        points = [f"{_across(week, weeks)},{min(max(y, _TOP), _TOP + _HEIGHT)}" for week, y in enumerate(heights)]
        drawn.append({"label": line["label"], "points": " ".join(points), "dash": DASHES[place % len(DASHES)],
                      "width": "2.4" if place == 0 else "1.3", "y": _TOP + 12 + place * 17})  # fmt: skip
    return {
        "lines": drawn,
        "left": _LEFT,
        "right": _LEFT + _PLOT,
        "top": _TOP,
        "bottom": _TOP + _HEIGHT,
        "width": _LEFT + _PLOT + 360,
        "height": _TOP + max(_HEIGHT, 17 * len(lines)) + 36,
        "levels": [{"y": _TOP + _HEIGHT - _HEIGHT * part // 2, "value": low + span * part // 2} for part in range(3)],
        "ticks": [{"x": _across(week, weeks), "week": week + 1} for week in range(0, weeks, max(1, weeks // 6))],
    }


def chart_changes(rows: Rows) -> dict[str, Any]:
    """Ours against each rival: a mark at the change, a bar over its interval, a line at no change.

    Args:
        rows: label, change, change_low, change_high [percent, decimal strings], verdict.
    """
    bounds = [Decimal(row[name]) for row in rows for name in ("change_low", "change_high")]
    widest = min(max([Decimal(10), *(abs(bound) for bound in bounds)]), Decimal(100))
    half, left = 200, 250

    def across(value: str) -> int:
        return left + half + int(max(min(Decimal(value), widest), -widest) * half / widest)

    bars = [
        {**row, "y": _TOP + place * _ROW, "x": across(row["change"]), "x_low": across(row["change_low"]),
         "x_high": across(row["change_high"])}
        for place, row in enumerate(rows)
    ]  # fmt: skip
    bottom = _TOP + len(rows) * _ROW
    return {
        "bars": bars,
        "left": left,
        "zero": left + half,
        "right": left + 2 * half,
        "top": _TOP,
        "bottom": bottom,
        "width": left + 2 * half + 150,
        "height": bottom + 34,
        "widest": str(widest.quantize(Decimal(1))),
    }


def chart_shares(rows: Rows) -> dict[str, Any]:
    """SKUs that gain, stay and lose against each rival, as one bar of full length.

    Args:
        rows: label, gain_percent, equal_percent, lose_percent [decimal strings].
    """
    left, length = 250, 400
    bars = []
    for place, row in enumerate(rows):
        gain, equal = (int(Decimal(row[name]) * length / 100) for name in ("gain_percent", "equal_percent"))
        bars.append({**row, "y": _TOP + place * _ROW, "gain": gain, "equal": equal, "lose": length - gain - equal})
    bottom = _TOP + len(rows) * _ROW
    return {"bars": bars, "left": left, "length": length, "width": left + length + 150, "height": bottom + 22,
            "bottom": bottom}  # fmt: skip


def find_top(values: list[int]) -> int:
    """The next of 1, 2, 5 times a power of ten above all values, so that its half is plain too."""
    most, step = max([1, *values]), 1
    while True:
        for factor in (1, 2, 4, 10):
            if most <= step * factor:
                return step * factor
        step *= 10


def _across(week: int, weeks: int) -> int:
    return _LEFT + _PLOT * week // max(1, weeks - 1)
