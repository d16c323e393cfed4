"""Kills through Prefect: the flow's process, the worker and the server of a running `make up`, while it executes.

`python benchmarks/soak_prefect.py --kills 3 --seed 1` prints one JSON line. Each kill has a proposal of its own,
approved by code; it comes within a second after the first act began. What died is started again, `execute` runs
again, and the whole store is examined against what the carrier accepted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "tasks"), str(ROOT / "tests")]

import desk  # noqa: E402
from soak_world import World, examine  # noqa: E402
from up import Up  # noqa: E402

from tasks.store.ledger import list_events  # noqa: E402
from tasks.store.models import InstructionRow  # noqa: E402
from tasks.store.session import open_session  # noqa: E402

TURNS = ("flow", "worker", "server")
POLICY = {
    "shipment_targets": ["files", "carrier"],
    "carrier_url": "simulated",
    "carrier_kind": "readable",
    "carrier_read_lag_seconds": 0.2,
}


def run(kills: int, seed: int) -> dict[str, Any]:
    """Kill so many times; gives what was killed, and how often anything was done twice, lost or unknown."""
    dice, folder = random.Random(seed), Path(tempfile.mkdtemp(prefix="farsail-kills-"))
    home = folder / "home"
    world = World(home, "", "readable")
    world.enter()
    desk.write_seller(home / "sellers", generated=["carrier"], policy={"execution": POLICY})
    up = Up(home, FARSAIL_SELLERS=str(home / "sellers"))
    killed: list[str] = []
    try:
        up.wait_for("[4/4] up:", seconds=400)
        while len(killed) < kills:
            target = TURNS[len(killed) % len(TURNS)]
            digest = _approve(len(killed) + 1)
            _kill_while_it_acts(up, target, digest, dice)
            killed.append(target)
            _carry_on(up)
            print(f"  killed {len(killed)}: {target}", file=sys.stderr, flush=True)
        world.address = f"{json.loads((home / 'simulated' / 'carrier.json').read_text())['url']}/haina"
        found = examine(world)
    finally:
        with suppress(OSError):
            up.kill_all()
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "kills": len(killed),
        "killed": {target: killed.count(target) for target in TURNS},
        "duplicates": len(found.duplicates),
        "losses": len(found.losses) + len(found.broken),
        "unknown_readable": len(found.unknown_readable),
        "failed": [*found.duplicates, *found.losses, *found.unknown_readable, *found.broken],
    }


def _approve(number: int) -> str:
    """A proposal of its own morning with an order and a shipment, approved."""
    lines = desk.order(desk.order_line("TT-1", expires="")), desk.shipment(desk.ship_line("TT-1", expires=""))
    digest = desk.propose(*lines, as_of=desk.MORNING + timedelta(number))
    desk.say(digest, "chen", amount="1800.00", now=desk.later(number))
    return digest


def _kill_while_it_acts(up: Up, target: str, digest: str, dice: random.Random) -> None:
    """Start `execute`, wait for the first intent, and kill within a second."""
    started = up.begin("execute", seller_id="haina")
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not list_events(proposal=digest, event="intent"):
        time.sleep(0.01)
    time.sleep(dice.uniform(0.0, 0.8))
    with suppress(ProcessLookupError):
        os.kill(_find_process(up, target, started), signal.SIGKILL)


def _find_process(up: Up, target: str, run_id: str) -> int:
    if target == "flow":
        found = str(up.read_run(run_id).get("infrastructure_pid") or "")
        return int(found.rsplit(":", 1)[-1])
    words = {"worker": "worker start", "server": "server start"}[target]
    return next(number for number, line in up.find_processes().items() if words in line)


def _carry_on(up: Up) -> None:
    """Start again what died, and execute until every instruction is closed."""
    with suppress(Exception):
        up.process.wait(timeout=3)  # `up` ends by itself when its worker or server is gone
    deadline = time.monotonic() + 30
    while up.process.poll() is None and _lost_a_child(up) and time.monotonic() < deadline:
        time.sleep(0.5)
    if up.process.poll() is not None:
        up.kill_all()
        up.start()
        up.wait_for("[4/4] up:", seconds=400)
    for _ in range(4):
        up.finish(up.begin("execute", seller_id="haina"))
        with open_session() as session:
            if not session.query(InstructionRow).filter_by(closed=False).count():
                return


def _lost_a_child(up: Up) -> bool:
    listed = " ".join(up.find_processes().values())
    return "worker start" not in listed or "server start" not in listed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.kills, chosen.seed)))
