"""The customs value of goods: an amount with its method, its basis and the evidence for it.

    UnusableValue              no method, no rule for the country, a component missing, or evidence missing

A sale for export is valued at its price, on the basis that the country of import uses (FOB or CIF). Own stock sent to
a warehouse is no sale: another method is chosen with the broker, and that choice is a record of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from skills.rates import Confidence, Dated
from skills.vocabulary import Country, Incoterm, Money, Refusal, mark, minor_digits, name_rows

Method = Literal["transaction", "identical", "similar", "deductive", "computed", "fall_back"]
Basis = Literal["FOB", "CIF"]

UNCOMMITTED = mark("Hub stock that no destination is committed to: the value holds only once it is sent.")
UNVERIFIED_RULE = mark("Nobody has checked whether the country values imports FOB or CIF: ask the broker.")


class UnusableValue(Refusal):
    """A customs value that cannot be stated."""


@dataclass(frozen=True, slots=True)
class ValueRule(Dated):
    """How a country values imports, dated like a rate.

    Attributes:
        basis: FOB leaves international freight and insurance out, CIF includes them.
        needs_attorney: Whether a foreign seller imports through an attorney for customs procedures (Japan: ACP).
        drops_fractions: Whether part of a minor unit is dropped (Japan) rather than rounded half even.
    """

    country: Country
    basis: Basis
    needs_attorney: bool
    drops_fractions: bool
    effective_from: date
    effective_to: date | None
    source: str
    retrieved_on: date
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ValueDecision:
    """The choice of a method for goods that were not sold for export; kept as it was taken.

    Attributes:
        amount: The customs value that the method gives.
        evidence: What the broker would show to customs: a price list, a ruling, a calculation.
        broker: Who advised it.
        decided_by, decided_on: Who chose it for the seller, and when.
        importer: Importer of record.
        attorney: Who stands in for a foreign importer (ACP); empty for none.
    """

    country: Country
    method: Method
    amount: Money
    evidence: tuple[str, ...]
    broker: str
    decided_by: str
    decided_on: date
    importer: str
    attorney: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is valued. Components that are None are unknown, not zero; all in one currency.

    Attributes:
        name: Shipment, line or SKU, for messages.
        sold_for_export: Whether a buyer abroad pays `price` for these goods.
        price: For the goods as sold under `incoterm`.
        to_port: From the seller's door to the ship or plane, export clearance included.
        freight, insurance: From there to the port of arrival.
        after_arrival: Carriage, duty and tax after arrival, as the invoice shows them apart.
        assists: What the buyer supplied free of charge: moulds, patterns, materials.
        committed: False for hub stock that no destination is committed to yet.
        decision: The method chosen, where the goods were not sold for export.
    """

    name: str
    country: Country
    sold_for_export: bool
    price: Money | None = None
    incoterm: Incoterm | None = None
    to_port: Money | None = None
    freight: Money | None = None
    insurance: Money | None = None
    after_arrival: Money | None = None
    assists: Money | None = None
    evidence: tuple[str, ...] = ()
    committed: bool = True
    decision: ValueDecision | None = None


@dataclass(frozen=True, slots=True)
class CustomsValue:
    """An amount, how it was reached, what proves it, and what is doubtful about it."""

    amount: Money
    method: Method
    basis: Basis
    evidence: tuple[str, ...]
    rule: ValueRule
    flags: tuple[str, ...]


def value_goods(goods: Goods, rules: Iterable[ValueRule], as_of: date) -> CustomsValue:
    """State the customs value of goods for their country of import.

    Raises:
        UnusableValue: no rule of the country holds on the day, or two disagree; the goods were not sold for export
            and no method was chosen; a component that the basis needs is unknown, or in another currency; evidence
            is missing.
    """
    rule = _find_rule(goods.country, rules, as_of)
    doubts = {UNCOMMITTED: not goods.committed, UNVERIFIED_RULE: rule.confidence == "unverified"}
    flags = tuple(doubt for doubt, holds in doubts.items() if holds)
    if not goods.sold_for_export:
        decision = _check_decision(goods, rule, as_of)
        return CustomsValue(decision.amount, decision.method, rule.basis, decision.evidence, rule, flags)
    if not goods.evidence:
        raise UnusableValue(
            mark("{goods}: a sale needs evidence. Name the contract, the invoice and the payment."), goods=goods.name
        )
    return CustomsValue(_value_sale(goods, rule.basis), "transaction", rule.basis, goods.evidence, rule, flags)


