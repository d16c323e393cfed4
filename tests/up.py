"""`make up` in a home of its own, as tests meet it: started, asked, stopped, killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx

from config.settings import ROOT

FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Up:
    """The running command, and what its server answers."""

    def __init__(self, home: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        foreign = ("PREFECT_", "FARSAIL_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environment |= {"FARSAIL_HOME": str(home), "PREFECT_SERVER_API_PORT": str(port), **settings}
        self.home, self.log = home, home.with_suffix(".log")
        self.server = f"http://127.0.0.1:{port}"
        self.log.write_text("", encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Start it, the first time or again on the same home and port; what it said before stays in the log."""
        self.begun_at = self.log.stat().st_size
        with self.log.open("a") as said:
            self.process = subprocess.Popen(
                [sys.executable, "farsail.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def kill_all(self) -> None:
        """SIGKILL to it and to every process that it started, as when the machine goes down."""
        for number in self.find_processes():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait(timeout=60)

    def find_processes(self) -> dict[int, str]:
        """Its own process and all below it, parents first: number → command line."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        found = {int(row[0]): row[2] for row in rows if int(row[0]) == self.process.pid}
        for _ in range(6):  # generations
            found |= {int(row[0]): row[2] for row in rows if int(row[1]) in found and int(row[0]) not in found}
        return found

    def wait_for(self, words: str, seconds: int = 120) -> str:
        """What it said since it was started, once these words are in it."""
        for _ in range(seconds * 2):
            with self.log.open(encoding="utf-8", errors="replace") as log:
                log.seek(self.begun_at)
                said = log.read()
            if words in said:
                return said
            assert self.process.poll() is None, said
            time.sleep(0.5)
        raise AssertionError(f"{words!r} was not said:\n{said}")

    def call(self, method: str, path: str, **content: object) -> Any:
        """What the API answers; asked again while its database is busy, as Prefect's own client does."""
        for _ in range(20):
            json = {"json": content} if content else {}
            reply = httpx.request(method, f"{self.server}/api/{path}", timeout=120, **json)
            if reply.status_code != 503:
                break
            time.sleep(0.5)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def ask(self, path: str, **content: object) -> list[dict[str, Any]]:
        """What the API answers to a POST, as a list."""
        found = self.call("POST", path, **content)
        return found if isinstance(found, list) else [found]

    def read_run(self, run: str) -> dict[str, Any]:
        """A flow run as the API has it now."""
        found: dict[str, Any] = self.call("GET", f"flow_runs/{run}")
        return found

    def list_runs(self, *tags: str) -> list[dict[str, Any]]:
        """Flow runs with all these tags, oldest first."""
        wanted = {"flow_runs": {"tags": {"all_": [*tags]}}} if tags else {}
        found = self.ask("flow_runs/filter", **wanted, limit=200)
        return sorted(found, key=lambda run: str(run["created"]))

    def begin(self, deployment: str, **parameters: object) -> str:
        """Start a run of the deployment of that name, as the form does; returns its id."""
        found = self.ask("deployments/filter", deployments={"name": {"any_": [deployment]}})[0]["id"]
        content = {"parameters": parameters, "enforce_parameter_schema": True}
        return str(self.ask(f"deployments/{found}/create_flow_run", **content)[0]["id"])

    def finish(self, run: str, seconds: int = 120) -> str:
        """How a run ended: its state's type, once it is final."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.read_run(run)["state"]
            if state["type"] in FINAL:
                return str(state["type"])
            time.sleep(0.5)
        raise AssertionError(f"the run is {state} after {seconds} s\n{self.log.read_text(encoding='utf-8')}")

    def has_process(self, run: dict[str, Any]) -> bool:
        """Whether a run's last process is still there, on its way out perhaps."""
        number = int(str(run["infrastructure_pid"] or 0).rpartition(":")[2])
        with suppress(ProcessLookupError):
            os.kill(number, 0)
            return number > 0
        return False

    def read_log(self, run: str) -> str:
        """What a run logged, once its last line has arrived: lines come after the state that they tell of."""
        for _ in range(40):
            found = self.ask("logs/filter", logs={"flow_run_id": {"any_": [run]}}, limit=200)
            said = "\n".join(str(line["message"]) for line in found)
            if "Finished in state" in said:
                break
            time.sleep(0.5)
        return said

    def read_ledger(self, run: str) -> str:
        """How our run ledger says that this run stands; empty before the night was entered."""
        with closing(sqlite3.connect(self.home / "farsail.db")) as store:
            found = store.execute("SELECT state FROM night WHERE flow_run_id = ?", [run]).fetchone()
        return str(found[0]) if found else ""
