"""Bills: what was billed beside what was expected, what is claimed back, where each shipment is."""

from skills.bills.board import list_date_changes, track_shipments
from skills.bills.claims import list_claims
from skills.bills.explain import explain_variance
from skills.bills.lanes import reestimate_lanes
from skills.bills.plan import match_bills
from skills.bills.receipts import list_shortages

__all__ = [
    "explain_variance",
    "list_claims",
    "list_date_changes",
    "list_shortages",
    "match_bills",
    "reestimate_lanes",
    "track_shipments",
]