def _find_rule(country: Country, rules: Iterable[ValueRule], as_of: date) -> ValueRule:
    holding = [rule for rule in rules if rule.country == country and rule.holds_on(as_of)]
    if not holding:
        raise UnusableValue(
            mark(
                "No rule says on {as_of} whether {country} values imports FOB or CIF. Add a dated rule with its "
                "source, or ask the broker."
            ),
            as_of=as_of.isoformat(),
            country=country,
        )
    newest = max(rule.effective_from for rule in holding)
    latest = [rule for rule in holding if rule.effective_from == newest]
    if len({(rule.basis, rule.needs_attorney, rule.drops_fractions) for rule in latest}) > 1:
        raise UnusableValue(
            mark("Rules from {sources} disagree about {country} since {day}. Expected one. Remove the wrong one."),
            sources=name_rows(sorted(rule.source for rule in latest)),
            country=country,
            day=newest.isoformat(),
        )
    return latest[0]


def _check_decision(goods: Goods, rule: ValueRule, as_of: date) -> ValueDecision:
    decision = goods.decision
    if decision is None:
        raise UnusableValue(
            mark(
                "{goods} into {country}: own stock sent to a warehouse is no sale, and no valuation method was "
                "chosen. Choose one with the broker (identical, similar, deductive, computed or fall-back value) and "
                "record who chose it, when and on what evidence."
            ),
            goods=goods.name,
            country=goods.country,
        )
    needed = {
        "evidence": bool(decision.evidence),
        "broker": bool(decision.broker),
        "decided_by": bool(decision.decided_by),
        "importer": bool(decision.importer),
        "attorney (ACP)": bool(decision.attorney) or not rule.needs_attorney,
        "method ≠ transaction": decision.method != "transaction",
        f"country {goods.country}": decision.country == goods.country,
        f"decided_on ≤ {as_of}": decision.decided_on <= as_of,
        "amount > 0": decision.amount.minor > 0,
    }
    missing = [name for name, holds in needed.items() if not holds]
    if missing:
        raise UnusableValue(
            mark(
                "{goods} into {country}: the valuation decision lacks {missing}. Complete the record with the broker."
            ),
            goods=goods.name,
            country=goods.country,
            missing=name_rows(missing),
        )
    return decision


def _value_sale(goods: Goods, basis: Basis) -> Money:
    """From the price to the border of the basis: add what the price leaves out, take off what it includes."""
    if goods.incoterm is None:
        raise _lacking(goods, "incoterm")
    total = _read(goods, "price") + (0 if goods.assists is None else _read(goods, "assists"))
    if goods.incoterm in ("EXW", "FCA"):
        total += _read(goods, "to_port")
    carriage_paid = goods.incoterm in ("CIF", "DAP", "DDP")
    if goods.incoterm in ("DAP", "DDP"):
        total -= _read(goods, "after_arrival")
    if carriage_paid != (basis == "CIF"):
        carriage = _read(goods, "freight") + _read(goods, "insurance")
        total += -carriage if carriage_paid else carriage
    currency = goods.price.currency if goods.price else ""
    if total <= 0:
        raise UnusableValue(
            mark(
                "{goods}: the customs value comes to {value} {currency}. Expected more than zero. Check the invoice."
            ),
            goods=goods.name,
            value=Decimal(total).scaleb(-minor_digits(currency)),
            currency=currency,
        )
    return Money(total, currency)


def _read(goods: Goods, component: str) -> int:
    money: Money | None = getattr(goods, component)
    if money is None:
        raise _lacking(goods, component)
    if money.minor < 0 or (goods.price is not None and money.currency != goods.price.currency):
        raise UnusableValue(
            mark("{goods}: {component} is {amount} {currency}. Expected zero or more in the price's currency."),
            goods=goods.name,
            component=component,
            amount=money.amount,
            currency=money.currency,
        )
    return money.minor


def _lacking(goods: Goods, component: str) -> UnusableValue:
    return UnusableValue(
        mark(
            "{goods} into {country}: {component} is unknown, and the customs value of a sale under {incoterm} needs "
            "it. State it, or zero with its evidence."
        ),
        goods=goods.name,
        country=goods.country,
        component=component,
        incoterm=goods.incoterm or "–",
    )
