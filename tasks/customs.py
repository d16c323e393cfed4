"""Customs: tariffs as typed duties, the customs value, and what an entry owes."""

from __future__ import annotations

from skills import customs
from tasks.capability import capability

build_schedule = capability(customs.build_schedule)
compare_schedules = capability(customs.compare_schedules)
type_rates = capability(customs.type_rates)
book_duties = capability(customs.book_duties)
find_tariff = capability(customs.find_tariff)
value_goods = capability(customs.value_goods)
value_lines = capability(customs.value_lines)
charge_entry = capability(customs.charge_entry)
explain_entry = capability(customs.explain_entry)
