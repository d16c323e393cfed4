"""When the money of a smallest order goes out and comes back, day by day and week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from skills.sourcing.facts import (
    Row,
    charges_minor,
    find_fault,
    first_sunday,
    is_known,
    join_landed,
    order_units,
    tooling_base_minor,
    weekly_demand,
)
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import mark

DEPOSIT, TOOLING, BALANCE = mark("Deposit"), mark("Tooling"), mark("Balance to the supplier")
FREIGHT, DUTY, VAT = mark("Freight and charges"), mark("Duty"), mark("Import VAT")
REBATE, VAT_BACK = mark("Export rebate"), mark("Import VAT returned")
PAYOUT, RESERVE = mark("Payouts"), mark("Reserve released")

_CASH_TYPES = {"in_minor": "int64", "out_minor": "int64", "balance_minor": "int64"}


@dataclass(frozen=True, slots=True)
class Event:
    """One movement of money.

    Attributes:
        day: Days after as_of.
        kind: What for.
        minor: Base currency; above 0 comes in.
    """

    day: int
    kind: str
    minor: int


@dataclass(frozen=True, slots=True)
class CashPath:
    """A smallest order of one quote into one country.

    Attributes:
        units: Ordered, in whole cartons.
        events: Ordered by day, what goes out first.
        payout_day: Days after as_of of the first payout that can be: of the first week of sales.
        back_day: Days after as_of from which what came in covers what went out; None where it never does.
        out_minor: All that goes out before the first payout.
        sold_units: Units sold within the horizon.
    """

    units: int
    events: tuple[Event, ...]
    payout_day: int
    back_day: int | None
    out_minor: int
    sold_units: int

    @property
    def paid_day(self) -> int | None:
        """Days after as_of of the first payout; None where there is none."""
        return next((event.day for event in self.events if event.kind in (PAYOUT, RESERVE) and event.minor > 0), None)


def lay_path(row: Row, policy: SourcingPolicy) -> CashPath:
    """The path of a row of `join_landed` without a fault.

    Deposit and tooling with the order (after the sample, if one is made), the balance when production ends, freight
    and other charges at departure, duty and import VAT at arrival; sales in equal weeks after receiving, each paid
    payout_days after its end less the reserve. Charges = landed cost + rebate − ex-works − freight − duty − the
    tooling that is in the landed cost.
    """
    units, terms = order_units(row), row["terms"]
    value = units * int(row["unit_base_minor"])
    deposit = round(Fraction(str(row["deposit_percent"])) * value / 100)
    order = int(row["sample_days"]) if policy.sample_first else 0
    ready = order + int(row["lead_days"])
    leaves = ready + policy.departure_days
    arrives = leaves + int(row["transit_days"])
    starts = arrives + policy.receiving_days
    out = [
        Event(order, DEPOSIT, -deposit),
        Event(order, TOOLING, -tooling_base_minor(row)),
        Event(ready, BALANCE, deposit - value),
        Event(leaves, FREIGHT, -units * (int(row["freight_minor"]) + charges_minor(row))),
        Event(arrives, DUTY, -units * int(row["duty_minor"])),
        Event(arrives, VAT, -units * int(row["import_vat_cash_minor"])),
    ]
    back = [
        Event(leaves + terms["rebate_days"], REBATE, units * int(row["rebate_minor"])),
        Event(arrives + terms["vat_refund_days"], VAT_BACK, units * int(row["import_vat_cash_minor"])),
    ]
    sales, sold = _list_payouts(row, units, starts, policy)
    events = sorted(
        (event for event in out + back + sales if event.minor), key=lambda event: (event.day, event.minor)
    )
    return CashPath(
        units,
        tuple(events),
        starts + 7 + terms["payout_days"],
        _find_day_back(events),
        -sum(event.minor for event in out),
        sold,
    )


def _list_payouts(row: Row, units: int, starts: int, policy: SourcingPolicy) -> tuple[list[Event], int]:
    demand, terms = weekly_demand(row), row["terms"]
    if demand is None or not is_known(row["net_minor"]):
        return [], 0
    events, sold, weeks = [], 0, max(0, policy.horizon_weeks - starts // 7)
    for week in range(1, weeks + 1):
        total = min(units, int(demand * week))
        amount = (total - sold) * int(row["net_minor"])
        kept = round(Fraction(amount * terms["reserve_percent"], 100))
        paid_on = starts + 7 * week + terms["payout_days"]
        events += [Event(paid_on, PAYOUT, amount - kept), Event(paid_on + terms["reserve_days"], RESERVE, kept)]
        sold = total
        if sold == units:
            break
    return events, sold


def _find_day_back(events: list[Event]) -> int | None:
    """The first day after which the balance stays at 0 or above."""
    balance, back = 0, None
    for event in events:
        balance += event.minor
        if balance < 0:
            back = None
        elif back is None:
            back = event.day
    return back


def plan_cash(
    quotes: pd.DataFrame, landed: pd.DataFrame, terms: pd.DataFrame, policy: SourcingPolicy, as_of: date
) -> pd.DataFrame:
    """Follow the cash of each quote's smallest order, week by week.

    Rebate and returned VAT are in the path on their expected days; `compare_quotes` does not count on them before
    the first payout, so its cash_minor is never below the deepest point here. A quote that cannot be priced has no
    rows; `compare_quotes` says why. An expired one has: its numbers show what renewing it is worth.

    Args:
        quotes, landed, terms, as_of: As for `compare_quotes`.
    Returns:
        One row per (quote, country, week), dense from as_of's week (its Sunday) to the last movement: in_minor,
        out_minor, balance_minor (since as_of, at the week's end) [minor units of base_currency].
    Raises:
        MissingColumns, UnusableQuotes: as `compare_quotes`.
    """
    start = first_sunday(as_of)
    offset = (as_of - start).days
    rows: list[tuple[object, ...]] = []
    for row in join_landed(quotes, landed, terms, policy):
        if find_fault(row) is not None:
            continue
        events = lay_path(row, policy).events
        weeks = [(offset + event.day) // 7 for event in events]
        balance = 0
        for week in range(max(weeks, default=0) + 1):
            moved = [event.minor for event, at in zip(events, weeks, strict=True) if at == week]
            came, went = sum(minor for minor in moved if minor > 0), -sum(minor for minor in moved if minor < 0)
            balance += came - went
            first_day = pd.Timestamp(start + timedelta(days=7 * week))
            rows.append((row["quote"], row["country"], first_day, came, went, balance, row["base_currency"]))
    columns = ["quote", "country", "week", "in_minor", "out_minor", "balance_minor", "base_currency"]
    frame = pd.DataFrame(rows, columns=columns).sort_values(["quote", "country", "week"], ignore_index=True)
    types = _CASH_TYPES | {"quote": "str", "country": "str", "week": "datetime64[us]", "base_currency": "str"}
    return frame.astype(types)
