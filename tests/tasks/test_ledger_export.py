"""The ledgers as files: real decisions and acts, written, read back, and compared with the ledger's own sums."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from config.seller import Seller, read_seller
from tasks.approvals.rules import propose_rules
from tasks.execution.carry import carry_out, list_open
from tasks.execution.papers import PapersTarget
from tasks.execution.stop import lift, stop
from tasks.ledger_export import TABLES, export_ledger
from tasks.store.ledger import Event, link, list_events, list_events_of
from tasks.store.models import LedgerRow
from tasks.store.session import open_session
from tests.tasks import desk

FORMULAS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1")


@pytest.fixture
def seller(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seller]:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    yield desk.write_seller(tmp_path / "sellers")


@pytest.fixture
def lived(seller: Seller) -> str:
    """A night: an order with an edit, a shipment, a price, a stop and its lift; papers written. Gives its digest."""
    orders = [desk.order_line(f"TT-{place}", money_minor=100_001 + place) for place in range(6)]
    for line, title in zip(orders, FORMULAS, strict=True):
        line["title"] = title
    shipments = [desk.ship_line("TT-1"), desk.ship_line("TT-2", money_minor=60_007)]
    digest = desk.propose(desk.order(*orders), desk.shipment(*shipments), desk.prices(desk.price_line("TT-9", 1_799)))
    edit = desk.say(digest, "lin", edits="1.6 = 60", leave_out="2.2", reason="=1+1", amount="5600.15")
    desk.say(edit.edit, "wu", now=desk.later(1))
    stop("haina", "chen", "+prices look wrong", desk.later(2))
    lift(seller, "chen", desk.code_of("chen", desk.later(3)), "they were right", desk.later(3))
    for row in list_open("haina"):
        carry_out(row, PapersTarget(seller), seller, desk.later(4))
    desk.propose(as_of=desk.MORNING + timedelta(days=1))
    return digest


def read_parquet(paths: list[Path]) -> dict[str, list[dict[str, Any]]]:
    return {path.stem: pq.read_table(path).to_pylist() for path in paths if path.suffix == ".parquet"}


def sum_money(rows: list[dict[str, Any]]) -> Decimal:
    return sum((row["money"] for row in rows), Decimal(0))


def approvals(events: list[Event]) -> list[Event]:
    return [event for event in events if event.event == "approve"]


def test_what_was_approved_left_out_and_edited_comes_to_the_ledgers_own_sums(seller: Seller, lived: str) -> None:
    rows = read_parquet(export_ledger(seller))["decisions"]
    for event in approvals(list_events_of("haina")):
        approved = [row for row in rows if row["row"] == event.seq and row["part"] == "approved"]
        assert sum_money(approved) == Decimal(event.facts["money_minor"]) / 100
        assert {row["number"]: row["digest"] for row in approved} == event.facts["lines"]
        assert {row["currency"] for row in approved} == {"CNY"}
    assert [row["number"] for row in rows if row["part"] == "left_out"] == ["2.2"]
    (edited,) = [row for row in rows if row["part"] == "edited"]
    assert (edited["units_before"], edited["units"], edited["reason"]) == (48, 60, "=1+1")
    assert edited["money"] == Decimal("1250.08")  # 1000.06 × 60 ÷ 48, half even
    assert [row["event"] for row in rows if row["number"] is None] == ["stop", "lift"]


def test_every_intent_and_outcome_is_exported_with_its_money(seller: Seller, lived: str) -> None:
    rows = read_parquet(export_ledger(seller))["executions"]
    intents = list_events(book="execution", event="intent")
    assert [row["event"] for row in rows] == ["intent", "outcome"] * len(intents)
    assert len(intents) == 4
    begun = [row for row in rows if row["event"] == "intent"]
    assert sum_money(begun) == Decimal(sum(event.facts["money_minor"] for event in intents)) / 100
    assert {row["state"] for row in rows if row["event"] == "outcome"} == {"done"}


def test_every_line_says_what_became_of_it(seller: Seller, lived: str) -> None:
    rows = read_parquet(export_ledger(seller))["proposals"]
    first = {row["number"]: row for row in rows if row["proposal"] == lived}
    assert {number: row["became"] for number, row in first.items()} == {
        **dict.fromkeys(["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "3.1"], "approved"),
        "1.6": "edited",
        "2.2": "left_out",
    }
    assert first["1.1"]["carried_out"] == "files done"
    assert first["2.2"]["carried_out"] is None
    (edit,) = [row for row in rows if row["edits"] == lived]
    assert (edit["became"], edit["decided_by"], edit["units"], edit["standing"]) == ("approved", "wu", 60, "edit")
    assert {row["became"] for row in rows if row["as_of"] == date(2025, 11, 25)} == {"open"}
    assert len(rows) == 9 + 1 + 3


def test_parquet_has_exact_decimals_utc_times_and_no_language(seller: Seller, lived: str) -> None:
    paths = export_ledger(seller, languages=["zh_CN"])
    schema = pq.read_schema(next(path for path in paths if path.name == "proposals.parquet"))
    assert schema.field("money").type == pa.decimal128(38, 2)
    assert schema.field("recorded_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("as_of").type == pa.date32()
    assert all(re.fullmatch(r"[a-z_]+", name) for name in schema.names)
    in_chinese = [path.read_bytes() for path in paths if path.suffix == ".parquet"]
    in_english = [path.read_bytes() for path in export_ledger(seller, languages=["en"]) if path.suffix == ".parquet"]
    assert in_chinese == in_english


def test_a_row_can_be_audited_by_the_hashes_beside_it(seller: Seller, lived: str) -> None:
    tables = read_parquet(export_ledger(seller))
    exported = {row["row"]: row for name in ("decisions", "executions") for row in tables[name]}
    with open_session() as session:
        kept = {row.seq: row for row in session.query(LedgerRow)}
    assert set(exported) == set(kept)
    for seq, row in exported.items():
        assert link(row["previous_hash"], kept[seq].content) == row["hash"] == kept[seq].hash


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_workbook_says_the_same_as_parquet(seller: Seller, lived: str, language: str) -> None:
    paths = export_ledger(seller, languages=[language])  # type: ignore[list-item]
    tables = read_parquet(paths)
    book = CalamineWorkbook.from_path(paths[-1])
    assert len(book.sheet_names) == 3
    for (name, fields), sheet in zip(TABLES.items(), book.sheet_names, strict=True):
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[2:]
        assert len(rows) == len(tables[name])
        shown = [field.name for field in fields if field.title]
        place = shown.index("money")
        for row, kept in zip(rows, tables[name], strict=True):
            if kept["money"] is None:
                assert row[place] == row[place + 1] == ""
            else:
                assert Decimal(str(row[place])) == kept["money"]
                assert Decimal(str(row[place + 1])) == kept["money"]
                assert row[place + 2] == kept["currency"]


def test_no_text_of_the_seller_or_of_a_person_becomes_a_formula(seller: Seller, lived: str) -> None:
    path = export_ledger(seller, languages=["en"])[-1]
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
        styles = book.read("xl/styles.xml").decode()
    quoted = {
        str(place)
        for place, style in enumerate(
            re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
        )
        if 'quotePrefix="1"' in style
    }
    cells = [found for sheet in sheets for found in re.findall(r"<c ([^>]*)><is><t[^>]*>([^<]*)</t>", sheet)]
    risky = [(attributes, text) for attributes, text in cells if text.strip()[:1] in tuple("=+-@＝")]
    assert {text.strip()[:1] for _, text in risky} == set("=+-@＝")
    for attributes, text in risky:
        style = re.search(r's="(\d+)"', attributes)
        assert style and style[1] in quoted, text
        assert 't="inlineStr"' in attributes
    assert not any(re.search(r"<f[ >]", sheet) for sheet in sheets)


def test_an_empty_ledger_is_exported_with_its_headings(seller: Seller, tmp_path: Path) -> None:
    paths = export_ledger(seller, tmp_path / "out", ["en"])
    assert [path.name for path in paths] == [
        "proposals.parquet",
        "decisions.parquet",
        "executions.parquet",
        "ledger-haina-en.xlsx",
    ]
    assert read_parquet(paths) == {"proposals": [], "decisions": [], "executions": []}


def test_another_sellers_rows_are_not_in_it(seller: Seller, lived: str, tmp_path: Path) -> None:
    other = read_seller("haina").model_copy(update={"id": "other"})
    tables = read_parquet(export_ledger(other, tmp_path / "other"))
    assert tables == {"proposals": [], "decisions": [], "executions": []}


def test_rules_that_were_withdrawn_are_a_row_without_a_line(seller: Seller, tmp_path: Path) -> None:
    rule = {"id": "small", "kinds": ["purchase_order_line"], "effect": "spend", "most_per_line_minor": 1_000}
    propose_rules(desk.write_seller(tmp_path / "sellers", standing_rules=[rule]), desk.NOON)
    propose_rules(desk.write_seller(tmp_path / "sellers", standing_rules=[{**rule, "id": "other"}]), desk.NOON)
    (row,) = read_parquet(export_ledger(seller))["decisions"]
    assert (row["event"], row["by"], row["number"], row["part"]) == ("withdraw", "farsail", None, None)
