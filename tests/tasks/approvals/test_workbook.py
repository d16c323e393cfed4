"""Deciding in Excel, with real files: what is typed into a written workbook is read back, or refused row by row."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from config.language import LANGUAGES, translator
from skills.vocabulary import Refusal
from tasks.approvals.answer import BadAnswer
from tasks.approvals.codes import WrongCode
from tasks.approvals.decidable import NotDecidable
from tasks.approvals.decide import Recorded
from tasks.approvals.decision_sheets import APPROVE, COLUMNS, LEAVE_OUT
from tasks.approvals.workbook import (
    BadWorkbook,
    RowsRefused,
    answer_with_workbook,
    read_decision_workbook,
    write_decision_workbook,
)
from tasks.store.ledger import list_events, read_head
from tasks.store.proposals import read_proposal
from tests.tasks import desk
from tests.tasks.spreadsheet import ANSWER, DECIDE, MAIN, copy_row, delete_row, fill


@pytest.fixture
def seller(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    desk.write_seller(tmp_path / "sellers")
    yield


def ready(language: str = "en", *, amount: str | float = 600, approver: str = "lin") -> tuple[str, Path]:
    """A night's three lines in rows 3, 4 and 5, every one approved."""
    digest = desk.propose()
    path = write_decision_workbook(digest, language, desk.NOON)  # type: ignore[arg-type]
    fill(path, B3="approve", B4="approve", B5="approve")
    fill(path, ANSWER, B3=approver, B4=amount)
    return digest, path


def refused(path: Path) -> RowsRefused:
    before = read_head()
    with pytest.raises(RowsRefused) as caught:
        answer_with_workbook(path, "", desk.code_of("lin"), desk.NOON)
    assert read_head() == before
    return caught.value


