"""Benchmarks: figures are merged by name, and one that was promised must be measured."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.settings import ROOT


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder with the runner and no benchmark yet."""
    for name in ("run.py", "figures.py"):
        shutil.copy(ROOT / "benchmarks" / name, tmp_path)
    return tmp_path


def run(bench: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(bench / "run.py"), *options], capture_output=True, encoding="utf-8")


def read(bench: Path) -> dict[str, Any]:
    return {figure["name"]: figure for figure in json.loads((bench / "results.json").read_text())}


def write_script(bench: Path, group: str, declared: list[str], measured: dict[str, float]) -> None:
    lines = ["from figures import record_figure", f"FIGURES = {declared!r}"]
    lines += [
        f"record_figure({name!r}, {value}, 'seconds', peer='plain loop', peer_value=4.0)"
        for name, value in measured.items()
    ]
    (bench / f"bench_{group}.py").write_text("\n".join(lines))


def test_a_figure_carries_its_script_machine_and_ratio(bench: Path) -> None:
    write_script(bench, "night", ["night.wall"], {"night.wall": 2.0})
    assert run(bench).returncode == 0
    figure = read(bench)["night.wall"]
    assert figure["ratio"] == 0.5
    assert figure["script"] == "benchmarks/bench_night.py"
    keys = "name value unit target peer peer_value ratio spread script commit measured_at cpu"
    assert set(figure) == set(keys.split())


def test_a_second_group_keeps_the_figures_of_the_first(bench: Path) -> None:
    write_script(bench, "night", ["night.wall"], {"night.wall": 2.0})
    write_script(bench, "inbound", ["inbound.wall"], {"inbound.wall": 1.0})
    run(bench, "--only", "night")
    run(bench, "--only", "inbound")
    write_script(bench, "night", ["night.wall"], {"night.wall": 3.0})
    run(bench, "--only", "night")
    assert {name: figure["value"] for name, figure in read(bench).items()} == {"inbound.wall": 1.0, "night.wall": 3.0}


def test_a_figure_that_was_not_measured_fails_the_run(bench: Path) -> None:
    write_script(bench, "night", ["night.wall", "night.peak"], {"night.wall": 2.0})
    done = run(bench)
    assert done.returncode == 1
    assert "bench_night.py lists night.peak and did not measure it" in done.stderr


def test_a_figure_that_nobody_announced_fails_the_run(bench: Path) -> None:
    write_script(bench, "night", [], {"night.wall": 2.0})
    assert "does not list it" in run(bench).stderr


def test_an_unknown_group_is_refused_with_the_known_ones(bench: Path) -> None:
    write_script(bench, "night", [], {})
    done = run(bench, "--only", "day")
    assert done.returncode == 1
    assert "known: night" in done.stderr


def test_a_name_also_means_every_group_that_begins_with_it(bench: Path) -> None:
    write_script(bench, "engine_speed", ["speed.wall"], {"speed.wall": 2.0})
    write_script(bench, "engine_gap", ["gap.percent"], {"gap.percent": 0.1})
    write_script(bench, "night", ["night.wall"], {"night.wall": 1.0})
    assert run(bench, "--only", "engine").returncode == 0
    assert set(read(bench)) == {"speed.wall", "gap.percent"}


def test_a_figure_that_falls_short_is_written_and_said_to_be_short(bench: Path) -> None:
    handed = "from figures import record_figure\nFIGURES = ('a.wall', 'a.gap', 'a.cover')\n"
    handed += "record_figure('a.wall', 3.0, 'seconds', target='<= 2')\n"
    handed += "record_figure('a.gap', 0.01, 'percent', target='<= 0.05')\n"
    handed += "record_figure('a.cover', 88.0, 'percent', target='87 … 93')\n"
    (bench / "bench_a.py").write_text(handed, encoding="utf-8")
    printed = {line.split()[0]: line for line in run(bench).stdout.splitlines() if line.startswith("a.")}
    assert "SHORT" in printed["a.wall"]
    assert "reached" in printed["a.gap"] and "reached" in printed["a.cover"]
    assert read(bench)["a.wall"]["value"] == 3.0
