"""Which runs the ledger asks for: one suspended run per waiting proposal, and an execution after each release.

Runs are found by an idempotency key, so asking again starts nothing twice. Without deployments (a night in a
terminal) there is nothing to start; `make decide` and `make execute` do the same there.
"""

from __future__ import annotations

from contextlib import suppress
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
from tasks.store.ledger import read_head
from tasks.store.proposals import Proposal, list_waiting

DECIDE, EXECUTE = "decide/decide", "execute/execute"


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
        waiting = list_waiting()
        known = {run.idempotency_key: run for run in _list_runs(client, deployment.id)}
        for key, run in known.items():
            if key not in {proposal.digest for proposal in waiting} and not _is_final(run):
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
        client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"seller_id": seller_id},
            idempotency_key=f"execute/{seller_id}/{read_head()[1]}",
            tags=["execute", f"seller:{seller_id}"],
        )


def _open(client: SyncPrefectClient, deployment_id: UUID, proposal: Proposal, known: FlowRun | None) -> str:
    """A run for the proposal; one that ended though the proposal still waits (its process died) starts again."""
    if known is not None:
        if _is_final(known):
            client.set_flow_run_state(known.id, Scheduled(), force=True)
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
    """End a suspended run whose proposal was decided elsewhere or does not stand any more."""
    if run.state is not None and run.state.is_paused():
        message = "Decided elsewhere, or a newer proposal stands."
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


def _is_final(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()
