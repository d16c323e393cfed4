"""One posed problem to its plan: prices, branches over charges, the integer program where that is small enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from skills.distribution.bound import lower_bound
from skills.distribution.exact import solve_exactly
from skills.distribution.kernels import Ints
from skills.distribution.policy import DistributionPolicy
from skills.distribution.problem import Priced, Problem
from skills.distribution.search import Branch, branch, find_plan
from skills.vocabulary import mark

BY_PRICES, BY_PROGRAM = mark("multipliers"), mark("integer program")


@dataclass(frozen=True)
class Solution:
    """A plan and what proves how good it is.

    Attributes:
        counts: Cartons per slot.
        priced: The split at the prices that bound all plans.
        parts: Parts of all plans, whose prices prove the bound together.
        bound: No plan has more value [base minor].
        method: How the plan was found.
    """

    counts: Ints
    priced: Priced
    parts: list[Branch]
    bound: int
    method: str


def solve(problem: Problem, skus: int, policy: DistributionPolicy) -> Solution:
    """The plan of a posed problem, as good as the policy asks; slots without a carton are set aside meanwhile."""
    held = np.flatnonzero(np.diff(problem.begin))
    found = _solve(problem.of(held), skus, policy)
    counts, sent, toll = (np.zeros(len(problem.pool), dtype="int64") for _ in range(3))
    counts[held], sent[held], toll[held] = found.counts, found.priced.counts, found.priced.toll
    return replace(found, counts=counts, priced=replace(found.priced, counts=sent, toll=toll))


def _solve(problem: Problem, skus: int, policy: DistributionPolicy) -> Solution:
    priced, target = lower_bound(problem), Fraction(policy.gap_percent)
    counts, parts = branch(problem, priced, find_plan(problem, priced), target)
    bound, value = max(part.bound for part in parts), problem.worth(counts)
    if skus >= policy.exact_below_skus or (bound - value) * 100 <= target * bound:
        return Solution(counts, priced, parts, bound, BY_PRICES)
    solved = solve_exactly(problem, priced, counts, target, policy.exact_nodes)
    better = counts if solved.counts is None else solved.counts
    return Solution(better, priced, parts, min(bound, max(solved.bound, problem.worth(better))), BY_PROGRAM)
