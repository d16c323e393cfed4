"""HiGHS on one instance: reads its arrays as JSON from standard input, prints CPU-seconds, value and bound as JSON.

    python solve.py FORMULATION GAP SECONDS

Formulations, all with one row per pool and per limit: `binaries` one binary per carton, scaled (values by 100, limits
to 1000); `raw` the same unscaled; `counts` one integer per slot, its value along its cartons in continuous pieces
(their order follows from concavity). One thread; stopped at the relative gap or after so many seconds.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import highspy
import numpy as np


def main(formulation: str, gap: float, seconds: float) -> None:
    """Pose, solve, print."""
    given = {name: np.array(rows) for name, rows in json.load(sys.stdin).items()}
    model, per_value = pose(given, formulation)
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "parallel": "off", "mip_rel_gap": gap, "time_limit": seconds}
    for option, setting in options.items():
        solver.setOptionValue(option, setting)
    started = time.process_time()
    solver.passModel(model)
    solver.run()
    used = time.process_time() - started
    info = solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    print(
        json.dumps(
            {
                "cpu_seconds": used,
                "value": -info.objective_function_value * per_value,
                "bound": -info.mip_dual_bound * per_value,
                "finished": status == "Optimal",
                "version": version("highspy"),
            }
        )
    )


def pose(given: dict[str, np.ndarray], formulation: str) -> tuple[highspy.HighsLp, float]:
    """The instance as a model that minimises −value ÷ a scale, and the scale."""
    value, begin, pool, held = (given[name] for name in ("value", "begin", "pool", "pool_cartons"))
    limit, use, limits = given["limit"][:, 0], given["use"][:, 0], given["limits"]
    cartons, slots, pools = len(value), len(pool), len(held)
    scaled = formulation != "raw"
    per_value, per_limit = (100.0, limits / 1000) if scaled else (1.0, np.ones(len(limits)))
    slot = np.repeat(np.arange(slots), np.diff(begin))
    model = highspy.HighsLp()
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    rows_of_slot = np.stack([pool, pools + limit], axis=1)
    weights_of_slot = np.stack([np.ones(slots), use / per_limit[limit]], axis=1)
    upper = np.concatenate([held.astype(float), limits / per_limit])
    whole, piece = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    if formulation == "counts":
        rows = pools + len(limits)
        index = [slot + rows, np.column_stack([rows_of_slot, np.arange(slots) + rows]).ravel()]
        weight = [np.ones(cartons), np.column_stack([weights_of_slot, -np.ones(slots)]).ravel()]
        start = np.concatenate([np.arange(cartons), cartons + 3 * np.arange(slots + 1)])
        cost, most = np.concatenate([-value / per_value, np.zeros(slots)]), np.diff(begin).astype(float)
        model.col_upper_ = np.concatenate([np.ones(cartons), most])
        model.integrality_ = [piece] * cartons + [whole] * slots
        lower = np.concatenate([np.full(rows, -np.inf), np.zeros(slots)])
        upper = np.concatenate([upper, np.zeros(slots)])
    else:
        index, weight = [rows_of_slot[slot].ravel()], [weights_of_slot[slot].ravel()]
        start, cost = 2 * np.arange(cartons + 1), -value / per_value
        model.col_upper_ = np.ones(cartons)
        model.integrality_ = [whole] * cartons
        lower = np.full(pools + len(limits), -np.inf)
    model.num_col_, model.num_row_ = len(cost), len(upper)
    model.col_cost_, model.col_lower_ = cost, np.zeros(len(cost))
    model.row_lower_, model.row_upper_ = lower, upper
    model.a_matrix_.start_ = start.astype("int32")
    model.a_matrix_.index_ = np.concatenate(index).astype("int32")
    model.a_matrix_.value_ = np.concatenate(weight)
    return model, per_value


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
