"""A paper as PDF: parties, facts, table and totals on A4, in the reader's language, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, Table

from config.language import say, translator
from skills.documents.layout import KINDS, LABELS
from skills.documents.words import LATER, TO_COMPLETE
from skills.vocabulary import mark
from tasks.documents.wording import word_cell, word_column, word_field, word_text

if TYPE_CHECKING:
    from config.seller import Language

Paper = dict[str, Any]

FONT = "WenQuanYi Micro Hei"
GENERATED = mark("GENERATED: no real goods, parties or values")
PAGE_OF = mark("page {page} of {pages}")
INK, GREY, LINE, SHADE, OPEN = (HexColor(c) for c in ("#111111", "#555555", "#999999", "#eeeeee", "#b00020"))
MARGIN, FOOT = 15 * mm, 18 * mm
PADDING = 6
"""Of the frame that the library sets inside the margins."""
MOST_UPRIGHT = 9
"""Most columns on an upright page."""
WIDTHS = {"goods": 3.6, "composition": 2.4, "line": 0.6, "flag": 1.3, "size": 1.9, "brand": 1.5, "preference": 1.5}
"""Shares of the page's width; other texts 1.5, numbers 1.2."""


@lru_cache(maxsize=1)
def load_font() -> str:
    """Registers the font once per process; returns its name."""
    with as_file(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc") as path:
        pdfmetrics.registerFont(TTFont(FONT, str(path), subfontIndex=0))
    return FONT


def draw_paper(paper: Paper, language: Language) -> bytes:
    """One paper as a PDF: title, parties, facts, table with its head on each page, totals, notes."""
    load_font()
    size = A4 if len(paper["columns"]) <= MOST_UPRIGHT else landscape(A4)
    width = size[0] - 2 * MARGIN - 2 * PADDING
    story = [
        Paragraph(escape(word_text(paper["title"], language)), _style(16, leading=20)),
        Spacer(0, 3 * mm),
        _draw_parties(paper, language, width),
        Spacer(0, 3 * mm),
        _draw_fields(paper, language, width),
        Spacer(0, 4 * mm),
        _draw_rows(paper, language, width),
        *_draw_end(paper, language),
    ]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=size,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=FOOT + 2 * mm,
        title=word_text(paper["title"], language),
        lang=language.replace("_", "-"),
        invariant=1,
    )
    document.build(
        story, canvasmaker=_number_pages(lambda canvas, at, of: _draw_foot(canvas, paper, language, at, of))
    )
    return out.getvalue()


def _style(size: float, *, leading: float = 0, color: HexColor = INK, right: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{color}{right}",
        fontName=FONT,
        fontSize=size,
        leading=leading or size * 1.25,
        textColor=color,
        alignment=2 if right else 0,
    )


def draw_lines(
    text: str, language: Language, size: float = 8, *, grey: bool = False, right: bool = False
) -> list[Any]:
    """A paragraph per line of a text; Chinese breaks between any two signs, what is open stands out."""
    translate = translator(language)
    open_texts = {translate(TO_COMPLETE), translate(LATER)}
    drawn = []
    for line in text.split("\n"):
        color = OPEN if line in open_texts else GREY if grey else INK
        style = _style(size, color=color, right=right)
        if any(sign >= "\u2e80" for sign in line):
            style.wordWrap = "CJK"
        drawn.append(Paragraph(escape(line), style))
    return drawn


def _draw_parties(paper: Paper, language: Language, width: float) -> Table:
    """Two parties a row, each with its role above."""
    cells = []
    for role, rows in paper["parties"]:
        cell = draw_lines(word_text(role, language), language, 7, grey=True)
        for label, value in rows:
            lead = f"{word_text(label, language)}: " if label else ""
            cell += draw_lines(f"{lead}{word_text(value, language)}", language)
        cells.append(cell)
    cells += [[]] * (len(cells) % 2)
    table = Table([cells[k : k + 2] for k in range(0, len(cells), 2)], colWidths=[width / 2] * 2)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("GRID", (0, 0), (-1, -1), 0.5, LINE)])
    return table


