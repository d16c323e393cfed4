"""Kill and restart until it would break: `make soak`. Ends with an error when anything was done twice or lost.

Points and pairs are exhaustive for the three promises a target can make; schedules are seeded; kills at moments hit a
bare process. The group prefect_kills kills the flow's process, the worker and the server of a running `make up`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tasks"))

import desk  # noqa: E402
from figures import record_figure  # noqa: E402
from soak_kills import Tally, kill_at_every_pair, kill_at_every_point, kill_at_moments  # noqa: E402
from soak_schedules import draw, play  # noqa: E402
from soak_world import KINDS, Worlds, temporary_folder  # noqa: E402

from tasks.simulated.carrier import start_carrier  # noqa: E402

FIGURES = (
    "soak.crash_points",
    "soak.crash_pairs",
    "soak.schedules",
    "soak.kills",
    "soak.duplicates",
    "soak.losses",
    "soak.unknown_readable",
    "soak.unknown_at_most_once",
    "ledger.decisions_per_second",
)
ON_DEMAND = True
"""`make bench` leaves this group out; it takes about three quarters of an hour."""

SCHEDULES = int(os.environ.get("FARSAIL_SOAK_SCHEDULES", "10000"))
KILLS = int(os.environ.get("FARSAIL_SOAK_KILLS", "1000"))
DECISIONS = 200


def main() -> int:
    """Run every group, record the figures, and say what did not hold."""
    whole = Tally()
    record_figure("ledger.decisions_per_second", round(measure_decisions(), 1), "decisions/s")
    with ProcessPoolExecutor(2) as pool:
        points, pairs = Tally(), Tally()
        if not os.environ.get("FARSAIL_SOAK_WITHOUT_POINTS"):
            points = merge(pool.map(soak_points, KINDS))
            record_figure("soak.crash_points", points.cases, "points, each passed")
            say("points", points)
            pairs = merge(pool.map(soak_pairs, KINDS))
            record_figure("soak.crash_pairs", pairs.cases, "pairs of points, each passed")
            say("pairs", pairs)
        half = SCHEDULES // 2
        schedules = merge(pool.map(soak_schedules, [0, half], [half, SCHEDULES]))
        record_figure("soak.schedules", schedules.cases, "seeded schedules", target=">= 10000")
        say("schedules", schedules)
        moments = merge(pool.map(soak_moments, [1, 2], [(KILLS + 1) // 2] * 2))
        say("kills at moments", moments)
    record_figure("soak.kills", moments.kills, "kills of a bare process at a random moment", target=">= 1000")
    for tally in (points, pairs, schedules, moments):
        whole.merge(tally)
    record_figure("soak.duplicates", whole.duplicates, "acts done twice", target="== 0")
    record_figure("soak.losses", whole.losses, "instructions lost", target="== 0")
    promised = "unknown outcomes of idempotent or readable targets"
    record_figure("soak.unknown_readable", whole.unknown_readable, promised, target="== 0")
    record_figure("soak.unknown_at_most_once", whole.unknown, "unknown outcomes, each a named task")
    return 1 if whole.failed else 0


def soak_points(kind: str) -> Tally:
    """Every single point."""
    return _in_worlds(lambda worlds: kill_at_every_point(worlds, kind))


def soak_pairs(kind: str) -> Tally:
    """Every pair of points."""
    return _in_worlds(lambda worlds: kill_at_every_pair(worlds, kind))


def soak_moments(seed: int, kills: int) -> Tally:
    """Random moments."""
    return _in_worlds(lambda worlds: kill_at_moments(worlds, KINDS, kills, seed))


def soak_schedules(first: int, end: int) -> Tally:
    """Seeds from `first` up to but without `end`."""

    def run(worlds: Worlds) -> Tally:
        tally = Tally()
        for seed in range(first, end):
            found, _ = play(worlds, draw(seed))
            tally.add(f"schedule {seed}", found)
        return tally

    return _in_worlds(run)


def measure_decisions() -> float:
    """Approvals with a code entered per second, each on a proposal of its own; the median of five rounds."""
    from datetime import timedelta

    folder = temporary_folder()
    os.environ["FARSAIL_HOME"] = str(folder)
    os.environ["FARSAIL_SELLERS"] = str(folder / "sellers")
    desk.write_seller(folder / "sellers")
    rates, number = [], 0
    for _ in range(5):
        spent = 0.0
        for _ in range(DECISIONS // 5):
            number += 1
            digest = desk.propose(
                desk.order(desk.order_line("TT-1", expires="")), as_of=desk.MORNING + timedelta(number)
            )
            now = desk.later(number)
            code = desk.code_of("lin", now)
            began = time.perf_counter()
            desk.say(digest, "lin", now=now, code=code)
            spent += time.perf_counter() - began
        rates.append(DECISIONS / 5 / spent)
    shutil.rmtree(folder)
    return statistics.median(rates)


def merge(tallies: object) -> Tally:
    """One tally of many."""
    whole = Tally()
    for tally in tallies:  # type: ignore[attr-defined]
        whole.merge(tally)
    return whole


def say(name: str, tally: Tally) -> None:
    """One line a group, and the first cases that did not hold."""
    print(f"{name}: {tally.cases} cases, {tally.kills} kills, {len(tally.failed)} failed", flush=True)
    for line in tally.failed[:10]:
        print(f"  {line}", flush=True)


def _in_worlds(run: object) -> Tally:
    folder = temporary_folder()
    try:
        with start_carrier() as carrier:
            return run(Worlds(carrier, folder))  # type: ignore[operator, no-any-return]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
