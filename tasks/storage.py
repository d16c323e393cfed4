"""Storage: how near each product is to a fee, and the way out for stock that will not sell."""

from __future__ import annotations

from skills import storage
from tasks.capability import capability

measure_cliffs = capability(storage.measure_cliffs)
add_cliffs = capability(storage.add_cliffs)
plan_exits = capability(storage.plan_exits)
explain_exits = capability(storage.explain_exits)
