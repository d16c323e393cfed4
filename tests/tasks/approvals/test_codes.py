"""A one-time code is the proof of who decided: it counts once, for its owner, and guessing does not pay."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from pathlib import Path

import desk
import pyotp
import pytest

from config.seller import read_seller
from config.settings import read_settings
from tasks.approvals.answer import BadAnswer
from tasks.approvals.codes import (
    CodesLocked,
    NoSecret,
    Proof,
    WrongCode,
    check_code,
    enroll,
    read_code,
)
from tasks.store.ledger import list_events, open_ledger, read_head
from tasks.store.proposals import read_proposal

pytestmark = pytest.mark.usefixtures("sellers")

STEP = timedelta(seconds=30)
ALL = "3000"
"""Money of the desk's usual proposal, some of which cannot be undone."""


def check(code: str, approver: str = "lin", now: datetime = desk.NOON) -> Proof:
    with open_ledger() as session:
        return check_code(session, "haina", approver, code, now)


def guess(digest: str, code: str = "000000", approver: str = "lin", now: datetime = desk.NOON) -> None:
    while code == desk.code_of(approver.strip(), now):
        code = f"{int(code) + 1:06d}"
    with pytest.raises(WrongCode):
        desk.say(digest, approver, code=code, amount=ALL, now=now, source=f"guess/{approver}/{now}")


def guess_often(digest: str, times: int, approver: str = "lin", now: datetime = desk.NOON) -> None:
    for second in range(times):
        guess(digest, approver=approver, now=now + timedelta(seconds=second))


