"""Which runs the ledger asks for: one suspended run per waiting proposal, and an execution after each release.

Runs are found by an idempotency key, so asking again starts nothing twice; a run that ended too early, or whose
process went down with its machine, starts again. Without deployments (a night in a terminal) there is nothing to
start; `make decide` and `make execute` do the same there.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect import Flow, State, get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from config.seller import list_sellers, read_seller
from skills.vocabulary import Refusal
from tasks.approvals.rules import propose_rules
from tasks.execution.carry import list_open
from tasks.execution.stop import read_stop
from tasks.store.ledger import read_head
from tasks.store.proposals import Proposal, list_waiting

DECIDE, EXECUTE = "decide/decide", "execute/execute"

LOST_AFTER = timedelta(minutes=30)
"""A run that has begun for so long without suspending or ending has lost its process. Should it live after all, a
second one does no harm: an answer counts once, and one process alone acts for a seller."""

PAUSE = timedelta(seconds=15)
"""Before a run starts again. Prefect's worker (3.8.8, with a limit) fails whole when it is given a run whose last
process it has not seen end; it looks 10 seconds ahead."""


def open_decisions(seller_id: str = "") -> list[str]:
    """One suspended run for each proposal that waits, and none for those that wait no longer; names of new runs.

    Args:
        seller_id: Only this seller's standing rules are looked at; all when left out.
    """
    for seller in [seller_id] if seller_id else list_sellers():
        with suppress(Refusal):  # a seller's file that cannot be read is said where it is used
            propose_rules(read_seller(seller))
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(DECIDE)
        except ObjectNotFound:
            return []
        waiting, runs = list_waiting(), _list_runs(client, deployment.id)
        known = {run.idempotency_key: run for run in runs}
        for run in runs:
            if run.idempotency_key not in {proposal.digest for proposal in waiting}:
                _close(client, run)
        return [_open(client, deployment.id, proposal, known.get(proposal.digest)) for proposal in waiting]


def open_after_night(flow: Flow[..., object], flow_run: FlowRun, state: State[object]) -> None:
    """Hook for a night that ended well: put its proposal before the seller."""
    opened = [name for name in open_decisions(str(flow_run.parameters.get("seller_id", ""))) if name]
    if opened:
        get_run_logger().info("%s", ", ".join(opened))


def start_execution(seller_id: str) -> None:
    """Start `execute` when something of this seller is released and not done; once for each state of the ledger."""
    if not list_open(seller_id):
        return
    with get_client(sync_client=True) as client, suppress(ObjectNotFound):
        deployment = client.read_deployment_by_name(EXECUTE)
        run = client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"seller_id": seller_id},
            idempotency_key=f"execute/{seller_id}/{read_head()[1]}",
            tags=["execute", f"seller:{seller_id}"],
        )
        _start_again(client, run)


def start_executions() -> None:
    """The same for every seller that is not stopped: what a killed run left, what its target could not say then."""
    for seller_id in list_sellers():
        if read_stop(seller_id) is None:
            start_execution(seller_id)


def _open(client: SyncPrefectClient, deployment_id: UUID, proposal: Proposal, known: FlowRun | None) -> str:
    """A run for the proposal; returns its name, or "" when there is one already."""
    if known is not None:
        _start_again(client, known)
        return ""
    body = proposal.body
    run = client.create_flow_run_from_deployment(
        deployment_id,
        parameters={"proposal": proposal.digest},
        idempotency_key=proposal.digest,
        tags=["decide", f"seller:{body['seller']}"],
        name=f"decide · {body['seller']} · {body['as_of']} · {body['journey']} · {proposal.digest[:8]}",
    )
    return run.name


def _close(client: SyncPrefectClient, run: FlowRun) -> None:
    """End a suspended run whose proposal was decided elsewhere, stands no more, or has another run."""
    if run.state is not None and run.state.is_paused():
        message = "Decided elsewhere, asked in another run, or a newer proposal stands."
        client.set_flow_run_state(run.id, Cancelled(message=message), force=True)


def _list_runs(client: SyncPrefectClient, deployment_id: UUID) -> list[FlowRun]:
    found: list[FlowRun] = []
    while True:
        page = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
            ),
            limit=200,
            offset=len(found),
        )
        found += page
        if len(page) < 200:
            return found


def _start_again(client: SyncPrefectClient, run: FlowRun) -> None:
    """From the top, when the run ended or lost its process though there is still something to do."""
    state = run.state
    if state is None:
        return
    begun = state.is_running() or state.is_pending()
    now = datetime.now(UTC)
    if state.is_final() or (begun and now - state.timestamp > LOST_AFTER):
        client.set_flow_run_state(run.id, Scheduled(scheduled_time=now + PAUSE), force=True)