def _draw_fields(paper: Paper, language: Language, width: float) -> Table:
    """Two facts a row."""
    cells = []
    for label, value in paper["fields"]:
        cells += [
            draw_lines(word_text(label, language), language, 7, grey=True),
            draw_lines(word_field(label, value, language), language),
        ]
    cells += [[]] * (-len(cells) % 4)
    shares = (0.18, 0.32, 0.18, 0.32)
    table = Table([cells[k : k + 4] for k in range(0, len(cells), 4)], colWidths=[width * share for share in shares])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, LINE),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


def _draw_rows(paper: Paper, language: Language, width: float) -> LongTable:
    """The table, its head repeated on each page, its totals last."""
    columns, currency = paper["columns"], paper["currency"]
    numeric = [column["kind"] != "text" for column in columns]
    data = [
        [
            draw_lines(word_column(column, currency, language), language, 7, grey=True, right=number)
            for column, number in zip(columns, numeric, strict=True)
        ]
    ]
    for row in paper["rows"]:
        data.append(
            [
                draw_lines(word_cell(row[column["name"]], column["kind"], currency, language), language, right=number)
                for column, number in zip(columns, numeric, strict=True)
            ]
        )
    totals: list[list[Any]] = []
    for place, (column, number) in enumerate(zip(columns, numeric, strict=True)):
        total = paper["totals"].get(column["name"])
        text = "" if total is None else word_cell(total, column["kind"], currency, language)
        totals.append(draw_lines(word_text(mark("Total"), language) if place == 1 else text, language, right=number))
    data.append(totals)
    shares = [
        WIDTHS.get(column["name"], 1.2 if number else 1.5) for column, number in zip(columns, numeric, strict=True)
    ]
    table = LongTable(data, colWidths=[width * share / sum(shares) for share in shares], repeatRows=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("BACKGROUND", (0, -1), (-1, -1), SHADE),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, LINE),
            ("LINEABOVE", (0, -1), (-1, -1), 0.75, INK),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return table


def _draw_end(paper: Paper, language: Language) -> list[Any]:
    """Totals without a column of their own, and the notes."""
    shown = {column["name"] for column in paper["columns"]}
    story: list[Any] = [Spacer(0, 3 * mm)]
    for name, total in paper["totals"].items():
        if name not in shown:
            value = word_cell(total, KINDS.get(name, "count"), paper["currency"], language)
            story += draw_lines(f"{word_text(LABELS[name], language)}: {value}", language)
    for note in paper["notes"]:
        story += [Spacer(0, 1.5 * mm), *draw_lines(word_text(note, language), language)]
    return story


def _draw_foot(canvas: Canvas, paper: Paper, language: Language, page: int, pages: int) -> None:
    """Page x of y, and on every page the mark of what is generated."""
    width = canvas._pagesize[0]
    canvas.setFont(FONT, 7)
    canvas.setFillColor(GREY)
    confidence = word_text(paper["confidence"], language)
    left = f"{word_text(paper['title'], language)} · {paper['prepared_on']} · {confidence}"
    canvas.drawString(MARGIN, FOOT - 8 * mm, left)
    canvas.drawRightString(width - MARGIN, FOOT - 8 * mm, say(PAGE_OF, {"page": page, "pages": pages}, language))
    if paper["generated"]:
        canvas.setFillColor(OPEN)
        canvas.setFont(FONT, 8)
        canvas.drawCentredString(width / 2, FOOT - 3.5 * mm, word_text(GENERATED, language))


def _number_pages(draw: Callable[[Canvas, int, int], None]) -> type[Canvas]:
    """A canvas that keeps its pages until their number is known."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page, state in enumerate(self._kept, start=1):
                self.__dict__.update(state)
                draw(self, page, len(self._kept))
                super().showPage()
            super().save()

    return Numbered
