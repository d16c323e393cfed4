"""From choosing products over one pool to many countries: selection, listings, the night, every shipment of it."""

from __future__ import annotations

from prefect import flow

from flows.launch_listing import launch_listing
from flows.nightly import nightly
from flows.select_products import select_products
from flows.ship_inbound import ship_inbound
from tasks import chain, chosen, nights


@flow(name="sell_globally", flow_run_name=chain.name_run, on_failure=[nights.explain_failure])
def sell_globally(
    seller_id: str, as_of: str = "last", purchase_order: str = "", customs_mode: str = "0110", language: str = ""
) -> list[str]:
    """Propose new products and listings, split the hub over the countries, prepare each shipment; returns digests.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to plan for, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        purchase_order: Prepare this open purchase order too, straight through the hub; empty for none.
        customs_mode: How China's customs clears it: 0110, 9610, 9710, 9810, 1039 or 1210.
        language: Language of the pages, zh_CN or en; empty takes the seller's own.
    """
    selection = select_products(seller_id, as_of, language)
    next_products = chosen.read_chosen(seller_id, as_of)
    listings = launch_listing(seller_id, as_of, language=language)
    distribution = nightly(seller_id, as_of, language=language)
    proposed = [
        selection,
        listings,
        distribution,
        ship_inbound(seller_id, as_of, proposal=distribution, customs_mode=customs_mode, language=language),
    ]
    if purchase_order:
        proposed.append(ship_inbound(seller_id, as_of, purchase_order, customs_mode=customs_mode, language=language))
    chain.publish_chain(seller_id, proposed, next_products, language)
    return proposed
