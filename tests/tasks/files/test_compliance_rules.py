"""The rule tables that ship are whole, and a broken line is named."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.settings import read_settings
from skills.compliance.facts import UnusableRules
from skills.compliance.rules import type_rules
from skills.vocabulary import MissingColumns
from tasks.files.compliance_rules import ASSETS, read_compliance_rules
from tasks.files.problems import UnreadableFile


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return Path(shutil.copytree(read_settings().root / ASSETS, tmp_path / "assets"))


def change(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_rule_that_ships_has_a_source_a_day_and_says_how_far_it_is_trusted() -> None:
    rules = read_compliance_rules().rules
    assert len(rules) >= 100
    assert (rules[["source", "effective_from", "retrieved_on", "requirement", "requirement_zh"]] != "").all().all()
    assert set(rules["confidence"]) == {"unverified", "secondary"}
    unverified = rules[rules["confidence"] == "unverified"]
    assert unverified["source"].str.contains("trade knowledge, no page read", regex=False).all()
    assert not rules["source"].str.contains("http", regex=False).any()


def test_the_days_that_sellers_know_stand_in_the_table() -> None:
    rules = {rule.id: rule for rule in type_rules(read_compliance_rules()).rules}
    assert rules["eu_gpsr_person"].effective_from == date(2024, 12, 13)
    assert rules["us_efiling"].effective_from == date(2026, 7, 8)
    assert (rules["eu_vat"].lead_days, rules["eu_vat"].lead_days_most) == (30, 120)
    assert "DE" in rules["eu_fibre"].countries
    assert len(rules["eu_fibre"].countries) == 27


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("rules.csv", "ca_battery,battery,CA", "ca_battery,battery,Canada", "Line 3 of the compliance rules: count"),
        ("rules.csv", "has_battery or word battery", "word flux", "Line 3 of the compliance rules: applies"),
        ("rules.csv", ",battery_test_summary,yes", ",battery_test,yes", "Line 3 of the compliance rules: evidence"),
        ("rules.csv", ",yes,block", ",maybe,block", "Line 2 of the compliance rules: mandatory is maybe"),
        ("rules.csv", ",missing evidence", ",warn", "Line 3 of the compliance rules: otherwise is warn"),
        ("rules.csv", ",2020-01-01,", ",01/2020,", "Line 3 of the compliance rules: effective_from is 01/2020"),
        ("rules.csv", ",2020-01-01,,", ",2020-01-01,2019-01-01,", "effective_to is 2019-01-01"),
        ("rules.csv", ",unverified,", ",sure,", "Line 2 of the compliance rules: confidence is sure"),
        ("rules.csv", ",7,30\n", ",30,7\n", "lead_days_most is 7"),
        ("rules.csv", ",7,30\n", ",soon,30\n", "lead_days is soon"),
        ("rules.csv", "ca_children,", "ca_battery,", "Line 4 of the compliance rules: id is ca_battery"),
        ("words.csv", "children,en,", "children,en,-;", "Line 2 of the compliance words: words"),
        ("kinds.csv", "vat_number,company", "vat_number,person", "Line 2 of the compliance kinds: of is person"),
        ("kinds.csv", "yes,number", "yes,stamp", "Line 2 of the compliance kinds: needs is stamp"),
        ("kinds.csv", "epr_packaging_number,", "vat_number,", "Line 3 of the compliance kinds: kind"),
    ],
)  # fmt: skip
def test_a_broken_line_is_named_with_what_was_expected(
    table: str, old: str, new: str, message: str, tables: Path
) -> None:
    change(tables, table, old, new)
    with pytest.raises(UnusableRules, match=message):
        read_compliance_rules(tables)


def test_a_line_with_too_few_cells_and_a_table_without_a_column_are_refused(tables: Path) -> None:
    change(tables, "kinds.csv", "vat_number,company,yes,number", "vat_number,company")
    with pytest.raises(UnreadableFile, match=r"kinds.csv: line 2 has 2 cells. Expected 4"):
        read_compliance_rules(tables)
    change(tables, "kinds.csv", "kind,of", "sort,of")
    change(tables, "kinds.csv", "vat_number,company", "vat_number,company,yes,number")
    with pytest.raises(MissingColumns, match=r"kinds.csv lacks the columns kind"):
        read_compliance_rules(tables)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"rules.csv cannot be read"):
        read_compliance_rules(tmp_path)
