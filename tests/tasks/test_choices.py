"""Customs values and HS codes as decisions: entered with evidence and a code, refused else, found when changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import desk
import pandas as pd
import pytest
from sqlalchemy import update

from config.seller import Seller
from skills.classification.choice import UnusableChoice
from skills.customs import build_schedule
from skills.customs.schedule import SCHEDULE_ROWS, UnknownTariffNumber
from skills.customs.value import UnusableValue, ValueRule
from tasks.approvals.codes import WrongCode
from tasks.approvals.decide import NotAllowed
from tasks.choices import (
    BadChoice,
    MayNotChoose,
    ValueChoice,
    enter_code,
    enter_value,
    read_code_choices,
    read_value_choices,
)
from tasks.files.customs_tables import CUSTOMS_VALUES
from tasks.store.anchors import audit_ledger
from tasks.store.canonical import canonical_bytes
from tasks.store.ledger import Event, list_events
from tasks.store.models import LedgerRow
from tasks.store.session import open_session

RULES = [
    ValueRule("US", "FOB", False, False, date(2020, 1, 1), None, "a text", desk.MORNING, "primary"),
    ValueRule("JP", "CIF", True, True, date(2020, 1, 1), None, "a text", desk.MORNING, "unverified"),
]
CHOICE = ValueChoice("TT-1", "US", "computed", "2.15", "USD", "letter 7; price list", "Harbour Brokers", "Haina")
CANDIDATES = pd.DataFrame(
    {
        "product": ["TT-1", "TT-1"],
        "code": ["630710", "630291"],
        "text": ["Cloths › dish-cloths", "Kitchen linen › of cotton"],
        "rank": [1, 2],
        "confidence_percent": [62, 62],
    }
)
PRODUCTS = pd.DataFrame({"sku": ["TT-1", "TT-2", "TT-3"], "hs_code": ["6307.10", "6302.60", ""]})


@pytest.fixture
def seller(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seller:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    roles = {name: {**role, "chooses_customs": name == "owner"} for name, role in desk.SELLER["roles"].items()}
    return desk.write_seller(tmp_path / "sellers", roles=roles)


def value(
    seller: Seller, choice: ValueChoice = CHOICE, approver: str = "chen", number: int = 0, **other: Any
) -> Event:
    now = desk.later(2 * number)
    code = other.pop("code", None) or desk.code_of(approver, now)
    return enter_value(seller, choice, ["TT-1", "TT-2"], RULES, approver, code, now)


def hs(seller: Seller, hs_code: str, number: int = 0, editions: Any = None, evidence: str = "ruling N1") -> Event:
    now = desk.later(2 * number)
    code = desk.code_of("chen", now)
    return enter_code(
        seller, "TT-1", "US", hs_code, CANDIDATES, editions or {}, evidence, "Harbour Brokers", "chen", code, now
    )  # fmt: skip


def from_file(**changes: Any) -> pd.DataFrame:
    row = {
        "sku": "TT-1",
        "country": "US",
        "method": "fall_back",
        "amount_minor": 199,
        "currency": "USD",
        "basis": "FOB",
        "evidence": "letter",
        "broker": "b",
        "decided_by": "c",
        "decided_on": "2025-09-15",
        "importer": "Haina",
        "attorney": "",
        "expires": "2099-12-31",
    }
    return pd.DataFrame([row | changes]).astype({column.name: column.dtype for column in CUSTOMS_VALUES.columns})


def test_a_chosen_value_is_read_back_with_its_evidence_and_who_chose_it(seller: Seller) -> None:
    event = value(seller)
    assert (event.book, event.event, event.facts["by"], event.facts["basis"]) == (
        "decision",
        "value_choice",
        "chen",
        "FOB",
    )
    found = read_value_choices(seller.id, CUSTOMS_VALUES.empty(), desk.MORNING)
    assert list(found.columns) == [column.name for column in CUSTOMS_VALUES.columns]
    row = found.iloc[0]
    assert (row["amount_minor"], row["currency"], row["method"]) == (215, "USD", "computed")
    assert (row["evidence"], row["decided_by"]) == ("letter 7; price list", "Chen Qihang")
    assert row["decided_on"] == pd.Timestamp(desk.MORNING)


def test_the_newer_of_the_brokers_file_and_the_ledger_holds(seller: Seller) -> None:
    value(seller)
    assert read_value_choices(seller.id, from_file(), desk.MORNING)["amount_minor"].tolist() == [215]
    later = date(2025, 12, 24)
    newer = from_file(decided_on="2025-12-01")
    assert read_value_choices(seller.id, newer, later)["amount_minor"].tolist() == [199]
    assert read_value_choices(seller.id, newer, desk.MORNING)["amount_minor"].tolist() == [215]
    assert read_value_choices(seller.id, from_file(expires="2025-11-23", sku="TT-2"), desk.MORNING)[
        "sku"
    ].tolist() == ["TT-1"]
    assert read_value_choices("another", from_file(), desk.MORNING)["amount_minor"].tolist() == [199]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"method": "transaction"}, "method ≠ transaction"),
        ({"evidence": " ; "}, "evidence"),
        ({"broker": " "}, "broker"),
        ({"importer": ""}, "importer"),
        ({"country": "JP", "currency": "JPY", "amount": "1180"}, "attorney"),
        ({"country": "AU"}, "FOB or CIF"),
        ({"amount": "0"}, "amount > 0"),
    ],
)
def test_what_customs_would_refuse_is_not_entered(seller: Seller, changes: dict[str, str], expected: str) -> None:
    with pytest.raises(UnusableValue, match=expected):
        value(seller, replace(CHOICE, **changes))
    assert list_events(seller=seller.id) == []


@pytest.mark.parametrize("changes", [{"sku": "TT-9"}, {"amount": "2.155"}, {"amount": "two"}])
def test_an_unknown_sku_or_an_amount_that_is_no_money_is_refused(seller: Seller, changes: dict[str, str]) -> None:
    with pytest.raises(BadChoice):
        value(seller, replace(CHOICE, **changes))
    assert list_events(seller=seller.id) == []


def test_only_an_approver_whose_role_chooses_customs_and_whose_code_is_fresh_may_choose(seller: Seller) -> None:
    with pytest.raises(MayNotChoose, match="chooses_customs"):
        value(seller, approver="lin")
    with pytest.raises(NotAllowed):
        enter_value(seller, CHOICE, ["TT-1"], RULES, "nobody", "123456", desk.NOON)
    value(seller)
    with pytest.raises(WrongCode):
        value(seller)
    assert len(list_events(seller=seller.id)) == 1


def test_a_choice_that_is_changed_afterwards_breaks_the_chain(seller: Seller) -> None:
    event = value(seller)
    assert not audit_ledger().broken_seq
    with open_session() as session:
        content = json.loads(session.get_one(LedgerRow, event.seq).content)
        content["facts"]["amount_minor"] = 1
        session.execute(update(LedgerRow).where(LedgerRow.seq == event.seq).values(content=canonical_bytes(content)))
    assert audit_ledger().broken_seq == event.seq


def test_a_chosen_code_is_kept_beside_what_was_shown_and_goes_before_the_products_own(seller: Seller) -> None:
    event = hs(seller, "6302.91.00.45")
    assert [row["code"] for row in event.facts["shown"]] == ["630710", "630291"]
    assert (event.facts["evidence"], event.facts["outside_candidates"]) == (["ruling N1"], False)
    found = read_code_choices(seller.id, PRODUCTS, desk.MORNING)
    assert found[["sku", "country", "hs_code"]].to_numpy().tolist() == [
        ["TT-1", "*", "6307.10"],
        ["TT-1", "US", "6302.91.00.45"],
        ["TT-2", "*", "6302.60"],
    ]
    assert found.loc[1, "decided_by"] == "Chen Qihang"
    assert found.loc[1, "source"] == f"ledger {event.seq}"
    assert read_code_choices(seller.id, PRODUCTS, date(2025, 11, 23))["country"].tolist() == ["*", "*"]


def test_the_newest_code_counts(seller: Seller) -> None:
    hs(seller, "6302.91")
    hs(seller, "6307.10.20", number=1)
    found = read_code_choices(seller.id, PRODUCTS, desk.MORNING)
    assert found.loc[found["country"] == "US", "hs_code"].tolist() == ["6307.10.20"]


def test_a_code_that_vanished_is_refused_with_its_successors_and_an_unknown_one_with_its_neighbours(
    seller: Seller,
) -> None:
    def edition(*numbers: str) -> pd.DataFrame:
        rows = [(number, 0, "Dish cloths of cotton", "5.3%", "", line) for line, number in enumerate(numbers, 2)]
        return build_schedule(pd.DataFrame(rows, columns=SCHEDULE_ROWS))

    editions = {date(2024, 1, 1): edition("6307.10.20.27"), date(2025, 1, 1): edition("6307.10.20.28")}
    with pytest.raises(UnknownTariffNumber, match=r"take its place: 6307.10.20.28"):
        hs(seller, "6307.10.20.27", editions=editions)
    with pytest.raises(UnknownTariffNumber, match=r"in no tariff edition known.*6307.10.20.28"):
        hs(seller, "6307.10.99.99", editions=editions)
    with pytest.raises(UnusableChoice, match="evidence"):
        hs(seller, "6307.10.20.28", editions=editions, evidence=" ")
    assert list_events(seller=seller.id) == []
    assert hs(seller, "6307.10", editions=editions).facts["hs_code"] == "6307.10"
