"""The allocation as an integer program, on the cartons that prices alone leave undecided (HiGHS)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import highspy
import numpy as np
from highspy._core import _Highs

from skills.distribution.bound import Priced, Problem
from skills.distribution.search import find_poor, place_in_slot


@dataclass(frozen=True)
class Solved:
    """A better plan, if one was found, and the bound that the search has proved.

    Attributes:
        chosen: Per carton; None when nothing better than the plan given was found.
        bound: No plan has more value [base minor].
    """

    chosen: np.ndarray | None
    bound: int


def solve_exactly(
    problem: Problem, priced: list[Priced], plan: np.ndarray, gap_percent: Fraction, most_nodes: int
) -> Solved:
    """Search among plans better than the one given.

    A carton whose reversal alone would push the bound below the plan's value keeps its place; the rest is an integer
    program: one binary per carton, one row per hub stock and limit, one binary per shipment or line with a least.
    One thread, no clock: the search ends at the gap or after so many nodes, so it ends alike on every machine.
    """
    value = int(problem.value[plan].sum())
    stays_in, stays_out = _decided(priced, value)
    free = np.flatnonzero(~stays_in & ~stays_out)
    if not len(free):
        return Solved(None, value)
    program = _Program(problem, free, stays_in)
    slack = float(gap_percent) / 100 * value
    answer, dual = program.solve(slack, most_nodes)
    ceiling = max(value, int(problem.value[stays_in].sum()) + dual)
    if answer is None:
        return Solved(None, ceiling)
    chosen = stays_in.copy()
    chosen[free] = answer
    count = np.bincount(problem.slot[chosen], minlength=int(problem.slot.max(initial=-1)) + 1)
    chosen = place_in_slot(problem.slot) < count[problem.slot]
    better = int(problem.value[chosen].sum()) > value
    return Solved(chosen if better and _keeps_limits(problem, chosen) else None, ceiling)


def _decided(priced: list[Priced], value: int) -> tuple[np.ndarray, np.ndarray]:
    """Cartons that every better plan sends, and cartons that none sends."""
    stays_in = np.zeros(len(priced[0].chosen), dtype=bool)
    stays_out = stays_in.copy()
    for found in priced:
        gap = float(found.bound - value)
        loss = np.where(found.chosen, found.reduced - found.first_out, found.last_in - found.reduced)
        sure = loss > gap + 1e-3
        stays_in |= sure & found.chosen
        stays_out |= sure & ~found.chosen
    return stays_in, stays_out & ~stays_in


def _keeps_limits(problem: Problem, chosen: np.ndarray) -> bool:
    taken = np.bincount(problem.pool[chosen], minlength=len(problem.pool_cartons))
    lanes, lines = find_poor(problem, chosen)
    inside = (problem.room(chosen) >= 0).all() and (taken <= problem.pool_cartons).all()
    return bool(inside) and not len(lanes) and not len(lines)


class _Program:
    """Rows and columns of the integer program; the first columns are the free cartons."""

    def __init__(self, problem: Problem, free: np.ndarray, fixed: np.ndarray) -> None:
        self.cost = [-float(value) for value in problem.value[free]]
        self.lower = [0.0] * len(free)
        self.rows: list[tuple[float, float, list[int], list[float]]] = []
        column = np.arange(len(free))
        left = problem.pool_cartons - np.bincount(problem.pool[fixed], minlength=len(problem.pool_cartons))
        for pool in np.unique(problem.pool[free]):
            at = column[problem.pool[free] == pool]
            self._add(at, np.ones(len(at)), high=float(left[pool]))
        room = problem.room(fixed)
        for lane in np.unique(problem.lane[free]):
            at = column[problem.lane[free] == lane]
            if problem.limits[lane] >= 0:
                self._add(at, problem.volume[free[at]] / 1000, high=room[lane] / 1000)
            self._add_least_shipment(problem, int(lane), at, free, fixed)
        if problem.limits[-1] >= 0:
            self._add(column, problem.cash[free] / 100, high=room[-1] / 100)
        if problem.least_cartons > 1:
            for slot in np.unique(problem.slot[free]):
                at = column[problem.slot[free] == slot]
                has = int((fixed & (problem.slot == slot)).sum())
                self._add_switch(at, [(np.ones(len(at)), float(problem.least_cartons), float(has))], has > 0)

    def _add_least_shipment(
        self, problem: Problem, lane: int, at: np.ndarray, free: np.ndarray, fixed: np.ndarray
    ) -> None:
        leasts = []
        for amount, least in (
            (problem.landed, problem.least_landed[lane]),
            (problem.value, problem.least_value[lane]),
        ):
            if least > 0:
                has = amount[fixed & (problem.lane == lane)].sum()
                leasts.append((amount[free[at]] / 100, float(least) / 100, float(has) / 100))
        if leasts:
            self._add_switch(at, leasts, bool((fixed & (problem.lane == lane)).any()))

    def _add_switch(self, at: np.ndarray, leasts: list[tuple[np.ndarray, float, float]], always_on: bool) -> None:
        switch = len(self.cost)
        self.cost.append(0.0)
        self.lower.append(1.0 if always_on else 0.0)
        for weight, least, has in leasts:
            self._add(np.append(at, switch), np.append(weight, -least), low=-has)
        for carton in at:
            self._add(np.array([carton, switch]), np.array([1.0, -1.0]), high=0.0)

    def _add(self, at: np.ndarray, weight: np.ndarray, low: float = -math.inf, high: float = math.inf) -> None:
        self.rows.append((low, high, [int(column) for column in at], [float(number) for number in weight]))

    def solve(self, slack: float, most_nodes: int) -> tuple[np.ndarray | None, int]:
        """Values of the first columns as booleans, or None; and the proven bound on their total value."""
        solver = _Highs()  # the class beneath `Highs`, which prints a licence line before it can be silenced
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": max(slack, 0.5),
            "mip_max_nodes": most_nodes,
        }
        for option, setting in options.items():
            solver.setOptionValue(option, setting)
        solver.passModel(self._model())
        solver.run()
        info = solver.getInfo()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None, 0
        dual = math.floor(-info.mip_dual_bound + 1e-6) if math.isfinite(info.mip_dual_bound) else 2**62
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, dual
        values = np.array(solver.getSolution().col_value)
        cartons = sum(1 for cost in self.cost if cost < 0)
        return values[:cartons] > 0.5, dual

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self.rows)
        model.col_cost_ = np.array(self.cost)
        model.col_lower_, model.col_upper_ = np.array(self.lower), np.ones(len(self.cost))
        model.row_lower_ = np.array([row[0] for row in self.rows])
        model.row_upper_ = np.array([row[1] for row in self.rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in self.rows)])
        model.a_matrix_.index_ = np.array([column for row in self.rows for column in row[2]], dtype="int32")
        model.a_matrix_.value_ = np.array([number for row in self.rows for number in row[3]])
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return model
