"""Operating Prefect: put the journeys and their schedules in place, and close runs that nothing runs any more.

DeployFailed               prefect deploy ended with an error
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import Flow, State, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.states import Crashed

from config.environment import prepare_environment
from config.language import describe_parameters
from config.seller import Language, Seller, list_sellers, read_seller, resolve_files
from config.settings import ROOT, read_settings
from skills.vocabulary import Refusal, mark
from tasks import work
from tasks.backtesting import LEAST_WEEKS, MODES, MOST_SERVICE, MOST_WEEKS
from tasks.consignments import LONGEST_NUMBER
from tasks.files.customs_tables import METHODS
from tasks.nights import LEAST_DEMAND_CHANGE, MOST_DEMAND_CHANGE
from tasks.simulated.prepare import prepare_exports
from tasks.store import nights

POOL = "farsail"
FORMS = (
    *("nightly/nightly", "nightly/on-demand"),
    *(
        "select_products/select_products",
        "launch_listing/launch_listing",
        "ship_inbound/ship_inbound",
        "clear_stock/clear_stock",
        "sell_globally/sell_globally",
        "sweep/sweep",
        "match_bills/match_bills",
        "backtest/backtest",
        "replay/replay",
        "stress/stress",
        "score/score",
    ),
    *("decide/decide", "execute/execute", "stop/stop", "lift/lift"),
    *("choose_value/choose_value", "choose_code/choose_code"),
)
NIGHTLY = "0 2 * * *"
WEEKLY = "30 2 * * {weekday}"
"""The exit desk's morning, after that night; `weekday` as cron counts it, Sunday 0."""
NEEDED = ("order_lines", "stock", "products", "suppliers", "nodes", "lanes")
"""Inputs without which a night cannot begin (docs/inputs.md)."""


class DeployFailed(Refusal):
    """Prefect refused a deployment."""


# ---- deployments, forms and schedules --------------------------------------------------------------------


def deploy_journeys() -> list[str]:
    """Put every deployment of prefect.yaml in place, with its form's words and one schedule per seller.

    Running it again changes what differs and nothing else; a schedule that an operator paused stays paused.

    Returns:
        One line per schedule, and per seller that is left out with the reason.

    Raises:
        DeployFailed: with the last line that Prefect printed.
    """
    with get_client(sync_client=True) as client:
        with contextlib.suppress(ObjectAlreadyExists):  # made by an earlier start
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        _run_prefect_deploy()
        language = _form_language()
        for name in FORMS:
            _describe_form(client, client.read_deployment_by_name(name), language)
        weekly = client.read_deployment_by_name("clear_stock/clear_stock")
        _schedule_sellers(client, weekly, lambda seller: WEEKLY.format(weekday=_count_from_sunday(seller)))
        return _schedule_sellers(client, client.read_deployment_by_name("nightly/nightly"), lambda _: NIGHTLY)


def _run_prefect_deploy() -> None:
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(
        command, cwd=ROOT, env=prepare_environment(), capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())[-500:]
        raise DeployFailed(
            mark("Prefect did not accept prefect.yaml: {said}. Correct it and start again."),
            said=said,
        )


def _form_language() -> Language:
    """The operator's language, else the one that all scheduled sellers share, else English."""
    asked = read_settings().language
    if asked:
        return asked
    spoken = set()
    for seller_id in list_sellers():
        with contextlib.suppress(Refusal):  # said where it is left out of the schedules
            seller = read_seller(seller_id)
            spoken |= {seller.language} if seller.scheduled else set()
    return spoken.pop() if len(spoken) == 1 else "en"


LABELS = {
    "seller_id": mark("Seller"),
    "as_of": mark("Morning to plan for"),
    "demand_change_percent": mark("What if: demand, change in percent"),
    "cash_limit": mark("What if: cash per week"),
    "language": mark("Language"),
    "grace_minutes": mark("Grace in minutes"),
    "proposal": mark("Proposal"),
    "purchase_order": mark("Purchase order"),
    "customs_mode": mark("China's customs mode"),
    "reason": mark("Reason"),
    "by": mark("Who stopped"),
    "approver": mark("Who decides"),
    "code": mark("One-time code"),
    "sku": mark("SKU"),
    "country": mark("Country of import"),
    "method": mark("Valuation method"),
    "amount": mark("Customs value of one unit"),
    "currency": mark("Currency"),
    "evidence": mark("Evidence"),
    "broker": mark("Customs broker"),
    "importer": mark("Importer of record"),
    "attorney": mark("Attorney for customs procedures"),
    "hs_code": mark("HS code"),
    "skus": mark("SKUs"),
    "countries": mark("Countries"),
    "opportunity": mark("Chosen opportunity"),
    "weekly_cash": mark("What if: cash of a week"),
    "holding_percent": mark("What if: capital cost a year, percent"),
    "policy": mark("What if: other policy fields"),
    "rates": mark("What if: rates"),
    "commit": mark("Code of another commit"),
    "shocks": mark("File of shocks"),
    "mode": mark("What is looked back on"),
    "weeks": mark("Weeks of the test"),
    "service_percent": mark("Service level per cycle in percent"),
}
"""What the form calls each parameter; its description is the journey's own."""


