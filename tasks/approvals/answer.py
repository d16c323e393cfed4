"""An answer as a person gives it, and what it chooses: which lines go, which stay out, which are changed.

BadAnswer                  something in the answer cannot be used; nothing was recorded and no code was spent
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from config.approval import ApprovalPolicy
from skills.vocabulary import Money, Refusal, mark, name_rows
from tasks.lines import number_lines
from tasks.store.canonical import canonical_bytes

Body = dict[str, Any]
Line = dict[str, Any]

_BETWEEN = re.compile(r"[\s,;，；、]+")
_EDIT = re.compile(r"(\d+\.\d+)\s*[=:＝：]\s*(\d{1,9})(?![\d.])")


class BadAnswer(Refusal):
    """An answer that cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to one proposal.

    Attributes:
        answer: approve or reject.
        approver: Who, as the seller's file names them.
        code: Their one-time code.
        via: Where it was given.
        source: Names the one place it came from; the same source twice is one answer.
        leave_out: Numbers of decisions (`2`) or lines (`1.3`) that are not approved.
        edits: `1.3 = 480`, one a line: other units.
        reason: Why; needed to reject and to edit.
        amount: The money of the approved lines, typed back.
    """

    answer: Literal["approve", "reject"]
    approver: str
    code: str
    via: Literal["form", "terminal", "workbook"]
    source: str
    leave_out: str = ""
    edits: str = ""
    reason: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer applied to the lines that are still open; each part maps a line's number to the line.

    Attributes:
        approved: Goes as proposed.
        edited: Number → (line, other units).
        left_out: Stays out.
        expired: Was past its last day; it is proposed again by the next night if it is still needed.
    """

    approved: dict[str, Line]
    edited: dict[str, tuple[Line, int]]
    left_out: dict[str, Line]
    expired: dict[str, Line]

    @property
    def money_minor(self) -> int:
        """Money of the approved lines."""
        return sum(line["money_minor"] for line in self.approved.values())

    @property
    def needs_amount(self) -> bool:
        """Whether anything approved cannot be undone or charges a fee."""
        return any(line["fee_charging"] or not line["reversible"] for line in self.approved.values())


def choose(body: Body, open_numbers: set[str], answer: Answer, policy: ApprovalPolicy, today: date) -> Choice:
    """Apply an answer to the lines that are still open.

    Args:
        body: The proposal's.
        open_numbers: Numbers of lines that nobody has decided yet.
        answer: What was said.
        policy: For the least that an edit moves.
        today: The seller's day; what expired before it cannot be approved any more.

    Raises:
        BadAnswer: names the entries that cannot be used.
    """
    if answer.answer not in ("approve", "reject"):
        raise BadAnswer(mark("The answer is approve or reject, not {answer!r}."), answer=answer.answer)
    lines = {number: line for number, _, line in number_lines(body) if number in open_numbers}
    expired = {number: line for number, line in lines.items() if is_expired(line, today)}
    if answer.answer == "reject":
        if answer.leave_out.strip() or answer.edits.strip():
            raise BadAnswer(mark("To reject is to reject all; to leave lines out or change them, approve the rest."))
        _need_reason(answer)
        return Choice({}, {}, {number: lines[number] for number in lines if number not in expired}, expired)
    left_out = _read_numbers(answer.leave_out, lines)
    edits = read_edits(answer.edits)
    unknown = [number for number in edits if number not in lines]
    if unknown:
        raise _unknown(unknown, lines)
    both = [number for number in edits if number in left_out]
    if both:
        raise BadAnswer(
            mark("{lines}: both left out and changed; say one of the two for each line."), lines=name_rows(both)
        )
    _check_edits({number: (lines[number], units) for number, units in edits.items()}, policy)
    if edits:
        _need_reason(answer)
    rest = [number for number in lines if number not in left_out and number not in edits]
    choice = Choice(
        approved={number: lines[number] for number in rest if number not in expired},
        edited={number: (lines[number], units) for number, units in edits.items() if number not in expired},
        left_out={number: lines[number] for number in left_out if number not in expired},
        expired=expired,
    )
    if not choice.approved and not choice.edited:
        raise BadAnswer(
            mark(
                "Nothing is left to approve: {left_out} lines are left out, {expired} are past their last day and "
                "will be proposed again if they are still needed. Answer reject to close the proposal."
            ),
            left_out=len(choice.left_out),
            expired=len(expired),
        )
    return choice


