"""The house holds: skills stay pure, capabilities match their manifests, files stay small, docs do not drift."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prefect import Task
from pydantic import BaseModel

from config.__main__ import describe_people, describe_policy, describe_settings
from config.seller import InputFiles, Policy, Seller, list_sellers, read_seller
from config.settings import Settings
from skills.catalogue import OUR_SKILLS, list_skills

ROOT = Path(__file__).parents[1]
PYTHON = sorted(
    path
    for folder in ("flows", "tasks", "skills", "config", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "peers" not in path.parts
)
PURE = [path for path in PYTHON if (OUR_SKILLS in path.parents) and path.name not in ("catalogue.py", "__main__.py")]
DOCS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
OUTSIDE_CALLS = {"open", "input", "print", "exec", "eval"}
OUTSIDE_NAMES = {
    ("os", "environ"),
    ("os", "getenv"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("random", "random"),
    ("Path", "open"),
}
UNSEEDED = re.compile(r"(np\.random\.(?!Generator|PCG64)\w+\(|default_rng\(\)|random\.(random|choice|shuffle)\()")


def calls_and_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS:
            yield node.lineno, node.func.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in OUTSIDE_NAMES:
                yield node.lineno, f"{node.value.id}.{node.attr}"
            if node.attr in ("read_csv", "read_parquet", "to_csv", "to_parquet", "read_text", "write_text"):
                yield node.lineno, node.attr


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_skill_touches_neither_clock_nor_disk_nor_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(calls_and_names(ast.parse(text))) == []
    assert not UNSEEDED.search(text)


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_that_reach_a_decision_are_the_same_on_every_processor(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for trap in (r"fastmath\s*=\s*True", r"parallel\s*=\s*True", r"np\.(exp|log|power|dot|einsum|matmul)\("):
        assert not re.search(trap, text), f"{path.name} uses {trap}"


@pytest.mark.parametrize("skill", list_skills(), ids=lambda skill: skill.name)
def test_a_manifest_lists_exactly_the_public_tasks_of_its_module(skill: object) -> None:
    module = importlib.import_module(f"tasks.{skill.name}")  # type: ignore[attr-defined]
    public = {name for name, value in vars(module).items() if isinstance(value, Task)}
    assert public == set(skill.tasks)  # type: ignore[attr-defined]


@pytest.mark.parametrize("skill", list_skills(), ids=lambda skill: skill.name)
def test_every_skill_has_the_same_shape(skill: object) -> None:
    folder: Path = skill.folder  # type: ignore[attr-defined]
    assert {"SKILL.md", "__init__.py", "policy.py", "plan.py", "explain.py"} <= {
        item.name for item in folder.iterdir()
    }
    assert list((folder / "references").iterdir())
    assert list((folder / "examples").iterdir())
    assert (ROOT / "tests" / "skills" / folder.name).is_dir()


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_holds_two_ideas(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = 90 if path.parent == ROOT / "flows" else 500
    assert lines <= limit, f"{path.relative_to(ROOT)} has {lines} lines; split it"


def test_no_tracked_file_names_a_machine_or_a_package_index() -> None:
    index = "files.python" + "hosted"
    pattern = rf"https?://[^ \"]+/(simple|packages)[/\"]|/home/[a-z]+/|/ro{'ot'}/|{index}"
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", ".", ":!tests/test_house.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.stdout == ""


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield name, field.description or ""


@pytest.mark.parametrize(
    "model", [Settings, Seller, InputFiles, *(f.annotation for f in Policy.model_fields.values())]
)
def test_every_setting_says_what_it_is(model: object) -> None:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return
    silent = [name for name, description in fields_of(model) if not description and name not in ("inputs", "policy")]
    assert silent == []


def test_every_setting_and_policy_field_stands_in_the_operators_door_as_it_is() -> None:
    """Mended by pasting what `python -m config` prints."""
    text = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("run.md", "policy.md"))
    assert [row for row in [*describe_settings(), *describe_policy(), *describe_people()] if row not in text] == []


def test_every_deployment_is_documented_and_starts_from_a_module() -> None:
    text = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [item["name"] for item in deployments if f"`{item['name']}`" not in text] == []
    assert all(re.fullmatch(r"flows(\.\w+){2}", item["entrypoint"]) for item in deployments)


@pytest.mark.parametrize("seller", list_sellers())
def test_every_sellers_file_is_valid_and_carries_its_own_name(seller: str) -> None:
    assert read_seller(seller).id == seller


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCS:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_figures_in_the_docs_are_the_measured_ones() -> None:
    """A figure is written as `value<!-- figure:name -->`; it must be what benchmarks/results.json holds."""
    results = {row["name"]: row["value"] for row in json.loads((ROOT / "benchmarks" / "results.json").read_text())}
    for document in DOCS:
        text = document.read_text(encoding="utf-8")
        for written, name in re.findall(r"(−?\d[\d,.]*)\s?\S{0,8}\s?<!-- figure:([\w.]+) -->", text):
            assert name in results, f"{document.name}: {name} was never measured"
            digits = len(written.partition(".")[2])
            assert float(written.replace(",", "").replace("−", "-")) == round(results[name], digits), (
                f"{document.name}: {name}"
            )


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(?:\$ )?make (\w+)", text, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = {
        target for targets_of in re.findall(r"^([a-z ]+):", makefile, re.MULTILINE) for target in targets_of.split()
    }
    assert targets
    assert targets <= known


def test_importing_a_skill_loads_no_framework() -> None:
    code = (
        "import sys; import skills.forecasting, skills.replenishment, skills.distribution, skills.customs, "
        "skills.classification, skills.economics, skills.inbound, skills.bills, skills.documents, "
        "skills.freight, skills.niches, skills.selection, skills.sourcing, skills.assortment, skills.listing, "
        "skills.compliance, skills.brand, skills.images, skills.simulation; "
        "sys.exit(bool({'prefect', 'sqlalchemy', 'httpx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
