"""Customs: typed duties of official tariffs, the customs value, and what an entry owes."""

from __future__ import annotations

from skills.customs.book import book_duties
from skills.customs.explain import explain_entry
from skills.customs.lines import value_lines
from skills.customs.plan import charge_entry
from skills.customs.schedule import build_schedule, compare_schedules, find_tariff
from skills.customs.value import value_goods
from skills.customs.wording import parse_duty, type_rates

__all__ = [
    "book_duties",
    "build_schedule",
    "charge_entry",
    "compare_schedules",
    "explain_entry",
    "find_tariff",
    "parse_duty",
    "type_rates",
    "value_goods",
    "value_lines",
]
