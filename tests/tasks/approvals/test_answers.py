"""What an answer chooses, without any store: every open line ends in one place, and a slip is said with its row."""

from __future__ import annotations

from datetime import date
from typing import Any

import desk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.approval import ApprovalPolicy
from tasks.approvals.answer import Answer, BadAnswer, Choice, check_amount, choose, digest_selection, read_edits
from tasks.lines import number_lines

BODY = {
    "decisions": [
        desk.order(desk.order_line("TT-1"), desk.order_line("TT-2")),
        desk.shipment(desk.ship_line("TT-1"), desk.ship_line("TT-2"), country="DE"),
        desk.shipment(desk.ship_line("TT-1", "FR", expires="2025-11-26"), country="FR"),
        desk.prices(desk.price_line("TT-9", 1_499)),
    ]
}
OPEN = {number for number, _, _ in number_lines(BODY)}
LAST_DAY = date(2025, 11, 26)


def decide(
    answer: str = "approve",
    leave_out: str = "",
    edits: str = "",
    reason: str = "the fair was cancelled",
    today: date = desk.MORNING,
    still_open: set[str] = OPEN,
    **policy: Any,
) -> Choice:
    given = Answer(answer, "lin", "", "terminal", "", leave_out, edits, reason)  # type: ignore[arg-type]
    return choose(BODY, still_open, given, ApprovalPolicy(**policy), today)


def test_an_approval_without_exceptions_takes_every_open_line() -> None:
    choice = decide(reason="")
    assert set(choice.approved) == OPEN
    assert not choice.edited and not choice.left_out and not choice.expired
    assert choice.money_minor == 2 * 120_000 + 3 * 60_000


def test_lines_that_somebody_decided_already_are_not_touched_again() -> None:
    assert list(decide(still_open={"1.2", "2.1"}).approved) == ["1.2", "2.1"]
    with pytest.raises(BadAnswer, match=r"1\.1: no open line has this number"):
        decide(leave_out="1.1", still_open={"1.2", "2.1"})


@pytest.mark.parametrize(
    "typed",
    [
        "1.1 2",
        "1.1,2",
        "1.1, 2",
        "2；1.1",
        "1.1，2",
        "1.1、2",
        "1.1；2",
        "1.1; 2",
        "1.1\n2\n",
        "  2 ,, 1.1 ",
        "1.1\t2",
    ],
)
def test_lines_and_whole_decisions_are_left_out_in_any_punctuation(typed: str) -> None:
    choice = decide(leave_out=typed)
    assert set(choice.left_out) == {"1.1", "2.1", "2.2"}
    assert set(choice.approved) == {"1.2", "3.1", "4.1"}


def test_a_decisions_number_means_its_open_lines_alone() -> None:
    choice = decide(leave_out="1", still_open=OPEN - {"1.1"})
    assert list(choice.left_out) == ["1.2"]


def test_a_line_named_twice_is_left_out_once() -> None:
    assert list(decide(leave_out="2.1 2 2.1").left_out) == ["2.1", "2.2"]


@pytest.mark.parametrize("typed", ["7", "1.9", "1.", "1.1.1", "all", "1-2", "一"])
def test_an_unknown_number_is_refused_and_the_open_ones_are_named(typed: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        decide(leave_out=f"1.1 {typed}")
    assert str(refused.value).startswith(f"{typed}: no open line has this number. Open are 1.1, 1.2, 2.1")


@pytest.mark.parametrize(
    "typed",
    [
        "1.1 = 60\n2.2 = 36",
        "1.1=60,2.2=36",
        "1.1: 60; 2.2: 36",
        "1.1 ＝ 60，2.2 ＝ 36",
        "1.1：60；2.2：36",
        "1.1=60、2.2=36",
        "\n 1.1 = 60 \n\n 2.2 = 36 \n",
    ],
)
def test_edits_are_read_in_any_punctuation(typed: str) -> None:
    choice = decide(edits=typed)
    assert {number: units for number, (_, units) in choice.edited.items()} == {"1.1": 60, "2.2": 36}
    assert set(choice.approved) == OPEN - {"1.1", "2.2"}


@pytest.mark.parametrize(
    "typed",
    ["1.1 = 60.5", "1.1 = sixty", "1.1 60", "60", "1 = 60", "1.1 = -12", "1.1 = 1,200", "1.1 = 1e3", "1.1 == 60"],
)
def test_an_edit_that_cannot_be_read_is_shown_and_never_guessed(typed: str) -> None:
    with pytest.raises(BadAnswer, match="could not be read at"):
        decide(edits=f"2.2 = 36\n{typed}")


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ("1.1 = 50", r"1\.1 = 50 \(48 ± n × 12 ≥ 12\)"),  # no whole carton
        ("1.1 = 48", r"1\.1 = 48"),  # no change
        ("1.1 = 0", r"1\.1 = 0"),
        ("2.1 = 84", r"TT-1: \+60 > 48 \(SZ\)"),
        ("2.1 = 60, 3.1 = 48", r"TT-1: \+60 > 48 \(SZ\)"),  # each for itself would do
        ("4.1 = 12", r"4\.1: price_change"),
        ("1.1 = 50, 1.2 = 0", r"1\.1 = 50 .*, 1\.2 = 0"),
    ],
)
def test_an_edit_that_cannot_be_carried_out_is_refused_with_what_could_be(edits: str, said: str) -> None:
    with pytest.raises(BadAnswer, match=said):
        decide(edits=edits)


