"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.classification import check_flags, explain_headings, rank_headings
from skills.classification.book import HeadingBook
from skills.classification.calibration import Calibration
from skills.classification.policy import ClassificationPolicy
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "classification"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))}


def rank_example(example: dict[str, Any], book: HeadingBook, calibration: Calibration) -> pd.DataFrame:
    return rank_headings(pd.DataFrame(example["products"]), book, calibration, ClassificationPolicy())


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "expected" in example])
def test_an_example_gives_what_it_says(
    name: str, book: HeadingBook, calibration: Calibration, flags: pd.DataFrame
) -> None:
    example, expected = EXAMPLES[name], EXAMPLES[name]["expected"]
    candidates = rank_example(example, book, calibration)
    for _, own in candidates.groupby("product"):
        assert set(own["code"].iloc[: len(expected["codes"])]) == set(expected["codes"])
        assert set(own["answer"]) == {expected["answer"]}
        assert set(expected["national_lines"]) <= set(own["national_line"])
    day = date.fromisoformat(example["as_of"])
    said = check_flags(candidates, flags, example["importing_country"], example["origin"], day)
    assert [case for case in expected["flags"] if not said["measure"].str.contains(case).any()] == []
    assert len(said) == len(expected["flags"])
    assert len(explain_headings(candidates)) > 5 * len(candidates)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "refused" in example])
def test_an_example_of_wrong_facts_is_refused_by_name(name: str, book: HeadingBook, calibration: Calibration) -> None:
    with pytest.raises(Refusal, match=re.escape(EXAMPLES[name]["names"])) as refused:
        rank_example(EXAMPLES[name], book, calibration)
    assert type(refused.value).__name__ == EXAMPLES[name]["refused"]


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102


@pytest.mark.long
def test_every_processor_and_hash_seed_gives_the_same_candidates() -> None:
    code = """
import sys; sys.path.insert(0, ".")
import json, pandas as pd
from pathlib import Path
from skills.classification import rank_headings
from skills.classification.book import HeadingBook
from skills.classification.calibration import Calibration
from skills.classification.policy import ClassificationPolicy
skill = Path("skills/classification")
read = lambda name: pd.read_csv(skill / "assets" / f"{name}.csv", dtype="str", keep_default_na=False)
example = json.loads((skill / "examples/kitchen_dishcloth.json").read_text(encoding="utf-8"))
headings = pd.DataFrame(example["headings"])
products = pd.DataFrame({"product": list("abcd"), "description": [
    "Kitchen dishcloth, 100% cotton", "骨瓷马克杯 带盖", "Linen tea towel, terry border", "scisors"]})
book = HeadingBook(headings, read("trade_words"), read("slot_words"))
answer = rank_headings(products, book, Calibration.from_frame(read("calibration")), ClassificationPolicy())
sys.stdout.buffer.write(answer.to_json(double_precision=15).encode())
"""
    plain = {"PYTHONHASHSEED": "1"}
    other = {"PYTHONHASHSEED": "2", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3", "TZ": "Asia/Shanghai"}
    said = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=SKILL.parents[1], env={**os.environ, **env},
            capture_output=True, check=True,
        ).stdout
        for env in (plain, other)
    ]  # fmt: skip
    assert said[0] == said[1] != b""
