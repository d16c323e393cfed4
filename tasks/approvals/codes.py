"""One-time codes: the proof that an approver, and nobody else, decided.

WrongCode                  not a code of this approver now, or one from before the last one that was used
CodesLocked                too many wrong codes in a row; a wait follows
NoSecret                   the approver was never enrolled

Codes follow RFC 6238 (30 seconds, six digits). The number of the half minute that a code belongs to is written into
the ledger with the decision; a code of that or an earlier half minute is never accepted again, whatever a clock says.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.seller import Seller
from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.store.ledger import find_keys, open_ledger
from tasks.store.models import AnswerRow

STEP_SECONDS = 30
STEPS_BACK, STEPS_AHEAD = 2, 1
WRONG_IN_A_ROW, WAIT = 5, timedelta(minutes=15)
"""After so many wrong codes in a row each further one waits this long since the last."""


class WrongCode(Refusal):
    """The code proves nothing."""


class CodesLocked(Refusal):
    """Guessing is not worth while."""


class NoSecret(Refusal):
    """No secret to check a code against."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that was right: whose, and of which half minute."""

    seller: str
    approver: str
    step: int

    @property
    def key(self) -> str:
        """The ledger key that this code can be spent on once."""
        return f"{_prefix(self.seller, self.approver)}{self.step:012d}"


def enroll(seller: Seller, approver: str, *, again: bool = False) -> str:
    """Give an approver a secret, readable by this user alone; returns the address for an authenticator app.

    Args:
        again: Replace a secret that is there already.

    Raises:
        NoSecret: the approver has one and `again` was not asked for.
    """
    path = _secret_path(seller.id, approver)
    if path.exists() and not again:
        raise NoSecret(
            mark(
                "{approver} has a secret already ({path}). Enrolling again makes the old authenticator useless: add "
                "--again if that is meant."
            ),
            approver=approver,
            path=path,
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = pyotp.random_base32()
    beside = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    beside.replace(path)
    return pyotp.TOTP(secret).provisioning_uri(name=f"{approver}@{seller.id}", issuer_name="Farsail")


def read_code(seller: Seller, approver: str, now: datetime | None = None) -> str:
    """The code of this moment; for generated sellers alone, whose approvers are nobody.

    Raises:
        NoSecret: the seller is real: its approvers' codes come from their own devices.
    """
    if not seller.generator:
        raise NoSecret(
            mark("{seller} is a real seller: codes come from the approver's own authenticator. Nothing was shown."),
            seller=seller.id,
        )
    if not _secret_path(seller.id, approver).exists() and not os.environ.get(_variable(seller.id, approver)):
        enroll(seller, approver)
    return pyotp.TOTP(_read_secret(seller.id, approver)).at(now or datetime.now(UTC))


def check_code(session: Session, seller: str, approver: str, code: str, now: datetime) -> Proof:
    """The proof that a code gives.

    Args:
        session: From `open_ledger`, so that no other decision can spend the same code meanwhile.
        seller: Whose approver.
        approver: As named in the seller's file.
        code: Six digits; spaces are allowed.
        now: The clock's time; a code may be two steps old (a form starts a process before it is read) or one ahead.

    Raises:
        CodesLocked: too many wrong ones in a row.
        WrongCode: anything but a fresh code of this approver.
        NoSecret: the approver was never enrolled.
    """
    _refuse_guessing(session, seller, approver, now)
    totp = pyotp.TOTP(_read_secret(seller, approver))
    typed = "".join(code.split())
    step_now = int(now.timestamp()) // STEP_SECONDS
    matching = [
        step
        for step in range(step_now - STEPS_BACK, step_now + STEPS_AHEAD + 1)
        if pyotp.utils.strings_equal(typed, totp.generate_otp(step))
    ]
    spent = find_keys(session, _prefix(seller, approver))
    last = max((int(key.rsplit("/", 1)[1]) for key in spent), default=-1)
    fresh = [step for step in matching if step > last]
    if matching and not fresh:
        raise WrongCode(
            mark("This code of {approver} was used already, or is older than one that was. Wait for the next code."),
            approver=approver,
        )
    if not fresh:
        raise WrongCode(
            mark(
                "This is not {approver}'s code at {time} UTC. Type the six digits that the authenticator shows now; "
                "if they are right, compare the clocks of both machines."
            ),
            approver=approver,
            time=f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        )
    return Proof(seller, approver, fresh[0])


def count_wrong_code(seller: str, proposal: str, approver: str, refusal: WrongCode, now: datetime) -> None:
    """Keep a wrong code that was given for something else than a proposal's answer: all of them are counted."""
    with open_ledger() as session:
        session.add(
            AnswerRow(
                seller=seller,
                proposal=proposal,
                source=f"code/{uuid4().hex}",
                approver=approver,
                result="wrong code",
                said=json.dumps({"template": refusal.template, "values": {}}),
                at=now,
            )
        )


def _refuse_guessing(session: Session, seller: str, approver: str, now: datetime) -> None:
    latest = session.scalars(
        select(AnswerRow)
        .where(AnswerRow.seller == seller, AnswerRow.approver == approver)
        .where(AnswerRow.result.in_(["recorded", "wrong code"]))
        .order_by(AnswerRow.id.desc())
        .limit(WRONG_IN_A_ROW)
    ).all()
    wrong = len(latest) == WRONG_IN_A_ROW and all(answer.result == "wrong code" for answer in latest)
    if wrong and abs(now - latest[0].at) < WAIT:
        raise CodesLocked(
            mark(
                "{count} wrong codes of {approver} in a row, the last at {time} UTC. The next is looked at {minutes} "
                "minutes after it."
            ),
            count=WRONG_IN_A_ROW,
            approver=approver,
            time=f"{latest[0].at:%H:%M:%S}",
            minutes=int(WAIT.total_seconds() // 60),
        )


def _prefix(seller: str, approver: str) -> str:
    return f"code/{seller}/{approver}/"


def _secret_path(seller: str, approver: str) -> Path:
    settings = read_settings()
    return (settings.secrets or settings.home / "secrets") / seller / f"{approver}.totp"


def _variable(seller: str, approver: str) -> str:
    return f"FARSAIL_TOTP_{seller}__{approver}".upper().replace("-", "_")


def _read_secret(seller: str, approver: str) -> str:
    """From the environment (a secret manager sets it), else from the file that enrolment wrote."""
    given = os.environ.get(_variable(seller, approver))
    if given:
        return given
    try:
        return _secret_path(seller, approver).read_text(encoding="ascii").strip()
    except OSError as error:
        raise NoSecret(
            mark(
                "{approver} has no secret for one-time codes yet. Run `make enroll SELLER={seller} "
                "APPROVER={approver}` and scan what it shows, or set {variable}."
            ),
            approver=approver,
            seller=seller,
            variable=_variable(seller, approver),
        ) from error
