"""What waits for a decision, as a terminal shows it: columns stay under each other with Chinese text too."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime

from config.language import format_day, format_money, format_number, say, translator
from config.seller import Language, Seller, read_seller
from skills.vocabulary import mark
from tasks.approvals.answer import Answer, Body, Choice, choose, is_expired
from tasks.approvals.decision_sheets import name_decision, say_why
from tasks.approvals.standing import Standing, find_day, read_standing
from tasks.lines import number_lines
from tasks.report_words import say_journey
from tasks.store.ledger import list_events
from tasks.store.proposals import Proposal

_TITLE_WIDTH = 34
_RIGHT = (3, 4, 5)
"""Columns of numbers."""


def choose_lines(proposal: Proposal, seller: Seller, leave_out: str, edits: str) -> Choice:
    """What an approval with these exceptions would take.

    Raises:
        BadAnswer: names the entries that cannot be used.
    """
    now = datetime.now(UTC)
    answer = Answer("approve", "", "", "terminal", "", leave_out=leave_out, edits=edits, reason="–")
    open_numbers = set(_read(proposal, seller, now).open)
    return choose(proposal.body, open_numbers, answer, seller.policy.approvals, find_day(seller, now))


def show_waiting(waiting: list[Proposal], shown: Proposal, language: Language) -> None:
    """Every proposal that waits, oldest first, the one that is shown below with an asterisk."""
    if len(waiting) < 2:
        return
    t = translator(language)
    print(
        say(
            mark("{count} proposals wait; --proposal takes another than the first."),
            {"count": len(waiting)},
            language,
        )
    )
    rows = []
    for proposal in waiting:
        body = proposal.body
        standing = _read(proposal, read_seller(body["seller"]), datetime.now(UTC))
        money = sum(line["money_minor"] for number, _, line in number_lines(body) if number in standing.open)
        rows.append(
            [
                "*" if proposal.digest == shown.digest else "",
                proposal.digest[:12],
                say_journey(body["journey"], t),
                format_day(body["as_of"], language),
                say(mark("{count} lines"), {"count": len(standing.open)}, language),
                format_money(money, body["base_currency"], language),
            ]
        )
    print_rows(rows, right=(4, 5))
    print()


def show_proposal(proposal: Proposal, language: Language) -> None:
    """The open lines of a proposal under their decisions, each run of lines under its reason, and the sum."""
    now, body = datetime.now(UTC), proposal.body
    seller = read_seller(body["seller"])
    standing, today, currency = _read(proposal, seller, now), find_day(seller, now), body["base_currency"]
    t = translator(language)
    head = [seller.name[language], format_day(body["as_of"], language), f"{t(mark('proposal'))} {proposal.digest}"]
    if body["generated"]:
        head.append(t(mark("Generated data")))
    print(" · ".join(head))
    for note in _list_notes(body, standing, language):
        print(note)
    rows: list[list[str] | str] = [
        [t(name) for name in (mark("No."), "SKU", mark("Product"), mark("Units"), mark("Cartons"))]
        + [t(mark("Money")), t(mark("Holds until")), ""]
    ]
    shown, reason, sums = "", "", {"count": 0, "money_minor": 0}
    lines = [(number, decision, line) for number, decision, line in number_lines(body) if number in standing.open]
    for number, decision, line in lines:
        if decision["id"] != shown:
            money = sum(
                each["money_minor"] for _, owner, each in lines if owner is decision and not is_expired(each, today)
            )
            name = " · ".join(filter(None, name_decision(decision, language)))
            rows += ["", f"{number.partition('.')[0]}  {name} · {format_money(money, currency, language)}"]
            shown, reason = decision["id"], ""
        if say_why(line, language) != reason:
            reason = say_why(line, language)
            rows.append(f"   {reason}")
        rows.append(_describe_line(number, line, currency, today, language))
        if not is_expired(line, today):
            sums = {"count": sums["count"] + 1, "money_minor": sums["money_minor"] + line["money_minor"]}
    print_rows(rows, right=_RIGHT)
    print()
    total = format_money(sums["money_minor"], currency, language)
    left = say(mark("{count} lines to decide"), {"count": sums["count"]}, language)
    print(f"{left} · {total}")


def _read(proposal: Proposal, seller: Seller, now: datetime) -> Standing:
    events = list_events(proposal=proposal.digest, book="decision")
    return read_standing(proposal.body, events, seller.policy.approvals.timeout_hours, now)


def _list_notes(body: Body, standing: Standing, language: Language) -> list[str]:
    """Who changed these lines, who approved already, and what is decided."""
    notes = []
    if body.get("edits"):
        values = {"name": body["edits"]["name"], "reason": body["edits"]["reason"]}
        notes.append(
            say(mark("{name} changed these lines ({reason}); somebody else must approve."), values, language)
        )
    for seq, event in standing.approvals.items():
        facts = event.facts
        values = {"name": facts["name"], "seq": str(seq), "lines": ", ".join(facts["lines"])}
        notes.append(
            say(
                mark("{name} approved {lines} in row {seq}; another person is needed for the same lines."),
                values,
                language,
            )
        )
    if standing.lines:
        counted = say(mark("{count} lines are decided already."), {"count": len(standing.lines)}, language)
        notes.append(counted)
    return notes


def _describe_line(number: str, line: Body, currency: str, today: date, language: Language) -> list[str]:
    t, payload = translator(language), line["payload"]
    remarks = [mark("expired")] if is_expired(line, today) else []
    remarks += [] if line["reversible"] else [mark("cannot be undone")]
    return [
        number,
        payload.get("sku", ""),
        _cut(line["title"], _TITLE_WIDTH),
        format_number(payload["units"], language) if "units" in payload else "",
        format_number(payload["cartons"], language) if "cartons" in payload else "",
        format_money(line["money_minor"], currency, language),
        format_day(line["expires"], language, today),
        ", ".join(map(t, remarks)),
    ]


def print_rows(rows: Sequence[list[str] | str], right: tuple[int, ...] = ()) -> None:
    """Cells under each other, columns `right` to the right; a row that is text stands across."""
    rows = [_tame(row) if isinstance(row, str) else list(map(_tame, row)) for row in rows]
    cells = [row for row in rows if isinstance(row, list)]
    widths = [max(map(count_columns, column)) for column in zip(*cells, strict=True)]
    for row in rows:
        if isinstance(row, str):
            print(row)
            continue
        padded = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - count_columns(text))
            padded.append(space + text if place in right else text + space)
        print("  ".join(padded).rstrip(), flush=True)


def count_columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for each wide character, none for a mark upon one."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _tame(text: str) -> str:
    """Without what would move a terminal's cursor or turn its writing round; texts come from the seller's files."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _cut(text: str, width: int) -> str:
    if count_columns(text) <= width:
        return text
    while count_columns(text) >= width:
        text = text[:-1]
    return f"{text}…"
