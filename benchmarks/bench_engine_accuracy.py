"""Forecasts beside the best of other libraries: pinball loss against CPU-seconds, on three sets of real series.

Sets, origins, halves and what is quoted: accuracy_sets.py. Loss: pinball of p10, p50, p75, p90, p98, mean over the
quantiles and the 13 single weeks ahead. On M4 each series is divided by its mean step before the origin and counts
alike (levels there differ by 10⁶). On retail the losses are summed and divided by the units sold: divided by the mean
step, one series in a hundred (nearly dead before the origin) would make half of the figure. Peers
(peers/forecasting) forecast the same series at the same origins; of a peer's own quantiles and three conformal
versions (`conform`), that with the least loss on the quoted tasks counts. CPU-seconds: ours in `forecast_demand` at
the quoted origins over the whole history, look back and dead series included; a peer's at the quoted origins, and at
the earlier ones when a conformal version counts. Out of scope: demand accumulated over weeks (peers have no quantiles
of it), stock-outs, events, new series, yearly seasons (one year of retail).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from accuracy_plot import draw_pareto
from accuracy_sets import DATA, HORIZON, Floats, Tasks, read_m4, read_retail
from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.forecasting import forecast_demand  # noqa: E402
from skills.forecasting.policy import ForecastingPolicy  # noqa: E402

ON_DEMAND = True  # six minutes, and the peers' environment
FIGURES = (
    "forecast.pinball_m4_weekly",
    "forecast.pinball_retail_sku",
    "forecast.pinball_retail_sku_country",
    "forecast.m4_weekly_gain_ci_low_percent",
    "forecast.retail_sku_gain_ci_low_percent",
    "forecast.retail_sku_country_gain_ci_low_percent",
    "forecast.cpu_seconds_m4_weekly",
    "forecast.cpu_seconds_retail_sku",
    "forecast.cpu_seconds_retail_sku_country",
    "forecast.peers_that_dominate",
    "forecast.coverage_90_worst_gap",
    "forecast.coverage_90_median_gap",
    "forecast.coverage_90_worst_gap_beyond_noise",
)
KEEP = os.environ.get("FARSAIL_BENCH_KEEP", "")
"""A folder where the peers' answers are kept and, in a later run, read instead of being made again."""
PEERS = Path(__file__).resolve().parent / "peers" / "forecasting"
NAMES = {
    "AutoETS": "AutoETS (statsforecast 2.1.1)",
    "AutoTheta": "AutoTheta (statsforecast 2.1.1)",
    "DynamicOptimizedTheta": "DynamicOptimizedTheta (statsforecast 2.1.1)",
    "IMAPA": "IMAPA (statsforecast 2.1.1)",
    "LightGBM": "global LightGBM 4.7.0",
    "LightGBM differences": "global LightGBM 4.7.0 on differences",
    "functime": "linear autoregression (functime 1.0.0)",
}
SLOW = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta")
"""Their conformal versions learn from every fourth task of the earlier origins: else they alone take ten minutes."""
LONG_WEEKS = {"AutoTheta": 260, "DynamicOptimizedTheta": 260}
"""They read the last five years of an M4 series; with up to fifty they take a quarter of a second each."""
UNSUITED = {
    "m4_weekly": "LightGBM",
    "retail_sku": "LightGBM differences",
    "retail_sku_country": "LightGBM differences",
}
"""LightGBM learns levels where weeks are zero and differences where they trend; the other way it was worse."""
OWN_QUANTILES = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta", "LightGBM", "LightGBM differences")
QUANTILES = {"p10": 0.10, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p98": 0.98}
SHARES: Floats = np.array(list(QUANTILES.values()))
ZERO_BOUNDS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
CLASSES = (0.05, 0.60, 0.90)
"""Share of zero weeks that bounds the classes coverage is told by."""
LEAST_ROWS = 250
LEAST_POOL = 60
DRAWS, SEED = 2000, 7
EVENTS = ["event", "first_day", "last_day", "country", "sku", "uplift_percent", "author", "expires"]
OVERRIDES = ["sku", "country", "weekly_units", "author", "reason", "expires"]
FIRST_MONDAY = pd.Timestamp("2010-01-04")


@dataclass(frozen=True)
class Answer:
    """Quantiles (scored task, quantile, week ahead), their loss per task, and the CPU-seconds they took."""

    name: str
    quantiles: Floats
    loss: Floats
    cpu_seconds: float


def main() -> int:
    """Measure every figure of this group."""
    if not DATA.exists():
        print(f"{DATA} is absent: docs/run.md says how to get the sets.", file=sys.stderr)
        return 1
    make_environment()
    dominated, panels, answered = 0, [], []
    for tasks in (read_m4(), read_retail(by_country=False), read_retail(by_country=True)):
        ours = forecast_ours(tasks)
        theirs = measure_peers(tasks)
        dominated += compare(tasks, ours, theirs)
        panels.append(
            (tasks.name, [(peer.name, peer.cpu_seconds, total(tasks, peer.loss)) for peer in [ours, *theirs]])
        )
        if tasks.name != "m4_weekly":
            answered.append((tasks, ours))
    record_figure("forecast.peers_that_dominate", dominated, "peers, over the three sets", target="<= 0")
    draw_pareto(panels)
    gaps, noise = measure_coverage(answered)
    record_figure("forecast.coverage_90_worst_gap", round(float(np.max(gaps)), 1), "points", target="<= 3")
    record_figure("forecast.coverage_90_median_gap", round(float(np.median(gaps)), 1), "points")
    beyond = np.maximum(gaps - 2.0 * noise, 0.0)
    print(f"  coverage: {len(gaps)} cells, sampling error {np.quantile(noise, (0.1, 0.5, 0.9)).round(2)} points; "
          f"{(beyond > 3.0).sum()} are off by more than 3 points and two sampling errors", flush=True)  # fmt: skip
    record_figure("forecast.coverage_90_worst_gap_beyond_noise", round(float(beyond.max()), 1), "points")
    return 0


def make_environment() -> None:
    """The peers' environment, from its lock, when it is not there yet."""
    python = PEERS / ".venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS / ".venv")], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements.lock"]
        subprocess.run(install, check=True, cwd=PEERS)


