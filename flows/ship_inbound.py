"""From a purchase order, or the night's distribution, to consignments with containers, landed cost and papers."""

from __future__ import annotations

from prefect import flow

from tasks import (
    carriage,
    chain,
    consignments,
    costs,
    inbound,
    inputs,
    nights,
    operations,
    records,
    shipment_papers,
    shipment_proposal,
    shipments,
    splitting,
    stuffing,
    work,
)


@flow(
    name="ship_inbound",
    flow_run_name=chain.name_run,
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_completion=[work.open_after_night],
    on_failure=[nights.explain_failure, nights.close_failed_night],
    on_crashed=[nights.close_failed_night],
    on_cancellation=[nights.close_failed_night],
)
def ship_inbound(
    seller_id: str,
    as_of: str = "last",
    purchase_order: str = "",
    proposal: str = "",
    customs_mode: str = "0110",
    language: str = "",
) -> str:
    """Prepare shipments down to their papers, and put them before the seller; returns the proposal's digest.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to plan for, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        purchase_order: Split the open units of this order over the countries; empty ships the distribution.
        proposal: Digest of the distribution to ship; empty takes the one that stands for the morning.
        customs_mode: How China's customs clears it: 0110, 9610, 9710, 9810, 1039 or 1210.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    night = nights.begin_journey(seller_id, as_of, consignments.name_journey(purchase_order, proposal))
    seller, morning, policy, base = night.seller, night.as_of, night.seller.policy, night.seller.base_currency
    spoken = nights.choose_language(seller, language)

    # read once
    known = records.record_snapshot(seller.id, morning, inputs.read_inputs(seller, morning))
    pool = consignments.read_pool(night, known, purchase_order, proposal)

    # decide
    split = splitting.split(night, known, pool)
    packed, unpacked = inbound.pack_cartons(split.lines, known.products, known.cartons, policy.packing)
    boxes, over = inbound.sort_boxes(packed, consignments.name_countries(split.lines), known.rates, morning)
    tried = costs.quote_shipments(consignments.as_entries(split.lines), known, split.contribution, night)
    ready = consignments.set_aside(split.lines, boxes, tried.values, unpacked, over, tried.refused)
    carried = carriage.choose_lanes(night, known, pool, ready, split.contribution)
    entered = consignments.enter_freight(carried.ready.lines, carried.taken)
    cost = costs.quote_shipments(entered, known, split.contribution, night)
    ready = consignments.set_more_aside(carried.ready, cost.refused)
    stuffed = stuffing.stuff_consignments(ready.boxes, carried.taken, known.rates, base, policy.loading, morning)

    # write once
    papers = shipment_papers.write_consignment_papers(night, known, ready, stuffed, customs_mode)
    prepared = shipment_proposal.Prepared(ready, carried.modes, cost, shipments.describe_loads(stuffed), papers)
    found = records.record_proposal(
        night, shipment_proposal.from_consignments(night, known, pool, prepared, customs_mode)
    )
    shipments.publish_shipment(found, stuffed, seller, spoken)
    return found.digest
