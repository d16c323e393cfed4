"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.assortment.facts import UnusableTraffic

SKILL = Path(__file__).parents[3] / "skills" / "assortment"


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SKILL / "examples" / name).read_text(encoding="utf-8"))
    return found


def test_half_the_sessions_are_gone_while_the_others_stand(shop: Any) -> None:
    case = read_example("sessions_halved.json")
    row = shop.with_mat(case["sessions"], case["units"]).judge()
    assert row["verdict"] == case["verdict"]
    assert [row["reasons"][0][0], row["reasons"][0][1]] == [case["reason"], case["values"]]


def test_a_week_that_is_no_week_of_the_report_is_refused(shop: Any) -> None:
    case = read_example("wrong_weekday.json")
    with pytest.raises(UnusableTraffic) as refused:
        shop.but(traffic=[{**shop.traffic[0], "week": pd.Timestamp(case["week"])}]).review()
    assert str(refused.value) == case["said"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
