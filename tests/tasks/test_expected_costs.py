"""What is expected to be billed is the landed cost of what was released, after the seller's own table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import desk
import pandas as pd
import pytest

from tasks.expected_costs import COLUMNS, LANDED, read_expected_costs
from tasks.files.bill_tables import SHIPMENT_COSTS

NO_TABLE = SHIPMENT_COSTS.empty()


@pytest.fixture(autouse=True)
def seller(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")


def landed(
    component: str, own: int, sku: str = "TT-1", entry: str = "SZ-DE-SEA", currency: str = "EUR"
) -> dict[str, Any]:
    place = {"entry": entry, "sku": sku, "country": "DE", "lane": "SZ-DE-SEA", "units": 24}
    return {**place, "component": component, "own_minor": own, "amount_minor": 8 * own, "rate_currency": currency}


def release(*rows: dict[str, Any], journey: str = "nightly", decide: bool = True, as_of: date = desk.MORNING) -> None:
    lines = desk.ship_line("TT-1"), desk.ship_line("TT-2")
    digest = desk.propose(desk.shipment(*lines), journey=journey, landed=[*rows], as_of=as_of)
    if decide:
        desk.say(digest, leave_out="1.2", reason="next week", amount="600")


def read(table: pd.DataFrame = NO_TABLE, as_of: date = desk.MORNING) -> list[dict[Any, Any]]:
    frame = read_expected_costs.fn("haina", as_of, table)
    assert list(frame.columns) == COLUMNS
    return frame.to_dict("records")


def test_what_was_released_is_expected_per_component_in_its_own_currency() -> None:
    release(landed("duty", 350), landed("freight", 9_000, currency="CNY"), landed("duty", 77, sku="TT-2"))
    assert [(row["component"], row["amount_minor"], row["currency"]) for row in read()] == [
        ("duty", 350, "EUR"), ("freight", 9_000, "CNY"),
    ]  # fmt: skip
    assert {row["source"] for row in read()} == {LANDED}
    assert all(row["shipment"].startswith("SI-20251124-SZ-DE-SEA-") for row in read())


def test_of_two_consignments_on_a_lane_the_released_one_counts() -> None:
    release(landed("duty", 350), landed("duty", 999, entry="SZ-DE-SEA released"), journey="ship_inbound PO-9")
    assert [row["amount_minor"] for row in read()] == [350]


def test_a_night_names_its_entry_by_lane_and_country() -> None:
    release(landed("duty", 350, entry="SZ-DE-SEA → DE"))
    assert [(row["entry"], row["amount_minor"]) for row in read()] == [("SZ-DE-SEA → DE", 350)]


def test_what_no_forwarder_bills_and_what_is_nothing_is_left_out() -> None:
    release(landed("ex_works", 5_000), landed("export_rebate", -650), landed("exam", 0), landed("mpf", 3_358))
    assert [row["component"] for row in read()] == ["mpf"]


def test_a_proposal_that_waits_or_is_of_a_later_morning_is_not_expected() -> None:
    release(landed("duty", 100), decide=False)
    assert read() == []
    release(landed("duty", 100), as_of=date(2025, 11, 25))
    assert read() == []


def test_the_sellers_own_table_speaks_for_its_shipments() -> None:
    release(landed("duty", 100))
    (number,) = {row["shipment"] for row in read()}
    own = {"shipment": number, "entry": "", "component": "duty", "amount_minor": 90, "currency": "EUR", "source": "x"}
    table = pd.DataFrame([own])[COLUMNS]
    assert [row["amount_minor"] for row in read(table)] == [90]
