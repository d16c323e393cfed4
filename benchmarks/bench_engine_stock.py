"""Classic stock levels against stockpyl: the same answers on the textbook's instances, and CPU-seconds on many.

Real: instances of Snyder and Shen (../shared/data/meio_stockpyl) on which a method applies. Generated: products drawn
by the rule in `draw_products`, seeded, for the CPU-seconds; the peer solves some of the same ones, one by one, in its
own environment (peers/stockpyl). Out of scope: multi-echelon methods of the peer that no journey calls.
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from figures import record_figure
from peer_environment import PEERS, open_peer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.stocking import size_min_max, size_newsvendor, size_order, size_reorder  # noqa: E402

FIGURES = (
    "stock.textbook_equal",
    "stock.textbook_instances",
    "stock.ratio_vs_stockpyl",
    "stock.ratio_order",
    "stock.ratio_order_1m",
    "stock.ratio_newsvendor",
    "stock.ratio_reorder",
    "stock.ratio_min_max",
)
INSTANCES = ROOT.parent / "shared" / "data" / "meio_stockpyl" / "stockpyl_instances.json.gz"
COUNTS = {"order": 20_000, "order_1m": 1_000_000, "newsvendor": 1_000_000, "reorder": 20_000, "min_max": 20_000}
PEER_COUNTS = {"order": 2_000, "order_1m": 2_000, "newsvendor": 1_000, "reorder": 60, "min_max": 40}
REPEATS = 5
SHORTEST = 0.05
"""A repetition solves all products again until it took so long [CPU-seconds]."""
SEED = 20261130

Facts = dict[str, float]


def main() -> int:
    """Measure every figure of this group."""
    if not INSTANCES.exists():
        print(f"{INSTANCES} is absent: the textbook's instances cannot be solved.", file=sys.stderr)
        return 1
    instances = list_instances()
    products = {method: draw_products(method, count) for method, count in COUNTS.items()}
    asked = {
        "instances": [{"method": method, "facts": facts} for method, facts in instances],
        "timed": {
            method: [dict(zip(many, map(float, row), strict=True)) for row in zip(*many.values(), strict=True)][
                : PEER_COUNTS[method]
            ]
            for method, many in products.items()
        },
    }
    solver = [str(open_peer("stockpyl")), str(PEERS / "stockpyl" / "solve.py")]
    done = subprocess.run(solver, input=json.dumps(asked), capture_output=True, text=True, check=True)
    peer = json.loads(done.stdout)
    equal = sum(
        is_equal(method, facts, answer) for (method, facts), answer in zip(instances, peer["answers"], strict=True)
    )
    name = f"stockpyl {peer['version']}"
    record_figure("stock.textbook_instances", len(instances), "instances that a method applies to")
    record_figure(
        "stock.textbook_equal",
        equal,
        "instances equal to 1e-6",
        target=f"== {len(instances)}",
        peer=name,
        peer_value=len(instances),
    )
    ratios = {}
    for method, many in products.items():
        seconds, spread = time_ours(method, many)
        ratio = peer["seconds"][method] / seconds
        ratios[method] = ratio
        record_figure(
            f"stock.ratio_{method}",
            round(ratio),
            "CPU-seconds of the peer over ours, per product",
            target=">= 500",
            peer=name,
            spread=round(ratio * spread / seconds),
        )
    record_figure(
        "stock.ratio_vs_stockpyl", round(min(ratios.values())), "least of the methods", target=">= 500", peer=name
    )
    return 0


def list_instances() -> list[tuple[str, Facts]]:
    """The textbook's instances with the facts that our methods ask for."""
    with gzip.open(INSTANCES, "rt", encoding="utf-8") as file:
        book = json.load(file)["instances"]
    found: list[tuple[str, Facts]] = []
    for instance in book:
        facts, described = instance["data"], instance["description"]
        if "(EOQ)" in described or "(EOQB)" in described:
            found.append(("order", facts))
        elif described.endswith(("(newsvendor)", "(newsvendor) (= Example 4.1)", "(base-stock optimization)")):
            found.append(("newsvendor", rename_newsvendor(facts)))
        elif "newsvendor explicit" in described:
            costs = {"underage": facts["revenue"] - facts["purchase_cost"]}
            costs |= {"overage": facts["purchase_cost"] - facts["salvage_value"]}
            found.append(("newsvendor", costs | {"mean": facts["demand_mean"], "spread": facts["demand_sd"]}))
        elif "(r,Q) with Poisson" in described:
            found.append(("reorder", {**facts, "demand_rate": facts["demand_mean"]}))
        elif "(s,S) with Poisson" in described:
            found.append(("min_max", facts))
    return found


