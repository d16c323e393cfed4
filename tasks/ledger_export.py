"""The ledgers as files of the seller's own: proposals, decisions and executions as Excel and as Parquet.

Parquet is for programs: snake_case columns, exact decimals with their currency, UTC times, days as days, the same in
every language. Excel is for readers: one workbook per language, money as numbers and once more as exact text.
Both carry each ledger row's number and hash, so that it can be compared with `make audit`.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from config.language import translator
from config.seller import Language, Seller
from config.settings import read_settings
from skills.vocabulary import Money, mark
from tasks.approvals.decision_sheets import name_decision, say_why
from tasks.approvals.standing import read_standing
from tasks.execution.settle import FOUND
from tasks.lines import KINDS, Body, number_lines, reprice
from tasks.report_happened import BECAME, EVENTS, PAPER_STATES
from tasks.report_words import WORDS
from tasks.sheets import Column, Kind, Pen, open_book
from tasks.store.ledger import Event, list_events_of
from tasks.store.models import CurrentProposalRow, LedgerRow, ProposalRow
from tasks.store.proposals import list_waiting
from tasks.store.session import open_session

Row = dict[str, Any]

_MONEY = pa.decimal128(38, 2)
_PERCENT = pa.decimal128(18, 4)
_TIME = pa.timestamp("us", tz="UTC")

_WORDS = {
    **WORDS,
    **PAPER_STATES,
    **EVENTS,
    **KINDS,
    **BECAME,
    "not_decided": mark("not decided"),
    "current": mark("stands"),
    "superseded": mark("superseded"),
    "late": mark("late"),
    "rules": mark("standing rules"),
    "form": mark("form"),
    "terminal": mark("terminal"),
    "workbook": mark("workbook"),
}
"""Codes in the tables, and how a reader calls them."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of a table.

    Attributes:
        name: In Parquet.
        type: In Parquet.
        title: In Excel; "" leaves the column out there.
        kind: In Excel: `code` is said in the reader's language, `exact` shows the number and the text.
        width: In Excel.
    """

    name: str
    type: pa.DataType
    title: str
    kind: str = "text"
    width: int = 14


def _field(name: str, title: str, kind: str = "text", width: int = 14) -> _Field:
    types = {
        "number": pa.int64(),
        "exact": _MONEY,
        "percent": _PERCENT,
        "date": pa.date32(),
        "time": _TIME,
        "truth": pa.bool_(),
    }
    return _Field(name, types.get(kind, pa.string()), title, kind, width)


_PROPOSALS = (
    _field("proposal", mark("proposal"), width=16),
    _field("journey", mark("Journey"), "code", 12),
    _field("as_of", mark("Morning"), "date", 12),
    _field("recorded_at", mark("Recorded (UTC)"), "time", 22),
    _field("standing", mark("Standing"), "code", 14),
    _field("edits", mark("Changes proposal"), width=16),
    _field("project_commit", ""),
    _field("decision", mark("Decision"), width=22),
    _field("decision_kind", mark("What to decide"), "decision", 16),
    _field("partner", mark("Supplier or lane"), width=24),
    _field("number", mark("No."), width=7),
    _field("kind", mark("Kind"), "code", 20),
    _field("sku", "SKU", width=16),
    _field("title", mark("Product"), width=34),
    _field("country", mark("Country"), width=9),
    _field("units", mark("Units"), "number", 10),
    _field("cartons", mark("Cartons"), "number", 10),
    _field("carton_units", mark("Units per carton"), "number", 10),
    _field("unit_price", mark("Unit cost or new price"), "exact", 14),
    _field("unit_price_currency", mark("Currency of the price"), width=9),
    _field("money", mark("Money"), "exact", 16),
    _field("currency", mark("Currency"), width=9),
    _field("expected_value", mark("Worth"), "exact", 16),
    _field("margin_percent", mark("Margin, %"), "percent", 10),
    _field("reversible", mark("Can be undone"), "truth", 11),
    _field("fee_charging", mark("Charges a fee"), "truth", 11),
    _field("expires", mark("Holds until"), "date", 12),
    _field("reason", mark("Reason"), "reason", 60),
    _field("digest", mark("Digest of the line"), width=20),
    _field("became", mark("What became of it"), "code", 22),
    _field("decided_by", mark("By"), width=14),
    _field("decided_row", mark("Row of the ledger"), "number", 10),
    _field("carried_out", mark("Carried out"), "states", 34),
)
_EVENT = (
    _field("row", mark("Row of the ledger"), "number", 10),
    _field("at", mark("At (UTC)"), "time", 22),
    _field("event", mark("Event"), "code", 16),
)
_HASHES = (
    _field("hash", mark("Hash"), width=66),
    _field("previous_hash", mark("Hash of the row before"), width=66),
)
_DECISIONS = (
    *_EVENT,
    _field("by", mark("By"), width=14),
    _field("name", mark("Name"), width=20),
    _field("role", mark("Role"), width=12),
    _field("via", mark("Given in"), "code", 12),
    _field("proposal", mark("proposal"), width=16),
    _field("number", mark("No."), width=7),
    _field("part", mark("The line was"), "code", 22),
    _field("sku", "SKU", width=16),
    _field("title", mark("Product"), width=34),
    _field("units_before", mark("Units as proposed"), "number", 12),
    _field("units", mark("Units"), "number", 10),
    _field("money", mark("Money"), "exact", 16),
    _field("currency", mark("Currency"), width=9),
    _field("released", mark("Released"), "truth", 10),
    _field("missing_approvals", mark("Approvals missing"), "number", 11),
    _field("edit", mark("Changed lines are proposal"), width=16),
    _field("selection", ""),
    _field("instructions", ""),
    _field("instruction_number", mark("Instruction"), width=34),
    _field("found_out", mark("Found out"), "found", 14),
    _field("reason", mark("Reason"), width=44),
    _field("digest", mark("Digest of the line"), width=20),
    *_HASHES,
)
_EXECUTIONS = (
    *_EVENT,
    _field("instruction_number", mark("Instruction"), width=34),
    _field("target", mark("Target"), width=10),
    _field("promise", mark("The target promises"), width=14),
    _field("attempt", mark("Attempt"), "number", 8),
    _field("state", mark("Outcome"), "code", 22),
    _field("reference", mark("Reference"), width=40),
    _field("said", mark("Why"), "said", 50),
    _field("read_back", mark("Read back"), "truth", 10),
    _field("units", mark("Units"), "number", 10),
    _field("money", mark("Money"), "exact", 16),
    _field("currency", mark("Currency"), width=9),
    _field("proposal", mark("proposal"), width=16),
    _field("decision", mark("Decision"), width=22),
    _field("instruction", mark("Key of the instruction"), width=20),
    _field("digest", mark("Digest of the content"), width=20),
    _field("agent", mark("Agent"), width=30),
    *_HASHES,
)
TABLES = {"proposals": _PROPOSALS, "decisions": _DECISIONS, "executions": _EXECUTIONS}
_SHEETS = {"proposals": mark("Proposals"), "decisions": mark("Decisions"), "executions": mark("Executions")}


def export_ledger(seller: Seller, folder: Path | None = None, languages: Iterable[Language] = ()) -> list[Path]:
    """Write everything that was proposed, decided and carried out for one seller.

    Args:
        seller: Whose.
        folder: Where to; home/exports/<seller> when left out.
        languages: Of the workbooks; the seller's own when empty.

    Returns:
        The three Parquet files and one workbook per language.
    """
    folder = folder or Path(read_settings().home, "exports", seller.id)
    folder.mkdir(parents=True, exist_ok=True)
    tables = read_tables(seller)
    paths = []
    for name, fields in TABLES.items():
        schema = pa.schema([(field.name, field.type) for field in fields])
        path = folder / f"{name}.parquet"
        rows = [{field.name: row.get(field.name) for field in fields} for row in tables[name]]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")
        paths.append(path)
    for language in languages or (seller.language,):
        path = folder / f"ledger-{seller.id}-{language}.xlsx"
        path.write_bytes(_write_workbook(tables, seller, language))
        paths.append(path)
    return paths


def read_tables(seller: Seller) -> dict[str, list[Row]]:
    """The three tables, one row per proposed line, per decision and line, per intent or outcome.

    Money is Decimal in the currency beside it. Sentences of ours are English here; `_line` and `_decision` are what a
    reader's language is said from.
    """
    events = list_events_of(seller.id)
    previous = _read_previous(seller.id)
    bodies = _read_bodies(seller.id)
    decisions = [event for event in events if event.book == "decision"]
    executions = [event for event in events if event.book == "execution"]
    about: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        about[event.proposal].append(event)
    return {
        "proposals": [row for digest, body in bodies.items() for row in _list_lines(body, about[digest], seller)],
        "decisions": [
            {**_describe_event(event, previous), **row} for event in decisions for row in _list_parts(event, bodies)
        ],
        "executions": [{**_describe_event(event, previous), **_describe_act(event)} for event in executions],
    }


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the tables need of a proposal.

    Attributes:
        facts: Columns that all its lines share.
        body: Its currency and decisions, whose lines are without derivations and alternatives.
        waits: Whether its open lines can still be decided.
    """

    facts: Row
    body: Body
    waits: bool


