"""One night in a process of its own, timed: `python benchmarks/night_once.py SELLER [--plain]` prints one JSON line.

With Prefect it runs as users run it, on a server that was started before the clock. `--plain` calls the same
functions in the same order with no task runs and no artifacts; what lies between the two is Prefect's own cost.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from typing import Any

from clock import read_cpu_seconds, read_peak_gib
from prefect import Task
from prefect.testing.utilities import prefect_test_harness

from flows.nightly import nightly
from tasks import artifacts
from tasks.store.proposals import read_proposal

STEPS: dict[str, float] = {}


def main() -> None:
    """Run, and print wall and processor seconds, peak memory, seconds per step, rows read and the digest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seller")
    parser.add_argument("--plain", action="store_true")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        if chosen.plain:
            Task.__call__ = call_timed  # type: ignore[method-assign, assignment]
            artifacts.show_on_run = lambda *_args, **_named: None
        else:
            stack.enter_context(prefect_test_harness(server_startup_timeout=120))
        began, used = time.perf_counter(), read_cpu_seconds()
        digest = nightly.fn(chosen.seller) if chosen.plain else nightly(chosen.seller)
        wall, cpu = time.perf_counter() - began, read_cpu_seconds() - used
    body = read_proposal(digest).body
    result = {
        "digest": digest,
        "wall": wall,
        "cpu": cpu,
        "peak_mib": 1024 * read_peak_gib(),
        "order_rows": sum(row["rows_in"] for row in body["import"] if row["feed"] == "order_lines"),
        "gap_percent": body["allocation"]["gap_percent"],
        "steps": STEPS,
    }
    print(json.dumps(result))


def call_timed(self: Task[Any, Any], *args: Any, **named: Any) -> Any:
    """The task's function, with its seconds added to STEPS."""
    began = time.perf_counter()
    try:
        return self.fn(*args, **named)
    finally:
        STEPS[self.name] = STEPS.get(self.name, 0.0) + time.perf_counter() - began


if __name__ == "__main__":
    main()
