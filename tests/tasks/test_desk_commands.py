"""`python -m tasks`: what a person types, sees and is refused; real processes where a process matters."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.settings import ROOT
from tasks.__main__ import main
from tasks.execution.carrier import CarrierTarget, reference_of
from tasks.execution.carry import carry_out, list_open
from tasks.execution.settle import NothingToSettle, list_person_tasks, settle
from tasks.execution.stop import find_stop, prove_stops, stop
from tasks.simulated.carrier import start_carrier
from tasks.store.ledger import list_events, open_ledger, read_head
from tasks.store.proposals import list_waiting, read_proposal
from tasks.waiting import count_columns
from tests.tasks import desk
from tests.tasks.spreadsheet import ANSWER, fill

Shown = pytest.CaptureFixture[str]
RULE = {"id": "small-sea", "kinds": ["shipment_line"], "effect": "spend", "most_per_line_minor": 100_000}


@pytest.fixture
def sellers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of sellers' files, with one seller whose data is generated."""
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    monkeypatch.delenv("FARSAIL_LANGUAGE", raising=False)
    desk.write_seller(tmp_path / "sellers", generator="demo")
    yield tmp_path / "sellers"


def now_code(approver: str) -> str:
    return desk.code_of(approver, datetime.now(UTC))


def run(*arguments: str, shown: Shown) -> tuple[int, str]:
    """The command in this process: its exit code, and what it said."""
    code = main(list(arguments))
    said = shown.readouterr()
    return code, said.out + said.err


def spawn(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "tasks", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=120, **more
    )


def test_what_waits_is_listed_with_money_last_day_reason_and_how_to_answer(sellers: Path) -> None:
    order = desk.order(desk.order_line("TT-1"), desk.order_line("TT-2", expires="2025-11-20"))
    order["lines"][0]["title"] = "棉质茶巾 灰色条纹 \x1b[2J"
    digest = desk.propose(order, desk.shipment(desk.ship_line("TT-1")))
    done = spawn("decide", "--seller", "haina")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    (first,) = [line for line in lines if line.startswith("1.1")]
    assert first.split() == [
        "1.1",
        "TT-1",
        "棉质茶巾",
        "灰色条纹",
        "[2J",
        "48",
        "4",
        "CNY",
        "1,200.00",
        "Fri",
        "5",
        "Dec",
    ]
    rows = [line for line in lines if re.match(r"\d\.\d", line)]
    assert len({count_columns(line[: line.index("CNY")]) for line in rows if "CNY 1,200.00" in line}) == 1
    assert "1  Order · Hongda Textile · CNY 1,200.00" in lines
    assert any("expired" in line for line in rows)
    assert "   Stock would not last until the next order arrives." in lines
    assert any(line.startswith("2.1") and "cannot be undone" in line for line in lines)
    assert "2 lines to decide · CNY 1,800.00" in lines
    assert f"--proposal {digest[:12]} --answer approve" in done.stdout
    assert "\x1b" not in done.stdout


def test_an_answer_with_an_edit_is_recorded_and_says_what_followed(sellers: Path, capsys: Shown) -> None:
    digest = desk.propose()
    asked = ["decide", "--seller", "haina", "--approver", "lin", "--no-execute", "--answer", "approve"]
    options = ["--leave-out", "2", "--edit", "1.2 = 60", "--reason", "sold out", "--code", now_code("lin")]
    code, said = run(*asked, *options, shown=capsys)
    assert code == 0, said
    assert "Row 2 of the ledger: approved; 1 instruction released." in said
    assert "1 instruction waits" in said or "1 instruction wait" in said
    (waiting,) = list_waiting("haina")
    assert f"The edit is proposal {waiting.digest[:12]}" in said
    assert read_proposal(digest).decided_at is not None
    assert (Path(os.environ["FARSAIL_HOME"]) / "anchors" / "ledger-heads.jsonl").exists()


def test_several_edits_and_a_second_person_are_answered_by_name(sellers: Path, capsys: Shown) -> None:
    desk.write_seller(sellers, generator="demo", policy={"approvals": {"several_above_minor": 100_000}})
    desk.propose()
    asked = ["decide", "--seller", "haina", "--answer", "approve", "--amount", "3000", "--no-execute"]
    _, said = run(*asked, "--approver", "lin", "--code", now_code("lin"), shown=capsys)
    assert "1 more approval" in said
    _, said = run("decide", "--seller", "haina", shown=capsys)
    assert "Lin Lan approved 1.1, 1.2, 2.1 in row 1" in said
    code, said = run(*asked, "--approver", "wu", "--code", now_code("wu"), shown=capsys)
    assert (code, "2 instructions released" in said) == (0, True)


