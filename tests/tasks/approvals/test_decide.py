"""One way into the decision ledger: what is released is exactly what somebody who may has approved, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import desk
import pytest
from sqlalchemy import text

from skills.vocabulary import Refusal
from tasks.approvals.answer import BadAnswer
from tasks.approvals.codes import WrongCode
from tasks.approvals.decidable import NotDecidable
from tasks.approvals.decide import NotAllowed, Recorded
from tasks.execution.carry import list_open
from tasks.lines import digest_payload, number_lines
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import Event, StoreBusy, list_events, open_ledger, read_head
from tasks.store.models import InstructionRow
from tasks.store.proposals import UnknownProposal, list_waiting, read_current, read_proposal
from tasks.store.session import open_session

ALL = "3000"
"""Money of the desk's usual proposal: 1.1 and 1.2 ordered for 1,200 each, 2.1 shipped for 600."""


@pytest.fixture(autouse=True)
def folder(sellers: Path) -> Path:
    return sellers


def released(digest: str) -> list[InstructionRow]:
    return list_open("haina", digest)


def lines_of(row: InstructionRow) -> dict[str, dict[str, Any]]:
    return {line["number"]: line for line in json.loads(row.payload)["lines"]}


def decisions(digest: str) -> list[Event]:
    return list_events(proposal=digest, book="decision")


def refuse_exactly_what_was_approved(digest: str) -> set[str]:
    """Every instruction of a proposal is one that a decision released, with that content; numbers of its lines."""
    proposed = {number: line for number, _, line in number_lines(read_proposal(digest).body)}
    approved: dict[str, str] = {}
    keys: dict[str, str] = {}
    for event in decisions(digest):
        if event.event == "approve" and event.facts["released"]:
            approved |= event.facts["lines"]
            keys |= event.facts["instructions"]
    rows = released(digest)
    assert {row.key: row.digest for row in rows} == keys
    for row in rows:
        assert hashlib.sha256(row.payload).hexdigest() == row.digest
        for number, line in lines_of(row).items():
            assert line["payload"] == proposed[number]["payload"]
            assert digest_payload(line["payload"]) == line["digest"] == approved[number]
            assert line["money_minor"] == proposed[number]["money_minor"]
        assert json.loads(row.payload)["money_minor"] == sum(line["money_minor"] for line in lines_of(row).values())
    carried = [number for row in rows if row.target == "files" for number in lines_of(row)]
    assert sorted(carried) == sorted(approved)  # each line once
    return set(approved)


# ---- approving -------------------------------------------------------------------------------------------


def test_approving_all_releases_exactly_what_was_approved() -> None:
    digest = desk.propose()
    recorded = desk.say(digest, amount=ALL)
    assert recorded == Recorded(digest, 1, "approve", released=2, missing=0, edit="", closed=True)
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2", "2.1"}
    (event,) = decisions(digest)
    assert (event.facts["by"], event.facts["name"], event.facts["role"]) == ("lin", "Lin Lan", "planner")
    assert (event.facts["money_minor"], event.facts["currency"], event.facts["left_out"]) == (300_000, "CNY", [])
    assert read_proposal(digest).decided_at == desk.NOON
    assert list_waiting("haina") == []


@pytest.mark.parametrize(
    ("leave_out", "amount", "kept"),
    [
        ("1.2", "1800", {"1.1", "2.1"}),
        ("1", "600", {"2.1"}),
        ("2", "", {"1.1", "1.2"}),
        ("1.1 2.1", "", {"1.2"}),
    ],
)
def test_approving_a_part_releases_that_part_and_closes_the_rest(leave_out: str, amount: str, kept: set[str]) -> None:
    digest = desk.propose()
    assert desk.say(digest, leave_out=leave_out, amount=amount).closed
    assert refuse_exactly_what_was_approved(digest) == kept
    assert set(decisions(digest)[0].facts["left_out"]) == {"1.1", "1.2", "2.1"} - kept
    with pytest.raises(NotDecidable, match="Every line of this proposal is decided"):
        desk.say(digest, amount=ALL, now=desk.later(1))


