"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from skills.economics.exact import split_amount

SKILL = Path(__file__).parents[3] / "skills" / "economics"


def test_the_example_gives_what_it_says() -> None:
    example = json.loads((SKILL / "examples" / "split.json").read_text(encoding="utf-8"))
    assert split_amount(example["amount"], example["weights"]) == example["expected"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