@pytest.mark.long
def test_the_decide_journey_in_a_terminal_says_where_to_decide(sellers: Path) -> None:
    digest = desk.propose()
    command = [sys.executable, "-m", "flows", "decide", "--proposal", digest]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert (done.returncode, "`make decide`" in done.stderr) == (1, True), done.stderr
    assert "fault in the program" not in done.stderr
    assert read_head()[0] == 0


def test_of_several_proposals_the_oldest_is_taken_unless_another_is_named(sellers: Path, capsys: Shown) -> None:
    first = desk.propose()
    second = desk.propose(desk.prices(desk.price_line("TT-7", 1_799)), journey="manual")
    _, said = run("decide", "--seller", "haina", shown=capsys)
    assert "2 proposals wait" in said
    assert f"*  {first[:12]}" in said and f"   {second[:12]}" in said
    assert "CNY 3,000.00" in said
    _, said = run("decide", "--proposal", second[:12], shown=capsys)
    assert f"*  {second[:12]}" in said and "EUR 19.99 → 17.99" in said


def test_a_changed_rule_set_is_put_up_for_decision_and_decides_once_approved(sellers: Path, capsys: Shown) -> None:
    desk.propose()
    desk.write_seller(sellers, generator="demo", standing_rules=[RULE])
    _, said = run("decide", "--seller", "haina", shown=capsys)
    (rules,) = [each.digest for each in list_waiting("haina") if each.body["journey"] == "rules"]
    assert "2 proposals wait" in said and rules[:12] in said
    _, said = run("decide", "--proposal", rules, shown=capsys)
    assert "small-sea: shipment_line kinds" in said or "kinds shipment_line" in said
    answer = ["decide", "--proposal", rules, "--approver", "chen", "--answer", "approve", "--code", now_code("chen")]
    assert run(*answer, shown=capsys)[0] == 0
    _, said = run("decide", "--seller", "haina", "--no-execute", shown=capsys)
    assert "Standing rule small-sea approved ship:SZ-DE-SEA: 1 line" in said
    assert "1 instruction" in said and "2.1" not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--approver", "lin", "--answer", "approve", "--amount", "3000", "--code", "000000"], "not lin's code"),
        (["--approver", "lin", "--answer", "approve", "--amount", "1", "--code", "000000"], "exactly CNY 3000.00"),
        (["--approver", "lin", "--answer", "approve"], "One-time code is missing"),
        (["--approver", "nobody", "--answer", "approve", "--code", "000000"], "no approver of haina"),
        (["--approver", "lin", "--code", "000000"], "approve or reject"),
        (["--proposal", "ffff"], "0 proposals start with ffff"),
    ],
)
def test_a_refused_answer_says_why_and_ends_with_1(
    sellers: Path, capsys: Shown, options: list[str], said: str
) -> None:
    desk.propose()
    now_code("lin")
    code, shown = run("decide", "--seller", "haina", *options, shown=capsys)
    assert (code, said in shown) == (1, True), shown
    assert read_head()[0] == 0


def test_refusals_are_in_the_sellers_language_unless_another_is_set(
    sellers: Path, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_LANGUAGE", "zh_CN")
    assert re.search(r"[\u4e00-\u9fff]", run("decide", "--seller", "lost", shown=capsys)[1])
    monkeypatch.setenv("FARSAIL_LANGUAGE", "en")
    desk.write_seller(sellers, language="zh_CN")
    assert not re.search(r"[\u4e00-\u9fff]", run("decide", "--seller", "lost", shown=capsys)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_at_a_terminal_the_fields_are_asked_one_after_the_other(sellers: Path) -> None:
    import pty

    digest = desk.propose()
    typed = ["lin", "approve", "2", "", "", "000000", now_code("lin")]
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "tasks", "decide", "--seller", "haina", "--no-execute"]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, encoding="utf-8") as process:
        os.write(mine, "".join(f"{line}\n" for line in typed).encode())
        assert process.stdout is not None
        said = process.stdout.read()
    os.close(mine)
    os.close(theirs)
    assert process.returncode == 0, said
    asked = ("Who decides (lin, wu, bai, chen)", "Answer", "Leave out", "Other units", "Reason", "One-time code")
    places = [said.index(field) for field in asked]
    assert places == sorted(places)
    assert "2 lines are approved as proposed: CNY 2,400.00" in said
    assert "This is not lin's code" in said
    (event,) = list_events(proposal=digest)
    assert (event.event, event.facts["left_out"]) == ("approve", ["2.1"])


