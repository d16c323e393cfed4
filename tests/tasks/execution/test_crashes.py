"""The execute step is killed everywhere, and nothing is done twice or lost. The long version is `make soak`."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store import session as store_session

if sys.platform == "win32":
    pytest.skip("kills forked processes", allow_module_level=True)

from soak_kills import kill_at_every_pair, kill_at_every_point, kill_at_moments
from soak_schedules import draw, play
from soak_world import KINDS, Worlds, points, run_counted, temporary_folder

from tasks.simulated.carrier import start_carrier

pytestmark = pytest.mark.long

SCHEDULES = 150
KILLS = 40


@pytest.fixture(scope="module")
def carrier() -> Iterator[str]:
    with start_carrier() as address:
        yield address


@pytest.fixture
def worlds(carrier: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worlds]:
    for name in ("FARSAIL_HOME", "FARSAIL_SELLERS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # what the worlds set is undone after the test
    folder: Path = temporary_folder()
    yield Worlds(carrier, folder)
    store_session.close_engines()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_commit_rename_send_or_receive_nothing_is_done_twice_or_lost(worlds: Worlds, kind: str) -> None:
    tally = kill_at_every_point(worlds, kind)
    print(f"{kind}: {tally.cases} points")
    assert tally.failed == []
    assert tally.cases >= 20
    assert tally.unknown_readable == 0
    assert (tally.unknown > 0) == (kind == "at_most_once")


@pytest.mark.parametrize("kind", KINDS)
def test_killed_again_at_any_point_of_the_run_that_follows_it_still_holds(worlds: Worlds, kind: str) -> None:
    tally = kill_at_every_pair(worlds, kind, firsts=(4, 7, 14, 17))
    print(f"{kind}: {tally.cases} pairs")
    assert tally.failed == []
    assert tally.cases >= 40


def test_killed_at_any_moment_it_still_holds(worlds: Worlds) -> None:
    tally = kill_at_moments(worlds, KINDS, KILLS, seed=7)
    assert tally.failed == []
    assert tally.kills >= KILLS


def test_whatever_goes_wrong_together_it_still_holds(worlds: Worlds) -> None:
    for seed in range(SCHEDULES):
        found, told = play(worlds, draw(seed))
        assert found.holds, (draw(seed), found, told)


@pytest.mark.parametrize("seed", [3, 11, 42])
def test_a_schedule_is_replayed_by_its_seed(worlds: Worlds, seed: int) -> None:
    assert draw(seed) == draw(seed)
    assert play(worlds, draw(seed))[1] == play(worlds, draw(seed))[1]


def test_what_other_threads_send_receive_or_rename_is_no_point_of_the_run(tmp_path: Path) -> None:
    def speak() -> None:
        one, other = socket.socketpair()
        with one, other:
            one.send(b"hello")
            other.recv(5)
        (tmp_path / "before").touch()
        (tmp_path / "before").rename(tmp_path / "after")

    passed: list[str] = []
    with points(passed.append):
        elsewhere = threading.Thread(target=speak)
        elsewhere.start()
        elsewhere.join()
        assert passed == []
        speak()
    assert passed == ["send", "sent", "receive", "received", "rename"]


def test_a_run_passes_points_of_every_kind(worlds: Worlds) -> None:
    world = worlds.make("readable")
    assert set(run_counted(world)) == {"commit", "committed", "rename", "send", "sent", "receive", "received"}
    world.leave()
