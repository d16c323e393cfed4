"""Keeping Prefect's server, all deployments and a worker up in one terminal; the launcher hands over to this.

    python -m tasks.up

It needs the standard library and config.environment alone, so that it starts at once.

NotUp      it is up already, something did not start, or something ended by itself; the text says which
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from config.environment import ROOT, ask_server, find_home, prepare_environment, read_server_address

WINDOWS = os.name == "nt"
END = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
SERVER_STARTS_WITHIN_SECONDS = 150


class NotUp(Exception):
    """All cannot come up, or cannot stay up."""


class Children:
    """The processes of `up`: started in order, their lines prefixed, stopped last first."""

    def __init__(self) -> None:
        self.started: dict[str, subprocess.Popen[str]] = {}
        self.readers: list[threading.Thread] = []
        self.last_lines: dict[str, collections.deque[str]] = {}
        self.quiet: set[str] = set()

    def start(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        """Start one, by the arguments of our Python; while its name is in `quiet` its lines are kept back."""
        apart = {"creationflags": 0x200} if WINDOWS else {"start_new_session": True}  # CREATE_NEW_PROCESS_GROUP
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            **apart,
        )
        self.started[name] = process
        self.last_lines[name] = collections.deque(maxlen=30)
        self.readers.append(threading.Thread(target=self._read_lines, args=(name,), daemon=True))
        self.readers[-1].start()

    def find_dead(self) -> str:
        """The name of one that ended by itself, or ""."""
        return next((name for name, process in self.started.items() if process.poll() is not None), "")

    def stop(self) -> None:
        """End what still runs, last started first; what does not go within 20 s is killed."""
        for name, process in reversed(self.started.items()):
            if process.poll() is None:
                print(f"stopping the {name}", flush=True)
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(END)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if sys.platform != "win32":  # whatever the child itself had started
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
        for reader in self.readers:
            reader.join(2)

    def _read_lines(self, name: str) -> None:
        with self.started[name].stdout or io.StringIO() as lines:
            for line in filter(str.strip, lines):
                self.last_lines[name].append(line.rstrip())
                if name not in self.quiet:
                    print(f"{name:<7}| {line.rstrip()}", flush=True)


def keep_up(environment: dict[str, str], stop: threading.Event) -> int:
    """Start the server, put the deployments in place, start the worker; keep all until `stop` is set.

    Steps are counted on from the launcher's first one.

    Raises:
        NotUp: after all that was started has been stopped.
    """
    began = time.monotonic()
    running = read_server_address(environment)
    if running and ask_server(running, environment):
        raise NotUp(f"It is up already: {running.removesuffix('/api')}")
    host = environment.get("PREFECT_SERVER_API_HOST", "127.0.0.1")
    port = find_free_port(host, int(environment.get("PREFECT_SERVER_API_PORT", "4200")))
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    environment = {**environment, "PREFECT_API_URL": f"{address}/api"}
    shown = {**environment, "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}
    children, written = Children(), find_home(environment) / "server.json"
    children.quiet.add("server")
    try:
        server = ["server", "start", "--host", host, "--port", str(port)]
        children.start("server", ["-m", "prefect", *server], environment)
        while not ask_server(f"{address}/api", environment):
            if children.find_dead() or time.monotonic() - began > SERVER_STARTS_WITHIN_SECONDS:
                raise NotUp("\n".join([*children.last_lines["server"], "Prefect's server did not start; see above."]))
            if stop.wait(0.5):
                return 0
        children.quiet.clear()
        _start_carrier(children, environment)
        written.write_text(json.dumps({"api_url": f"{address}/api", "pid": os.getpid()}), encoding="utf-8")
        _say_step(2, f"Prefect's pages: {address}", began)
        deployed = subprocess.call([sys.executable, "-m", "tasks.operations"], cwd=ROOT, env=environment)
        if deployed or stop.is_set():
            return deployed
        _say_step(3, "deployments and schedules are in place", began)
        worker = ["worker", "start", "--pool", "farsail", "--type", "process", "--limit", "4"]
        children.start("worker", ["-m", "prefect", *worker], shown)
        _say_step(4, f"up: {address} · Ctrl-C stops all", began)
        while not stop.wait(0.5):
            name = children.find_dead()
            if name:
                code = children.started[name].returncode
                raise NotUp(f"The {name} ended by itself (exit code {code}); stopping all.")
        return 0
    finally:
        children.stop()
        written.unlink(missing_ok=True)


def _start_carrier(children: Children, environment: dict[str, str]) -> None:
    """The simulated carrier, and where it listens; its bookings outlive it."""
    folder = find_home(environment) / "simulated"
    folder.mkdir(parents=True, exist_ok=True)
    port = find_free_port("127.0.0.1", 4291)
    options = ["--port", str(port), "--journal", str(folder / "bookings.jsonl")]
    children.start("carrier", ["-m", "tasks.simulated.carrier", *options], environment)
    (folder / "carrier.json").write_text(json.dumps({"url": f"http://127.0.0.1:{port}"}), encoding="utf-8")


def _say_step(number: int, text: str, began: float) -> None:
    print(f"[{number}/4] {text} · {time.monotonic() - began:.0f} s", flush=True)


def find_free_port(host: str, first: int) -> int:
    """The first port from `first` on that nothing listens at.

    Raises:
        NotUp: twenty in a row are taken.
    """
    for port in range(first, first + 20):
        with socket.socket() as tried:
            if not WINDOWS:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                tried.bind((host, port))
                return port
    raise NotUp(f"Ports {first} to {first + 19} are all taken. Set PREFECT_SERVER_API_PORT to a free one.")


def main() -> int:
    """Keep all up until Ctrl-C; returns the exit code."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        return keep_up(prepare_environment(), stop)
    except NotUp as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
