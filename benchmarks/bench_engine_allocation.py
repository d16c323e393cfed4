"""Allocation with cartons and ten shared limits: our bound and gap, and HiGHS stopped at the gap that we prove.

Generated instances (rule and seeds in allocation_world.py), posed as the arrays that `allocate_stock` poses and
solved by the function that it calls, with the default policy; kernels compiled beforehand. HiGHS runs in a process of
its own, one thread, on the same arrays: all three formulations of peers/allocation/solve.py at 36, two at 200, each
instance counted with its quickest; the best of these alone above. Where its time limit ends a run the ratio is a
lower bound, and says so. The demo seller's night runs whole. Every plan is checked against stock and limits here.
Out of scope: reading tables, describing lines (the night's bench has them).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from allocation_world import make_problem
from bench_night import run_once
from figures import record_figure
from growth_plot import Curve, draw_growth

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.distribution.policy import DistributionPolicy  # noqa: E402
from skills.distribution.problem import Problem  # noqa: E402
from skills.distribution.solve import solve  # noqa: E402

FIGURES = (
    "allocation.gap_percent_36",
    "allocation.gap_percent_200",
    "allocation.gap_percent_1000",
    "allocation.gap_percent_4000",
    "allocation.gap_percent_100k",
    "allocation.gap_percent_demo",
    "allocation.ratio_vs_highs_36",
    "allocation.ratio_vs_highs_200",
    "allocation.ratio_vs_highs_1000",
    "allocation.ratio_vs_highs_4000",
    "allocation.cpu_seconds_100k",
)
PEER = Path(__file__).resolve().parent / "peers" / "allocation" / "solve.py"
PLOT = ROOT / "docs" / "engine-growth-allocation.svg"
SEEDS = {36: (1, 2, 3, 4, 5), 200: (1, 2, 3), 1000: (1, 2, 3), 4000: (1, 2, 3), 100_000: (1,)}
PEERS: dict[int, tuple[tuple[str, ...], float, int]] = {
    36: (("binaries", "raw", "counts"), 5, 5),
    200: (("binaries", "raw"), 20, 3),
    1000: (("binaries",), 30, 2),
    4000: (("binaries",), 60, 1),
}
"""SKUs → formulations, most seconds of a run, instances."""


def main() -> int:
    """Measure every figure of this group."""
    solve_timed(make_problem(300, 99), 300)
    solve_timed(make_problem(2500, 99), 2500)
    ours: dict[int, float] = {}
    theirs: dict[int, float] = {}
    for skus, seeds in SEEDS.items():
        problems = [make_problem(skus, seed) for seed in seeds]
        solved = [solve_timed(problem, skus) for problem in problems]
        seconds, gaps = [row[0] for row in solved], [row[1] for row in solved]
        ours[skus] = statistics.median(seconds)
        name = "100k" if skus == 100_000 else str(skus)
        print(f"  {skus} SKUs: {ours[skus]:.4f} CPU-seconds, {len(problems[0].value)} cartons", flush=True)
        record(f"allocation.gap_percent_{name}", [100 * gap for gap in gaps], "percent", "<= 0.05", 6)
        if skus in PEERS:
            theirs[skus] = measure_peer(skus, problems, solved)
        else:
            record("allocation.cpu_seconds_100k", seconds, "CPU-seconds", "<= 3", 2)
    with tempfile.TemporaryDirectory() as home:
        demo = float(run_once(Path(home), "demo", plain=True)["gap_percent"])
    record_figure("allocation.gap_percent_demo", demo, "percent", target="<= 0.05")
    draw_growth(
        PLOT,
        "CPU-seconds to allocate, with proven gap",
        "generated, 10 countries, ten limits; HiGHS stopped at the same gap or its limit",
        "products [SKUs]",
        [Curve("Farsail", ours), Curve("HiGHS", theirs, dashes="6 4", peer=True)],
        sizes=(1, 5),
        spent=(-3, 2),
    )
    return 0


def solve_timed(problem: Problem, skus: int) -> tuple[float, float]:
    """CPU-seconds (median of three, one where it takes long) and the gap proved as a share of the bound."""
    seconds: list[float] = []
    while len(seconds) < 3 and sum(seconds) < 2:
        fresh = Problem(**{name: getattr(problem, name) for name in Problem.__dataclass_fields__})
        started = time.process_time()
        found = solve(fresh, skus, DistributionPolicy())
        seconds.append(time.process_time() - started)
    counts, bound = found.counts, found.bound
    assert (problem.room(counts) >= 0).all() and (problem.left(counts) >= 0).all()
    return statistics.median(seconds), (bound - problem.worth(counts)) / bound


def measure_peer(skus: int, problems: list[Problem], solved: list[tuple[float, float]]) -> float:
    """Records the ratio of CPU-seconds; returns HiGHS's own, the median over the instances."""
    formulations, most, instances = PEERS[skus]
    ratios, seconds, cut = [], [], 0
    version = ""
    for problem, (own, gap) in list(zip(problems, solved, strict=True))[:instances]:
        runs = [run_peer(problem, formulation, gap, most) for formulation in formulations]
        quickest = min(runs, key=lambda run: (not run["finished"], run["cpu_seconds"]))
        for formulation, run in zip(formulations, runs, strict=True):
            ended = "" if run["finished"] else ", stopped by its time limit"
            proved = 100 * (run["bound"] - run["value"]) / run["bound"]
            print(f"    {formulation}: {run['cpu_seconds']:.2f} CPU-seconds, gap {proved:.4f} %{ended}", flush=True)
        cut += not quickest["finished"]
        seconds.append(float(quickest["cpu_seconds"]))
        ratios.append(seconds[-1] / own)
        version = str(quickest["version"])
    least = f", {cut} of {len(ratios)} stopped by the time limit: a lower bound" if cut else ""
    record_figure(
        f"allocation.ratio_vs_highs_{skus}", round(statistics.median(ratios), 2), "ratio of CPU-seconds",
        target=">= 150" if skus == 4000 else ">= 1", peer=f"highspy {version}{least}",
        spread=round(max(ratios) - min(ratios), 2),
    )  # fmt: skip
    return statistics.median(seconds)


def run_peer(problem: Problem, formulation: str, gap: float, most: float) -> dict[str, Any]:
    """One run of HiGHS, stopped at the gap or after so many seconds."""
    parts = ("value", "begin", "pool", "pool_cartons", "limit", "use", "limits")
    done = subprocess.run(
        [sys.executable, str(PEER), formulation, str(gap), str(most)],
        input=json.dumps({name: getattr(problem, name).tolist() for name in parts}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def record(name: str, values: list[float], unit: str, target: str, digits: int) -> None:
    """The median, with its spread."""
    record_figure(
        name, round(statistics.median(values), digits), unit, target=target,
        spread=round(max(values) - min(values), digits),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