@pytest.mark.parametrize(
    "edits",
    [
        "2.1 = 72",  # all that the node has left
        "2.1 = 48, 3.1 = 48",
        "2.1 = 84, 3.1 = 12",  # more here, less there
        "2.1 = 72, 2.2 = 72",  # each SKU has its own
        "1.1 = 4800",  # a supplier makes as many as are ordered
    ],
)
def test_an_edit_ships_up_to_what_the_node_has_left(edits: str) -> None:
    assert len(decide(edits=edits).edited) == edits.count("=")


def test_an_edit_moves_a_line_by_the_sellers_threshold_at_least() -> None:
    with pytest.raises(BadAnswer, match=r"1\.1 = 60 \(48 ± n × 12 ≥ 24\)"):
        decide(edits="1.1 = 60", edit_threshold_units=24)
    assert decide(edits="1.1 = 72", edit_threshold_units=24).edited["1.1"][1] == 72


@pytest.mark.parametrize(("leave_out", "named"), [("1.1", "1.1"), ("1", "1.1"), ("1 2", "1.1, 2.1")])
def test_a_line_is_either_left_out_or_changed(leave_out: str, named: str) -> None:
    with pytest.raises(BadAnswer, match=f"^{named}: both left out and changed"):
        decide(leave_out=leave_out, edits="1.1 = 60, 2.1 = 36")


def test_a_line_edited_twice_is_refused() -> None:
    with pytest.raises(BadAnswer, match=r"1\.1: edited twice"):
        read_edits("1.1 = 60\n2.1 = 36\n1.1 = 72")


def test_an_edit_of_an_unknown_line_is_refused() -> None:
    with pytest.raises(BadAnswer, match=r"5\.1: no open line"):
        decide(edits="5.1 = 60")


@pytest.mark.parametrize("exceptions", [{"leave_out": "1"}, {"edits": "1.1 = 60"}])
def test_to_reject_is_to_reject_all(exceptions: dict[str, str]) -> None:
    with pytest.raises(BadAnswer, match="To reject is to reject all"):
        decide("reject", **exceptions)


@pytest.mark.parametrize("answer", [{"answer": "reject"}, {"edits": "1.1 = 60"}])
def test_who_rejects_or_changes_says_why(answer: dict[str, str]) -> None:
    with pytest.raises(BadAnswer, match="A reason is missing"):
        decide(**answer, reason=" \n")


@pytest.mark.parametrize("word", ["", "Approve", "yes", "rejct"])
def test_a_word_that_is_neither_yes_nor_no_approves_nothing(word: str) -> None:
    with pytest.raises(BadAnswer, match="approve or reject"):
        decide(word)


def test_a_line_can_be_decided_on_its_last_day_and_not_on_the_next() -> None:
    assert "3.1" in decide(today=LAST_DAY).approved
    choice = decide(today=date(2025, 11, 27))
    assert list(choice.expired) == ["3.1"]
    assert set(choice.approved) == OPEN - {"3.1"}


def test_an_expired_line_stays_expired_whatever_the_answer_says_of_it() -> None:
    late = date(2025, 11, 27)
    for choice in (
        decide(leave_out="3", today=late),
        decide(edits="3.1 = 36", today=late),
        decide("reject", today=late),
    ):
        assert list(choice.expired) == ["3.1"]
        assert "3.1" not in {**choice.approved, **choice.edited, **choice.left_out}


