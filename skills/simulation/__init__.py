"""A seller's past walked through again, Monday by Monday, by any policy, without a look ahead."""

from __future__ import annotations

from skills.simulation.compare import Comparison, compare_policies
from skills.simulation.explain import explain_comparison
from skills.simulation.plan import Run, race_policies
from skills.simulation.tuning import compare_pooling, match_fill, tune_reorder_points

__all__ = [
    "Comparison",
    "Run",
    "compare_policies",
    "compare_pooling",
    "explain_comparison",
    "match_fill",
    "race_policies",
    "tune_reorder_points",
]
