"""The week's cash and thirteen weeks of it as limits that order lines share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.cash import WEEKS, Ints, list_weeks, measure_room
from skills.replenishment.money import base_per_minor, share_of
from skills.replenishment.policy import ReplenishmentPolicy
from skills.vocabulary import Currency, round_half_even

_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class CashLimits:
    """What may be paid: limit 0 for this week's deposits, limits 1 to 13 for everything until the end of that week.

    Attributes:
        limits: Minor units of the base currency.
        weeks: Monday of each week.
        unit: Cost of a unit of each line, in minor units of the base currency.
        deposit_percent: Of each line's value.
        due: Number of the week in which each line's balance is paid.
    """

    limits: Ints
    weeks: pd.DatetimeIndex
    unit: list[Decimal]
    deposit_percent: list[int]
    due: Ints

    def pay(self, place: int, units: int) -> Ints:
        """What so many units of a line take of each limit."""
        value = round_half_even(units * self.unit[place])
        deposit = share_of(value, self.deposit_percent[place])
        paid = np.full(1 + WEEKS, deposit, dtype=np.int64)
        paid[1 + int(self.due[place]) :] = value
        return paid

    def pay_all(self, units: Ints) -> Ints:
        """What so many units of every line together take of each limit."""
        total = np.zeros(1 + WEEKS, dtype=np.int64)
        for place in np.flatnonzero(units):
            total += self.pay(int(place), int(units[place]))
        return total

    def find_lacks(self, wanted: Ints, given: Ints, suppliers: list[str]) -> list[tuple[int, int]]:
        """Per line that is cut: the limit that lacks most for it and all more urgent ones, and how much.

        A line of a supplier that is left out whole lacks what that supplier's order does.

        Args:
            wanted: Units, most urgent line first.
            given: Units.
            suppliers: Of each line.
        """
        cut = given < wanted
        running = over = self.pay_all(given) - self.limits
        more = {
            place: self.pay(place, int(wanted[place])) - self.pay(place, int(given[place]))
            for place in np.flatnonzero(cut).tolist()
        }
        whole: dict[str, Ints] = {}
        for place, extra in more.items():
            whole[suppliers[place]] = whole.get(suppliers[place], over) + extra
        lacks = [(0, 0)] * len(wanted)
        for place, extra in more.items():
            running = running + extra
            lack = running if int(running.max()) > 0 else whole[suppliers[place]]
            worst = int(np.argmax(lack))
            lacks[place] = worst, max(int(lack[worst]), 0)
        return lacks


def read_limits(
    lines: pd.DataFrame,
    path: dict[str, Ints],
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: Currency,
    as_of: date,
) -> CashLimits | None:
    """The limits of tonight's lines; None where the seller sets none.

    Args:
        lines: unit_cost_minor, cost_currency, deposit_percent, balance_days, ready_p50 [days from as_of].
        path: From `list_commitments`.
        rates: Kind `fx`.
        policy: weekly_cash_minor, opening_cash_minor, least_cash_minor.
        base_currency: Of every limit.
        as_of: Day 0.
    """
    room = measure_room(path, policy)
    if room is None and policy.weekly_cash_minor is None:
        return None
    weekly = _NO_LIMIT if policy.weekly_cash_minor is None else policy.weekly_cash_minor
    limits = np.full(1 + WEEKS, weekly, dtype=np.int64)
    limits[1:] = _NO_LIMIT if room is None else room
    factors = base_per_minor((key for key in lines["cost_currency"] if key), rates, base_currency, as_of)
    unit = [
        cost * factors[currency] if currency else Decimal(0)
        for cost, currency in zip(lines["unit_cost_minor"].tolist(), lines["cost_currency"], strict=True)
    ]
    weeks = list_weeks(as_of)
    due = pd.Series([pd.Timestamp(as_of + timedelta(days=days)) for days in _list_due_days(lines)])
    places = np.minimum(weeks.place(due), WEEKS) if len(due) else np.zeros(0, dtype=np.int64)
    return CashLimits(limits, weeks.days, unit, lines["deposit_percent"].tolist(), places)


def _list_due_days(lines: pd.DataFrame) -> list[int]:
    days = lines["ready_p50"].clip(lower=0) + lines["balance_days"]
    return [int(day) for day in days]
