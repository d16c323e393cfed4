"""Standing rules: what the seller decided once for many nights, applied to one proposal.

The set counts as a whole, by its digest, after an approver's code; a changed file decides nothing until it is
approved again. A rule takes a whole decision (a supplier order, a shipment) or none of it, stays within its caps,
and releases only what its effect level allows. What no rule covers waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from config.approval import StandingRule
from config.seller import Seller, read_seller
from skills.catalogue import EFFECTS as LADDER
from skills.vocabulary import mark
from tasks.approvals.answer import digest_selection, is_expired
from tasks.approvals.decidable import refuse_undecidable
from tasks.approvals.instead import take_over
from tasks.approvals.release import release
from tasks.approvals.standing import find_day, read_standing
from tasks.lines import EFFECTS, SCHEMA, Body, StandingRules, digest_payload, make_line, number_lines
from tasks.store.canonical import canonical_bytes
from tasks.store.ledger import append_event, list_events, open_ledger, read_row
from tasks.store.models import LedgerRow, ProposalRow
from tasks.store.proposals import Proposal, list_waiting, read_proposal, record_proposal

JOURNEY = "rules"


@dataclass(frozen=True, slots=True)
class Covered:
    """A decision that a rule takes.

    Attributes:
        rule: Which rule.
        decision: The decision's id.
        lines: Number → line.
    """

    rule: str
    decision: str
    lines: dict[str, Body]

    @property
    def money_minor(self) -> int:
        """Money of its lines."""
        return sum(line["money_minor"] for line in self.lines.values())


def apply_rules(digest: str, now: datetime | None = None) -> list[Covered]:
    """Let the seller's standing rules decide what they cover of one proposal; returns what they released.

    Nothing happens while the rules as they stand in the seller's file have not been approved. Running it again
    decides nothing twice.

    Raises:
        NotDecidable: nothing can be decided on this proposal.
        StoreBusy: the store could not be written; nothing was recorded.
    """
    now = now or datetime.now(UTC)
    proposal = read_proposal(digest)
    seller, body = read_seller(proposal.body["seller"]), proposal.body
    if body["journey"] == JOURNEY or body.get("edits") or not seller.standing_rules:
        return []
    with open_ledger() as session:
        row = session.get_one(ProposalRow, proposal.digest)
        refuse_undecidable(session, row)
        rules_digest = digest_rules(seller)
        if find_verdict(session, seller.id, rules_digest) != "approve":
            return []
        events = list_events(session, proposal=proposal.digest, book="decision")
        standing = read_standing(body, events, seller.policy.approvals.timeout_hours, now)
        spent = _sum_released(session, seller.id, body["as_of"])
        covered = cover(body, set(standing.open), seller, spent, find_day(seller, now))
        for rule in sorted({found.rule for found in covered}):
            lines = {number: line for found in covered if found.rule == rule for number, line in found.lines.items()}
            who = {"by": rule, "name": rule, "role": "rule", "via": "rule", "reason": "", "rules": rules_digest}
            who |= {"as_of": body["as_of"], "currency": body["base_currency"]}
            take_over(session, seller, proposal.digest, body, lines, who, now)
            facts: dict[str, Any] = {
                **who,
                "selection": digest_selection(proposal.digest, lines),
                "lines": {number: line["digest"] for number, line in lines.items()},
                "left_out": [],
                "expired": [],
                "money_minor": sum(line["money_minor"] for line in lines.values()),
                "with": [],
                "missing": 0,
                "released": True,
                "instructions": release(session, seller, proposal.digest, body, lines),
            }
            key = f"rule/{proposal.digest}/{rule}/{facts['selection'][:12]}"
            append_event(
                session, "decision", "approve", key, facts, seller=seller.id, proposal=proposal.digest, now=now
            )
        taken = {number for found in covered for number in found.lines}
        if covered and not set(standing.open) - taken:
            row.decided_at = now
    return covered


def cover(body: Body, open_numbers: set[str], seller: Seller, spent: dict[str, int], today: date) -> list[Covered]:
    """Which decisions the rules take: pure, by the order in which the seller wrote them.

    Args:
        body: The proposal's.
        open_numbers: Lines that nobody has decided yet; a decision that is partly decided is left to people.
        seller: For rules, and for the money above which several people are needed: no rule goes there.
        spent: Rule → money that it released this night already.
        today: The seller's day, for the rules' own expiry and the lines'.
    """
    decisions: dict[str, dict[str, Body]] = {}
    for number, decision, line in number_lines(body):
        decisions.setdefault(decision["id"], {})[number] = line
    left = {
        rule.id: None if rule.most_per_night_minor is None else rule.most_per_night_minor - spent.get(rule.id, 0)
        for rule in seller.standing_rules
    }
    never = [rule for rule in seller.standing_rules if rule.never]
    ceiling = seller.policy.approvals.several_above_minor
    found: list[Covered] = []
    for name, lines in decisions.items():
        if not set(lines) <= open_numbers or any(is_expired(line, today) for line in lines.values()):
            continue
        if any(_matches(rule, line, today) for rule in never for line in lines.values()):
            continue
        money = sum(line["money_minor"] for line in lines.values())
        taken = sum(spent.values()) + sum(other.money_minor for other in found)
        if ceiling is not None and taken + money > ceiling:
            continue
        for rule in seller.standing_rules:
            room = left[rule.id]
            if rule.never or (room is not None and money > room):
                continue
            if all(_allows(rule, line, today) for line in lines.values()):
                found.append(Covered(rule.id, name, lines))
                left[rule.id] = None if room is None else room - money
                break
    return found


def propose_rules(seller: Seller, now: datetime | None = None) -> Proposal | None:
    """The seller's rules as a proposal to approve; None when there are none, or they are decided as they stand.

    An undecided set that the file does not hold any more is withdrawn.
    """
    digest = digest_rules(seller)
    waiting = [proposal for proposal in list_waiting(seller.id) if proposal.body["journey"] == JOURNEY]
    with open_ledger() as session:
        for proposal in waiting:
            if proposal.body["decisions"][0]["lines"][0]["digest"] != digest:
                _withdraw(session, proposal, now or datetime.now(UTC))
        if not seller.standing_rules or find_verdict(session, seller.id, digest):
            return None
        last = session.scalar(_decisions_on_rules(seller.id).with_only_columns(func.max(LedgerRow.seq)))
    for proposal in waiting:
        if proposal.body["decisions"][0]["lines"][0]["digest"] == digest:
            return proposal
    line = make_line(
        _payload(seller),
        title=", ".join(rule.id for rule in seller.standing_rules),
        money_minor=0,
        expected_value_minor=None,
        reversible=True,
        fee_charging=False,
        expires="",
        reason=mark("These rules decide from now on without asking, once they are approved as they stand here."),
        flip={},
        alternatives=[],
        evidence=_describe(seller),
    )
    body = {
        "schema": SCHEMA,
        "journey": JOURNEY,
        "seller": seller.id,
        "as_of": find_day(seller, now).isoformat(),
        "snapshot": "",
        "base_currency": seller.base_currency,
        "generated": list(seller.generated),
        "what_if": {},
        "follows": last or 0,  # a set that was withdrawn or replaced can be proposed again
        "decisions": [{"id": "rules", "kind": "rules", "money_minor": 0, "deadline": "", "lines": [line]}],
    }
    return record_proposal(canonical_bytes(body))


def _withdraw(session: Session, proposal: Proposal, now: datetime) -> None:
    """Close a set of rules that is not in the seller's file any more; nobody can approve it by mistake."""
    facts = {"by": "farsail", "name": "farsail", "reason": "the seller's file has other rules now", "lines": {}}
    key, seller = f"withdraw/{proposal.digest}", proposal.body["seller"]
    append_event(session, "decision", "withdraw", key, facts, seller=seller, proposal=proposal.digest, now=now)
    session.get_one(ProposalRow, proposal.digest).decided_at = now


