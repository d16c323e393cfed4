"""Geometry of the report's charts; the pages draw them as inline SVG."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

Rows = list[dict[str, Any]]

LONGEST_WEEKS = 52
"""Cover beyond this is drawn to the edge with an arrow."""

_ROW = 22
_LEFT, _PLOT, _RIGHT = 96, 400, 124
_TOP, _BOTTOM = 8, 36


def chart_cover(rows: Rows, as_of: date) -> dict[str, Any]:
    """Weeks of cover by country, shortest first: bar p10–p90, tick p50, mark at the next arrival.

    Args:
        rows: country, weeks_p10, weeks_p50, weeks_p90 (decimal text or ""), next_arrival (date or "").
        as_of: Week 0 of the axis.

    Returns:
        Sizes in pixels, axis ticks, and one bar per country; `drawn` is False where cover is unknown.
    """
    longest = max((_weeks(row["weeks_p90"]) or Decimal(0) for row in rows), default=Decimal(0))
    step = next((step for step in (1, 2, 4, 8, 13) if longest <= 6 * step), 13)
    end = min(LONGEST_WEEKS, max(step, -(-int(longest.to_integral_value("ROUND_CEILING")) // step) * step))
    bars = [_bar(row, as_of, end) for row in rows]
    bars.sort(key=lambda bar: (not bar["drawn"], bar["p50"] or Decimal(0), bar["country"]))
    for position, bar in enumerate(bars):
        bar["y"] = _TOP + position * _ROW
    bottom = _TOP + len(bars) * _ROW
    return {
        "bars": bars,
        "left": _LEFT,
        "top": _TOP,
        "row": _ROW,
        "right_edge": _LEFT + _PLOT,
        "width": _LEFT + _PLOT + _RIGHT,
        "bottom": bottom,
        "height": bottom + _BOTTOM,
        "ticks": [{"x": _across(Decimal(week), end), "week": week} for week in range(0, end + 1, step)],
    }


def chart_cash(rows: Rows) -> dict[str, Any]:
    """Cash balance at the end of each week as bars from zero, the lowest one named."""
    width, height, gap = 36, 96, 8
    balances = [row["balance_minor"] for row in rows]
    top, low = max([0, *balances]), min([0, *balances])
    span = max(1, top - low)
    zero = 14 + height * top // span
    bars = [
        {
            "x": position * (width + gap),
            "y": zero - height * max(balance, 0) // span,
            "height": max(1, height * abs(balance) // span),
            "week": row["week"],
            "balance_minor": balance,
            "lowest": balance == min(balances),
        }
        for position, (row, balance) in enumerate(zip(rows, balances, strict=True))
    ]
    return {"bars": bars, "zero": zero, "bar": width, "width": len(rows) * (width + gap), "height": height + 46}


def chart_waterfall(rows: Rows) -> dict[str, Any]:
    """From price to what is left, top down: a bar per step from the level before it to the level after it.

    Args:
        rows: label, amount_minor (costs negative), level_minor (what is left after the step), is_total.

    Returns:
        Sizes in pixels, the place of zero, and one bar per step; `kind` is `total`, `cost` or `gain`.
    """
    left, plot, row, top = 196, 330, 19, 6
    levels = [0, *(step["level_minor"] for step in rows)]
    low, high = min(levels), max(levels)
    span = max(1, high - low)
    bars = []
    for place, step in enumerate(rows):
        level, amount = step["level_minor"], step["amount_minor"]
        before = 0 if step["is_total"] or place == 0 else level - amount
        start, end = sorted((before, level))
        bars.append(
            {
                "y": top + place * row,
                "x": left + plot * (start - low) // span,
                "width": max(1, plot * (end - start) // span),
                "x_level": left + plot * (level - low) // span,
                "kind": "total" if step["is_total"] or place == 0 else "cost" if amount < 0 else "gain",
                "label": step["label"],
                "amount_minor": level if step["is_total"] else amount,
            }
        )
    return {
        "bars": bars,
        "left": left,
        "zero": left + plot * -low // span,
        "row": row,
        "right": left + plot,
        "bottom": top + len(rows) * row,
        "width": left + plot + 104,
        "height": top + len(rows) * row + 8,
    }


def _bar(row: dict[str, Any], as_of: date, end: int) -> dict[str, Any]:
    low, middle, high = (_weeks(row[name]) for name in ("weeks_p10", "weeks_p50", "weeks_p90"))
    arrival = Decimal((date.fromisoformat(row["next_arrival"]) - as_of).days) / 7 if row["next_arrival"] else None
    drawn = low is not None and middle is not None and high is not None
    return {
        "country": row["country"],
        "units": row["units"],
        "next_arrival": row["next_arrival"],
        "drawn": drawn,
        "p10": low,
        "p50": middle,
        "p90": high,
        "x10": _across(low or Decimal(0), end),
        "x50": _across(middle or Decimal(0), end),
        "x90": _across(high or Decimal(0), end),
        "beyond": high is not None and high > end,
        "x_arrival": _across(arrival, end) if arrival is not None and arrival <= end else None,
    }


def _weeks(text: object) -> Decimal | None:
    return None if text in ("", None) else Decimal(str(text))


def _across(weeks: Decimal, end: int) -> int:
    return _LEFT + int(min(max(weeks, Decimal(0)), Decimal(end)) * _PLOT / end)
