"""Deciding in Excel: a workbook with one row per open line goes out, and comes back with an answer in every row.

BadWorkbook                the file is no decision workbook, or not one that can be decided with
└── RowsRefused            rows that cannot be used; a marked copy says why beside each

Nothing is recorded unless every row can be used. What the proposal says stands in locked cells and comes back as it
went out, or the row is refused. The one-time code is typed on the command line: it does not live as long as a file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from config.language import say, say_refusal
from config.seller import Language, Seller, read_seller
from config.settings import read_settings
from skills.vocabulary import Refusal, mark, name_rows
from tasks.approvals.answer import Answer, BadAnswer, Body, Line, choose, is_expired
from tasks.approvals.decidable import refuse_undecidable
from tasks.approvals.decide import Recorded, record_answer
from tasks.approvals.decision_sheets import (
    AMOUNT,
    APPROVE,
    APPROVER,
    CHOICES,
    COLUMNS,
    DIGEST,
    LEAVE_OUT,
    REASON,
    Cells,
    Marks,
    Opened,
    describe_row,
    find_choice,
    open_sheets,
    write_sheets,
)
from tasks.approvals.standing import Standing, find_day, read_standing
from tasks.files.output import replace_file
from tasks.lines import number_lines
from tasks.sheets import is_unchanged, read_back
from tasks.store.ledger import list_events
from tasks.store.models import AnswerRow, ProposalRow
from tasks.store.proposals import Proposal, read_proposal
from tasks.store.session import open_session


class BadWorkbook(Refusal):
    """Not a workbook that can be decided with."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used.

    Attributes:
        place: Its number in the sheet; 0 when it is missing there.
        number: The line's number as the row has it.
        why: What is wrong with it, in the workbook's language.
    """

    place: int
    number: str
    why: str


class RowsRefused(BadWorkbook):
    """Rows that cannot be used.

    Attributes:
        rows: Each of them.
        copy: The workbook with the reasons beside the rows.
    """

    def __init__(self, path: Path, copy: Path, rows: list[RefusedRow]) -> None:
        self.rows, self.copy = rows, copy
        super().__init__(
            mark(
                "{count} rows of {file} cannot be used; nothing was recorded, and no code was used up: {rows}. "
                "{copy} says it beside each row: answer there and read it back."
            ),
            count=len(rows),
            file=path.name,
            rows=name_rows(f"{row.number or '?'} (Excel {row.place or '–'}): {row.why}" for row in rows),
            copy=copy,
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook says when every row of it can be used; as `Answer` has it, but for the code.

    `answer` is reject when every row is left out.
    """

    digest: str
    answer: Literal["approve", "reject"]
    leave_out: str
    edits: str
    approver: str
    amount: str
    reason: str


@dataclass(frozen=True)
class _Asked:
    """What a proposal asks now: its lines that are open and not past their last day, by number."""

    proposal: Proposal
    seller: Seller
    standing: Standing
    today: date
    lines: dict[str, tuple[Body, Line]]

    @property
    def body(self) -> Body:
        return self.proposal.body


