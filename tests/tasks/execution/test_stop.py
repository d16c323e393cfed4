"""What holds acting back: a stop by the ledger's own numbers, a night's caps, one execution at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import desk
import pytest

from config.seller import read_seller
from config.settings import ROOT, read_settings
from tasks.approvals.codes import CodesLocked, WrongCode
from tasks.approvals.decide import NotAllowed
from tasks.execution.carry import Outcome, carry_out, list_open
from tasks.execution.lock import ExecutionBusy, hold_execution
from tasks.execution.papers import PapersTarget
from tasks.execution.stop import AlreadyRunning, MayNotLift, find_stop, lift, prove_stops, read_stop, stop
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import Event, append_event, list_events, open_ledger, read_head


@pytest.fixture(autouse=True)
def sellers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    desk.write_seller(tmp_path / "sellers")
    return tmp_path / "sellers"


def release(*decisions: dict[str, Any], minutes: float = 0, amount: str = "3000", **more: Any) -> str:
    """A proposal that lin has approved as a whole; its instructions wait."""
    digest = desk.propose(*decisions, **more)
    desk.say(digest, amount=amount, now=desk.later(minutes))
    return digest


def carry(minutes: float = 60) -> list[Outcome]:
    """What `execute` does with everything that waits, with papers as the only target."""
    seller = read_seller("haina")
    return [carry_out(row, PapersTarget(seller), seller, desk.later(minutes)) for row in list_open("haina")]


def lift_it(minutes: float, approver: str = "chen", code: str | None = None) -> Event:
    now = desk.later(minutes)
    given = desk.code_of(approver, now) if code is None else code
    return lift(read_seller("haina"), approver, given, "the supplier was called", now)


def enter(event: str, number: int, seller: str = "haina") -> Event:
    facts = {"instruction": f"i{number}", "attempt": 1, "number": f"PO-{number}", "state": "done"}
    with open_ledger() as session:
        return append_event(session, "execution", event, f"{event}/{number}", facts, seller=seller)


def papers() -> list[str]:
    return sorted(path.suffix for path in (read_settings().home / "outbox").rglob("*.*"))


# ---- stopping --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["haina", ""], ids=["this seller", "all sellers"])
def test_after_a_stop_nothing_begins_and_the_ledger_proves_it(whose: str) -> None:
    release()
    stopped = stop(whose, "night watch", "a wrong price list", desk.later(1))
    assert {outcome.state for outcome in carry()} == {"stopped"}
    assert list_events(event="intent") == [] and papers() == []
    assert len(list_open("haina")) == 2  # they wait
    (proof,) = prove_stops("haina")
    assert proof.holds and proof.stop == stopped and proof.lifted is None
    assert (proof.intents_after, proof.outcomes_after, proof.open_before) == ([], [], [])
    assert (stopped.facts["by"], stopped.facts["reason"]) == ("night watch", "a wrong price list")


def test_a_stop_counts_by_its_number_though_its_clock_is_behind() -> None:
    release()
    stop("haina", "night watch", "", desk.NOON - timedelta(days=400))
    assert {outcome.state for outcome in carry()} == {"stopped"}


def test_a_stop_while_nothing_runs_holds_for_what_comes_later() -> None:
    stop("haina", "night watch", "holidays", desk.NOON)
    release(minutes=1)  # deciding goes on
    assert {outcome.state for outcome in carry()} == {"stopped"}


def test_one_sellers_stop_is_not_anothers() -> None:
    release()
    stop("yunhai", "night watch", "")
    assert read_stop("haina") is None and prove_stops("haina") == []
    assert {outcome.state for outcome in carry()} == {"done"}
    assert papers() == [".json", ".json", ".xlsx", ".xlsx"]


def test_stopping_needs_no_code_and_may_be_said_twice() -> None:
    stop("haina", "night watch", "")
    stop("haina", "day watch", "")
    assert [proof.stop.facts["by"] for proof in prove_stops("haina")] == ["day watch", "night watch"]
    with open_ledger() as session:
        found = find_stop(session, "haina")
    assert found is not None and found.seq == 1 and found == read_stop("haina")


# ---- lifting ---------------------------------------------------------------------------------------------


def test_a_lift_is_a_recorded_decision_and_acting_goes_on_after_it() -> None:
    release()
    stop("haina", "night watch", "")
    carry()
    lifted = lift_it(2)
    assert (lifted.book, lifted.event, lifted.seller) == ("decision", "lift", "haina")
    assert {name: lifted.facts[name] for name in ("by", "role", "reason", "stops")} == {
        "by": "chen",
        "role": "owner",
        "reason": "the supplier was called",
        "stops": [2],
    }
    assert {outcome.state for outcome in carry()} == {"done"}
    (proof,) = prove_stops("haina")
    assert proof.holds and proof.lifted == lifted
    assert all(event.seq > lifted.seq for event in list_events(event="intent"))
    assert audit_ledger().broken_seq == 0


def test_one_lift_ends_every_stop_before_it_and_none_after_it() -> None:
    stop("haina", "night watch", "")
    stop("", "day watch", "")
    lift_it(1)
    assert read_stop("haina") is None
    again = stop("haina", "night watch", "")
    assert read_stop("haina") == again
    assert [proof.lifted is None for proof in prove_stops("haina")] == [True, False, False]


def test_lifting_a_stop_of_all_sellers_for_one_leaves_the_others_stopped() -> None:
    stopped = stop("", "night watch", "")
    stop("yunhai", "day watch", "")
    assert lift_it(1).facts["stops"] == [stopped.seq]
    assert read_stop("haina") is None
    assert read_stop("yunhai") == stopped
    assert [proof.lifted for proof in prove_stops("yunhai")] == [None, None]


@pytest.mark.parametrize("approver", ["lin", "bai"])
def test_only_a_role_that_may_lifts_a_stop(approver: str) -> None:
    stop("haina", "night watch", "")
    with pytest.raises(MayNotLift, match="may not lift a stop; roles that may have `lifts_stops`"):
        lift_it(1, approver)
    with pytest.raises(NotAllowed, match="'nobody' is no approver"):
        lift_it(1, "nobody", code="123456")
    assert read_head()[0] == 1


@pytest.mark.parametrize("code", ["", "000000", "12345"])
def test_a_stop_is_not_lifted_without_a_right_code(code: str) -> None:
    stop("haina", "night watch", "")
    desk.code_of("chen")
    with pytest.raises(WrongCode):
        lift_it(1, code=code)
    assert read_stop("haina") is not None and read_head()[0] == 1


def test_a_code_lifts_one_stop_and_decides_nothing_else() -> None:
    stop("haina", "night watch", "")
    lift_it(1)
    stop("haina", "night watch", "")
    with pytest.raises(WrongCode, match="was used already"):
        lift_it(1)
    with pytest.raises(WrongCode, match="was used already"):
        desk.say(desk.propose(), "chen", amount="3000", now=desk.later(1))
    assert lift_it(2).facts["stops"] == [1, 3]


def test_a_code_that_decided_lifts_no_stop() -> None:
    desk.say(desk.propose(), "chen", amount="3000")
    stop("haina", "night watch", "")
    with pytest.raises(WrongCode, match="was used already"):
        lift_it(0)


def test_guessing_at_a_stop_is_as_slow_as_guessing_at_a_proposal() -> None:
    stop("haina", "night watch", "")
    desk.code_of("chen")
    for minute in range(5):
        with pytest.raises(WrongCode):
            lift_it(minute, code="000000")
    with pytest.raises(CodesLocked):
        lift_it(5)
    with pytest.raises(CodesLocked):
        desk.say(desk.propose(), "chen", amount="3000", now=desk.later(6))
    assert lift_it(20).event == "lift"


def test_where_nothing_is_stopped_nothing_is_lifted_and_no_code_is_spent() -> None:
    stop("yunhai", "night watch", "")
    with pytest.raises(AlreadyRunning, match="Nothing is stopped for haina"):
        lift_it(0)
    assert desk.say(desk.propose(), "chen", amount="3000").closed


# ---- the proof -------------------------------------------------------------------------------------------


def test_results_of_what_was_begun_before_a_stop_are_listed_and_so_is_what_is_still_open() -> None:
    ended, late, still_open = (enter("intent", number) for number in (1, 2, 3))
    enter("outcome", 1)
    stop("haina", "night watch", "")
    result = enter("outcome", 2)
    (proof,) = prove_stops("haina")
    assert proof.holds
    assert proof.outcomes_after == [result]
    assert proof.open_before == [still_open]
    assert ended not in proof.open_before and late not in proof.open_before


def test_an_act_begun_after_a_stop_breaks_the_proof() -> None:
    stop("haina", "night watch", "")
    begun = enter("intent", 1)
    (proof,) = prove_stops("haina")
    assert not proof.holds and proof.intents_after == [begun]


def test_a_proof_ends_with_the_lift_and_takes_no_other_sellers_acts() -> None:
    stop("", "night watch", "")
    enter("intent", 1, "yunhai")
    lift_it(1)
    enter("intent", 2)
    (mine,), (theirs,) = prove_stops("haina"), prove_stops("yunhai")
    assert mine.holds and mine.open_before == []
    assert [event.facts["number"] for event in theirs.intents_after] == ["PO-1"]


# ---- a night's caps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "left"),
    [
        ({"most_units_per_night": 119}, 1),
        ({"most_units_per_night": 120}, 2),
        ({"most_units_per_night": 95}, 1),
        ({"most_money_per_night_minor": 299_999}, 1),
        ({"most_money_per_night_minor": 300_000}, 2),
        ({"most_units_per_night": 0}, 0),
    ],
)
def test_no_more_is_begun_in_a_night_than_the_sellers_caps(sellers: Path, cap: dict[str, int], left: int) -> None:
    release()
    desk.write_seller(sellers, policy={"execution": cap})
    outcomes = carry()
    assert [outcome.state for outcome in outcomes].count("done") == left
    assert all("seller's cap" in outcome.said for outcome in outcomes if outcome.state == "refused")
    assert len(list_events(event="intent")) == left
    assert list_open("haina") == []


def test_a_nights_edits_count_with_the_night(sellers: Path) -> None:
    digest = desk.propose()
    child = desk.say(digest, edits="1.1 = 72", reason="sold out", amount="1800").edit
    desk.say(child, "wu", now=desk.later(1))
    desk.write_seller(sellers, policy={"execution": {"most_units_per_night": 48 + 24 + 71}})
    assert sorted(outcome.state for outcome in carry()) == ["done", "done", "refused"]


def test_an_act_that_is_tried_again_counts_once(sellers: Path, home: Path) -> None:
    release()
    desk.write_seller(sellers, policy={"execution": {"most_units_per_night": 120}})
    (home / "outbox").write_text("no folder")
    assert {outcome.state for outcome in carry()} == {"not_done"}
    (home / "outbox").unlink()
    assert {outcome.state for outcome in carry()} == {"done"}


def test_another_night_has_its_own_caps(sellers: Path) -> None:
    desk.write_seller(sellers, policy={"execution": {"most_units_per_night": 120}})
    release()
    release(minutes=1, as_of=desk.MORNING + timedelta(days=1))
    assert {outcome.state for outcome in carry()} == {"done"}


# ---- one execution at a time -----------------------------------------------------------------------------

HOLD = """
import sys
from tasks.execution.lock import hold_execution
with hold_execution(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holding(seller: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, seller],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_while_one_process_acts_for_a_seller_no_other_does_and_its_death_lets_go(store: str) -> None:
    read_head()
    with start_holding("haina") as other:
        with (
            pytest.raises(ExecutionBusy, match="Another process is carrying out the instructions of haina"),
            hold_execution("haina", patience_seconds=0.1),
        ):
            pass
        with hold_execution("yunhai", patience_seconds=0.1):
            pass  # another seller's acts go on
        other.kill()
        other.wait()
        with hold_execution("haina", patience_seconds=10):
            pass
    with hold_execution("haina", patience_seconds=0.1):
        pass  # and it is let go at the end of the block
