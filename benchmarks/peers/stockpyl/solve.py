"""Solves textbook instances with stockpyl, in its own environment; instances come as JSON, answers go out as JSON.

Standard input: {"instances": [{"method", "facts"}], "timed": {method: [facts]}}. Timed instances are solved one after
the other, as the library offers no other way; CPU-seconds of the process.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version

from stockpyl.eoq import economic_order_quantity, economic_order_quantity_with_backorders
from stockpyl.newsvendor import newsvendor_normal
from stockpyl.rq import r_q_poisson_exact
from stockpyl.ss import s_s_discrete_exact


def solve(method: str, f: dict[str, float]) -> list[float]:
    if method in ("order", "order_1m"):
        if f.get("stockout_cost"):
            found = economic_order_quantity_with_backorders(
                f["fixed_cost"], f["holding_cost"], f["stockout_cost"], f["demand_rate"]
            )
            return [found[0], found[-1]]
        return list(economic_order_quantity(f["fixed_cost"], f["holding_cost"], f["demand_rate"]))
    if method == "newsvendor":
        lead = f.get("lead_time", 0)
        return list(newsvendor_normal(f["overage"], f["underage"], f["mean"], f["spread"], lead_time=int(lead)))
    if method == "reorder":
        costs = (f["holding_cost"], f["stockout_cost"], f["fixed_cost"])
        return list(r_q_poisson_exact(*costs, f["demand_rate"], f["lead_time"]))
    costs = (f["holding_cost"], f["stockout_cost"], f["fixed_cost"])
    return list(s_s_discrete_exact(*costs, use_poisson=True, demand_mean=f["demand_mean"]))


def main() -> None:
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    answers = [[float(x) for x in solve(one["method"], one["facts"])] for one in asked["instances"]]
    seconds = {}
    for method, many in asked["timed"].items():
        solve(method, many[0])
        started = time.process_time()
        for facts in many:
            solve(method, facts)
        seconds[method] = (time.process_time() - started) / len(many)
    print(json.dumps({"version": version("stockpyl"), "answers": answers, "seconds": seconds}))


if __name__ == "__main__":
    main()
