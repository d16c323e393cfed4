"""The seller's night: propose orders and shipments for one morning."""

from __future__ import annotations

from prefect import flow

from tasks import (
    artifacts,
    distribution,
    figures,
    forecasting,
    inputs,
    nights,
    operations,
    proposals,
    records,
    replenishment,
    watching,
    work,
)


@flow(
    flow_run_name=nights.name_run,
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_completion=[work.open_after_night],
    on_failure=[nights.explain_failure, nights.close_failed_night],
    on_crashed=[nights.close_failed_night],
    on_cancellation=[nights.close_failed_night],
)
def nightly(
    seller_id: str, as_of: str = "last", demand_change_percent: int = 0, cash_limit: int = 0, language: str = ""
) -> str:
    """Propose tonight's orders and shipments for one seller; returns the proposal's digest.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to plan for, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        demand_change_percent: What if demand were this much higher or lower? 0 plans the night itself.
        cash_limit: What if a week's cash were this much, in whole units of the base currency? 0 keeps the seller's.
        language: Language of the report, zh_CN or en; empty takes the seller's own.
    """
    night = nights.begin_night(seller_id, as_of, demand_change_percent, cash_limit)
    if night.merged_with:
        return night.merged_with
    seller, morning, policy, base = night.seller, night.as_of, night.seller.policy, night.seller.base_currency
    spoken = nights.choose_language(seller, language)
    progress = artifacts.start_progress(spoken)

    # read once
    exports = inputs.read_inputs(seller, morning)
    known = records.record_snapshot(seller.id, morning, exports)
    kept = inputs.read_kept_lines(night, known.feeds)
    progress.reach("frozen")

    # decide
    history = forecasting.build_history(known.sales, known.stock_outs, known.feeds, morning, policy.forecasting)
    events, overrides = inputs.assume_demand(known.events, night), known.overrides
    forecast = forecasting.forecast_demand(history, events, overrides, known.products, morning, policy.forecasting)
    progress.reach("forecast")
    orders = replenishment.plan_replenishment(
        known.stock, known.inbound, known.purchase_orders, forecast, known.products, known.suppliers,
        known.supplier_closures, known.lanes, known.rates, policy.replenishment, base, morning,
    )  # fmt: skip
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        base, policy.distribution, morning,
    )  # fmt: skip
    allocation = distribution.allocate_stock(
        known.stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, kept, policy.distribution, base, morning,
    )  # fmt: skip
    proposals.refuse_unsound(distribution.verify_allocation(
        allocation, known.stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, policy.distribution, morning,
    ))  # fmt: skip
    plan = proposals.explain_plan(night, known, history, forecast, orders, contribution, allocation)
    listings = watching.watch(known, night)
    shown = figures.measure_night(night, exports, known, forecast, orders, contribution, allocation.lines, listings)
    progress.reach("planned")

    # write once
    proposal = records.record_proposal(night, proposals.from_plan(night, known.digest, plan, shown))
    artifacts.publish_morning_report(
        proposal, exports.quarantine, seller, spoken, *records.read_beside(night, proposal)
    )
    progress.reach("published")
    return proposal.digest