def rename_newsvendor(facts: Facts) -> Facts:
    """Costs and demand under our names."""
    ours = {"overage": "holding_cost", "underage": "stockout_cost", "mean": "demand_mean", "spread": "demand_sd"}
    named = {name: facts[theirs] for name, theirs in ours.items()}
    return named | ({"lead_time": facts["lead_time"]} if "lead_time" in facts else {})


def solve(method: str, many: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Our answer for every product, in the order of the peer's answer."""
    if method in ("order", "order_1m"):
        return list(
            size_order(many["fixed_cost"], many["holding_cost"], many["demand_rate"], many.get("stockout_cost"))
        )
    if method == "newsvendor":
        periods: Any = many.get("lead_time", 0.0) + 1.0
        return list(size_newsvendor(many["mean"], many["spread"], many["overage"], many["underage"], periods))
    costs = (many["holding_cost"], many["stockout_cost"], many["fixed_cost"])
    if method == "reorder":
        return list(size_reorder(*costs, many["demand_rate"], many["lead_time"]))
    return list(size_min_max(*costs, many["demand_mean"], many["demand_mean"]))


def is_equal(method: str, facts: Facts, answer: list[float]) -> bool:
    """Whether levels and cost of one instance agree to 1e-6 of their size."""
    ours = solve(method, {name: np.array([float(value)]) for name, value in facts.items()})
    pairs = zip((float(values[0]) for values in ours), answer, strict=True)
    return all(abs(a - b) <= 1e-6 * max(1.0, abs(b)) for a, b in pairs)


def draw_products(method: str, count: int) -> dict[str, np.ndarray]:
    """Costs and demand of so many products: uniform within the ranges of a small parcel's trade."""
    draw = np.random.default_rng(SEED).uniform
    if method in ("order", "order_1m"):
        return {"fixed_cost": draw(5, 500, count), "holding_cost": draw(0.1, 5, count),
                "demand_rate": draw(50, 5000, count)}  # fmt: skip
    if method == "newsvendor":
        return {"mean": draw(1, 500, count), "spread": draw(1, 200, count), "overage": draw(0.1, 5, count),
                "underage": draw(1, 50, count)}  # fmt: skip
    costs = {
        "holding_cost": draw(0.1, 5, count),
        "stockout_cost": draw(1, 50, count),
        "fixed_cost": draw(5, 100, count),
    }
    if method == "reorder":
        return costs | {"demand_rate": draw(0.5, 10, count), "lead_time": draw(1, 8, count)}
    return costs | {"demand_mean": draw(1, 40, count)}


def time_ours(method: str, many: dict[str, np.ndarray]) -> tuple[float, float]:
    """Median CPU-seconds per product, kernels warm, and largest less smallest repetition."""
    solve(method, many)
    seconds = []
    for _ in range(REPEATS):
        started, rounds = time.process_time(), 0
        while time.process_time() - started < SHORTEST:
            solve(method, many)
            rounds += 1
        seconds.append((time.process_time() - started) / rounds / len(next(iter(many.values()))))
    return statistics.median(seconds), max(seconds) - min(seconds)


if __name__ == "__main__":
    sys.exit(main())