def test_the_code_that_the_authenticator_shows_is_accepted_and_names_its_half_minute() -> None:
    proof = check(desk.code_of("lin"))
    assert proof == Proof("haina", "lin", int(desk.NOON.timestamp()) // 30)
    assert proof.key == f"code/haina/lin/{proof.step:012d}"


def test_a_code_is_spent_with_the_decision_and_stands_in_the_ledger() -> None:
    digest = desk.propose()
    desk.say(digest, amount=ALL)
    assert [event.key for event in list_events(proposal=digest)] == [check_key("lin", desk.NOON)]


def check_key(approver: str, now: datetime) -> str:
    return Proof("haina", approver, int(now.timestamp()) // 30).key


@pytest.mark.parametrize("seconds", [0, 1, 29])
def test_a_code_never_counts_again_for_another_proposal_either(seconds: int) -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    code = desk.code_of("lin")
    desk.say(first, code=code, amount=ALL)
    with pytest.raises(WrongCode, match=r"This code of lin was used already.*Wait for the next code"):
        desk.say(second, code=code, amount=ALL, now=desk.NOON + timedelta(seconds=seconds))
    assert read_proposal(second).decided_at is None
    assert desk.say(second, amount=ALL, now=desk.NOON + STEP).closed


def test_a_code_spent_on_a_rejection_or_an_edit_is_spent() -> None:
    first, second, third = desk.propose(), desk.propose(journey="weekly"), desk.propose(journey="monthly")
    desk.say(first, answer="reject", reason="the fair was cancelled")
    with pytest.raises(WrongCode):
        desk.say(second, amount=ALL)
    edits = {"edits": "1.1 = 60", "leave_out": "1.2 2", "reason": "sold out"}
    assert desk.say(second, now=desk.later(1), **edits).event == "edit"
    with pytest.raises(WrongCode):
        desk.say(third, amount=ALL, now=desk.later(1))


def test_a_code_from_before_the_last_one_is_refused_though_the_clock_went_back() -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    desk.say(first, amount=ALL, now=desk.later(10))
    for minutes in (0, 5, 9.5):
        with pytest.raises(WrongCode, match="or is older than one that was"):
            desk.say(second, amount=ALL, now=desk.later(minutes))
    assert desk.say(second, amount=ALL, now=desk.later(10.5)).closed


@pytest.mark.parametrize(
    ("steps", "accepted"), [(-3, False), (-2, True), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_may_come_a_little_late_and_clocks_may_differ_by_a_step(steps: int, accepted: bool) -> None:
    code = desk.code_of("lin", desk.NOON + steps * STEP)
    if accepted:
        assert check(code).step == int(desk.NOON.timestamp()) // 30 + steps
    else:
        with pytest.raises(WrongCode, match=r"This is not lin's code at 2025-11-24 04:00:00 UTC"):
            check(code)


def test_after_a_code_of_a_fast_clock_this_half_minutes_own_is_too_old() -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    desk.say(first, code=desk.code_of("lin", desk.NOON + STEP), amount=ALL)
    with pytest.raises(WrongCode):
        desk.say(second, amount=ALL)


def test_a_code_proves_its_owner_and_nobody_else() -> None:
    digest = desk.propose()
    assert desk.code_of("wu") != desk.code_of("lin")
    with pytest.raises(WrongCode, match="This is not wu's code"):
        desk.say(digest, "wu", code=desk.code_of("lin"), amount=ALL)
    assert desk.say(digest, "lin", amount=ALL).closed  # and it was not used up


def test_two_approvers_codes_of_one_half_minute_are_two_codes() -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    assert desk.say(first, "lin", amount=ALL).closed
    assert desk.say(second, "wu", amount=ALL).closed


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "½²³¼¹⁴", "code"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    desk.code_of("lin")
    with pytest.raises(WrongCode):
        check(typed)


def test_a_code_may_be_typed_with_spaces_or_wide_digits() -> None:
    code = desk.code_of("lin")
    assert check(f" {code[:3]} {code[3:]} ") == check(code)
    assert check("".join(chr(ord(sign) - ord("0") + ord("０")) for sign in code)) == check(code)


def test_five_wrong_codes_in_a_row_lock_and_the_lock_ends() -> None:
    digest = desk.propose()
    guess_often(digest, 5)
    for minutes in (0.1, 10, 14.9):
        with pytest.raises(CodesLocked, match=r"5 wrong codes of lin in a row, the last at 04:00:04.*15 minutes"):
            desk.say(digest, amount=ALL, now=desk.later(minutes))
    assert read_head()[0] == 0
    assert desk.say(digest, amount=ALL, now=desk.later(15.1)).closed


def test_after_the_lock_each_further_guess_waits_as_long() -> None:
    digest = desk.propose()
    guess_often(digest, 5)
    guess(digest, now=desk.later(16))
    with pytest.raises(CodesLocked):
        desk.say(digest, amount=ALL, now=desk.later(30))


def test_a_right_code_starts_the_count_anew() -> None:
    first, second = desk.propose(), desk.propose(journey="weekly")
    guess_often(first, 4)
    desk.say(first, amount=ALL, now=desk.later(1))
    guess_often(second, 4, now=desk.later(2))
    assert desk.say(second, amount=ALL, now=desk.later(3)).closed


def test_one_approvers_lock_is_nobody_elses() -> None:
    digest = desk.propose()
    guess_often(digest, 5)
    assert desk.say(digest, "wu", amount=ALL).closed


@pytest.mark.parametrize("name", [" lin", "lin ", "\tlin"])
def test_guesses_count_however_the_name_is_typed(name: str) -> None:
    digest = desk.propose()
    guess_often(digest, 5, approver=name)
    with pytest.raises(CodesLocked):
        desk.say(digest, amount=ALL, now=desk.later(1))


def test_a_guess_is_not_judged_twice_and_counts_once() -> None:
    digest = desk.propose()
    for _ in range(6):
        guess(digest)
    assert desk.say(digest, amount=ALL, now=desk.later(1)).closed


def test_a_slip_elsewhere_spends_no_code_and_is_no_guess() -> None:
    digest = desk.propose()
    code = desk.code_of("lin")
    for attempt in range(6):
        with pytest.raises(BadAnswer, match=r"exactly CNY 3000\.00, .*The code was not used up"):
            desk.say(digest, code=code, amount="2999.99", source=f"slip/{attempt}")
    assert desk.say(digest, code=code, amount="3000.00").closed


def test_a_secret_is_readable_by_its_owner_alone() -> None:
    address = enroll(read_seller("haina"), "lin")
    path = read_settings().home / "secrets" / "haina" / "lin.totp"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert address.startswith("otpauth://totp/Farsail:lin%40haina?secret=")
    assert f"secret={path.read_text()}&" in address
    assert [item.name for item in path.parent.iterdir()] == ["lin.totp"]


def test_secrets_lie_where_the_operator_wants_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_SECRETS", str(tmp_path / "safe"))
    enroll(read_seller("haina"), "lin")
    assert (tmp_path / "safe" / "haina" / "lin.totp").exists()


def test_neither_secret_nor_code_is_ever_written_into_the_store(home: Path) -> None:
    digest = desk.propose()
    code = desk.code_of("lin")
    desk.say(digest, code=code, amount=ALL)
    secret = (home / "secrets" / "haina" / "lin.totp").read_text()
    written = b"".join(path.read_bytes() for path in home.glob("farsail.db*"))
    assert digest.encode() in written
    assert secret.encode() not in written
    assert f'"{code}"'.encode() not in written


def test_an_approver_is_enrolled_once_unless_it_is_meant() -> None:
    seller = read_seller("haina")
    old = desk.code_of("lin")
    with pytest.raises(NoSecret, match=r"has a secret already.*add --again if that is meant"):
        enroll(seller, "lin")
    enroll(seller, "lin", again=True)
    assert desk.code_of("lin") != old
    with pytest.raises(WrongCode):
        check(old)


def test_who_was_never_enrolled_is_told_how() -> None:
    digest = desk.propose()
    with pytest.raises(NoSecret, match=r"make enroll SELLER=haina APPROVER=lin.*set FARSAIL_TOTP_HAINA__LIN\."):
        desk.say(digest, code="123456", amount=ALL)
    assert read_head()[0] == 0


def test_a_secret_in_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    in_file = desk.code_of("lin")
    secret = pyotp.random_base32()
    monkeypatch.setenv("FARSAIL_TOTP_HAINA__LIN", secret)
    assert check(pyotp.TOTP(secret).at(desk.NOON)).approver == "lin"
    with pytest.raises(WrongCode):
        check(in_file)


def test_a_secret_manager_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = pyotp.random_base32()
    monkeypatch.setenv("FARSAIL_TOTP_HAINA__LIN", secret)
    assert check(pyotp.TOTP(secret).at(desk.NOON)).approver == "lin"
    assert not (read_settings().home / "secrets").exists()


def test_a_real_sellers_codes_are_never_shown() -> None:
    desk.code_of("lin")
    with pytest.raises(NoSecret, match=r"haina is a real seller.*Nothing was shown"):
        read_code(read_seller("haina"), "lin", desk.NOON)


def test_a_generated_sellers_code_is_shown_and_counts(sellers: Path) -> None:
    desk.write_seller(sellers, generator="demo")
    code = read_code(read_seller("haina"), "lin", desk.NOON)
    assert check(code).approver == "lin"
