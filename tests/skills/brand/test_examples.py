"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.brand import screen_names
from skills.brand.facts import UnusableNames
from skills.brand.policy import BrandPolicy

SKILL = Path(__file__).parents[3] / "skills" / "brand"


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SKILL / "examples" / name).read_text(encoding="utf-8"))
    return found


def test_a_brand_is_found_however_it_is_written() -> None:
    case = read_example("look_alikes.json")
    words = pd.DataFrame(case["bad_words"], columns=["language", "word"])
    brands = pd.DataFrame({"name": case["brands"]})
    answers = screen_names(list(case["verdicts"]), brands, words, case["languages"], BrandPolicy()).answers
    assert dict(zip(answers["name"], answers["verdict"], strict=True)) == case["verdicts"]


def test_a_name_twice_is_refused_by_name() -> None:
    case = read_example("name_twice.json")
    brands, words = pd.DataFrame({"name": ["Zara"]}), pd.DataFrame({"language": ["en"], "word": ["crap"]})
    with pytest.raises(UnusableNames) as refused:
        screen_names(case["names"], brands, words, [], BrandPolicy())
    assert str(refused.value) == case["said"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
