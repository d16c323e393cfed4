"""The seller's desk in a real browser: Prefect's pages of a running installation, and everybody's authenticator."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.seller import Seller, read_seller
from tasks.approvals import codes
from tasks.store import session as store_session
from tests.up import Up

BROWSER = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIELDS = ("approver", "answer", "leave_out", "edits", "reason", "amount", "code")
"""The form's fields in their order; Prefect's page ties no label to its field."""


@dataclass
class Desk:
    """The seller's desk: a browser on the running installation, and everybody's authenticator.

    Attributes:
        up: The installation.
        page: The browser's page; a laptop's size.
        seller: The demo.
        folder: Of the pictures taken on the way, to look at when a test fails.
        spent: Approver → the newest half minute whose code was spent.
    """

    up: Up
    page: Any
    seller: Seller
    folder: Path
    spent: dict[str, int] = field(default_factory=dict)

    def show_code(self, approver: str, spend: bool = True) -> str:
        """What the approver's authenticator shows; waits for a fresh one when the code is to be spent."""
        while spend and time.time() // codes.STEP_SECONDS <= self.spent.get(approver, -1):
            time.sleep(0.5)
        self.spent[approver] = int(time.time() // codes.STEP_SECONDS) if spend else self.spent.get(approver, -1)
        return codes.read_code(self.seller, approver)

    def take_picture(self, name: str) -> None:
        self.page.screenshot(path=self.folder / f"{len(list(self.folder.iterdir())):02d}-{name}.png")

    def open_form(self, run: str) -> Any:
        """The dialog behind a suspended run's button."""
        self.page.goto(f"{self.up.server}/runs/flow-run/{run}")
        self.page.get_by_role("button", name="Resume").click()
        dialog = self.page.get_by_role("dialog")
        dialog.locator("textarea").nth(len(FIELDS) - 1).wait_for()
        self.take_picture("form")
        return dialog

    def answer(self, run: str, **values: str) -> None:
        """Fill in the form and submit it."""
        dialog = self.open_form(run)
        for name, value in values.items():
            dialog.locator("textarea").nth(FIELDS.index(name)).fill(value)
        self.take_picture("filled-in")
        self.submit(dialog, lambda: not dialog.is_visible())

    def submit(self, form: Any, taken: Callable[[], bool]) -> None:
        """Submit a form, and again when the page says that Prefect's database was busy just then."""
        for _ in range(5):
            form.get_by_role("button", name="Submit").click()
            for _ in range(40):
                if taken():
                    return
                self.page.wait_for_timeout(250)
            self.take_picture("not-taken")
        raise AssertionError("the form was not taken")

    def launch(self, journey: str, asks: str, seconds: int = 420) -> dict[str, Any]:
        """The run of a journey that was started for the demo from its form, and ended well.

        Args:
            asks: What the form says of one of its fields.
        """
        deployment = self.up.ask("deployments/filter", deployments={"name": {"any_": [journey]}})[0]["id"]
        self.page.goto(f"{self.up.server}/deployments/deployment/{deployment}/run")
        form = self.page.locator("form").first
        form.get_by_text(asks, exact=False).first.wait_for()
        self.take_picture(f"{journey}-form")
        form.locator(".p-select-button__control").first.focus()
        self.page.keyboard.press("ArrowDown")
        self.page.get_by_role("option", name="demo").click()
        self.take_picture(f"{journey}-filled-in")
        self.submit(self.page, lambda: not self.page.url.endswith("/run"))
        deadline = time.monotonic() + 60
        while not (runs := self.up.list_runs(journey)) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert self.up.finish(runs[0]["id"], seconds=seconds) == "COMPLETED", self.up.read_log(runs[0]["id"])
        run: dict[str, Any] = runs[0]
        return run

    def find_run(self, digest: str) -> dict[str, Any]:
        """The one run that asks about a proposal."""
        runs = [run for run in self.up.list_runs("decide") if run["idempotency_key"] == digest]
        assert len(runs) == 1
        return runs[0]

    def wait_until_asked(self, digest: str, than: str = "", seconds: int = 120) -> dict[str, Any]:
        """The proposal's run once it waits for an answer, in another state than the one of that id.

        Its last process has ended then: a person is never as fast as this, and Prefect's worker (3.8.8) fails whole
        when it is given a run that it still has.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            runs = [run for run in self.up.list_runs("decide") if run["idempotency_key"] == digest]
            asked = runs and runs[0]["state"]["name"] == "Suspended" and runs[0]["state"]["id"] != than
            time.sleep(0.5)
            if asked and not self.up.has_process(runs[0]):
                return runs[0]
        raise AssertionError(f"{digest} is not asked about: {runs}\n{self.up.log.read_text(encoding='utf-8')}")

    def execute(self, seconds: int = 120) -> str:
        """The log of the newest execution that followed by itself, once it has ended well."""
        deadline = time.monotonic() + seconds
        while not (runs := self.up.list_runs("execute")) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert self.up.finish(runs[-1]["id"]) == "COMPLETED"
        return self.up.read_log(runs[-1]["id"])

    def list_papers(self) -> list[str]:
        """Names of all papers in the outbox."""
        return sorted(path.name for path in (self.up.home / "outbox").glob("demo/2025-11-24/*"))

    def list_bookings(self) -> list[dict[str, Any]]:
        """What the carrier has accepted."""
        journal = self.up.home / "simulated" / "bookings.jsonl"
        return [json.loads(line)["entry"] for line in journal.read_text().splitlines()] if journal.exists() else []

    def query(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the store, read without our own code."""
        with closing(sqlite3.connect(f"file:{self.up.home / 'farsail.db'}?mode=ro", uri=True)) as store:
            return store.execute(question, values).fetchall()


@contextmanager
def run_up(home: Path) -> Iterator[Up]:
    """`make up` in a home of its own, in English; this process reads the same store, and everything ends with it."""
    if BROWSER is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    running = Up(home, FARSAIL_LANGUAGE="en", PREFECT_WORKER_QUERY_SECONDS="1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(home))
        patch.delenv("FARSAIL_DATABASE_URL", raising=False)
        yield running
        store_session.close_engines()
    if running.process.poll() is None:
        running.kill_all()


@contextmanager
def open_desk(up: Up, pictures: Path) -> Iterator[Desk]:
    """A browser of a laptop's size on the running installation, once it answers."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    up.wait_for("[4/4] up:")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(60_000)
        yield Desk(up, page, read_seller("demo"), pictures)
        browser.close()
