"""One pool of hub stock, many countries: who gets the next carton, by which lane, and what it is worth."""

from skills.distribution.ages import read_age_fees
from skills.distribution.compare import compare_with_velocity
from skills.distribution.contribution import quote_contribution
from skills.distribution.cost_share import measure_cost_share
from skills.distribution.explain import explain_allocation
from skills.distribution.facts import rank_missing_facts
from skills.distribution.last_ships import plan_last_ships
from skills.distribution.moves import quote_moves
from skills.distribution.plan import Allocation, allocate_stock
from skills.distribution.transfers import quote_transfers
from skills.distribution.verify import verify_allocation

__all__ = [
    "Allocation",
    "allocate_stock",
    "compare_with_velocity",
    "explain_allocation",
    "measure_cost_share",
    "plan_last_ships",
    "quote_contribution",
    "quote_moves",
    "quote_transfers",
    "rank_missing_facts",
    "read_age_fees",
    "verify_allocation",
]
