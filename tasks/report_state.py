"""What happened to a proposal since its night, as its report shows it: decided, carried out, waiting, how long.

Read from the ledger and the outbox; the report itself stays a pure function of this, the proposal and a language.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from config.seller import Seller
from tasks.approvals.answer import is_expired
from tasks.approvals.standing import LineStanding, find_day, read_standing
from tasks.execution.stop import read_stop
from tasks.lines import number_lines
from tasks.store.ledger import Event, list_events, list_events_of, read_head
from tasks.store.models import ProposalRow
from tasks.store.proposals import Proposal
from tasks.store.session import open_session

CLOCK_DAYS = 90
"""The clock looks at decisions of so many days."""

PROMISED_HOURS = 72
"""From the signal to the released instruction."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An instruction of a decision and how it stands: its number, target, state, and the target's reference."""

    number: str
    target: str
    state: str
    reference: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the clock over many decisions.

    Attributes:
        name: signal, release or both.
        count: How many were measured: approvals that released something for `signal`, released papers for the others.
        p50, p90: Hours, one decimal, as text.
        within: How many of them took no more than 72 hours.
    """

    name: str
    count: int
    p50: str
    p90: str
    within: int


@dataclass(frozen=True)
class ReportState:
    """What a report shows beside its proposal.

    Attributes:
        head_seq, head: The ledger's newest row and its hash.
        lines: Number → what became of the line.
        open: Numbers of lines that wait.
        papers: Decision id → its instructions.
        approvals: Names of people whose approval waits for another one.
        edits: Digest of an edit → its approver's name, and whether it still waits.
        expiring: Open lines whose last day is today; `expired` those whose last day is over.
        stopped: The stop in force, or None.
        clock: Stages of the 72-hour clock.
        events: The ledger's rows about this proposal and its edits, oldest first.
    """

    head_seq: int
    head: str
    lines: dict[str, LineStanding]
    open: list[str]
    papers: dict[str, list[Paper]]
    approvals: list[str]
    edits: dict[str, tuple[str, bool]]
    expiring: list[str]
    expired: list[str]
    stopped: Event | None
    clock: list[Stage]
    events: list[Event]


def read_report_state(proposal: Proposal, seller: Seller, now: datetime | None = None) -> ReportState:
    """Everything that happened to a proposal until now."""
    now = now or datetime.now(UTC)
    today, body = find_day(seller, now), proposal.body
    children = _read_edits(proposal.digest)
    events = sorted(
        (event for digest in [proposal.digest, *children] for event in list_events(proposal=digest)),
        key=lambda event: event.seq,
    )
    own = [event for event in events if event.proposal == proposal.digest and event.book == "decision"]
    standing = read_standing(body, own, seller.policy.approvals.timeout_hours, now)
    waiting = [(number, line) for number, _, line in number_lines(body) if number in standing.open]
    seq, head = read_head()
    return ReportState(
        head_seq=seq,
        head=head,
        lines=standing.lines,
        open=standing.open,
        papers=_read_papers(events),
        approvals=list(dict.fromkeys(event.facts["name"] for event in standing.approvals.values())),
        edits={digest: (row["by"], row["waits"]) for digest, row in children.items()},
        expiring=[number for number, line in waiting if line["expires"] == today.isoformat()],
        expired=[number for number, line in waiting if is_expired(line, today)],
        stopped=read_stop(seller.id),
        clock=read_clock(seller.id, now),
        events=events,
    )


def read_clock(seller: str, now: datetime) -> list[Stage]:
    """How long signal → decision and decision → released instruction took, over the seller's recent decisions.

    A signal is the moment when the night recorded the proposal; an instruction is released when its paper is written.
    """
    events = [event for event in list_events_of(seller) if event.at >= now - timedelta(days=CLOCK_DAYS)]
    approved = [event for event in events if event.event == "approve" and event.facts["instructions"]]
    signals = _read_signals({event.proposal for event in approved})
    written: dict[str, datetime] = {}
    for event in events:
        if event.event == "outcome" and event.facts["target"] == "files" and event.facts["state"] == "done":
            written.setdefault(event.facts["instruction"], event.at)
    decided, released, both = [], [], []
    for event in approved:
        signal = signals[event.proposal]
        decided.append(_hours(event.at - signal))
        ends = [written[key] for key in event.facts["instructions"] if key in written]
        released += [_hours(end - event.at) for end in ends]
        both += [_hours(end - signal) for end in ends]
    stages = {"signal": decided, "release": released, "both": both}
    return [_measure(name, hours) for name, hours in stages.items() if hours]


def _measure(name: str, hours: list[float]) -> Stage:
    ordered = sorted(hours)
    return Stage(
        name,
        len(ordered),
        f"{_quantile(ordered, 0.5):.1f}",
        f"{_quantile(ordered, 0.9):.1f}",
        sum(value <= PROMISED_HOURS for value in ordered),
    )


def _quantile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _hours(span: timedelta) -> float:
    return max(0.0, span.total_seconds() / 3600)


def _read_papers(events: list[Event]) -> dict[str, list[Paper]]:
    """The newest state of every instruction that was begun, by decision; `undone` is what a person settled so."""
    newest: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.event in ("intent", "outcome", "settle"):
            begun = {"state": "in_doubt", "reference": ""} if event.event == "intent" else {}
            key = event.facts["instruction"]
            newest[key] = {**newest.get(key, {}), **event.facts, **begun}
            if event.event == "settle" and event.facts["state"] == "not_done":
                newest[key]["state"] = "undone"
    papers: dict[str, list[Paper]] = defaultdict(list)
    for facts in newest.values():
        paper = Paper(facts["number"], facts["target"], facts["state"], facts["reference"])
        papers[facts["decision"]].append(paper)
    return dict(papers)


def _read_edits(digest: str) -> dict[str, dict[str, Any]]:
    """Edits of a proposal, and edits of those: digest → who, and whether it waits."""
    found: dict[str, dict[str, Any]] = {}
    left = [digest]
    with open_session() as session:
        while left:
            rows = session.scalars(select(ProposalRow).where(ProposalRow.edits == left.pop())).all()
            for row in rows:
                editor = json.loads(row.body)["edits"]["name"]
                found[row.digest] = {"by": editor, "waits": row.decided_at is None}
                left.append(row.digest)
    return found


def _read_signals(digests: set[str]) -> dict[str, datetime]:
    """When the night recorded each proposal; an edit is as old as the proposal that it comes from."""
    signals = {}
    with open_session() as session:
        for digest in digests:
            row = session.get_one(ProposalRow, digest)
            while row.edits:
                row = session.get_one(ProposalRow, row.edits)
            signals[digest] = row.recorded_at
    return signals
