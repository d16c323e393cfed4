"""The proposal as an Excel workbook: the same rows as the report, to filter, sort and redo."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from config.language import say
from config.seller import Language, Seller
from skills.vocabulary import mark, minor_digits
from tasks.lines import flatten
from tasks.rendering import say_reason
from tasks.report_listings import tell_events
from tasks.report_words import FLIPS
from tasks.sheets import Column, Pen, Rows, head_of, open_book

DECISIONS = (
    Column("number", mark("No."), "number", 6),
    Column("what", mark("What to decide"), "word", 12),
    Column("with", mark("Supplier or lane"), width=24),
    Column("country", mark("Country"), width=10),
    Column("mode", mark("Mode"), "word", 10),
    Column("skus", "SKU", "number", 8),
    Column("units", mark("Units"), "number", 10),
    Column("cartons", mark("Cartons"), "number", 10),
    Column("volume_m3", "m³", "decimal", 10),
    Column("money_minor", mark("Money"), "money", 18),
    Column("original", mark("In the original currency"), "decimal", 18),
    Column("original_currency", mark("Currency"), width=9),
    Column("deposit_minor", mark("Deposit"), "money", 18),
    Column("landed_minor", mark("Goods landed"), "money", 18),
    Column("deadline", mark("By when"), "date", 13),
    Column("arrival_p50", mark("Arrival, p50"), "date", 13),
    Column("flip", mark("What would reverse it"), width=24),
)
LINES = (
    Column("number", mark("No."), "number", 6),
    Column("sku", "SKU", width=16),
    Column("title", mark("Product"), width=34),
    Column("with", mark("Supplier or lane"), width=24),
    Column("country", mark("Country"), width=10),
    Column("units", mark("Units"), "number", 10),
    Column("cartons", mark("Cartons"), "number", 10),
    Column("money_minor", mark("Money"), "money", 18),
    Column("expected_value_minor", mark("Worth"), "money", 18),
    Column("expires", mark("Holds until"), "date", 13),
    Column("capped_by", mark("Capped by"), "said", 18),
    Column("flip", mark("What would reverse it"), width=24),
    Column("reason", mark("Reason"), width=60),
)
DERIVATIONS = (
    Column("number", mark("No."), "number", 6),
    Column("sku", "SKU", width=16),
    Column("step", mark("Step"), "number", 6),
    Column("label", mark("What"), "said", 46),
    Column("value", mark("Value"), "decimal", 16),
    Column("unit", mark("Unit"), "word", 12),
    Column("note", mark("From"), "noted", 60),
)
QUARANTINE = (
    Column("feed", mark("Feed"), "word", 16),
    Column("file", mark("File"), width=34),
    Column("line", mark("Line"), "number", 10),
    Column("column", mark("Column"), width=20),
    Column("value", mark("Value"), width=24),
    Column("expected", mark("Expected"), "said", 50),
)
CASH = (
    Column("week", mark("Week"), "date", 13),
    Column("opening_minor", mark("At the beginning"), "money", 18),
    Column("in_minor", mark("In"), "money", 18),
    Column("deposits_minor", mark("Deposits"), "money", 18),
    Column("balances_minor", mark("Balances"), "money", 18),
    Column("shipments_minor", mark("Shipments"), "money", 18),
    Column("payments_minor", mark("Other payments"), "money", 18),
    Column("balance_minor", mark("Cash at the end of the week"), "money", 22),
    Column("floor_minor", mark("What must stay"), "money", 18),
    Column("room_minor", mark("Above what must stay"), "money", 18),
)
COVER = (
    Column("country", mark("Country"), width=10),
    Column("units", mark("Units"), "number", 12),
    Column("weeks_p10", mark("Weeks of cover, p10"), "decimal", 18),
    Column("weeks_p50", mark("Weeks of cover, p50"), "decimal", 18),
    Column("weeks_p90", mark("Weeks of cover, p90"), "decimal", 18),
    Column("next_arrival", mark("Next arrival"), "date", 13),
)
LISTINGS = (
    Column("level", mark("Level"), "said", 10),
    Column("country", mark("Country"), width=10),
    Column("sku", "SKU", width=16),
    Column("asin", "ASIN", width=14),
    Column("happened", mark("What happened"), "said", 22),
    Column("before", mark("Before"), width=40),
    Column("after", mark("Now"), width=40),
    Column("since", mark("First seen"), "date", 13),
    Column("seen_on", mark("Seen on"), "date", 13),
    Column("reason", mark("Reason"), width=60),
    Column("draft", mark("Draft of a complaint"), width=60),
    Column("missing", mark("Before it is sent"), width=60),
)


def write_workbook(
    body: dict[str, Any], digest: str, quarantine: pd.DataFrame, seller: Seller, language: Language
) -> bytes:
    """The workbook's bytes; the same proposal gives the same bytes.

    Sheets: decisions, their lines, the steps behind each line, quarantined rows, cash, cover, and what happened to
    live listings where any is watched. The first row of each names seller, morning and proposal, and says where data
    is generated.
    """
    content = io.BytesIO()
    book = open_book(content, digest, date.fromisoformat(body["as_of"]))
    pen = Pen(book, body["base_currency"], language, head_of(body, digest, seller, language))
    pen.write_sheet(mark("Decisions"), DECISIONS, _decision_rows(body, language))
    pen.write_sheet(mark("Order and shipment lines"), LINES, _line_rows(body, language))
    pen.write_sheet(mark("Derivations"), DERIVATIONS, _step_rows(body))
    pen.write_sheet(mark("Quarantine"), QUARANTINE, _frame_rows(quarantine))
    pen.write_sheet(mark("Cash"), CASH, body["cash"])
    pen.write_sheet(mark("Cover"), COVER, body["cover"])
    watched = body.get("listings")
    if watched and watched["watched"]:
        pen.write_sheet(mark("Live listings"), LISTINGS, tell_events(watched, language))
    book.close()
    return content.getvalue()


def _decision_rows(body: dict[str, Any], language: Language) -> Rows:
    for number, decision in enumerate(body["decisions"], 1):
        scale = -minor_digits(decision["original_currency"])
        yield decision | {
            "number": number,
            "what": mark("Order") if decision["kind"] == "order" else mark("Ship"),
            "with": _partner(decision),
            "original": str(Decimal(decision["original_money_minor"]).scaleb(scale)),
            "flip": _say_flip(decision["flip"], language),
        }


def _line_rows(body: dict[str, Any], language: Language) -> Rows:
    for number, decision in enumerate(body["decisions"], 1):
        for line in map(flatten, decision["lines"]):
            yield line | {
                "number": number,
                "with": _partner(decision),
                "flip": _say_flip(line["flip"], language),
                "reason": say_reason(line, language),
            }


def _step_rows(body: dict[str, Any]) -> Rows:
    for number, decision in enumerate(body["decisions"], 1):
        for line in decision["lines"]:
            for place, step in enumerate(line["evidence"], 1):
                yield step | {"number": number, "sku": line["payload"]["sku"], "step": place}


def _frame_rows(frame: pd.DataFrame) -> Rows:
    names = [str(name) for name in frame.columns]
    for values in frame.itertuples(index=False, name=None):
        yield dict(zip(names, values, strict=True))


def _partner(decision: dict[str, Any]) -> str:
    return str(decision["supplier_name"] or decision["supplier"] if decision["kind"] == "order" else decision["lane"])


def _say_flip(flip: dict[str, str], language: Language) -> str:
    return say(FLIPS[flip["kind"]], {"value": flip["value"]}, language) if flip and flip["value"] else ""