def _read_bodies(seller: str) -> dict[str, _Kept]:
    """Every proposal of the seller by digest, oldest first; one at a time, since a body is a megabyte."""
    waiting = {proposal.digest for proposal in list_waiting(seller)}
    found = {}
    with open_session() as session:
        standing = set(session.scalars(select(CurrentProposalRow.digest).where(CurrentProposalRow.seller == seller)))
        query = select(ProposalRow).where(ProposalRow.seller == seller)
        for row in session.scalars(
            query.order_by(ProposalRow.recorded_at, ProposalRow.digest).execution_options(yield_per=20)
        ):
            facts = {name: getattr(row, name) for name in ("journey", "as_of", "recorded_at", "project_commit")}
            facts |= {"proposal": row.digest, "edits": row.edits or None}
            facts["standing"] = "edit" if row.edits else "late" if row.late else "superseded"
            if row.digest in standing:
                facts["standing"] = "current"
            found[row.digest] = _Kept(facts, _shorten(json.loads(row.body)), row.digest in waiting)
            session.expunge(row)
    return found


def _shorten(body: Body) -> Body:
    decisions = []
    for decision in body["decisions"]:
        lines = [
            {**line, "alternatives": [], "evidence": line["evidence"] if decision["kind"] == "rules" else []}
            for line in decision["lines"]
        ]
        decisions.append({**decision, "lines": lines})
    return {"base_currency": body["base_currency"], "decisions": decisions}