def write_decision_workbook(digest: str, language: Language, now: datetime | None = None) -> Path:
    """Write the workbook of a proposal that waits; one that somebody filled in already is kept beside it.

    Args:
        digest: The proposal's, or the first characters that only it has.
        language: Of headings, sentences and answers.
        now: The clock's time; the machine's when left out.

    Returns:
        home/reports/<seller>/<as_of>/decide-<digest>.xlsx.

    Raises:
        UnknownProposal: no proposal of that digest.
        NotDecidable: nothing can be decided on it.
        BadWorkbook: every open line is past its last day.
    """
    asked = _ask(digest, now)
    if not asked.lines:
        raise BadWorkbook(
            mark("Every open line of proposal {digest} is past its last day; the next night proposes again."),
            digest=asked.proposal.digest[:12],
        )
    path = workbook_path(asked.proposal)
    content = write_sheets(asked.proposal, asked.seller, language, asked.lines, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() != content:
        earlier = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        path.replace(path.with_name(f"{path.stem}-kept-{earlier}.xlsx"))
    replace_file(path, content)
    return path


def workbook_path(proposal: Proposal) -> Path:
    """Where a proposal's decision workbook lies."""
    folder = Path(read_settings().home, "reports", proposal.body["seller"], proposal.body["as_of"])
    return folder / f"decide-{proposal.digest[:12]}.xlsx"


def read_decision_workbook(path: Path, now: datetime | None = None) -> Filled:
    """Read a filled-in workbook, in either language, against the proposal as it stands now.

    Raises:
        BadWorkbook: the file is not one of ours.
        RowsRefused: names every row that cannot be used; a marked copy lies beside the file.
        NotDecidable: nothing can be decided on its proposal any more.
    """
    return _read(path, _open(path), now)


def answer_with_workbook(path: Path, approver: str, code: str, now: datetime | None = None) -> Recorded:
    """Read a filled-in workbook and enter its answer into the ledger; the same file recorded twice is one answer.

    Args:
        path: The workbook.
        approver: Whose code it is; "" takes the one that the workbook names.
        code: Their one-time code.
        now: The clock's time; the machine's when left out.

    Raises:
        As `read_decision_workbook` and `record_answer`.
    """
    opened = _open(path)
    named = opened.fields[APPROVER]
    who = approver.strip() or named
    if named and who != named:
        raise BadWorkbook(
            mark("{file} was filled in by {named}, and the code is said to be {approver}'s; one person answers."),
            file=path.name,
            named=named,
            approver=who,
        )
    source = f"workbook/{hashlib.sha256(path.read_bytes()).hexdigest()}"
    earlier = _list_answers(source)
    for row in earlier:
        if row.result == "recorded" and row.approver == who:
            return record_answer(row.proposal, Answer("approve", who, code, "workbook", row.source), now)
    filled = _read(path, opened, now)
    given = Answer(
        answer=filled.answer,
        approver=who,
        code=code,
        via="workbook",
        source=f"{source}/{len(earlier) + 1}" if earlier else source,
        leave_out=filled.leave_out,
        edits=filled.edits,
        reason=filled.reason,
        amount=filled.amount,
    )
    return record_answer(filled.digest, given, now)


def _ask(digest: str, now: datetime | None) -> _Asked:
    proposal = read_proposal(digest)
    seller, body = read_seller(proposal.body["seller"]), proposal.body
    with open_session() as session:
        refuse_undecidable(session, session.get_one(ProposalRow, proposal.digest))
    now = now or datetime.now(UTC)
    events = list_events(proposal=proposal.digest, book="decision")
    standing, today = read_standing(body, events, seller.policy.approvals.timeout_hours, now), find_day(seller, now)
    lines = {
        number: (decision, line)
        for number, decision, line in number_lines(body)
        if number in standing.open and not is_expired(line, today)
    }
    return _Asked(proposal, seller, standing, today, lines)


def _open(path: Path) -> Opened:
    opened = open_sheets(path)
    if isinstance(opened, str):
        raise BadWorkbook(
            mark(
                "{file} is no decision workbook that could be read: {problem}. Write one with `make workbook`, fill "
                "in its tinted cells alone, save it as .xlsx and read it back."
            ),
            file=path,
            problem=opened,
        )
    return opened


def _read(path: Path, opened: Opened, now: datetime | None) -> Filled:
    asked = _ask(opened.fields[DIGEST], now)
    rows = _Rows(opened, asked)
    refused = rows.refuse()
    if refused:
        copy = path.with_name(f"{path.stem.removesuffix('-refused')}-refused.xlsx")
        marks = Marks(opened.fields, rows.answers, rows.why, rows.strange)
        replace_file(copy, write_sheets(asked.proposal, asked.seller, opened.language, asked.lines, copy, marks))
        raise RowsRefused(path, copy, refused)
    approved = [number for number, cells in rows.answers.items() if find_choice(cells) == APPROVE]
    left_out = [number for number in rows.answers if number not in approved]
    return Filled(
        digest=asked.proposal.digest,
        answer="approve" if approved else "reject",
        leave_out=", ".join(left_out) if approved else "",
        edits="\n".join(f"{number} = {units}" for number, units in rows.edits.items()),
        approver=opened.fields[APPROVER],
        amount=opened.fields[AMOUNT],
        reason=opened.fields[REASON],
    )


class _Rows:
    """The workbook's rows beside the lines that they should be.

    Attributes:
        answers: Number → cells, of rows whose locked cells are as they were.
        edits: Number → other units that differ from the line's.
        why: Number → what is wrong with the row, for lines that are asked.
        strange: Rows that answer no line that is asked: place, number, content, why.
    """

    def __init__(self, opened: Opened, asked: _Asked) -> None:
        self.opened, self.asked = opened, asked
        self.answers: dict[str, Cells] = {}
        self.edits: dict[str, int] = {}
        self.why: dict[str, str] = {}
        self.strange: list[Cells] = []
        self.places: dict[str, list[int]] = {}

    def refuse(self) -> list[RefusedRow]:
        """Check every row; returns those that cannot be used, in the sheet's order and missing ones last."""
        for place, cells in self.opened.rows.items():
            number = read_back(cells["number"])
            if number in self.asked.lines:
                self.places.setdefault(number, []).append(place)
            else:
                self._set_aside(place, cells, self._say_strange(number))
        found = self.opened.rows
        for number in self.asked.lines:
            places = self.places.get(number, [])
            if len(places) == 1:
                self._check(number, found[places[0]])
            elif places:
                why = self._say(mark("it stands more than once, in rows {rows}"), rows=name_rows(places))
                for place in places:
                    self._set_aside(place, found[place], why)
                self.why[number] = why
            else:
                self.why[number] = self._say(mark("its row is missing"))
        self._check_together()
        refused = [
            RefusedRow(place, number, self.why[number])
            for number, places in self.places.items()
            for place in places
            if number in self.why
        ]
        refused += [RefusedRow(0, number, why) for number, why in self.why.items() if number not in self.places]
        known = {row.place for row in refused}
        refused += [
            RefusedRow(row["place"], row["number"], row["why"]) for row in self.strange if row["place"] not in known
        ]
        return sorted(refused, key=lambda row: (row.place == 0, row.place))

    def _check(self, number: str, cells: Cells) -> None:
        """One row of a line that is asked."""
        decision, line = self.asked.lines[number]
        expected = describe_row(number, decision, line, self.opened.language)
        currency = self.asked.body["base_currency"]
        changed = [
            self._say(column.title)
            for column in COLUMNS
            if not column.open and not is_unchanged(column, cells[column.key], expected[column.key], currency)
        ]
        if changed:
            self.why[number] = self._say(
                mark("{columns} is not what the proposal says; look at the line again and answer it"),
                columns=", ".join(changed),
            )
            return
        self.answers[number] = cells
        why = self._check_entries(number, line, cells)
        if why:
            self.why[number] = why

    def _check_entries(self, number: str, line: Line, cells: Cells) -> str:
        """What is wrong with the open cells of a row, or ""; notes its other units."""
        answer, given, units = find_choice(cells), read_back(cells["answer"]), read_back(cells["other_units"])
        if not given:
            return self._say(mark("no answer; every row needs one: {approve} or {leave_out}"), **CHOICES)
        if not answer:
            return self._say(mark("{given!r} is neither {approve} nor {leave_out}"), given=given, **CHOICES)
        if not units:
            return ""
        if answer == LEAVE_OUT:
            return self._say(mark("left out and given other units; say one of the two"))
        if not (units.isascii() and units.isdigit() and len(units) < 10 and int(units)):
            return self._say(mark("{given!r} is no whole number of units"), given=units)
        if "carton_units" not in line["payload"]:
            return self._say(mark("this line has no units that could be changed"))
        if int(units) == line["payload"]["units"]:
            return ""
        self.edits[number] = int(units)
        return self._try_edits({number: int(units)})

    def _check_together(self) -> None:
        """Edits that hold one by one but not together, such as more than a node has left."""
        sound = {number: units for number, units in self.edits.items() if number not in self.why}
        why = self._try_edits(sound) if len(sound) > 1 else ""
        if why:
            self.why.update(dict.fromkeys(sound, why))

    def _try_edits(self, edits: dict[str, int]) -> str:
        """Why edits of these lines alone would be refused, or ""."""
        text = "\n".join(f"{number} = {units}" for number, units in edits.items())
        answer = Answer("approve", "", "", "workbook", "", edits=text, reason="–")
        try:
            choose(self.asked.body, set(edits), answer, self.asked.seller.policy.approvals, self.asked.today)
        except BadAnswer as refusal:
            return say_refusal(refusal, self.opened.language)
        return ""

    def _say_strange(self, number: str) -> str:
        """Why a row answers no line that is asked."""
        standing = self.asked.standing.lines.get(number)
        if standing is not None:
            return self._say(mark("decided meanwhile, in row {seq} of the ledger"), seq=standing.seq)
        if number in {other for other, _, _ in number_lines(self.asked.body)}:
            return self._say(mark("its last day is over; the next night proposes it again if it is still needed"))
        return self._say(mark("no line of the proposal has this number"))

    def _set_aside(self, place: int, cells: Cells, why: str) -> None:
        content = " · ".join(filter(None, map(read_back, cells.values())))
        self.strange.append({"place": place, "number": read_back(cells["number"]), "content": content, "why": why})

    def _say(self, template: str, **values: object) -> str:
        return say(template, values, self.opened.language)


def _list_answers(source: str) -> list[AnswerRow]:
    """Answers that came from one file, oldest first."""
    with open_session() as session:
        query = select(AnswerRow).where(AnswerRow.source.startswith(source, autoescape=True)).order_by(AnswerRow.id)
        return list(session.scalars(query))
