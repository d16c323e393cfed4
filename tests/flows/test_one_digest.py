"""One night has one digest: whatever the processor, threads, hash seed, time zone or database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GENERIC = {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3"}
MATRIX = [
    ({}, "2", "0", "UTC", "sqlite"),
    ({}, "1", "4242", "Asia/Shanghai", "postgresql"),
    (GENERIC, "1", "0", "America/Los_Angeles", "sqlite"),
    (GENERIC, "2", "4242", "UTC", "postgresql"),
    (GENERIC, "2", "7", "Asia/Tokyo", "sqlite"),
]


def run_night(home: Path, url: str, processor: dict[str, str], threads: str, seed: str, zone: str) -> str:
    environment = {
        **os.environ,
        **processor,
        "FARSAIL_HOME": str(home),
        "FARSAIL_DATABASE_URL": url,
        "NUMBA_NUM_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "PYTHONHASHSEED": seed,
        "TZ": zone,
    }
    command = [sys.executable, "benchmarks/night_once.py", "demo", "--plain"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    digest: str = json.loads(done.stdout.splitlines()[-1])["digest"]
    return digest


@pytest.mark.long
@pytest.mark.postgres
def test_a_night_has_one_digest_on_every_machine_and_database(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = {}
    for number, (processor, threads, seed, zone, database) in enumerate(MATRIX):
        url = ""
        if database == "postgresql":
            url = request.getfixturevalue("postgres_server") + "/postgres"
        found[(*sorted(processor), threads, seed, zone, database)] = run_night(
            tmp_path / str(number), url, processor, threads, seed, zone
        )
    assert len(set(found.values())) == 1, found
