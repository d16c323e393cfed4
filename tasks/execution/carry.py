"""Carrying out one instruction: intent before the act, outcome after it, at most one act, and never a guess.

No orchestrator gives exactly-once effects outside. What holds here is: at most once, and known. Before each act the
ledger has an intent; a process that dies leaves an intent without an outcome, which the next run settles by what the
target promises: repeat under the same key, read back, or hand to a person.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.seller import Seller
from skills.vocabulary import mark
from tasks.approvals.standing import find_day
from tasks.execution.caps import find_excess
from tasks.execution.stop import find_stop
from tasks.execution.targets import Ambiguous, NotSent, Refused, Seen, Target, TargetTrouble, name_agent
from tasks.store.ledger import Event, append_event, list_events, open_ledger
from tasks.store.models import InstructionRow
from tasks.store.session import open_session

State = Literal["done", "refused", "not_done", "repeat", "unknown", "disputed", "stopped", "in_doubt"]

CLOSING: frozenset[str] = frozenset({"done", "refused", "unknown", "disputed"})
"""States after which the instruction is not touched again; the last two are tasks for a person."""

TRIES = 3
"""How often one run acts on an instruction whose target lets it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an instruction stands after a run.

    Attributes:
        key: The instruction's.
        number: Of the paper: `PO-20251124-hongda-3f9c1e`.
        target: Where it went.
        state: done; refused; not_done (tried again by the next run); unknown or disputed (a person must look);
            stopped; in_doubt (the target does not answer just now; the next run asks again).
        reference: The target's own name for it.
        said: Why, a sentence of the catalogue or what the target answered.
    """

    key: str
    number: str
    target: str
    state: State
    reference: str = ""
    said: str = ""


def carry_out(row: InstructionRow, target: Target, seller: Seller, now: datetime | None = None) -> Outcome:
    """Carry out one instruction; call it only while the seller's execution is held (tasks/execution/lock.py).

    Args:
        row: From the outbox.
        target: Where it goes.
        seller: Whose; for the caps and the agent's name.
        now: The clock's time, for the records alone; order is the ledger's.

    Returns:
        How it stands. An instruction that was closed before stays as it was, and nothing is sent.

    Raises:
        StoreBusy: the store could not be written. What was sent stands as an intent, and the next run settles it.
    """
    act = _Act(row, target, seller, now)
    settled = act.settle_dead_intent()
    if settled is not None:
        return settled
    for _ in range(TRIES):
        outcome = act.attempt()
        if outcome is not None:
            return outcome
    return act.outcome("in_doubt", said=mark("the target keeps failing; the next run tries again"))


class _Act:
    """One instruction under way: what the ledger knows of it, and what is entered next."""

    def __init__(self, row: InstructionRow, target: Target, seller: Seller, now: datetime | None) -> None:
        self.row, self.target, self.seller, self.now = row, target, seller, now
        self.payload = _read_payload(row)
        self.number = str(self.payload.get("number", row.decision))
        events = [event for event in list_events(proposal=row.proposal) if event.facts.get("instruction") == row.key]
        self.intents = [event for event in events if event.event == "intent"]
        self.outcomes = [event for event in events if event.event == "outcome"]

    def outcome(self, state: State, reference: str = "", said: str = "") -> Outcome:
        return Outcome(self.row.key, self.number, self.target.name, state, reference, said)

    def settle_dead_intent(self) -> Outcome | None:
        """What to do before anything new: nothing when it is closed, and settle an intent whose process died."""
        if self.outcomes and self.outcomes[-1].facts["state"] in CLOSING:
            last = self.outcomes[-1].facts
            return self.outcome(last["state"], last["reference"], last["said"])
        done = {event.facts["attempt"] for event in self.outcomes}
        dead = [event.facts["attempt"] for event in self.intents if event.facts["attempt"] not in done]
        if not dead:
            return None
        return self._settle(dead[-1], mark("the process that sent it died before it knew"))

    def attempt(self) -> Outcome | None:
        """One act, if everything allows it; None when another attempt may follow."""
        doubtful = bool(self.outcomes) and self.outcomes[-1].facts["state"] == "repeat"
        no: State = "disputed" if doubtful else "refused"  # of an act that may have happened, a no is no end
        if not self._is_what_was_approved():
            return self._close(self._next(), no, said=mark("its content is not what was approved"))
        if not doubtful and self._is_expired():
            said = mark("its last day is over; the next night proposes it again if it is still needed")
            return self._close(self._next(), "refused", said=said)
        if doubtful and self.target.kind == "at_most_once":  # the seller's file promised more when it was sent
            return self._close(self._next(), "unknown", said=self.outcomes[-1].facts["said"])
        if self.target.kind == "readable":
            try:
                seen = self.target.observe(self.row.key, self.row.digest, self.payload)
            except TargetTrouble as trouble:
                return self.outcome("in_doubt", said=trouble.said)
            if seen.state != "absent":
                return self._close_seen(self._next(), seen)
        attempt = self._next()
        blocked = self._enter_intent(attempt, capped=not doubtful)
        if blocked is not None:
            return blocked
        try:
            reference = self.target.act(self.row.key, self.row.digest, self.payload)
        except NotSent as trouble:
            self._enter_outcome(attempt, "repeat" if doubtful else "not_done", said=trouble.said)
            return self.outcome("in_doubt" if doubtful else "not_done", said=trouble.said)
        except Refused as trouble:
            return self._close(attempt, no, said=trouble.said)
        except Ambiguous as trouble:
            return self._settle(attempt, trouble.said)
        return self._close(attempt, "done", reference)

    def _settle(self, attempt: int, said: str) -> Outcome | None:
        """Find out about an act whose end nobody saw, by what the target promises."""
        keyed = any(e.facts["attempt"] == attempt and e.facts["kind"] == "idempotent" for e in self.intents)
        if self.target.kind == "idempotent" and keyed:
            self._enter_outcome(attempt, "repeat", said=said)
            return None
        if self.target.kind != "readable":  # nor repeatable: no key went with it, whatever the file says now
            return self._close(attempt, "unknown", said=said)
        if not self._is_what_was_approved():  # nothing would be found under what stands there now
            return self._close(attempt, "disputed", said=mark("its content is not what was approved"))
        try:
            seen = self._observe_settled()
        except TargetTrouble as trouble:
            return self.outcome("in_doubt", said=trouble.said)
        if seen.state != "absent":
            return self._close_seen(attempt, seen)
        self._enter_outcome(attempt, "not_done", said=said, observed=True)
        return None

    def _observe_settled(self) -> Seen:
        """Read back; what is missing counts as missing only after the lag that the target declares."""
        seen = self.target.observe(self.row.key, self.row.digest, self.payload)
        if seen.state == "absent":
            time.sleep(self.seller.policy.execution.carrier_read_lag_seconds)
            seen = self.target.observe(self.row.key, self.row.digest, self.payload)
        return seen

    def _close_seen(self, attempt: int, seen: Seen) -> Outcome:
        state: State = "done" if seen.state == "same" else "disputed"
        return self._close(attempt, state, seen.reference, seen.said, observed=True)

    def _is_what_was_approved(self) -> bool:
        """Whether the outbox holds what the decision released under this key, as the ledger has it."""
        if not isinstance(self.row.payload, bytes) or self.payload.get("target") != self.target.name:
            return False
        found = hashlib.sha256(self.row.payload).hexdigest()
        released = list_events(proposal=self.row.proposal, event="approve")
        return (
            any(event.facts["instructions"].get(self.row.key) == found for event in released)
            and self.payload["target"] == self.target.name
            and self.payload["seller"] == self.seller.id
        )

    def _is_expired(self) -> bool:
        expires = self.payload["expires"]
        return bool(expires) and expires < find_day(self.seller, self.now).isoformat()

    def _next(self) -> int:
        return 1 + max((event.facts["attempt"] for event in [*self.intents, *self.outcomes]), default=0)

    def _enter_intent(self, attempt: int, *, capped: bool) -> Outcome | None:
        """Record that the act begins; or why it may not: a stop, or a cap. One transaction, in the ledger's order.

        Args:
            capped: Whether the caps are asked; an act that may have happened is repeated to know, whatever they say.
        """
        facts = {
            "instruction": self.row.key,
            "number": self.number,
            "decision": self.row.decision,
            "target": self.target.name,
            "kind": self.target.kind,
            "attempt": attempt,
            "digest": self.row.digest,
            "units": self.payload["units"],
            "money_minor": self.payload["money_minor"],
            "currency": self.payload["base_currency"],
            "agent": name_agent(self.seller.id),
        }
        with open_ledger() as session:
            if find_stop(session, self.seller.id) is not None:
                return self.outcome("stopped", said=mark("all acting has been stopped"))
            excess = find_excess(session, self.row, self.payload, self.seller) if capped else ""
            if not excess:
                self.intents.append(self._append(session, "intent", attempt, facts))
        return self._close(attempt, "refused", said=excess) if excess else None

    def _close(
        self, attempt: int, state: State, reference: str = "", said: str = "", *, observed: bool = False
    ) -> Outcome:
        self._enter_outcome(attempt, state, reference, said, observed=observed)
        return self.outcome(state, reference, said)

    def _enter_outcome(
        self, attempt: int, state: State, reference: str = "", said: str = "", *, observed: bool = False
    ) -> None:
        facts = {
            "instruction": self.row.key,
            "number": self.number,
            "decision": self.row.decision,
            "target": self.target.name,
            "attempt": attempt,
            "state": state,
            "reference": reference,
            "said": said,
            "observed": observed,
        }
        with open_ledger() as session:
            self.outcomes.append(self._append(session, "outcome", attempt, facts))
            if state in CLOSING:
                session.get_one(InstructionRow, self.row.key).closed = True

    def _append(self, session: Session, event: str, attempt: int, facts: dict[str, Any]) -> Event:
        return append_event(
            session,
            "execution",
            event,
            f"{event}/{self.row.key}/{attempt}",
            facts,
            seller=self.seller.id,
            proposal=self.row.proposal,
            now=self.now or datetime.now(UTC),
        )


def _read_payload(row: InstructionRow) -> dict[str, Any]:
    """The instruction's content; empty where somebody left something else in its place, which is then refused."""
    try:
        content = json.loads(row.payload)
    except (ValueError, TypeError):
        return {}
    return content if isinstance(content, dict) else {}


def list_open(seller: str, proposal: str = "") -> list[InstructionRow]:
    """Instructions that are not closed, papers before bookings, in one fixed order."""
    query = select(InstructionRow).where(InstructionRow.seller == seller, InstructionRow.closed.is_(False))
    if proposal:
        query = query.where(InstructionRow.proposal == proposal)
    with open_session() as session:
        rows = session.scalars(query).all()
    return sorted(rows, key=lambda row: (row.proposal, row.decision, row.target != "files", row.target))
