"""The rate book on disk: starter rates for everybody, a seller's own beside them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pandas as pd
from sqlalchemy import delete, select

from skills.rates import RATE_COLUMNS, Rate, RateBook
from tasks.store.models import RateRow
from tasks.store.session import open_session


def record_rates(rates: pd.DataFrame, scope: str = "") -> int:
    """Make the rates of one scope those of its files; nothing is written when they are so already.

    Args:
        rates: One row per dated value, the columns of `skills.rates.RATE_COLUMNS`.
        scope: A seller's id; empty for the rates that hold for all.

    Returns:
        How many rates the scope has now.
    """
    wanted = sorted(RateBook.from_frame(rates), key=_place)
    with open_session() as session:
        known = session.scalars(select(RateRow).where(RateRow.scope == scope)).all()
        if sorted((_as_rate(row) for row in known), key=_place) == wanted:
            return len(wanted)
        session.execute(delete(RateRow).where(RateRow.scope == scope))
        session.add_all(RateRow(scope=scope, **asdict(rate)) for rate in wanted)
    return len(wanted)


def read_rates(seller: str, as_of: date) -> pd.DataFrame:
    """Every rate that holds on `as_of` or later for this seller, its own before the common ones.

    Returns:
        One row per dated value, the columns of `skills.rates.RATE_COLUMNS`; dates as ISO text. A rate of the
        seller's own hides the common ones of the same kind and key. Ended rates stay in, so that a refusal can
        say when the table ends.
    """
    with open_session() as session:
        rows = session.scalars(
            select(RateRow)
            .where(RateRow.scope.in_(["", seller]))
            .order_by(RateRow.kind, RateRow.key, RateRow.effective_from, RateRow.source)
        ).all()
    own = {(row.kind, row.key) for row in rows if row.scope == seller}
    kept = [row for row in rows if row.scope == seller or (row.kind, row.key) not in own]
    frame = pd.DataFrame(
        [[_text(getattr(row, name)) for name in RATE_COLUMNS] for row in kept], columns=[*RATE_COLUMNS]
    )
    return frame.astype("str")


def _as_rate(row: RateRow) -> Rate:
    return Rate(**{name: getattr(row, name) for name in RATE_COLUMNS})


def _place(rate: Rate) -> tuple[str, str, date, str]:
    return rate.kind, rate.key, rate.effective_from, rate.source


def _text(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
