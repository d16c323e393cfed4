"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.rates import RateBook
from skills.replenishment import explain_replenishment, plan_replenishment
from skills.replenishment.policy import ReplenishmentPolicy
from skills.vocabulary import Refusal

SKILL = Path(__file__).parents[3] / "skills" / "replenishment"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))}
EMPTY = {"purchase_orders": {"sku": "str", "units_open": "int64"}, "inbound": {"sku": "str", "units": "int64"},
         "supplier_closures": {"supplier": "str", "first_day": "str", "last_day": "str"}}  # fmt: skip


def _table(example: dict[str, Any], name: str) -> pd.DataFrame:
    rows = example[name]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(EMPTY[name])).astype(EMPTY[name])


def _plan(example: dict[str, Any]) -> pd.DataFrame:
    as_of = date.fromisoformat(example["as_of"])
    forecast = pd.DataFrame(
        [
            {"sku": key.split()[0], "country": country, "weeks_ahead": ahead, "mean": float(units),
             "week": pd.Timestamp(as_of) + pd.Timedelta(weeks=ahead - 1), "cum_mean": float(units * ahead)}
            | {f"cum_{name}": float(units * ahead) for name in ("p10", "p50", "p75", "p90", "p98")}
            for key, units in example["weekly"].items()
            for country in ("*", key.split()[1])
            for ahead in range(1, 21)
        ]
    )  # fmt: skip
    tables = {
        name: _table(example, name)
        for name in ("stock", "inbound", "purchase_orders", "products", "suppliers", "supplier_closures", "lanes")
    }
    return plan_replenishment(
        **tables, forecast=forecast, rates=RateBook([]), policy=ReplenishmentPolicy(**example["policy"]),
        base_currency="CNY", as_of=as_of,
    )  # fmt: skip


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "expected" in example])
def test_an_example_gives_what_it_says(name: str) -> None:
    orders = _plan(EXAMPLES[name]).set_index("sku")
    for expected in EXAMPLES[name]["expected"]:
        row = orders.loc[expected["sku"]]
        for column, value in expected.items():
            if column == "sku":
                continue
            got = str(row[column].date()) if isinstance(row[column], pd.Timestamp) else row[column]
            assert got == value, f"{expected['sku']} {column}"
    assert len(explain_replenishment(orders.reset_index())) > 10 * len(orders)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "refused" in example])
def test_an_example_of_wrong_facts_is_refused_by_name(name: str) -> None:
    with pytest.raises(Refusal, match=re.escape(EXAMPLES[name]["names"])) as refused:
        _plan(EXAMPLES[name])
    assert type(refused.value).__name__ == EXAMPLES[name]["refused"]


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102
