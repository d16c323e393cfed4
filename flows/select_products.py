"""From market exports to at most ten opportunities, each with a brief, for the seller to choose from."""

from __future__ import annotations

from prefect import flow

from tasks import (
    chain,
    inputs,
    market_history,
    niches,
    nights,
    operations,
    opportunities,
    own_products,
    records,
    selection,
    selection_page,
    selection_proposal,
    work,
)
from tasks.store.niches import JOURNEY


@flow(
    name="select_products",
    flow_run_name=chain.name_run,
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_completion=[work.open_after_night],
    on_failure=[nights.explain_failure, nights.close_failed_night],
    on_crashed=[nights.close_failed_night],
    on_cancellation=[nights.close_failed_night],
)
def select_products(seller_id: str, as_of: str = "last", language: str = "") -> str:
    """Find where searches are not served and what it would earn, and put it before the seller; returns the digest.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to choose on, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        language: Language of the briefs, zh_CN or en; empty takes the seller's own.
    """
    night = nights.begin_journey(seller_id, as_of, JOURNEY)
    seller, morning, policy = night.seller, night.as_of, night.seller.policy
    spoken = nights.choose_language(seller, language)

    # read once
    exports = inputs.read_inputs(seller, morning)
    market = inputs.read_market(seller, morning, exports)
    known = records.record_snapshot(seller.id, morning, exports, market)
    own = inputs.name_own_asins(known)

    # decide
    volumes = niches.estimate_volumes(known.search_terms, known.search_queries, policy.niches)
    found = niches.build_niches(volumes, known.search_terms, known.previous_niches, policy.niches)
    joined = opportunities.join_concepts(found, known.supplier_quotes)
    measured = selection.measure_niches(
        joined.niches, found.members, found.clicks, volumes, known.search_terms, known.search_queries,
        known.catalog_items, known.feedback_topics, known.opportunities, own, policy.selection, morning,
    )  # fmt: skip
    quoted = opportunities.weigh_quotes(joined, measured.metrics, known, night)
    margins = opportunities.weigh_margins(joined, measured.metrics, quoted, own, known, night)
    ranked = selection.rank_opportunities(measured.metrics, margins, policy.selection, morning)
    flips = selection.find_score_flips(ranked, margins, policy.selection)
    asked = selection.list_facts(margins, quoted.candidates.costs, measured.metrics, policy.selection)
    facts = selection.value_facts(asked, policy.selection)
    backtest = market_history.look_back(known, own, policy)
    products = own_products.review(known, night)

    # write once
    weighed = selection_proposal.Weighed(
        joined, volumes, measured, quoted, margins, ranked, flips, facts, backtest, products
    )
    kept = records.record_niches(found.members)
    proposal = records.record_proposal(
        night, selection_proposal.from_opportunities(night, known, weighed, kept, market.accounting)
    )
    selection_page.publish_briefs(proposal, seller, spoken)
    return proposal.digest