def test_each_target_of_a_decision_gets_one_instruction_of_the_same_content(folder: Path) -> None:
    policy = {"execution": {"shipment_targets": ["files", "carrier"], "carrier_url": "simulated"}}
    desk.write_seller(folder, generated=["carrier"], policy=policy)
    digest = desk.propose()
    assert desk.say(digest, amount=ALL).released == 3
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2", "2.1"}
    shipped = [row for row in released(digest) if row.decision == "ship:SZ-DE-SEA"]
    assert [row.target for row in shipped] == ["files", "carrier"]
    assert lines_of(shipped[0]) == lines_of(shipped[1])


def test_rejecting_releases_nothing_and_keeps_the_reason() -> None:
    digest = desk.propose()
    assert desk.say(digest, answer="reject", reason=" the fair was cancelled ").closed
    assert released(digest) == []
    assert decisions(digest)[0].facts["reason"] == "the fair was cancelled"


def test_a_line_past_its_last_day_is_refused_and_named_and_the_rest_goes(folder: Path) -> None:
    digest = desk.propose()
    desk.write_seller(folder, as_of="2025-11-29")  # the shipment held until the 28th
    assert desk.say(digest).closed
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2"}
    assert decisions(digest)[0].facts["expired"] == ["2.1"]


def test_a_line_can_be_approved_on_its_last_day(folder: Path) -> None:
    digest = desk.propose()
    desk.write_seller(folder, as_of="2025-11-28")
    desk.say(digest, amount=ALL)
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2", "2.1"}


def test_a_proposal_whose_lines_are_all_past_their_last_day_cannot_be_approved(folder: Path) -> None:
    digest = desk.propose()
    desk.write_seller(folder, as_of="2026-01-10")
    with pytest.raises(BadAnswer, match="0 lines are left out, 3 are past their last day"):
        desk.say(digest)
    assert desk.say(digest, answer="reject", reason="too late", now=desk.later(1)).closed
    assert decisions(digest)[0].facts["expired"] == ["1.1", "1.2", "2.1"]


# ---- editing ---------------------------------------------------------------------------------------------


def edit(digest: str, edits: str = "1.1 = 72", **more: Any) -> Recorded:
    return desk.say(digest, edits=edits, reason="they sold out last week", **more)


def test_an_edit_is_a_proposal_of_its_own_that_somebody_else_approves() -> None:
    digest = desk.propose()
    recorded = edit(digest, amount="1800")
    assert (recorded.event, recorded.released, recorded.closed) == ("approve", 2, True)
    assert refuse_exactly_what_was_approved(digest) == {"1.2", "2.1"}
    child = read_proposal(recorded.edit)
    assert child.digest != digest and child.standing == "edit"
    (line,) = child.body["decisions"][0]["lines"]
    assert (line["payload"]["units"], line["payload"]["cartons"], line["money_minor"]) == (72, 6, 180_000)
    assert child.body["edits"] | {"name": ""} == {
        "of": digest,
        "by": "lin",
        "name": "",
        "reason": "they sold out last week",
        "units": {"1.1": [48, 72]},
    }
    assert [event.event for event in decisions(digest)] == ["edit", "approve"]
    assert decisions(digest)[0].facts["edit"] == child.digest
    assert [proposal.digest for proposal in list_waiting("haina")] == [child.digest]
    assert released(child.digest) == []
    assert desk.say(child.digest, "wu", now=desk.later(1)).released == 1
    assert refuse_exactly_what_was_approved(child.digest) == {"1.1"}


def test_nobody_approves_an_edit_of_their_own_not_even_changed_again_or_in_part() -> None:
    digest = desk.propose()
    child = edit(digest, "1.1 = 72, 1.2 = 72", amount="600").edit
    for attempt, answer in enumerate(({}, {"leave_out": "1.2"}, {"edits": "1.1 = 96", "reason": "more"}), 1):
        with pytest.raises(NotAllowed, match="Lin Lan made this edit; somebody else must approve it"):
            desk.say(child, "lin", now=desk.later(attempt), **answer)
    assert released(child) == []


