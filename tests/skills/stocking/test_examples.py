"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skills.stocking import size_min_max, size_newsvendor, size_order, size_reorder

SKILL = Path(__file__).parents[3] / "skills" / "stocking"


def arrays(given: dict[str, Any], *names: str) -> list[np.ndarray]:
    return [np.array([float(given[name])]) for name in names]


def test_the_textbook_s_answers_come_out() -> None:
    example = json.loads((SKILL / "examples" / "textbook.json").read_text(encoding="utf-8"))
    order, vendor, reorder, both = (example[name] for name in ("order", "newsvendor", "reorder", "min_max"))
    quantity, _ = size_order(*arrays(order, "fixed_cost", "holding_cost", "demand_rate"))
    assert quantity[0] == pytest.approx(order["quantity"], rel=1e-12)
    level, _ = size_newsvendor(*arrays(vendor, "mean", "spread", "overage", "underage"))
    assert level[0] == pytest.approx(vendor["level"], rel=1e-12)
    costs = ("holding_cost", "stockout_cost", "fixed_cost")
    point, units, _ = size_reorder(*arrays(reorder, *costs, "demand_rate", "lead_time"))
    assert (point[0], units[0]) == (reorder["point"], reorder["quantity"])
    least, most, _ = size_min_max(*arrays(both, *costs, "demand_mean", "demand_mean"))
    assert (least[0], most[0]) == (both["least"], both["most"])


def test_the_worked_example_of_the_manifest_runs() -> None:
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "SKILL.md", "exec"), {})  # noqa: S102