def test_the_workbook_is_written_filled_in_and_read_back(sellers: Path, capsys: Shown, tmp_path: Path) -> None:
    desk.propose()
    _, said = run("workbook", "--seller", "haina", shown=capsys)
    path = Path(re.search(r"is (\S+\.xlsx);", said)[1])  # type: ignore[index]
    fill(path, B3="approve", B4="approve")
    fill(path, ANSWER, B4="3,000.00")
    back = ["workbook", "--seller", "haina", "--file", str(path), "--approver", "lin", "--no-execute", "--code"]
    code, said = run(*back, now_code("lin"), shown=capsys)
    assert code == 1
    assert "1 row of" in said and "2.1 (Excel 5): no answer" in said and "-refused.xlsx" in said
    fill(path, B5="approve")
    code, said = run(*back, now_code("lin"), shown=capsys)
    assert (code, "2 instructions released" in said) == (0, True), said


def test_a_file_is_looked_for_where_the_person_stands(
    sellers: Path, tmp_path: Path, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher runs in the project's root; the folder that the person called it from is in PWD."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PWD", str(tmp_path / "here"))
    code, said = run("workbook", "--seller", "haina", "--file", "mine.xlsx", "--code", "000000", shown=capsys)
    assert (code, str(tmp_path / "here" / "mine.xlsx") in said) == (1, True)


def test_the_demo_approvers_code_is_shown_with_its_seconds_and_a_real_ones_never(
    sellers: Path, capsys: Shown
) -> None:
    code, said = run("code", "--seller", "haina", "--approver", "lin", shown=capsys)
    shown, left = re.match(r"(\d{6})  good for (\d+) seconds? more · generated demo approver Lin Lan", said).groups()  # type: ignore[union-attr]
    assert (code, len(shown)) == (0, 6) and 1 <= int(left) <= 30
    desk.write_seller(sellers)
    code, said = run("code", "--seller", "haina", "--approver", "lin", shown=capsys)
    assert code == 1 and "real seller" in said and not re.search(r"\d{6}", said)


def test_a_secret_is_shown_once_with_its_qr_code(sellers: Path, capsys: Shown) -> None:
    code, said = run("enroll", "--seller", "haina", "--approver", "wu", shown=capsys)
    assert code == 0 and "otpauth://totp/" in said and "▄" in said
    code, said = run("enroll", "--seller", "haina", "--approver", "wu", shown=capsys)
    assert code == 1 and "otpauth" not in said and "--again" in said
    assert run("enroll", "--seller", "haina", "--approver", "wu", "--again", shown=capsys)[0] == 0
    assert run("enroll", "--seller", "haina", "--approver", "nobody", shown=capsys)[0] == 1


def test_a_stop_holds_before_anything_slow_is_loaded(sellers: Path) -> None:
    code = (
        "import sys; from tasks.execution.stop import stop; stop('', 'bai', 'prices look wrong'); "
        "sys.exit(len({'pandas', 'numba', 'prefect'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
    began = time.monotonic()
    command = [sys.executable, "-m", "tasks", "stop", "--reason", "prices look wrong", "--by", "bai"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        took = time.monotonic() - began
        rest = process.stdout.read()
    assert first == "Acting is stopped for all sellers: row 2 of the ledger.\n"
    assert took < 5  # 0.9 s on an idle machine
    assert "Begun after the stop: 0" in rest
    with open_ledger() as session:
        assert find_stop(session, "haina") is not None


def test_a_stop_of_nobody_is_refused_and_a_stop_needs_a_reason(sellers: Path, capsys: Shown) -> None:
    code, said = run("stop", "--seller", "hania", "--reason", "x", shown=capsys)
    assert code == 1 and "no seller 'hania'" in said
    with pytest.raises(SystemExit):
        main(["stop", "--seller", "haina"])
    assert read_head()[0] == 0


@pytest.mark.long
@pytest.mark.parametrize("seller", ["", "torn"], ids=["all sellers", "a seller whose file is wrong"])
def test_the_stop_journey_waits_for_no_sellers_file_and_no_folder_outside(
    sellers: Path, seller: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sellers / "torn.yaml").write_text("id: torn\n")
    (tmp_path / "full").write_text("no folder")
    monkeypatch.setenv("FARSAIL_ANCHORS", str(tmp_path / "full" / "anchors"))
    command = [sys.executable, "-m", "flows", "stop", "--reason", "prices look wrong", "--seller", seller]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert (done.returncode, "row 1 of the ledger" in done.stdout) == (0, True), done.stderr
    assert "could not be written outside it" in done.stdout
    (event,) = list_events(event="stop")
    assert event.seller == seller


def test_a_stop_holds_though_the_head_cannot_be_written_outside_the_ledger(
    sellers: Path, capsys: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").write_text("no folder")
    monkeypatch.setenv("FARSAIL_ANCHORS", str(tmp_path / "full" / "anchors"))
    code, said = run("stop", "--seller", "haina", "--reason", "prices look wrong", shown=capsys)
    assert code == 0
    assert "row 1 of the ledger" in said and "could not be written outside it" in said and "in force" in said


def test_a_stop_is_proved_and_lifted_by_a_role_that_may(sellers: Path, capsys: Shown) -> None:
    run("stop", "--seller", "haina", "--reason", "prices look wrong", "--approver", "bai", shown=capsys)
    lift = ["lift", "--seller", "haina", "--reason", "they were right", "--approver"]
    code, said = run(*lift, "lin", "--code", now_code("lin"), shown=capsys)
    assert code == 1 and "may not lift a stop" in said
    code, said = run(*lift, "chen", "--code", now_code("chen"), shown=capsys)
    assert code == 0 and "Acting goes on for haina: row 2 of the ledger." in said
    code, said = run("stop", "--proof", "--seller", "haina", shown=capsys)
    assert code == 0
    assert "stopped in row 1 by bai (prices look wrong), lifted in row 2 by Chen Qihang" in said
    assert prove_stops("haina")[0].holds


def test_the_audit_names_the_first_broken_row(sellers: Path) -> None:
    desk.say(desk.propose(), amount="3000.00")
    stop("", "bai", "trying")
    stop("haina", "bai", "trying")
    done = spawn("audit")
    assert (done.returncode, "The ledger holds: 3 rows" in done.stdout) == (0, True)
    with sqlite3.connect(Path(os.environ["FARSAIL_HOME"]) / "farsail.db") as store:
        store.execute("UPDATE ledger SET content = replace(content, 'trying', 'playing') WHERE seq = 2")
    done = spawn("audit")
    assert done.returncode == 1
    assert "Row 2 of the ledger does not hold: its content is not what its hash was made of." in done.stdout


def test_audit_code_and_stop_start_without_prefect(sellers: Path) -> None:
    commands = [["audit"], ["code", "--seller", "haina", "--approver", "lin"], ["stop", "--reason", "x"]]
    code = (
        f"import sys; from tasks.__main__ import main; ended = [main(words) for words in {commands}]; "
        "sys.exit('prefect' in sys.modules or any(ended))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True).returncode == 0


def test_the_export_goes_where_it_is_asked_to(sellers: Path, capsys: Shown, tmp_path: Path) -> None:
    desk.say(desk.propose(), amount="3000.00")
    code, said = run("export", "--seller", "haina", "--folder", str(tmp_path / "out"), shown=capsys)
    names = ["proposals.parquet", "decisions.parquet", "executions.parquet"]
    names += ["ledger-haina-zh_CN.xlsx", "ledger-haina-en.xlsx"]
    assert (code, said.splitlines()) == (0, [str(tmp_path / "out" / name) for name in names])
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)


# ---- what a person found out -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def carrier() -> Iterator[str]:
    with start_carrier() as address:
        yield address


@pytest.fixture
def doubtful(sellers: Path, carrier: str) -> str:
    """The key of a booking that the carrier accepted and answered with an error, and that cannot be read back."""
    book = f"{carrier}/test-{time.monotonic_ns()}"
    policy = {
        "shipment_targets": ["carrier"],
        "order_targets": [],
        "carrier_url": book,
        "carrier_kind": "at_most_once",
    }
    seller = desk.write_seller(sellers, generator="demo", policy={"execution": policy})
    httpx.put(f"{book}/behaviour", json={"faults": ["error_after_accepting"]}, trust_env=False).raise_for_status()
    desk.say(desk.propose(), amount="3000.00")
    (row,) = list_open("haina")
    with closing(CarrierTarget(seller)) as target:
        assert carry_out(row, target, seller, desk.later(1)).state == "unknown"
    return row.key


def test_what_a_person_must_find_out_is_listed_with_whom_to_ask(doubtful: str, capsys: Shown) -> None:
    (task,) = list_person_tasks("haina")
    assert (task.key, task.target, task.state) == (doubtful, "carrier", "unknown")
    code, said = run("settle", "--seller", "haina", shown=capsys)
    assert code == 0
    assert f"Ask the carrier whether {reference_of(doubtful, {'number': task.number})} is booked" in said
    assert f'make settle SELLER=haina APPROVER=… REASON=… ARGS="--instruction {doubtful[:12]}' in said


def test_what_was_found_out_is_recorded_once_with_a_code(doubtful: str, capsys: Shown) -> None:
    found = ["settle", "--seller", "haina", "--instruction", doubtful[:12], "--reason", "Ms Ito, by phone"]
    code, said = run(*found, "--state", "done", "--approver", "lin", "--code", now_code("lin"), shown=capsys)
    assert (code, "is settled as done" in said) == (0, True), said
    (event,) = list_events(event="settle")
    facts = {name: event.facts[name] for name in ("instruction", "state", "was", "by", "name", "role", "reason")}
    assert facts == {
        "instruction": doubtful,
        "state": "done",
        "was": "unknown",
        "by": "lin",
        "name": "Lin Lan",
        "role": "planner",
        "reason": "Ms Ito, by phone",
    }
    assert event.key.startswith("code/haina/lin/") and event.proposal
    assert list_person_tasks("haina") == []
    code, said = run(*found, "--approver", "wu", "--code", now_code("wu"), shown=capsys)
    assert (code, "names 0 instructions" in said) == (1, True)


@pytest.mark.parametrize(
    ("approver", "reason", "said"),
    [
        ("bai", "asked", "may not decide on 2.1"),
        ("lin", " ", "A reason is missing"),
        ("wu", "asked", "not wu's code"),
    ],
)
def test_only_who_may_decide_such_lines_settles_them(
    doubtful: str, capsys: Shown, approver: str, reason: str, said: str
) -> None:
    now_code("wu")
    code = "000000" if approver == "wu" else now_code(approver)
    asked = ["settle", "--seller", "haina", "--instruction", doubtful, "--approver", approver, "--reason", reason]
    ended, shown = run(*asked, "--code", code, shown=capsys)
    assert (ended, said in shown) == (1, True), shown
    assert list_events(event="settle") == []


def test_guessing_codes_at_a_settlement_is_stopped_like_anywhere(doubtful: str) -> None:
    seller = desk.read_seller("haina")
    desk.code_of("wu")
    for tried in range(5):
        with pytest.raises(Exception, match="not wu's code"):
            settle(seller, doubtful, "done", "wu", "000000", "asked", desk.later(2 + tried))
    with pytest.raises(Exception, match="5 wrong codes of wu in a row"):
        settle(seller, doubtful, "done", "wu", desk.code_of("wu", desk.later(8)), "asked", desk.later(8))


def test_a_number_that_two_instructions_share_is_not_enough_to_settle(doubtful: str) -> None:
    with pytest.raises(NothingToSettle, match=doubtful[:12]):
        settle(desk.read_seller("haina"), "PO-1", "done", "lin", "000000", "asked", desk.later(2))


@pytest.mark.long
def test_an_approval_in_the_terminal_is_carried_out_at_once(sellers: Path) -> None:
    desk.propose(journey="manual")
    options = ["--approver", "lin", "--answer", "approve", "--amount", "3000", "--code", now_code("lin")]
    environment = {"PREFECT_HOME": str(Path(os.environ["FARSAIL_HOME"]) / "prefect"), **os.environ}
    done = spawn("decide", "--seller", "haina", *options, env=environment)
    assert done.returncode == 0, done.stderr
    papers = sorted((Path(os.environ["FARSAIL_HOME"]) / "outbox" / "haina" / "2025-11-24").glob("*.json"))
    assert [json.loads(path.read_text())["kind"] for path in papers] == ["order", "ship"]
    assert "2 instructions: done 2" in done.stdout