def test_who_made_an_edit_may_take_it_back() -> None:
    digest = desk.propose()
    child = edit(digest, amount="1800").edit
    assert desk.say(child, "lin", "reject", now=desk.later(1), reason="a slip").closed
    assert released(child) == []
    assert list_waiting("haina") == []


def test_who_changes_an_edit_needs_somebody_else_again() -> None:
    digest = desk.propose()
    child = edit(digest, amount="1800").edit
    grandchild = desk.say(child, "wu", edits="1.1 = 96", reason="more", now=desk.later(1)).edit
    with pytest.raises(NotAllowed, match="Wu Haisheng made this edit"):
        desk.say(grandchild, "wu", now=desk.later(2))
    assert desk.say(grandchild, "lin", now=desk.later(3)).released == 1
    assert [line["payload"]["units"] for line in lines_of(released(grandchild)[0]).values()] == [96]
    assert released(child) == []


def test_an_edit_alone_decides_the_lines_that_it_leaves_out_too() -> None:
    digest = desk.propose()
    recorded = edit(digest, leave_out="1.2 2")
    assert (recorded.event, recorded.released, recorded.closed) == ("edit", 0, True)
    with pytest.raises(NotDecidable):
        desk.say(digest, "wu", amount=ALL, now=desk.later(1))
    assert released(digest) == []


def test_the_same_edit_by_another_person_is_another_proposal() -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    edits = {edit(first, amount="1800").edit, edit(second, approver="wu", amount="1800").edit}
    assert len(edits) == 2


# ---- several people, roles, limits -----------------------------------------------------------------------

BIG = [desk.order_line(f"TT-{number}", money_minor=470_000) for number in (1, 2, 3)]
"""Any two are more than one person may approve alone (9,000)."""


def propose_big() -> str:
    return desk.propose(desk.order(*BIG))


def test_above_the_cap_the_first_approval_releases_nothing_and_the_second_persons_does() -> None:
    digest = propose_big()
    first = desk.say(digest, "lin", leave_out="1.3")
    assert (first.released, first.missing, first.closed) == (0, 1, False)
    assert released(digest) == [] and read_proposal(digest).decided_at is None
    assert decisions(digest)[0].facts["instructions"] == {}
    second = desk.say(digest, "wu", leave_out="1.3", now=desk.later(1))
    assert (second.released, second.missing, second.closed) == (1, 0, True)
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2"}
    assert decisions(digest)[1].facts["with"] == ["lin"]


def test_the_same_person_twice_is_one_person() -> None:
    digest = propose_big()
    desk.say(digest, "lin", leave_out="1.3")
    with pytest.raises(NotAllowed, match="Lin Lan approved these lines already; another person's approval"):
        desk.say(digest, "lin", leave_out="1.3", now=desk.later(1))
    assert released(digest) == []


def test_approvals_of_other_lines_do_not_count_together() -> None:
    digest = propose_big()
    desk.say(digest, "lin", leave_out="1.3")
    assert desk.say(digest, "wu", leave_out="1.2", now=desk.later(1)).missing == 1
    assert released(digest) == []
    assert desk.say(digest, "chen", leave_out="1.2", now=desk.later(2)).released == 1
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.3"}
    assert decisions(digest)[2].facts["with"] == ["wu"]


@pytest.mark.parametrize(("hours", "missing"), [(71.9, 0), (72, 0), (72.1, 1)])
def test_an_approval_that_waits_for_another_person_lapses(hours: float, missing: int) -> None:
    digest = propose_big()
    desk.say(digest, "lin", leave_out="1.3")
    second = desk.say(digest, "wu", leave_out="1.3", now=desk.later(hours * 60))
    assert second.missing == missing
    assert bool(released(digest)) == (not missing)


def test_after_a_lapse_the_first_person_may_approve_again() -> None:
    digest = propose_big()
    desk.say(digest, "lin", leave_out="1.3")
    assert desk.say(digest, "lin", leave_out="1.3", now=desk.later(73 * 60)).missing == 1
    assert desk.say(digest, "wu", leave_out="1.3", now=desk.later(74 * 60)).released == 1


