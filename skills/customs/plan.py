"""What one entry owes: layered duty per line, and the fees that are charged once per entry.

    UnusableEntry              no line, two currencies
    DutyAskedTwice             the freight is DDP, and its price holds the duty already

Layers (the tariff's own rate, section 301 and others) each fall on the customs value and never on each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from skills.customs.charge import LineFacts, charge_duty
from skills.customs.duty import Duty
from skills.customs.policy import CustomsPolicy
from skills.rates import Rate, RateBook
from skills.vocabulary import Country, Incoterm, Mode, Money, Refusal, mark, name_rows, round_half_even

CHARGES = ["entry", "line", "number", "component", "base_minor", "rate", "amount_minor", "currency", "effective_from",
           "effective_to", "source", "confidence", "note"]  # fmt: skip
TARIFF_DUTY = "duty"
US_FEES = ("mpf_rate", "mpf_min", "mpf_max")


class UnusableEntry(Refusal):
    """An entry that cannot be charged as it is."""


class DutyAskedTwice(Refusal):
    """Duty asked for where the freight price holds it."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of an entry.

    Attributes:
        line: Its name within the entry.
        number: Tariff number, with dots where the tariff writes them.
        facts: Customs value, quantities and values of parts.
        duty: What the tariff says, typed; None reads the share of the longest known prefix from the rate book (kind
            `duty`).
        duty_text: The tariff's own words for a typed duty.
        duty_source: Edition that it comes from.
    """

    line: str
    number: str
    facts: LineFacts
    duty: Duty | None = None
    duty_text: str = ""
    duty_source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One customs entry.

    Attributes:
        layers: Kinds of the rate book asked for on every line besides the tariff's duty, as the broker lists them:
            `duty_301` …; goods that a layer leaves out have a dated row of 0.
        incoterm: Of the freight; under DDP nothing is charged here.
    """

    name: str
    country: Country
    mode: Mode
    incoterm: Incoterm
    layers: tuple[str, ...]
    lines: tuple[EntryLine, ...]


def charge_entry(entry: Entry, rates: RateBook, policy: CustomsPolicy, as_of: date) -> pd.DataFrame:
    """Charge every line and the entry as a whole.

    United States: merchandise processing fee by value, within its minimum and maximum per entry; harbour maintenance
    fee on the value of sea shipments only. Other countries levy no fee per entry here.

    Returns:
        One row per (line, component), then one per fee with line empty: base_minor and amount_minor [minor units of
        currency], rate as text, its dates, source and confidence; note says which bound of a fee decided.

    Raises:
        DutyAskedTwice: the freight is DDP.
        UnusableEntry: no line, a line twice, two currencies.
        MissingRate: a duty, layer or fee has no rate on the day.
        UnverifiedRate: one is unverified, and the policy does not accept such.
        UnusableRate: a duty, layer or fee by value is no share.
        UnchargeableDuty: a line lacks what its typed duty is charged on.
    """
    _check(entry)
    rates = rates.trust(policy.accept_unverified)
    rows: list[list[object]] = []
    for line in entry.lines:
        rows.append(_charge_tariff(entry, line, rates, as_of))
        for layer in entry.layers:
            rate = rates.read_longest(layer, entry.country, line.number, as_of)
            rows.append(_row(entry, line, layer, line.facts.customs_value.minor, rate))
    if entry.country == "US":
        rows += _charge_us_fees(entry, rates, as_of)
    return pd.DataFrame(rows, columns=CHARGES).astype({"base_minor": "int64", "amount_minor": "int64"})


def _check(entry: Entry) -> None:
    if entry.incoterm == "DDP":
        raise DutyAskedTwice(
            mark(
                "Entry {entry} is under DDP: duty and tax are in the freight price, and are not charged again. Ask "
                "for the charges of lanes with another incoterm, or state the lane's real incoterm."
            ),
            entry=entry.name,
        )
    currencies = sorted({line.facts.customs_value.currency for line in entry.lines})
    names = [line.line for line in entry.lines]
    if len(currencies) != 1 or len(set(names)) < len(names):
        raise UnusableEntry(
            mark("Entry {entry} has lines {lines} in {currencies}. Expected each line once, all in one currency."),
            entry=entry.name,
            lines=name_rows(names) or "–",
            currencies=", ".join(currencies) or "–",
        )


def _charge_tariff(entry: Entry, line: EntryLine, rates: RateBook, as_of: date) -> list[object]:
    value = line.facts.customs_value
    if line.duty is None:
        rate = rates.read_longest(TARIFF_DUTY, entry.country, line.number, as_of)
        return _row(entry, line, TARIFF_DUTY, value.minor, rate)
    amount = charge_duty(line.duty, line.facts, as_of)
    place = [entry.name, line.line, line.number, TARIFF_DUTY]
    return [*place, value.minor, line.duty_text, amount, value.currency, "", "", line.duty_source, "", ""]


def _charge_us_fees(entry: Entry, rates: RateBook, as_of: date) -> Sequence[list[object]]:
    total = sum(line.facts.customs_value.minor for line in entry.lines)
    currency = entry.lines[0].facts.customs_value.currency
    share, least, most = (rates.read(kind, "US", as_of) for kind in US_FEES)
    foreign = [rate.unit for rate in (least, most) if rate.unit.partition("/")[0] != currency]
    if foreign:
        raise UnusableEntry(
            mark(
                "Entry {entry} is in {currency} and its fee per entry in {unit}. State the customs values in that "
                "currency, at the rate of exchange that customs uses on the day."
            ),
            entry=entry.name,
            currency=currency,
            unit=foreign[0],
        )
    low, high = (Money.of(rate.value, currency).minor for rate in (least, most))
    plain = round_half_even(total * share.share)
    amount = min(max(plain, low), high)
    note = mark("minimum per entry") if amount > plain else mark("maximum per entry") if amount < plain else ""
    rows = [_row(entry, None, "mpf", total, share, amount, note)]
    if entry.mode == "sea":
        rows.append(_row(entry, None, "hmf", total, rates.read("hmf_rate", "US", as_of)))
    return rows


def _row(
    entry: Entry,
    line: EntryLine | None,
    component: str,
    base: int,
    rate: Rate,
    amount: int | None = None,
    note: str = "",
) -> list[object]:
    return [
        entry.name,
        line.line if line else "",
        line.number if line else "",
        component,
        base,
        f"{rate.value} {rate.unit}",
        round_half_even(base * rate.share) if amount is None else amount,
        entry.lines[0].facts.customs_value.currency,
        rate.effective_from.isoformat(),
        rate.effective_to.isoformat() if rate.effective_to else "",
        rate.source,
        rate.confidence,
        note,
    ]
