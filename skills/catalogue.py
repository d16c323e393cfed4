"""The catalogue: reads every SKILL.md, ours and installed ones, and says what is wrong with a manifest.

    InvalidManifest            a folder that does not follow the format, with every problem named
    UnknownSkill               no folder of that name

The outer format is the Agent Skills standard; what it has no field for (version, effect, tasks, permissions) is
kept under `metadata` as flat strings whose names start with `farsail.`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from skills.vocabulary import Refusal, mark, name_rows

Effect = Literal["pure", "read", "draft", "write", "spend"]
EFFECTS: tuple[Effect, ...] = ("pure", "read", "draft", "write", "spend")
"""What a task may do, least first; a night runs at most `draft` unattended."""

LIFECYCLES = ("incubation", "production", "mature", "deprecated", "removed")
OUR_SKILLS = Path(__file__).parent
ENTRY_POINTS = "farsail.skills"

_FIELDS = ("name", "description", "license", "compatibility", "metadata")
_METADATA = (
    "author",
    "version",
    "farsail.api",
    "farsail.effect",
    "farsail.tasks",
    "farsail.permissions",
    "farsail.requires",
    "farsail.lifecycle",
)
_SECTIONS = (
    "When to use",
    "What it decides",
    "Inputs and outputs",
    "The rule, formula and source",
    "What it does not know",
    "Worked example",
)
_FRONTMATTER = re.compile(r"\A---\n(.*?\n)---\n(.*)\Z", re.DOTALL)


class InvalidManifest(Refusal):
    """A SKILL.md that breaks the format."""


class UnknownSkill(Refusal):
    """No skill of that name."""


@dataclass(frozen=True, slots=True)
class Skill:
    """One capability as its manifest declares it.

    Attributes:
        name: Same as the folder.
        description: What, when, and when not.
        version: Of the skill, semantic.
        effect: The strongest effect among its tasks.
        tasks: Public task → its effect.
        lifecycle: incubation, production, mature, deprecated or removed.
        folder: Where it lies.
        guide: The text below the frontmatter.
    """

    name: str
    description: str
    version: str
    effect: Effect
    tasks: dict[str, Effect]
    lifecycle: str
    folder: Path
    guide: str


def list_skills() -> list[Skill]:
    """Every skill that ships with the project or is installed under the entry point `farsail.skills`, by name.

    Raises:
        InvalidManifest: for the first folder that breaks the format.
    """
    return sorted((read_skill(folder) for folder in skill_folders()), key=lambda skill: skill.name)


def find_skill(name: str) -> Skill:
    """One skill by name.

    Raises:
        UnknownSkill: lists those that exist.
    """
    for folder in skill_folders():
        if folder.name == name:
            return read_skill(folder)
    raise UnknownSkill(
        mark("There is no skill {name!r}. Known skills: {known}. `python -m skills list` describes them."),
        name=name,
        known=", ".join(sorted(folder.name for folder in skill_folders())),
    )


def skill_folders() -> list[Path]:
    """Folders of our skills and of installed ones."""
    ours = [path.parent for path in OUR_SKILLS.glob("*/SKILL.md")]
    installed = []
    for entry in entry_points(group=ENTRY_POINTS):
        spec = find_spec(entry.value)  # locates the package; of its code only parent packages run
        installed += [Path(place) for place in spec.submodule_search_locations or []] if spec else []
    return ours + installed


def read_skill(folder: Path) -> Skill:
    """One folder's manifest.

    Raises:
        InvalidManifest: names every problem found.
    """
    problems = check_skill(folder)
    if problems:
        raise InvalidManifest(
            mark("Skill {name} is not valid: {problems}. Correct SKILL.md and run `python -m skills validate`."),
            name=folder.name,
            problems=name_rows(problems),
        )
    front, guide = _split(folder)
    metadata = front["metadata"]
    return Skill(
        name=front["name"],
        description=" ".join(front["description"].split()),
        version=metadata["version"],
        effect=metadata["farsail.effect"],
        tasks=_read_tasks(metadata["farsail.tasks"]),
        lifecycle=metadata["farsail.lifecycle"],
        folder=folder,
        guide=guide,
    )


def check_skill(folder: Path) -> list[str]:
    """What is wrong with the folder, in words; empty when it is valid. Stricter than the standard's validator."""
    if not (folder / "SKILL.md").is_file():
        return ["SKILL.md is missing"]
    try:
        front, guide = _split(folder)
    except (ValueError, yaml.YAMLError) as error:
        return [" ".join(str(error).split())]
    problems = [f"field {name} is not part of the format" for name in front if name not in _FIELDS]
    problems += [f"field {name} is missing" for name in _FIELDS if name not in front]
    if problems:
        return problems
    return [
        *_check_outer(folder, front),
        *_check_metadata(front["metadata"]),
        *(f"section '{title}' is missing" for title in _SECTIONS if f"\n## {title}\n" not in f"\n{guide}"),
        *_check_links(folder, guide),
    ]