def _read_previous(seller: str) -> dict[int, str]:
    with open_session() as session:
        query = select(LedgerRow.seq, LedgerRow.previous).where(LedgerRow.seller.in_([seller, ""]))
        return {row.seq: row.previous for row in session.execute(query)}


def _list_lines(kept: _Kept, events: list[Event], seller: Seller) -> Iterable[Row]:
    """One row per line of a proposal, with what became of it by the events about it."""
    body, decided = kept.body, [event for event in events if event.book == "decision"]
    standing = read_standing(body, decided, seller.policy.approvals.timeout_hours, datetime.now(UTC))
    states: dict[str, dict[str, str]] = defaultdict(dict)
    of = {event.facts["instruction"]: event.facts["decision"] for event in events if event.book == "execution"}
    for event in events:
        if event.book == "execution":
            states[event.facts["decision"]][event.facts["target"]] = event.facts.get("state", "in_doubt")
        elif event.event == "settle":
            found = "undone" if event.facts["state"] == "not_done" else event.facts["state"]
            states[of[event.facts["instruction"]]][event.facts["target"]] = found
    for number, decision, line in number_lines(body):
        payload, became = line["payload"], standing.lines.get(number)
        price, currency = _read_price(payload)
        acted = states[decision["id"]] if became and became.state in ("approved", "rule") else {}
        yield {
            **{name: payload.get(name) for name in ("sku", "country", "units", "cartons", "carton_units", "kind")},
            **{name: line[name] for name in ("title", "reversible", "fee_charging", "digest")},
            **kept.facts,
            "decision": decision["id"],
            "decision_kind": decision["kind"],
            "partner": decision.get("supplier") or decision.get("lane"),
            "number": number,
            "unit_price": price,
            "unit_price_currency": currency,
            "money": _major(line["money_minor"], body["base_currency"]),
            "currency": body["base_currency"],
            "expected_value": _major(line["expected_value_minor"], body["base_currency"]),
            "margin_percent": Decimal(line["margin_percent"]) if line["margin_percent"] else None,
            "expires": date.fromisoformat(line["expires"]) if line["expires"] else None,
            "reason": say_why(line, "en"),
            "became": became.state if became else "open" if kept.waits else "not_decided",
            "decided_by": became.by if became else None,
            "decided_row": became.seq if became else None,
            "carried_out": ", ".join(f"{target} {state}" for target, state in sorted(acted.items())) or None,
            "_decision": decision,
            "_line": line,
            "_states": acted,
        }


def _describe_event(event: Event, previous: dict[int, str]) -> Row:
    return {
        "row": event.seq,
        "at": event.at,
        "event": event.event,
        "proposal": event.proposal or None,
        "hash": event.hash,
        "previous_hash": previous[event.seq],
    }


