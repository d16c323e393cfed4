"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from skills.inbound import check_boxes, plan_loading, verify_loading
from skills.inbound.policy import LoadingPolicy
from skills.rates import RateBook
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "inbound"


def test_an_example_with_glass_leaves_its_top_free() -> None:
    example = json.loads((SKILL / "examples" / "glass_on_top.json").read_text(encoding="utf-8"))
    cartons, containers = pd.DataFrame(example["cartons"]), pd.DataFrame(example["containers"])
    loading = plan_loading(cartons, containers, LoadingPolicy(search_work=100_000))
    verdict = verify_loading(loading, cartons, containers).iloc[0]
    assert verdict["gross_g"] <= example["expected"]["gross_g_at_most"]
    glasses = loading[loading["carton"] == example["expected"]["nothing_above"]]
    assert len(glasses) == example["expected"]["glasses"]
    for glass in glasses.itertuples():
        over = loading[
            (loading["z_mm"] >= glass.z_mm + glass.height_mm)
            & (loading["x_mm"] < glass.x_mm + glass.length_mm)
            & (loading["x_mm"] + loading["length_mm"] > glass.x_mm)
            & (loading["y_mm"] < glass.y_mm + glass.width_mm)
            & (loading["y_mm"] + loading["width_mm"] > glass.y_mm)
        ]
        assert over.empty


def test_an_example_over_the_box_limit_is_refused_by_name() -> None:
    example = json.loads((SKILL / "examples" / "box_over_limit.json").read_text(encoding="utf-8"))
    limits = RateBook.from_frame(pd.read_csv(SKILL / "assets" / "box_limits.csv", keep_default_na=False))
    with pytest.raises(Refusal, match=re.escape(example["names"])) as refused:
        check_boxes(
            pd.DataFrame(example["cartons"]), example["marketplace"], limits, date.fromisoformat(example["as_of"])
        )
    assert type(refused.value).__name__ == example["refused"]


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102


@pytest.mark.long
def test_every_processor_and_the_kernels_uncompiled_give_the_same_loading() -> None:
    code = """
import json, sys
import pandas as pd
from skills.inbound import plan_loading
from skills.inbound.policy import LoadingPolicy
example = json.load(open("skills/inbound/examples/glass_on_top.json", encoding="utf-8"))
cartons, containers = pd.DataFrame(example["cartons"]), pd.DataFrame(example["containers"])
for rules in ("full_support", "rotation_only"):
    policy = LoadingPolicy(rules=rules, search_work=20_000, most_blocks=500)
    sys.stdout.buffer.write(plan_loading(cartons, containers, policy).to_csv().encode())
"""
    baseline = {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3", "TZ": "Asia/Shanghai"}
    said = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=SKILL.parents[1], capture_output=True, check=True,
            env={**os.environ, "PYTHONPATH": str(SKILL.parents[1]), **env},
        ).stdout
        for env in ({}, baseline, {"NUMBA_DISABLE_JIT": "1"})
    ]  # fmt: skip
    assert said[0] == said[1] == said[2] != b""
