"""A recorded night decided by the code of another commit, in a worktree and by an interpreter of its own.

NoCheckout                 this installation is no git checkout, or git is missing
UnknownCommit              git knows no such commit here
TooOld                     the commit cannot decide a night from a snapshot
NoEnvironment              what its requirements.lock names could not be installed
CodeFailed                 its code ended with an error

The frames of the snapshot and the policy are handed over as files; the other code opens neither store nor server.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.replaying import Recorded, Step
from tasks.store.snapshots import snapshot_folder

WORKER = Path("tasks", "replay_worker.py")
_TIME_LIMIT_SECONDS = 1800


class NoCheckout(Refusal):
    """Only a git checkout has other commits."""


class UnknownCommit(Refusal):
    """git knows no such commit."""


class TooOld(Refusal):
    """The commit cannot decide a night from a snapshot."""


class NoEnvironment(Refusal):
    """The commit's lock could not be installed."""


class CodeFailed(Refusal):
    """The other commit's code ended with an error."""


def find_commit(name: str) -> str:
    """The whole hash of a commit, branch or tag; "" for the code that runs.

    Raises:
        NoCheckout, UnknownCommit: see above.
    """
    if not name:
        return ""
    root = read_settings().root
    inside = _run_git("rev-parse", "--is-inside-work-tree")
    if inside is None or inside.returncode:
        raise NoCheckout(
            mark(
                "{root} is no git checkout, or git is not installed, so no other commit can be replayed. Run the "
                "replay from a clone of the project, or leave the commit out."
            ),
            root=root,
        )
    found = _run_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None or found.returncode:
        raise UnknownCommit(
            mark(
                "This checkout knows no commit {name}. Fetch it (git fetch), or take one that `git log --oneline` "
                "lists; a proposal's commit stands in the replay of it."
            ),
            name=name,
        )
    return found.stdout.strip()


@task(name="replay · decide with other code", cache_policy=NO_CACHE)
def decide_with(commit: str, recorded: Recorded, steps: list[Step]) -> list[bytes]:
    """The night's proposal after each step, as the code of that commit makes it.

    Args:
        commit: From `find_commit`.

    Raises:
        TooOld, NoEnvironment, CodeFailed: see above.
    """
    with tempfile.TemporaryDirectory(prefix="farsail-replay-") as folder:
        job, code = Path(folder, "job"), Path(folder, "code")
        job.mkdir()
        _write_job(job, recorded, steps)
        with _check_out(commit, code):
            python = _find_python(code)
            environment = {**os.environ, "FARSAIL_HOME": folder, "FARSAIL_DATABASE_URL": "", "PYTHONPATH": ""}
            done = subprocess.run(
                [python, "-m", "tasks.replay_worker", str(job)],
                cwd=code,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_TIME_LIMIT_SECONDS,
            )
            if done.returncode:
                raise CodeFailed(
                    mark(
                        "The code of commit {commit} did not decide the night: {said}. Correct that commit, or "
                        "replay another."
                    ),
                    commit=commit[:12],
                    said=" ".join(done.stderr.split())[-500:],
                )
        return [Path(job, f"{number}.proposal").read_bytes() for number in range(len(steps))]


def _write_job(folder: Path, recorded: Recorded, steps: list[Step]) -> None:
    """What tasks/replay_worker.py reads: the night, where its frames lie, and the policy and rates of each step."""
    body = recorded.proposal.body
    wanted = ("as_of", "journey", "what_if", "import", "set_aside", "released")
    document: dict[str, Any] = {
        "seller": recorded.known.seller,
        "snapshot": recorded.known.digest,
        "frames": str(snapshot_folder(recorded.known.digest)),
        "body": {name: body[name] for name in wanted},
        "steps": [step.fields for step in steps],
    }
    Path(folder, "job.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    for number, step in enumerate(steps):
        step.rates.to_parquet(folder / f"{number}.rates.parquet", index=False)


@contextmanager
def _check_out(commit: str, folder: Path) -> Iterator[None]:
    added = _run_git("worktree", "add", "--detach", "--quiet", str(folder), commit)
    if added is None or added.returncode:
        raise UnknownCommit(
            mark("Commit {commit} could not be checked out: {said}. Free the disk or run `git worktree prune`."),
            commit=commit[:12],
            said=" ".join((added.stderr if added else "git is missing").split()),
        )
    try:
        if not (folder / WORKER).is_file():
            raise TooOld(
                mark("Commit {commit} is from before nights could be replayed: it has no {file}. Take a later one."),
                commit=commit[:12],
                file=WORKER.as_posix(),
            )
        yield
    finally:
        _run_git("worktree", "remove", "--force", str(folder))


def _find_python(code: Path) -> str:
    """The interpreter that runs, where the other commit has the same lock; else one made for that lock, and kept."""
    lock = (code / "requirements.lock").read_bytes()
    settings = read_settings()
    if lock == (settings.root / "requirements.lock").read_bytes():
        return sys.executable
    home = settings.home / "replay" / hashlib.sha256(lock).hexdigest()[:16]
    python = home / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "installed"
    if not ready.exists():
        home.mkdir(parents=True, exist_ok=True)
        _install([sys.executable, "-m", "venv", "--clear", str(home / ".venv")])
        locked = ["--no-input", "--no-deps", "--require-hashes", "-r", str(code / "requirements.lock")]
        _install([str(python), "-m", "pip", "install", *locked])
        ready.touch()
    return str(python)


def _install(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise NoEnvironment(
            mark(
                "The versions that the commit's requirements.lock names could not be installed: {said}. Connect the "
                "machine to a package index, or replay a commit with this one's lock."
            ),
            said=" ".join((done.stdout + done.stderr).split())[-500:],
        )


def _run_git(*arguments: str) -> subprocess.CompletedProcess[str] | None:
    """git in this checkout; None where it is not installed."""
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=read_settings().root,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError:
        return None
