"""Cease all acting at once, and show that nothing was begun after it."""

from __future__ import annotations

from prefect import flow

from tasks import stopping


@flow(flow_run_name="stop")
def stop(reason: str, seller_id: str = "", by: str = "operator") -> str:
    """Cease all acting at once; nothing new is begun after it, for one seller or for all.

    Args:
        reason: Why; the ledger keeps it.
        seller_id: Which seller; empty stops all.
        by: Who stopped.
    """
    return stopping.stop_acting(seller_id, by, reason)
