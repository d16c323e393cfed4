"""Faults that a machine has: two executes at once, a process that sleeps for a day, no room on the disk."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.store import session as store_session

if sys.platform == "win32":
    pytest.skip("forks processes", allow_module_level=True)

import desk
from soak_world import KINDS, World, Worlds, be_child, examine, execute, run_to_end, temporary_folder

from tasks.execution.lock import ExecutionBusy, hold_execution
from tasks.execution.stop import prove_stops, stop
from tasks.simulated.carrier import start_carrier
from tasks.store.ledger import list_events


@pytest.fixture(scope="module")
def carrier() -> Iterator[str]:
    with start_carrier() as address:
        yield address


@pytest.fixture
def worlds(carrier: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worlds]:
    for name in ("FARSAIL_HOME", "FARSAIL_SELLERS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    folder: Path = temporary_folder()
    yield Worlds(carrier, folder)
    store_session.close_engines()
    shutil.rmtree(folder, ignore_errors=True)


def start(world: World, at: int = 0, what: int = 0) -> int:
    """Execute in a child; it sends itself the signal `what` at its point number `at`."""
    child = os.fork()
    if child == 0:
        be_child(world, lambda passed: os.kill(os.getpid(), what) if passed == at else None)
    return child


def wait(*children: int) -> list[int]:
    return [os.waitpid(child, 0)[1] for child in children]


@pytest.mark.parametrize("kind", KINDS)
def test_two_executes_at_once_on_one_proposal_act_once(worlds: Worlds, kind: str) -> None:
    for _ in range(3):
        world = worlds.make(kind)
        assert wait(start(world), start(world), start(world)) == [0, 0, 0]
        found = examine(world)
        assert found.holds and not found.unknown, found
        world.leave()


def test_a_process_that_sleeps_in_the_middle_of_an_act_keeps_the_others_out(worlds: Worlds) -> None:
    world = worlds.make("readable")
    child = start(world, at=17, what=signal.SIGSTOP)  # the booking is about to be sent
    for _ in range(200):
        if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            break
        time.sleep(0.02)
    with pytest.raises(ExecutionBusy), hold_execution("haina", patience_seconds=0.2):
        pass
    os.kill(child, signal.SIGCONT)
    assert wait(child) == [0]
    assert run_to_end(world) == 1
    found = examine(world)
    assert found.holds and not found.unknown, found


def test_what_was_begun_a_day_ago_is_settled_not_repeated(worlds: Worlds) -> None:
    world = worlds.make("readable")
    child = start(world, at=23, what=signal.SIGKILL)  # the booking is sent; nobody read the answer
    assert os.WIFSIGNALED(wait(child)[0])
    world.enter()
    states = {outcome.target: outcome.state for outcome in execute(desk.NOON + timedelta(hours=24))}
    assert states == {"carrier": "done"}
    assert examine(world).holds
    assert [e.facts["observed"] for e in list_events(event="outcome") if e.facts["target"] == "carrier"] == [True]


@pytest.mark.parametrize("room", [512, 8_000, 40_000, 120_000])
def test_a_full_disk_stops_the_run_and_loses_nothing(worlds: Worlds, room: int) -> None:
    world = worlds.make("readable")
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))  # no file may grow beyond it
        be_child(world, lambda _: None)
    wait(child)
    run_to_end(world)
    found = examine(world)
    assert found.holds, found


def test_after_a_stop_nothing_begins_and_what_was_under_way_is_listed(worlds: Worlds) -> None:
    world = worlds.make("readable")
    child = start(world, at=23, what=signal.SIGKILL)
    wait(child)
    world.enter()
    stop("haina", "operator", "a test")
    states = {outcome.target: outcome.state for outcome in execute()}
    assert states == {"carrier": "done"}  # read back, not sent again
    proof = prove_stops("haina")[0]
    assert proof.holds
    assert [event.facts["target"] for event in proof.outcomes_after] == ["carrier"]


def test_an_instruction_that_was_changed_after_the_decision_is_refused(worlds: Worlds) -> None:
    from sqlalchemy import text

    world = worlds.make("readable")
    with store_session.open_session() as session:
        session.execute(
            text("UPDATE instruction SET payload = replace(payload, :was, :now)"),
            {"was": b'"units":24', "now": b'"units":99'},
        )
    outcomes = execute()
    assert {outcome.state for outcome in outcomes if outcome.number.startswith("SI")} == {"refused"}
    assert all("approved" in outcome.said for outcome in outcomes if outcome.state == "refused")
    assert not list((world.home / "outbox").rglob("SI-*"))


def test_nothing_is_carried_out_on_a_ledger_that_does_not_hold(worlds: Worlds) -> None:
    from sqlalchemy import text

    from tasks.store.anchors import BrokenLedger

    world = worlds.make("readable")
    with store_session.open_session() as session:
        session.execute(text("UPDATE ledger SET content = replace(content, 'chen', 'chan') WHERE seq = 1"))
    with pytest.raises(BrokenLedger, match="Row 1 of the ledger does not hold"):
        execute()
    assert not (world.home / "outbox").exists()


@pytest.mark.parametrize(
    ("caps", "refused"),
    [
        ({"most_units_per_night": 60}, "units"),
        ({"most_money_per_night_minor": 130_000}, "money"),
    ],
)
def test_a_nights_caps_hold_whatever_was_approved(worlds: Worlds, caps: dict[str, int], refused: str) -> None:
    worlds.make("idempotent", policy=caps)
    outcomes = execute()
    assert [outcome.state for outcome in outcomes] == ["done", "refused", "refused"]
    assert all(refused in outcome.said for outcome in outcomes[1:])


def test_a_price_moves_by_no_more_than_the_sellers_cap(carrier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FARSAIL_HOME", "FARSAIL_SELLERS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    folder = temporary_folder()
    try:
        made = [desk.prices(desk.price_line("TT-1", 1_599))]
        worlds = Worlds(carrier, folder, lambda: made)
        worlds.make("readable", policy={"most_price_change_percent": 25})
        assert [outcome.state for outcome in execute()] == ["done"]
        worlds.make("readable", policy={"most_price_change_percent": 19})
        assert [(outcome.state, "price" in outcome.said) for outcome in execute()] == [("refused", True)]
    finally:
        store_session.close_engines()
        shutil.rmtree(folder, ignore_errors=True)
