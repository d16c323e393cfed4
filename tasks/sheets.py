"""Sheets of the workbooks we write: columns, heads, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

from config.language import Translate, translator
from config.seller import Language, Seller
from skills.vocabulary import mark, minor_digits
from tasks.morning_report import say_note
from tasks.report_words import WORDS

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
        open: Whether a reader may change it on a protected sheet.
        choices: What a reader may choose from, on a protected sheet.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: int = 14
    open: bool = False
    choices: tuple[str, ...] = ()


def open_book(content: io.BytesIO, title: str, day: date) -> xlsxwriter.Workbook:
    """A workbook whose bytes depend on what is written alone; close it to have them in `content`."""
    book = xlsxwriter.Workbook(
        content,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "created": datetime(day.year, day.month, day.day, tzinfo=UTC)})
    return book


class Pen:
    """Writes sheets of one workbook in one language and currency.

    Args:
        book: From `open_book`.
        currency: Of money columns.
        language: Of headings and words.
        heading: First row of every sheet.
    """

    def __init__(self, book: xlsxwriter.Workbook, currency: str, language: Language, heading: str) -> None:
        self.book, self.language, self.heading = book, language, heading
        self.say: Translate = translator(language)
        self.currency = currency
        self.digits = minor_digits(currency)
        money = "#,##0" + ("." + "0" * self.digits if self.digits else "")
        self.formats = {
            "title": book.add_format({"bold": True}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0"}),
            "money": book.add_format({"num_format": money}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "quoted": book.add_format({"quote_prefix": True}),
            "open": book.add_format({"locked": False, "bg_color": "#F4F2EC", "border": 1, "border_color": "#B9B5AA"}),
        }

    def write_sheet(self, name: str, columns: Sequence[Column], rows: Rows, *, protect: bool = False) -> None:
        """Heading, column heads, then the rows; heads stay in view and can be filtered.

        Args:
            protect: Only cells of open columns can be changed.
        """
        sheet = self.book.add_worksheet(self.say(name))
        sheet.write_string(0, 0, self.heading, self.formats["title"])
        for position, column in enumerate(columns):
            title = self.say(column.title) + (f" ({self.currency})" if column.kind == "money" else "")
            sheet.write_string(1, position, title, self.formats["head"])
            sheet.set_column(position, position, column.width)
        last = 1
        for last, row in enumerate(rows, 2):
            for position, column in enumerate(columns):
                if protect and column.open:
                    sheet.write(last, position, row.get(column.key) or None, self.formats["open"])
                else:
                    self._write_cell(sheet, last, position, column.kind, row.get(column.key, ""))
        sheet.freeze_panes(2, 0)
        sheet.autofilter(1, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        if protect:
            sheet.protect(options={"autofilter": True, "format_columns": True, "sort": False})
            for position, column in enumerate(columns):
                if column.choices and last > 1:
                    sheet.data_validation(2, position, last, position, {"validate": "list", "source": column.choices})

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
            self._write_text(sheet, row, position, self._say_word(str(value)))
        elif kind == "noted":
            self._write_text(sheet, row, position, say_note(str(value), self.language))
        else:
            self._write_text(sheet, row, position, self.say(str(value)) if kind == "said" else str(value))

    def _write_text(self, sheet: Any, row: int, position: int, text: str) -> None:
        """As text; what begins like a formula keeps an apostrophe before it, so that editing never runs it."""
        risky = text.lstrip().startswith(("=", "+", "-", "@", "\t"))
        sheet.write_string(row, position, text, self.formats["quoted"] if risky else None)

    def _say_word(self, code: str) -> str:
        return "/".join(self.say(WORDS.get(part, part)) for part in code.split("/"))


def _is_number(value: Any) -> bool:
    text = str(value).removeprefix("-")
    return text.replace(".", "", 1).isdigit() and text.isascii()


def head_of(body: dict[str, Any], digest: str, seller: Seller, language: Language) -> str:
    """Seller, morning, proposal, and what is generated: the first row of every sheet."""
    say = translator(language)
    parts = [seller.name[language], body["as_of"], f"{say(mark('proposal'))} {digest[:12]}"]
    if body["generated"]:
        tables = ", ".join(say(WORDS.get(table, table)) for table in body["generated"])
        parts.append(f"{say(mark('Generated data'))}: {tables}")
    if body["journey"] == "what-if":
        parts.append(say(mark("What if")))
    return " · ".join(parts)
