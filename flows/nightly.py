"""The seller's night: propose orders and shipments for one morning."""

from __future__ import annotations

from prefect import flow

from tasks import artifacts, figures, inputs, nights, operations, planning, records, work


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
    spoken = nights.choose_language(night.seller, language)
    progress = artifacts.start_progress(spoken)

    # read once
    exports = inputs.read_inputs(night.seller, night.as_of)
    kept = inputs.read_kept_lines(night, exports.tables["feeds"])
    before = inputs.read_previous_orders(night)
    known = records.record_snapshot(night.seller.id, night.as_of, exports, kept=kept, previous_orders=before)
    progress.reach("frozen")

    # decide
    planned = planning.plan_night(night, known, progress.reach)
    content = planning.write_night(night, known, planned, figures.account_for_rows(exports))
    progress.reach("planned")

    # write once
    proposal = records.record_proposal(night, content)
    artifacts.publish_morning_report(
        proposal, exports.quarantine, night.seller, spoken, *records.read_beside(night, proposal)
    )
    progress.reach("published")
    return proposal.digest
