"""Economics: landed cost, margins, and what would change the decision."""

from __future__ import annotations

from skills import economics
from tasks.capability import capability

quote_landed_cost = capability(economics.quote_landed_cost, timeout_seconds=900)
quote_margin = capability(economics.quote_margin)
explain_margin = capability(economics.explain_margin)
find_flips = capability(economics.find_flips)
