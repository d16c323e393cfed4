"""Geometry of a brief's charts: demand by week, where the clicks are by price, and the score's parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

Rows = list[dict[str, Any]]

_LEFT, _TOP = 50, 10
_LEFT_OF_MONEY = 80
_PLOT, _HEIGHT = 380, 110
_ROW = 18


def chart_demand(weeks: Rows) -> dict[str, Any]:
    """Searches by week as a line; weeks that no file has break it.

    Args:
        weeks: week (ISO date), volume (integer), oldest first.

    Returns:
        Sizes in pixels, the polylines, and ticks: three of volume, one for each third month.
    """
    top = _nice_top(max((row["volume"] for row in weeks), default=0))
    first = date.fromisoformat(weeks[0]["week"]) if weeks else date.min
    last = date.fromisoformat(weeks[-1]["week"]) if weeks else date.min
    span = max(7, (last - first).days)
    points = [(date.fromisoformat(row["week"]), _TOP + _HEIGHT - _HEIGHT * row["volume"] // top) for row in weeks]
    lines: list[list[str]] = []
    previous: date | None = None
    for day, y in points:
        if previous is None or (day - previous).days > 7:
            lines.append([])
        lines[-1].append(f"{_LEFT + _PLOT * (day - first).days // span},{y}")
        previous = day
    months = sorted({day.replace(day=1) for day, _ in points if day.month % 3 == 1})
    return {
        "left": _LEFT,
        "right": _LEFT + _PLOT,
        "bottom": _TOP + _HEIGHT,
        "width": _LEFT + _PLOT + 16,
        "height": _TOP + _HEIGHT + 34,
        "lines": [" ".join(line) for line in lines if len(line) > 1],
        "levels": [{"y": _TOP + _HEIGHT - _HEIGHT * part // 2, "volume": top * part // 2} for part in range(3)],
        "months": [
            {"x": _LEFT + _PLOT * (month - first).days // span, "month": month.strftime("%Y-%m")}
            for month in months
            if month >= first
        ],
    }


def chart_prices(bands: Rows, target_minor: int) -> dict[str, Any]:
    """Where buyers click by price: one bar per band, dearest first, the band of the planned price marked.

    Args:
        bands: low_minor, high_minor, click_permille, products, cheapest first.
        target_minor: Planned price, same currency.
    """
    most = max([1, *(band["click_permille"] for band in bands)])
    rows = []
    for place, band in enumerate(reversed(bands)):
        rows.append(
            {
                **band,
                "y": _TOP + place * _ROW,
                "length": 190 * band["click_permille"] // most,
                "planned": band["low_minor"] <= target_minor < band["high_minor"],
            }
        )
    bottom = _TOP + len(rows) * _ROW
    return {"bands": rows, "left": 120, "width": 120 + 190 + 170, "bottom": bottom, "height": bottom + 22}


def chart_balance(weeks: Rows) -> dict[str, Any]:
    """Cash of a first order at the end of each week as bars from zero, the lowest one black; a mark each fourth week.

    Args:
        weeks: week (ISO date), balance_minor (below 0: out of pocket), oldest first.
    """
    balances = [row["balance_minor"] for row in weeks]
    top, low = max([0, *balances]), min([0, *balances])
    span, step, height = max(1, top - low), max(6, min(16, 416 // max(1, len(balances)))), 84
    zero = _TOP + height * top // span
    bars = [
        {
            "x": _LEFT_OF_MONEY + place * step,
            "y": zero - height * max(balance, 0) // span,
            "height": max(1, height * abs(balance) // span),
            "lowest": balance == low and low < 0,
            "number": place + 1,
        }
        for place, balance in enumerate(balances)
    ]
    right = _LEFT_OF_MONEY + len(bars) * step
    return {
        "bars": bars,
        "bar": step - 2,
        "zero": zero,
        "left": _LEFT_OF_MONEY,
        "right": right,
        "width": right + 20,
        "bottom": _TOP + height,
        "height": _TOP + height + 34,
        "low_minor": low,
        "low_y": _TOP + height,
    }


def chart_score(parts: Rows) -> dict[str, Any]:
    """The parts of a score: the points that each may bring as a frame, what it brings as a bar in it.

    Args:
        parts: component, points (integer; None where it is not known), weight_used [points, decimal string].
    """
    scale = 6  # pixels a point
    rows = [
        {
            **part,
            "y": _TOP + place * _ROW,
            "full": int(scale * Decimal(part["weight_used"])),
            "length": 0 if part["points"] is None else scale * part["points"],
            "most": round(Decimal(part["weight_used"])),
        }
        for place, part in enumerate(parts)
    ]
    bottom, left = _TOP + len(rows) * _ROW, 262
    longest = max((row["full"] for row in rows), default=0)
    width = left + max(longest + 70, 230)
    return {"parts": rows, "left": left, "width": width, "bottom": bottom, "height": bottom + 22}


def _nice_top(most: int) -> int:
    """The next of 2, 5, 10 … times a power of ten, so that its half is a plain number too."""
    step = Decimal(10)
    while True:
        for factor in (1, 2, 4, 10):
            if most <= step * factor:
                return int(step * factor)
        step *= 10
