"""Deciding in Prefect's pages as a newcomer does, with a real browser; and what nobody gets past without a code.

One `make up` serves all tests, in their order: the night's proposal is attacked, survives restarts, is approved in
part with an edit, and the edit is approved while everything is stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from config.language import format_money
from tasks.lines import number_lines
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import list_events, read_head
from tasks.store.proposals import Proposal, list_waiting, read_proposal
from tests.browser import Desk, open_desk, run_up
from tests.up import FINAL, Up

pytestmark = [pytest.mark.long, pytest.mark.browser]

APPROVED, EDITED = ("1", "6"), "1.1"
"""Approved are a supplier order, but for one line that is changed, and a shipment; the rest is left out."""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with run_up(tmp_path_factory.mktemp("decide") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def desk(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(up, tmp_path_factory.mktemp("pictures")) as opened:
        yield opened


@pytest.fixture(scope="module")
def proposal(up: Up, desk: Desk) -> Proposal:
    """The proposal of a night that was started from its form's deployment."""
    assert up.finish(up.begin("on-demand", seller_id="demo"), seconds=240) == "COMPLETED"
    found = next(each for each in list_waiting() if each.body["journey"] == "nightly")
    desk.wait_until_asked(found.digest)
    return found


@pytest.fixture(scope="module")
def rules(up: Up, desk: Desk, proposal: Proposal) -> Proposal:
    """The seller's standing rules, which wait for an approval of their own."""
    return next(each for each in list_waiting() if each.body["journey"] == "rules")


def test_full_access_to_prefects_api_without_a_code_approves_nothing(
    up: Up, desk: Desk, proposal: Proposal, rules: Proposal
) -> None:
    asked = desk.wait_until_asked(proposal.digest)
    rules_asked = desk.wait_until_asked(rules.digest)
    amount = f"{_sum_money(proposal, [number for number, _, _ in number_lines(proposal.body)]) / 100:.2f}"
    made_up = {"approver": "lin", "answer": "approve", "amount": amount, "code": "000000"}
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["decide"]}})[0]["id"]

    # an answer with a made-up code, and one with none at all
    assert up.ask(f"flow_runs/{asked['id']}/resume", run_input=made_up)[0]["status"] == "ACCEPT"
    assert up.ask(f"flow_runs/{rules_asked['id']}/resume")[0]["status"] == "ACCEPT"
    # more runs: of the same proposal, of a part of its digest, of nothing; and an execution
    up.begin("decide", proposal=proposal.digest)
    up.begin("decide", proposal=proposal.digest[:12])
    unknown = up.begin("decide", proposal="0" * 64)
    execution = up.begin("execute", seller_id="demo")
    assert up.finish(execution) == "COMPLETED"
    assert up.finish(unknown) == "FAILED"
    asked = desk.wait_until_asked(proposal.digest, than=asked["state"]["id"])
    rules_asked = desk.wait_until_asked(rules.digest, than=rules_asked["state"]["id"])

    # an answer written past the form, then the run declared done and begun anew
    key = asked["state"]["state_details"]["run_input_keyset"]["response"]
    forged = {"key": key, "value": json.dumps({**made_up, "approver": "chen"}), "sender": "prefect"}
    up.ask(f"flow_runs/{asked['id']}/input", **forged)
    for state in ("COMPLETED", "SCHEDULED"):
        up.ask(f"flow_runs/{asked['id']}/set_state", state={"type": state}, force=True)
    asked = desk.wait_until_asked(proposal.digest, than=asked["state"]["id"])
    up.ask(f"flow_runs/{asked['id']}/set_state", state={"type": "COMPLETED"}, force=True)
    up.call("PATCH", f"flow_runs/{asked['id']}", name="approved")
    done = {"parameters": {"proposal": proposal.digest}, "state": {"type": "COMPLETED"}}
    up.ask(f"deployments/{deployment}/create_flow_run", **done)

    assert desk.query("SELECT * FROM ledger") == []
    assert desk.query("SELECT * FROM instruction") == []
    assert {result for (result,) in desk.query("SELECT result FROM answer")} <= {"refused", "wrong code"}
    assert desk.list_papers() == []
    assert desk.list_bookings() == []
    assert {each.digest for each in list_waiting()} == {proposal.digest, rules.digest}


def test_a_suspended_run_survives_ctrl_c_and_is_answered_after_it(
    up: Up, desk: Desk, proposal: Proposal, rules: Proposal
) -> None:
    before = desk.wait_until_asked(rules.digest)
    assert up.stop() in (0, 130)
    up.start()
    up.wait_for("[4/4] up:")
    _assert_still_asked(desk, rules, before)
    desk.answer(
        before["id"],
        approver="chen",
        answer="reject",
        reason="Every line is looked at for now.",
        code=desk.show_code("chen"),
    )
    assert up.finish(before["id"]) == "COMPLETED"
    assert desk.query("SELECT event, proposal FROM ledger") == [("reject", rules.digest)]
    # the run that was declared done asks again, since its proposal still waits
    desk.wait_until_asked(proposal.digest)


