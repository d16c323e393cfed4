"""Freight: what a lane costs, which one to take, and which consignments share an entry."""

from __future__ import annotations

from skills import freight
from tasks.capability import capability

quote_freight = capability(freight.quote_freight)
explain_quote = capability(freight.explain_quote)
choose_mode = capability(freight.choose_mode)
consolidate_entries = capability(freight.consolidate_entries)
fit_transit = capability(freight.fit_transit)
