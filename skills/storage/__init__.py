"""Storage: how far each product is from the next storage fee, and the way out for stock that will not sell."""

from __future__ import annotations

from skills.storage.cliffs import add_cliffs, measure_cliffs
from skills.storage.explain import explain_exits
from skills.storage.plan import plan_exits

__all__ = ["add_cliffs", "explain_exits", "measure_cliffs", "plan_exits"]
