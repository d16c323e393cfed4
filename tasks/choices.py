"""Customs values and HS codes as a person's decisions: entered in the ledger with their evidence, and read back.

MayNotChoose               the approver's role does not choose about customs
BadChoice                  a SKU that is not listed, or an amount that is no money

What a broker wrote lies in the seller's file `customs_values`, what was chosen here in the ledger; the newer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import pandas as pd

from config.seller import Seller
from skills.classification import choose_code
from skills.customs import find_tariff, value_goods
from skills.customs.policy import CustomsPolicy
from skills.customs.value import Goods, Method, ValueDecision, ValueRule
from skills.vocabulary import Country, Money, Refusal, Sku, mark
from tasks.approvals.codes import WrongCode, check_code, count_wrong_code
from tasks.approvals.decide import find_approver
from tasks.approvals.standing import find_day
from tasks.files.customs_tables import CUSTOMS_VALUES
from tasks.store.ledger import Event, append_event, list_events, open_ledger

VALUE, CODE = "value_choice", "code_choice"
EVERY = "*"
CODES = ["sku", "country", "hs_code", "decided_on", "decided_by", "source"]
VALUES = [column.name for column in CUSTOMS_VALUES.columns]


class MayNotChoose(Refusal):
    """The approver's role does not choose about customs."""


class BadChoice(Refusal):
    """A choice about nothing that is listed, or of no amount."""


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A customs value as the form gives it.

    Attributes:
        sku: The SKU; * for every one without a choice of its own.
        amount: Of one unit, in whole units of the currency, as text.
        evidence: Several between semicolons.
    """

    sku: Sku
    country: Country
    method: str
    amount: str
    currency: str
    evidence: str
    broker: str
    importer: str
    attorney: str = ""
    reason: str = ""


def enter_value(
    seller: Seller,
    choice: ValueChoice,
    skus: Iterable[Sku],
    rules: Iterable[ValueRule],
    approver: str,
    code: str,
    now: datetime | None = None,
) -> Event:
    """Enter the choice of a customs value; nothing is entered that the customs skill would refuse.

    Args:
        skus: Those that are listed.
        rules: How each country values imports.
        approver, code: Who decides, with their one-time code.

    Raises:
        UnusableValue: no rule of the country holds, or the record is incomplete.
        BadChoice, MayNotChoose, NotAllowed: of the choice, of the approver.
        WrongCode, CodesLocked, NoSecret: the code proves nothing.
    """
    now = now or datetime.now(UTC)
    day = find_day(seller, now)
    if choice.sku != EVERY:
        refuse_unlisted(choice.sku, skus)
    person, _ = find_approver(seller, approver)
    evidence = tuple(part.strip() for part in choice.evidence.split(";") if part.strip())
    decision = ValueDecision(
        country=choice.country,
        method=cast(Method, choice.method),
        amount=_read_money(choice.amount, choice.currency),
        evidence=evidence,
        broker=choice.broker.strip(),
        decided_by=person.name,
        decided_on=day,
        importer=choice.importer.strip(),
        attorney=choice.attorney.strip(),
    )
    goods = Goods(choice.sku, choice.country, sold_for_export=False, decision=decision)
    value = value_goods(goods, rules, day)
    facts = {
        "sku": choice.sku,
        "country": choice.country,
        "method": value.method,
        "amount_minor": value.amount.minor,
        "currency": value.amount.currency,
        "basis": value.basis,
        "evidence": list(evidence),
        "broker": decision.broker,
        "importer": decision.importer,
        "attorney": decision.attorney,
        "reason": choice.reason,
    }
    return _enter(seller, VALUE, facts, day, approver, code, now)


def enter_code(
    seller: Seller,
    sku: Sku,
    country: Country,
    hs_code: str,
    candidates: pd.DataFrame,
    editions: Mapping[date, pd.DataFrame],
    evidence: str,
    broker: str,
    approver: str,
    code: str,
    now: datetime | None = None,
) -> Event:
    """Enter the choice of an HS code, with the ranked candidates that were shown.

    Args:
        hs_code: Six to ten digits, dots allowed.
        candidates: Out of `rank_headings`, the SKU as its product.
        editions: Imported editions of the country's tariff; without one the code is not compared with it.
        evidence: A ruling's number, a lab report, a broker's letter; several between semicolons.

    Raises:
        UnusableChoice: no evidence, no candidates, or no code of six to ten digits.
        UnknownTariffNumber: not in the edition in force; a vanished one names its successors.
        BadChoice, MayNotChoose, NotAllowed, WrongCode, CodesLocked, NoSecret: as for a value.
    """
    now = now or datetime.now(UTC)
    day = find_day(seller, now)
    refuse_unlisted(sku, candidates["product"].unique())
    person, _ = find_approver(seller, approver)
    chosen = choose_code(sku, hs_code, candidates, person.name, now, tuple(evidence.split(";")))
    if editions:
        _refuse_unknown(chosen.code, editions, day)
    facts = {
        "sku": sku,
        "country": country,
        "hs_code": write_code(chosen.code),
        "evidence": list(chosen.evidence),
        "broker": broker.strip(),
        "outside_candidates": chosen.outside_candidates,
        "shown": [asdict(candidate) for candidate in chosen.shown],
    }
    return _enter(seller, CODE, facts, day, approver, code, now)


def read_value_choices(seller_id: str, table: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The customs values that hold on a morning: of the seller's file and of the ledger, the newer of both.

    Args:
        table: `customs_values` of the snapshot; may be empty.

    Returns:
        One row per (sku or `*`, country), columns of the table `customs_values`; neither expired nor of a later day.
    """
    rows = [
        {
            **{name: event.facts[name] for name in VALUES if name in event.facts},
            "evidence": "; ".join(event.facts["evidence"]),
            "decided_by": event.facts["name"],
            "expires": CUSTOMS_VALUES.column("expires").blank,
        }
        for event in list_events(seller=seller_id, event=VALUE)
    ]
    entered = pd.DataFrame(rows, columns=VALUES).astype(
        {column.name: column.dtype for column in CUSTOMS_VALUES.columns}
    )
    both = pd.concat([table[VALUES], entered], ignore_index=True) if len(table) else entered
    morning = pd.Timestamp(as_of)
    holding = both[(both["decided_on"] <= morning) & (both["expires"] >= morning)]
    newest = holding.sort_values("decided_on", kind="stable").drop_duplicates(["sku", "country"], keep="last")
    return newest.sort_values(["sku", "country"], ignore_index=True)


