"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills import distribution
from skills.distribution.policy import DistributionPolicy
from skills.rates import RateBook
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "distribution"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))}


def frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in set(made.columns) & {"day", "eta", "week"}:
        made[name] = pd.to_datetime(made[name])
    return made


def run(example: dict[str, Any]) -> Any:
    tables = {name: frame(columns) for name, columns in example["tables"].items()}
    if "rates" in tables:
        tables["rates"] = RateBook.from_frame(tables["rates"])  # type: ignore[assignment]
    function = getattr(distribution, example["function"])
    return function(
        **tables,
        policy=DistributionPolicy(**example["policy"]),
        base_currency=example["base_currency"],
        as_of=date.fromisoformat(example["as_of"]),
    )


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "refusal" not in example["expected"]])
def test_an_example_gives_what_it_says(name: str) -> None:
    expected = EXAMPLES[name]["expected"]
    answer = run(EXAMPLES[name])
    lines = answer.lines if isinstance(answer, distribution.Allocation) else answer
    for column, values in expected["lines"].items():
        assert lines[column].tolist() == values, column
    for field in expected.keys() - {"lines"}:
        assert getattr(answer, field) == expected[field]


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "refusal" in example["expected"]])
def test_an_example_of_a_refusal_is_refused_by_name(name: str) -> None:
    expected = EXAMPLES[name]["expected"]
    with pytest.raises(Refusal, match=expected["names"]) as caught:
        run(EXAMPLES[name])
    assert type(caught.value).__name__ == expected["refusal"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    code = re.search(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    exec(compile(code.group(1), "SKILL.md", "exec"), {})  # noqa: S102 - the manifest's own example


def test_the_public_names_are_the_tasks_of_the_manifest() -> None:
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    declared = re.search(r'farsail\.tasks: "([^"]+)"', text)
    assert declared is not None
    tasks = {entry.partition(":")[0] for entry in declared.group(1).split()}
    assert tasks | {"Allocation"} == set(distribution.__all__)