def digest_rules(seller: Seller) -> str:
    """What an approval of the rules counts for."""
    return digest_payload(_payload(seller).model_dump())


def find_verdict(session: Session, seller: str, digest: str) -> str:
    """The newest decision on rules of this digest: approve, reject, or "" for none yet.

    Approving another set ends this one: who changes the file back needs an approval again.
    """
    for row in session.scalars(_decisions_on_rules(seller).order_by(LedgerRow.seq.desc())):
        facts = read_row(row).facts
        if digest in facts["lines"].values() and facts.get("released", True):
            return row.event if row.event in ("approve", "reject") else ""
        if row.event == "approve":
            return ""
    return ""


def _decisions_on_rules(seller: str) -> Select[tuple[LedgerRow]]:
    return (
        select(LedgerRow)
        .join(ProposalRow, ProposalRow.digest == LedgerRow.proposal)
        .where(LedgerRow.seller == seller, LedgerRow.book == "decision", ProposalRow.journey == JOURNEY)
    )


def _payload(seller: Seller) -> StandingRules:
    return StandingRules(rules=[rule.model_dump(mode="json") for rule in seller.standing_rules])


def _describe(seller: Seller) -> list[Body]:
    """Every rule as steps of the derivation, what it leaves at its default apart."""
    return [
        {"label": rule.id, "value": ", ".join(map(str, value)) if isinstance(value, list) else str(value)}
        | {"unit": "", "note": name}
        for rule in seller.standing_rules
        for name, value in rule.model_dump(mode="json", exclude_defaults=True).items()
        if name != "id"
    ]


def _allows(rule: StandingRule, line: Body, today: date) -> bool:
    strong_enough = LADDER.index(EFFECTS[line["payload"]["kind"]]) <= LADDER.index(rule.effect)
    small_enough = rule.most_per_line_minor is None or line["money_minor"] <= rule.most_per_line_minor
    margin = line["margin_percent"]
    earns_enough = rule.least_margin_percent is None or (
        margin != "" and Decimal(margin) >= rule.least_margin_percent
    )
    return _matches(rule, line, today) and strong_enough and small_enough and earns_enough


def _matches(rule: StandingRule, line: Body, today: date) -> bool:
    payload = line["payload"]
    nodes = {payload.get("from_node"), payload.get("to_node")}
    return (
        payload["kind"] in rule.kinds
        and (rule.expires is None or today <= rule.expires)
        and (not rule.skus or payload.get("sku") in rule.skus)
        and (not rule.suppliers or payload.get("supplier") in rule.suppliers)
        and (not rule.countries or payload.get("country") in rule.countries)
        and (not rule.nodes or bool(nodes & set(rule.nodes)))
    )


def _sum_released(session: Session, seller: str, as_of: str) -> dict[str, int]:
    """Rule → money that it released for this morning, whichever proposal it was on."""
    spent: dict[str, int] = {}
    for event in list_events(session, seller=seller, event="approve"):
        if event.facts["via"] == "rule" and event.facts["as_of"] == as_of:
            spent[event.facts["by"]] = spent.get(event.facts["by"], 0) + event.facts["money_minor"]
    return spent