def answer(path: Path, approver: str = "", minutes: float = 0) -> Recorded:
    now = desk.later(minutes)
    return answer_with_workbook(path, approver, desk.code_of(approver or "lin", now), now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_filled_in_releases_what_it_approves(seller: None, language: str) -> None:
    digest, path = ready(language, amount=3000)
    recorded = answer(path)
    assert (recorded.event, recorded.released, recorded.closed) == ("approve", 2, True)
    (event,) = list_events(proposal=digest)
    assert (event.facts["via"], event.facts["by"], list(event.facts["lines"])) == (
        "workbook",
        "lin",
        ["1.1", "1.2", "2.1"],
    )


def test_answers_of_the_other_language_are_understood(seller: None) -> None:
    _, path = ready("zh_CN", amount=1_800.0)
    say = translator("zh_CN")
    fill(path, B3=say(APPROVE), B4=say(LEAVE_OUT), B5="APPROVE ")
    assert read_decision_workbook(path, desk.NOON).leave_out == "1.2"


def test_units_typed_beside_a_line_become_an_edit_for_somebody_else(seller: None) -> None:
    _, path = ready(amount="1,200.00")
    fill(path, B4="leave out", B5="leave out", C3=60)
    fill(path, ANSWER, B5="they sold out last week")
    filled = read_decision_workbook(path, desk.NOON)
    assert (filled.answer, filled.leave_out, filled.edits) == ("approve", "1.2, 2.1", "1.1 = 60")
    recorded = answer(path)
    assert recorded.edit and recorded.event == "edit" and not recorded.released
    assert read_proposal(recorded.edit).body["edits"]["units"] == {"1.1": [48, 60]}


def test_the_same_units_typed_again_are_no_edit(seller: None) -> None:
    _, path = ready()
    fill(path, C3=48)
    assert read_decision_workbook(path, desk.NOON).edits == ""


def test_leaving_out_every_row_rejects_the_proposal_and_needs_a_reason(seller: None) -> None:
    digest, path = ready()
    fill(path, B3="leave out", B4="leave out", B5="leave out")
    with pytest.raises(BadAnswer, match="reason"):
        answer(path)
    fill(path, ANSWER, B5="the season is over")
    assert answer(path).event == "reject"
    assert read_proposal(digest).decided_at is not None


def test_a_row_without_an_answer_is_refused_and_nothing_is_recorded(seller: None) -> None:
    digest, path = ready()
    fill(path, B4="")
    error = refused(path)
    assert [(row.place, row.number) for row in error.rows] == [(4, "1.2")]
    assert "every row needs one: approve or leave out" in str(error)
    assert list_events(proposal=digest) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"B4": "perhaps"}, "'perhaps' is neither approve nor leave out"),
        ({"C4": 50}, "whole number of cartons"),
        ({"C4": 60.5}, "'60.5' is no whole number of units"),
        ({"C4": "many"}, "'many' is no whole number of units"),
        ({"C4": 0}, "'0' is no whole number of units"),
        ({"C4": -12}, "'-12' is no whole number of units"),
        ({"B4": "leave out", "C4": 60}, "say one of the two"),
        ({"I4": 96}, "Units is not what the proposal says"),
        ({"L4": 1.0}, "Money is not what the proposal says"),
        ({"N4": "2026-01-01"}, "Holds until is not what the proposal says"),
        ({"E4": "TT-9", "F4": "Something else"}, "SKU, Product is not what the proposal says"),
        ({"Q4": "0" * 64}, "Digest is not what the proposal says"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_reason(
    seller: None, cells: dict[str, str | int], said: str
) -> None:
    _, path = ready()
    fill(path, **cells)
    error = refused(path)
    assert [(row.place, row.number) for row in error.rows] == [(4, "1.2")]
    assert said in error.rows[0].why
    assert said in str(error)


def test_a_deleted_a_doubled_and_an_added_row_are_each_refused(seller: None) -> None:
    _, path = ready()
    copy_row(path, 3, 8)
    delete_row(path, 4)
    copy_row(path, 5, 9)
    fill(path, A9="7.1")
    rows = {(row.place, row.number): row.why for row in refused(path).rows}
    assert rows == {
        (3, "1.1"): "it stands more than once, in rows 3, 8",
        (8, "1.1"): "it stands more than once, in rows 3, 8",
        (9, "7.1"): "no line of the proposal has this number",
        (0, "1.2"): "its row is missing",
    }


def test_a_line_number_that_excel_took_for_a_number_is_refused(seller: None) -> None:
    """`1.10` saved as a number is 1.1: the digest tells that the row is another line's."""
    lines = [desk.order_line(f"TT-{place}", money_minor=1_000 * place) for place in range(1, 11)]
    path = write_decision_workbook(desk.propose(desk.order(*lines)), "en", desk.NOON)
    fill(path, **{f"B{place}": "approve" for place in range(3, 13)}, A12=1.1)
    assert {row.number for row in refused(path).rows} == {"1.1", "1.10"}


def test_the_marked_copy_says_why_keeps_good_answers_and_can_be_read_back(seller: None) -> None:
    _, path = ready(amount=1_800)
    fill(path, B4="perhaps", I5=12)
    fill(path, ANSWER, B5="=1+1")
    copy = refused(path).copy
    assert copy == path.with_name(f"{path.stem}-refused.xlsx")
    sheet = CalamineWorkbook.from_path(copy).get_sheet_by_name("Decide").to_python()
    assert sheet[1][3] == "Refused because"
    assert [row[1] for row in sheet[2:]] == ["approve", "perhaps", ""]
    assert [bool(row[3]) for row in sheet[2:]] == [False, True, True]
    assert sheet[4][9] == 24
    fill(copy, B4="leave out", B5="approve")
    assert answer(copy).event == "approve"


def test_rows_that_answer_no_line_are_set_aside_in_the_copy(seller: None) -> None:
    _, path = ready()
    copy_row(path, 5, 6)
    fill(path, A6="9.9")
    names = CalamineWorkbook.from_path(refused(path).copy).sheet_names
    assert names == ["Answer", "Decide", "Rows set aside"]


def test_a_line_decided_meanwhile_is_refused_in_the_workbook(seller: None, tmp_path: Path) -> None:
    desk.write_seller(tmp_path / "sellers", policy={"approvals": {"several_above_minor": 0}})
    digest, path = ready()
    fill(path, B3="leave out")
    desk.say(digest, "wu", edits="1.1 = 60", amount="1800", reason="sold out")  # the rest waits for a second person
    (row,) = refused(path).rows
    assert (row.number, row.why) == ("1.1", "decided meanwhile, in row 1 of the ledger")


def test_a_line_past_its_last_day_cannot_be_approved_in_the_workbook(seller: None, tmp_path: Path) -> None:
    _, path = ready()
    desk.write_seller(tmp_path / "sellers", as_of="2025-12-01")
    (row,) = refused(path).rows
    assert (row.number, row.why) == (
        "2.1",
        "its last day is over; the next night proposes it again if it is still needed",
    )


def test_edits_that_hold_alone_but_not_together_are_refused_on_both_rows(seller: None) -> None:
    lines = [desk.ship_line("TT-1", spare=36), desk.ship_line("TT-1", spare=36)]
    path = write_decision_workbook(desk.propose(desk.shipment(*lines)), "en", desk.NOON)
    fill(path, B3="approve", B4="approve", C3=48, C4=48)
    fill(path, ANSWER, B5="more is needed")
    assert {row.number for row in refused(path).rows} == {"1.1", "1.2"}


def test_a_wrong_code_leaves_the_workbook_good_for_the_next_one(seller: None) -> None:
    _, path = ready(amount=3_000)
    desk.code_of("lin")
    with pytest.raises(WrongCode):
        answer_with_workbook(path, "lin", "000000", desk.NOON)
    assert answer(path, "lin", 1).released == 2


def test_the_same_workbook_read_twice_is_one_answer(seller: None) -> None:
    _, path = ready(amount=3_000)
    first = answer(path)
    assert answer(path, minutes=2) == first
    assert read_head()[0] == 1


def test_two_people_answer_with_a_workbook_each(seller: None, tmp_path: Path) -> None:
    desk.write_seller(tmp_path / "sellers", policy={"approvals": {"several_above_minor": 100_000}})
    _, path = ready(amount=3_000)
    assert answer(path).missing == 1
    with pytest.raises(BadWorkbook, match="was filled in by lin"):
        answer(path, "wu", 1)
    fill(path, ANSWER, B3="")
    assert answer(path, "wu", 1).released == 2


def test_the_amount_must_be_the_money_of_the_approved_rows(seller: None) -> None:
    _, path = ready(amount=2_999.99)
    with pytest.raises(BadAnswer, match=r"exactly CNY 3000\.00"):
        answer(path)


def test_no_workbook_is_written_for_what_is_decided(seller: None) -> None:
    digest = desk.propose()
    desk.say(digest, answer="reject", reason="not now")
    with pytest.raises(NotDecidable):
        write_decision_workbook(digest, "en", desk.NOON)


def test_a_workbook_that_somebody_filled_in_is_kept_when_it_is_written_again(seller: None) -> None:
    digest, path = ready()
    typed = path.read_bytes()
    assert write_decision_workbook(digest, "en", desk.NOON) == path
    assert path.read_bytes() != typed
    assert [kept.read_bytes() for kept in path.parent.glob("*-kept-*.xlsx")] == [typed]
    write_decision_workbook(digest, "en", desk.NOON)
    assert len(list(path.parent.glob("*.xlsx"))) == 2


def test_another_file_is_no_decision_workbook(seller: None, tmp_path: Path) -> None:
    _, path = ready()
    fill(path, ANSWER, B6="another proposal")
    with pytest.raises(BadWorkbook, match="digest are missing"):
        answer(path)
    fill(path, ANSWER, B6="f" * 64)
    with pytest.raises(Refusal, match="0 proposals start with"):
        answer(path)
    (tmp_path / "notes.xlsx").write_text("not a workbook")
    with pytest.raises(BadWorkbook, match=r"notes\.xlsx"):
        answer(tmp_path / "notes.xlsx")
    with pytest.raises(BadWorkbook, match=r"lost\.xlsx"):
        answer(tmp_path / "lost.xlsx")


def test_only_the_tinted_cells_can_be_changed_and_no_password_is_needed(seller: None) -> None:
    path = write_decision_workbook(desk.propose(), "en", desk.NOON)
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in (ANSWER, DECIDE)]
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    formats = styles.find(f"{MAIN}cellXfs")
    assert formats is not None
    unlocked = {
        str(place) for place, style in enumerate(formats) if style.find(f'{MAIN}protection[@locked="0"]') is not None
    }
    for sheet, open_cells in zip(
        sheets, ({"B3", "B4", "B5"}, {f"{c}{r}" for c in "BC" for r in (3, 4, 5)}), strict=True
    ):
        cells = ElementTree.fromstring(sheet).iter(f"{MAIN}c")
        assert {str(cell.get("r")) for cell in cells if cell.get("s") in unlocked} == open_cells
        assert re.search(r'<sheetProtection sheet="1"', sheet)
        assert "password" not in sheet


def test_prices_and_rules_show_what_they_would_do(seller: None, tmp_path: Path) -> None:
    path = write_decision_workbook(desk.propose(desk.prices(desk.price_line("TT-7", 1_799))), "en", desk.NOON)
    row = CalamineWorkbook.from_path(path).get_sheet_by_name("Decide").to_python()[2]
    assert "EUR 19.99 → 17.99" in row[15]
    fill(path, B3="approve", C3=12)
    assert "no units" in refused(path).rows[0].why


def test_the_headings_tell_the_columns_apart_in_every_language() -> None:
    for language in LANGUAGES:
        titles = [translator(language)(column.title) for column in COLUMNS]
        assert len(set(titles)) == len(titles), language
        assert translator(language)(APPROVE) != translator(language)(LEAVE_OUT)


def test_the_same_lines_make_the_same_bytes(seller: None) -> None:
    digest = desk.propose()
    first = write_decision_workbook(digest, "zh_CN", desk.NOON).read_bytes()
    assert write_decision_workbook(digest, "zh_CN", desk.NOON.astimezone(UTC)).read_bytes() == first
