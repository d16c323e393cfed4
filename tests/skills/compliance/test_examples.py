"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.compliance import check_products
from skills.compliance.policy import CompliancePolicy
from skills.compliance.rules import RuleBook

SKILL = Path(__file__).parents[3] / "skills" / "compliance"


@pytest.mark.parametrize("name", ["expired_certificate", "french_linen"])
def test_an_example_gives_the_answer_that_it_states(
    name: str, shipped: RuleBook, recorded: Any, held: Any, as_of: date
) -> None:
    case = json.loads((SKILL / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    checks = check_products(
        recorded(case["record"]), held(*case["evidence"]), [case["country"]], shipped, CompliancePolicy(), as_of
    )
    [row] = checks[checks["rule"] == case["rule"]].to_dict("records")
    assert row["answer"] == case["answer"]
    assert row["reason"].format(**row["values"]) == case["said"]
    assert row["ready_on"] == pd.Timestamp(case["ready_on"])


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
