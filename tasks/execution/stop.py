"""Stopping: one event after whose number no intent follows, the proof of it, and lifting it as a decision.

AlreadyRunning             there is nothing to lift
MayNotLift                 the approver's role does not lift stops
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from skills.vocabulary import Refusal, mark
from tasks.store.ledger import Event, append_event, list_events, list_events_of, open_ledger, read_row
from tasks.store.models import LedgerRow

if TYPE_CHECKING:
    from config.seller import Seller  # a stop is entered before anything slow is loaded


class AlreadyRunning(Refusal):
    """No stop is in force."""


class MayNotLift(Refusal):
    """The approver's role does not lift stops."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the ledger shows about one stop for one seller.

    Attributes:
        stop: The stop's event.
        lifted: The event that lifted it for this seller, or None.
        intents_after: Intents between the two; must be none.
        outcomes_after: Results between the two, of acts whose intent came before the stop.
        open_before: Intents before the stop whose outcome is not known yet.
    """

    stop: Event
    lifted: Event | None
    intents_after: list[Event]
    outcomes_after: list[Event]
    open_before: list[Event]

    @property
    def holds(self) -> bool:
        """Whether nothing was begun after the stop."""
        return not self.intents_after


def stop(seller: str, by: str, reason: str, now: datetime | None = None) -> Event:
    """Cease all acting at once; anybody may, without a code.

    Args:
        seller: Whose; "" for every seller.
        by: Who stopped, for the ledger.
        reason: Why.
    """
    with open_ledger() as session:
        facts = {"by": by, "reason": reason}
        return append_event(session, "decision", "stop", f"stop/{uuid4().hex}", facts, seller=seller, now=now)


def find_stop(session: Session, seller: str) -> Event | None:
    """The oldest stop in force for a seller, or None."""
    rows = session.scalars(
        select(LedgerRow)
        .where(LedgerRow.event.in_(["stop", "lift"]), LedgerRow.seller.in_([seller, ""]))
        .order_by(LedgerRow.seq)
    )
    return _find_in_force([read_row(row) for row in rows])


def read_stop(seller: str) -> Event | None:
    """The oldest stop in force for a seller, or None; as `find_stop`, outside a transaction."""
    return _find_in_force([event for event in list_events_of(seller) if event.event in ("stop", "lift")])


def lift(seller: Seller, approver: str, code: str, reason: str, now: datetime | None = None) -> Event:
    """Let a seller's acts go on; a recorded decision of an approver whose role may, with their code.

    A stop of all sellers is lifted for this one alone.

    Raises:
        AlreadyRunning: nothing is stopped.
        MayNotLift, NotAllowed: the approver may not.
        WrongCode, CodesLocked, NoSecret: the code proves nothing.
    """
    from tasks.approvals.codes import WrongCode, check_code, count_wrong_code
    from tasks.approvals.decide import find_approver

    now = now or datetime.now(UTC)
    person, role = find_approver(seller, approver)
    if not role.lifts_stops:
        raise MayNotLift(
            mark("{approver} ({role}) may not lift a stop; roles that may have `lifts_stops` in the seller's file."),
            approver=person.name,
            role=person.role,
        )
    try:
        with open_ledger() as session:
            if find_stop(session, seller.id) is None:
                raise AlreadyRunning(mark("Nothing is stopped for {seller}; nothing to lift."), seller=seller.id)
            stops = [event.seq for event in list_events(session, event="stop") if event.seller in (seller.id, "")]
            proof = check_code(session, seller.id, person.id, code, now)
            facts = {"by": person.id, "name": person.name, "role": person.role, "reason": reason, "stops": stops}
            return append_event(session, "decision", "lift", proof.key, facts, seller=seller.id, now=now)
    except WrongCode as refusal:
        count_wrong_code(seller.id, "", person.id, refusal, now)
        raise


def prove_stops(seller: str) -> list[Proof]:
    """For every stop that held for a seller: what was begun after it, and what still came in; newest first."""
    events = list_events_of(seller)
    return [_prove(found, events) for found in reversed(events) if found.event == "stop"]


def _prove(found: Event, events: list[Event]) -> Proof:
    lifted = next((event for event in events if event.event == "lift" and found.seq in event.facts["stops"]), None)
    until = lifted.seq if lifted else float("inf")
    between = [event for event in events if found.seq < event.seq < until]
    ended = {(event.facts["instruction"], event.facts["attempt"]) for event in events if event.event == "outcome"}
    return Proof(
        stop=found,
        lifted=lifted,
        intents_after=[event for event in between if event.event == "intent"],
        outcomes_after=[event for event in between if event.event == "outcome"],
        open_before=[
            event
            for event in events
            if event.event == "intent"
            and event.seq < found.seq
            and (event.facts["instruction"], event.facts["attempt"]) not in ended
        ],
    )


def _find_in_force(events: list[Event]) -> Event | None:
    lifted = {seq for event in events if event.event == "lift" for seq in event.facts["stops"]}
    return next((event for event in events if event.event == "stop" and event.seq not in lifted), None)
