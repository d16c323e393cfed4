"""Sourcing: supplier quotes by landed cost and cash, suppliers by their record, risks by their words."""

from __future__ import annotations

from skills import sourcing
from tasks.capability import capability

compare_quotes = capability(sourcing.compare_quotes)
pick_quotes = capability(sourcing.pick_quotes)
plan_cash = capability(sourcing.plan_cash)
explain_quote = capability(sourcing.explain_quote)
score_suppliers = capability(sourcing.score_suppliers)
explain_supplier = capability(sourcing.explain_supplier)
check_risks = capability(sourcing.check_risks)