def test_three_are_three(folder: Path) -> None:
    desk.write_seller(folder, policy={"approvals": {"several": 3}})
    digest = propose_big()
    missing = [
        desk.say(digest, name, leave_out="1.3", now=desk.later(minute)).missing
        for minute, name in enumerate(("lin", "wu", "chen"))
    ]
    assert missing == [2, 1, 0]
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2"}


def test_the_cap_itself_needs_one_person() -> None:
    digest = desk.propose(desk.order(desk.order_line("TT-1", money_minor=900_000)))
    assert desk.say(digest).released == 1


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ({"amount": ALL}, "2.1"),
        ({"leave_out": "2"}, "2.1"),  # leaving out decides too
        ({"edits": "2.1 = 36", "reason": "more"}, "2.1"),
        ({"answer": "reject", "reason": "no"}, "2.1"),
    ],
)
def test_a_role_decides_only_its_kinds(answer: dict[str, str], named: str) -> None:
    digest = desk.propose()
    with pytest.raises(NotAllowed, match=rf"Bai Yun \(buyer\) may not decide on {named}"):
        desk.say(digest, "bai", **answer)
    assert read_head()[0] == 0


def test_a_role_decides_a_proposal_of_its_kinds() -> None:
    assert desk.say(desk.propose(desk.order(desk.order_line("TT-1"))), "bai").released == 1


def test_a_roles_limit_is_the_most_money_of_one_approval(folder: Path) -> None:
    desk.write_seller(folder, policy={"approvals": {"several_above_minor": None}})
    digest = desk.propose(desk.order(desk.order_line("TT-1", money_minor=1_000_000), desk.order_line("TT-2")))
    with pytest.raises(NotAllowed, match=r"CNY 11,200\.00 is more than Lin Lan \(planner\).*at once: 10,000\.00"):
        desk.say(digest, "lin")
    assert desk.say(digest, "lin", leave_out="1.2", now=desk.later(1)).released == 1


@pytest.mark.parametrize("name", ["", "nobody", "LIN", "Lin Lan", "planner"])
def test_an_unknown_approver_is_told_who_there_is(name: str) -> None:
    with pytest.raises(NotAllowed, match=r"is no approver of haina\. Approvers are lin, wu, bai, chen"):
        desk.say(desk.propose(), name, code="123456", amount=ALL)


# ---- what cannot be decided, and what is one answer ------------------------------------------------------


def rerun(**more: Any) -> str:
    return desk.propose(desk.order(desk.order_line("TT-5")), **more)


def propose_superseded() -> str:
    digest = desk.propose()
    rerun()
    return digest


def propose_late() -> str:
    desk.say(desk.propose(), "wu", amount=ALL, now=desk.later(-5))
    return rerun()


def propose_decided() -> str:
    digest = desk.propose()
    desk.say(digest, "wu", amount=ALL, now=desk.later(-5))
    return digest


def propose_older() -> str:
    digest = desk.propose()
    rerun(as_of=date(2025, 11, 25))
    return digest


def propose_edit_of_an_older_one() -> str:
    child = edit(desk.propose(), approver="wu", amount="1800", now=desk.later(-5)).edit
    rerun(as_of=date(2025, 11, 25))
    return child


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: desk.propose(journey="what-if"), r"a trial \(what if\); decide on the night's own proposal"),
        (propose_superseded, "superseded by a rerun of its morning; decide on what stands"),
        (propose_late, "came after its morning had been decided; it stands beside it only"),
        (propose_decided, "Every line of this proposal is decided; the ledger shows by whom"),
        (propose_older, "A newer proposal stands: [0-9a-f]{12}"),
        (propose_edit_of_an_older_one, "A newer proposal stands: [0-9a-f]{12}"),
    ],
)
@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_what_does_not_stand_cannot_be_decided_and_the_refusal_says_why(
    make: Callable[[], str], said: str, answer: str
) -> None:
    digest = make()
    before = read_head(), [row.key for row in released(digest)]
    with pytest.raises(NotDecidable, match=said):
        desk.say(digest, "lin", answer, amount=ALL, reason="no")
    assert (read_head(), [row.key for row in released(digest)]) == before


