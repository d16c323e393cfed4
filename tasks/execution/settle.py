"""Settling: a person records what they found out about an act whose end nobody saw.

NothingToSettle            no such instruction waits for a person
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy.orm import Session

from config.approval import Approver, Role
from config.language import say
from config.seller import Language, Seller
from skills.vocabulary import Refusal, mark, name_rows
from tasks.approvals.codes import WrongCode, check_code, count_wrong_code
from tasks.approvals.decide import NotAllowed, find_approver
from tasks.store.ledger import Event, append_event, list_events, list_events_of, open_ledger
from tasks.store.models import InstructionRow

UNSETTLED = ("unknown", "disputed")
"""Last outcomes that only a person can clear."""

FOUND = {"done": mark("done"), "not_done": mark("not done")}
"""What a person may have found out, and how a reader calls it."""


class NothingToSettle(Refusal):
    """No such instruction waits for a person."""


@dataclass(frozen=True, slots=True)
class PersonTask:
    """An instruction that a person must ask about.

    Attributes:
        key: The instruction's.
        number: Of the paper.
        target: Where it went.
        state: unknown or disputed.
        proposal: Digest of the proposal that it comes from.
        what: What to do, a sentence of the catalogue.
        values: What fills its places.
    """

    key: str
    number: str
    target: str
    state: str
    proposal: str
    what: str
    values: dict[str, str] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """What to do, in the language."""
        return say(self.what, self.values, language)


def list_person_tasks(seller: str) -> list[PersonTask]:
    """What waits for a person: instructions whose last outcome is unknown or disputed and that nobody settled."""
    return _find_tasks(seller, list_events_of(seller))


def settle(
    seller: Seller,
    key: str,
    state: Literal["done", "not_done"],
    approver: str,
    code: str,
    reason: str,
    now: datetime | None = None,
) -> Event:
    """Enter what a person found out; the instruction itself stays closed, whatever it was.

    Args:
        seller: Whose.
        key: The instruction's key, the first characters that only it has, or its paper's number.
        state: done, or not_done; what is still needed is proposed again by the next night.
        approver: Who found out; their role decides on such lines.
        code: Their one-time code.
        reason: What they asked, and whom.
        now: The clock's time.

    Raises:
        NothingToSettle: lists what there is.
        NotAllowed: the approver may not.
        WrongCode, CodesLocked, NoSecret: the code proves nothing.
    """
    now = now or datetime.now(UTC)
    person, role = find_approver(seller, approver)
    if not reason.strip():
        raise NothingToSettle(
            mark("A reason is missing: say whom you asked and what they said; the ledger keeps it.")
        )
    proposal = ""
    try:
        with open_ledger() as session:
            task = _find_task(session, seller.id, key.strip())
            proposal = task.proposal
            _refuse_other_roles(session, task, person, role)
            proof = check_code(session, seller.id, person.id, code, now)
            facts = {
                "instruction": task.key,
                "number": task.number,
                "target": task.target,
                "state": state,
                "was": task.state,
                "by": person.id,
                "name": person.name,
                "role": person.role,
                "reason": reason.strip(),
            }
            return append_event(
                session, "decision", "settle", proof.key, facts, seller=seller.id, proposal=proposal, now=now
            )
    except WrongCode as refusal:
        count_wrong_code(seller.id, proposal, person.id, refusal, now)
        raise


def _find_tasks(seller: str, events: list[Event]) -> list[PersonTask]:
    last = {event.facts["instruction"]: event for event in events if event.event == "outcome"}
    settled = {event.facts["instruction"] for event in events if event.event == "settle"}
    return [
        _describe(seller, event)
        for key, event in last.items()
        if event.facts["state"] in UNSETTLED and key not in settled
    ]


def _describe(seller: str, event: Event) -> PersonTask:
    from tasks.execution.carrier import reference_of

    facts = event.facts
    booked = facts["target"] == "carrier"
    values = {
        "reference": reference_of(facts["instruction"], facts) if booked else facts["number"],
        "target": facts["target"],
        "found": facts["reference"] or "–",
        "said": facts["said"],
        "command": f"make settle SELLER={seller} APPROVER=… REASON=… "
        f'ARGS="--instruction {facts["instruction"][:12]} --state done|not_done --code …"',
    }
    if booked and facts["state"] == "unknown":
        what = mark("Ask the carrier whether {reference} is booked, then record it: {command}")
    elif booked:
        what = mark(
            "The carrier shows {found} under {reference} ({said}). Clear it with the carrier, then record whether "
            "what was approved is booked: {command}"
        )
    else:
        what = mark("Look whether {reference} was carried out at {target} ({said}), then record it: {command}")
    state, target = facts["state"], facts["target"]
    return PersonTask(facts["instruction"], facts["number"], target, state, event.proposal, what, values)


def _find_task(session: Session, seller: str, key: str) -> PersonTask:
    open_tasks = _find_tasks(seller, list_events(session, seller=seller))
    found = [task for task in open_tasks if key and (task.key.startswith(key) or task.number == key)]
    if len(found) == 1:
        return found[0]
    raise NothingToSettle(
        mark("{key!r} names {count} instructions that wait for a person, expected exactly one of these: {known}."),
        key=key,
        count=len(found),
        known=name_rows(f"{task.key[:12]} ({task.number}, {task.target})" for task in open_tasks) or "–",
    )


def _refuse_other_roles(session: Session, task: PersonTask, person: Approver, role: Role) -> None:
    lines = json.loads(session.get_one(InstructionRow, task.key).payload)["lines"]
    foreign = [line["number"] for line in lines if line["payload"]["kind"] not in role.decides]
    if foreign:
        raise NotAllowed(
            mark("{approver} ({role}) may not decide on {lines}; ask somebody whose role does."),
            approver=person.name,
            role=person.role,
            lines=name_rows(foreign),
        )
