"""What is expected to be billed comes from decided proposals, and from the seller's own table before them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from tasks.expected_costs import COLUMNS, LANDED, read_expected_costs
from tasks.files.bill_tables import SHIPMENT_COSTS
from tasks.store.models import ProposalRow
from tasks.store.proposals import record_proposal
from tasks.store.session import open_session

MORNING = date(2025, 11, 24)
NO_TABLE = SHIPMENT_COSTS.empty()


def propose(landed: list[dict[str, Any]], as_of: date = MORNING, decided: bool = True) -> None:
    body = {"seller": "demo", "journey": "ship_inbound", "as_of": as_of.isoformat(), "snapshot": "", "landed": landed}
    proposal = record_proposal(json.dumps(body).encode())
    if decided:
        with open_session() as session:
            session.get_one(ProposalRow, proposal.digest).decided_at = datetime(2025, 11, 24, 9, tzinfo=UTC)


def landed(component: str, own: int, entry: str = "C1", currency: str = "USD") -> dict[str, Any]:
    row = {"entry": entry, "component": component, "own_minor": own, "rate_currency": currency}
    return {**row, "amount_minor": 7 * own}


def read(table: pd.DataFrame = NO_TABLE) -> list[dict[Any, Any]]:
    frame = read_expected_costs.fn("demo", MORNING, table)
    assert list(frame.columns) == COLUMNS
    return frame.to_dict("records")


def test_a_landed_cost_is_expected_per_entry_and_component_in_its_own_currency(home: Path) -> None:
    propose([landed("duty", 100), landed("duty", 250), landed("freight", 9_000, currency="CNY")])
    assert [(row["shipment"], row["component"], row["amount_minor"], row["currency"]) for row in read()] == [
        ("C1", "duty", 350, "USD"), ("C1", "freight", 9_000, "CNY"),
    ]  # fmt: skip
    assert {row["source"] for row in read()} == {LANDED}


def test_what_no_forwarder_bills_and_what_is_nothing_is_left_out(home: Path) -> None:
    propose([landed("ex_works", 5_000), landed("export_rebate", -650), landed("exam", 0), landed("mpf", 3_358)])
    assert [row["component"] for row in read()] == ["mpf"]


def test_a_proposal_that_waits_or_is_of_a_later_morning_is_not_expected(home: Path) -> None:
    propose([landed("duty", 100)], decided=False)
    propose([landed("duty", 100)], as_of=date(2025, 11, 25))
    assert read() == []


def test_the_sellers_own_table_speaks_for_its_shipments(home: Path) -> None:
    propose([landed("duty", 100), landed("duty", 100, entry="C2")])
    row = {
        "shipment": "C1",
        "entry": "",
        "component": "duty",
        "amount_minor": 90,
        "currency": "USD",
        "source": "quote",
    }
    assert [(row["shipment"], row["amount_minor"]) for row in read(pd.DataFrame([row]))] == [("C1", 90), ("C2", 100)]
