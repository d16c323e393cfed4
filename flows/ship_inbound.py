"""From a purchase order, or the night's distribution, to consignments with containers, landed cost and papers."""

from __future__ import annotations

from prefect import flow

from tasks import (
    artifacts,
    chain,
    choices,
    consignments,
    customs,
    distribution,
    documents,
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
    shipments,
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
