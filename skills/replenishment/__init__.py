"""How much to order from each supplier, when, and what the stock behind it costs."""

from __future__ import annotations

from skills.replenishment.capital import measure_cover, measure_stock
from skills.replenishment.cash import plan_cash
from skills.replenishment.explain import explain_replenishment
from skills.replenishment.last_orders import plan_last_orders
from skills.replenishment.modes import weigh_modes
from skills.replenishment.plan import plan_replenishment
from skills.replenishment.pooling import compare_hub_with_scattered
from skills.replenishment.steady import list_basis

__all__ = [
    "compare_hub_with_scattered",
    "explain_replenishment",
    "list_basis",
    "measure_cover",
    "measure_stock",
    "plan_cash",
    "plan_last_orders",
    "plan_replenishment",
    "weigh_modes",
]
