"""Listing: one product record written for each country, its attributes checked before a marketplace sees them."""

from __future__ import annotations

from skills import listing
from tasks.capability import capability

compile_schema = capability(listing.compile_schema)
check_listing = capability(listing.check_listing)
list_required = capability(listing.list_required)
explain_problem = capability(listing.explain_problem)
compose_listings = capability(listing.compose_listings, timeout_seconds=900)
make_feed = capability(listing.make_feed)
make_feeds = capability(listing.make_feeds)
read_back = capability(listing.read_back)
judge_launch = capability(listing.judge_launch)
