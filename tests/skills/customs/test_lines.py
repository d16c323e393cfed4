"""Own stock valued line by line: each with its choice, and a line without one refused for itself alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.customs import value_lines
from skills.customs.lines import CHOICES, LINES
from skills.customs.value import UNCOMMITTED, UNVERIFIED_RULE, ValueRule
from skills.vocabulary import MissingColumns, Refusal

MORNING = date(2025, 11, 24)
RULES = [
    ValueRule("US", "FOB", False, False, date(2020, 1, 1), None, "a text", MORNING, "primary"),
    ValueRule("JP", "CIF", True, True, date(2020, 1, 1), None, "a text", MORNING, "unverified"),
]


def choice(sku: str = "TT-1", country: str = "US", **other: Any) -> dict[str, Any]:
    row = {
        "sku": sku,
        "country": country,
        "method": "computed",
        "amount_minor": 215,
        "currency": "USD",
        "basis": "FOB",
        "evidence": "letter 7; price list",
        "broker": "Harbour Brokers",
        "decided_by": "Li Na",
        "decided_on": "2025-09-15",
        "importer": "Haina",
        "attorney": "",
        "expires": "2099-12-31",
    }
    return row | other


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=CHOICES)


def line(sku: str = "TT-1", country: str = "US", units: int = 100, committed: bool = True) -> dict[str, Any]:
    return {"entry": "E-1", "sku": sku, "country": country, "units": units, "committed": committed}


def lines(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=LINES)


def test_a_chosen_value_holds_for_each_unit_with_its_method_and_evidence() -> None:
    given_lines = lines(line(units=100))
    before = given_lines.copy()
    valued, refused = value_lines(given_lines, table(choice()), RULES, MORNING)
    assert refused.empty
    assert given_lines.equals(before)
    row = valued.iloc[0]
    assert (row["customs_value_minor"], row["customs_currency"]) == (21_500, "USD")
    assert (row["customs_method"], row["customs_basis"], row["flags"]) == ("computed", "FOB", ())
    assert row["evidence"] == "letter 7; price list"


def test_a_line_without_a_method_is_refused_and_the_others_are_valued() -> None:
    valued, refused = value_lines(lines(line(), line("TT-2")), table(choice()), RULES, MORNING)
    assert list(valued["sku"]) == ["TT-1"]
    assert list(refused[["entry", "sku", "country"]].iloc[0]) == ["E-1", "TT-2", "US"]
    template, values = refused.iloc[0]["reason"], refused.iloc[0]["values"]
    assert "no valuation method was chosen" in str(Refusal(template, **values))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"broker": ""}, "lacks broker"),
        ({"evidence": " ; "}, "lacks evidence"),
        ({"method": "transaction"}, "lacks method ≠ transaction"),
        ({"basis": "CIF"}, "is CIF, and the country values imports FOB"),
        ({"expires": "2025-11-23"}, "no valuation method"),
        ({"decided_on": "2025-11-25"}, "no valuation method"),
        ({"amount_minor": 0}, "lacks amount > 0"),
    ],
)
def test_an_incomplete_expired_or_later_choice_is_no_choice(changes: dict[str, Any], expected: str) -> None:
    valued, refused = value_lines(lines(line()), table(choice(**changes)), RULES, MORNING)
    assert valued.empty
    assert expected in str(Refusal(refused.iloc[0]["reason"], **refused.iloc[0]["values"]))


def test_a_country_without_a_rule_is_refused() -> None:
    _, refused = value_lines(lines(line(country="AU")), table(choice(country="AU")), RULES, MORNING)
    assert "FOB or CIF" in str(Refusal(refused.iloc[0]["reason"], **refused.iloc[0]["values"]))


def test_japan_needs_its_attorney_and_a_rule_nobody_read_is_flagged() -> None:
    japan = choice(country="JP", method="deductive", amount_minor=1180, currency="JPY", basis="CIF")
    _, refused = value_lines(lines(line(country="JP")), table(japan), RULES, MORNING)
    assert "attorney (ACP)" in str(Refusal(refused.iloc[0]["reason"], **refused.iloc[0]["values"]))
    valued, _ = value_lines(
        lines(line(country="JP", committed=False)), table(japan | {"attorney": "Sakura"}), RULES, MORNING
    )
    assert set(valued.iloc[0]["flags"]) == {UNCOMMITTED, UNVERIFIED_RULE}
    assert valued.iloc[0]["customs_value_minor"] == 118_000


def test_the_newest_choice_counts_and_the_skus_own_goes_before_the_common_one() -> None:
    own = (choice(amount_minor=200, decided_on="2025-01-01"), choice(amount_minor=300, decided_on="2025-06-01"))
    common = choice("*", amount_minor=999, decided_on="2025-11-01")
    valued, _ = value_lines(lines(line(units=1), line("TT-2", units=1)), table(*own, common), RULES, MORNING)
    assert list(valued["customs_value_minor"]) == [300, 999]


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(MissingColumns):
        value_lines(lines(line()), table(choice()).drop(columns="importer"), RULES, MORNING)


def test_no_choices_refuse_every_line() -> None:
    valued, refused = value_lines(lines(line(), line("TT-2")), table(), RULES, MORNING)
    assert (len(valued), len(refused)) == (0, 2)
    assert "customs_value_minor" in valued.columns


@given(st.lists(st.tuples(st.sampled_from(["TT-1", "TT-2"]), st.integers(1, 10_000)), max_size=8))
def test_money_is_conserved_over_split_lines_and_no_line_is_lost(parts: list[tuple[str, int]]) -> None:
    frame = lines(*(line(sku, units=units) for sku, units in parts))
    valued, refused = value_lines(frame, table(choice()), RULES, MORNING)
    assert len(valued) + len(refused) == len(parts)
    assert sum(valued["customs_value_minor"]) == 215 * sum(units for sku, units in parts if sku == "TT-1")
