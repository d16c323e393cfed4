"""The ledger on both databases: one gapless chain, and whoever changes it is found, with full database rights too."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update

from config.settings import ROOT
from tasks.store import ledger
from tasks.store.anchors import anchors_path, audit_ledger, read_anchors, refuse_broken_ledger, write_anchor
from tasks.store.canonical import NotCanonical, canonical_bytes
from tasks.store.ledger import (
    GENESIS,
    AlreadyRecorded,
    BrokenLedger,
    Event,
    StoreBusy,
    append_event,
    find_keys,
    link,
    list_events,
    list_events_of,
    open_ledger,
    read_head,
)
from tasks.store.models import LedgerRow
from tasks.store.session import open_session

NOON = datetime(2025, 11, 24, 4, 0, tzinfo=UTC)


def enter(key: str, seller: str = "haina", now: datetime = NOON, **facts: object) -> Event:
    with open_ledger() as session:
        return append_event(session, "decision", "approve", key, facts, seller=seller, proposal="p", now=now)


def enter_five(anchored: bool = False) -> None:
    for number in range(1, 6):
        enter(f"key/{number}", units=number * 12)
        if anchored:
            write_anchor(NOON)


def read_rows() -> list[LedgerRow]:
    with open_session() as session:
        return list(session.scalars(select(LedgerRow).order_by(LedgerRow.seq)))


def change_row(number: int, **columns: object) -> None:
    with open_session() as session:
        session.execute(update(LedgerRow).where(LedgerRow.seq == number).values(**columns))


def remove_rows(*seqs: int) -> None:
    with open_session() as session:
        session.execute(delete(LedgerRow).where(LedgerRow.seq.in_(seqs)))


def rewrite_from(seq: int) -> None:
    """What somebody with every right on the database does: other units, and every later hash recomputed."""
    with open_session() as session:
        previous = GENESIS
        for row in session.scalars(select(LedgerRow).order_by(LedgerRow.seq)):
            if row.seq == seq:
                content = json.loads(row.content)
                content["facts"]["units"] = 9_999
                row.content = canonical_bytes(content)
            row.previous, row.hash = previous, link(previous, row.content)
            previous = row.hash


def test_each_row_carries_the_hash_of_the_one_before(store: str) -> None:
    enter_five()
    previous = GENESIS
    for number, row in enumerate(read_rows(), 1):
        assert (row.seq, row.previous) == (number, previous)
        assert row.hash == hashlib.sha256(previous.encode() + row.content).hexdigest()
        previous = row.hash
    assert read_head() == (5, previous)
    found = audit_ledger()
    assert (found.rows, found.head, found.broken_seq, found.why) == (5, previous, 0, "")


def test_an_empty_ledger_holds_and_has_nothing_to_anchor(store: str) -> None:
    assert read_head() == (0, GENESIS)
    assert write_anchor() == (0, GENESIS)
    assert not anchors_path().exists()
    found = audit_ledger()
    assert (found.rows, found.anchors, found.broken_seq) == (0, 0, 0)
    refuse_broken_ledger()


def test_the_same_key_is_entered_once(store: str) -> None:
    enter("code/haina/lin/000058800480", units=12)
    with pytest.raises(AlreadyRecorded, match="code/haina/lin/000058800480 stands in the ledger already"):
        enter("code/haina/lin/000058800480", units=24)
    enter("another", units=36)
    assert [(event.seq, event.facts) for event in list_events()] == [(1, {"units": 12}), (2, {"units": 36})]
    assert audit_ledger().broken_seq == 0


def test_an_event_comes_back_as_it_was_entered(store: str) -> None:
    entered = enter("key/1", seller="云海", name="林岚", lines={"1.1": "abc"}, missing=0, released=True, left_out=[])
    assert list_events() == [entered]
    assert (entered.seq, entered.seller, entered.at, entered.facts["name"]) == (1, "云海", NOON, "林岚")


def test_a_fact_with_two_spellings_is_refused_and_nothing_is_entered(store: str) -> None:
    with pytest.raises(NotCanonical, match=r"facts\.margin holds 0\.5"):
        enter("key/1", margin=0.5)
    assert read_head() == (0, GENESIS)


def test_what_fails_halfway_leaves_no_row(store: str) -> None:
    with pytest.raises(RuntimeError), open_ledger() as session:
        append_event(session, "decision", "approve", "key/1", {})
        append_event(session, "decision", "approve", "key/2", {})
        raise RuntimeError("the process had to end here")
    assert read_head() == (0, GENESIS)
    assert enter("key/1").seq == 1


def test_a_clock_that_goes_back_disturbs_neither_order_nor_audit(store: str) -> None:
    for number, minutes in enumerate((0, -90, 45, -60 * 24 * 400), 1):
        enter(f"key/{number}", now=NOON + timedelta(minutes=minutes))
    assert [event.key for event in list_events()] == ["key/1", "key/2", "key/3", "key/4"]
    assert list_events()[1].at < list_events()[0].at
    assert audit_ledger().broken_seq == 0


def test_a_sellers_events_are_its_own_and_those_of_all(store: str) -> None:
    for key, seller in (("a", "haina"), ("b", "yunhai"), ("c", "")):
        enter(key, seller=seller)
    assert [event.key for event in list_events_of("haina")] == ["a", "c"]
    assert [event.key for event in list_events(seller="yunhai")] == ["b"]


def test_signs_of_a_pattern_in_a_key_mean_themselves(store: str) -> None:
    for key in ("code/a_b/1", "code/axb/1", "code/a%/1"):
        enter(key)
    with open_session() as session:
        assert find_keys(session, "code/a_b/") == ["code/a_b/1"]
        assert find_keys(session, "code/a%/") == ["code/a%/1"]


def change_content() -> None:
    change_row(3, content=read_rows()[2].content.replace(b'"units":36', b'"units":99'))


def change_content_and_its_own_hash() -> None:
    row = read_rows()[2]
    content = row.content.replace(b'"units":36', b'"units":99')
    change_row(3, content=content, hash=link(row.previous, content))


def exchange_two_rows() -> None:
    second, third = read_rows()[1:3]
    change_row(2, key="aside")
    change_row(3, key=second.key, content=second.content, previous=second.previous, hash=second.hash)
    change_row(2, key=third.key, content=third.content, previous=third.previous, hash=third.hash)


@pytest.mark.parametrize(
    ("tamper", "seq", "why"),
    [
        (change_content, 3, "its content is not what its hash was made of"),
        (lambda: change_row(3, content=b"not a row any more"), 3, "its content is not what"),
        (change_content_and_its_own_hash, 4, "it does not follow the row before it"),
        (lambda: change_row(3, seller="yunhai"), 3, "its columns say something else than its content"),
        (lambda: change_row(3, event="reject"), 3, "its columns say something else"),
        (lambda: change_row(3, key="key/aside"), 3, "its columns say something else"),
        (lambda: change_row(3, proposal="q"), 3, "its columns say something else"),
        (lambda: change_row(3, hash="f" * 64), 3, "its content is not what its hash"),
        (lambda: remove_rows(3), 3, "a row with this number is missing"),
        (lambda: remove_rows(1), 1, "a row with this number is missing"),
        (lambda: change_row(5, seq=7), 5, "a row with this number is missing"),
        (exchange_two_rows, 2, "it does not follow the row before it"),
    ],
)
def test_the_audit_names_the_first_row_that_was_changed(
    store: str, tamper: Callable[[], None], seq: int, why: str
) -> None:
    enter_five()
    tamper()
    found = audit_ledger()
    assert found.broken_seq == seq
    assert why in found.why
    with pytest.raises(BrokenLedger, match=f"Row {seq} of the ledger does not hold.*Nothing was carried out"):
        refuse_broken_ledger()


@pytest.mark.parametrize(("removed", "seq"), [((5,), 5), ((3, 4, 5), 3), ((1, 2, 3, 4, 5), 1)])
def test_rows_cut_off_the_end_are_missed_because_the_head_stands_outside(
    store: str, removed: tuple[int, ...], seq: int
) -> None:
    enter_five()
    write_anchor()
    remove_rows(*removed)
    found = audit_ledger()
    assert (found.broken_seq, found.rows) == (seq, 5 - len(removed))
    assert "though its hash or that of a later row was written outside" in found.why


@pytest.mark.parametrize(("anchored", "seq"), [(True, 3), (False, 5)])
def test_a_tail_rewritten_consistently_is_caught_by_the_heads_outside(store: str, anchored: bool, seq: int) -> None:
    enter_five(anchored)
    write_anchor()
    rewrite_from(3)
    found = audit_ledger()
    assert found.broken_seq == seq
    assert "differs from the one written outside the database" in found.why


def test_a_head_written_after_the_rewriting_does_not_cover_it_up(store: str) -> None:
    enter_five()
    write_anchor()
    rewrite_from(3)
    write_anchor()  # the next night, unaware
    assert len(read_anchors()) == 2
    assert audit_ledger().broken_seq == 5


def test_rows_cut_off_and_grown_again_are_caught(store: str) -> None:
    enter_five()
    write_anchor()
    remove_rows(4, 5)
    for number in (6, 7, 8):
        enter(f"key/{number}")
        write_anchor()
    assert audit_ledger().broken_seq == 5


def test_a_store_that_was_restored_holds_again(store: str) -> None:
    enter_five()
    write_anchor()
    kept = [(row.seq, row.content, row.previous, row.hash) for row in read_rows()]
    rewrite_from(2)
    write_anchor()
    for seq, content, previous, hashed in kept:
        change_row(seq, content=content, previous=previous, hash=hashed)
    assert audit_ledger().broken_seq == 0


def test_the_head_is_written_where_the_operator_wants_it_and_once(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_ANCHORS", str(tmp_path / "another disk"))
    enter_five()
    head = write_anchor()
    assert write_anchor() == head == read_head()
    assert anchors_path() == tmp_path / "another disk" / "ledger-heads.jsonl"
    assert read_anchors() == [head]


def test_a_head_that_was_written_by_half_is_passed_over_and_spoils_none_after_it(store: str) -> None:
    enter_five()
    write_anchor()
    with anchors_path().open("a") as file:
        file.write('{"seq": 5, "ha')  # the process died here
    assert read_anchors() == [read_head()]
    enter("key/6", units=72)
    write_anchor()
    assert read_anchors()[-1] == read_head() == (6, read_rows()[-1].hash)
    assert audit_ledger().broken_seq == 0
    rewrite_from(6)
    assert audit_ledger().broken_seq == 6


APPEND = """
import sys
from tasks.store.ledger import append_event, open_ledger
for number in range(20):
    with open_ledger() as session:
        append_event(session, "execution", "intent", f"{sys.argv[1]}/{number}", {"number": number}, seller="haina")
