"""Brand: names proposed and screened, listings watched, complaints drafted. A screen, never a clearance."""

from __future__ import annotations

from skills.brand.complaint import draft_complaint
from skills.brand.explain import explain_name
from skills.brand.naming import propose_names
from skills.brand.plan import screen_names
from skills.brand.watch import watch_listings

__all__ = ["draft_complaint", "explain_name", "propose_names", "screen_names", "watch_listings"]
