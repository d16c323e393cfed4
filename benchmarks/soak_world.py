"""A small world that can be broken: one seller, one approved proposal, one carrier's book, and what must hold after.

A case is a copy of a template home (a store with an approved proposal in its outbox). The execute step runs in a
forked child, which is killed with SIGKILL at a numbered point or at a moment; then it runs again to its end and the
world is examined. Everything is real: SQLite, files, a carrier in a process of its own over HTTP.

A point is one of: before and after each commit that wrote something, before each rename of a file, before and after
each send and each receive on a socket.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import desk
import httpx
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from tasks.execution.acting import hold, list_released
from tasks.execution.carry import Outcome, carry_out
from tasks.execution.papers import paper_path
from tasks.store import session as store_session
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import list_events
from tasks.store.models import InstructionRow

KINDS = ("idempotent", "readable", "at_most_once")
SPREAD = 4
POINTS = ("commit", "committed", "rename", "send", "sent", "receive", "received")

Hook = Callable[[str], None]

_CLIENT = httpx.Client(trust_env=False, verify=False, timeout=10)
"""The examiner's own connection to the carrier."""


@dataclass
class World:
    """One case.

    Attributes:
        home: Its FARSAIL_HOME.
        address: The carrier's book.
        kind: What the carrier promises.
    """

    home: Path
    address: str
    kind: str

    def enter(self) -> None:
        """Make this the installation that the code of this process sees, with new connections."""
        for engine in store_session._OPEN.values():
            engine.dispose()
        os.environ["FARSAIL_HOME"] = str(self.home)
        os.environ["FARSAIL_SELLERS"] = str(self.home / "sellers")
        os.environ.pop("FARSAIL_DATABASE_URL", None)

    def behave(self, **behaviour: Any) -> None:
        """Tell the carrier how to behave from now on."""
        promised = {"idempotent": self.kind == "idempotent", "readable": self.kind == "readable"}
        content = {"faults": [], "reads": [], **promised, **behaviour}
        _CLIENT.put(f"{self.address}/behaviour", json=content).raise_for_status()

    def leave(self) -> None:
        """Remove everything of the case."""
        for engine in store_session._OPEN.values():
            engine.dispose()
        shutil.rmtree(self.home, ignore_errors=True)
        _CLIENT.delete(self.address)


@dataclass
class Found:
    """What is wrong with a world after its last run; empty lists are right.

    Attributes:
        duplicates: Instructions that the carrier was made to accept more than once.
        losses: Instructions that are neither done nor named, or done without anything to show.
        unknown_readable: Idempotent or readable instructions whose outcome is unknown.
        unknown: At-most-once instructions whose outcome is unknown, each a named task.
        broken: What else does not hold.
    """

    duplicates: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    unknown_readable: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return not (self.duplicates or self.losses or self.unknown_readable or self.broken)


class Worlds:
    """Makes worlds from one template, each with a book of its own at one carrier."""

    def __init__(
        self, carrier: str, folder: Path, decisions: Callable[[], list[dict[str, Any]]] | None = None
    ) -> None:
        self.carrier, self.folder, self.count = carrier, folder, 0
        template = World(folder / "template", carrier, "readable")
        template.enter()
        desk.write_seller(template.home / "sellers")
        made = (
            decisions() if decisions else [desk.order(desk.order_line("TT-1")), desk.shipment(desk.ship_line("TT-1"))]
        )
        desk.write_seller(template.home / "sellers", policy={"execution": {"shipment_targets": ["files", "carrier"]}})
        digest = desk.propose(*made)
        money = sum(line["money_minor"] for decision in made for line in decision["lines"])
        desk.say(digest, "chen", amount=f"{money / 100:.2f}")
        store_session.close_engines()
        self.template, self.proposal = template.home, digest

    def make(self, kind: str, policy: dict[str, Any] | None = None, **behaviour: Any) -> World:
        """A new world whose approved proposal nobody has carried out yet.

        Args:
            kind: What the carrier promises.
            policy: Other values for some of the seller's execution policy.
            behaviour: How the carrier behaves.
        """
        self.count += 1
        home = self.folder / f"case-{self.count % SPREAD}"  # a place is used again: its statements are compiled
        shutil.copytree(self.template, home)
        world = World(home, f"{self.carrier}/test-{self.folder.name}-{self.count}", kind)
        world.enter()
        execution = {
            "shipment_targets": ["files", "carrier"],
            "carrier_url": world.address,
            "carrier_kind": kind,
            "carrier_read_lag_seconds": 0.0,
            "carrier_timeout_seconds": 0.5,
            **(policy or {}),
        }
        desk.write_seller(home / "sellers", policy={"execution": execution})
        world.behave(**behaviour)
        return world


def execute(now: datetime = desk.NOON) -> list[Outcome]:
    """What the execute journey does, in a bare process, with a clock that may say anything."""
    with hold("haina") as run:
        return [carry_out(row, run.targets[row.target], run.seller, now) for row in list_released(run)]


