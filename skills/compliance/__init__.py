"""Compliance: what a product must show in a country before its listing goes live."""

from __future__ import annotations

from skills.compliance.explain import explain_check
from skills.compliance.plan import check_products, judge_gate

__all__ = ["check_products", "explain_check", "judge_gate"]
