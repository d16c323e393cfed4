"""Look after what was left open: a machine that went down cannot say so itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect import flow

from flows.nightly import nightly
from tasks import operations, work


@flow(flow_run_name="sweep", timeout_seconds=300)
def sweep(grace_minutes: int = 15) -> int:
    """Close runs of the night that nothing runs any more, and start what the ledger asks for; returns how many.

    Args:
        grace_minutes: How long after its time limit, or after its last heartbeat, a run counts as dead.
    """
    grace = timedelta(minutes=grace_minutes)
    closed = operations.close_dead_runs(nightly.name, nightly.timeout_seconds or 0, grace, datetime.now(UTC))
    operations.publish_closed_runs(closed)
    work.open_decisions()
    work.start_executions()
    return len(closed)
