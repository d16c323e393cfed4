"""The picture of how long each mode takes: p10, median and p90 and the fitted curve, legible in black and white."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd

from skills.freight.transit import ALL_SEASONS, TRANSIT_COLUMNS
from skills.vocabulary import check_columns, mark

TITLE = mark("Days under way by mode")
LEGEND = mark("Bar: p10 to p90; line in it: median; curve: fitted lognormal, each at its own scale")
ROW = mark("{mode} (n = {n}): p10 {p10}, median {p50}, p90 {p90} days")
DISTANCE = mark("distance of the fit {ks}")
POOLED = mark("few shipments, mostly the days of a wider group")
AXIS = mark("days")

_STEPS = (1, 2, 5, 10, 20, 50, 100)
_WIDE, _EDGE, _HIGH, _POINTS = 820, 30, 86, 360


def draw_transit(transit: pd.DataFrame, say: Callable[[str], str] = str, title: str = TITLE) -> str:
    """One SVG document, a band per mode and then per lane, all seasons together.

    Args:
        transit: Out of the freight skill's fit: TRANSIT_COLUMNS.
        say: Turns a marked English sentence, or a mode's name, into the reader's language.
        title: A marked sentence; another where the days hold more than the way, such as production.

    Raises:
        MissingColumns: of the fit.
    """
    check_columns("transit", transit.columns, TRANSIT_COLUMNS)
    bands = transit[transit["season"] == ALL_SEASONS].to_dict("records")
    longest = max((int(band["p90_days"]) for band in bands), default=1) * 1.4 or 1.0
    scale = (_WIDE - 2 * _EDGE) / longest
    parts = [_text(_EDGE, 24, say(title), 16), _text(_EDGE, 44, say(LEGEND))]
    top = 60
    for band in bands:
        parts += _draw_band(band, top, scale, longest, say)
        top += _HIGH
    step = next((step for step in _STEPS if step * 10 >= longest), _STEPS[-1])
    parts.append(f'<line x1="{_EDGE}" x2="{_WIDE - _EDGE}" y1="{top}" y2="{top}" stroke="#000"/>')
    parts.append(_text(_WIDE - _EDGE, top + 18, say(AXIS), anchor="end"))
    for day in range(0, int(longest * 0.94) + 1, step):
        x = _EDGE + day * scale
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + 5}" stroke="#000"/>')
        parts.append(_text(x, top + 18, str(day), anchor="middle"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_WIDE}" height="{top + 28}" '
        f'viewBox="0 0 {_WIDE} {top + 28}" font-family="sans-serif"><title>{escape(say(title))}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _draw_band(band: dict[Any, Any], top: int, scale: float, longest: float, say: Callable[[str], str]) -> list[str]:
    p10, p50, p90 = (int(band[f"{at}_days"]) for at in ("p10", "p50", "p90"))
    name = say(str(band["name"])) if band["level"] == "mode" else str(band["name"])
    words = say(ROW).format(mode=name, n=int(band["n"]), p10=p10, p50=p50, p90=p90)
    distance = float(band["ks"])
    words += "" if math.isnan(distance) else f" – {say(DISTANCE).format(ks=f'{distance:.2f}')}"
    words += f" – {say(POOLED)}" if band["pooled"] else ""
    base = top + _HIGH - 22
    parts = [_text(_EDGE, top + 12, words)]
    curve = _curve(float(band["mu"]), float(band["sigma"]), longest)
    if curve:
        points = " ".join(f"{_EDGE + day * scale:.1f},{base - 40 * high:.1f}" for day, high in curve)
        parts.append(f'<polyline points="{points}" fill="none" stroke="#000" stroke-dasharray="4 2"/>')
    parts.append(
        f'<rect x="{_EDGE + p10 * scale:.1f}" y="{base}" width="{(p90 - p10) * scale:.1f}" height="12" '
        'fill="#ddd" stroke="#000"/>'
    )
    x = _EDGE + p50 * scale
    parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{base + 12}" stroke="#000" stroke-width="3"/>')
    return parts


def _curve(mean: float, sd: float, longest: float) -> list[tuple[float, float]]:
    """The lognormal density over the days, its highest point 1; nothing where all days are equal."""
    if sd <= 0:
        return []
    days = [longest * place / _POINTS for place in range(1, _POINTS + 1)]
    density = [math.exp(-(((math.log(day) - mean) / sd) ** 2) / 2) / day for day in days]
    return [(day, high / max(density)) for day, high in zip(days, density, strict=True)] if max(density) else []


def _text(x: float, y: float, words: str, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'
