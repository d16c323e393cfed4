"""Once a week: stock that will not sell before it costs more than it brings, and the way out of each, to decide."""

from __future__ import annotations

from prefect import flow

from tasks import (
    chain,
    clearing,
    clearing_page,
    distribution,
    forecasting,
    inputs,
    nights,
    operations,
    records,
    storage,
    work,
)


@flow(
    name="clear_stock",
    flow_run_name=chain.name_run,
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_completion=[work.open_after_night],
    on_failure=[nights.explain_failure, nights.close_failed_night],
    on_crashed=[nights.close_failed_night],
    on_cancellation=[nights.close_failed_night],
)
def clear_stock(seller_id: str, as_of: str = "last", language: str = "") -> str:
    """Weigh hold, discount, move, removal and liquidation of aged stock, and propose what gains; returns the digest.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to plan for, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    night = nights.begin_journey(seller_id, as_of, clearing.JOURNEY)
    seller, morning, policy, base = night.seller, night.as_of, night.seller.policy, night.seller.base_currency
    spoken = nights.choose_language(seller, language)

    # read once
    exports = inputs.read_inputs(seller, morning)
    known = records.record_snapshot(seller.id, morning, exports)

    # decide
    history = forecasting.build_history(known.sales, known.stock_outs, known.feeds, morning, policy.forecasting)
    forecast = forecasting.forecast_demand(
        history, known.events, known.overrides, known.products, morning, policy.forecasting
    )
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        base, policy.distribution, morning,
    )  # fmt: skip
    moves = distribution.quote_moves(
        known.sales, known.returns, known.stock, known.inbound, known.products, known.lanes, known.nodes, forecast,
        known.rates, base, policy.distribution, morning, known.country_entries,
    )  # fmt: skip
    exits = storage.plan_exits(
        known.stock_health, known.products, forecast, contribution, moves, known.fee_rules, known.rates,
        policy.storage, base, morning,
    )  # fmt: skip
    steps = storage.explain_exits(exits)

    # write once
    proposal = records.record_proposal(night, clearing.from_exits(night, known, exits, steps))
    clearing_page.publish_exits(proposal, seller, spoken)
    return proposal.digest
