"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from skills.sourcing import compare_quotes
from skills.sourcing.policy import SourcingPolicy

SKILL = Path(__file__).parents[3] / "skills" / "sourcing"


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SKILL / "examples" / name).read_text(encoding="utf-8"))
    return found


def compare_example(case: dict[str, Any], quoted: Any, landing: Any, no_terms: pd.DataFrame) -> list[dict[str, Any]]:
    known = {"import_vat_cash_minor": 0, "country": "US", "weekly_units": float(case.get("weekly_units", 10))}
    lines = [{key: math.nan if value is None else value for key, value in row.items()} for row in case["landed"]]
    landed = landing(*(known | row for row in lines))
    found = compare_quotes(quoted(*case["quotes"]), landed, no_terms, SourcingPolicy(), date(2026, 11, 24))
    return [{str(key): value for key, value in row.items()} for row in found.to_dict("records")]


def test_an_invoiced_quote_is_weighed_with_its_rebate_and_its_larger_order(
    quoted: Any, landing: Any, no_terms: pd.DataFrame
) -> None:
    case = read_example("smallest_order.json")
    rows = compare_example(case, quoted, landing, no_terms)
    assert [{key: row[key] for key in case["expected"][0]} for row in rows] == case["expected"]


def test_a_quote_without_an_exchange_rate_is_a_row_that_says_so(
    quoted: Any, landing: Any, no_terms: pd.DataFrame
) -> None:
    case = read_example("no_exchange_rate.json")
    [row] = compare_example(case, quoted, landing, no_terms)
    assert row["reason"].format(**row["values"]) == case["said"]
    assert pd.isna(row["rank"])


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
