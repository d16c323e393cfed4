"""Stocking: classic stock levels, two modes, factors tuned together, and stock at a product's beginning and end."""

from __future__ import annotations

from skills.stocking.echelon import tune_echelon
from skills.stocking.explain import explain_life_cycle
from skills.stocking.formulas import size_newsvendor, size_order
from skills.stocking.levels import size_min_max, size_reorder
from skills.stocking.modes import size_two_modes
from skills.stocking.plan import plan_life_cycle
from skills.stocking.spreads import spread_factors

__all__ = [
    "explain_life_cycle",
    "plan_life_cycle",
    "size_min_max",
    "size_newsvendor",
    "size_order",
    "size_reorder",
    "size_two_modes",
    "spread_factors",
    "tune_echelon",
]
