"""The example of the page that a reader starts from runs as it stands, and so do the kept cases."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from bill_world import AS_OF, make_bills, make_events, make_expected, read_rates

from skills.bills import list_claims, match_bills
from skills.bills.claims import SHORTAGES
from skills.bills.policy import BillsPolicy

SKILL = Path(__file__).parents[3] / "skills" / "bills"


def test_the_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102


@pytest.mark.parametrize("path", sorted((SKILL / "examples").glob("*.json")), ids=lambda path: path.stem)
def test_a_kept_case_comes_out_as_written(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    bills = make_bills(*({**bill, "billed_on": pd.Timestamp(bill["billed_on"])} for bill in case["bills"]))
    expected = make_expected(*(tuple(row) for row in case["expected"]))
    matches = match_bills(bills, expected, make_events(), read_rates(), "CNY", BillsPolicy(), AS_OF).matches
    assert [[row["component"], row["state"], row["variance_minor"]] for row in matches.to_dict("records")] == (
        case["matches"]
    )
    claims = list_claims(matches, pd.DataFrame(columns=list(SHORTAGES)), BillsPolicy(), AS_OF)
    assert claims[["claim", "value_minor"]].values.tolist() == case["claims"]
