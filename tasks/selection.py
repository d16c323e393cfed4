"""Selection: measure niches, score them, say what turns the choice and what a missing fact is worth."""

from __future__ import annotations

from skills import selection
from tasks.capability import capability

measure_niches = capability(selection.measure_niches, timeout_seconds=1800)
rank_opportunities = capability(selection.rank_opportunities)
plan_sales = capability(selection.plan_sales)
list_facts = capability(selection.list_facts)
find_score_flips = capability(selection.find_score_flips)
value_facts = capability(selection.value_facts)
backtest_score = capability(selection.backtest_score, timeout_seconds=900)
explain_opportunity = capability(selection.explain_opportunity)
