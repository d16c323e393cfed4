"""Killing the execute step: at every point, at every pair of points, and at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from soak_world import Found, Worlds, be_child, examine, run_killed, run_to_end


@dataclass
class Tally:
    """What many cases came to.

    Attributes:
        cases: How many were examined.
        kills: How many processes were killed.
        duplicates, losses, unknown_readable, unknown: Sums over the cases.
        failed: What did not hold, by case.
    """

    cases: int = 0
    kills: int = 0
    duplicates: int = 0
    losses: int = 0
    unknown_readable: int = 0
    unknown: int = 0
    failed: list[str] = field(default_factory=list)

    def add(self, name: str, found: Found) -> None:
        """Count one case."""
        self.cases += 1
        self.duplicates += len(found.duplicates)
        self.losses += len(found.losses)
        self.unknown_readable += len(found.unknown_readable)
        self.unknown += len(found.unknown)
        if not found.holds:
            self.failed.append(f"{name}: {found}")

    def merge(self, other: Tally) -> None:
        """Add another's sums."""
        for name in ("cases", "kills", "duplicates", "losses", "unknown_readable", "unknown"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failed += other.failed


def kill_at_every_point(worlds: Worlds, kind: str) -> Tally:
    """One case for each point that a run passes: killed there, run again to the end."""
    tally, at = Tally(), 0
    while True:
        at += 1
        world = worlds.make(kind)
        killed = run_killed(world, at)
        if killed:
            tally.kills += 1
            run_to_end(world)
            tally.add(f"{kind}, killed at {at}", examine(world))
        world.leave()
        if not killed:
            return tally


def kill_at_every_pair(worlds: Worlds, kind: str, firsts: Iterable[int] | None = None) -> Tally:
    """One case for each point of a run and each point of the run that follows it: killed at both.

    Args:
        firsts: Only these points of the first run; all when left out.
    """
    tally = Tally()
    wanted = list(firsts) if firsts is not None else None
    first = 0
    while wanted is None or first < max(wanted):
        first += 1
        if wanted is not None and first not in wanted:
            continue
        second, reached = 0, True
        while reached:
            second += 1
            world = worlds.make(kind)
            reached = run_killed(world, first)
            if not reached:
                world.leave()
                return tally
            reached = run_killed(world, second)
            if reached:
                tally.kills += 2
                run_to_end(world)
                tally.add(f"{kind}, killed at {first} and {second}", examine(world))
            world.leave()
    return tally


def kill_at_moments(worlds: Worlds, kinds: tuple[str, ...], kills: int, seed: int) -> Tally:
    """Kill the step at random moments until so many processes were killed; one to three kills a case."""
    dice, tally = random.Random(seed), Tally()
    longest = 0.2
    while tally.kills < kills:
        kind = dice.choice(kinds)
        world = worlds.make(kind)
        for _ in range(dice.randint(1, 3)):
            child = os.fork()
            if child == 0:
                be_child(world, lambda _: None)
            began = time.monotonic()
            time.sleep(dice.uniform(0.005, longest))
            done, _ = os.waitpid(child, os.WNOHANG)
            if not done:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                tally.kills += 1
            else:
                longest = max(0.05, min(longest, 1.2 * (time.monotonic() - began)))
        run_to_end(world)
        tally.add(f"{kind}, killed at moments, seed {seed}, case {tally.cases}", examine(world))
        world.leave()
    return tally
