"""The rate book on disk: starter rates for everybody, official tables beside them, a seller's own before both.

Scope "" holds what ships with the project, `official:<table>` what an operator imported, a seller's id its own file.
Per kind and key the narrowest scope that knows it answers alone: seller, then official, then starter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd
from sqlalchemy import delete, false, insert, select
from sqlalchemy.orm import Session

from skills.rates import RATE_COLUMNS, Confidence, Rate, RateBook
from tasks.store.models import RateImportRow, RateRow, column_values
from tasks.store.session import open_session

OFFICIAL = "official:"
"""How the scope of an imported table begins."""

LOOK_BACK_DAYS = 400
"""Of an official table that goes back further, a night reads thirteen months and the last rate of each key."""


@dataclass(frozen=True, slots=True)
class RateImport:
    """One import of an official file, an act of the operator.

    Attributes:
        scope: `official:<table>`.
        first_day: First day of a tariff's edition; None for a table whose rows carry their own days.
        file, sha256: What was read.
        rates: Rates that the file gave.
        unparsed: Lines whose rate text is not understood, and rows left out.
        by, at: Who imported it, and when.
    """

    scope: str
    first_day: date | None
    file: str
    sha256: str
    source: str
    retrieved_on: date
    confidence: Confidence
    rates: int
    unparsed: int
    by: str
    at: datetime


def record_rates(rates: pd.DataFrame, scope: str = "") -> int:
    """Make the rates of one scope those of its files; nothing is written when they are so already.

    Args:
        rates: One row per dated value, the columns of `skills.rates.RATE_COLUMNS`.
        scope: A seller's id; empty for the rates that hold for all.

    Returns:
        How many rates the scope has now.
    """
    with open_session() as session:
        return _replace(session, rates, scope)


def record_import(rates: pd.DataFrame, act: RateImport) -> int:
    """Make the rates of an official scope these, and keep who imported what; both or neither.

    Args:
        rates: Every rate of the scope from now on, the columns of `skills.rates.RATE_COLUMNS`.
    """
    with open_session() as session:
        session.add(RateImportRow(**asdict(act)))
        return _replace(session, rates, act.scope)


def list_imports(scope: str = "") -> list[RateImport]:
    """Every import of an official scope, or of all, oldest first."""
    query = select(RateImportRow).order_by(RateImportRow.id)
    if scope:
        query = query.where(RateImportRow.scope == scope)
    with open_session() as session:
        rows = [column_values(row) for row in session.scalars(query)]
    return [RateImport(**{name: row[name] for name in RateImport.__slots__}) for row in rows]


def read_scope(scope: str) -> pd.DataFrame:
    """The rates of one scope alone: one row per dated value, the columns of `skills.rates.RATE_COLUMNS`, as text."""
    return _read([scope]).drop(columns="scope")


def read_rates(seller: str, as_of: date) -> pd.DataFrame:
    """Every rate that a look-up of this seller may end at.

    Returns:
        One row per dated value, the columns of `skills.rates.RATE_COLUMNS`; dates as ISO text. Of each kind and key
        the rates of one scope: the seller's own, else the official tables', else the starter's. Ended rates stay in
        (of official tables those of the last `LOOK_BACK_DAYS`), so that a refusal can say when the table ends, and
        so do those that begin after `as_of`.
    """
    frame = _read(["", seller])
    since = (as_of - timedelta(days=LOOK_BACK_DAYS)).isoformat()
    long_ended = (
        frame["scope"].str.startswith(OFFICIAL) & (frame["effective_to"] != "") & (frame["effective_to"] < since)
    )
    frame = frame[~long_ended | ~frame.duplicated(["scope", "kind", "key"], keep="last")]
    rank = frame["scope"].map(lambda scope: 0 if scope == seller else 2 if scope == "" else 1)
    best = rank.groupby([frame["kind"], frame["key"]]).transform("min")
    return frame[rank == best].drop(columns="scope").reset_index(drop=True)


def _read(scopes: list[str]) -> pd.DataFrame:
    columns = [getattr(RateRow, name) for name in ("scope", *RATE_COLUMNS)]
    official = RateRow.scope.startswith(OFFICIAL, autoescape=True) if "" in scopes else false()
    query = (
        select(*columns).where(RateRow.scope.in_(scopes) | official).order_by(*(columns[at] for at in (1, 2, 5, 7)))
    )
    with open_session() as session:
        rows = [[_text(cell) for cell in row] for row in session.execute(query)]
    return pd.DataFrame(rows, columns=["scope", *RATE_COLUMNS], dtype="str")


def _replace(session: Session, rates: pd.DataFrame, scope: str) -> int:
    wanted = sorted(RateBook.from_frame(rates), key=_place)
    columns = [getattr(RateRow, name) for name in RATE_COLUMNS]
    known = [Rate(*row) for row in session.execute(select(*columns).where(RateRow.scope == scope))]
    if sorted(known, key=_place) != wanted:
        session.execute(delete(RateRow).where(RateRow.scope == scope))
        if wanted:
            session.execute(insert(RateRow), [{"scope": scope, **asdict(rate)} for rate in wanted])
    return len(wanted)


def _place(rate: Rate) -> tuple[str, str, date, str]:
    return rate.kind, rate.key, rate.effective_from, rate.source


def _text(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
