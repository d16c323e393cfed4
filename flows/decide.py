"""Put one proposal before the seller: standing rules first, then a person, in the run's own form."""

from __future__ import annotations

from prefect import flow

from tasks import reissue, work
from tasks.approvals import asking


@flow(flow_run_name=asking.name_run)
def decide(proposal: str) -> str:
    """Wait for a decision on one proposal, enter it into the ledger, and start what it releases.

    Args:
        proposal: Digest of the proposal, or the first characters that only it has.
    """
    asked = asking.begin(proposal)
    work.start_execution(asked.seller_id)
    while asked.open:
        answer = asking.ask_seller(asked)  # the run suspends here, and starts from the top when it is resumed
        asked = asking.record(asked, answer)
        work.open_decisions()
        work.start_execution(asked.seller_id)
        reissue.publish_report_again(asked.digest, return_state=True)  # the form opens again even when this fails
    return asked.said