def test_a_suspended_run_survives_that_everything_is_killed(up: Up, desk: Desk, proposal: Proposal) -> None:
    before = desk.wait_until_asked(proposal.digest)
    up.kill_all()
    assert up.find_processes() == {}
    up.start()
    up.wait_for("[4/4] up:")
    _assert_still_asked(desk, proposal, before)


def test_a_newcomer_approves_a_part_with_an_edit_and_finds_papers_booking_and_report(
    up: Up, desk: Desk, proposal: Proposal
) -> None:
    lines = {number: line for number, _, line in number_lines(proposal.body)}
    taken = [number for number in lines if number.partition(".")[0] in APPROVED and number != EDITED]
    places = {number.partition(".")[0] for number in lines}
    leave_out = ", ".join(sorted(places - set(APPROVED), key=int))
    units = lines[EDITED]["payload"]["units"] + lines[EDITED]["payload"]["carton_units"]
    money = _sum_money(proposal, taken)
    assert any(not lines[number]["reversible"] for number in taken)

    # the run list names what waits
    name = f"decide · demo · 2025-11-24 · nightly · {proposal.digest[:8]}"
    desk.page.goto(f"{up.server}/runs")
    entry = desk.page.locator(".state-list-item", has_text=name).filter(has_text="Suspended")
    entry.wait_for()
    desk.take_picture("runs")
    from playwright.sync_api import TimeoutError as TooLate

    for _ in range(6):  # the list may be drawn anew at the very moment of a click
        entry.get_by_text(name).click()
        with suppress(TooLate):
            desk.page.wait_for_url("**/runs/flow-run/*", timeout=10_000)
            break
    run = desk.page.url.rpartition("/")[2]
    assert run == desk.find_run(proposal.digest)["id"]

    # the form shows lines and money, without scrolling to them first
    dialog = desk.open_form(run)
    said = dialog.inner_text()
    whole = format_money(_sum_money(proposal, list(lines)), "CNY", "en")
    assert whole in said
    for number in ("1.1", "6.1"):
        assert lines[number]["payload"]["sku"] in said
        assert format_money(lines[number]["money_minor"], "CNY", "en") in said
    for text in (whole, lines[EDITED]["payload"]["sku"]):
        assert dialog.get_by_text(text).first.bounding_box()["y"] < 700

    # a slip: the amount is another one; nothing is recorded, and the next form says why
    answer = {
        "approver": "lin",
        "leave_out": leave_out,
        "edits": f"{EDITED} = {units}",
        "reason": "One carton more than last year's promotion took.",
    }
    asked = desk.wait_until_asked(proposal.digest)
    desk.answer(run, **answer, amount="1.00", code=desk.show_code("lin", spend=False))
    asked = desk.wait_until_asked(proposal.digest, than=asked["state"]["id"])
    said = desk.open_form(run).inner_text()
    assert "Not recorded" in said
    assert f"exactly CNY {money / 100:.2f}" in said
    assert list_events(proposal=proposal.digest) == []

    # the answer as it was meant
    desk.answer(run, **answer, amount=f"{money / 100:,.2f}", code=desk.show_code("lin"))
    assert up.finish(run) == "COMPLETED"
    desk.execute()

    # papers, booking, ledger
    orders, shipments = _name_papers(proposal)
    assert desk.list_papers() == sorted(f"{name}.{kind}" for name in (orders, shipments) for kind in ("json", "xlsx"))
    paper = json.loads((up.home / "outbox" / "demo" / "2025-11-24" / f"{orders}.json").read_text(encoding="utf-8"))
    assert {line["number"] for line in paper["lines"]} == {number for number in taken if number.startswith("1.")}
    (booking,) = desk.list_bookings()
    assert booking["order"]["reference"].startswith(shipments)
    assert "automated agent" in booking["agent"]
    events = desk.query("SELECT event FROM ledger WHERE proposal = ? ORDER BY seq", proposal.digest)
    assert [event for (event,) in events] == ["edit", "approve", *["intent", "outcome"] * 3]
    approval = list_events(proposal=proposal.digest, event="approve")[0].facts
    assert (approval["by"], approval["money_minor"], sorted(approval["lines"])) == ("lin", money, sorted(taken))
    outcomes = list_events(proposal=proposal.digest, event="outcome")
    assert {event.facts["state"] for event in outcomes} == {"done"}
    _assert_chain_holds(desk)
    assert audit_ledger().broken_seq == 0

    # the report says what happened
    report = (up.home / "reports" / "demo" / "2025-11-24" / "morning-report.html").read_text(encoding="utf-8")
    assert "Lin Lan" in report
    assert read_head()[1] in report
    assert orders in report


