"""docs/engine-pareto.svg: pinball loss against CPU-seconds, one panel per set; legible in black and white."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

PLOT = Path(__file__).resolve().parents[1] / "docs" / "engine-pareto.svg"
TITLES = {
    "m4_weekly": "M4 weekly, 359 series; loss ÷ mean step",
    "retail_sku": "Online Retail II by SKU; loss per unit sold",
    "retail_sku_country": "Online Retail II by SKU and country; loss per unit sold",
}
LEFT, WIDTH, HEIGHT, STEP, TOP = 80, 520, 220, 310, 70
SHOWN = 1.3
"""Losses above this multiple of the least are drawn at the upper edge; their figure says how much."""

Point = tuple[str, float, float]


def draw_pareto(panels: list[tuple[str, list[Point]]]) -> None:
    """Write the plot: per set its points (name, CPU-seconds, loss); Farsail is the filled square."""
    seconds = [max(cpu, 1e-3) for _, points in panels for _, cpu, _ in points]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 260} {TOP + STEP * len(panels)}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Pinball loss against CPU-seconds</title>",
        f'<rect width="{LEFT + WIDTH + 260}" height="{TOP + STEP * len(panels)}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="16">Loss against computing time: lower and further left is better'
        "</text>",
        f'<text x="{LEFT}" y="40">Pinball loss over p10, p50, p75, p90, p98 and 13 weeks; CPU-seconds, log scale'
        "</text>",
    ]
    for number, (name, points) in enumerate(panels):
        lines += draw_panel(TITLES[name], points, TOP + STEP * number, low, high)
    PLOT.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")


def draw_panel(title: str, points: list[Point], top: int, low: int, high: int) -> list[str]:
    """One set: axes, the points and their names."""
    least = min(loss for _, _, loss in points)
    floor, ceiling = 0.99 * least, min(SHOWN * least, 1.01 * max(loss for _, _, loss in points))

    def across(cpu: float) -> float:
        return LEFT + WIDTH * (math.log10(max(cpu, 1e-3)) - low) / (high - low)

    def down(loss: float) -> float:
        return top + 20 + HEIGHT * (1.0 - (min(loss, ceiling) - floor) / (ceiling - floor))

    bottom = top + 20 + HEIGHT
    lines = [
        f'<text x="{LEFT}" y="{top + 8}" font-size="13" font-weight="bold">{escape(title)}</text>',
        f'<rect x="{LEFT}" y="{top + 20}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="black"/>',
        f'<text x="{LEFT + WIDTH / 2}" y="{bottom + 32}" text-anchor="middle">CPU-seconds</text>',
        f'<text x="18" y="{top + 20 + HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 18 {top + 20 + HEIGHT / 2})">pinball loss</text>',
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        lines.append(f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}" stroke="black"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{10.0**power:g}</text>')
    for part in range(5):
        loss = floor + (ceiling - floor) * part / 4
        lines.append(
            f'<line x1="{LEFT - 5}" y1="{down(loss):.1f}" x2="{LEFT}" y2="{down(loss):.1f}" stroke="black"/>'
        )
        lines.append(f'<text x="{LEFT - 8}" y="{down(loss) + 4:.1f}" text-anchor="end">{loss:.3f}</text>')
    taken: list[float] = []
    for name, cpu, loss in sorted(points, key=lambda point: down(point[2])):
        x, y = across(cpu), down(loss)
        ours = name == "Farsail"
        lines.append(
            f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="black"/>'
            if ours
            else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="white" stroke="black" stroke-width="1.5"/>'
        )
        at = y + 4
        while any(abs(at - other) < 14 for other in taken):
            at += 2
        taken.append(at)
        label = f"{name.split(' (')[0].removeprefix('global ')} {loss:.4f}"
        lines.append(
            f'<line x1="{x + 6:.1f}" y1="{y:.1f}" x2="{LEFT + WIDTH + 8}" y2="{at - 4:.1f}" stroke="grey" '
            'stroke-width="0.5" stroke-dasharray="2 3"/>'
        )
        weight = ' font-weight="bold"' if ours else ""
        lines.append(f'<text x="{LEFT + WIDTH + 12}" y="{at:.1f}"{weight}>{escape(label)}</text>')
    return lines
