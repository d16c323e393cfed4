"""Decides a night from files, for a replay at another commit: `python -m tasks.replay_worker FOLDER`.

Reads FOLDER/job.json, the frames that it names and each step's rates; writes one proposal a step. No store is opened
and no Prefect server is asked: this process is no run.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import Task

from tasks.replaying import decide
from tasks.store.snapshots import Snapshot


def main(folder: Path) -> None:
    """Decide each step of the job and write its canonical bytes."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    tables = {path.stem: pd.read_parquet(path) for path in sorted(Path(job["frames"]).glob("*.parquet"))}
    body = job["body"]
    known = Snapshot(job["snapshot"], job["seller"], date.fromisoformat(body["as_of"]), tables)
    Task.__call__ = _call_function  # type: ignore[method-assign]
    for number, fields in enumerate(job["steps"]):
        rates = pd.read_parquet(folder / f"{number}.rates.parquet")
        (folder / f"{number}.proposal").write_bytes(decide(known, body, fields, rates))


def _call_function(self: Task[Any, Any], *args: Any, **named: Any) -> Any:
    """A task as the function that it wraps."""
    return self.fn(*args, **named)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
