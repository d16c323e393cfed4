"""Sheets of the workbooks we write: columns, heads, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import xlsxwriter

from config.language import Translate, translator
from config.seller import Language, Seller
from skills.vocabulary import Money, mark, minor_digits
from tasks.rendering import say_note
from tasks.report_words import WORDS

Kind = Literal["text", "word", "number", "money", "amount", "date", "decimal", "said", "noted"]
Rows = Iterable[dict[str, Any]]

_WRAPPED = {"text_wrap": True, "valign": "top"}
_OPEN = {"locked": False, "bg_color": "#F4F2EC", "border": 1, "border_color": "#B9B5AA"}
_LONGEST_LIST = 255
"""Excel takes no longer list of choices, commas included."""
_LIKE_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a formula begins; an East Asian Excel takes the wide forms for the same."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes:
        key: Where the value lies in a row.
        title: Its heading; money columns get the currency behind it.
        kind: How the value is written: `said` is one of our sentences, `word` a code of ours, `money` minor units of
            the workbook's currency, `amount` a decimal string in the currency that another column names.
        width: In characters.
        open: Whether a reader may change it on a protected sheet.
        choices: What a reader may choose from, on a protected sheet.
        wrap: Whether long text goes on in a further line of its cell.
        hidden: Whether the column is there without being seen.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: int = 14
    open: bool = False
    choices: tuple[str, ...] = ()
    wrap: bool = False
    hidden: bool = False


def title_of(column: Column, currency: str, say: Translate) -> str:
    """A column's heading; a money column's names the currency."""
    return say(column.title) + (f" ({currency})" if column.kind == "money" else "")


def read_back(value: Any) -> str:
    """A cell that a person saved, as plain text: numbers without needless zeros, ISO dates, single spaces."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float | int):
        return format(Decimal(str(value)).normalize() if value else Decimal(0), "f")
    return " ".join(str(value or "").split())


def is_unchanged(column: Column, found: Any, written: Any, currency: str) -> bool:
    """Whether a cell that was read back is what `Pen` wrote, whichever spreadsheet saved it meanwhile."""
    text, expected = read_back(found), read_back(written)
    if column.kind == "money" and expected:
        expected = str(Money(int(written), currency).amount)
    if column.kind in ("number", "money", "decimal") and expected:
        try:
            return Decimal(text) == Decimal(expected)
        except InvalidOperation:
            return False
    return text == expected


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
            "amount": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "quoted": book.add_format({"quote_prefix": True}),
            "wrapped": book.add_format(_WRAPPED),
            "wrapped quoted": book.add_format({**_WRAPPED, "quote_prefix": True}),
            "open": book.add_format(_OPEN),
            "open quoted": book.add_format({**_OPEN, "quote_prefix": True}),
            "open money": book.add_format({**_OPEN, "num_format": money}),
        }

    def write_sheet(
        self, name: str, columns: Sequence[Column], rows: Rows, *, protect: bool = False, frozen: int = 0
    ) -> None:
        """Heading, column heads, then the rows; heads stay in view and can be filtered.

        Args:
            protect: Only cells of open columns can be changed.
            frozen: How many columns stay in view too.
        """
        sheet = self.book.add_worksheet(self.say(name))
        sheet.write_string(0, 0, self.heading, self.formats["title"])
        for position, column in enumerate(columns):
            sheet.write_string(1, position, title_of(column, self.currency, self.say), self.formats["head"])
            sheet.set_column(position, position, column.width, None, {"hidden": column.hidden})
        last = 1
        for last, row in enumerate(rows, 2):
            for position, column in enumerate(columns):
                if protect and column.open:
                    self.write_open(sheet, last, position, row.get(column.key))
                elif column.wrap:
                    self._write_text(sheet, last, position, str(row.get(column.key) or ""), "wrapped")
                else:
                    self._write_cell(sheet, last, position, column.kind, row.get(column.key, ""))
        sheet.freeze_panes(2, frozen)
        sheet.autofilter(1, 0, last, len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        if protect:
            self.protect(sheet)
            for position, column in enumerate(columns):
                if column.open and last > 1:
                    self.check_entries(sheet, (2, position, last, position), column)

    def protect(self, sheet: Any) -> None:
        """Only open cells can be changed, by anybody without a password; rows can be filtered, cells seen whole."""
        sheet.protect(options={"autofilter": True, "format_columns": True, "format_rows": True, "sort": False})

    def write_open(self, sheet: Any, row: int, position: int, value: Any, kind: Kind = "text") -> None:
        """A cell that a reader may change: a number, text, or nothing yet."""
        if isinstance(value, str) and value:
            self._write_text(sheet, row, position, value, "open")
        else:
            sheet.write(row, position, value or None, self.formats["open money" if kind == "money" else "open"])

    def check_entries(self, sheet: Any, cells: tuple[int, int, int, int], column: Column) -> None:
        """Let an open column's cells take its choices alone, or whole numbers where it is one of numbers."""
        choices = list(column.choices)
        if choices and len(",".join(choices)) <= _LONGEST_LIST:
            sheet.data_validation(*cells, {"validate": "list", "source": choices})
        elif column.kind == "number":
            sheet.data_validation(*cells, {"validate": "integer", "criteria": ">", "value": 0})

    def _write_cell(self, sheet: Any, row: int, position: int, kind: Kind, value: Any) -> None:
        if value is None or value == "":
            return
        if kind == "money":
            amount = float(Decimal(int(value)).scaleb(-self.digits))
            sheet.write_number(row, position, amount, self.formats["money"])
        elif kind == "number":
            sheet.write_number(row, position, int(value), self.formats["number"])
        elif kind == "amount":
            sheet.write_number(row, position, float(Decimal(value)), self.formats["amount"])
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

    def _write_text(self, sheet: Any, row: int, position: int, text: str, style: str = "") -> None:
        """As text; what begins like a formula keeps an apostrophe before it, so that editing never runs it."""
        risky = text.lstrip().startswith(_LIKE_FORMULAS) or text.startswith(("\t", "\r"))
        sheet.write_string(row, position, text, self.formats.get(f"{style} quoted".strip() if risky else style))

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
