"""The sheets of the decision workbook: how they are written, and what a person's saved copy says.

First sheet: who decides, the amount typed back, the reason. Second: one row per line that is asked, of which a reader
can change the answer and the units alone. After a refusal a third lists rows that answer no line.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from config.language import LANGUAGES, say, translator
from config.seller import Language, Seller
from skills.vocabulary import Money, mark
from tasks.approvals.answer import Body, Line
from tasks.lines import DECISIONS
from tasks.rendering import say_reason
from tasks.report_words import WORDS
from tasks.sheets import Column, Pen, head_of, open_book, read_back
from tasks.store.proposals import Proposal

Cells = dict[str, Any]

APPROVE, LEAVE_OUT = mark("approve"), mark("leave out")
CHOICES = {"approve": APPROVE, "leave_out": LEAVE_OUT}
"""The two answers, by the places that they fill in sentences."""

APPROVER, AMOUNT, REASON, DIGEST = mark("Who decides"), mark("Amount, typed back"), mark("Reason"), mark("proposal")
_FIELDS = {
    APPROVER: mark("As the seller's file names them; their code is typed on the command line."),
    AMOUNT: mark("Money of the approved lines, to the cent, when any cannot be undone."),
    REASON: mark("Needed to reject and to change units."),
    DIGEST: "",
}

COLUMNS = (
    Column("number", mark("No."), width=7),
    Column("answer", mark("Answer"), width=12, open=True),
    Column("other_units", mark("Other units"), "number", 12, open=True),
    Column("what", mark("What to decide"), width=16),
    Column("sku", "SKU", width=15),
    Column("title", mark("Product"), width=32),
    Column("with", mark("Supplier or lane"), width=24),
    Column("country", mark("Country"), width=10),
    Column("units", mark("Units"), "number", 9),
    Column("cartons", mark("Cartons"), "number", 9),
    Column("carton_units", mark("Units per carton"), "number", 10),
    Column("money_minor", mark("Money"), "money", 16),
    Column("margin_percent", mark("Margin, %"), "decimal", 10),
    Column("expires", mark("Holds until"), "date", 13),
    Column("reversible", mark("Can be undone"), width=11),
    Column("reason", mark("Reason"), width=64, wrap=True),
    Column("digest", mark("Digest"), width=20, hidden=True),
)
"""The open cells stand beside the number, where they stay in view."""

_WHY = Column("why", mark("Refused because"), width=46, wrap=True)
_STRANGE = (
    Column("place", mark("Row"), "number", 8),
    Column("number", mark("No."), width=8),
    _WHY,
    Column("content", mark("Content"), width=90, wrap=True),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook as a person saved it.

    Attributes:
        language: Of its headings.
        fields: What stands beside the labels of the first sheet, by their English text; "" for what is empty.
        rows: Number of the row in the sheet → its cells by column; empty rows are passed over.
    """

    language: Language
    fields: dict[str, str]
    rows: dict[int, Cells]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a refused workbook gets back.

    Attributes:
        fields: Of the first sheet, as they were filled in.
        answers: Number → the cells of a row whose answer is kept.
        why: Number → why the row was refused.
        strange: Rows that answer no line: place, number, why, content.
    """

    fields: dict[str, str]
    answers: dict[str, Cells]
    why: dict[str, str]
    strange: list[Cells]


def write_sheets(
    proposal: Proposal,
    seller: Seller,
    language: Language,
    lines: Mapping[str, tuple[Body, Line]],
    path: Path,
    marks: Marks | None = None,
) -> bytes:
    """The workbook's bytes; the same lines give the same bytes.

    Args:
        proposal: What is asked.
        seller: Whose.
        language: Of headings, sentences and choices.
        lines: Number → decision and line, of what is asked.
        path: Where it will lie, for the command that reads it back.
        marks: What was filled in and refused before.
    """
    content, t = io.BytesIO(), translator(language)
    book = open_book(content, proposal.digest, date.fromisoformat(proposal.body["as_of"]))
    pen = Pen(
        book, proposal.body["base_currency"], language, head_of(proposal.body, proposal.digest, seller, language)
    )
    choices = (t(APPROVE), t(LEAVE_OUT))
    columns = [replace(column, choices=choices) if column.key == "answer" else column for column in COLUMNS]
    kept: dict[str, Cells] = {}
    if marks:
        columns.insert(3, _WHY)
        kept = {
            number: {name: cells[name] for name in ("answer", "other_units")}
            for number, cells in marks.answers.items()
        }
    rows = [
        {
            **describe_row(number, *line, language),
            **kept.get(number, {}),
            "why": marks.why.get(number) if marks else "",
        }
        for number, line in lines.items()
    ]
    fields = {**marks.fields, DIGEST: proposal.digest} if marks else {DIGEST: proposal.digest}
    _write_first_sheet(pen, seller, fields, columns, len(rows) + 2, path)
    pen.write_sheet(mark("Decide"), columns, rows, protect=True, frozen=3)
    if marks and marks.strange:
        pen.write_sheet(mark("Rows set aside"), _STRANGE, marks.strange)
    book.close()
    return content.getvalue()


def describe_row(number: str, decision: Body, line: Line, language: Language) -> Cells:
    """A line's locked cells."""
    t, payload = translator(language), line["payload"]
    what, partner = name_decision(decision, language)
    return {
        **{name: payload.get(name, "") for name in ("sku", "country", "units", "cartons", "carton_units")},
        **{name: line[name] for name in ("title", "money_minor", "margin_percent", "expires", "digest")},
        "number": number,
        "what": what,
        "with": partner,
        "reversible": t(mark("yes") if line["reversible"] else mark("no")),
        "reason": say_why(line, language),
    }


