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
from tasks.store.models import CurrentProposalRow, ProposalRow
from tasks.store.session import open_session

Standing = Literal["current", "superseded", "late"]


class UnknownProposal(Refusal):
    """No proposal of that digest."""


class NotCanonical(Refusal):
    """A value that has no one way of being written."""


@dataclass(frozen=True)
class Proposal:
    """What a night proposes.

    Attributes:
        digest: sha256 of `content`.
        content: Canonical bytes of `body`.
        supersedes: Digest of the undecided proposal of the same morning that it replaced, or "".
        standing: current; superseded by a rerun; or late, when the morning was already decided.
    """

    digest: str
    content: bytes
    supersedes: str
    standing: Standing

    @cached_property
    def body(self) -> dict[str, Any]:
        """Integers, decimal strings and ISO dates only (docs/decide.md describes the keys)."""
        body: dict[str, Any] = json.loads(self.content)
        return body


def canonical_bytes(body: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces.

    Raises:
        NotCanonical: names the first place that holds a float or another value with two spellings.
    """
    _refuse_ambiguous(body, "body")
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


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
    with open_session() as session:
        pointer = session.get(CurrentProposalRow, key)
        standing = session.get(ProposalRow, pointer.digest) if pointer else None
        known = session.get(ProposalRow, digest)
        late = standing is not None and standing.decided_at is not None and standing.digest != digest
        if known is None:
            known = ProposalRow(
                digest=digest,
                seller=key[0],
                journey=key[1],
                as_of=key[2],
                snapshot=body["snapshot"],
                body=content,
                supersedes=standing.digest if standing is not None and not late else "",
                late=late,
                project_commit=project_commit(),
                lock_digest=lock_digest(),
                recorded_at=datetime.now(UTC),
            )
            session.add(known)
            session.flush()
        if not late:
            if pointer is None:
                session.add(CurrentProposalRow(seller=key[0], journey=key[1], as_of=key[2], digest=digest))
            else:
                pointer.digest = digest
        session.flush()
        return _read(session, known)


def read_proposal(digest: str) -> Proposal:
    """A proposal by its digest, or by the first characters that only it has.

    Raises:
        UnknownProposal: none, or several, start so.
    """
    with open_session() as session:
        rows = session.scalars(
            select(ProposalRow).where(ProposalRow.digest.startswith(digest, autoescape=True)).limit(2)
        ).all()
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


def _read(session: Session, row: ProposalRow) -> Proposal:
    pointer = session.get(CurrentProposalRow, (row.seller, row.journey, row.as_of))
    standing: Standing = "late" if row.late else "superseded"
    if pointer is not None and pointer.digest == row.digest:
        standing = "current"
    return Proposal(row.digest, row.body, row.supersedes, standing)


def _refuse_ambiguous(value: object, place: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_ambiguous(item, f"{place}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_ambiguous(item, f"{place}[{position}]")
    elif value is not None and type(value) not in (str, int, bool):
        raise NotCanonical(
            mark(
                "{place} holds {value!r} ({kind}): a proposal has integers, decimal strings and ISO dates only. "
                "Convert it where the line is built (tasks/proposals.py)."
            ),
            place=place,
            value=value,
            kind=type(value).__name__,
        )
