"""Heads of the ledger kept outside the database, and the audit that compares the whole chain with them."""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from config.language import say
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.store.ledger import GENESIS, BrokenLedger, link, read_head
from tasks.store.models import LedgerRow
from tasks.store.session import open_session

if TYPE_CHECKING:
    from config.seller import Language

_COLUMNS = ("seq", "book", "event", "seller", "proposal", "key")


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit found.

    Attributes:
        rows: Events in the ledger.
        head: Hash of the newest.
        anchors: Heads outside the database that were compared.
        broken_seq: Number of the first row that does not hold; 0 when all do.
        why: What is wrong with it, an English sentence of the catalogue; "" when nothing is.
    """

    rows: int
    head: str
    anchors: int
    broken_seq: int
    why: str


def anchors_path() -> Path:
    """The file of heads: one JSON line each, only ever added to."""
    settings = read_settings()
    return (settings.anchors or settings.home / "anchors") / "ledger-heads.jsonl"


def write_anchor(now: datetime | None = None) -> tuple[int, str]:
    """Add the ledger's head to the file of heads, unless it is the last one there; returns number and hash."""
    seq, head = read_head()
    known = read_anchors()
    if seq and (not known or known[-1] != (seq, head)):
        path = anchors_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        line = {"seq": seq, "hash": head, "at": (now or datetime.now(UTC)).isoformat()}
        torn = path.exists() and not path.read_bytes().endswith(b"\n")  # a process died while it wrote
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" * torn + json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return seq, head


def keep_head(language: Language) -> str:
    """Write the head where that is possible; gives the sentence for the reader where it is not, else ""."""
    try:
        write_anchor()
    except OSError as error:
        sentence = mark(
            "What was recorded stands, but the ledger's head could not be written outside it ({problem}). Make "
            "{folder} writable; the next act or night writes it."
        )
        return say(sentence, {"problem": error, "folder": anchors_path().parent}, language)
    return ""


def read_anchors() -> list[tuple[int, str]]:
    """Number and hash of every head that was written, oldest first; a half-written last line is passed over."""
    path = anchors_path()
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            written = json.loads(line)
            found.append((int(written["seq"]), str(written["hash"])))
        except (ValueError, KeyError, TypeError):
            continue  # the process died while it wrote this line; the head stands in the next one
    return found


def audit_ledger() -> Audit:
    """Recompute the whole chain and compare it with the heads outside the database.

    Of two heads with one number the older counts: who rewrote the row cannot have it covered by the next night's.
    """
    anchors = read_anchors()
    expected = dict(reversed(anchors))
    rows, previous = 0, GENESIS
    query = select(LedgerRow).order_by(LedgerRow.seq).execution_options(yield_per=1000)
    with open_session() as session, closing(session.scalars(query)) as found:
        for row in found:
            rows += 1
            why = _find_fault(row, rows, previous, expected.get(row.seq))
            if why:
                return Audit(rows, row.hash, len(anchors), rows, why)
            previous = row.hash
    if anchors and max(seq for seq, _ in anchors) > rows:
        missing = mark("it is missing, though its hash or that of a later row was written outside the database")
        return Audit(rows, previous, len(anchors), rows + 1, missing)
    return Audit(rows, previous, len(anchors), 0, "")


def refuse_broken_ledger() -> None:
    """Stop before anything is carried out on a ledger that does not hold.

    Raises:
        BrokenLedger: names the first broken row.
    """
    found = audit_ledger()
    if found.broken_seq:
        raise BrokenLedger(
            mark(
                "Row {seq} of the ledger does not hold: {why}. Nothing was carried out. Restore the store from a "
                "backup, or find out who changed it; `make audit` checks again."
            ),
            seq=found.broken_seq,
            why=found.why,
        )


def _find_fault(row: LedgerRow, number: int, previous: str, anchored: str | None) -> str:
    if row.seq != number:
        return mark("a row with this number is missing")
    if row.previous != previous:
        return mark("it does not follow the row before it")
    if not isinstance(row.content, bytes) or link(row.previous, row.content) != row.hash:
        return mark("its content is not what its hash was made of")
    try:
        content = json.loads(row.content)
        agrees = all(content[name] == getattr(row, name) for name in _COLUMNS)
    except (ValueError, KeyError, TypeError):
        agrees = False
    if not agrees:
        return mark("its columns say something else than its content")
    if anchored is not None and anchored != row.hash:
        return mark("its hash differs from the one written outside the database; it or a row before it was rewritten")
    return ""
