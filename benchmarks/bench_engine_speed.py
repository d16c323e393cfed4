"""The forecasting engine on 1,000,000 generated series × 104 weeks: CPU-seconds, memory, growth, against AutoETS.

Rule of the series (seed 7): a quarter each smooth (Poisson around a level from a gamma law of mean 40), intermittent
(a sale in 5 … 45 % of weeks, Poisson sizes around 3), lumpy (the same chances, geometric sizes of mean 15) and
trending (Poisson around a level that moves evenly by -60 … +150 % over the two years); shuffled, every week known.
`points` is the model set alone (mean, SES, Theta, damped trend, SBA, TSB, ADIDA and the default's 13 weeks ahead);
the whole adds nine rolling origins, the choice per series, and conformal quantiles of 1, 2, 4, 8 and 13 weeks. Arrays
in, arrays out, kernels compiled, each size in a process of its own. AutoETS(season_length=1) of statsforecast runs in
its own environment (peers/forecasting) on the first 5,000 of the same series in the same run. Out of scope: frames,
events, shares of thin countries (bench_forecasting.py), accuracy (bench_engine_accuracy.py). Writes
docs/engine-growth-forecast.svg.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from clock import read_cpu_seconds, read_peak_gib
from figures import record_figure
from growth_plot import Curve, draw_growth
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.forecasting import engine  # noqa: E402

FIGURES = (
    "forecast.cpu_seconds_1m",
    "forecast.point_cpu_seconds_1m",
    "forecast.peak_gib_1m",
    "forecast.growth_exponent",
    "forecast.ratio_vs_autoets",
)
PEER = Path(__file__).resolve().parent / "peers" / "forecasting"
PLOT = ROOT / "docs" / "engine-growth-forecast.svg"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
WEEKS, HORIZON, SEASON, PEER_SERIES = 104, 13, 52, 5_000


def main() -> int:
    """Measure every figure of this group."""
    ours = {size: measure(size) for size in SIZES}
    whole = {size: statistics.median(answer["whole"]) for size, answer in ours.items()}
    points = {size: statistics.median(answer["points"]) for size, answer in ours.items()}
    most = ours[SIZES[-1]]
    record_figure(
        "forecast.cpu_seconds_1m", round(whole[SIZES[-1]], 2), "CPU-seconds", target="<= 15",
        spread=round(max(most["whole"]) - min(most["whole"]), 2),
    )  # fmt: skip
    record_figure(
        "forecast.point_cpu_seconds_1m", round(points[SIZES[-1]], 2), "CPU-seconds", target="<= 3.45",
        spread=round(max(most["points"]) - min(most["points"]), 2),
    )  # fmt: skip
    record_figure("forecast.peak_gib_1m", round(most["peak_gib"], 2), "GiB", target="<= 4")
    logs = [(math.log(size), math.log(seconds)) for size, seconds in whole.items()]
    slope = statistics.linear_regression(*zip(*logs, strict=True)).slope
    record_figure("forecast.growth_exponent", round(slope, 3), "exponent", target="<= 1.1")
    peer = measure_peer()
    theirs = {size: peer["cpu_seconds"] / PEER_SERIES * size for size in SIZES}
    draw_growth(
        PLOT,
        "CPU-seconds to forecast series of 104 weeks",
        f"generated series; growth exponent of the whole {slope:.2f}; AutoETS extended from {PEER_SERIES:,}",
        "series [count]",
        [
            Curve("AutoETS", theirs, dashes="6 4", peer=True),
            Curve("Farsail, with choice and quantiles", whole),
            Curve("Farsail, points of the model set", points, dashes="2 3", label_below=80),
        ],
        sizes=(3, 6),
        spent=(-3, 4),
    )
    ratios = [SIZES[-1] / seconds / (PEER_SERIES / peer["cpu_seconds"]) for seconds in most["points"]]
    record_figure(
        "forecast.ratio_vs_autoets", round(statistics.median(ratios)), "times the series per CPU-second",
        target=">= 1000", peer=f"statsforecast {peer['version']} AutoETS(season_length=1)", peer_value=1.0,
        spread=round(max(ratios) - min(ratios)),
    )  # fmt: skip
    return 0


def draw_series(count: int) -> NDArray[np.float64]:
    """(series, week) units by the rule above; the first series are the same at every size."""
    units = np.empty((count, WEEKS))
    for start in range(0, count, 1_000):
        stream = np.random.Generator(np.random.PCG64([7, start]))
        some = min(1_000, count - start)
        kind = stream.integers(0, 4, (1_000, 1))
        level = stream.gamma(1.5, 40 / 1.5, (1_000, 1))
        trend = 1.0 + stream.uniform(-0.6, 1.5, (1_000, 1)) * np.linspace(0.0, 1.0, WEEKS)
        smooth = stream.poisson(level * np.where(kind == 3, trend, 1.0))
        sold = stream.random((1_000, WEEKS)) < stream.uniform(0.05, 0.45, (1_000, 1))
        sizes = np.where(kind == 1, 1 + stream.poisson(2.0, (1_000, WEEKS)), stream.geometric(1 / 15, (1_000, WEEKS)))
        units[start : start + some] = np.where((kind == 0) | (kind == 3), smooth, sold * sizes)[:some]
    return units


def measure(size: int) -> dict[str, Any]:
    """CPU-seconds per repetition of points and whole, and the peak, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), str(size)], stdout=subprocess.PIPE, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    print(f"  {size:,} series: whole {answer['whole']}, points {answer['points']}", flush=True)
    return answer


def forecast_in_this_process(size: int) -> None:
    """What `measure` starts: prints its answer as JSON."""
    engine.forecast_batch(draw_series(500), np.ones((500, WEEKS), np.bool_), HORIZON, SEASON)  # compiles
    units = draw_series(size)
    known = np.ones(units.shape, np.bool_)
    repeats = 5 if size < SIZES[-1] else 3
    used: dict[str, list[float]] = {"whole": [], "points": []}
    for _ in range(repeats):
        started = read_cpu_seconds()
        engine.forecast_points(units, known, HORIZON)
        used["points"].append(round(read_cpu_seconds() - started, 4))
    for _ in range(repeats):
        started = read_cpu_seconds()
        engine.forecast_batch(units, known, HORIZON, SEASON)
        used["whole"].append(round(read_cpu_seconds() - started, 4))
    peak = read_peak_gib()
    print(json.dumps({**used, "peak_gib": peak}))


def measure_peer() -> dict[str, Any]:
    """AutoETS on the first 5,000 series; its environment is made when absent."""
    python = PEER / ".venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER / ".venv")], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements.lock"]
        subprocess.run(install, check=True, cwd=PEER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.npy"
        np.save(path, draw_series(PEER_SERIES))
        done = subprocess.run(
            [str(python), str(PEER / "points.py"), str(path)], stdout=subprocess.PIPE, text=True, check=True
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    print(f"  AutoETS: {PEER_SERIES / answer['cpu_seconds']:.0f} series per CPU-second", flush=True)
    return answer


if __name__ == "__main__":
    if len(sys.argv) > 1:
        forecast_in_this_process(int(sys.argv[1]))
        sys.exit(0)
    sys.exit(main())