@pytest.mark.parametrize(
    ("leave_out", "today", "said"),
    [
        ("1 2 3 4", desk.MORNING, "6 lines are left out, 0 are past"),
        ("4", date(2026, 1, 1), "1 lines are left out, 5 are past"),
    ],
)
def test_an_approval_of_nothing_is_refused(leave_out: str, today: date, said: str) -> None:
    with pytest.raises(BadAnswer, match=f"Nothing is left to approve: {said}"):
        decide(leave_out=leave_out, today=today)


def test_the_amount_is_asked_for_only_where_something_cannot_be_undone_or_costs_a_fee() -> None:
    assert decide().needs_amount
    assert not decide(leave_out="2 3").needs_amount


@given(st.data())
def test_every_open_line_ends_in_exactly_one_place_and_the_money_is_that_of_the_approved(data: st.DataObject) -> None:
    still_open = data.draw(st.sets(st.sampled_from(sorted(OPEN)), min_size=1))
    fates = {number: data.draw(st.sampled_from(["approve", "edit", "leave out"])) for number in sorted(still_open)}
    fates |= {"4.1": "approve"} if "4.1" in still_open else {}
    today = data.draw(st.sampled_from([desk.MORNING, date(2025, 11, 27), date(2025, 12, 1)]))
    left_out = [number for number, fate in fates.items() if fate == "leave out"]
    edits = [f"{number} = 36" for number, fate in fates.items() if fate == "edit"]
    try:
        choice = decide(leave_out=" ".join(left_out), edits="\n".join(edits), today=today, still_open=still_open)
    except BadAnswer as refused:
        assert "Nothing is left to approve" in str(refused)
        return
    places = [choice.approved, choice.edited, choice.left_out, choice.expired]
    assert sorted(number for place in places for number in place) == sorted(still_open)
    lines = {number: line for number, _, line in number_lines(BODY)}
    assert choice.money_minor == sum(lines[number]["money_minor"] for number in choice.approved)
    assert all(fates[number] == "approve" for number in choice.approved)
    assert all(date.fromisoformat(line["expires"] or "9999-12-31") >= today for line in choice.approved.values())


@given(st.sets(st.sampled_from(sorted(OPEN))), st.sets(st.sampled_from(sorted(OPEN))))
def test_other_lines_or_another_proposal_are_another_selection(one: set[str], another: set[str]) -> None:
    lines = {number: line for number, _, line in number_lines(BODY)}
    first = {number: lines[number] for number in one}
    second = {number: lines[number] for number in another}
    assert (digest_selection("a", first) == digest_selection("a", second)) == (one == another)
    assert digest_selection("a", first) != digest_selection("b", first)


@pytest.mark.parametrize(
    "typed",
    [
        "3000.50",
        "3,000.50",
        "3，000.50",
        "3 000.50",
        "CNY 3,000.50",
        "cny3000.5",
        "¥3,000.50",
        "3000.50 CNY",
        " 3000.500 ",
    ],
)
def test_the_amount_is_understood_as_people_write_it(typed: str) -> None:
    check_amount(typed, 300_050, "CNY")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3000.51",
        "3000.49",
        "3000",
        "3000.504",
        "-3000.50",
        "3.000,50",
        "3.0005e3",
        "3E3",
        "EUR 3000.50",
        "three thousand",
        "NaN",
        "Infinity",
        "1E999999",
    ],
)
def test_an_amount_that_is_not_exact_is_refused_with_the_exact_one(typed: str) -> None:
    with pytest.raises(BadAnswer, match=r"take exactly CNY 3000\.50, .*The code was not used up"):
        check_amount(typed, 300_050, "CNY")


def test_a_yen_has_no_cents() -> None:
    for typed in ("1200", "1,200", "¥1200", "JPY 1,200"):
        check_amount(typed, 1_200, "JPY")
    for typed in ("12.00", "1200.5", "120000"):
        with pytest.raises(BadAnswer, match="exactly JPY 1200,"):
            check_amount(typed, 1_200, "JPY")


@given(st.integers(0, 10**12), st.integers(-(10**6), 10**6), st.sampled_from(["CNY", "JPY"]))
def test_only_the_very_amount_is_accepted(minor: int, off: int, currency: str) -> None:
    digits = 0 if currency == "JPY" else 2
    text = f"{(minor + off) // 10**digits}" + (f".{(minor + off) % 10**digits:0{digits}d}" if digits else "")
    if off:
        with pytest.raises(BadAnswer):
            check_amount(text, minor, currency)
    else:
        check_amount(text, minor, currency)
