"""The night of the real seller (Online Retail II), as users run it, and how many digests one night has.

Three runs with Prefect and three without, in turn, each in a process of its own, after one that fills the caches.
Out of scope: the server's own start and memory (it is another process), and the first compilation of the kernels.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
FIGURES = (
    "night.real_wall_seconds",
    "night.real_cpu_seconds",
    "night.real_peak_mib",
    "night.real_import_seconds",
    "night.import_rows_per_second",
    "night.real_forecast_seconds",
    "night.real_allocation_seconds",
    "night.orchestration_seconds",
    "night.orchestration_share_percent",
    "night.digests",
    "night.digest_runs",
)
REPEATS = 3
PROCESSORS = ({}, {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3"})
THREADS = ("1", "2")
HASH_SEEDS = ("0", "4242")
ZONES = ("UTC", "Asia/Shanghai")


def main() -> int:
    """Measure every figure of this group."""
    with tempfile.TemporaryDirectory() as folder:
        measure_real(Path(folder) / "real")
        count_digests(Path(folder))
    return 0


def measure_real(home: Path) -> None:
    """Pairs of runs on one installation."""
    run_once(home, "online-retail", plain=True)
    pairs = [(run_once(home, "online-retail"), run_once(home, "online-retail", plain=True)) for _ in range(REPEATS)]
    managed, plain = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    costs = [one["wall"] - other["wall"] for one, other in pairs]

    def step(run: dict[str, Any], name: str) -> float:
        return float(run["steps"][name])

    record("night.real_wall_seconds", [run["wall"] for run in managed], "seconds")
    record("night.real_cpu_seconds", [run["cpu"] for run in managed], "seconds")
    record("night.real_peak_mib", [run["peak_mib"] for run in managed], "MiB", "<= 2048")
    record("night.real_import_seconds", [step(run, "files · read exports") for run in plain], "seconds")
    rates = [run["order_rows"] / step(run, "files · read exports") for run in plain]
    record("night.import_rows_per_second", rates, "rows/s")
    record("night.real_forecast_seconds", [step(run, "forecasting · forecast demand") for run in plain], "seconds")
    record("night.real_allocation_seconds", [step(run, "distribution · allocate stock") for run in plain], "seconds")
    record("night.orchestration_seconds", costs, "seconds", "<= 4")
    shares = [100 * cost / run["wall"] for cost, run in zip(costs, managed, strict=True)]
    record("night.orchestration_share_percent", shares, "percent")


def count_digests(folder: Path) -> None:
    """Digests of the demo night over processors, threads, hash seeds and time zones, each on a new installation.

    The same on PostgreSQL is a test (tests/flows/test_one_digest.py), which has a server of its own.
    """
    found = []
    for number, (processor, threads, seed, zone) in enumerate(
        itertools.product(PROCESSORS, THREADS, HASH_SEEDS, ZONES)
    ):
        extra = {
            **processor,
            "NUMBA_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
        }
        found.append(run_once(folder / f"demo-{number}", "demo", plain=True, **extra)["digest"])
    record_figure("night.digests", len(set(found)), "count", target="== 1")
    record_figure("night.digest_runs", len(found), "count")


def run_once(home: Path, seller: str, *, plain: bool = False, **extra: str) -> dict[str, Any]:
    """One night in a process of its own, on the installation at `home`."""
    environment = {**os.environ, "FARSAIL_HOME": str(home), "FARSAIL_DATABASE_URL": "", **extra}
    command = [sys.executable, "benchmarks/night_once.py", seller, *(["--plain"] if plain else [])]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def record(name: str, values: list[float], unit: str, target: str = "") -> None:
    """The median, with its spread."""
    spread = max(values) - min(values)
    record_figure(name, round(statistics.median(values), 2), unit, target=target, spread=round(spread, 2))


if __name__ == "__main__":
    sys.exit(main())
