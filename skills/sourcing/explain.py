"""How a quote's cash and a supplier's grade came about, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.sourcing.cash import lay_path
from skills.sourcing.facts import (
    Note,
    UnknownQuote,
    UnknownSupplier,
    find_expiry,
    find_fault,
    is_known,
    join_landed,
    say_money,
)
from skills.sourcing.policy import SourcingPolicy
from skills.sourcing.pool import Shrunk
from skills.sourcing.suppliers import GRADES, list_grades, measure_suppliers, percent, score_suppliers
from skills.vocabulary import Money, mark, name_rows

STEPS = ["step", "label", "value", "unit", "note", "values"]

_DAYS, _DELIVERIES, _PAIRS = mark("days"), mark("deliveries"), mark("pairs of prices")
_UNITS = mark("units")

Step = tuple[str, str, str, str]


def explain_quote(
    quotes: pd.DataFrame,
    landed: pd.DataFrame,
    terms: pd.DataFrame,
    policy: SourcingPolicy,
    as_of: date,
    quote: str,
    country: str,
) -> pd.DataFrame:
    """Every movement of money of one quote's smallest order in one country, in order.

    Args:
        quotes, landed, terms, as_of: As for `compare_quotes`.
    Returns:
        One row per step: step (from 1), label, value (text), unit, note (the day, and the balance after it), values
        (what fills the places of the label). A quote that cannot be priced has one step, whose label says why; one
        that has expired ends with a step that says so.
    Raises:
        UnknownQuote: no such row.
        MissingColumns, UnusableQuotes: as `compare_quotes`.
    """
    rows = join_landed(quotes, landed, terms, policy)
    row = next((row for row in rows if (row["quote"], row["country"]) == (quote, country)), None)
    if row is None:
        raise UnknownQuote(
            mark("No quote {quote} in {country}. Expected one of {known}. Take a row of the comparison."),
            quote=quote,
            country=country,
            known=name_rows(f"{row['quote']} · {row['country']}" for row in rows),
        )
    fault = find_fault(row)
    if fault is not None:
        return _lay_out([], fault)
    base, path, balance = str(row["base_currency"]), lay_path(row, policy), 0
    steps: list[Step] = []
    moq, carton = int(row["moq_units"]), int(row["carton_units"])
    steps.append((mark("Smallest order"), str(path.units), _UNITS, f"⌈{moq} / {carton}⌉ × {carton}"))
    steps.append((mark("Ex works"), _amount(row["unit_base_minor"], base), base, ""))
    steps.append((mark("Landed cost"), _amount(row["landed_minor"], base), base, ""))
    for event in path.events:
        balance += event.minor
        day = as_of + timedelta(days=event.day)
        steps.append(
            (event.kind, _amount(event.minor, base), base, f"{day.isoformat()} · {say_money(balance, base)}")
        )
    steps.append(
        (mark("Cash needed"), _amount(path.out_minor, base), base, mark("all that goes out before a payout"))
    )
    steps.append((mark("First payout"), str(path.paid_day or "–"), _DAYS, ""))
    known = path.back_day is not None and bool(path.sold_units)
    steps.append((mark("Cash is back"), str(path.back_day) if known else "–", _DAYS, ""))
    return _lay_out(steps, find_expiry(row, as_of))


def explain_supplier(deliveries: pd.DataFrame, supplier: str, policy: SourcingPolicy, as_of: date) -> pd.DataFrame:
    """How one supplier's grade came about.

    Args:
        deliveries, policy, as_of: As for `score_suppliers`.
    Returns:
        One row per step: step (from 1), label, value (text), unit, note (the numbers it is made of), values (what
        fills the places of the label: the last step is the reason of the grade).
    Raises:
        UnknownSupplier: no delivery of that name.
        MissingColumns, UnusableDeliveries: as `score_suppliers`.
    """
    records = measure_suppliers(deliveries, policy, as_of)
    if supplier not in records:
        raise UnknownSupplier(
            mark("No delivery of supplier {supplier}. Expected one of {known}. Correct the name."),
            supplier=supplier,
            known=name_rows(sorted(records)),
        )
    record = records[supplier]
    scores = score_suppliers(deliveries, policy, as_of).set_index("supplier")
    row = {str(name): value for name, value in scores.loc[supplier].to_dict().items()}
    grades = [GRADES[grade] for grade, *_ in list_grades(row, policy)]
    late, days, failed, drift = grades
    bars = [
        " / ".join(f"{bar:g}" for bar in found)
        for found in (
            policy.late_bars_percent,
            policy.late_bars_days,
            policy.failed_bars_percent,
            policy.drift_bars_percent,
        )
    ]
    steps: list[Step] = [
        (mark("Deliveries"), str(record.deliveries), _DELIVERIES, f"≥ {policy.least_deliveries}"),
        (mark("Overdue"), str(record.overdue), _DELIVERIES, ""),
        (mark("Late deliveries, as they were"), _number(row["late_percent"]), "%", f"≥ {policy.late_after_days} d"),
        (mark("Late deliveries, beside the others"), _number(row["late_shrunk_percent"]), "%", _weigh(record.late)),
        (mark("Grade of late deliveries"), late, "", bars[0]),
        (mark("Half of the deliveries are at most so late"), _number(row["late_days_p50"]), _DAYS, ""),
        (mark("Nine deliveries in ten are at most so late"), _number(row["late_days_p90"]), _DAYS, ""),
        (mark("Grade of late days"), days if is_known(record.late_p90) else "–", "", bars[1]),
        (mark("Failed units, as they were"), _number(row["failed_raw_percent"]), "%", ""),
        (mark("Failed units, beside the others"), _number(row["failed_percent"]), "%", _weigh(record.failed)),
        (mark("Grade of failed units"), failed if is_known(record.failed.value) else "–", "", bars[2]),
        (mark("Rise of prices a year"), _number(row["price_drift_percent_year"]), "%", ""),
        (mark("It is the median of"), str(record.pairs), _PAIRS, f"≥ {policy.drift_pairs}"),
        (mark("Grade of prices"), drift if is_known(record.drift) else "–", "", bars[3]),
        (mark("Grade"), str(row["grade"]), "", ""),
    ]
    return _lay_out(steps, (str(row["reason"]), row["values"]))


def _weigh(share: Shrunk) -> str:
    """`0.60 × 12 + 0.40 × 8`: own share and the others' [%]."""
    if not is_known(share.others):
        return _number(percent(share.own))
    own = percent(share.own) if is_known(share.own) else 0
    return f"{share.weight:.2f} × {own:g} + {1 - share.weight:.2f} × {percent(share.others):g}"


def _number(value: float) -> str:
    return f"{value:g}" if is_known(value) else "–"


def _amount(minor: int, currency: str) -> str:
    return str(Money(int(minor), currency).amount)


def _lay_out(steps: Iterable[Step], said: Note | None) -> pd.DataFrame:
    told: list[tuple[Any, ...]] = [(*step, {}) for step in steps]
    if said is not None:
        told.append((said[0], "–", "", "", said[1]))
    rows = [(at, *step) for at, step in enumerate(told, start=1)]
    return pd.DataFrame(rows, columns=STEPS).astype({"step": "int64"} | dict.fromkeys(STEPS[1:5], "str"))
