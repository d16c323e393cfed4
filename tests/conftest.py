"""What many tests share: a home of their own, both databases, one Prefect server for the session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store import session as store_session

POSTGRES_FOLDERS = ("/usr/lib/postgresql", "/usr/local/lib/postgresql")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty installation: its own store, snapshots and reports."""
    monkeypatch.setenv("FARSAIL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FARSAIL_DATABASE_URL", raising=False)
    yield tmp_path / "home"
    store_session.close_engines()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same test on both databases; gives the store's URL."""
    if request.param == "sqlite":
        return f"sqlite:///{home / 'farsail.db'}"
    url: str = request.getfixturevalue("postgres_database")
    monkeypatch.setenv("FARSAIL_DATABASE_URL", url)
    return url


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    import psycopg

    name = f"farsail_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    yield f"{postgres_server}/{name}"
    store_session.close_engines()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server started for this session alone; skips where its programs are missing."""
    programs = _find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")
    folder = Path("/tmp") / f"farsail-postgres-{os.getpid()}"
    folder.mkdir()
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"cwd": "/", "stdout": subprocess.DEVNULL, "check": True}
    subprocess.run(
        [*as_postgres, programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "--no-sync"],
        **quiet,  # type: ignore[call-overload]
    )
    control = [*as_postgres, programs / "pg_ctl", "-D", folder / "data", "-w"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([*control, "-l", folder / "log", "-o", options, "start"], **quiet)  # type: ignore[call-overload]
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real Prefect server with a database of its own, for the whole session."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def _find_postgres() -> Path | None:
    for folder in POSTGRES_FOLDERS:
        for found in sorted(Path(folder).glob("*/bin/initdb"), reverse=True):
            return found.parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