def name_decision(decision: Body, language: Language) -> tuple[str, str]:
    """What a decision is, and with whom or on which lane."""
    t = translator(language)
    partner = str(decision.get("supplier_name") or decision.get("supplier") or decision.get("lane") or "")
    mode = str(decision.get("mode", ""))
    return t(DECISIONS[decision["kind"]]), f"{partner} ({t(WORDS.get(mode, mode))})" if mode else partner


def say_why(line: Line, language: Language) -> str:
    """Why a line came out as it did, and what it says beyond its units: prices, or the terms of rules."""
    payload = line["payload"]
    said = say_reason({**payload, **line}, language)
    if payload["kind"] == "price_change":
        was, price = (Money(payload[name], payload["currency"]).amount for name in ("was_minor", "price_minor"))
        return f"{payload['currency']} {was} → {price}. {said}"
    if payload["kind"] == "standing_rules":
        rules: dict[str, list[str]] = {}
        for step in line["evidence"]:
            rules.setdefault(step["label"], []).append(f"{step['note']} {step['value']}")
        return " ".join([said, *(f"{rule}: {', '.join(terms)}." for rule, terms in rules.items())])
    return said


def find_choice(cells: Cells) -> str:
    """Which of the two answers a row gives, in any language; "" for neither."""
    given = read_back(cells["answer"]).casefold()
    said = {translator(language)(word).casefold(): word for word in (APPROVE, LEAVE_OUT) for language in LANGUAGES}
    return said.get(given, "")


def open_sheets(path: Path) -> Opened | str:
    """The fields and the rows, found by their headings whatever the sheets are called; or what is wrong."""
    try:
        book = CalamineWorkbook.from_path(path)
        sheets: list[list[list[Any]]] = [
            [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
            for name in book.sheet_names
        ]
    except (CalamineError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    labels = {translator(language)(name): name for name in _FIELDS for language in LANGUAGES}
    fields = dict.fromkeys(_FIELDS, "")
    for row in (row for sheet in sheets for row in sheet if len(row) > 1 and row[0] in labels):
        fields[labels[row[0]]] = fields[labels[row[0]]] or read_back(row[1])
    for language in LANGUAGES:
        keys = {translator(language)(column.title): column.key for column in COLUMNS}
        for sheet in sheets:
            for place, row in enumerate(sheet[:10], 1):
                found = [keys.get(_CURRENCY.sub("", read_back(title)), "") for title in row]
                if set(keys.values()) <= set(found) and re.fullmatch(r"[0-9a-f]{64}", fields[DIGEST]):
                    return Opened(language, fields, _read_rows(sheet, place, found))
    return mark("its headings or the proposal's digest are missing")


def _read_rows(sheet: list[list[Any]], head: int, keys: list[str]) -> dict[int, Cells]:
    """Rows below the headings that hold something in a column of ours."""
    rows = {}
    for place, values in enumerate(sheet[head:], head + 1):
        cells = {key: value for key, value in zip(keys, values, strict=True) if key}
        if any(map(read_back, cells.values())):
            rows[place] = cells
    return rows


_CURRENCY = re.compile(r" \([A-Z]{3}\)$")
"""What a money column's heading ends with."""


def _write_first_sheet(
    pen: Pen, seller: Seller, fields: Mapping[str, str], columns: list[Column], last: int, path: Path
) -> None:
    """Who, how much and why, the sums of the second sheet down to its last row, and how to go on."""
    t, head = pen.say, pen.formats["head"]
    sheet = pen.book.add_worksheet(t(mark("Answer")))
    for position, width in enumerate((32, 68, 80)):
        sheet.set_column(position, position, width)
    sheet.write_string(0, 0, pen.heading, pen.formats["title"])
    for row, (name, hint) in enumerate(_FIELDS.items(), 2):
        sheet.write_string(row, 0, t(name), head)
        if name == DIGEST:
            sheet.write_string(row, 1, fields[DIGEST])
        else:
            pen.write_open(sheet, row, 1, fields.get(name), "money" if name == AMOUNT else "text")
        sheet.write_string(row, 2, t(hint))
    people = tuple(approver.id for approver in seller.approvers)
    pen.check_entries(sheet, (2, 1, 2, 1), Column(APPROVER, APPROVER, choices=people))
    place = "'" + t(mark("Decide")).replace("'", "''") + "'!"
    letters = {column.key: chr(ord("A") + position) for position, column in enumerate(columns)}
    cells = {key: f"{place}{letter}3:{letter}{last}" for key, letter in letters.items()}
    as_proposed = f'(({cells["other_units"]}="")+({cells["other_units"]}={cells["units"]})>0)'
    money = f'=SUMPRODUCT(({cells["answer"]}="{t(APPROVE)}")*{as_proposed}*{cells["money_minor"]})'
    sheet.write_string(7, 0, t(mark("Money of the approved lines")), head)
    sheet.write_formula(7, 1, money, pen.formats["money"], "")
    sheet.write_string(8, 0, t(mark("Rows without an answer")), head)
    sheet.write_formula(8, 1, f'=SUMPRODUCT(--({cells["answer"]}=""))', pen.formats["number"], "")
    command = f'make workbook SELLER={seller.id} APPROVER=… ARGS="--file {shlex.quote(str(path))} --code …"'
    steps = (
        say(mark("Answer every row of the next sheet: {approve} or {leave_out}."), CHOICES, pen.language),
        t(mark("A row without an answer is refused, and with one refused row nothing is recorded.")),
        t(mark("Other units: whole cartons. Somebody else must approve them; the amount is without those lines.")),
        t(mark("To leave out every row is to reject the proposal.")),
        say(mark("Then save, and type: {command}"), {"command": command}, pen.language),
    )
    for row, step in enumerate(steps, 10):
        sheet.write_string(row, 0, step)
    pen.protect(sheet)
