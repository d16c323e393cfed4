"""Replenishment: how much to order from each supplier today, and what that does to stock and cash."""

from __future__ import annotations

from skills import replenishment
from tasks.capability import capability

plan_replenishment = capability(replenishment.plan_replenishment, timeout_seconds=900)
weigh_modes = capability(replenishment.weigh_modes)
list_basis = capability(replenishment.list_basis)
plan_last_orders = capability(replenishment.plan_last_orders)
plan_cash = capability(replenishment.plan_cash)
measure_stock = capability(replenishment.measure_stock)
measure_cover = capability(replenishment.measure_cover)
compare_hub_with_scattered = capability(replenishment.compare_hub_with_scattered)
explain_replenishment = capability(replenishment.explain_replenishment)
