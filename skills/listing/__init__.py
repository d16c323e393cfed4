"""Listing: attributes checked against a product type's schema before a marketplace sees them."""

from __future__ import annotations

from skills.listing.explain import explain_problem
from skills.listing.plan import check_listing
from skills.listing.required import list_required
from skills.listing.schema import compile_schema

__all__ = ["check_listing", "compile_schema", "explain_problem", "list_required"]
