"""Proposals: immutable, known by digest; one stands for each seller, journey and morning."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.store.ledger import open_ledger
from tasks.store.models import CurrentProposalRow, LedgerRow, ProposalRow
from tasks.store.session import open_session

Standing = Literal["current", "superseded", "late", "edit"]
UNDECIDABLE = ("what-if",)
"""Journeys whose proposals are trials."""
RESTATED = ("rules",)
"""Journeys whose newest proposal stands, whatever was decided before: it says the whole anew."""


class UnknownProposal(Refusal):
    """No proposal of that digest."""


@dataclass(frozen=True)
class Proposal:
    """What a night proposes.

    Attributes:
        digest: sha256 of `content`.
        content: Canonical bytes of `body`.
        supersedes: Digest of the undecided proposal of the same morning that it replaced, or "".
        standing: current; superseded by a rerun; late, when the morning was already decided; or edit, when it holds
            lines that an approver changed.
        recorded_at: When the night found it.
        decided_at: When the last of its lines was decided; None while something waits.
        commit: Of the code that made it, as `project_commit` says it.
    """

    digest: str
    content: bytes
    supersedes: str
    standing: Standing
    recorded_at: datetime | None = None
    decided_at: datetime | None = None
    commit: str = ""

    @cached_property
    def body(self) -> dict[str, Any]:
        """Integers, decimal strings and ISO dates only (docs/decide.md describes the keys)."""
        body: dict[str, Any] = json.loads(self.content)
        return body


def record_proposal(content: bytes) -> Proposal:
    """Keep a proposal and make it the one that stands, unless its morning was decided already.

    The same bytes recorded twice are one proposal. Other bytes for the same (seller, journey, as_of) supersede
    an undecided proposal; beside a decided one they are kept and marked late.

    Args:
        content: From `canonical_bytes`; names its seller, journey, as_of and snapshot.
    """
    body = json.loads(content)
    digest = hashlib.sha256(content).hexdigest()
    key = (body["seller"], body["journey"], date.fromisoformat(body["as_of"]))
    with open_ledger() as session:
        pointer = session.get(CurrentProposalRow, key)
        standing = session.get(ProposalRow, pointer.digest) if pointer else None
        known = session.get(ProposalRow, digest)
        touched = standing is not None and standing.digest != digest and is_touched(session, standing)
        late = touched and key[1] not in RESTATED
        if known is None:
            supersedes = standing.digest if standing is not None and not touched else ""
            known = _new_row(digest, content, body, supersedes=supersedes, late=late)
            session.add(known)
            session.flush()
        if not late:
            if pointer is None:
                session.add(CurrentProposalRow(seller=key[0], journey=key[1], as_of=key[2], digest=digest))
            else:
                pointer.digest = digest
        session.flush()
        return _read(session, known)


def record_edit(session: Session, content: bytes, of: str) -> str:
    """Keep the lines of a proposal that an approver changed, as a proposal of their own; returns its digest.

    Args:
        session: The one in which the edit is entered in the ledger.
        content: From `canonical_bytes`.
        of: Digest of the proposal whose lines were changed.
    """
    digest = hashlib.sha256(content).hexdigest()
    if session.get(ProposalRow, digest) is None:
        session.add(_new_row(digest, content, json.loads(content), edits=of))
        session.flush()
    return digest


def list_waiting(seller: str = "") -> list[Proposal]:
    """Proposals that somebody must decide on: of each journey's newest morning, and edits; oldest first.

    Args:
        seller: Only this one's; all when left out.
    """
    with open_session() as session:
        standing = select(CurrentProposalRow.digest).where(CurrentProposalRow.journey.not_in(UNDECIDABLE))
        rows = session.scalars(
            select(ProposalRow)
            .where(ProposalRow.decided_at.is_(None))
            .where(ProposalRow.digest.in_(standing) | (ProposalRow.edits != ""))
            .order_by(ProposalRow.recorded_at, ProposalRow.digest)
        ).all()
        wanted = [row for row in rows if not seller or row.seller == seller]
        return [_read(session, row) for row in wanted if not find_newer(session, row)]


def find_decided_last(seller: str) -> Proposal | None:
    """The night's proposal that the ledger's newest row of this seller belongs to; None when nothing was decided."""
    with open_session() as session:
        digest = session.scalars(
            select(LedgerRow.proposal)
            .where(LedgerRow.seller == seller, LedgerRow.proposal != "")
            .order_by(LedgerRow.seq.desc())
            .limit(1)
        ).first()
        row = session.get(ProposalRow, digest) if digest else None
        while row is not None and row.edits:
            row = session.get(ProposalRow, row.edits)
        return _read(session, row) if row is not None and row.journey == "nightly" else None


def find_newer(session: Session, proposal: ProposalRow) -> str:
    """Digest of the proposal that stands for a later morning of the same seller and journey; "" when there is none.

    An edit is as old as the night's proposal that it comes from.
    """
    while proposal.edits:
        proposal = session.get_one(ProposalRow, proposal.edits)
    found = session.scalars(
        select(CurrentProposalRow.digest)
        .where(CurrentProposalRow.seller == proposal.seller, CurrentProposalRow.journey == proposal.journey)
        .where(CurrentProposalRow.as_of > proposal.as_of)
        .order_by(CurrentProposalRow.as_of.desc())
    ).first()
    return found or ""


def is_touched(session: Session, row: ProposalRow) -> bool:
    """Whether anybody, a person or a rule, has decided on any of its lines."""
    if row.decided_at is not None:
        return True
    events = select(LedgerRow.seq).where(LedgerRow.proposal == row.digest, LedgerRow.book == "decision").limit(1)
    return session.scalar(events) is not None


def read_proposal(digest: str) -> Proposal:
    """A proposal by its digest, or by the first characters that only it has.

    Raises:
        UnknownProposal: none, or several, start so.
    """
    with open_session() as session:
        begins = ProposalRow.digest.startswith(digest, autoescape=True)
        rows = session.scalars(select(ProposalRow).where(begins).limit(2)).all() if digest else []
        if len(rows) != 1:
            raise UnknownProposal(
                mark(
                    "{count} proposals start with {digest}, expected exactly one. "
                    "The digest stands on the morning report and at the end of the night's log."
                ),
                count=len(rows),
                digest=digest,
            )
        return _read(session, rows[0])


def read_current(seller: str, journey: str, as_of: date) -> Proposal | None:
    """The proposal that stands for that morning; None when there is none."""
    with open_session() as session:
        pointer = session.get(CurrentProposalRow, (seller, journey, as_of))
        row = session.get(ProposalRow, pointer.digest) if pointer else None
        return _read(session, row) if row is not None else None


def read_previous(seller: str, journey: str, before: date) -> Proposal | None:
    """The proposal that stands for the newest morning before that day; None when there is none."""
    with open_session() as session:
        pointer = session.scalars(
            select(CurrentProposalRow)
            .where(
                CurrentProposalRow.seller == seller,
                CurrentProposalRow.journey == journey,
                CurrentProposalRow.as_of < before,
            )
            .order_by(CurrentProposalRow.as_of.desc())
            .limit(1)
        ).first()
        row = session.get(ProposalRow, pointer.digest) if pointer else None
        return _read(session, row) if row is not None else None


@lru_cache(maxsize=1)
def project_commit() -> str:
    """The commit that this checkout is at, with `+` when files differ from it; `unknown` outside git."""
    root = read_settings().root
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        changes = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")


def lock_digest() -> str:
    """sha256 of requirements.lock, so that a proposal names the versions that made it."""
    return hashlib.sha256((read_settings().root / "requirements.lock").read_bytes()).hexdigest()


def _new_row(
    digest: str, content: bytes, body: dict[str, Any], supersedes: str = "", late: bool = False, edits: str = ""
) -> ProposalRow:
    return ProposalRow(
        digest=digest,
        seller=body["seller"],
        journey=body["journey"],
        as_of=date.fromisoformat(body["as_of"]),
        snapshot=body["snapshot"] or None,
        body=content,
        supersedes=supersedes,
        edits=edits,
        late=late,
        project_commit=project_commit(),
        lock_digest=lock_digest(),
        recorded_at=datetime.now(UTC),
    )


def _read(session: Session, row: ProposalRow) -> Proposal:
    pointer = session.get(CurrentProposalRow, (row.seller, row.journey, row.as_of))
    standing: Standing = "edit" if row.edits else "late" if row.late else "superseded"
    if pointer is not None and pointer.digest == row.digest:
        standing = "current"
    return Proposal(
        row.digest, row.body, row.supersedes, standing, row.recorded_at, row.decided_at, row.project_commit
    )
