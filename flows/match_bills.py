"""Bills and receipts of one morning: what is as expected, what is claimed back, where the goods are."""

from __future__ import annotations

from prefect import flow

from config.seller import read_seller
from tasks import bills, board, expected_costs, inputs, nights, operations, records


@flow(
    name="match_bills",
    flow_run_name="match_bills · {seller_id} · {as_of}",
    timeout_seconds=1800,
    on_running=[operations.tag_run],
    on_failure=[nights.explain_failure],
)
def match_bills(seller_id: str, as_of: str = "last", language: str = "") -> str:
    """Match the bills that have come in, list claims, and show every shipment on the way; returns the page's path.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to look from, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        language: Language of the report, zh_CN or en; empty takes the seller's own.
    """
    seller = read_seller(seller_id)
    morning, policy, base = nights.resolve_morning(seller, as_of), seller.policy.bills, seller.base_currency
    spoken = nights.choose_language(seller, language)

    # read once
    known = records.record_snapshot(seller.id, morning, inputs.read_inputs(seller, morning))
    expected = expected_costs.read_expected_costs(seller.id, morning, known.shipment_costs)

    # decide
    matching = bills.match_bills(known.bills, expected, known.shipment_events, known.rates, base, policy, morning)
    shipments = bills.track_shipments(known.inbound, known.shipment_events, known.lanes, policy, morning)
    shortages = bills.list_shortages(
        known.inbound, known.shipment_events, known.products, known.rates, base, policy, morning
    )
    settled = board.Settled(
        matching.matches,
        matching.lines,
        variance=bills.explain_variance(matching.matches),
        claims=bills.list_claims(matching.matches, shortages, policy, morning),
        shipments=shipments,
        changes=bills.list_date_changes(known.shipment_events, morning),
        lanes=bills.reestimate_lanes(matching.matches, shipments, known.lanes, policy, morning),
    )

    # write once
    return str(board.publish_bills(settled, seller, morning, known.digest, spoken))
