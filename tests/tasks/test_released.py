"""What was released is never proposed again while the seller's exports do not show it yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import desk
import pandas as pd
import pytest

from tasks.execution.carry import CLOSING, carry_out, list_open
from tasks.execution.targets import open_target
from tasks.files.exports import Exports
from tasks.files.tables import TABLES
from tasks.released import count_released, list_committed
from tasks.store.ledger import append_event, open_ledger
from tasks.store.models import InstructionRow

TOMORROW = date(2025, 11, 25)


@pytest.fixture
def exports(home: Path, monkeypatch: pytest.MonkeyPatch) -> Exports:
    """A night's exports the morning after an order and a shipment were released and carried out."""
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    seller = desk.write_seller(home / "sellers")
    digest = desk.propose()
    desk.say(digest, "chen", amount="3000.00")
    for row in list_open("haina"):
        assert carry_out(row, open_target(row.target, seller), seller, desk.NOON).state == "done"
    tables = {name: TABLES[name].empty() for name in ("purchase_orders", "inbound")}
    stock = pd.DataFrame({"sku": ["TT-1", "TT-2"], "node": ["SZ", "SZ"], "state": "available", "units": [96, 20]})
    none = pd.DataFrame()
    return Exports({**tables, "stock": stock.astype(TABLES["stock"].empty().dtypes)}, none, none, none)


def test_an_order_counts_as_open_and_a_shipment_as_under_way(exports: Exports) -> None:
    counted = count_released(exports, "haina", TOMORROW)
    assert dict(counted.tables["purchase_orders"].groupby("sku")["units_open"].sum()) == {"TT-1": 48, "TT-2": 48}
    assert counted.tables["inbound"][["sku", "to_node", "units"]].values.tolist() == [["TT-1", "FBA-DE", 24]]
    assert len(counted.released) == 2


def test_what_leaves_a_node_is_not_available_there_any_more_and_counts_once(exports: Exports) -> None:
    stock = count_released(exports, "haina", TOMORROW).tables["stock"]
    assert stock["units"].tolist() == [72, 20]
    assert exports.tables["stock"]["units"].tolist() == [96, 20]


def test_what_an_export_shows_counts_by_the_export_alone(exports: Exports) -> None:
    counted = count_released(exports, "haina", TOMORROW)
    again = Exports({**counted.tables}, exports.accounting, exports.quarantine, exports.set_aside)
    assert count_released(again, "haina", TOMORROW).released == []


@pytest.mark.parametrize(("morning", "orders", "shipments"), [(date(2025, 12, 21), 0, 1), (date(2026, 1, 6), 0, 0)])
def test_it_counts_until_the_goods_are_promised_or_expected(
    exports: Exports, morning: date, orders: int, shipments: int
) -> None:
    counted = count_released(exports, "haina", morning)
    assert len(counted.tables["purchase_orders"]) == orders
    assert len(counted.tables["inbound"]) == shipments


def test_a_night_of_the_same_morning_knows_nothing_of_it(exports: Exports) -> None:
    assert count_released(exports, "haina", desk.MORNING).released == []
    assert count_released(exports, "else", TOMORROW).released == []


