"""Freight: what a lane costs and when it arrives, which one to take, and which consignments share an entry."""

from __future__ import annotations

from skills.freight.consolidate import consolidate_entries
from skills.freight.explain import explain_quote
from skills.freight.mode import choose_mode
from skills.freight.plan import quote_freight
from skills.freight.transit import fit_transit

__all__ = ["choose_mode", "consolidate_entries", "explain_quote", "fit_transit", "quote_freight"]
