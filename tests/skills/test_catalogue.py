"""The catalogue reads every manifest, agrees with the reference validator, and says what is wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from skills_ref import validate as reference_validate

from skills.__main__ import main
from skills.catalogue import InvalidManifest, UnknownSkill, check_skill, find_skill, list_skills, read_skill

SKILLS = [skill.name for skill in list_skills()]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_skill("forecasting").folder, tmp_path / "forecasting"))


def rewrite(folder: Path, old: str, new: str) -> None:
    manifest = folder / "SKILL.md"
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", SKILLS)
def test_a_manifest_is_valid_by_the_reference_validator_and_by_ours(name: str) -> None:
    folder = find_skill(name).folder
    assert reference_validate(folder) == []
    assert check_skill(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: forecasting", "name: weather", "differs from its folder"),
        ('farsail.effect: "pure"', 'farsail.effect: "spend"', "strongest effect of its tasks: pure"),
        ('farsail.api: "1"', "farsail.api: 1", "must be a quoted string"),
        (":pure", ":magic", "name:effect"),
        ("## What it does not know", "## Limits", "section 'What it does not know' is missing"),
        ("license: Apache-2.0\n", "license: Apache-2.0\npermissions: all\n", "field permissions is not part"),
        ('version: "', 'version: "v', "must read like 1.0.0"),
    ],
)
def test_a_broken_manifest_is_refused_with_the_reason(broken: Path, old: str, new: str, said: str) -> None:
    rewrite(broken, old, new)
    assert any(said in problem for problem in check_skill(broken)), check_skill(broken)
    with pytest.raises(InvalidManifest, match="python -m skills validate"):
        read_skill(broken)


def test_a_link_that_leads_nowhere_is_a_problem(broken: Path) -> None:
    rewrite(broken, "## When to use", "[gone](references/gone.md)\n\n## When to use")
    assert check_skill(broken) == ["link references/gone.md leads nowhere"]


def test_an_unknown_skill_is_named_with_those_that_exist() -> None:
    with pytest.raises(
        UnknownSkill,
        match="assortment, bills, brand, classification, compliance, customs, distribution, documents, economics, "
        "forecasting, freight, images, inbound, listing, niches, replenishment, selection, simulation, sourcing",
    ):
        find_skill("astrology")


def test_the_terminal_lists_shows_and_validates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in SKILLS)
    assert main(["show", "forecasting"]) == 0
    assert "## The rule, formula and source" in capsys.readouterr().out
    assert main(["validate"]) == 0
    assert capsys.readouterr().out.count("valid") == len(SKILLS)
    assert main(["show", "astrology"]) == 1
    assert "There is no skill 'astrology'" in capsys.readouterr().err


def test_the_catalogue_answers_from_another_folder(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "skills", "list"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert listed.stdout.count("\n") == len(SKILLS)
