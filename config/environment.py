"""The environment that every process of ours runs in, and which Prefect server it talks to.

Standard library alone: the launcher reads this before anything is installed.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout that this code runs from."""


def read_env_file(path: Path = ROOT / ".env") -> dict[str, str]:
    """The settings that an operator keeps in .env: one NAME=value a line."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def find_home(environment: dict[str, str]) -> Path:
    """The folder of everything that this installation makes."""
    return ROOT / environment.get("FARSAIL_HOME", ".farsail")


def prepare_environment(environment: dict[str, str] | None = None) -> dict[str, str]:
    """The variables that our processes run with; what the operator set stays.

    Runs of `night` and `up` share one history (PREFECT_HOME), nothing is sent to third parties, and the terminal
    shows our lines: run logs go to Prefect's API, where the run's page shows them.
    """
    found = {**read_env_file(), **(dict(os.environ) if environment is None else environment)}
    ours = {
        "PREFECT_HOME": str(find_home(found) / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return {**ours, **found}


def find_server(environment: dict[str, str], version: str) -> tuple[str, str]:
    """The Prefect server that answers, and a sentence that says which one is used.

    Args:
        environment: As `prepare_environment` gives it.
        version: Prefect's version here; a server of another major.minor is not used.

    Returns:
        The API's address, or "" when the run starts a server of its own.
    """
    candidates = [environment.get("PREFECT_API_URL", ""), read_server_address(environment)]
    candidates.append("http://127.0.0.1:4200/api")
    asked = list(dict.fromkeys(address.rstrip("/") for address in candidates if address))
    for address in asked:
        answer = ask_server(address, environment)
        if answer and answer.split(".")[:2] == version.split(".")[:2]:
            return address, f"Prefect: the server at {address} ({answer})"
        if answer:
            return "", f"Prefect: a server of this run's own (the one at {address} is {answer}, here is {version})"
    return "", f"Prefect: a server of this run's own (none answers at {' or '.join(asked)})"


def read_server_address(environment: dict[str, str]) -> str:
    """The address that `up` wrote down, or ""."""
    try:
        written = json.loads((find_home(environment) / "server.json").read_text(encoding="utf-8"))
        return str(written["api_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def ask_server(address: str, environment: dict[str, str]) -> str:
    """The version of a healthy Prefect server, or "" when none answers there."""
    headers = {}
    if environment.get("PREFECT_API_KEY"):
        headers["Authorization"] = f"Bearer {environment['PREFECT_API_KEY']}"
    elif environment.get("PREFECT_API_AUTH_STRING"):
        encoded = base64.b64encode(environment["PREFECT_API_AUTH_STRING"].encode()).decode()
        headers["Authorization"] = f"Basic {encoded}"
    local = re.search(r"//(127\.|localhost|\[::1\])", address)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({} if local else None))
    try:
        for page in ("health", "admin/version"):
            with direct.open(urllib.request.Request(f"{address}/{page}", headers=headers), timeout=3) as reply:
                content = json.load(reply)
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    return content if isinstance(content, str) else ""
