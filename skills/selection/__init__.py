"""Selection: measure niches, score them by declared anchors, and say what the score is worth and what turns it."""

from __future__ import annotations

from skills.selection.backtest import backtest_score
from skills.selection.explain import explain_opportunity
from skills.selection.flips import find_score_flips
from skills.selection.plan import measure_niches
from skills.selection.planned import list_facts, plan_sales
from skills.selection.rank import rank_opportunities
from skills.selection.worth import value_facts

__all__ = [
    "backtest_score",
    "explain_opportunity",
    "find_score_flips",
    "list_facts",
    "measure_niches",
    "plan_sales",
    "rank_opportunities",
    "value_facts",
]
