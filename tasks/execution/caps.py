"""Caps per seller and night that hold whatever was approved, counted from the ledger's intents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.seller import Seller
from skills.vocabulary import mark
from tasks.lines import price_change_percent
from tasks.store.ledger import read_row
from tasks.store.models import InstructionRow, LedgerRow, ProposalRow


def find_excess(session: Session, row: InstructionRow, payload: dict[str, Any], seller: Seller) -> str:
    """Which cap the instruction would break, as a sentence of the catalogue, or "".

    A night's sum counts each decision of it once, however many targets and attempts it has.

    Args:
        session: The one in which the intent is about to be entered, so that no other can come between.
        row: The instruction.
        payload: Its content.
        seller: Whose caps.
    """
    policy = seller.policy.execution
    moved = max((price_change_percent(line["payload"]) for line in payload["lines"]), default=0)
    if policy.most_price_change_percent is not None and moved > policy.most_price_change_percent:
        return mark("it would move a price by more than the seller's cap")
    units, money = _sum_begun(session, row, seller.id)
    if policy.most_units_per_night is not None and units + payload["units"] > policy.most_units_per_night:
        return mark("it would move more units in this night than the seller's cap")
    limit = policy.most_money_per_night_minor
    if limit is not None and money + payload["money_minor"] > limit:
        return mark("it would take more money in this night than the seller's cap")
    return ""


def _sum_begun(session: Session, row: InstructionRow, seller: str) -> tuple[int, int]:
    """Units and money of every other decision of the same night whose acts were begun."""
    as_of = session.get_one(ProposalRow, row.proposal).as_of
    begun: dict[tuple[str, str], tuple[int, int]] = {}
    rows = session.scalars(
        select(LedgerRow)
        .join(ProposalRow, ProposalRow.digest == LedgerRow.proposal)
        .where(LedgerRow.seller == seller, LedgerRow.event == "intent", ProposalRow.as_of == as_of)
    )
    for event in map(read_row, rows):
        begun[(event.proposal, event.facts["decision"])] = (event.facts["units"], event.facts["money_minor"])
    begun.pop((row.proposal, row.decision), None)
    return sum(units for units, _ in begun.values()), sum(money for _, money in begun.values())