def _split(folder: Path) -> tuple[dict[str, Any], str]:
    text = (folder / "SKILL.md").read_text(encoding="utf-8")
    if text.startswith("\ufeff"):
        raise ValueError("SKILL.md starts with a byte order mark; save it as plain UTF-8")
    match = _FRONTMATTER.match(text)
    if match is None:
        raise ValueError("SKILL.md must start with a block between two lines of three dashes")
    front = yaml.safe_load(match.group(1))
    if not isinstance(front, dict):
        raise ValueError("the block between the dashes must hold `name: value` lines")
    return front, match.group(2)


def _check_outer(folder: Path, front: dict[str, Any]) -> Iterable[str]:
    name, description = front["name"], front["description"]
    if name != folder.name:
        yield f"name {name!r} differs from its folder {folder.name!r}"
    if not re.fullmatch(r"[a-z][a-z0-9]*", str(name)):
        yield "name must be one word of small ASCII letters, so that it is a Python package too"
    if not isinstance(description, str) or not 1 <= len(description) <= 1024:
        yield "description must be text of at most 1024 characters"
    elif "use when" not in description.lower() or "do not use" not in description.lower():
        yield "description must say what it does, `Use when …` and `Do NOT use …`"


def _check_metadata(metadata: object) -> Iterable[str]:
    if not isinstance(metadata, dict):
        yield "metadata must be a flat map of strings"
        return
    yield from (f"metadata {key} is missing" for key in _METADATA if key not in metadata)
    yield from (
        f"metadata {key} must be a quoted string" for key, value in metadata.items() if type(value) is not str
    )
    if any(type(metadata.get(key)) is not str for key in _METADATA):
        return
    if not re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"]):
        yield "metadata version must read like 1.0.0"
    if metadata["farsail.lifecycle"] not in LIFECYCLES:
        yield f"metadata farsail.lifecycle must be one of {', '.join(LIFECYCLES)}"
    declared = [entry.partition(":") for entry in metadata["farsail.tasks"].split()]
    if not declared:
        yield "metadata farsail.tasks names no task"
    wrong = ["".join(entry) for entry in declared if entry[2] not in EFFECTS]
    if wrong:
        yield f"farsail.tasks entries must read name:effect, effect one of {', '.join(EFFECTS)}: {name_rows(wrong)}"
        return
    strongest = max((EFFECTS.index(cast(Effect, effect)) for _, _, effect in declared), default=0)
    if metadata["farsail.effect"] != EFFECTS[strongest]:
        yield f"farsail.effect must be the strongest effect of its tasks: {EFFECTS[strongest]}"


def _check_links(folder: Path, guide: str) -> Iterable[str]:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", guide):
        if not (folder / target).exists():
            yield f"link {target} leads nowhere"


def _read_tasks(text: str) -> dict[str, Effect]:
    pairs = (entry.partition(":") for entry in text.split())
    return {name: cast(Effect, effect) for name, _, effect in pairs}
