"""What a new user sees: both runs of `make night` in a fresh copy, line by line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config.settings import ROOT

GOLDEN = ROOT / "tests" / "data" / "night_transcript.txt"


@pytest.mark.long
@pytest.mark.skipif(not (shutil.which("make") and (ROOT / ".git").exists()), reason="needs make and a git checkout")
def test_a_fresh_copy_says_the_same_in_every_first_and_second_night(tmp_path: Path) -> None:
    project = tmp_path / "a fresh copy"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    said = []
    for night in ("first", "second"):
        done = subprocess.run(
            ["make", "night"], cwd=project, env=_plain_environment(), capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(f"# {night} night\n{_normalise(done.stdout + done.stderr, project)}")
    transcript = "\n".join(said)
    assert "warning" not in transcript.lower()
    if os.environ.get("FARSAIL_RECORD"):
        GOLDEN.write_text(transcript, encoding="utf-8")
    assert transcript == GOLDEN.read_text(encoding="utf-8"), "meant? Record it anew with FARSAIL_RECORD=1"


def _plain_environment() -> dict[str, str]:
    """As a new user's shell: nothing of ours, of Prefect, or of the outer make is set."""
    foreign = ("FARSAIL_", "PREFECT_", "MAKE", "MFLAGS", "PYTEST", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _normalise(text: str, project: Path) -> str:
    text = text.replace(str(project), "<project>")
    text = re.sub(r"^ {6}.*packages (fetched|installed).*\n|^ {6}asking the package index.*\n", "", text, flags=re.M)
    text = re.sub(r"up to \d+ packages", "up to <n> packages", text)
    text = re.sub(r"^ {9}Prefect: .*$", "         Prefect: <server>", text, flags=re.M)
    text = re.sub(r"^ +\d+\.\d s ", "    <s> s ", text, flags=re.M)
    text = re.sub(r"· \d+ s$", "· <s> s", text, flags=re.M)
    text = re.sub(r"\b[0-9a-f]{64}\b", "<digest>", text)
    text = re.sub(r"[0-9a-f]{8,}(?=\.html)", "<digest>", text)
    return re.sub(r"Python \d+\.\d+\.\d+", "Python <version>", text)
