"""Bills against what was expected, per shipment and component; no line and no cent is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.bills.facts import Exchange, check_bills, check_expected, fold_component, known_events
from skills.bills.lookup import NO_RATE, list_references
from skills.bills.policy import BillsPolicy
from skills.rates import MissingRate, RateBook
from skills.vocabulary import Currency, mark, round_half_even

MATCHED, WITHIN = mark("matched"), mark("within tolerance")
OVER, UNDER = mark("over"), mark("under")
MISSING, UNEXPECTED, TWICE = mark("missing bill"), mark("unexpected charge"), mark("billed twice")
COUNTED, UNMATCHED = mark("counted"), mark("unmatched")
NOTES = {
    MATCHED: mark("Equal to what was expected."),
    WITHIN: mark("The difference is within the tolerance."),
    OVER: mark("More than expected: ask the issuer for the basis of the charge."),
    UNDER: mark("Less than expected: a further bill may follow."),
    MISSING: mark("No bill yet: the amount stays open."),
    UNEXPECTED: mark("Nobody expected this charge: ask for the order or the notice behind it."),
    TWICE: mark("The same charge was billed again: the repeated line is left out of the sum."),
}
EXAM_ON_RECORD = mark("Not expected, but the customs examination is on record.")
LINES = ["issuer", "bill", "line", "kind", "shipment", "component", "sku", "amount_minor", "currency", "billed_on",
         "base_minor", "fx_rate", "fx_from", "fate", "after_removal", "needed"]  # fmt: skip
MATCHES = ["shipment", "component", "expected_minor", "billed_minor", "variance_minor", "variance_percent",
           "repeated_minor", "after_removal_minor", "tolerance_minor", "state", "own_currency", "own_expected_minor",
           "own_billed_minor", "fx_rate", "fx_from", "source", "evidence", "first_billed_on", "on_record",
           "note"]  # fmt: skip


@dataclass(frozen=True)
class Matching:
    """What the bills came to.

    Attributes:
        matches: One row per (shipment, component).
        lines: One row per bill line that was known; each is counted in one match, billed twice, or unmatched.
    """

    matches: pd.DataFrame
    lines: pd.DataFrame


def match_bills(
    bills: pd.DataFrame,
    expected: pd.DataFrame,
    events: pd.DataFrame,
    rates: RateBook,
    base_currency: Currency,
    policy: BillsPolicy,
    as_of: date,
) -> Matching:
    """Every bill line under its shipment and component, beside what was expected there.

    A line is found by its shipment, else by entry, bill of lading or container. A second line is billed twice when it
    has the first one's issuer, bill and line number, or its issuer, shipment, component, SKU, container, amount and
    day. Where one currency was both expected and billed the two are compared in it, so that a moved exchange rate is
    no variance; else in the base currency, each bill at the rate of its day.

    Args:
        bills: One row per bill line: bill, kind, issuer, shipment, entry, component, sku, amount_minor, currency,
            billed_on; if given line, bill_of_lading, container, period_from.
        expected: One row per (shipment, component, currency): amount_minor, currency, source; if given entry.
        events: One row per event of a shipment: see SKILL.md.
        rates: Kind `fx`.
        as_of: The morning; later bills and events are not looked at.
    Returns:
        matches: expected_minor, billed_minor, variance_minor (billed − expected), repeated_minor, after_removal_minor
        (storage for days after the goods were removed), tolerance_minor [base currency], variance_percent
        [% of expected, one decimal, <NA> without], state, own_currency ("" when several), own_expected_minor,
        own_billed_minor, fx_rate and fx_from (of the last bill), source, evidence (`issuer bill #line`),
        first_billed_on, on_record (an examination that an event proves), note.
        lines: base_minor (<NA> without an exchange rate), fate (counted, billed twice, unmatched), needed.
    Raises:
        MissingColumns, UnusableBill, ConflictingRates.
        MissingRate: an expected amount has no exchange rate.
    """
    expected, events = check_expected(expected), known_events(events, as_of)
    exchange = Exchange(rates, base_currency)
    lines = _settle_lines(check_bills(bills, as_of), expected, events, exchange)
    examined = set(events.loc[events["event"] == "customs_exam", "shipment"])
    grouped = dict(list(lines[lines["fate"] != UNMATCHED].groupby(["shipment", "component"])))
    wanted = dict(list(expected.groupby(["shipment", "component"])))
    matches = [
        _match(key, wanted.get(key), grouped.get(key), exchange, policy, as_of, examined)
        for key in sorted({*grouped, *wanted})
    ]
    frame = pd.DataFrame(matches, columns=MATCHES)
    for name in ("own_expected_minor", "own_billed_minor"):
        frame[name] = frame[name].astype("Int64")
    return Matching(frame, lines)


def _settle_lines(
    bills: pd.DataFrame, expected: pd.DataFrame, events: pd.DataFrame, exchange: Exchange
) -> pd.DataFrame:
    directory = list_references(expected, events)
    removed = events[events["event"] == "removed"].groupby("shipment")["happened_on"].max()
    seen: set[tuple[object, ...]] = set()
    rows = []
    for bill in bills.to_dict("records"):
        shipment, needed = directory.find(bill)
        money = exchange.convert(bill["amount_minor"], bill["currency"], bill["billed_on"].date())
        needed = needed or ("" if money else NO_RATE)
        component = fold_component(bill["component"])
        charge = ("shipment", "component", "sku", "container", "amount_minor", "currency", "billed_on")
        keys: set[tuple[object, ...]] = {(bill["issuer"], *({**bill, "shipment": shipment}[name] for name in charge))}
        if bill["line"]:
            keys.add((bill["issuer"], bill["bill"], bill["line"]))
        fate = UNMATCHED if needed else TWICE if keys & seen else COUNTED
        seen |= set() if needed else keys
        gone = removed.get(shipment, pd.NaT)
        rows.append(
            {name: bill[name] for name in LINES if name in bill}
            | {
                "shipment": "" if needed else shipment,
                "component": component,
                "base_minor": money.minor if money else pd.NA,
                "fx_rate": money.rate if money else None,
                "fx_from": money.rate_from if money else None,
                "fate": fate,
                "after_removal": component == "storage" and bool(bill["period_from"] > gone),
                "needed": needed,
            }
        )
    frame = pd.DataFrame(rows, columns=LINES)
    return frame.assign(base_minor=frame["base_minor"].astype("Int64"))


def _match(
    key: tuple[Any, ...],
    wanted: pd.DataFrame | None,
    lines: pd.DataFrame | None,
    exchange: Exchange,
    policy: BillsPolicy,
    as_of: date,
    examined: set[str],
) -> dict[str, Any]:
    counted = lines[lines["fate"] == COUNTED] if lines is not None else None
    counted = None if counted is None or counted.empty else counted
    repeated = int(lines.loc[lines["fate"] == TWICE, "base_minor"].sum()) if lines is not None else 0
    last = counted.iloc[-1] if counted is not None else None
    day = last["billed_on"].date() if last is not None else as_of
    billed = int(counted["base_minor"].sum()) if counted is not None else 0
    own_billed = int(counted["amount_minor"].sum()) if counted is not None else 0
    own_expected = int(wanted["amount_minor"].sum()) if wanted is not None else 0
    sides = [frame["currency"] for frame in (wanted, counted) if frame is not None]
    currencies = {currency for side in sides for currency in side}
    own = next(iter(currencies)) if len(currencies) == 1 else ""
    if own:
        variance = _in_base(own_billed - own_expected, own, day, exchange)
    else:
        each = zip(wanted["amount_minor"], wanted["currency"], strict=True) if wanted is not None else ()
        variance = billed - sum(_in_base(int(minor), currency, day, exchange) for minor, currency in each)
    expected = billed - variance
    tolerance = max(policy.tolerance_minor, round_half_even(policy.tolerance_percent * expected / 100))
    exact = own_billed == own_expected if own else variance == 0
    on_record = key[1] == "exam" and key[0] in examined
    state = _name_state(wanted, counted, repeated, variance, tolerance, exact)
    return {
        "shipment": key[0],
        "component": key[1],
        "expected_minor": expected,
        "billed_minor": billed,
        "variance_minor": variance,
        "variance_percent": round(Decimal(100 * variance) / expected, 1) if expected else pd.NA,
        "repeated_minor": repeated,
        "after_removal_minor": int(counted.loc[counted["after_removal"], "base_minor"].sum())
        if counted is not None
        else 0,
        "tolerance_minor": tolerance,
        "state": state,
        "own_currency": own,
        "own_expected_minor": own_expected if own else pd.NA,
        "own_billed_minor": own_billed if own else pd.NA,
        "fx_rate": last["fx_rate"] if last is not None else None,
        "fx_from": last["fx_from"] if last is not None else None,
        "source": " / ".join(dict.fromkeys(map(str, wanted["source"]))) if wanted is not None else "",
        "evidence": _name_bills(lines) if lines is not None else "",
        "first_billed_on": lines["billed_on"].min() if lines is not None else pd.NaT,
        "on_record": on_record,
        "note": EXAM_ON_RECORD if state == UNEXPECTED and on_record else NOTES[state],
    }


def _name_state(
    wanted: pd.DataFrame | None,
    counted: pd.DataFrame | None,
    repeated: int,
    variance: int,
    tolerance: int,
    exact: bool,
) -> str:
    if repeated:
        return TWICE
    if counted is None:
        return MISSING
    if wanted is None:
        return UNEXPECTED
    if exact:
        return MATCHED
    if abs(variance) <= tolerance:
        return WITHIN
    return OVER if variance > 0 else UNDER


def _in_base(minor: int, currency: Currency, day: date, exchange: Exchange) -> int:
    money = exchange.convert(minor, currency, day)
    if money is None:
        raise MissingRate(
            mark(
                "An amount was expected in {currency}, and no exchange rate between it and {base} is known for "
                "{day}. Add the dated fx rate to the seller's rate file (docs/run.md)."
            ),
            currency=currency,
            base=exchange.base,
            day=day.isoformat(),
        )
    return money.minor


def _name_bills(lines: pd.DataFrame) -> str:
    named = (
        f"{row['issuer']} {row['bill']}{' #' + row['line'] if row['line'] else ''}"
        for row in lines.to_dict("records")
    )
    return ", ".join(dict.fromkeys(named))
