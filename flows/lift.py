"""Lift a stop: a recorded decision with an approver's code."""

from __future__ import annotations

from prefect import flow

from tasks import nights, stopping, work


@flow(flow_run_name="lift", on_failure=[nights.explain_failure])
def lift(seller_id: str, approver: str, code: str, reason: str) -> str:
    """Let acting go on for one seller; a recorded decision.

    Args:
        seller_id: Which seller, as named in config/sellers.
        approver: Who decides, as the seller's file names them.
        code: The approver's one-time code.
        reason: Why; the ledger keeps it.
    """
    said = stopping.lift_stop(seller_id, approver, code, reason)
    work.start_execution(seller_id)
    return said
