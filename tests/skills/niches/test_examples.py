"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.niches import build_niches
from skills.niches.policy import NichesPolicy
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "niches"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))}
Frame = Callable[..., pd.DataFrame]


def search_example(example: dict[str, Any], volumes: Frame) -> pd.DataFrame:
    return pd.concat([volumes(terms, country) for country, terms in example["terms"].items()], ignore_index=True)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "expected" in example])
def test_an_example_gives_what_it_says(
    name: str, volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    example = EXAMPLES[name]
    run = build_niches(search_example(example, volumes), unclicked, first_run, NichesPolicy())
    for country, expected in example["expected"].items():
        own = run.members[run.members["country"] == country]
        found = sorted(sorted(members["term"]) for _, members in own.groupby("niche"))
        assert found == sorted(sorted(terms) for terms in expected)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "refused" in example])
def test_an_example_of_wrong_facts_is_refused_by_name(
    name: str, volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    example = EXAMPLES[name]
    with pytest.raises(Refusal, match=re.escape(example["names"])) as refused:
        build_niches(search_example(example, volumes), unclicked, first_run, NichesPolicy())
    assert type(refused.value).__name__ == example["refused"]


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102
