"""`make up` as an operator meets it: one terminal, real pages in a real browser, Ctrl-C stops everything."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from tests.up import Up

pytestmark = [pytest.mark.long, pytest.mark.browser]

BROWSER = shutil.which("chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=15000",
]


def see(up: Up, path: str) -> str:
    """What a browser shows on that page, scripts run."""
    done = subprocess.run(
        [BROWSER or "", *QUIET, f"--user-data-dir={up.log.with_suffix('.browser')}", "--dump-dom", up.server + path],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    if BROWSER is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    running = Up(tmp_path_factory.mktemp("up") / "home", FARSAIL_LANGUAGE="zh_CN")
    running.wait_for("[4/4] up:")
    yield running
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def night(up: Up) -> UUID:
    """A night started from the form's deployment, carried out by the worker."""
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["on-demand"]}})[0]["id"]
    run = up.ask(f"deployments/{deployment}/create_flow_run", parameters={"seller_id": "demo"})[0]["id"]
    for _ in range(240):
        state = httpx.get(f"{up.server}/api/flow_runs/{run}").json()["state"]
        if state["type"] in ("COMPLETED", "FAILED", "CRASHED"):
            assert state["type"] == "COMPLETED", state
            return UUID(str(run))
        time.sleep(0.5)
    raise AssertionError(up.log.read_text(encoding="utf-8"))


def test_only_sellers_with_files_are_scheduled(up: Up) -> None:
    said = up.wait_for("demo: every night at 02:00, Asia/Shanghai")
    assert "online-retail: not scheduled" in said
    assert "Traceback" not in said
    for _ in range(60):  # the scheduler's first pass
        planned = {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["nightly"]}}
        nights = up.ask("flow_runs/filter", flow_runs=planned)
        if nights:
            break
        time.sleep(1)
    assert nights
    assert all(run["parameters"] == {"seller_id": "demo", "as_of": "last"} for run in nights)


def test_the_run_page_shows_the_night_and_its_artifacts(up: Up, night: UUID) -> None:
    page = see(up, f"/runs/flow-run/{night}")
    assert "nightly · demo · 2025-11-24" in page
    assert "Completed" in page
    artifacts = up.ask("artifacts/latest/filter")
    front = next(artifact for artifact in artifacts if artifact["key"] == "morning-report-demo")
    shown = see(up, f"/artifacts/artifact/{front['latest_id']}")
    assert "早报" in shown
    assert re.search(r"CNY\s?[\d,]+", shown)
    bar = next(artifact for artifact in artifacts if artifact["key"] == "night-progress")
    assert float(str(bar["data"])) == 100.0


def test_the_form_speaks_the_readers_language(up: Up) -> None:
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["on-demand"]}})[0]["id"]
    form = see(up, f"/deployments/deployment/{deployment}/run")
    for label in ("卖家", "试算：需求变化", "语言"):
        assert label in form


def test_the_server_refuses_a_bad_value_before_a_run_exists(up: Up) -> None:
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["on-demand"]}})[0]["id"]
    reply = httpx.post(
        f"{up.server}/api/deployments/{deployment}/create_flow_run",
        json={"parameters": {"seller_id": "demo", "as_of": "24.11.2025"}, "enforce_parameter_schema": True},
    )
    assert reply.status_code == 409
    assert "as_of" in reply.text


def test_a_killed_night_is_known_as_crashed_on_its_page_and_in_our_ledger(up: Up, night: UUID) -> None:
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["on-demand"]}})[0]["id"]
    run = up.ask(f"deployments/{deployment}/create_flow_run", parameters={"seller_id": "demo"})[0]["id"]
    killed = False
    for _ in range(240):
        facts = httpx.get(f"{up.server}/api/flow_runs/{run}").json()
        if not killed and up.read_ledger(str(run)) == "running":
            os.kill(int(facts["infrastructure_pid"].rsplit(":", 1)[-1]), signal.SIGKILL)
            killed = True
        if facts["state"]["type"] == "CRASHED":
            break
        time.sleep(0.2)
    assert killed
    assert facts["state"]["type"] == "CRASHED"
    for _ in range(240):  # the automation's sweep follows
        if up.read_ledger(str(run)) != "running":
            break
        time.sleep(0.5)
    assert up.read_ledger(str(run)) == "crashed"


def test_ctrl_c_stops_every_process(up: Up, night: UUID) -> None:
    os.kill(up.process.pid, signal.SIGINT)
    assert up.process.wait(timeout=60) in (0, 130)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{up.server}/api/health", timeout=2)
    left = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True).stdout
    assert up.server.rsplit(":", 1)[1] not in left