def test_what_was_released_and_waits_to_be_carried_out_counts_while_it_still_may(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")
    desk.say(desk.propose(), "chen", amount="3000.00")  # nothing is carried out: a stop, say
    assert kinds_on(TOMORROW) == ["order", "ship"]
    assert kinds_on(date(2025, 11, 28)) == ["order", "ship"]
    assert kinds_on(date(2025, 11, 29)) == ["order"]  # the shipment lapsed on the 28th; execute refuses it


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        (("intent",), True),
        (("intent", "unknown"), True),
        (("intent", "disputed"), True),
        (("intent", "unknown", "settle done"), True),
        (("intent", "unknown", "settle not_done"), False),
        (("intent", "refused"), False),
        (("intent", "repeat"), True),
        (("intent", "not_done"), True),
    ],
)
def test_where_a_carrier_books_its_answer_counts_and_not_the_paper(
    home: Path, monkeypatch: pytest.MonkeyPatch, states: tuple[str, ...], counts: bool
) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    seller = desk.write_seller(home / "sellers", policy={"execution": {"shipment_targets": ["files", "carrier"]}})
    desk.say(desk.propose(desk.shipment(desk.ship_line("TT-1"))), amount="600.00")
    paper, booking = list_open("haina")
    assert carry_out(paper, open_target("files", seller), seller, desk.NOON).state == "done"
    for place, said in enumerate(states):
        event = said.partition(" ")[0] if said.startswith(("intent", "settle")) else "outcome"
        state = said.rpartition(" ")[2]
        facts = {"instruction": booking.key, "attempt": 1} | ({} if event == "intent" else {"state": state})
        with open_ledger() as session:
            append_event(session, "execution", event, f"{place}", facts, seller="haina", proposal=booking.proposal)
            closes = event == "settle" or state in CLOSING
            session.get_one(InstructionRow, booking.key).closed = closes
    assert kinds_on(TOMORROW) == (["ship"] if counts else [])


def kinds_on(morning: date) -> list[str]:
    return sorted(payload["kind"] for payload in list_committed("haina", morning))


def test_units_that_go_on_from_a_purchase_order_leave_the_order_and_not_the_stock(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")
    passing = {**desk.shipment(desk.ship_line("TT-1")), "purchase_order": "PO-9"}
    desk.say(desk.propose(passing), "chen", amount="600")
    open_order = {"purchase_order": "PO-9", "supplier": "hongda", "sku": "TT-1", "units_open": 100, "currency": "CNY"}
    days = {"ordered_on": pd.Timestamp("2025-11-01"), "ready_on": pd.Timestamp("2025-12-01"), "deposit_paid_minor": 0}
    empty = {name: TABLES[name].empty() for name in ("purchase_orders", "inbound", "stock")}
    orders = pd.DataFrame([open_order | days])[empty["purchase_orders"].columns]
    stock = pd.DataFrame({"sku": ["TT-1"], "node": ["SZ"], "state": "available", "units": [96]})
    tables = {**empty, "purchase_orders": orders.astype(empty["purchase_orders"].dtypes), "stock": stock}
    none = pd.DataFrame()
    counted = count_released(Exports(tables, none, none, none), "haina", TOMORROW).tables
    assert counted["purchase_orders"]["units_open"].tolist() == [76]
    assert counted["stock"]["units"].tolist() == [96]
    assert counted["inbound"]["units"].tolist() == [24]


def test_of_an_order_in_parts_those_that_are_ready_first_go_on_first(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")
    passing = {**desk.shipment(desk.ship_line("TT-1")), "purchase_order": "PO-9"}
    desk.say(desk.propose(passing), "chen", amount="600")
    part = {"purchase_order": "PO-9", "supplier": "hongda", "sku": "TT-1", "currency": "CNY", "deposit_paid_minor": 0}
    parts = [
        part | {"units_open": units, "ordered_on": pd.Timestamp("2025-11-01"), "ready_on": pd.Timestamp(ready)}
        for units, ready in ((50, "2025-12-20"), (20, "2025-12-01"), (30, "2025-12-24"))
    ]
    empty = {name: TABLES[name].empty() for name in ("purchase_orders", "inbound", "stock")}
    orders = pd.DataFrame(parts)[empty["purchase_orders"].columns].astype(empty["purchase_orders"].dtypes)
    none = pd.DataFrame()
    counted = count_released(
        Exports({**empty, "purchase_orders": orders}, none, none, none), "haina", TOMORROW
    ).tables
    assert counted["purchase_orders"]["units_open"].tolist() == [46, 0, 30], "24 left: all of the first 20, then 4"