"""


def start_appending(name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", APPEND, name], cwd=ROOT, env=dict(os.environ))


def test_processes_that_open_a_new_store_and_append_at_once_leave_one_chain_without_gaps(store: str) -> None:
    running = [start_appending(name) for name in ("one", "two")]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    events = list_events()
    assert [event.seq for event in events] == [*range(1, 41)]
    for name in ("one", "two"):
        own = [event.facts["number"] for event in events if event.key.startswith(f"{name}/")]
        assert own == [*range(20)]
    assert audit_ledger().broken_seq == 0


def test_a_database_that_another_program_holds_is_said_and_nothing_is_recorded(home: Path) -> None:
    enter("key/1")
    with open_session() as session:
        session.execute(text("PRAGMA busy_timeout = 50"))  # thirty seconds are too long for a test
    holder = sqlite3.connect(home / "farsail.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match=r"database is locked\); nothing was recorded by this step"):
        enter("key/2")
    assert read_head()[0] == 1
    holder.execute("ROLLBACK")
    holder.close()
    assert enter("key/2").seq == 2


@pytest.mark.postgres
def test_a_server_whose_chain_another_session_holds_is_said_and_nothing_is_recorded(
    home: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_DATABASE_URL", postgres_database)
    monkeypatch.setattr(ledger, "PATIENCE_SECONDS", 0.05)
    enter("key/1")
    with open_ledger(), pytest.raises(StoreBusy, match=r"lock timeout\); nothing was recorded by this step"):
        enter("key/2")
    assert enter("key/2").seq == 2


def test_a_disk_without_room_is_said_and_the_chain_goes_on_once_there_is_some(home: Path) -> None:
    enter("key/1")
    with open_session() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreBusy, match="Free the disk"):
        enter("key/2", said="x" * 100_000)
    with open_session() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))
        assert session.scalar(select(func.count()).select_from(LedgerRow)) == 1
    assert enter("key/2").seq == 2
    assert audit_ledger().broken_seq == 0
