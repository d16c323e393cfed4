"""Seeded schedules: what may go wrong together, drawn from one number and replayable by it.

A schedule says how the carrier behaves, how many runs there are, and what happens at which point of which run: the
process dies, the operator stops, a second execute starts, the database is locked or full, the disk is full, the clock
goes back. All in one process; dying is an exception that nothing of ours catches.
"""

from __future__ import annotations

import errno
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import desk
from soak_world import KINDS, Found, World, Worlds, examine, execute, points
from sqlalchemy import Connection, Engine, event

from config.seller import read_seller
from skills.vocabulary import Refusal
from tasks.execution.lock import ExecutionBusy, hold_execution
from tasks.execution.stop import lift, prove_stops, read_stop, stop
from tasks.store import session as store_session
from tasks.store.ledger import list_events
from tasks.store.models import InstructionRow

FAULTS = (
    *("timeout_after_accepting", "timeout_before_accepting", "error_after_accepting", "error_before_accepting"),
    *("html_error", "refuse", "duplicate", "drop_after_accepting", "drop_before_accepting", "ok"),
)
LIES = ("lie_absent", "lie_changed", "error", "timeout")
ACTIONS = ("die", "stop", "second execute", "database locked", "database full", "disk full")
OUTSIDE = ("rename", "send", "sent", "receive", "received")
"""Points at which no transaction is open: another one may begin."""


class Died(BaseException):
    """The process is gone; nothing catches this."""


@dataclass(frozen=True)
class Schedule:
    """One drawn case.

    Attributes:
        seed: Draws it again.
        kind: What the carrier promises.
        faults, reads: The carrier's queues.
        runs: Per run: the clock in minutes after noon, and point number → action.
    """

    seed: int
    kind: str
    faults: list[str]
    reads: list[str]
    runs: list[tuple[int, dict[int, str]]]


def draw(seed: int) -> Schedule:
    """The schedule of a seed. A readable carrier's lies end within its declared lag: never two in a row."""
    dice = random.Random(seed)
    reads: list[str] = []
    for _ in range(dice.randint(0, 5)):
        lying = dice.random() < 0.5 and (not reads or reads[-1] == "ok")
        reads.append(dice.choice(LIES) if lying else "ok")
    runs = []
    for _ in range(dice.randint(1, 3)):
        actions = {dice.randint(1, 26): dice.choice(ACTIONS) for _ in range(dice.randint(0, 2))}
        if dice.random() < 0.6:
            actions[dice.randint(1, 26)] = "die"
        runs.append((dice.choice((0, 1, 60, 24 * 60, -24 * 60)), actions))
    return Schedule(seed, dice.choice(KINDS), [dice.choice(FAULTS) for _ in range(dice.randint(0, 4))], reads, runs)


def play(worlds: Worlds, schedule: Schedule) -> tuple[Found, list[str]]:
    """Carry a schedule out, then run to the end on a carrier that behaves; gives what is wrong and what happened."""
    policy = {"carrier_timeout_seconds": 0.08}
    world = worlds.make(schedule.kind, policy, faults=schedule.faults, reads=schedule.reads, patience_seconds=0.2)
    told: list[str] = []
    with _short_patience():
        for minutes, actions in schedule.runs:
            _run(world, desk.NOON + timedelta(minutes=minutes), actions, told)
        world.behave()
        if read_stop("haina") is not None:
            _lift(told)
        for _ in range(4):
            _run(world, desk.NOON, {}, told)
            if not _count_open():
                break
    found = examine(world)
    if not all(proof.holds for proof in prove_stops("haina")):
        found.broken.append("an act was begun after a stop")
    told += [f"{e.event} {e.facts.get('target', '')} {e.facts.get('state', '')}".strip() for e in list_events()]
    world.leave()
    return found, told


def _run(world: World, now: datetime, actions: dict[int, str], told: list[str]) -> None:
    passed = 0
    held: list[sqlite3.Connection] = []
    full: list[bool] = []

    def hook(kind: str) -> None:
        nonlocal passed
        passed += 1
        action = actions.get(passed, "")
        if action == "die":
            told.append(f"died at {kind}")
            raise Died
        if action == "disk full" and kind == "rename":
            told.append("disk full")
            raise OSError(errno.ENOSPC, "No space left on device")
        if kind not in OUTSIDE:
            return
        if action == "stop":
            told.append("stop")
            with suppress(Refusal):
                stop("haina", "operator", "soak")
        elif action == "second execute":
            with suppress(ExecutionBusy), hold_execution("haina", patience_seconds=0.0):
                raise AssertionError("two processes carried out the same instructions")
        elif action == "database locked" and not held:
            told.append("database locked")
            held.append(sqlite3.connect(world.home / "farsail.db", timeout=0, isolation_level=None))
            held[0].execute("BEGIN IMMEDIATE")
        elif action == "database full":
            told.append("database full")
            full.append(True)

    def fill(connection: Connection) -> None:
        if full:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(Engine, "begin", fill)
    try:
        with points(hook):
            execute(now)
    except Refusal as refusal:
        told.append(type(refusal).__name__)
    except Died:
        pass
    finally:
        event.remove(Engine, "begin", fill)
        for connection in held:
            connection.close()
        world.enter()  # a new process would have new connections


def _lift(told: list[str]) -> None:
    seller = read_seller("haina")
    for minutes in range(5, 5000, 5):  # codes only go forward: the clock may have been ahead before
        now = desk.later(24 * 60 + minutes)
        with suppress(Refusal):
            lift(seller, "chen", desk.code_of("chen", now), "soak", now)
            told.append("lift")
            return
    raise AssertionError("the stop could not be lifted")


def _count_open() -> int:
    with store_session.open_session() as session:
        return session.query(InstructionRow).filter_by(closed=False).count()


@contextmanager
def _short_patience() -> Iterator[None]:
    """A locked database is given up after 20 ms instead of 30 s."""

    def hurry(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    event.listen(Engine, "checkout", hurry)
    try:
        yield
    finally:
        event.remove(Engine, "checkout", hurry)
