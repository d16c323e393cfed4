"""Brand: names proposed and screened, listings watched, complaints drafted; nothing is sent."""

from __future__ import annotations

from skills import brand
from tasks.capability import capability

propose_names = capability(brand.propose_names)
screen_names = capability(brand.screen_names)
explain_name = capability(brand.explain_name)
watch_listings = capability(brand.watch_listings)
draft_complaint = capability(brand.draft_complaint)
