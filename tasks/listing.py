"""Listing: attributes checked against a product type's schema before a marketplace sees them."""

from __future__ import annotations

from skills import listing
from tasks.capability import capability

compile_schema = capability(listing.compile_schema)
check_listing = capability(listing.check_listing)
list_required = capability(listing.list_required)
explain_problem = capability(listing.explain_problem)
