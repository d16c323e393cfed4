"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.documents import list_papers, prepare_papers
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "documents"
RULES = pd.read_csv(SKILL / "assets" / "papers.csv", dtype=str, keep_default_na=False)
WORKED = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_manifests_worked_example_runs() -> None:
    assert len(WORKED) == 1
    exec(compile(WORKED[0], "SKILL.md", "exec"), {})  # noqa: S102


def read_example(name: str) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((SKILL / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    return example


def test_an_example_bought_in_a_market_is_exempt_without_rebate() -> None:
    example = read_example("market_purchase")
    papers = list_papers(
        example["country"], example["customs_mode"], False, RULES, date.fromisoformat(example["as_of"])
    )
    assert papers["paper"].tolist() == example["expected"]["papers"]
    assert set(papers["rebate"]) == {example["expected"]["rebate"]}


def test_an_example_without_its_real_principal_gets_no_papers() -> None:
    example = read_example("no_principal")
    given: dict[str, Any] = {}
    exec(compile(WORKED[0], "SKILL.md", "exec"), given)  # noqa: S102
    day = date.fromisoformat(example["as_of"])
    papers = list_papers(example["country"], example["customs_mode"], False, RULES, day)
    parties = given["parties"][given["parties"]["role"] != example["leave_out"]]
    with pytest.raises(Refusal, match=example["names"]) as refused:
        prepare_papers(given["header"], given["lines"], given["boxes"], parties, papers, day)
    assert type(refused.value).__name__ == example["refused"]
