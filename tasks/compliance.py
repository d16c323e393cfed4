"""Compliance: what a product must show in a country before its listing goes live."""

from __future__ import annotations

from skills import compliance
from tasks.capability import capability

check_products = capability(compliance.check_products)
judge_gate = capability(compliance.judge_gate)
explain_check = capability(compliance.explain_check)