def test_who_changed_a_line_cannot_approve_the_change(up: Up, desk: Desk, proposal: Proposal) -> None:
    edit = _find_edit(proposal)
    asked = desk.wait_until_asked(edit.digest)
    assert asked["name"] == f"decide · demo · 2025-11-24 · edit · {edit.digest[:8]}"
    desk.answer(asked["id"], approver="lin", code=desk.show_code("lin", spend=False))
    asked = desk.wait_until_asked(edit.digest, than=asked["state"]["id"])
    said = desk.open_form(asked["id"]).inner_text()
    assert "made this edit; somebody else must approve it" in said
    assert list_events(proposal=edit.digest) == []


def test_a_stop_from_its_form_ceases_all_acting_until_an_owner_lifts_it(
    up: Up, desk: Desk, proposal: Proposal
) -> None:
    edit = _find_edit(proposal)
    papers = desk.list_papers()
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["stop"]}})[0]["id"]
    desk.page.goto(f"{up.server}/deployments/deployment/{deployment}/run")
    desk.page.locator("textarea").first.fill("The carrier's prices look wrong.")
    desk.take_picture("stop")
    desk.submit(desk.page, lambda: not desk.page.url.endswith("/run"))
    (stop,) = up.ask("flow_runs/filter", deployments={"id": {"any_": [deployment]}})
    assert up.finish(stop["id"]) == "COMPLETED"
    assert [event.facts["reason"] for event in list_events(event="stop")] == ["The carrier's prices look wrong."]

    # a made-up code lifts nothing; somebody else approves the edit: that is recorded, and nothing is sent
    lift = {"seller_id": "demo", "approver": "chen", "reason": "The prices were right."}
    guess = up.begin("lift", **lift, code="000000")
    asked = desk.wait_until_asked(edit.digest)
    executions = len(up.list_runs("execute"))
    desk.answer(asked["id"], approver="wu", code=desk.show_code("wu"))
    assert up.finish(asked["id"]) == "COMPLETED"
    assert up.finish(guess) == "FAILED"
    _wait_for_more(up, executions)
    assert "stopped" in desk.execute()
    assert [event.event for event in list_events(proposal=edit.digest)] == ["approve"]
    assert desk.list_papers() == papers

    # the owner's code lifts it, and what waited is carried out
    executions = len(up.list_runs("execute"))
    assert up.finish(up.begin("lift", **lift, code=desk.show_code("chen"))) == "COMPLETED"
    _wait_for_more(up, executions)
    desk.execute()
    assert [event.event for event in list_events(proposal=edit.digest)] == ["approve", "intent", "outcome"]
    written = set(desk.list_papers()) - set(papers)
    assert written == {f"PO-20251124-hongda-{edit.digest[:6]}.{kind}" for kind in ("json", "xlsx")}
    line = next(edited for _, _, edited in number_lines(edit.body))
    paper = next(path for path in (up.home / "outbox").rglob(f"*{edit.digest[:6]}.json"))
    assert json.loads(paper.read_text(encoding="utf-8"))["units"] == line["payload"]["units"]
    _assert_chain_holds(desk)
    assert audit_ledger().broken_seq == 0


def _sum_money(proposal: Proposal, numbers: list[str]) -> int:
    return sum(line["money_minor"] for number, _, line in number_lines(proposal.body) if number in numbers)


def _name_papers(proposal: Proposal) -> list[str]:
    """Numbers of the order's and of the shipment's papers."""
    order, shipment = (proposal.body["decisions"][int(place) - 1] for place in APPROVED)
    partners = {"PO": order["supplier"], "SI": shipment["lane"]}
    return [f"{kind}-20251124-{partner}-{proposal.digest[:6]}" for kind, partner in partners.items()]


def _find_edit(proposal: Proposal) -> Proposal:
    edit = list_events(proposal=proposal.digest, event="edit")[0].facts["edit"]
    return read_proposal(edit)


def _wait_for_more(up: Up, executions: int) -> None:
    for _ in range(120):
        if len(up.list_runs("execute")) > executions:
            return
        time.sleep(0.5)
    raise AssertionError("no execution followed")


def _assert_still_asked(desk: Desk, proposal: Proposal, before: dict[str, Any]) -> None:
    """The proposal's run is the same and suspended as before, and no other run asks about it."""
    time.sleep(3)  # `make up` opens what waits before its worker starts; a second run would be there by now
    now = desk.find_run(proposal.digest)
    assert (now["id"], now["state"]["id"]) == (before["id"], before["state"]["id"])
    runs = [run for run in desk.up.list_runs() if proposal.digest.startswith(run["parameters"].get("proposal", "-"))]
    assert [run["id"] for run in runs if run["state"]["type"] not in FINAL] == [before["id"]]


def _assert_chain_holds(desk: Desk) -> None:
    """Recomputed from the store's rows alone."""
    previous = "0" * 64
    for before, content, found in desk.query("SELECT previous, content, hash FROM ledger ORDER BY seq"):
        assert before == previous
        assert hashlib.sha256(before.encode() + content).hexdigest() == found
        previous = found
