"""The connection to the store: SQLite in WAL mode by default, PostgreSQL by URL, schema brought up to date."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.settings import read_settings
from skills.vocabulary import Refusal, mark

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 7_020_113_000
"""PostgreSQL's advisory lock of whoever migrates."""


class StoreUnreachable(Refusal):
    """The database does not answer."""


@contextmanager
def open_session(url: str | None = None) -> Iterator[Session]:
    """A session that commits when its block ends and rolls back when it fails.

    Args:
        url: SQLAlchemy URL; the one in the settings when left out.

    Raises:
        StoreUnreachable: names the address without its password, and what to check.
    """
    engine = _reach(url or read_settings().store_url)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def open_connection() -> Iterator[Connection]:
    """A connection of its own for as long as the block lasts, each statement committed by itself.

    Raises:
        StoreUnreachable: as for a session.
    """
    with _reach(read_settings().store_url).connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def _reach(address: str) -> Engine:
    try:
        return _engine(address)
    except DBAPIError as error:
        raise StoreUnreachable(
            mark(
                "The store at {address} does not answer: {problem}. Start the database, or unset "
                "FARSAIL_DATABASE_URL to use the embedded one."
            ),
            address=make_url(address).render_as_string(hide_password=True),
            problem=" ".join(str(error.orig).split()),
        ) from error


def close_engines() -> None:
    """Give every connection back, so that files and databases can be removed."""
    for engine in _OPEN.values():
        engine.dispose()
    _OPEN.clear()


_PATIENCE_SECONDS = 30
"""How long SQLite waits for another writer."""

_OPEN: dict[str, Engine] = {}


def _engine(address: str) -> Engine:
    if address in _OPEN:
        return _OPEN[address]
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    _migrate(engine)
    _OPEN[address] = engine
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_SECONDS * 1000}")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:  # two that open a new store at once: SQLite does not wait here
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date, in one transaction that only one process has; nothing is loaded when it is so."""
    with engine.connect() as connection:
        if _read_revision(connection) == _newest_revision():
            return
        connection.rollback()
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:  # a table that others refer to is made anew; references are whole again at the end
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
        with connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_xact_lock({_LOCK})")
            if _read_revision(connection) != _newest_revision():
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _read_revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


@lru_cache(maxsize=1)
def _newest_revision() -> str:
    """Migrations are named by their number: 0002_the_two_ledgers.py."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
