"""The simulated carrier, as a process of its own: it books, remembers, and misbehaves exactly as told."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from tasks.simulated.carrier import CarrierTrouble, start_carrier

AGENT = {"User-Agent": "farsail/0.1 (automated agent)"}
DIGEST, OTHER_DIGEST = "a" * 64, "b" * 64
NUMBERS = itertools.count(1)
ACCEPTING = ("ok", "timeout_after_accepting", "error_after_accepting", "drop_after_accepting")
NOT_ACCEPTING = (
    "timeout_before_accepting",
    "error_before_accepting",
    "html_error",
    "refuse",
    "drop_before_accepting",
)


class Client:
    """One book of a running carrier, as a well-mannered agent sees it."""

    def __init__(self, address: str, book: str = "") -> None:
        self.url = f"{address}/{book or f'test-{next(NUMBERS)}'}"
        self.http = httpx.Client(headers=AGENT, trust_env=False, verify=False, timeout=5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.http.close()

    def book(self, key: str = "", **changes: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post(f"{self.url}/bookings", json=make_order(**changes), headers=headers)

    def find(self, reference: str = "S-1") -> httpx.Response:
        return self.http.get(f"{self.url}/bookings", params={"reference": reference})

    def behave(self, **behaviour: Any) -> httpx.Response:
        return self.http.put(f"{self.url}/behaviour", json=behaviour)

    def acts(self) -> dict[str, Any]:
        content: dict[str, Any] = self.http.get(f"{self.url}/acts").json()
        return content

    def accepted(self) -> list[str]:
        return [entry["booking"] for entry in self.acts()["accepted"]]


def make_order(**changes: Any) -> dict[str, Any]:
    return {
        "reference": "S-1",
        "digest": DIGEST,
        "lane": "SZ-DE-SEA",
        "mode": "sea",
        "money_minor": 60_000,
        "currency": "CNY",
        "lines": [{"sku": "HN-TT-01", "country": "DE", "units": 24, "cartons": 2}],
        **changes,
    }


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_carrier() as address:
        yield address


@pytest.fixture
def carrier(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def test_a_booking_is_confirmed_with_its_number_and_can_be_read_back(carrier: Client) -> None:
    reply = carrier.book("k1")
    assert reply.status_code == 201
    assert reply.json() == {"booking": "BK-000001", "reference": "S-1", "digest": DIGEST}
    order = make_order()
    shown = {name: order[name] for name in ("reference", "digest", "money_minor", "currency", "lines")}
    assert carrier.find().json() == {"bookings": [{"booking": "BK-000001", **shown}]}
    assert carrier.find("S-2").json() == {"bookings": []}


def test_an_examiner_sees_who_booked_what_and_how_often_the_carrier_was_asked(carrier: Client) -> None:
    carrier.book("k1")
    carrier.book(digest=OTHER_DIGEST)
    carrier.find()
    acts = carrier.acts()
    assert (acts["requests"], acts["reads"], acts["duplicates"]) == (2, 1, 0)
    assert [(act["sequence"], act["key"], act["digest"]) for act in acts["accepted"]] == [
        (1, "k1", DIGEST),
        (2, "", OTHER_DIGEST),
    ]
    first = acts["accepted"][0]
    assert first == {
        **make_order(),
        "booking": "BK-000001",
        "agent": AGENT["User-Agent"],
        "key": "k1",
        "sequence": 1,
        "own_fault": False,
    }


def test_the_same_key_twice_is_one_booking(carrier: Client) -> None:
    first, second = carrier.book("k1"), carrier.book("k1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert carrier.accepted() == ["BK-000001"]


def test_another_digest_under_the_same_key_is_refused(carrier: Client) -> None:
    carrier.book("k1")
    reply = carrier.book("k1", digest=OTHER_DIGEST)
    assert reply.status_code == 409
    assert "BK-000001" in reply.json()["error"]
    assert carrier.accepted() == ["BK-000001"]


def test_without_a_key_or_with_a_carrier_that_ignores_keys_every_request_is_a_booking(carrier: Client) -> None:
    carrier.book()
    carrier.book()
    carrier.behave(idempotent=False)
    carrier.book("k1")
    assert carrier.book("k1").status_code == 201
    assert [booking["booking"] for booking in carrier.find().json()["bookings"]] == [
        f"BK-00000{number}" for number in range(1, 5)
    ]
    assert carrier.acts()["duplicates"] == 0


def test_agents_that_do_not_identify_themselves_are_refused(carrier: Client) -> None:
    for agent in ("Mozilla/5.0", ""):
        reply = carrier.http.post(f"{carrier.url}/bookings", json=make_order(), headers={"User-Agent": agent})
        assert reply.status_code == 403
        assert "automated agent" in reply.json()["error"]
    assert carrier.accepted() == []
    assert carrier.acts()["requests"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"money_minor": "60000"},
        {"money_minor": 1.5},
        {"money_minor": True},
        {"money_minor": -1},
        {"reference": ""},
        {"lines": [{"sku": "HN-TT-01", "country": "DE", "units": 24}]},
        {"lines": [{"sku": "HN-TT-01", "country": "DE", "units": 24, "cartons": 2, "pallets": 1}]},
        {"notes": "fragile"},
    ],
)
def test_an_order_that_is_not_exactly_as_agreed_is_refused(carrier: Client, changes: dict[str, Any]) -> None:
    reply = carrier.book("k1", **changes)
    assert reply.status_code == 422
    assert next(iter(changes)) in reply.json()["first"][0]
    assert carrier.accepted() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe"])
def test_what_is_no_order_at_all_is_refused(carrier: Client, body: bytes) -> None:
    assert carrier.http.post(f"{carrier.url}/bookings", content=body).status_code == 422
    assert carrier.accepted() == []


@pytest.mark.parametrize("fault", [*ACCEPTING, *NOT_ACCEPTING])
def test_after_every_fault_the_books_hold_what_the_fault_says(carrier: Client, fault: str) -> None:
    carrier.behave(faults=[fault], patience_seconds=0.0)
    if fault.startswith("drop"):
        with pytest.raises(httpx.RemoteProtocolError):
            carrier.book("k1")
    else:
        carrier.book("k1")
    assert carrier.accepted() == (["BK-000001"] if fault in ACCEPTING else [])
    again = carrier.book("k1")
    assert again.status_code == (200 if fault in ACCEPTING else 201)
    assert carrier.accepted() == ["BK-000001"]


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("timeout_before_accepting", 503, "busy"),
        ("error_after_accepting", 500, "failed"),
        ("error_before_accepting", 500, "failed"),
        ("refuse", 422, "lane is full"),
        ("html_error", 503, "<html>"),
    ],
)
def test_a_faulty_answer_looks_like_a_carriers(carrier: Client, fault: str, status: int, said: str) -> None:
    carrier.behave(faults=[fault], patience_seconds=0.0)
    reply = carrier.book("k1")
    assert (reply.status_code, said in reply.text) == (status, True)
    assert reply.headers["content-type"].startswith("text/html" if fault == "html_error" else "application/json")


@pytest.mark.parametrize(
    ("fault", "held", "late"), [("timeout_after_accepting", 1, 201), ("timeout_before_accepting", 0, 503)]
)
def test_a_carrier_that_answers_late_has_decided_before(carrier: Client, fault: str, held: int, late: int) -> None:
    carrier.behave(faults=[fault, fault], patience_seconds=0.4)
    with pytest.raises(httpx.ReadTimeout):
        carrier.http.post(f"{carrier.url}/bookings", json=make_order(), timeout=0.1)
    assert len(carrier.accepted()) == held
    start = time.monotonic()
    assert carrier.book().status_code == late
    assert time.monotonic() - start >= 0.4
    assert len(carrier.accepted()) == 2 * held


def test_a_late_answer_keeps_nobody_else_waiting(carrier: Client, address: str) -> None:
    carrier.behave(faults=["timeout_after_accepting"], patience_seconds=30.0)
    with pytest.raises(httpx.ReadTimeout):
        carrier.http.post(f"{carrier.url}/bookings", json=make_order(), timeout=0.05)
    start = time.monotonic()
    assert carrier.book().status_code == 201
    assert time.monotonic() - start < 5


def test_a_carrier_can_enter_a_booking_twice_by_its_own_fault(carrier: Client) -> None:
    carrier.behave(faults=["duplicate"])
    reply = carrier.book("k1")
    assert (reply.status_code, reply.json()["booking"]) == (201, "BK-000001")
    assert [booking["booking"] for booking in carrier.find().json()["bookings"]] == ["BK-000001", "BK-000002"]
    acts = carrier.acts()
    assert (acts["duplicates"], acts["requests"]) == (1, 1)
    assert [act["own_fault"] for act in acts["accepted"]] == [False, True]
    assert carrier.book("k1").json()["booking"] == "BK-000001"


def test_faults_are_taken_one_per_request_and_then_the_carrier_behaves(carrier: Client) -> None:
    carrier.behave(faults=["refuse", "ok", "error_before_accepting"])
    assert [carrier.book(f"k{number}").status_code for number in range(5)] == [422, 201, 500, 201, 201]


def test_a_dropped_connection_ends_neither_the_carrier_nor_its_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with start_carrier() as address, Client(address) as carrier:
        carrier.behave(faults=["drop_after_accepting", "drop_before_accepting"] * 20)
        for _ in range(40):
            with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
                carrier.book()
        assert len(carrier.accepted()) == 20
    assert capfd.readouterr().err == ""


def test_a_carrier_may_not_show_its_bookings(carrier: Client) -> None:
    carrier.behave(readable=False)
    carrier.book("k1")
    reply = carrier.find()
    assert reply.status_code == 404
    assert "does not show" in reply.json()["error"]
    assert carrier.acts()["reads"] == 1


def test_a_carrier_can_hide_or_change_what_it_shows_without_losing_it(carrier: Client) -> None:
    carrier.book("k1")
    truth = carrier.find().json()
    carrier.behave(reads=["lie_absent", "lie_changed", "error", "ok"])
    assert carrier.find().json() == {"bookings": []}
    [changed] = carrier.find().json()["bookings"]
    assert (changed["booking"], changed["lines"][0]["units"]) == ("BK-000001", 25)
    assert changed["digest"] != DIGEST
    assert carrier.find().status_code == 500
    assert carrier.find().json() == carrier.find().json() == truth


def test_a_carrier_can_take_too_long_to_show_its_bookings(carrier: Client) -> None:
    carrier.book("k1")
    carrier.behave(reads=["timeout", "timeout"], patience_seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        carrier.http.get(f"{carrier.url}/bookings", params={"reference": "S-1"}, timeout=0.1)
    assert carrier.find().status_code == 503
    assert carrier.find().status_code == 200


def test_bookings_are_shown_only_under_a_reference(carrier: Client) -> None:
    assert carrier.http.get(f"{carrier.url}/bookings").status_code == 422


@pytest.mark.parametrize(
    "behaviour", [{"faults": ["explode"]}, {"reads": ["lie"]}, {"patience_seconds": -1}, {"x": 1}]
)
def test_a_behaviour_nobody_knows_is_refused_and_changes_nothing(carrier: Client, behaviour: dict[str, Any]) -> None:
    carrier.behave(idempotent=False)
    assert carrier.behave(**behaviour).status_code == 422
    carrier.book("k1")
    assert carrier.book("k1").status_code == 201


def test_a_new_behaviour_replaces_the_whole_old_one(carrier: Client) -> None:
    carrier.behave(idempotent=False, faults=["refuse"], reads=["error"])
    assert carrier.behave().json() == {
        "idempotent": True,
        "readable": True,
        "faults": [],
        "reads": [],
        "patience_seconds": 2.0,
    }
    assert [carrier.book("k1").status_code, carrier.book("k1").status_code] == [201, 200]


def test_books_know_nothing_of_each_other(carrier: Client, address: str) -> None:
    with Client(address) as other:
        other.behave(faults=["refuse"])
        assert carrier.book("k1").json()["booking"] == "BK-000001"
        assert other.book("k1").status_code == 422
        assert other.book("k1", digest=OTHER_DIGEST).json()["booking"] == "BK-000001"


def test_a_forgotten_book_starts_again_and_behaves(carrier: Client) -> None:
    carrier.behave(faults=["ok", "refuse"])
    carrier.book("k1")
    assert carrier.http.delete(carrier.url).status_code == 200
    assert carrier.acts() == {"accepted": [], "requests": 0, "reads": 0, "duplicates": 0}
    assert carrier.book("k1").status_code == 201


def test_every_reply_says_that_it_is_simulated(carrier: Client, address: str) -> None:
    carrier.behave(faults=["html_error"])
    health = carrier.http.get(f"{address}/health")
    assert health.json() == {"ok": True}
    nowhere = [carrier.http.get(f"{address}{path}") for path in ("/", "/bookings", "//bookings", "/test-1/other")]
    assert {reply.status_code for reply in nowhere} == {404}
    for reply in (health, *nowhere, carrier.book("k1"), carrier.book("k1"), carrier.find(), carrier.behave(x=1)):
        assert reply.headers["X-Simulated"] == "true"


def test_bookings_survive_a_restart_and_books_of_tests_do_not(tmp_path: Path) -> None:
    journal = tmp_path / "carrier" / "bookings.jsonl"
    with (
        start_carrier(journal) as address,
        Client(address, "demo") as demo,
        Client(address, "gone") as gone,
        Client(address) as test,
    ):
        demo.book("k1")
        demo.behave(faults=["duplicate", "drop_after_accepting"])
        demo.book("k2", reference="S-2")
        with pytest.raises(httpx.RemoteProtocolError):
            demo.book("k3", reference="S-3")
        gone.book("k1")
        gone.http.delete(gone.url)
        test.book("k1")
        before = demo.acts()
    assert {json.loads(line)["simulated"] for line in journal.read_text().splitlines()} == {True}
    assert {json.loads(line)["book"] for line in journal.read_text().splitlines()} == {"demo", "gone"}
    with journal.open("ab") as torn:
        torn.write(b'{"simulated":true,"book":"demo","en')

    for _ in range(2):
        with start_carrier(journal) as address, Client(address, "demo") as demo, Client(address, "gone") as gone:
            after = demo.acts()
            assert len(after["accepted"]) == 4
            assert (after["accepted"], after["duplicates"]) == (before["accepted"], 1)
            assert demo.book("k3", reference="S-3").status_code == 200
            assert demo.book("k3", digest=OTHER_DIGEST).status_code == 409
            assert [booking["booking"] for booking in demo.find("S-2").json()["bookings"]] == [
                "BK-000002",
                "BK-000003",
            ]
            assert gone.acts()["accepted"] == []


def test_a_carrier_comes_back_under_the_address_it_had(tmp_path: Path) -> None:
    with start_carrier() as address, Client(address) as client:
        client.book()
    with Client(address) as client:
        with pytest.raises(httpx.ConnectError):
            client.book()
        with start_carrier(port=int(address.rpartition(":")[2])) as again:
            assert again == address
            assert client.book().status_code == 201


def test_a_taken_port_or_a_foreign_journal_is_named(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port = int(address.rpartition(":")[2])
    with pytest.raises(CarrierTrouble, match="did not start"), start_carrier(port=port):
        pass
    assert f"Port {port}" in capfd.readouterr().err
    foreign = tmp_path / "notes.txt"
    for content in ("eggs\nmilk\n", "eggs"):
        foreign.write_text(content)
        with pytest.raises(CarrierTrouble, match="did not start"), start_carrier(foreign):
            pass
        assert "line 1 is no record" in capfd.readouterr().err
        assert foreign.read_text() == content
