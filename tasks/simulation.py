"""Simulation: a seller's past walked through again by any policy."""

from __future__ import annotations

from skills import simulation
from tasks.capability import capability

race_policies = capability(simulation.race_policies)
tune_reorder_points = capability(simulation.tune_reorder_points)
match_fill = capability(simulation.match_fill)
compare_pooling = capability(simulation.compare_pooling)
compare_policies = capability(simulation.compare_policies)
explain_comparison = capability(simulation.explain_comparison)
