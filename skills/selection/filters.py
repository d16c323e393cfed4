"""The filters that come before the score: what holds an opportunity back, what is near a limit, what is unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.selection.facts import Numbers
from skills.selection.policy import SelectionPolicy
from skills.selection.volume import RANK_ONLY
from skills.vocabulary import mark

TOO_FEW_SEARCHES = mark("{value} searches a week; at least {limit} are asked for.")
TOO_LITTLE_MARGIN = mark("CM2 is {value} % of net sales; at least {limit} % is asked for.")
TOO_RISKY = mark("The risk level is {value}; at most {limit} is accepted.")
TOO_MUCH_CAPITAL = mark("It binds {value} in minor units of the base currency; at most {limit} may be bound.")
SEASON_PAST = mark(
    "Its best month is month {month}, {ratio} times the mean; goods ordered now would wait {value} days for the next "
    "one, and at most {limit} days are accepted."
)
NEAR_FILTER = mark("Near a filter: {name} is {value}, the limit is {limit}.")
NOT_CHECKED = mark("Not checked, for it is not known: {name}.")
_NAMES = {
    "volume": mark("searches a week"),
    "cm2_percent": mark("CM2 in percent of net sales"),
    "risk_level": mark("level of risk"),
    "capital_minor": mark("capital bound, in minor units of the base currency"),
    "season": mark("days until its best month"),
}

Said = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Checked:
    """Per row the first filter that holds it back ("" none) with its values, and what is near or unchecked."""

    reasons: list[str]
    filled: list[dict[str, Any]]
    boundaries: list[Said]


@dataclass(frozen=True, slots=True)
class Filter:
    """A limit.

    Attributes:
        values: Per row, NaN where unknown.
        sign: +1 where the value must reach the limit, −1 where it may not pass it.
        asked: Rows that it is asked of.
        more: Further values of its sentence, per row.
    """

    name: str
    values: Numbers
    limit: float
    sign: int
    sentence: str
    asked: Numbers
    more: dict[str, list[Any]] = field(default_factory=dict)


def check_filters(table: pd.DataFrame, policy: SelectionPolicy, as_of: date) -> Checked:
    """Every row against every filter, in their order.

    Args:
        table: Metrics and margins, one row per opportunity.
    """
    answer = Checked([""] * len(table), [{} for _ in range(len(table))], [[] for _ in range(len(table))])
    for limit in _list_filters(table, policy, as_of):
        wrong = limit.asked & (limit.sign * (limit.values - limit.limit) < 0)
        near = (
            limit.asked
            & ~wrong
            & (100 * np.abs(limit.values - limit.limit) <= policy.near_percent * abs(limit.limit))
        )
        unchecked = (NOT_CHECKED, {"name": _NAMES[limit.name]})
        for at in np.flatnonzero(limit.asked & np.isnan(limit.values)).tolist():
            answer.boundaries[at].append(unchecked)
        for at in np.flatnonzero(wrong).tolist():
            if not answer.reasons[at]:
                answer.reasons[at] = limit.sentence
                answer.filled[at] = _fill(limit, at) | {name: values[at] for name, values in limit.more.items()}
        for at in np.flatnonzero(near).tolist() if limit.name != "risk_level" else ():
            answer.boundaries[at].append((NEAR_FILTER, {"name": _NAMES[limit.name], **_fill(limit, at)}))
    return answer


def _list_filters(table: pd.DataFrame, policy: SelectionPolicy, as_of: date) -> Iterator[Filter]:
    def read(name: str) -> Numbers:
        known = table[name] if name in table.columns else pd.Series(np.nan, index=table.index)
        return pd.to_numeric(known, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)

    everywhere = np.ones(len(table), dtype=bool)
    volume = read("volume")
    if "volume_basis" in table.columns:
        volume = np.where(table["volume_basis"] == RANK_ONLY, np.nan, volume)
    yield Filter("volume", volume, policy.least_volume, 1, TOO_FEW_SEARCHES, everywhere)
    yield Filter("cm2_percent", read("cm2_percent"), policy.least_cm2_percent, 1, TOO_LITTLE_MARGIN, everywhere)
    yield Filter("risk_level", read("risk_level"), policy.most_risk_level, -1, TOO_RISKY, everywhere)
    if policy.most_capital_minor is not None:
        capital = read("capital_minor")
        yield Filter("capital_minor", capital, policy.most_capital_minor, -1, TOO_MUCH_CAPITAL, everywhere)
    ratio, month = read("season_ratio"), read("season_peak_month")
    seasonal = (ratio >= policy.strong_season_ratio) & ~np.isnan(month)
    months = np.where(seasonal, month, 0).astype("int64")
    waits = np.array([0, *(wait_for_season(at, policy.lead_days, as_of) for at in range(1, 13))], dtype="float64")
    more = {"month": months.tolist(), "ratio": ratio.tolist()}
    yield Filter("season", waits[months], policy.most_season_wait_days, -1, SEASON_PAST, seasonal, more)


def wait_for_season(month: int, lead_days: int, as_of: date) -> int:
    """Days that goods ordered on the morning wait for the first day of the next best month; 0 while it lasts."""
    arrival = pd.Timestamp(as_of) + pd.Timedelta(days=lead_days)
    if arrival.month == month:
        return 0
    year = arrival.year + (month < arrival.month)
    return (pd.Timestamp(year, month, 1) - arrival).days


def _fill(limit: Filter, at: int) -> dict[str, Any]:
    return {"value": _plain(float(limit.values[at])), "limit": _plain(limit.limit)}


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(float(value), 1)
