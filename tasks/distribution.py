"""Distribution: one pool of hub stock, many countries."""

from __future__ import annotations

from skills import distribution
from tasks.capability import capability

read_age_fees = capability(distribution.read_age_fees)
quote_moves = capability(distribution.quote_moves)
quote_contribution = capability(distribution.quote_contribution)
quote_transfers = capability(distribution.quote_transfers)
allocate_stock = capability(distribution.allocate_stock, timeout_seconds=900)
verify_allocation = capability(distribution.verify_allocation)
explain_allocation = capability(distribution.explain_allocation)
rank_missing_facts = capability(distribution.rank_missing_facts)
measure_cost_share = capability(distribution.measure_cost_share)
compare_with_velocity = capability(distribution.compare_with_velocity)
plan_last_ships = capability(distribution.plan_last_ships)
