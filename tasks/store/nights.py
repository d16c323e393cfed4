"""The run ledger: which nights were started, by which flow run, and how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from tasks.store.models import NightRow, column_values
from tasks.store.session import open_session


@dataclass(frozen=True, slots=True)
class Night:
    """One started run. `state` is running, proposed, failed, merged or crashed."""

    id: int
    seller: str
    journey: str
    as_of: date
    flow_run_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    proposal: str | None
    message: str


def open_night(seller: str, journey: str, as_of: date, flow_run_id: str) -> int:
    """Record that a run started; returns its number in the ledger."""
    with open_session() as session:
        row = NightRow(
            seller=seller,
            journey=journey,
            as_of=as_of,
            flow_run_id=flow_run_id,
            state="running",
            started_at=datetime.now(UTC),
            message="",
        )
        session.add(row)
        session.flush()
        return row.id


def close_night(night_id: int, state: str, message: str = "", proposal: str | None = None) -> None:
    """Record how a run ended; a run that is closed already stays as it is."""
    with open_session() as session:
        row = session.get(NightRow, night_id)
        if row is not None and row.state == "running":
            row.state, row.message, row.proposal = state, message, proposal
            row.ended_at = datetime.now(UTC)


def list_open_nights() -> list[Night]:
    """Runs that never said how they ended, oldest first."""
    return _list(state="running")


def list_nights(seller: str) -> list[Night]:
    """Every run of one seller, oldest first."""
    return _list(seller=seller)


def find_night(seller: str, journey: str, as_of: date, alive_since: datetime) -> Night | None:
    """The newest run of that morning that made a proposal, or is under way and may still be alive.

    Args:
        alive_since: A run that started earlier and never said how it ended counts as dead.
    """
    found = [
        night
        for night in _list(seller=seller, journey=journey, as_of=as_of)
        if night.state == "proposed" or (night.state == "running" and night.started_at >= alive_since)
    ]
    return found[-1] if found else None


def _list(**wanted: object) -> list[Night]:
    with open_session() as session:
        rows = session.scalars(select(NightRow).filter_by(**wanted).order_by(NightRow.id)).all()
        return [Night(**column_values(row)) for row in rows]
