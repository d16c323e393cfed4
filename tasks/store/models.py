"""Tables of the store. Money is integer minor units, times are UTC, days are ISO dates.

seller night ──► night        one row per run that was started (our own run ledger)
frozen inputs ─► snapshot     known by the digest of its logical content; the frames lie beside the database
answer ────────► proposal     known by the digest of its canonical bytes; current_proposal points at one
what was bad ──► quarantine   rows of a snapshot that could not be used
rate book ─────► rate         dated values with their source
                 rate_import  one row per official file that an operator imported
answers ───────► answer       every answer that a person gave, refused ones too
what happened ─► ledger       one chain of decisions and executions; each row carries the hash of the one before
to be done ────► instruction  the outbox: what a decision released, written with it in one transaction
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as UTC; SQLite forgets zones, so both databases store it the same way."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time without a zone cannot be stored: {value!r}. Pass an aware datetime.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as text, digit for digit; SQLite's Numeric would pass through a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class NightRow(Base):
    """One row per started run of a journey for one seller and morning."""

    __tablename__ = "night"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    seller: Mapped[str] = mapped_column(String(80))
    journey: Mapped[str] = mapped_column(String(40))
    as_of: Mapped[date] = mapped_column(Date)
    flow_run_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    proposal: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index(None, "seller", "journey", "as_of"), Index(None, "state"))


class SnapshotRow(Base):
    """One row per frozen set of inputs."""

    __tablename__ = "snapshot"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    seller: Mapped[str] = mapped_column(String(80))
    as_of: Mapped[date] = mapped_column(Date)
    tables: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class QuarantineRow(Base):
    """One row per value that could not be used, with what was expected in its place."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshot.digest"), index=True)
    feed: Mapped[str] = mapped_column(String(40))
    file: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(String(60))
    column: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text)


class ProposalRow(Base):
    """One row per distinct proposal; never changed, but for the day a person or rule decided on it."""

    __tablename__ = "proposal"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    seller: Mapped[str] = mapped_column(String(80))
    journey: Mapped[str] = mapped_column(String(40))
    as_of: Mapped[date] = mapped_column(Date)
    snapshot: Mapped[str | None] = mapped_column(ForeignKey("snapshot.digest"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    supersedes: Mapped[str] = mapped_column(String(64), default="")
    edits: Mapped[str] = mapped_column(String(64), default="", index=True)
    late: Mapped[bool] = mapped_column(default=False)
    project_commit: Mapped[str] = mapped_column(String(64))
    lock_digest: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "seller", "journey", "as_of"),)


class CurrentProposalRow(Base):
    """Which proposal stands for a seller, journey and morning."""

    __tablename__ = "current_proposal"

    seller: Mapped[str] = mapped_column(String(80), primary_key=True)
    journey: Mapped[str] = mapped_column(String(40), primary_key=True)
    as_of: Mapped[date] = mapped_column(Date, primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("proposal.digest"))


class LedgerRow(Base):
    """One row per event of the decision book or the execution book; both are one chain, in one order.

    `content` is the event; the other columns repeat parts of it, to be searched by. `hash` is sha256 of `previous`
    and `content`. `key` names the event in its own terms, so that the same one is never entered twice.
    """

    __tablename__ = "ledger"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    book: Mapped[str] = mapped_column(String(12))
    event: Mapped[str] = mapped_column(String(20))
    seller: Mapped[str] = mapped_column(String(80))
    proposal: Mapped[str] = mapped_column(String(64), default="")
    key: Mapped[str] = mapped_column(String(200), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "proposal"), Index(None, "seller", "event"))


class InstructionRow(Base):
    """One row per act that a decision released: what, for which target; the ledger says how it went."""

    __tablename__ = "instruction"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    seller: Mapped[str] = mapped_column(String(80), index=True)
    proposal: Mapped[str] = mapped_column(ForeignKey("proposal.digest"), index=True)
    decision: Mapped[str] = mapped_column(String(120))
    target: Mapped[str] = mapped_column(String(40))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    closed: Mapped[bool] = mapped_column(default=False, index=True)


class AnswerRow(Base):
    """One row per answer that a person gave to a proposal: what came of it. `source` names the place it came from."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    seller: Mapped[str] = mapped_column(String(80))
    proposal: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(String(120), unique=True)
    approver: Mapped[str] = mapped_column(String(80))
    result: Mapped[str] = mapped_column(String(20))
    said: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index(None, "seller", "approver"),)


class RateRow(Base):
    """One row per dated value of one source. `scope`: tasks/store/rates.py."""

    __tablename__ = "rate"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
    retrieved_on: Mapped[date] = mapped_column(Date)
    confidence: Mapped[str] = mapped_column(String(20))

    __table_args__ = (UniqueConstraint("scope", "kind", "key", "effective_from", "source"),)


class RateImportRow(Base):
    """One row per official file that an operator imported; the rates themselves may have been replaced since."""

    __tablename__ = "rate_import"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(80), index=True)
    first_day: Mapped[date | None] = mapped_column(Date)
    file: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    retrieved_on: Mapped[date] = mapped_column(Date)
    confidence: Mapped[str] = mapped_column(String(20))
    rates: Mapped[int] = mapped_column(Integer)
    unparsed: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)


def column_values(row: Base) -> dict[str, Any]:
    """The row's columns by name."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}