def form_limits() -> dict[str, dict[str, Any]]:
    """Parameter → what the form offers or accepts; Prefect refuses the rest before a run exists."""
    return {
        "seller_id": {"enum": list_sellers()},
        "as_of": {"pattern": r"^(last|\d{4}-\d{2}-\d{2})$"},
        "demand_change_percent": {"minimum": LEAST_DEMAND_CHANGE, "maximum": MOST_DEMAND_CHANGE},
        "cash_limit": {"minimum": 0},
        "language": {"enum": ["", "zh_CN", "en"]},
        "grace_minutes": {"minimum": 1},
        "proposal": {"pattern": r"^[0-9a-f]{6,64}$"},
        "purchase_order": {"maxLength": LONGEST_NUMBER},
        "customs_mode": {"enum": ["0110", "9610", "9710", "9810", "1039", "1210"]},
        "reason": {"minLength": 3},
        "by": {},
        "approver": {"minLength": 1},
        "code": {"pattern": r"^\s*\d{3}\s*\d{3}\s*$"},
        "sku": {"minLength": 1},
        "skus": {},
        "countries": {"pattern": r"^([A-Za-z]{2}([ ,，]+|$))*$"},
        "opportunity": {"maxLength": LONGEST_NUMBER},
        "weekly_cash": {"minimum": 0},
        "holding_percent": {"minimum": 0, "maximum": 100},
        "policy": {},
        "rates": {},
        "commit": {"pattern": r"^[\w./-]+$"},
        "shocks": {},
        "mode": {"enum": list(MODES)},
        "weeks": {"minimum": LEAST_WEEKS, "maximum": MOST_WEEKS},
        "service_percent": {"minimum": 0, "maximum": MOST_SERVICE},
        "country": {"pattern": r"^[A-Z]{2}$"},
        "method": {"enum": list(METHODS)},
        "amount": {"pattern": r"^\d+(\.\d+)?$"},
        "currency": {"pattern": r"^[A-Z]{3}$"},
        "evidence": {"minLength": 3},
        "broker": {"minLength": 1},
        "importer": {"minLength": 1},
        "attorney": {},
        "hs_code": {"pattern": r"^\d{4}(\.?\d{2}){1,3}$"},
    }


def _limit(name: str, shown: dict[str, Any]) -> dict[str, Any]:
    """The limits of one parameter; what has an empty default can be left empty."""
    limits = form_limits()[name]
    if shown.get("default") != "":
        return limits
    if "enum" in limits:
        return {"enum": ["", *(choice for choice in limits["enum"] if choice)]}
    return limits | {"pattern": f"^$|{limits['pattern']}"} if "pattern" in limits else limits


def _describe_form(client: SyncPrefectClient, deployment: DeploymentResponse, language: Language) -> None:
    schema = dict(deployment.parameter_openapi_schema or {})
    schema["properties"] = {
        name: shown | {"title": LABELS[name]} | _limit(name, shown)
        for name, shown in schema.get("properties", {}).items()
    }
    schema = describe_parameters(schema, language)
    client.update_deployment(deployment.id, DeploymentUpdate(parameter_openapi_schema=schema, tags=deployment.tags))


def _count_from_sunday(seller: Seller) -> int:
    return (seller.policy.storage.exit_weekday + 1) % 7


def _schedule_sellers(
    client: SyncPrefectClient, deployment: DeploymentResponse, when: Callable[[Seller], str]
) -> list[str]:
    known = {schedule.slug: schedule for schedule in deployment.schedules}
    said, kept = [], set()
    for seller_id in list_sellers():
        reason = _reason_to_leave_out(seller_id)
        if reason:
            said.append(f"{seller_id}: not scheduled; {reason}")
            continue
        seller = read_seller(seller_id)
        kept.add(seller_id)
        said.append(f"{seller_id}: every night at 02:00, {seller.time_zone}")
        cron = CronSchedule(cron=when(seller), timezone=seller.time_zone)
        parameters = {"seller_id": seller_id, "as_of": "last"}
        if seller_id not in known:
            fresh = DeploymentScheduleCreate(schedule=cron, parameters=parameters, slug=seller_id)
            client.create_deployment_schedules(deployment.id, [fresh])
        elif known[seller_id].schedule != cron:
            client.update_deployment_schedule(deployment.id, known[seller_id].id, schedule=cron)
    for slug, schedule in known.items():
        if slug not in kept:
            client.delete_deployment_schedule(deployment.id, schedule.id)
    return said


