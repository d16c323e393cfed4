"""Economics: what a unit costs on its shelf, what is left of its price, and what would change the decision."""

from skills.economics.explain import explain_margin
from skills.economics.flip import find_flips
from skills.economics.margin import quote_margin
from skills.economics.plan import quote_landed_cost

__all__ = ["explain_margin", "find_flips", "quote_landed_cost", "quote_margin"]
