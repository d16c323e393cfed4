"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.rates import Rate, RateBook
from skills.storage import measure_cliffs
from skills.storage.cohorts import BANDS
from skills.storage.policy import StoragePolicy

SKILL = Path(__file__).parents[3] / "skills" / "storage"
EXAMPLES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["expected"]["state"])
def test_an_example_comes_out_as_it_says(example: dict[str, Any]) -> None:
    as_of = date.fromisoformat(example["as_of"])
    text = (SKILL / "assets" / "fee_rules.csv").read_text(encoding="utf-8")
    rules = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    dollar = Rate("fx", "CNY", Decimal(7), "CNY per USD", date(2020, 1, 1), None, "a test", as_of, "generated")
    key = {"sku": "TT-1", "country": "US", "fnsku": "X1"}
    health = pd.DataFrame([{**key, **dict.fromkeys(BANDS, 0), "awd_percent": float("nan"), **example["health"]}])
    accounts = pd.DataFrame([{"country": "US", "utilisation_weeks": 9.0, "average_m3": 9.0, "seller_days": 900.0}])
    sides = {"length_cm": 30.0, "width_cm": 20.0, "height_cm": 10.0}
    products = pd.DataFrame([{"sku": "TT-1", "category": "towels", "weight_kg": 0.4, **sides}])
    weeks = range(1, 9)
    forecast = pd.DataFrame(
        {
            "sku": "TT-1",
            "country": "US",
            "weeks_ahead": weeks,
            "week": pd.date_range(as_of, periods=8, freq="7D"),
            "cum_mean": [float(example["weekly"] * week) for week in weeks],
        }
    )
    found = measure_cliffs(
        health, accounts, products, forecast, rules, RateBook([dollar]), StoragePolicy(), "CNY", as_of
    )
    row = found[found["fee"] == example["expected"]["fee"]].iloc[0]
    assert {name: row[name] for name in example["expected"]} == example["expected"]


def test_the_worked_example_of_the_manifest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SKILL.parents[1])
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "SKILL.md", "exec"), {})  # noqa: S102