def forecast_ours(tasks: Tasks) -> Answer:
    """Our quantiles of every scored task, one call per origin, compiled kernels warm."""
    policy = ForecastingPolicy(horizon_weeks=HORIZON)
    quantiles, seconds = np.empty((int(tasks.scored.sum()), len(QUANTILES), HORIZON)), 0.0
    origins = tasks.origin[tasks.scored]
    for number, origin in enumerate(tasks.quoted):
        now = np.flatnonzero(tasks.origin == origin)
        frame = tasks.whole[origin]
        week = FIRST_MONDAY + pd.to_timedelta(7 * frame["week"], unit="D")
        frame = frame.assign(week=week, in_stock=True, capped_units=0.0)
        products = pd.DataFrame({"sku": frame["sku"].unique()})
        products = products.assign(category=products["sku"] if tasks.name == "m4_weekly" else "gifts")
        arguments = (
            pd.DataFrame(columns=EVENTS),
            pd.DataFrame(columns=OVERRIDES),
            products.assign(life_cycle="steady"),
        )
        as_of = (FIRST_MONDAY + pd.Timedelta(weeks=int(origin))).date()
        if number == 0:
            forecast_demand(frame, *arguments, as_of, policy)
        started = time.process_time()
        answer = forecast_demand(frame, *arguments, as_of, policy)
        seconds += time.process_time() - started
        rows = answer.set_index(["sku", "country"]).loc[list(zip(tasks.sku[now], tasks.country[now], strict=True))]
        values = rows[list(QUANTILES)].to_numpy(dtype=np.float64).reshape(len(now), HORIZON, len(QUANTILES))
        quantiles[origins == origin] = values.transpose(0, 2, 1)
    return Answer("Farsail", quantiles, measure_loss(tasks, quantiles), seconds)


