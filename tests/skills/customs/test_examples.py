"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from skills.customs.charge import LineFacts, charge_duty
from skills.customs.deductive import deduct_resale
from skills.customs.wording import parse_duty
from skills.rates import Rate, RateBook
from skills.vocabulary import Money, Refusal

SKILL = Path(__file__).parents[3] / "skills" / "customs"


def read_example(name: str) -> dict[str, Any]:
    return json.loads((SKILL / "examples" / f"{name}.json").read_text(encoding="utf-8"))


DUTIES = read_example("duties")


def charge(case: dict[str, Any]) -> int:
    quantities = {measure: Decimal(number) for measure, number in case.get("quantities", {}).items()}
    line = LineFacts(Money(case["value"], case["currency"]), quantities, case.get("parts", {}))
    return charge_duty(parse_duty(case["text"]), line, date.fromisoformat(DUTIES["as_of"]))


@pytest.mark.parametrize(
    "case", [case for case in DUTIES["cases"] if "expected" in case], ids=lambda case: case["text"]
)
def test_a_rate_text_comes_to_what_the_example_says(case: dict[str, Any]) -> None:
    assert charge(case) == case["expected"]


@pytest.mark.parametrize(
    "case", [case for case in DUTIES["cases"] if "refused" in case], ids=lambda case: case["text"]
)
def test_a_duty_that_cannot_be_charged_says_what_is_missing(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match=re.escape(case["names"])) as refused:
        charge(case)
    assert type(refused.value).__name__ == case["refused"]


def test_the_published_japanese_example_gives_its_value_to_the_yen() -> None:
    example = read_example("japan_deductive")
    as_of = date.fromisoformat(example["as_of"])
    tax = Rate(
        "vat", "JP", Decimal(example["consumption_tax"]), "share", date(2019, 10, 1), None, "law", as_of, "primary"
    )
    value = deduct_resale(
        Money(example["price"], "JPY"), Money(example["deductions"], "JPY"), Decimal(example["duty_share"]),
        "JP", RateBook([tax]), True, as_of,
    )  # fmt: skip
    assert value == Money(example["expected"], "JPY")


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102
