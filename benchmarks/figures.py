"""How a benchmark hands in a figure: `record_figure(…)` from a bench_*.py that `benchmarks/run.py` started."""

from __future__ import annotations

import json
import os
from pathlib import Path


def record_figure(
    name: str,
    value: float,
    unit: str,
    *,
    target: str = "",
    peer: str = "",
    peer_value: float | None = None,
    spread: float | None = None,
) -> None:
    """Hand in one figure; its script, commit, time and machine are added by the run.

    Args:
        name: `<group>.<what>`, listed in the script's FIGURES.
        value: The median of the repetitions.
        unit: seconds, MiB, rows/s, percent, count …
        target: What it should reach, as a comparison: "<= 4".
        peer: What it is compared with, and its version; measured in the same run.
        peer_value: The peer's value in the same unit; the ratio is value over peer_value.
        spread: Largest less smallest repetition, in the same unit.
    """
    figure = {
        "name": name,
        "value": value,
        "unit": unit,
        "target": target,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": round(value / peer_value, 4) if peer_value else None,
        "spread": spread,
    }
    with Path(os.environ["FARSAIL_FIGURES"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(figure) + "\n")
