"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.selection import find_score_flips, rank_opportunities, value_facts
from skills.selection.filters import SEASON_PAST
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "selection"


def read_example(name: str) -> dict[str, Any]:
    return json.loads((SKILL / "examples" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_case_of_dishcloth_and_mat_ranks_as_it_says() -> None:
    example = read_example("dishcloth_and_mat")
    policy, margins = SelectionPolicy(**example["policy"]), pd.DataFrame(example["margins"])
    as_of = date.fromisoformat(example["as_of"])
    ranked = rank_opportunities(pd.DataFrame(example["metrics"]), margins, policy, as_of)
    scores = ranked.scores.set_index("concept")
    expected = example["expected"]
    found = {name: None if pd.isna(score) else int(score) for name, score in scores["score"].items()}
    assert found == expected["scores"]
    assert list(scores.index[scores["shown"]]) == expected["shown"]
    assert scores.loc["mat", "filtered_by"] == SEASON_PAST
    assert scores.loc["mat", "filtered_values"]["value"] == expected["wait_days"]
    flips = find_score_flips(ranked, margins, policy)
    nearest = flips[flips["nearest"]].iloc[0]
    assert {name: nearest[name] for name in expected["nearest_flip"]} == expected["nearest_flip"]


def test_facts_that_do_not_add_up_are_refused_as_the_example_says() -> None:
    example = read_example("facts_that_do_not_add_up")
    with pytest.raises(Refusal, match=example["names"]) as refused:
        value_facts(pd.DataFrame(example["facts"]), SelectionPolicy())
    assert type(refused.value).__name__ == example["refused"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], "SKILL.md", "exec"), {})  # noqa: S102
