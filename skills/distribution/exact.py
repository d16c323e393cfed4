"""The allocation as an integer program, on the cartons that prices alone leave undecided (HiGHS)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import highspy
import numpy as np
from highspy._core import _Highs

from skills.distribution.kernels import Ints
from skills.distribution.problem import Priced, Problem
from skills.distribution.search import find_poor


@dataclass(frozen=True)
class Solved:
    """A better plan, if one was found, and the bound that the search has proved.

    Attributes:
        counts: Cartons per slot; None when nothing better than the plan given was found.
        bound: No plan has more value [base minor].
    """

    counts: Ints | None
    bound: int


def solve_exactly(problem: Problem, priced: Priced, plan: Ints, gap_percent: Fraction, most_nodes: int) -> Solved:
    """Search among plans better than the one given.

    A carton whose reversal alone would push the bound below the plan's value keeps its place, unless there are
    charges; the rest is an integer program: one binary per carton, one row per hub stock and limit, one binary per
    charge and per shipment or line with a least. One thread, no clock: the search ends at the gap or after so many
    nodes, so it ends alike on every machine.
    """
    value = problem.worth(plan)
    least, most = _decided(problem, priced, value)
    free = np.flatnonzero((problem.place >= least[problem.slot]) & (problem.place < most[problem.slot]))
    if not len(free):
        return Solved(None, value)
    program = _Program(problem, free, least)
    answer, dual = program.solve(float(gap_percent) / 100 * value, most_nodes)
    ceiling = max(value, int(problem.gross(least).sum()) + dual)
    if answer is None:
        return Solved(None, ceiling)
    counts = least + np.bincount(problem.slot[free[answer]], minlength=len(least))
    lanes, lines = find_poor(problem, counts)
    keeps = (problem.room(counts) >= 0).all() and (problem.left(counts) >= 0).all() and not len(lanes) + len(lines)
    return Solved(counts if keeps and problem.worth(counts) > value else None, ceiling)


def _decided(problem: Problem, priced: Priced, value: int) -> tuple[Ints, Ints]:
    """Cartons per slot that every better plan sends at least, and that none exceeds."""
    most = np.diff(problem.begin)
    if (problem.charges > 0).any():
        return np.zeros_like(most), most
    slack = (priced.bound + 1 - value) << problem.shift
    worth = (problem.value << problem.shift) - priced.toll[problem.slot]
    pool = problem.pool[problem.slot]
    sent = problem.place < priced.counts[problem.slot]
    loss = np.where(sent, worth - priced.first_out[pool], priced.last_in[pool] - worth)
    sure = loss > slack
    return (
        np.bincount(problem.slot[sure & sent], minlength=len(most)),
        most - np.bincount(problem.slot[sure & ~sent], minlength=len(most)),
    )


class _Program:
    """Rows and columns of the integer program; the first columns are the free cartons."""

    def __init__(self, problem: Problem, free: Ints, least: Ints) -> None:
        self.cost = [-float(value) for value in problem.value[free]]
        self.cartons = len(free)
        self.lower = [0.0] * len(free)
        self.rows: list[tuple[float, float, np.ndarray, np.ndarray]] = []
        column, slot = np.arange(len(free)), problem.slot[free]
        left, room = problem.left(least), problem.room(least)
        for pool in np.unique(problem.pool[slot]):
            at = column[problem.pool[slot] == pool]
            if len(at) > left[pool]:
                self._add(at, np.ones(len(at)), high=float(left[pool]))
        for limit, use in zip(problem.limit.T, problem.use.T, strict=True):
            for row in np.unique(limit[slot]):
                at = column[limit[slot] == row]
                if row >= 0 and use[slot[at]].sum() > room[row]:
                    scale = float(use[slot[at]].max())
                    self._add(at, use[slot[at]] / scale, high=float(room[row]) / scale)
        for charge in np.flatnonzero(problem.charges > 0):
            at = column[(problem.gate[slot] == charge).any(axis=1)]
            self._add_switch(at, [], bool(((problem.gate == charge).any(axis=1) & (least > 0)).any()))
            self.cost[-1] = float(problem.charges[charge])
        for lane in np.flatnonzero((problem.least > 0).any(axis=1)):
            at, here = column[problem.shipment[slot] == lane], problem.shipment == lane
            has = (problem.amount[here] * least[here, None]).sum(axis=0)
            leasts = [
                (problem.amount[slot[at], kind] / 100, float(problem.least[lane, kind]) / 100, float(has[kind]) / 100)
                for kind in np.flatnonzero(problem.least[lane] > 0)
            ]
            self._add_switch(at, leasts, bool((least[here] > 0).any()))
        if problem.least_cartons > 1:
            for line in np.unique(slot):
                at, has = column[slot == line], float(least[line])
                self._add_switch(at, [(np.ones(len(at)), float(problem.least_cartons), has)], has > 0)

    def _add_switch(self, at: Ints, leasts: list[tuple[np.ndarray, float, float]], always_on: bool) -> None:
        switch = len(self.cost)
        self.cost.append(0.0)
        self.lower.append(1.0 if always_on else 0.0)
        for weight, least, has in leasts:
            self._add(np.append(at, switch), np.append(weight, -least), low=-has)
        if not always_on:
            for carton in at:
                self._add(np.array([carton, switch]), np.array([1.0, -1.0]), high=0.0)

    def _add(self, at: Ints, weight: np.ndarray, low: float = -math.inf, high: float = math.inf) -> None:
        self.rows.append((low, high, at, weight))

    def solve(self, slack: float, most_nodes: int) -> tuple[np.ndarray | None, int]:
        """Which of the free cartons go, or None; and the proven bound on their value less charges."""
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
        return np.array(solver.getSolution().col_value)[: self.cartons] > 0.5, dual

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self.rows)
        model.col_cost_ = np.array(self.cost)
        model.col_lower_, model.col_upper_ = np.array(self.lower), np.ones(len(self.cost))
        model.row_lower_ = np.array([row[0] for row in self.rows])
        model.row_upper_ = np.array([row[1] for row in self.rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in self.rows)])
        model.a_matrix_.index_ = np.concatenate([np.zeros(0), *(row[2] for row in self.rows)]).astype("int32")
        model.a_matrix_.value_ = np.concatenate([np.zeros(0), *(row[3] for row in self.rows)])
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return model
