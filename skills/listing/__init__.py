"""Listing: one product record written for each country, its attributes checked before a marketplace sees them."""

from __future__ import annotations

from skills.listing.compose import compose_listings
from skills.listing.compose_feed import make_feed, make_feeds
from skills.listing.explain import explain_problem
from skills.listing.issues import read_back
from skills.listing.launch import judge_launch
from skills.listing.plan import check_listing
from skills.listing.required import list_required
from skills.listing.schema import compile_schema

__all__ = [
    "check_listing",
    "compile_schema",
    "compose_listings",
    "explain_problem",
    "judge_launch",
    "list_required",
    "make_feed",
    "make_feeds",
    "read_back",
]