def measure_peers(tasks: Tasks) -> list[Answer]:
    """Every peer in its best version, two of them at a time."""
    facts = tasks.describe()
    peers = [peer for peer in NAMES if peer != UNSUITED[tasks.name]]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda peer: run_peer(tasks, peer, Path(KEEP or folder)), peers))
    return [choose_version(tasks, facts, peer, *answer) for peer, answer in zip(peers, drawn, strict=True)]


def run_peer(tasks: Tasks, peer: str, folder: Path) -> tuple[Floats, dict[int, float]]:
    """(task, mean and five quantiles, week ahead), NaN where it was not asked; CPU-seconds per origin."""
    source, target, told = (folder / f"{tasks.name} {peer}.{name}" for name in ("in.parquet", "out.parquet", "json"))
    origins = tuple(int(origin) for origin in np.unique(tasks.origin))
    asked_at = tasks.quoted if peer.startswith("LightGBM") else origins
    tasks.write(source, asked_at, every=4 if peer in SLOW else 1, weeks=LONG_WEEKS.get(peer, 10_000))
    if not told.exists():
        done = subprocess.run(
            [str(PEERS / ".venv" / "bin" / "python"), str(PEERS / "forecast.py"), str(source), str(target), peer],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        told.write_text(done.stdout, encoding="utf-8")
    report = json.loads(told.read_text(encoding="utf-8"))
    rows = pd.read_parquet(target)
    place = {key: number for number, key in enumerate(zip(tasks.origin, tasks.series, strict=True))}
    asked = rows[rows["ahead"] == 1]
    values = np.full((len(tasks.origin), 1 + len(QUANTILES), HORIZON), np.nan)
    index = [place[key] for key in zip(asked["origin"], asked["series"], strict=True)]
    table = rows[["mean", *QUANTILES]].to_numpy(dtype=np.float64)
    values[index] = table.reshape(len(asked), HORIZON, -1).transpose(0, 2, 1)
    print(f"  {tasks.name} {peer}: {sum(report['cpu_seconds'].values()):.1f} CPU-seconds, "
          f"{report['refused']} of {len(asked)} refused", flush=True)  # fmt: skip
    return values, {int(origin): float(seconds) for origin, seconds in report["cpu_seconds"].items()}


def choose_version(tasks: Tasks, facts: Floats, peer: str, values: Floats, seconds: dict[int, float]) -> Answer:
    """Its own quantiles or a conformal version, whichever loses least on the scored tasks."""
    scored = tasks.scored
    alone = sum(seconds[origin] for origin in tasks.quoted)
    versions: dict[str, tuple[Floats, float]] = {}
    if peer in OWN_QUANTILES:
        own = np.maximum.accumulate(np.maximum(values[scored, 1:], 0.0), axis=1)
        versions["own"] = (own, alone)
    if not peer.startswith("LightGBM"):
        # a trend that runs away is held at twice the largest week
        largest = np.array([units.max() for units in tasks.history])
        points = np.clip(values[:, 0], 0.0, 2.0 * largest[:, None])
        step, spread = facts[:, 0], facts[:, 1]
        for name, scale in (
            ("spread", np.repeat(spread[:, None], HORIZON, axis=1)),
            ("spread and step", np.repeat((spread + step)[:, None], HORIZON, axis=1)),
            ("spread and level", np.sqrt(spread[:, None] * np.maximum(points, 1e-3))),
        ):
            versions[f"conformal by {name}"] = (conform(tasks, facts, points, scale), sum(seconds.values()))
    answers = [
        (name, Answer(NAMES[peer], quantiles, measure_loss(tasks, quantiles), cost))
        for name, (quantiles, cost) in versions.items()
    ]
    for name, answer in answers:
        print(f"  {tasks.name} {peer}, {name}: {total(tasks, answer.loss):.4f}", flush=True)
    return min((answer for _, answer in answers), key=lambda answer: total(tasks, answer.loss))


def conform(tasks: Tasks, facts: Floats, points: Floats, scale: Floats) -> Floats:
    """Quantiles by pooled conformal factors, as the skill pools its own: a peer's misses at earlier origins ÷ scale.

    Retail: pooled over all weeks ahead, by kind of row, zero class and fifth of (last four weeks ÷ forecast) in its
    zero class (with silence and age averaged in, as we do, IMAPA lost more); M4: by week ahead. Only weeks before the
    origin are read.
    """
    misses = (tasks.actual - points) / np.maximum(scale, 1e-9)
    ahead = np.arange(1, HORIZON + 1)
    asked = ~np.isnan(points[:, 0])
    kind = np.searchsorted(ZERO_BOUNDS, facts[:, 2])
    fifth = np.zeros(len(kind), dtype=np.int64)
    ratio = facts[:, 3] / np.maximum(points[:, 0], 1e-3)
    for one in np.unique(kind):
        inside = (kind == one) & asked
        if inside.any():
            fifth[inside] = np.searchsorted(np.quantile(ratio[inside], (0.2, 0.4, 0.6, 0.8)), ratio[inside])
    coarse = tasks.tier * 100 + kind
    fine = coarse * 10 + fifth
    by_week = tasks.name == "m4_weekly"
    if by_week:
        coarse, fine = np.zeros_like(coarse), np.zeros_like(fine)
    quantiles = np.empty((len(points), len(SHARES), HORIZON))
    for origin in tasks.quoted:
        seen = (tasks.origin[:, None] + ahead <= origin) & asked[:, None]
        for pool in np.unique(fine[tasks.origin == origin]):
            rows = (tasks.origin == origin) & (fine == pool)
            same, near = fine == pool, coarse == coarse[rows][0]
            for weeks in ahead[:, None] if by_week else [ahead]:
                window = seen & np.isin(ahead, weeks)
                choices = (window & same[:, None], window & near[:, None], window)
                chosen = next((choice for choice in choices if choice.sum() >= LEAST_POOL), window)
                values = np.sort(misses[chosen])
                rank = np.ceil(SHARES * (len(values) + 1)).astype(int) - 1
                factor = values[np.clip(rank, 0, len(values) - 1)]
                columns = weeks - 1
                shape = np.ix_(rows, np.arange(len(SHARES)), columns)
                base, unit = points[rows][:, columns], scale[rows][:, columns]
                quantiles[shape] = base[:, None] + factor[:, None] * unit[:, None]
    return np.maximum.accumulate(np.maximum(quantiles[tasks.scored], 0.0), axis=1)


def measure_loss(tasks: Tasks, quantiles: Floats) -> Floats:
    """Pinball loss per scored task, mean over quantiles and weeks; M4: divided by the series' mean step."""
    miss = tasks.actual[tasks.scored][:, None] - quantiles
    share = SHARES[:, None]
    loss = np.maximum(share * miss, (share - 1.0) * miss).mean(axis=(1, 2))
    if tasks.name != "m4_weekly":
        return np.asarray(loss)
    steps = [np.abs(np.diff(units)).mean() for units, now in zip(tasks.history, tasks.scored, strict=True) if now]
    return np.asarray(loss / np.array(steps))


def total(tasks: Tasks, loss: Floats) -> float:
    """The loss of a set: mean over series (M4), or per unit sold (retail)."""
    if tasks.name == "m4_weekly":
        return float(loss.mean())
    return float(loss.sum() / tasks.actual[tasks.scored].mean(axis=1).sum())


def compare(tasks: Tasks, ours: Answer, theirs: list[Answer]) -> int:
    """Record the figures of one set; how many peers are both better and cheaper."""
    best = min(theirs, key=lambda peer: total(tasks, peer.loss))
    value, other = total(tasks, ours.loss), total(tasks, best.loss)
    unit = "pinball loss ÷ mean step" if tasks.name == "m4_weekly" else "pinball loss per unit sold"
    record_figure(
        f"forecast.pinball_{tasks.name}", round(value, 4), unit, target="<= 1.01 of the best peer",
        peer=best.name, peer_value=round(other, 4),
    )  # fmt: skip
    record_figure(
        f"forecast.cpu_seconds_{tasks.name}", round(ours.cpu_seconds, 3), "CPU-seconds",
        peer=best.name, peer_value=round(best.cpu_seconds, 3),
    )  # fmt: skip
    for peer in theirs:
        low, high = draw_interval(tasks, ours.loss, peer.loss)
        print(f"  {tasks.name} {peer.name}: {total(tasks, peer.loss):.4f}, {peer.cpu_seconds:.2f} CPU-seconds; "
              f"ours {value:.4f} better by {low:.2f} … {high:.2f} %", flush=True)  # fmt: skip
    low, high = draw_interval(tasks, ours.loss, best.loss)
    record_figure(
        f"forecast.{tasks.name}_gain_ci_low_percent", round(low, 2), "percent of the best peer's loss, 2.5 % bound",
        target="" if tasks.name == "m4_weekly" else ">= 0", peer=best.name, spread=round(high - low, 2),
    )  # fmt: skip
    return sum(peer.cpu_seconds <= ours.cpu_seconds and total(tasks, peer.loss) <= value for peer in theirs)


def draw_interval(tasks: Tasks, ours: Floats, theirs: Floats) -> tuple[float, float]:
    """95 % of what we gain on a peer [%], paired bootstrap over SKUs (M4: series)."""
    names, group = np.unique(tasks.sku[tasks.scored], return_inverse=True)
    mine, other = (np.bincount(group, weights=loss) for loss in (ours, theirs))
    draws = np.random.Generator(np.random.PCG64(SEED)).integers(0, len(names), (DRAWS, len(names)))
    gains = 100.0 * (1.0 - mine[draws].sum(axis=1) / other[draws].sum(axis=1))
    low, high = np.percentile(gains, (2.5, 97.5))
    return float(low), float(high)


def measure_coverage(answered: list[tuple[Tasks, Answer]]) -> tuple[Floats, Floats]:
    """Distance from 90 % per (zero class, kind of row, weeks ahead) [points], weighted by units before the origin.

    Demand comes in whole units: p90 is right when at most 90 % of weeks are below its whole part and at least 90 % at
    or below it. The distance is what is missing or too much; a series that sells in one week of fifty is not at fault
    because 98 % of its weeks are at or below zero. Second: the sampling error of each distance, SKUs
    as they are drawn.
    """
    parts = []
    for tasks, ours in answered:
        facts, scored, upper = tasks.describe()[tasks.scored], tasks.scored, np.floor(ours.quantiles[:, 3])
        actual = tasks.actual[scored]
        parts.append(
            (
                np.searchsorted(CLASSES, facts[:, 2]),
                tasks.tier[scored],
                facts[:, 4],
                actual <= upper,
                actual < upper,
                tasks.sku[scored],
            )
        )
    kind, tier, weight, covered, below, sku = (np.concatenate([part[k] for part in parts]) for k in range(6))
    gaps, noise = [], []
    for one in np.unique(kind):
        for place in np.unique(tier):
            rows = (kind == one) & (tier == place)
            if rows.sum() < LEAST_ROWS:
                continue
            at_most, under = (
                100.0 * (table[rows] * weight[rows, None]).sum(axis=0) / weight[rows].sum()
                for table in (covered, below)
            )
            gap = np.maximum(np.maximum(90.0 - at_most, under - 90.0), 0.0)
            gaps.append(gap)
            inside = np.where(90.0 - at_most >= under - 90.0, covered[rows], below[rows])
            away = weight[rows, None] * (inside - (inside * weight[rows, None]).sum(axis=0) / weight[rows].sum())
            _, drawn = np.unique(sku[rows], return_inverse=True)
            squares = [float((np.bincount(drawn, column) ** 2).sum()) for column in away.T]
            noise.append(100.0 * np.sqrt(squares) / weight[rows].sum())
            print(f"  coverage, class {one}, tier {place}, {rows.sum()} rows: {np.round(at_most, 1)} at or below, "
                  f"{np.round(under, 1)} below; off by {gap.max():.1f} at most", flush=True)  # fmt: skip
    return np.concatenate(gaps), np.concatenate(noise)


if __name__ == "__main__":
    sys.exit(main())
