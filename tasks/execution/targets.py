"""Where an act goes: what a target promises, and how it answers.

TargetTrouble              an act did not end with a plain yes
├── NotSent                nothing happened there for certain; it may be tried again
├── Refused                the target said no for good
└── Ambiguous              nobody can tell from this side whether it happened

A target promises one of three things. `idempotent`: the same key twice is one act. `readable`: its state can be read
back, so an act is observed before and after. `at_most_once`: neither, so a doubtful act is never repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Literal, Protocol

from config.approval import TargetKind
from config.seller import Seller
from skills.vocabulary import Refusal, mark

Payload = dict[str, Any]


class TargetTrouble(Exception):
    """What went wrong with an act; `said` is what the target answered, shortened."""

    def __init__(self, said: str) -> None:
        self.said = " ".join(said.split())[:300]
        super().__init__(self.said)


class NotSent(TargetTrouble):
    """Nothing happened for certain."""


class Refused(TargetTrouble):
    """No, for good."""


class Ambiguous(TargetTrouble):
    """It may have happened."""


class UnknownTarget(Refusal):
    """The seller's file names a target that does not exist."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a target shows under a key: nothing, the same as was sent, or something else."""

    state: Literal["absent", "same", "other"]
    reference: str = ""
    said: str = ""


class Target(Protocol):
    """One outside system that can be told to do something."""

    name: str
    kind: TargetKind

    def act(self, key: str, digest: str, payload: Payload) -> str:
        """Do it; returns the target's own reference.

        Raises:
            NotSent, Refused, Ambiguous: see the module.
        """
        ...

    def observe(self, key: str, digest: str, payload: Payload) -> Seen:
        """What is there under the key. Only readable targets answer.

        Raises:
            TargetTrouble: it could not be read.
        """
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


def open_target(name: str, seller: Seller, carrier: str = "") -> Target:
    """The target that a seller's file names.

    Args:
        name: files, feeds or carrier.
        seller: Whose.
        carrier: The carrier's address, where it is not the one in the seller's file.

    Raises:
        UnknownTarget: lists those that exist.
    """
    from tasks.execution.carrier import CarrierTarget
    from tasks.execution.feeds import FeedsTarget
    from tasks.execution.papers import PapersTarget

    if name == "files":
        return PapersTarget(seller)
    if name == "feeds":
        return FeedsTarget(seller)
    if name == "carrier":
        return CarrierTarget(seller, carrier)
    raise UnknownTarget(
        mark("{seller} sends to a target {name!r}; there are files, feeds and carrier. Correct {path}."),
        seller=seller.id,
        name=name,
        path=f"config/sellers/{seller.id}.yaml",
    )


@lru_cache(maxsize=64)
def name_agent(seller: str) -> str:
    """How every call to the outside, and every paper, says who acts."""
    return f"Farsail/{version('farsail')} (automated agent; acting for {seller}; stops on request)"
