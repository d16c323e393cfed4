"""From a purchase order, or the night's distribution, to consignments with containers, landed cost and papers."""

from __future__ import annotations

from prefect import flow

from tasks import (
    chain,
    choices,
    consignments,
    customs,
    distribution,
    economics,
    forecasting,
    freight,
    inbound,
    inputs,
    landing,
    nights,
    operations,
    proposals,
    records,
    shipment_papers,
    shipment_proposal,
    shipments,
    stuffing,
    work,
)


@flow(
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
    values = choices.read_value_choices(seller.id, known.customs_values, morning)

    # decide: where to
    history = forecasting.build_history(known.sales, known.stock_outs, known.feeds, morning, policy.forecasting)
    forecast = forecasting.forecast_demand(
        history, known.events, known.overrides, known.products, morning, policy.forecasting
    )
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        base, policy.distribution, morning,
    )  # fmt: skip
    stock = consignments.offer_pool(known, pool)
    allocation = distribution.allocate_stock(
        stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products, known.feeds,
        consignments.hold_pool(pool), policy.distribution, base, morning,
    )  # fmt: skip
    proposals.refuse_unsound(distribution.verify_allocation(
        allocation, stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, policy.distribution, morning,
    ))  # fmt: skip
    wanted = consignments.split_pool(pool, allocation, known)

    # decide: what can go, and how
    packed, unpacked = inbound.pack_cartons(wanted, known.products, known.cartons, policy.packing)
    boxes, over = inbound.sort_boxes(packed, consignments.name_countries(wanted), known.rates, morning)
    valued, unvalued = customs.value_lines(consignments.as_entries(wanted), values, customs.read_rules(), morning)
    screened = landing.prepare_entries(consignments.as_entries(wanted), known, valued, contribution, night)
    ready = consignments.set_aside(wanted, boxes, valued, unpacked, over, unvalued, screened.refused)
    candidates = consignments.list_candidates(ready.lines, ready.boxes, known.lanes, pool)
    quotes = freight.quote_freight(
        candidates, known.lanes, known.rate_cards, known.rates, base, policy.freight, morning
    )
    modes = freight.choose_mode(quotes, consignments.list_needs(ready.lines, contribution), policy.freight, morning)
    ready = consignments.take_lanes(ready, modes, known.lanes, pool)
    stuffed = stuffing.stuff_consignments(ready, modes, known.rates, base, policy.loading, morning)

    # decide: what it costs
    entries = landing.prepare_entries(
        consignments.enter_freight(ready.lines, modes), known, ready.values, contribution, night
    )
    landed = economics.quote_landed_cost(
        entries.lines, entries.products, entries.lanes, entries.registrations, known.rates, base,
        policy.economics, morning,
    )  # fmt: skip
    margins = economics.quote_margin(landed, entries.prices, {}, known.rates, base, policy.economics, morning)

    # write once
    papers = shipment_papers.write_consignment_papers(night, known, ready, stuffed, customs_mode)
    prepared = shipment_proposal.Prepared(
        ready, modes, landed, margins, economics.explain_margin(margins), economics.find_flips(margins),
        shipments.describe_loads(stuffed), papers,
    )  # fmt: skip
    found = records.record_proposal(
        night, shipment_proposal.from_consignments(night, known, pool, prepared, customs_mode)
    )
    shipments.publish_shipment(found, stuffed, seller, spoken)
    return found.digest