def examine(world: World) -> Found:
    """Compare what the ledger says with what the carrier accepted and what lies in the outbox."""
    world.enter()
    found = Found()
    audit = audit_ledger()
    if audit.broken_seq:
        found.broken.append(f"ledger row {audit.broken_seq}: {audit.why}")
    acts = _CLIENT.get(f"{world.address}/acts").json()
    events = list_events(seller="haina")
    with store_session.open_session() as session:
        rows = session.query(InstructionRow).all()
    for row in rows:
        own = [e for e in events if e.facts.get("instruction") == row.key]
        intents = [e for e in own if e.event == "intent"]
        states = [e.facts["state"] for e in own if e.event == "outcome"]
        state = states[-1] if states else "nothing"
        accepted = [act for act in acts["accepted"] if row.key[:12] in act["reference"]]
        theirs = acts["duplicates"]
        name = f"{row.target} {row.decision} {state}"
        if row.target == "carrier" and len(accepted) - theirs > 1:
            found.duplicates.append(f"{name}: {len(accepted)} bookings")
        if row.target == "carrier" and any("automated agent" not in act["agent"] for act in accepted):
            found.broken.append(f"{name}: an act without the agent's name")
        if len(intents) != len({e.facts["attempt"] for e in intents}):
            found.broken.append(f"{name}: an attempt was begun twice")
        if state == "done":
            if row.target == "carrier" and not accepted:
                found.losses.append(f"{name}: nothing is booked")
            if row.target == "files" and not _has_papers(row):
                found.losses.append(f"{name}: no papers")
        elif state in ("unknown",):
            (found.unknown if world.kind == "at_most_once" else found.unknown_readable).append(name)
        elif state == "disputed":
            pass  # a named task: the carrier shows something else than was sent
        elif state != "refused":
            found.losses.append(f"{name}: neither done nor named")
    return found


def _has_papers(row: InstructionRow) -> bool:
    path = paper_path(json.loads(row.payload))
    try:
        written = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return written["digest"] == row.digest and path.with_name(f"{path.name}.xlsx").stat().st_size > 0


# ---- killing -----------------------------------------------------------------------------------------------


_ON_RENAME: list[Hook | None] = []


def _watch_renames(hook: Hook | None) -> None:
    """Call `hook` before each rename from now on. An audit hook is for life: one serves all, or they would add up."""
    if not _ON_RENAME:
        _ON_RENAME.append(None)

        def watch(name: str, _arguments: Any) -> None:
            if name == "os.rename" and _ON_RENAME[0] is not None:
                _ON_RENAME[0]("rename")

        sys.addaudithook(watch)
    _ON_RENAME[0] = hook


@contextmanager
def points(hook: Hook) -> Iterator[None]:
    """Call `hook` with the kind of each point that this thread passes; other threads, such as Prefect's, go by."""
    here = threading.get_ident()

    def renaming(kind: str) -> None:
        if threading.get_ident() == here:
            hook(kind)

    def wrote(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            connection.info["wrote"] = True

    def before_commit(connection: Connection) -> None:
        if connection.info.pop("wrote", False):
            hook("commit")

    def after_commit(session: Session) -> None:
        if session.info.pop("wrote", False):
            hook("committed")

    def flushed(session: Session, *_: Any) -> None:
        session.info["wrote"] = True

    send, receive = socket.socket.send, socket.socket.recv
    answered = True

    def sending(self: socket.socket, *arguments: Any) -> int:
        nonlocal answered
        if threading.get_ident() != here:
            return send(self, *arguments)
        hook("send")
        done = send(self, *arguments)
        answered = False
        hook("sent")
        return done

    def receiving(self: socket.socket, *arguments: Any) -> bytes:
        nonlocal answered
        if threading.get_ident() != here:
            return receive(self, *arguments)
        first, answered = not answered, True  # an answer may come in one piece or in several; it is one point
        if first:
            hook("receive")
        done = receive(self, *arguments)
        if first:
            hook("received")
        return done

    event.listen(Engine, "after_cursor_execute", wrote)
    event.listen(Engine, "commit", before_commit)
    event.listen(Session, "after_flush", flushed)
    event.listen(Session, "after_commit", after_commit)
    _watch_renames(renaming)
    socket.socket.send, socket.socket.recv = sending, receiving  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        _watch_renames(None)
        event.remove(Engine, "after_cursor_execute", wrote)
        event.remove(Engine, "commit", before_commit)
        event.remove(Session, "after_flush", flushed)
        event.remove(Session, "after_commit", after_commit)
        socket.socket.send, socket.socket.recv = send, receive  # type: ignore[method-assign]


def run_killed(world: World, at: int) -> bool:
    """Execute in a child that is killed at its point number `at`; whether it got that far."""
    child = os.fork()
    if child == 0:
        be_child(world, lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == at else None)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def run_counted(world: World) -> list[str]:
    """Execute in a child to its end; gives the kinds of the points that it passed."""
    written = world.home / "points.txt"
    child = os.fork()
    if child == 0:
        be_child(world, lambda _: None, written)
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"execute ended with status {status} in {world.home}")
    return written.read_text(encoding="utf-8").split()


def run_to_end(world: World, tries: int = 4) -> int:
    """Execute in children until everything is closed; gives how many runs that took."""
    for number in range(1, tries + 1):
        child = os.fork()
        if child == 0:
            be_child(world, lambda _: None)
        os.waitpid(child, 0)
        world.enter()
        with store_session.open_session() as session:
            left = session.query(InstructionRow).filter_by(closed=False).count()
        if not left:
            return number
    return tries


def be_child(world: World, at_point: Callable[[int], None], written: Path | None = None) -> None:
    """The child's whole life; never returns."""
    passed: list[str] = []

    def hook(kind: str) -> None:
        passed.append(kind)
        at_point(len(passed))

    code = 1
    try:
        world.enter()
        with points(hook):
            execute()
        code = 0
    except BaseException:
        import traceback

        (world.home / "child.log").write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        if written is not None:
            written.write_text("\n".join(passed), encoding="utf-8")
        os._exit(code)


def temporary_folder() -> Path:
    """A folder in memory where there is one: cases are copied ten thousand times."""
    return Path(tempfile.mkdtemp(prefix="farsail-soak-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
