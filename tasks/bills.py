"""Bills: billed beside expected, claims, lanes as they turned out, and the in-transit board."""

from __future__ import annotations

from skills import bills
from tasks.capability import capability

match_bills = capability(bills.match_bills)
explain_variance = capability(bills.explain_variance)
list_claims = capability(bills.list_claims)
list_shortages = capability(bills.list_shortages)
track_shipments = capability(bills.track_shipments)
list_date_changes = capability(bills.list_date_changes)
reestimate_lanes = capability(bills.reestimate_lanes)
