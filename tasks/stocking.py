"""Stocking: classic levels, two modes, factors tuned together, a product's first stock and its last buy."""

from __future__ import annotations

from skills import stocking
from tasks.capability import capability

size_order = capability(stocking.size_order)
size_newsvendor = capability(stocking.size_newsvendor)
size_reorder = capability(stocking.size_reorder)
size_min_max = capability(stocking.size_min_max)
size_two_modes = capability(stocking.size_two_modes)
tune_echelon = capability(stocking.tune_echelon)
spread_factors = capability(stocking.spread_factors)
plan_life_cycle = capability(stocking.plan_life_cycle)
explain_life_cycle = capability(stocking.explain_life_cycle)