def test_a_proposal_that_nobody_made_cannot_be_decided() -> None:
    with pytest.raises(UnknownProposal, match="0 proposals start with ffff"):
        desk.say("ffff")


def test_a_rerun_after_a_first_decision_stands_beside_it_and_is_late() -> None:
    digest = propose_big()
    desk.say(digest, "lin", leave_out="1.3")  # waits for a second person
    late = read_proposal(rerun())
    assert late.standing == "late"
    current = read_current("haina", "nightly", desk.MORNING)
    assert current is not None and current.digest == digest
    assert desk.say(digest, "wu", leave_out="1.3", now=desk.later(1)).released == 1


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"amount": "2999"}, BadAnswer),
        ({"leave_out": "9"}, BadAnswer),
        ({"answer": "reject"}, BadAnswer),
        ({"approver": "bai"}, NotAllowed),
        ({"approver": "nobody", "code": "1"}, NotAllowed),
        ({"amount": ALL, "code": "000000"}, WrongCode),
        ({"amount": ALL, "code": ""}, WrongCode),
    ],
)
def test_a_refused_answer_leaves_nothing_behind_and_the_same_one_is_refused_the_same_way(
    answer: dict[str, str], refusal: type[Refusal]
) -> None:
    digest = desk.propose()
    desk.code_of("lin")
    said = set()
    for minutes in (0, 1):
        with pytest.raises(Refusal) as refused:
            desk.say(digest, source="form/7/1", now=desk.later(minutes), **answer)
        assert minutes or isinstance(refused.value, refusal)
        said.add(str(refused.value))
    assert len(said) == 1
    assert read_head()[0] == 0
    assert released(digest) == []
    assert desk.say(digest, "lin", amount=ALL, now=desk.later(2)).closed


def test_the_same_source_twice_is_one_answer() -> None:
    digest = desk.propose()
    first = desk.say(digest, amount=ALL, source="form/7/1")
    assert desk.say(digest, amount=ALL, source="form/7/1", now=desk.later(5), code="") == first
    assert len(decisions(digest)) == 1
    assert len(released(digest)) == 2


def test_a_store_that_is_busy_says_nothing_about_the_answer() -> None:
    digest = desk.propose()
    desk.code_of("lin")
    with open_ledger(), pytest.raises(StoreBusy, match="run the same again"), ThreadPoolExecutor(1) as other:
        other.submit(_impatient, digest).result()
    assert desk.say(digest, amount=ALL, source="form/7/1").closed


def _impatient(digest: str) -> None:
    with open_session() as session:
        session.execute(text("PRAGMA busy_timeout = 50"))
    desk.say(digest, amount=ALL, source="form/7/1")


@pytest.mark.parametrize("sources", [["a", "b", "c", "d"], ["a", "a", "a", "a"]], ids=["four people", "one form"])
def test_answers_given_at_once_decide_once(sources: list[str]) -> None:
    digest = desk.propose()
    names = ["lin", "wu", "chen", "lin"] if len(set(sources)) > 1 else ["lin"] * 4
    codes = {name: desk.code_of(name) for name in names}

    def answer(place: int) -> Recorded | str:
        try:
            name = names[place]
            return desk.say(digest, name, code=codes[name], amount=ALL, source=f"form/{sources[place]}")
        except Refusal as refusal:
            return str(refusal)

    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(answer, range(4)))
    recorded = [given for given in answers if isinstance(given, Recorded)]
    assert len(set(recorded)) == 1
    assert len(recorded) == (4 if len(set(sources)) == 1 else 1)
    assert len(decisions(digest)) == 1
    assert refuse_exactly_what_was_approved(digest) == {"1.1", "1.2", "2.1"}
    assert audit_ledger().broken_seq == 0


def test_a_proposal_that_was_changed_in_the_database_approves_nothing() -> None:
    digest = desk.propose()
    body = read_proposal(digest).content.replace(b'"units":24', b'"units":84')
    with open_session() as session:
        session.execute(text("UPDATE proposal SET body = :body"), {"body": body})
    with pytest.raises(Refusal):
        desk.say(digest, amount=ALL)
    assert read_head()[0] == 0
