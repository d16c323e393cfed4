"""What stays in doubt is never called done, refused or absent: replies that say nothing, promises that changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import desk
import pytest
from sqlalchemy import text

from config.seller import Seller
from tasks.execution.carrier import CarrierTarget, NoCarrier
from tasks.execution.carry import Outcome, carry_out, list_open
from tasks.execution.targets import TargetTrouble
from tasks.store.ledger import append_event, list_events, open_ledger
from tasks.store.models import InstructionRow
from tasks.store.session import open_session

BUSY, SLOW_DOWN, NO = (503, {}), (429, {}), (401, {"error": "the key has expired"})
Reply = tuple[int, Any]


class Desk:
    """A carrier's interface that gives these answers one after another, and remembers what was sent."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.sent: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                owner.sent.append(self.headers.get("Idempotency-Key", ""))
                self.do_GET()

            def do_GET(self) -> None:
                status, content = owner.replies.pop(0)
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def carrier() -> Iterator[Desk]:
    made = Desk()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def sellers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    return tmp_path / "sellers"


def write_seller(sellers: Path, carrier: Desk, kind: str) -> Seller:
    policy = {"shipment_targets": ["carrier"], "carrier_url": carrier.address, "carrier_kind": kind}
    return desk.write_seller(sellers, policy={"execution": policy})


def release() -> InstructionRow:
    desk.say(desk.propose(desk.shipment(desk.ship_line("TT-1"))), amount="600.00")
    (row,) = list_open("haina")
    return row


def carry(row: InstructionRow, seller: Seller, days: int = 0) -> Outcome:
    with closing(CarrierTarget(seller)) as target:
        return carry_out(row, target, seller, desk.later(days * 24 * 60))


def begin(row: InstructionRow, kind: str) -> None:
    """An intent of a process that died before it knew."""
    facts = {"instruction": row.key, "number": "SI-1", "decision": row.decision, "target": "carrier", "kind": kind}
    facts |= {"attempt": 1, "units": 24, "money_minor": 60_000}
    with open_ledger() as session:
        append_event(
            session, "execution", "intent", f"intent/{row.key}/1", facts, seller="haina", proposal=row.proposal
        )


def states() -> list[str]:
    return [event.facts["state"] for event in list_events(event="outcome")]


def test_a_doubtful_act_that_cannot_be_repeated_now_stays_in_doubt_past_its_last_day(
    sellers: Path, carrier: Desk
) -> None:
    seller = write_seller(sellers, carrier, "idempotent")
    row = release()
    carrier.replies = [BUSY, SLOW_DOWN]  # perhaps booked; then certainly not sent
    assert carry(row, seller).state == "in_doubt"
    assert states() == ["repeat", "repeat"]
    seller = seller.model_copy(update={"as_of": desk.MORNING.replace(day=30)})  # its last day was the 28th
    carrier.replies = [(200, {"booking": "B-1"})]
    assert carry(row, seller).state == "done"
    assert carrier.sent == [row.key] * 3


def test_a_no_to_a_repeated_act_does_not_say_that_the_first_was_refused(sellers: Path, carrier: Desk) -> None:
    seller = write_seller(sellers, carrier, "idempotent")
    row = release()
    carrier.replies = [BUSY, NO]
    outcome = carry(row, seller)
    assert outcome.state == "disputed" and "expired" in outcome.said
    assert list_open("haina") == []


def test_a_no_to_the_first_act_is_a_no(sellers: Path, carrier: Desk) -> None:
    seller = write_seller(sellers, carrier, "idempotent")
    row = release()
    carrier.replies = [NO]
    assert carry(row, seller).state == "refused"


@pytest.mark.parametrize("sent_as", ["at_most_once", "readable"])
def test_what_went_without_a_key_is_not_repeated_when_the_carrier_is_declared_idempotent_later(
    sellers: Path, carrier: Desk, sent_as: str
) -> None:
    seller = write_seller(sellers, carrier, "idempotent")
    row = release()
    begin(row, sent_as)
    assert carry(row, seller).state == "unknown"
    assert carrier.sent == []


def test_a_doubtful_act_is_not_repeated_when_the_carrier_is_declared_at_most_once_later(
    sellers: Path, carrier: Desk
) -> None:
    row_seller = write_seller(sellers, carrier, "idempotent")
    row = release()
    carrier.replies = [BUSY, SLOW_DOWN]
    carry(row, row_seller)
    assert carry(row, write_seller(sellers, carrier, "at_most_once")).state == "unknown"
    assert len(carrier.sent) == 2


@pytest.mark.parametrize("shown", [None, {}, "none", [{"digest": "0" * 64}], ["B-1"]])
def test_a_reply_that_lists_no_bookings_does_not_say_that_there_are_none(
    sellers: Path, carrier: Desk, shown: Any
) -> None:
    seller = write_seller(sellers, carrier, "readable")
    row = release()
    begin(row, "readable")
    carrier.replies = [(200, {"bookings": shown})]
    assert carry(row, seller).state == "in_doubt"
    assert carrier.sent == [] and states() == []


@pytest.mark.parametrize("payload", [b"no json", b"[]", b'{"number": "SI-2"}'])
def test_a_begun_act_whose_content_was_changed_is_disputed_and_not_looked_for(
    sellers: Path, carrier: Desk, payload: bytes
) -> None:
    seller = write_seller(sellers, carrier, "readable")
    key = release().key
    with open_session() as session:
        session.execute(text("UPDATE instruction SET payload = :payload"), {"payload": payload})
    (row,) = list_open("haina")
    begin(row, "readable")
    assert carry(row, seller).state == "disputed"
    assert carrier.sent == [] and list_open("haina") == [] and row.key == key


def test_papers_that_were_approved_are_not_booked_because_somebody_changed_the_target(
    sellers: Path, carrier: Desk
) -> None:
    seller = desk.write_seller(sellers)
    release()
    with open_session() as session:
        session.execute(text("UPDATE instruction SET target = 'carrier'"))
    (row,) = list_open("haina")
    seller = write_seller(sellers, carrier, "idempotent")
    assert carry(row, seller).state == "refused"
    assert carrier.sent == []


def test_a_supplier_order_is_not_sent_to_the_carrier(sellers: Path, carrier: Desk) -> None:
    policy = {"order_targets": ["carrier"], "carrier_url": carrier.address, "carrier_kind": "at_most_once"}
    seller = desk.write_seller(sellers, policy={"execution": policy})
    desk.say(desk.propose(desk.order(desk.order_line("TT-1"))))
    (row,) = list_open("haina")
    assert carry(row, seller).state == "refused"
    assert carrier.sent == []


@pytest.mark.parametrize("address", ["", "http://", "http://[::1", "https//carrier", "httpx://carrier.example"])
def test_an_address_that_is_none_is_named_before_anything_is_sent(sellers: Path, address: str) -> None:
    seller = desk.write_seller(sellers, policy={"execution": {"carrier_url": address}})
    with pytest.raises(NoCarrier, match="carrier_url"):
        CarrierTarget(seller)


def test_a_carrier_that_cannot_be_read_is_not_called_empty(sellers: Path, carrier: Desk) -> None:
    seller = write_seller(sellers, carrier, "readable")
    carrier.replies = [(500, {"bookings": []})]
    with closing(CarrierTarget(seller)) as target, pytest.raises(TargetTrouble):
        target.observe("a" * 64, "b" * 64, {"number": "SI-1"})
