"""Operating Prefect: deployments, schedules and forms are put in place, and dead runs are closed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, Running

from config.seller import list_sellers, read_seller
from config.settings import ROOT, read_settings
from tasks import operations
from tasks.store import nights

pytestmark = pytest.mark.prefect
GRACE = timedelta(minutes=15)


@flow(name="a night of the tests")
def a_night(seller_id: str = "demo") -> str:
    return seller_id


@pytest.fixture
def client(prefect_server: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncPrefectClient]:
    """A client of the session's server, which child processes reach too."""
    monkeypatch.setenv("PREFECT_API_URL", PREFECT_API_URL.value() or "")
    monkeypatch.setenv("PREFECT_HOME", str(home / "prefect"))
    (home / "prefect").mkdir(parents=True)
    with get_client(sync_client=True) as client:
        yield client


def test_every_parameter_of_every_journey_has_a_label_and_a_limit() -> None:
    journeys = [name.partition("/")[0].replace("-", "_") for name in operations.FORMS]
    loaded = [getattr(importlib.import_module(f"flows.{name}"), name) for name in journeys]
    named = {parameter for journey in loaded for parameter in journey.parameters.properties}
    assert named == set(operations.LABELS) == set(operations.form_limits())


@pytest.mark.long
def test_deploying_again_changes_nothing_and_a_paused_schedule_stays_paused(client: SyncPrefectClient) -> None:
    said = operations.deploy_journeys()
    scheduled = [name for name in list_sellers() if read_seller(name).scheduled]
    nightly = client.read_deployment_by_name("nightly/nightly")
    assert sorted(schedule.slug or "" for schedule in nightly.schedules) == scheduled
    assert {schedule.parameters["as_of"] for schedule in nightly.schedules} == {"last"}
    assert any(line.startswith("online-retail: not scheduled") for line in said)
    client.update_deployment_schedule(nightly.id, nightly.schedules[0].id, active=False)

    assert operations.deploy_journeys() == said
    again = client.read_deployment_by_name("nightly/nightly")
    assert [schedule.id for schedule in again.schedules] == [schedule.id for schedule in nightly.schedules]
    assert not again.schedules[0].active
    assert len(client.read_deployments(deployment_filter=DeploymentFilter())) == len(operations.FORMS)
    assert len([one for one in client.read_automations() if one.name.startswith("sweep after")]) == 1


@pytest.mark.long
def test_the_run_form_offers_sellers_in_the_readers_language(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_LANGUAGE", "zh_CN")
    operations.deploy_journeys()
    form = (client.read_deployment_by_name("nightly/on-demand").parameter_openapi_schema or {})["properties"]
    assert form["seller_id"]["enum"] == list_sellers()
    assert form["seller_id"]["title"] == "卖家"
    assert [field["position"] for field in form.values()] == list(range(len(form)))


def test_a_run_that_outlived_its_limit_is_closed_and_a_young_one_is_left(client: SyncPrefectClient) -> None:
    run, now = client.create_flow_run(a_night, state=Running()), datetime.now(UTC)
    assert operations.close_dead_runs.fn(a_night.name, 3600, GRACE, now) == []
    closed = operations.close_dead_runs.fn(a_night.name, 3600, GRACE, now + timedelta(minutes=80))
    assert [dead.name for dead in closed] == [run.name]
    ended = client.read_flow_run(run.id).state
    assert ended is not None
    assert ended.is_crashed()
    assert "Closed by the sweep: no sign of life, 80 minutes" in (ended.message or "")


def test_a_line_of_the_ledger_is_closed_when_its_run_has_ended(client: SyncPrefectClient) -> None:
    ended = client.create_flow_run(a_night, state=Completed())
    running = client.create_flow_run(a_night, state=Running())
    for run_id in (ended.id, running.id, uuid4()):
        nights.open_night("demo", "nightly", date(2025, 11, 24), str(run_id))
    closed = operations.close_dead_runs.fn(a_night.name, 3600, GRACE, datetime.now(UTC))
    assert [run.reason for run in closed] == ["ledger line 1: its run ended Completed"]
    assert next(night.flow_run_id for night in nights.list_open_nights()) == str(running.id)


def test_a_seller_without_files_is_not_scheduled(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = (read_settings().sellers / "demo.yaml").read_text(encoding="utf-8").replace("id: demo", "id: own")
    (tmp_path / "own.yaml").write_text(own.replace("generator: demo", 'generator: ""'), encoding="utf-8")
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path))
    assert operations._reason_to_leave_out("own").startswith("no file yet for order_lines, stock")


def test_the_entrypoints_are_modules() -> None:
    entrypoints = [
        line.split()[-1] for line in (ROOT / "prefect.yaml").read_text().splitlines() if "entrypoint" in line
    ]
    journeys = [name.partition("/")[0].replace("-", "_") for name in operations.FORMS]
    assert entrypoints == [f"flows.{name}.{name}" for name in journeys]
