"""Whether anything can be decided on a proposal, and what stands instead.

NotDecidable               the proposal is a trial, superseded, late, decided, or a newer one stands
"""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from skills.vocabulary import Refusal, mark
from tasks.store.models import CurrentProposalRow, ProposalRow
from tasks.store.proposals import UNDECIDABLE, find_newer


class NotDecidable(Refusal):
    """Nothing can be decided on this proposal."""


def refuse_undecidable(session: Session, row: ProposalRow) -> None:
    """Stop when nothing can be decided on this proposal.

    Raises:
        NotDecidable: says why, and what stands instead.
    """
    newer = find_newer(session, row)
    if hashlib.sha256(row.body).hexdigest() != row.digest:
        raise NotDecidable(
            mark("This proposal is not what its digest says: the store was changed. Restore it from a backup.")
        )
    if row.journey in UNDECIDABLE:
        raise NotDecidable(mark("This proposal is a trial (what if); decide on the night's own proposal."))
    if row.decided_at is not None:
        raise NotDecidable(mark("Every line of this proposal is decided; the ledger shows by whom."))
    if row.late:
        raise NotDecidable(mark("This proposal came after its morning had been decided; it stands beside it only."))
    if newer:
        raise NotDecidable(
            mark("A newer proposal stands: {digest}. Decide on that one; what is still needed is in it."),
            digest=newer[:12],
        )
    if not row.edits and not is_current(session, row):
        raise NotDecidable(mark("This proposal was superseded by a rerun of its morning; decide on what stands."))


def is_current(session: Session, row: ProposalRow) -> bool:
    """Whether the proposal is the one that stands for its morning."""
    pointer = session.get(CurrentProposalRow, (row.seller, row.journey, row.as_of))
    return pointer is not None and pointer.digest == row.digest
