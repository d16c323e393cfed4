"""The ledger: decisions and executions as one chain of events, in one order, that nobody can rewrite unseen.

AlreadyRecorded            an event with that key stands in the ledger; it is entered once
BrokenLedger               the chain does not hold; nothing may be carried out on it
StoreBusy                  another process held the database for too long; nothing was written

Each event's hash covers the one before it. The newest hash, the head, is printed in every report and written
outside the database (tasks/store/anchors.py): who rewrites the tail consistently still cannot match it.
The order of events is their number, never a clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from skills.vocabulary import Refusal, mark
from tasks.store.canonical import canonical_bytes
from tasks.store.models import LedgerRow
from tasks.store.session import open_session

Book = Literal["decision", "execution"]
Facts = dict[str, Any]

GENESIS = "0" * 64
"""What the first event carries as the hash before it."""

_CHAIN_LOCK = 7_020_113_001
"""PostgreSQL's advisory lock of the chain."""

PATIENCE_SECONDS = 30.0
"""How long PostgreSQL waits for it; SQLite waits as long (tasks/store/session.py)."""


class AlreadyRecorded(Refusal):
    """The event stands in the ledger already."""


class BrokenLedger(Refusal):
    """The chain does not hold."""


class StoreBusy(Refusal):
    """The database is held by another process, or has no room left."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the ledger.

    Attributes:
        seq: Its number; the order of everything that happened.
        book: decision or execution.
        event: What happened: approve, reject, edit, withdraw, stop, lift, settle; intent, outcome.
        seller: Whose; "" for all sellers.
        proposal: Digest of the proposal that it is about, or "".
        key: Its own name; no two events have the same.
        at: When, by the clock of the machine that wrote it. Clocks err; `seq` does not.
        facts: What else is known, in canonical values.
        hash: sha256 over the hash before and the event's content.
    """

    seq: int
    book: Book
    event: str
    seller: str
    proposal: str
    key: str
    at: datetime
    facts: Facts
    hash: str


@contextmanager
def open_ledger() -> Iterator[Session]:
    """A session that alone may append: it waits for the chain, and commits when its block ends.

    Raises:
        StoreBusy: another process did not let go in time, or there is no room; nothing was written.
    """
    try:
        with open_session() as session:
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("BEGIN IMMEDIATE"))
            else:
                session.execute(text(f"SET LOCAL lock_timeout = {int(PATIENCE_SECONDS * 1000)}"))
                session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
            yield session
    except OperationalError as error:
        raise StoreBusy(
            mark(
                "The store could not be written ({problem}); nothing was recorded by this step. Free the disk or end "
                "the process that holds the database, then run the same again: what was done is not done twice."
            ),
            problem=" ".join(str(error.orig).split()),
        ) from error


def append_event(
    session: Session,
    book: Book,
    event: str,
    key: str,
    facts: Facts,
    *,
    seller: str = "",
    proposal: str = "",
    now: datetime | None = None,
) -> Event:
    """Enter one event at the end of the chain.

    Args:
        session: From `open_ledger`.
        book: Which of the two.
        event: What happened.
        key: The event's own name.
        facts: Canonical values only.
        seller: Whose; "" for all.
        proposal: What it is about.
        now: The clock's time; the machine's when left out.

    Raises:
        AlreadyRecorded: the key stands in the ledger.
    """
    if session.scalar(select(LedgerRow.seq).where(LedgerRow.key == key)) is not None:
        raise AlreadyRecorded(mark("{key} stands in the ledger already; it is entered once."), key=key)
    last = session.execute(select(LedgerRow.seq, LedgerRow.hash).order_by(LedgerRow.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    content = canonical_bytes(
        {
            "seq": seq,
            "book": book,
            "event": event,
            "seller": seller,
            "proposal": proposal,
            "key": key,
            "at": (now or datetime.now(UTC)).astimezone(UTC).isoformat(),
            "facts": facts,
        }
    )
    row = LedgerRow(
        seq=seq,
        book=book,
        event=event,
        seller=seller,
        proposal=proposal,
        key=key,
        content=content,
        previous=previous,
        hash=link(previous, content),
    )
    session.add(row)
    session.flush()
    return read_row(row)


def link(previous: str, content: bytes) -> str:
    """The hash of an event that follows `previous`."""
    return hashlib.sha256(previous.encode() + content).hexdigest()


def list_events(session: Session | None = None, **wanted: str) -> list[Event]:
    """Events whose columns have these values (book, event, seller, proposal, key), in order."""
    query = select(LedgerRow).filter_by(**wanted).order_by(LedgerRow.seq)
    if session is not None:
        return [read_row(row) for row in session.scalars(query)]
    with open_session() as own:
        return [read_row(row) for row in own.scalars(query)]


def list_events_of(seller: str) -> list[Event]:
    """Every event of one seller and those that hold for all, in order."""
    with open_session() as session:
        query = select(LedgerRow).where(LedgerRow.seller.in_([seller, ""])).order_by(LedgerRow.seq)
        return [read_row(row) for row in session.scalars(query)]


def find_keys(session: Session, prefix: str) -> list[str]:
    """Keys that begin so, in the order they were entered."""
    query = select(LedgerRow.key).where(LedgerRow.key.startswith(prefix, autoescape=True)).order_by(LedgerRow.seq)
    return list(session.scalars(query))


def read_head() -> tuple[int, str]:
    """Number and hash of the newest event; (0, GENESIS) of an empty ledger."""
    with open_session() as session:
        last = session.execute(select(LedgerRow.seq, LedgerRow.hash).order_by(LedgerRow.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


def read_row(row: LedgerRow) -> Event:
    """A row as an event; what counts is its content."""
    content = json.loads(row.content)
    return Event(
        seq=content["seq"],
        book=content["book"],
        event=content["event"],
        seller=content["seller"],
        proposal=content["proposal"],
        key=content["key"],
        at=datetime.fromisoformat(content["at"]),
        facts=content["facts"],
        hash=row.hash,
    )
