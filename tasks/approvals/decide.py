"""The one way into the decision ledger: an answer with its proof, or a standing rule, on one digest.

NotAllowed                 the approver may not decide this

Nothing is recorded unless everything holds; the code is looked at last, so that a slip elsewhere spends none. The
decision, what it released and the answer are one transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.approval import Approver, Role
from config.seller import Seller, read_seller
from skills.vocabulary import Money, Refusal, mark, name_rows
from tasks.approvals.answer import Answer, Body, Choice, check_amount, choose, digest_selection
from tasks.approvals.codes import Proof, WrongCode, check_code
from tasks.approvals.decidable import refuse_undecidable
from tasks.approvals.instead import number_edited, take_over
from tasks.approvals.release import release
from tasks.approvals.standing import Standing, find_day, read_standing
from tasks.lines import make_line, number_lines, read_payload, reprice, sum_lines
from tasks.store.canonical import canonical_bytes
from tasks.store.ledger import append_event, list_events, open_ledger
from tasks.store.models import AnswerRow, ProposalRow
from tasks.store.proposals import read_proposal, record_edit


class NotAllowed(Refusal):
    """This person may not decide this."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of an answer.

    Attributes:
        proposal: Digest that it was about.
        seq: Row of the ledger.
        event: approve, reject or edit.
        released: Instructions that now wait for `execute`.
        missing: How many more people must approve before anything is released.
        edit: Digest of the proposal with the changed lines, which somebody else must approve; or "".
        closed: Whether every line is decided.
    """

    proposal: str
    seq: int
    event: str
    released: int
    missing: int
    edit: str
    closed: bool


def record_answer(digest: str, answer: Answer, now: datetime | None = None) -> Recorded:
    """Enter a person's answer to a proposal into the ledger, and release what it approves.

    Args:
        digest: The proposal's, or the first characters that only it has.
        answer: What was said; the same `source` twice is one answer.
        now: The clock's time; the machine's when left out.

    Raises:
        UnknownProposal, UnknownSeller: nothing is known by that name.
        NotDecidable, NotAllowed, BadAnswer, WrongCode, CodesLocked, NoSecret: nothing was recorded; says why.
        StoreBusy: the store could not be written; nothing was recorded.
    """
    now = now or datetime.now(UTC)
    proposal = read_proposal(digest)
    seller = read_seller(proposal.body["seller"])
    with open_ledger() as session:
        known = _recall(session, answer.source)
        if known is not None:
            return known
        try:
            with session.begin_nested():
                return _record(session, seller, proposal.digest, proposal.body, answer, now)
        except Refusal as refusal:
            _remember_refusal(session, seller.id, proposal.digest, answer, refusal, now)
            refused = refusal
    raise refused


def _record(session: Session, seller: Seller, digest: str, body: Body, answer: Answer, now: datetime) -> Recorded:
    row = session.get_one(ProposalRow, digest)
    refuse_undecidable(session, row)
    approver, role = find_approver(seller, answer.approver)
    events = list_events(session, proposal=digest, book="decision")
    standing = read_standing(body, events, seller.policy.approvals.timeout_hours, now)
    choice = choose(body, set(standing.open), answer, seller.policy.approvals, find_day(seller, now))
    _refuse_beyond_role(approver, role, choice, body["base_currency"])
    _refuse_own_edit(approver, body, answer)
    selection = digest_selection(digest, choice.approved)
    given = _others(standing, selection)
    if approver.id in given:
        raise NotAllowed(
            mark("{approver} approved these lines already; another person's approval is missing."),
            approver=approver.name,
        )
    if choice.needs_amount:
        check_amount(answer.amount, choice.money_minor, body["base_currency"])
    proof = check_code(session, seller.id, approver.id, answer.code, now)
    recorded = _enter(session, seller, row, body, answer, approver, choice, given, proof, now)
    session.add(
        AnswerRow(
            seller=seller.id,
            proposal=digest,
            source=answer.source,
            approver=approver.id,
            result="recorded",
            said=json.dumps({name: getattr(recorded, name) for name in Recorded.__slots__}),
            at=now,
        )
    )
    return recorded


def _enter(
    session: Session,
    seller: Seller,
    row: ProposalRow,
    body: Body,
    answer: Answer,
    approver: Approver,
    choice: Choice,
    given: list[str],
    proof: Proof,
    now: datetime,
) -> Recorded:
    """Append the events of an answer that holds, release, and close the proposal when nothing is open."""
    who: dict[str, Any] = {
        "by": approver.id,
        "name": approver.name,
        "role": approver.role,
        "via": answer.via,
        "reason": answer.reason.strip(),
        "currency": body["base_currency"],
    }
    enter = partial(append_event, session, "decision", seller=seller.id, proposal=row.digest, now=now)
    if answer.answer == "reject":
        lines = {number: line["digest"] for number, line in choice.left_out.items()}
        facts = {**who, "lines": lines, "expired": list(choice.expired)}
        event = enter("reject", proof.key, facts)
        row.decided_at = now
        return Recorded(row.digest, event.seq, "reject", 0, 0, "", True)
    child, seq, kind = "", 0, "edit"
    if choice.edited:
        changed = {number: [line["payload"]["units"], units] for number, (line, units) in choice.edited.items()}
        content = write_edit(body, row.digest, choice, approver, answer.reason.strip())
        child = record_edit(session, content, row.digest)
        facts = {**who, "lines": {number: choice.edited[number][0]["digest"] for number in changed}}
        if not choice.approved:  # else the approval says it
            facts |= {"left_out": list(choice.left_out), "expired": list(choice.expired)}
        key = proof.key if not choice.approved else f"edit/{proof.key}"
        seq = enter("edit", key, {**facts, "units": changed, "edit": child}).seq
    released, missing = {}, 0
    if choice.approved:
        policy, money = seller.policy.approvals, choice.money_minor
        many = policy.several_above_minor is not None and money > policy.several_above_minor
        missing = max(0, (policy.several if many else 1) - len(given) - 1)
        if not missing:
            take_over(session, seller, row.digest, body, choice.approved, who, now)
            released = release(session, seller, row.digest, body, choice.approved)
        facts = {
            **who,
            "selection": digest_selection(row.digest, choice.approved),
            "lines": {number: line["digest"] for number, line in choice.approved.items()},
            "left_out": list(choice.left_out),
            "expired": list(choice.expired),
            "money_minor": money,
            "with": given,
            "missing": missing,
            "released": not missing,
            "instructions": released,
        }
        seq, kind = enter("approve", proof.key, facts).seq, "approve"
    if not missing:
        row.decided_at = now
    return Recorded(row.digest, seq, kind, len(released), missing, child, closed=not missing)


def write_edit(body: Body, digest: str, choice: Choice, approver: Approver, reason: str) -> bytes:
    """The edited lines as a proposal of their own: same evidence, other units, money in proportion.

    Args:
        body: The proposal's that was edited.
        digest: Its digest.
        choice: Says which lines get which units.
        approver: Who changed them; somebody else must approve.
        reason: Their words.

    Returns:
        Canonical bytes.
    """
    decisions = []
    for decision in body["decisions"]:
        lines = [
            _edit_line(line, choice.edited[number][1], approver)
            for number, owner, line in number_lines(body)
            if owner is decision and number in choice.edited
        ]
        if lines:
            decisions.append({**decision, **sum_lines(lines), "lines": lines})
    kept = ("schema", "seller", "as_of", "snapshot", "base_currency", "generated", "what_if")
    return canonical_bytes(
        {
            **{name: body[name] for name in kept},
            **number_edited(body, choice.edited),
            "journey": "edit",
            "edits": {
                "of": digest,
                "by": approver.id,
                "name": approver.name,
                "reason": reason,
                "units": {
                    number: [line["payload"]["units"], units] for number, (line, units) in choice.edited.items()
                },
            },
            "decisions": decisions,
        }
    )


def find_approver(seller: Seller, name: str) -> tuple[Approver, Role]:
    """An approver of the seller's file, and the role.

    Raises:
        NotAllowed: lists those that exist.
    """
    for approver in seller.approvers:
        if approver.id == name.strip():
            return approver, seller.roles[approver.role]
    raise NotAllowed(
        mark("{name!r} is no approver of {seller}. Approvers are {known}; config/sellers names them."),
        name=name,
        seller=seller.id,
        known=", ".join(approver.id for approver in seller.approvers) or "–",
    )


def _refuse_beyond_role(approver: Approver, role: Role, choice: Choice, currency: str) -> None:
    edited = {number: line for number, (line, _) in choice.edited.items()}
    touched = {**choice.approved, **edited, **choice.left_out}
    foreign = [number for number, line in touched.items() if line["payload"]["kind"] not in role.decides]
    if foreign:
        raise NotAllowed(
            mark("{approver} ({role}) may not decide on {lines}; ask somebody whose role does."),
            approver=approver.name,
            role=approver.role,
            lines=name_rows(foreign),
        )
    if role.limit_minor is not None and choice.money_minor > role.limit_minor:
        raise NotAllowed(
            mark(
                "{currency} {money} is more than {approver} ({role}) may approve at once: {limit}. Leave lines out, "
                "or ask somebody with a higher limit."
            ),
            currency=currency,
            money=format(Money(choice.money_minor, currency).amount, ",f"),
            approver=approver.name,
            role=approver.role,
            limit=format(Money(role.limit_minor, currency).amount, ",f"),
        )


def _refuse_own_edit(approver: Approver, body: Body, answer: Answer) -> None:
    edits = body.get("edits")
    if edits and edits["by"] == approver.id and answer.answer == "approve":
        raise NotAllowed(
            mark("{approver} made this edit; somebody else must approve it."),
            approver=approver.name,
        )


def _others(standing: Standing, selection: str) -> list[str]:
    """Who approved exactly these lines already and waits for another person."""
    agreed = [event for event in standing.approvals.values() if event.facts["selection"] == selection]
    return sorted({event.facts["by"] for event in agreed})


def _edit_line(line: Body, units: int, approver: Approver) -> Body:
    payload = line["payload"]
    changed = {**payload, "units": units, "cartons": units // payload["carton_units"]}
    money = reprice(line, units)
    kept = ("title", "reversible", "fee_charging", "expires", "reason", "margin_percent", "capped_by", "flip")
    spare = line["spare_units"]
    return make_line(
        read_payload(changed),
        **{name: line[name] for name in kept},
        money_minor=money,
        expected_value_minor=None,
        spare_units=None if spare is None else max(0, spare - units + payload["units"]),
        alternatives=[
            *line["alternatives"],
            {
                "what": mark("as proposed"),
                "lane": "",
                "units": payload["units"],
                "value_minor": line["expected_value_minor"] or 0,
            },
        ],
        evidence=[
            *line["evidence"],
            {
                "label": mark("edited by an approver"),
                "value": str(units),
                "unit": "units",
                "note": f"{approver.name}: {payload['units']} → {units}",
            },
            {
                "label": mark("money in proportion to the units"),
                "value": str(money),
                "unit": "",
                "note": f"{line['money_minor']} × {units} ÷ {payload['units']}",
            },
        ],
    )


def _recall(session: Session, source: str) -> Recorded | None:
    """What came of an answer that was given before; raises what it was refused with."""
    row = session.scalars(select(AnswerRow).where(AnswerRow.source == source)).one_or_none()
    if row is None:
        return None
    said = json.loads(row.said)
    if row.result == "recorded":
        return Recorded(**said)
    kind = WrongCode if row.result == "wrong code" else Refusal
    raise kind(said["template"], **said["values"])


def _remember_refusal(
    session: Session, seller: str, digest: str, answer: Answer, refusal: Refusal, now: datetime
) -> None:
    """Keep a refused answer: wrong codes are counted, and the same form is not judged twice."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()}
    session.add(
        AnswerRow(
            seller=seller,
            proposal=digest,
            source=answer.source,
            approver=answer.approver.strip()[:80],
            result="wrong code" if isinstance(refusal, WrongCode) else "refused",
            said=json.dumps({"template": refusal.template, "values": values}),
            at=now,
        )
    )