def _list_parts(event: Event, bodies: dict[str, _Kept]) -> Iterable[Row]:
    """One row per line that a decision speaks of; one without a line for stops, lifts, what was settled or withdrawn.

    An edited line's units and money are those that it was changed to.
    """
    facts = event.facts
    shared = {
        **{name: facts.get(name) for name in _ANSWER},
        "missing_approvals": facts.get("missing"),
        "instructions": ", ".join(facts.get("instructions", {})) or None,
        "instruction_number": facts.get("number"),
        "found_out": facts.get("state"),
    }
    mine = {"approve": "approved", "edit": "edited", "reject": "rejected"}.get(event.event)
    if mine is None:
        return [shared]
    body = bodies[event.proposal].body
    lines = {number: line for number, _, line in number_lines(body)}
    changed = facts.get("units", {})
    money = {number: line["money_minor"] for number, line in lines.items()}
    money |= {number: reprice(lines[number], units) for number, (_, units) in changed.items()}
    parts = dict.fromkeys(facts["lines"], mine)
    parts |= {number: name for name in ("left_out", "expired") for number in facts.get(name, [])}
    return [
        {
            **shared,
            "number": number,
            "part": part,
            "sku": lines[number]["payload"].get("sku"),
            "title": lines[number]["title"],
            "units_before": changed[number][0] if part == "edited" else None,
            "units": changed[number][1] if part == "edited" else lines[number]["payload"].get("units"),
            "money": _major(money[number], body["base_currency"]),
            "currency": body["base_currency"],
            "digest": lines[number]["digest"],
        }
        for number, part in parts.items()
    ]


_ANSWER = ("by", "name", "role", "via", "released", "edit", "reason", "selection")


def _describe_act(event: Event) -> Row:
    facts = event.facts
    named = ("target", "attempt", "state", "reference", "said", "units", "currency", "decision", "instruction")
    return {
        **{name: facts.get(name) for name in (*named, "digest", "agent")},
        "instruction_number": facts["number"],
        "promise": facts.get("kind"),
        "read_back": facts.get("observed"),
        "money": _major(facts["money_minor"], facts["currency"]) if "money_minor" in facts else None,
    }


def _read_price(payload: Body) -> tuple[Decimal | None, str | None]:
    if payload["kind"] == "purchase_order_line":
        return _major(payload["unit_cost_minor"], payload["cost_currency"]), payload["cost_currency"]
    if payload["kind"] == "price_change":
        return _major(payload["price_minor"], payload["currency"]), payload["currency"]
    return None, None


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Money(minor, currency).amount


def _write_workbook(tables: dict[str, list[Row]], seller: Seller, language: Language) -> bytes:
    content, t = io.BytesIO(), translator(language)
    last = max((row["at"] for rows in tables.values() for row in rows if "at" in row), default=None)
    what = t(mark("Proposals, decisions and executions"))
    heading = f"{seller.name[language]} · {what}"
    if seller.generated:
        heading += f" · {t(mark('Generated data'))}"
    book = open_book(content, heading, last.date() if last else date(2000, 1, 1))
    pen = Pen(book, seller.base_currency, language, heading)
    for name, fields in TABLES.items():
        columns = [column for field in fields if field.title for column in _columns_of(field)]
        pen.write_sheet(_SHEETS[name], columns, (_word_row(row, fields, language) for row in tables[name]))
    book.close()
    return content.getvalue()


def _columns_of(field: _Field) -> list[Column]:
    """A field in Excel; exact money also stands there as text."""
    kinds: dict[str, Kind] = {"number": "number", "exact": "amount", "percent": "decimal", "date": "date"}
    column = Column(field.name, field.title, kinds.get(field.kind, "text"), field.width)
    if field.kind != "exact" or field.name != "money":
        return [column]
    return [column, Column("money_exact", mark("Money, exact"), width=field.width)]


def _word_row(row: Row, fields: tuple[_Field, ...], language: Language) -> Row:
    """A row as a reader of the language sees it."""
    t = translator(language)
    said: Row = {}
    for field in fields:
        value = row.get(field.name)
        if value is None:
            continue
        if field.kind in ("code", "said", "found"):
            words: dict[str, str] = FOUND if field.kind == "found" else _WORDS
            value = t(words.get(str(value), str(value)))
        elif field.kind == "truth":
            value = t(mark("yes") if value else mark("no"))
        elif field.kind == "time":
            value = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        elif field.kind in ("date", "percent"):
            value = str(value)
        elif field.kind == "decision":
            value = name_decision(row["_decision"], language)[0]
        elif field.kind == "reason":
            value = say_why(row["_line"], language)
        elif field.kind == "states":
            value = ", ".join(f"{target}: {t(_WORDS[state])}" for target, state in sorted(row["_states"].items()))
        said[field.name] = value
    if "money" in said:
        said["money_exact"] = str(said["money"])
    return said