def _reason_to_leave_out(seller_id: str) -> str:
    """Why a seller has no schedule, or ""; writes a demo seller's generated files when they are absent."""
    try:
        seller = read_seller(seller_id)
    except Refusal as refusal:
        return str(refusal)
    if not seller.scheduled:
        return f"config/sellers/{seller_id}.yaml says scheduled: false"
    prepare_exports(seller)
    missing = [name for name in NEEDED if name not in seller.inputs or not resolve_files(seller.inputs[name].files)]
    return f"no file yet for {', '.join(missing)}" if missing else ""


# ---- runs that nothing runs any more ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClosedRun:
    """A run or a line of the ledger that was left open, and why it is closed now."""

    name: str
    started: datetime | None
    reason: str


@task(name="operations · close dead runs", cache_policy=NO_CACHE)
def close_dead_runs(flow_name: str, timeout_seconds: float, grace: timedelta, now: datetime) -> list[ClosedRun]:
    """Mark runs crashed that outlived their time limit without a sign of life, and close their nights.

    Args:
        flow_name: Whose runs.
        timeout_seconds: The flow's own time limit; a live run has been ended by it.
        grace: How much longer a run may take to say that it ended, and how old a heartbeat may be.
        now: The moment that ages are counted to.

    Returns:
        What was closed: runs left Running or Pending, and nights of the ledger whose run has ended.
    """
    closed = []
    with get_client(sync_client=True) as client:
        for run in _list_open_runs(client, flow_name):
            begun = run.start_time or run.expected_start_time or now
            limit = grace + timedelta(seconds=timeout_seconds if run.start_time else 0)
            if now - begun > limit and not _has_heartbeat(client, run.id, now - grace):
                minutes = int((now - begun).total_seconds() // 60)
                reason = f"no sign of life, {minutes} minutes after it began"
                client.set_flow_run_state(run.id, Crashed(message=f"Closed by the sweep: {reason}."), force=True)
                closed.append(ClosedRun(run.name, begun, reason))
        for night in nights.list_open_nights():
            ended = _how_it_ended(client, night.flow_run_id, now - night.started_at > grace)
            if ended:
                nights.close_night(night.id, "crashed", f"Closed by the sweep: {ended}.")
                name = f"{night.journey} · {night.seller} · {night.as_of}"
                closed.append(ClosedRun(name, night.started_at, f"ledger line {night.id}: {ended}"))
    return closed


@task(name="operations · publish what was closed", cache_policy=NO_CACHE)
def publish_closed_runs(closed: list[ClosedRun]) -> None:
    """One short table on the run page; nothing when there was nothing to close."""
    for run in closed:
        get_run_logger().warning("Closed %s: %s", run.name, run.reason)
    if closed:
        rows = [
            {
                "run": run.name,
                "started": f"{run.started:%Y-%m-%d %H:%M} UTC" if run.started else "",
                "why": run.reason,
            }
            for run in closed
        ]
        create_table_artifact(key="sweep", table=rows, description=f"{len(closed)} left open, closed now")


def tag_run(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook for a starting run: tags it with its journey and `seller:<id>`, from the terminal as from a deployment.

    Not by `prefect.tags`: its tags pass on to every task, and each task would then ask for their slots.
    """
    wanted = {*flow_run.tags, flow.name, f"seller:{flow_run.parameters.get('seller_id', '')}"}
    if wanted != set(flow_run.tags):
        with get_client(sync_client=True) as client:
            client.update_flow_run(flow_run.id, tags=wanted)


def _list_open_runs(client: SyncPrefectClient, flow_name: str) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow_name])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING]))
        ),
    )


def _has_heartbeat(client: SyncPrefectClient, run_id: UUID, since: datetime) -> bool:
    wanted = EventFilter(
        occurred=EventOccurredFilter(since=since),
        event=EventNameFilter(name=["prefect.flow-run.heartbeat"]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run_id}"]),
    )
    return bool(client.read_events(filter=wanted, limit=1).events)


def _how_it_ended(client: SyncPrefectClient, flow_run_id: str, overdue: bool) -> str:
    """How the run of an open night ended, or "" while it may still be at work."""
    try:
        run = client.read_flow_run(UUID(flow_run_id))
    except (ObjectNotFound, ValueError):
        return "its run is not known to Prefect" if overdue else ""
    ended = run.state is not None and run.state.is_final()
    return f"its run ended {run.state.name}" if ended and run.state else ""


def main() -> int:
    """Deploy, and say what is scheduled."""
    try:
        for line in filter(None, [*deploy_journeys(), *work.open_decisions()]):
            print(f"      {line}", flush=True)
    except Refusal as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