def read_code_choices(seller_id: str, products: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The HS code of each product: that of its file for all countries, and what was chosen for one country.

    Args:
        products: sku, hs_code (may be empty).

    Returns:
        One row per (sku, country): sku, country (`*` of the file), hs_code (dotted), decided_on (NaT of the file),
        decided_by, source (`products` or the ledger's row). A row of a country goes before the one of `*`.
    """
    listed = products.loc[products["hs_code"] != "", ["sku", "hs_code"]]
    rows: dict[tuple[str, str], tuple[Any, ...]] = {
        (str(row.sku), EVERY): (str(row.hs_code), pd.NaT, "", "products") for row in listed.itertuples(index=False)
    }
    for event in list_events(seller=seller_id, event=CODE):
        facts = event.facts
        if date.fromisoformat(facts["decided_on"]) <= as_of:
            decided = (facts["hs_code"], pd.Timestamp(facts["decided_on"]), facts["name"], f"ledger {event.seq}")
            rows[facts["sku"], facts["country"]] = decided
    frame = pd.DataFrame([(*place, *rows[place]) for place in sorted(rows)], columns=CODES)
    return frame.astype({name: "datetime64[us]" if name == "decided_on" else "str" for name in CODES})


def write_code(digits: str) -> str:
    """`6307102027` as tariffs and the rate book write it: `6307.10.20.27`."""
    return ".".join((digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))))


def _enter(
    seller: Seller, event: str, facts: dict[str, Any], day: date, approver: str, code: str, now: datetime
) -> Event:
    person, role = find_approver(seller, approver)
    if not role.chooses_customs:
        raise MayNotChoose(
            mark(
                "{approver} ({role}) may not choose customs values or codes; roles that may have `chooses_customs` "
                "in the seller's file."
            ),
            approver=person.name,
            role=person.role,
        )
    who = {"by": person.id, "name": person.name, "role": person.role, "decided_on": day.isoformat()}
    try:
        with open_ledger() as session:
            proof = check_code(session, seller.id, person.id, code, now)
            return append_event(session, "decision", event, proof.key, {**facts, **who}, seller=seller.id, now=now)
    except WrongCode as refusal:
        count_wrong_code(seller.id, "", person.id, refusal, now)
        raise


def refuse_unlisted(sku: Sku, listed: Iterable[Sku]) -> None:
    """Raises BadChoice for a SKU that is not among the listed."""
    if sku not in set(listed):
        raise BadChoice(
            mark("{sku} is not in the table of products. Type the SKU as it stands there (docs/inputs.md)."), sku=sku
        )


def _refuse_unknown(digits: str, editions: Mapping[date, pd.DataFrame], day: date) -> None:
    """A code that neither is a number in force nor heads one."""
    in_force = max((first for first in editions if first <= day), default=None)
    if in_force is None or not editions[in_force]["digits"].str.startswith(digits).any():
        find_tariff(editions, write_code(digits), day, CustomsPolicy())


def _read_money(amount: str, currency: str) -> Money:
    try:
        money = Money.of(amount.strip(), currency)
        exact = money.amount == Decimal(amount.strip())
    except InvalidOperation:
        exact = False
    if not exact:
        raise BadChoice(
            mark(
                "{amount} is no amount of {currency}. Type a number such as 12.34, with no more digits than it has."
            ),
            amount=amount or "–",
            currency=currency or "–",
        )
    return money
