"""What people and standing rules decided on the lines of past nights: how many units of each, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import select

from config.seller import Seller
from skills.vocabulary import ALL_COUNTRIES
from tasks.approvals.standing import LineStanding, read_standing
from tasks.lines import number_lines
from tasks.store.ledger import Event, list_events
from tasks.store.models import LedgerRow, ProposalRow
from tasks.store.proposals import Proposal, read_proposal
from tasks.store.session import open_session

Body = dict[str, Any]
Key = tuple[str, str, str]
"""Kind of decision, SKU, and supplier or lane."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line.

    Attributes:
        units: That were released; 0 of a line that was left out or rejected.
        state: approved, edited, left_out, rejected or rule.
        by: The person's id, or the rule's.
    """

    units: int
    state: str
    by: str


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One line of a night that somebody decided on.

    Attributes:
        kind: order or ship.
        sku, country, lane: Where to; country `*` and lane "" of an order.
        place: Supplier or lane.
        proposed: Units that the night proposed.
        outcome: What was decided.
        arrival: Usual day of arrival, as the night said it.
        onward_days: Days from the supplier's door to that arrival; 0 of a shipment.
    """

    kind: str
    sku: str
    country: str
    lane: str
    place: str
    proposed: int
    outcome: Outcome
    arrival: date
    onward_days: int


@task(name="store · read decided nights", cache_policy=NO_CACHE)
def read_decided_nights(seller: Seller, before: date) -> list[tuple[Proposal, list[DecidedLine]]]:
    """Nights of earlier mornings with their decided lines, oldest first; one that lapsed or waits is no decision."""
    decided = select(LedgerRow.proposal).where(LedgerRow.seller == seller.id, LedgerRow.book == "decision")
    with open_session() as session:
        digests = session.scalars(
            select(ProposalRow.digest)
            .where(ProposalRow.seller == seller.id, ProposalRow.journey == "nightly", ProposalRow.as_of < before)
            .where(ProposalRow.digest.in_(decided))
            .order_by(ProposalRow.as_of, ProposalRow.digest)
        ).all()
    nights = []
    for digest in digests:
        proposal = read_proposal(digest)
        outcomes = read_outcomes(proposal, seller)
        nights.append((proposal, _list_lines(proposal.body, outcomes)))
    return nights


def read_outcomes(proposal: Proposal, seller: Seller) -> dict[Key, Outcome]:
    """What became of each decided line; one that was changed or prepared counts as it was released there."""
    events = [event for event in list_events(proposal=proposal.digest) if event.book == "decision"]
    by_number = {event.seq: event for event in events}
    standing = read_standing(proposal.body, events, seller.policy.approvals.timeout_hours, datetime.now(UTC))
    found = {}
    for number, decision, line in number_lines(proposal.body):
        state, key = standing.lines.get(number), name_line(decision, line)
        outcome = _follow(state, by_number[state.seq], key, line, seller) if state else None
        if outcome is not None:
            found[key] = outcome
    return found


def name_line(decision: Body, line: Body) -> Key:
    """What a line is called in every proposal that it stands in."""
    place = decision["supplier"] if decision["kind"] == "order" else line["payload"]["lane"]
    return decision["kind"], line["payload"]["sku"], place


def _follow(state: LineStanding, event: Event, key: Key, line: Body, seller: Seller) -> Outcome | None:
    """The outcome of a line, through the proposal that it was changed or prepared in; None while it is open there."""
    units: int = line["payload"]["units"]
    if state.state in ("approved", "rule"):
        return Outcome(units, state.state, state.by)
    if state.state == "expired":
        return None
    elsewhere = event.facts.get("edit") if state.state == "edited" else event.facts.get("instead")
    if not elsewhere:
        return Outcome(0, state.state, state.by)
    there = read_outcomes(read_proposal(elsewhere), seller).get(key)
    if there is None or not there.units:
        return there
    return Outcome(there.units, "edited" if there.units != units else "approved", state.by)


def _list_lines(body: Body, outcomes: dict[Key, Outcome]) -> list[DecidedLine]:
    lines = []
    for _, decision, line in number_lines(body):
        key, payload = name_line(decision, line), line["payload"]
        if key in outcomes and decision["arrival_p50"]:
            arrival = date.fromisoformat(decision["arrival_p50"])
            ready_on = date.fromisoformat(decision["ready_on"]) if decision["kind"] == "order" else arrival
            lines.append(
                DecidedLine(
                    kind=decision["kind"],
                    sku=payload["sku"],
                    country=payload.get("country", ALL_COUNTRIES),
                    lane=payload.get("lane", ""),
                    place=key[2],
                    proposed=payload["units"],
                    outcome=outcomes[key],
                    arrival=arrival,
                    onward_days=(arrival - ready_on).days,
                )
            )
    return lines
