"""Sourcing: what quotes cost on the shelf and in cash, how suppliers delivered, what a product must meet."""

from __future__ import annotations

from skills.sourcing.cash import plan_cash
from skills.sourcing.explain import explain_quote, explain_supplier
from skills.sourcing.pick import pick_quotes
from skills.sourcing.plan import compare_quotes
from skills.sourcing.risk import check_risks
from skills.sourcing.suppliers import score_suppliers

__all__ = [
    "check_risks",
    "compare_quotes",
    "explain_quote",
    "explain_supplier",
    "pick_quotes",
    "plan_cash",
    "score_suppliers",
]
