"""How cost grows with work: CPU-seconds by size on logarithmic scales, as SVG that reads in black and white."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LEFT, TOP, WIDTH, HEIGHT = 80, 60, 520, 320
_HALO = 'stroke="white" stroke-width="5" paint-order="stroke"'
"""A curve's name stays readable where it lies on a line."""


@dataclass(frozen=True)
class Curve:
    """CPU-seconds by size.

    Attributes:
        dashes: Of the line, as SVG has it; empty draws it through.
        peer: Marked by squares instead of circles.
        label_below: Its name stands this far below the last point.
    """

    name: str
    seconds: dict[int, float]
    dashes: str = ""
    peer: bool = False
    label_below: int = -12


def draw_growth(
    path: Path,
    title: str,
    subtitle: str,
    counted: str,
    curves: Sequence[Curve],
    sizes: tuple[int, int],
    spent: tuple[int, int],
) -> None:
    """Write the plot.

    Args:
        counted: What the horizontal axis counts, with its unit.
        sizes, spent: First and last power of ten of the horizontal and of the vertical axis.
    """

    def place(size: float, seconds: float) -> tuple[float, float]:
        x = LEFT + WIDTH * (math.log10(size) - sizes[0]) / (sizes[1] - sizes[0])
        y = TOP + HEIGHT * (1 - (math.log10(seconds) - spent[0]) / (spent[1] - spent[0]))
        return round(x, 1), round(y, 1)

    bottom, middle = TOP + HEIGHT, TOP + HEIGHT / 2
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 460" font-family="sans-serif" font-size="13">',
        '<rect width="660" height="460" fill="white"/>',
        f'<text x="{LEFT}" y="26" font-size="16" font-weight="bold">{title}</text>',
        f'<text x="{LEFT}" y="45">{subtitle}</text>',
    ]
    for power in range(spent[0], spent[1] + 1):
        y = place(1, 10.0**power)[1]
        lines.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y}" y2="{y}" stroke="#ccc"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10.0**power:,g}</text>')
    for power in range(sizes[0], sizes[1] + 1):
        x = place(10.0**power, 1)[0]
        lines.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}" stroke="#ccc"/>')
        lines.append(f'<text x="{x}" y="{bottom + 20}" text-anchor="middle">{10**power:,}</text>')
    lines += [
        f'<text x="{LEFT + WIDTH / 2}" y="{bottom + 44}" text-anchor="middle">{counted}</text>',
        f'<text transform="translate(22 {middle}) rotate(-90)" text-anchor="middle">time [CPU-seconds]</text>',
    ]
    for curve in curves:
        points = [place(size, seconds) for size, seconds in curve.seconds.items()]
        spots = " ".join(f"{x},{y}" for x, y in points)
        lines.append(f'<polyline points="{spots}" fill="none" stroke="black" stroke-dasharray="{curve.dashes}"/>')
        inside = "white" if curve.dashes else "black"
        lines += [
            f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" fill="white" stroke="black"/>'
            if curve.peer
            else f'<circle cx="{x}" cy="{y}" r="4" fill="{inside}" stroke="black"/>'
            for x, y in points
        ]
        x, y = points[-1]
        lines.append(f'<text x="{x}" y="{y + curve.label_below}" text-anchor="end" {_HALO}>{curve.name}</text>')
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")
