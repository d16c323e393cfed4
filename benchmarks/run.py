"""Run every bench_*.py (or one group) and merge its figures by name into results.json.

Each script lists the names it measures in a literal `FIGURES = (…)` and hands them in through
`figures.record_figure`. A figure that was listed and not handed in, or the other way round, fails the run.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"

Figure = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Measure the asked group, or all but those on demand; returns 1 when a figure is missing or a script failed."""
    parser = argparse.ArgumentParser(description="Measure and write benchmarks/results.json.")
    parser.add_argument(
        "--only",
        default="",
        metavar="GROUP",
        help="bench_<GROUP>.py and every bench_<GROUP>_*.py; else all but those on demand",
    )
    only = parser.parse_args(arguments).only
    scripts = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    named = {asked: list_named(scripts, asked) for asked in only.split(",") if asked}
    unknown = [asked for asked, groups in named.items() if not groups]
    if unknown:
        print(f"There is no group {unknown[0]!r}; known: {', '.join(scripts) or 'none'}.", file=sys.stderr)
        return 1
    asked = [group for groups in named.values() for group in groups]
    problems: list[str] = []
    figures: list[Figure] = []
    for group in asked or [name for name, path in scripts.items() if not is_on_demand(path)]:
        print(f"{group}: {', '.join(list_declared(scripts[group]))}", flush=True)
        problems += measure(scripts[group], RESULTS, figures)
    print("\n".join(draw_table(figures)), flush=True)
    print("\n".join(problems) or f"figures are in {RESULTS}", file=sys.stderr if problems else sys.stdout, flush=True)
    return 1 if problems else 0


def list_named(scripts: dict[str, Path], asked: str) -> list[str]:
    """The group of that name and the groups whose names begin with it: `engine` is also `engine_speed`."""
    return [name for name in scripts if name == asked or name.startswith(f"{asked}_")]


def draw_table(figures: list[Figure]) -> list[str]:
    """One line per figure: value beside target, whether it is reached, and the peer of the same run."""
    rows = [("figure", "value", "unit", "target", "", "peer", "its value", "ratio")]
    for figure in figures:
        reached = reaches(float(figure["value"]), figure["target"])
        verdict = "" if reached is None else ("reached" if reached else "SHORT")
        measured = ["" if figure[name] is None else str(figure[name]) for name in ("peer_value", "ratio")]
        shown = (str(figure[name]) for name in ("name", "value", "unit", "target"))
        rows.append((*shown, verdict, figure["peer"], *measured))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def reaches(value: float, target: str) -> bool | None:
    """Whether a value keeps a target such as `<= 4`, `>= 1000`, `== 0` or `87 … 93`; None where it cannot be told."""
    sign, _, bound = target.partition(" ")
    low, dots, high = target.partition(" … ")
    try:
        if dots:
            return float(low) <= value <= float(high)
        kept = {"<=": value <= float(bound), ">=": value >= float(bound), "==": value == float(bound)}
    except ValueError:
        return None
    return kept.get(sign)


def list_declared(script: Path) -> list[str]:
    """The names in the script's literal FIGURES, read without running it."""
    return [str(name) for name in read_literal(script, "FIGURES") or ()]


def is_on_demand(script: Path) -> bool:
    """Whether the script says ON_DEMAND = True: it runs only when its group is named."""
    return bool(read_literal(script, "ON_DEMAND"))


def read_literal(script: Path, name: str) -> Any:
    """What the script assigns to a name at its top level, read without running it; None when it does not."""
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            return ast.literal_eval(node.value)
    return None


def measure(script: Path, results: Path, kept: list[Figure]) -> list[str]:
    """Run one script in a process of its own, add what it handed in to `kept`, and say what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        handed = Path(folder) / "figures.jsonl"
        handed.touch()
        done = subprocess.run(
            [sys.executable, str(script)], cwd=HERE.parent, env={**os.environ, "FARSAIL_FIGURES": str(handed)}
        )
        figures = [json.loads(line) for line in handed.read_text(encoding="utf-8").splitlines()]
    machine = {
        "script": f"benchmarks/{script.name}",
        "commit": read_commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": read_cpu(),
    }
    merge(results, [{**figure, **machine} for figure in figures])
    kept += figures
    declared, written = set(list_declared(script)), {str(figure["name"]) for figure in figures}
    problems = [f"{script.name} ended with exit code {done.returncode}"] if done.returncode else []
    problems += [f"{script.name} lists {name} and did not measure it" for name in sorted(declared - written)]
    problems += [f"{script.name} measured {name} and does not list it" for name in sorted(written - declared)]
    return problems


def merge(results: Path, figures: list[Figure]) -> None:
    """Replace the figures of the same name, keep the others, sort by name."""
    known = json.loads(results.read_text(encoding="utf-8")) if results.exists() else []
    by_name = {figure["name"]: figure for figure in [*known, *figures]}
    ordered = [by_name[name] for name in sorted(by_name)]
    fresh = results.with_suffix(".new")
    fresh.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(results)


def read_commit() -> str:
    """The commit measured, with `+` when tracked files differ from it."""
    git = ["git", "-C", str(HERE)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(
            [
                *git,
                "status",
                "--porcelain",
                "--untracked-files=no",
                "--",
                ":/",
                ":(exclude,top)benchmarks/results.json",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def read_cpu() -> str:
    """The processor's name and how many cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    name = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.exists():
        lines = described.read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {cores} cores"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
