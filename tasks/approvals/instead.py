"""Lines that stand in two proposals are released once.

A shipment that was prepared (cartons, containers, papers) asks again for lines of a night's proposal. Its body says
so under `instead_of`: {"proposal": digest, "lines": {own number: number there}}. When such a line is released, the
line there is settled in the same transaction; where it was settled before, nothing is released.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.seller import Seller
from skills.vocabulary import mark, name_rows
from tasks.approvals.decidable import NotDecidable, refuse_undecidable
from tasks.approvals.standing import read_standing
from tasks.lines import Body, number_lines
from tasks.store.ledger import append_event, list_events
from tasks.store.models import ProposalRow


def take_over(
    session: Session,
    seller: Seller,
    digest: str,
    body: Body,
    numbers: Iterable[str],
    who: dict[str, Any],
    now: datetime,
) -> None:
    """Settle the lines that these stand instead of; nothing for a proposal that stands for itself.

    Args:
        session: The one in which the release is entered.
        seller: Whose.
        digest, body: The proposal whose lines are released.
        numbers: Those lines.
        who: Who decided, as the decision's facts say it.
        now: The clock's time.

    Raises:
        NotDecidable: one of the other proposal's lines was settled before, or that proposal stands no more.
    """
    instead = body.get("instead_of")
    if not instead:
        return
    wanted = {instead["lines"][number] for number in numbers}
    row = session.get_one(ProposalRow, instead["proposal"])
    other = json.loads(row.body)
    events = list_events(session, proposal=row.digest, book="decision")
    standing = read_standing(other, events, seller.policy.approvals.timeout_hours, now)
    settled = sorted(wanted - set(standing.open))
    if settled:
        raise NotDecidable(
            mark(
                "Lines {lines} of proposal {digest}, which these stand instead of, are settled already; what was "
                "released there is not released again. Leave them out here, or reject this proposal."
            ),
            lines=name_rows(settled),
            digest=row.digest[:12],
        )
    refuse_undecidable(session, row)
    lines = {number: line["digest"] for number, _, line in number_lines(other) if number in wanted}
    key = hashlib.sha256(f"{digest}/{sorted(wanted)}".encode()).hexdigest()
    append_event(
        session,
        "decision",
        "reject",
        f"instead/{key}",
        {**who, "lines": lines, "expired": [], "instead": digest},
        seller=seller.id,
        proposal=row.digest,
        now=now,
    )
    if wanted == set(standing.open):
        row.decided_at = now


def number_edited(body: Body, edited: Iterable[str]) -> Body:
    """`instead_of` of an edit of these lines, numbered anew; {} for a proposal that stands for itself."""
    instead = body.get("instead_of")
    if not instead:
        return {}
    kept, place = set(edited), 0
    lines: dict[str, str] = {}
    for decision in _group(body):
        chosen = [number for number in decision if number in kept]
        place += bool(chosen)
        lines |= {f"{place}.{at}": instead["lines"][number] for at, number in enumerate(chosen, 1)}
    return {"instead_of": {"proposal": instead["proposal"], "lines": lines}}


def _group(body: Body) -> list[list[str]]:
    return [
        [f"{place}.{at}" for at in range(1, len(decision["lines"]) + 1)]
        for place, decision in enumerate(body["decisions"], 1)
    ]
