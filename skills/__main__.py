"""`python -m skills list | show NAME | validate`: the catalogue in a terminal."""

from __future__ import annotations

import argparse
import sys

from skills.catalogue import check_skill, find_skill, list_skills, skill_folders
from skills.vocabulary import Refusal


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when all is well, 1 when a skill is unknown or not valid."""
    parser = argparse.ArgumentParser(prog="python -m skills", description="The catalogue of skills.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every skill: name, version, effect, what it does")
    show = commands.add_parser("show", help="one skill's guide")
    show.add_argument("name")
    commands.add_parser("validate", help="check every SKILL.md")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "show":
            skill = find_skill(chosen.name)
            print(f"{skill.name} {skill.version} · {skill.lifecycle} · {skill.effect}\n\n{skill.description}\n")
            print(skill.guide.strip())
            return 0
        if chosen.command == "list":
            for skill in list_skills():
                print(f"{skill.name:<15}{skill.version:<9}{skill.effect:<7}{skill.description}")
            return 0
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return _validate()


def _validate() -> int:
    found = 0
    for folder in sorted(skill_folders()):
        problems = check_skill(folder)
        found += len(problems)
        print(f"{folder.name}: {'valid' if not problems else ''}")
        for problem in problems:
            print(f"  {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
