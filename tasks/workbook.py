"""The proposal as an Excel workbook: the same rows as the report, to filter, sort and redo."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
import xlsxwriter

from config.language import Translate, say, translator
from config.seller import Language, Seller
from skills.vocabulary import mark, minor_digits
from tasks.morning_report import FLIPS, WORDS, say_note, say_reason

Kind = Literal["text", "word", "number", "money", "date", "decimal", "said", "noted"]
Rows = Iterable[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes:
        key: Where the value lies in a row.
        title: Its heading; money columns get the currency behind it.
        kind: How the value is written: `said` is one of our sentences, `word` a code of ours.
        width: In characters.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: int = 14


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
    Column("deposits_minor", mark("Deposits"), "money", 18),
    Column("balances_minor", mark("Balances"), "money", 18),
    Column("shipments_minor", mark("Shipments"), "money", 18),
    Column("balance_minor", mark("Cash at the end of the week"), "money", 22),
)
COVER = (
    Column("country", mark("Country"), width=10),
    Column("units", mark("Units"), "number", 12),
    Column("weeks_p10", mark("Weeks of cover, p10"), "decimal", 18),
    Column("weeks_p50", mark("Weeks of cover, p50"), "decimal", 18),
    Column("weeks_p90", mark("Weeks of cover, p90"), "decimal", 18),
    Column("next_arrival", mark("Next arrival"), "date", 13),
)


def write_workbook(
    body: dict[str, Any], digest: str, quarantine: pd.DataFrame, seller: Seller, language: Language
) -> bytes:
    """The workbook's bytes; the same proposal gives the same bytes.

    Sheets: decisions, their lines, the steps behind each line, quarantined rows, cash, cover. The first row of
    each names seller, morning and proposal, and says where data is generated.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    morning = date.fromisoformat(body["as_of"])
    book.set_properties({"title": digest, "created": datetime(morning.year, morning.month, morning.day, tzinfo=UTC)})
    pen = _Pen(book, body, digest, seller, language)
    pen.write_sheet(mark("Decisions"), DECISIONS, _decision_rows(body, language))
    pen.write_sheet(mark("Order and shipment lines"), LINES, _line_rows(body, language))
    pen.write_sheet(mark("Derivations"), DERIVATIONS, _step_rows(body))
    pen.write_sheet(mark("Quarantine"), QUARANTINE, _frame_rows(quarantine))
    pen.write_sheet(mark("Cash"), CASH, body["cash"])
    pen.write_sheet(mark("Cover"), COVER, body["cover"])
    book.close()
    return content.getvalue()


class _Pen:
    """Writes sheets of one workbook in one language and currency."""

    def __init__(
        self, book: xlsxwriter.Workbook, body: dict[str, Any], digest: str, seller: Seller, language: Language
    ) -> None:
        self.book, self.language = book, language
        self.say: Translate = translator(language)
        self.currency = str(body["base_currency"])
        self.digits = minor_digits(self.currency)
        parts = [seller.name[language], body["as_of"], f"{self.say(mark('proposal'))} {digest[:12]}"]
        if body["generated"]:
            tables = ", ".join(self.say(WORDS.get(table, table)) for table in body["generated"])
            parts.append(f"{self.say(mark('Generated data'))}: {tables}")
        if body["journey"] == "what-if":
            parts.append(self.say(mark("What if")))
        self.heading = " · ".join(parts)
        money = "#,##0" + ("." + "0" * self.digits if self.digits else "")
        self.formats = {
            "title": book.add_format({"bold": True}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0"}),
            "money": book.add_format({"num_format": money}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        }

    def write_sheet(self, name: str, columns: Sequence[Column], rows: Rows) -> None:
        """Heading, column heads, then the rows; heads stay in view and can be filtered."""
        sheet = self.book.add_worksheet(self.say(name))
        sheet.write_string(0, 0, self.heading, self.formats["title"])
        for position, column in enumerate(columns):
            title = self.say(column.title) + (f" ({self.currency})" if column.kind == "money" else "")
            sheet.write_string(1, position, title, self.formats["head"])
            sheet.set_column(position, position, column.width)
        last = 1
        for last, row in enumerate(rows, 2):
            for position, column in enumerate(columns):
                self._write_cell(sheet, last, position, column.kind, row.get(column.key, ""))
        sheet.freeze_panes(2, 0)
        sheet.autofilter(1, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)

    def _write_cell(self, sheet: Any, row: int, position: int, kind: Kind, value: Any) -> None:
        if value is None or value == "":
            return
        if kind == "money":
            amount = float(Decimal(int(value)).scaleb(-self.digits))
            sheet.write_number(row, position, amount, self.formats["money"])
        elif kind == "number":
            sheet.write_number(row, position, int(value), self.formats["number"])
        elif kind == "date":
            sheet.write_datetime(row, position, datetime.fromisoformat(value), self.formats["date"])
        elif kind == "decimal" and _is_number(value):
            sheet.write_number(row, position, float(value))
        elif kind == "word":
            sheet.write_string(row, position, self._say_word(str(value)))
        elif kind == "noted":
            sheet.write_string(row, position, say_note(str(value), self.language))
        else:
            sheet.write_string(row, position, self.say(str(value)) if kind == "said" else str(value))

    def _say_word(self, code: str) -> str:
        return "/".join(self.say(WORDS.get(part, part)) for part in code.split("/"))


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
        for line in decision["lines"]:
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
                yield step | {"number": number, "sku": line["sku"], "step": place}


def _frame_rows(frame: pd.DataFrame) -> Rows:
    names = [str(name) for name in frame.columns]
    for values in frame.itertuples(index=False, name=None):
        yield dict(zip(names, values, strict=True))


def _partner(decision: dict[str, Any]) -> str:
    return str(decision["supplier_name"] or decision["supplier"] if decision["kind"] == "order" else decision["lane"])


def _say_flip(flip: dict[str, str], language: Language) -> str:
    return say(FLIPS[flip["kind"]], {"value": flip["value"]}, language) if flip and flip["value"] else ""


def _is_number(value: Any) -> bool:
    text = str(value).removeprefix("-")
    return text.replace(".", "", 1).isdigit() and text.isascii()