def is_expired(line: Line, today: date) -> bool:
    """Whether the line's last day is over."""
    return bool(line["expires"]) and date.fromisoformat(line["expires"]) < today


def digest_selection(proposal: str, approved: dict[str, Line]) -> str:
    """What an approval counts for: this proposal's lines with exactly these payloads."""
    lines = {number: line["digest"] for number, line in approved.items()}
    return hashlib.sha256(canonical_bytes({"proposal": proposal, "lines": lines})).hexdigest()


def check_amount(typed: str, minor: int, currency: str) -> None:
    """Compare the money that a person typed with the exact sum.

    Raises:
        BadAnswer: says the exact sum.
    """
    text = re.sub(r"[\s,，_]", "", typed.upper().replace(currency, "").replace("¥", "").replace("$", ""))
    try:
        matches = bool(text) and "E" not in text and Decimal(text) == Money(minor, currency).amount
    except InvalidOperation:
        matches = False
    if not matches:
        raise BadAnswer(
            mark(
                "The approved lines take exactly {currency} {amount}, and some of them cannot be undone or charge a "
                "fee. Typed was {typed!r}: type the exact amount to approve them. The code was not used up."
            ),
            currency=currency,
            amount=format(Money(minor, currency).amount, "f"),
            typed=typed.strip(),
        )


def read_edits(text: str) -> dict[str, int]:
    """`1.3 = 480`, one a line or between commas, as line number → units.

    Raises:
        BadAnswer: shows what could not be read, or names a line that stands twice.
    """
    found = _EDIT.findall(text)
    rest = _BETWEEN.sub("", _EDIT.sub("", text))
    if rest:
        raise BadAnswer(
            mark("The edits could not be read at {rest!r}; expected lines such as `1.3 = 480`: line number = units."),
            rest=rest[:60],
        )
    numbers = [number for number, _ in found]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise BadAnswer(mark("{lines}: edited twice; say one number of units for each line."), lines=name_rows(twice))
    return {number: int(units) for number, units in found}


def _read_numbers(text: str, lines: dict[str, Line]) -> list[str]:
    """Line numbers that a text names; a decision's number means all its open lines."""
    asked = [word for word in _BETWEEN.split(text.strip()) if word]
    found: dict[str, None] = {}
    unknown = []
    for word in asked:
        named = [number for number in lines if number == word or number.partition(".")[0] == word]
        found.update(dict.fromkeys(named))
        if not named:
            unknown.append(word)
    if unknown:
        raise _unknown(unknown, lines)
    return list(found)


def _unknown(words: list[str], lines: Iterable[str]) -> BadAnswer:
    return BadAnswer(
        mark("{words}: no open line has this number. Open are {lines}; a whole number means the whole decision."),
        words=name_rows(words),
        lines=name_rows(lines, shown=8),
    )


def _need_reason(answer: Answer) -> None:
    if not answer.reason.strip():
        raise BadAnswer(mark("A reason is missing: say in a few words why; the ledger keeps it."))


def _check_edits(edits: dict[str, tuple[Line, int]], policy: ApprovalPolicy) -> None:
    """Whole cartons, at least a carton and the seller's threshold apart, and no more than there is.

    Raises:
        BadAnswer: says each line that cannot be changed so, and what could be.
    """
    wrong = []
    more: dict[tuple[str, str], int] = defaultdict(int)
    spare: dict[tuple[str, str], int] = {}
    for number, (line, units) in edits.items():
        payload = line["payload"]
        if "carton_units" not in payload:
            wrong.append(f"{number}: {payload['kind']}")
            continue
        carton = payload["carton_units"]
        least = max(carton, policy.edit_threshold_units)
        if units <= 0 or units % carton or abs(units - payload["units"]) < least:
            wrong.append(f"{number} = {units} ({payload['units']} ± n × {carton} ≥ {least})")
        elif line["spare_units"] is not None:
            pool = (payload["sku"], payload["from_node"])
            more[pool] += units - payload["units"]
            spare[pool] = line["spare_units"]
    wrong += [
        f"{sku}: +{count} > {spare[(sku, node)]} ({node})"
        for (sku, node), count in more.items()
        if count > spare[(sku, node)]
    ]
    if wrong:
        raise BadAnswer(
            mark(
                "These edits cannot be carried out: {edits}. An edit is a whole number of cartons, differs by at "
                "least a carton and the seller's threshold, and ships no more than the node has left; to send "
                "nothing, leave the line out."
            ),
            edits=name_rows(wrong),
        )
