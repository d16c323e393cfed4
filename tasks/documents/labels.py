"""Carton labels of 100 × 150 mm, one page per carton, with a Code 128 barcode."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from config.language import say
from skills.documents.layout import KINDS, LABELS
from skills.vocabulary import mark
from tasks.documents.pdf import FONT, GENERATED, GREY, INK, LINE, OPEN, Paper, draw_lines, load_font
from tasks.documents.wording import word_cell, word_text

if TYPE_CHECKING:
    from config.seller import Language

WIDTH, HEIGHT, EDGE = 100 * mm, 150 * mm, 6 * mm
INNER = WIDTH - 2 * EDGE
CARTON_OF = mark("carton {number} of {of}")
GOES_TO = mark("Goes to")
_FACTS = ("units", "gross_g", "size", "origin")


def draw_labels(paper: Paper, language: Language) -> bytes:
    """All labels of a consignment as one PDF."""
    load_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, lang=language.replace("_", "-"))
    canvas.setTitle(word_text(paper["title"], language))
    to = " · ".join(str(value) for _, value in [*paper["fields"][-1:], *paper["fields"][3:4]])
    for row in paper["rows"]:
        _draw_label(canvas, paper, row, to, language)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_label(canvas: Canvas, paper: Paper, row: dict[str, Any], to: str, language: Language) -> None:
    top = HEIGHT - EDGE
    if paper["generated"]:
        top = _write(canvas, word_text(GENERATED, language), 8, top, OPEN)
    top = _write(canvas, paper["fields"][0][1], 15, top)
    top = _write(canvas, f"{word_text(GOES_TO, language)}: {to}", 11, top)
    top = _rule(canvas, top)
    counted = say(CARTON_OF, {"number": row["number"], "of": row["of"]}, language)
    top = _write(canvas, counted, 20, top)
    top = _write(canvas, f"SKU {row['sku']}", 15, top)
    for line in draw_lines(word_text(row["goods"], language), language, 10):
        _, high = line.wrap(INNER, HEIGHT)
        top -= high + 1 * mm
        line.drawOn(canvas, EDGE, top)
    top = _rule(canvas, top - 1 * mm)
    for name in _FACTS:
        value = word_cell(row[name], KINDS.get(name, "text"), paper["currency"], language)
        if name == "origin":
            top = _write(canvas, value, 12, top)
            continue
        top = _write(canvas, f"{word_text(LABELS[name], language)}: {value}", 11, top)
    top = _rule(canvas, top)
    for role, rows in paper["parties"]:
        top = _write(canvas, f"{word_text(role, language)}: {word_text(rows[0][1], language)}", 8, top)
    _draw_barcode(canvas, str(row["barcode"]))


def _write(canvas: Canvas, text: str, size: float, top: float, color: object = INK) -> float:
    """One line below `top`, made smaller until it fits; returns the new top."""
    while size > 5 and canvas.stringWidth(text, FONT, size) > INNER:
        size -= 0.5
    canvas.setFont(FONT, size)
    canvas.setFillColor(color)
    canvas.drawString(EDGE, top - size, text)
    return float(top - size * 1.35)


def _rule(canvas: Canvas, top: float) -> float:
    canvas.setStrokeColor(LINE)
    canvas.line(EDGE, top - 1 * mm, WIDTH - EDGE, top - 1 * mm)
    return float(top - 3 * mm)


def _draw_barcode(canvas: Canvas, content: str) -> None:
    """Code 128 over the width of the label, ten modules free on either side, its content below."""
    narrow = Code128(content, barWidth=1, quiet=False)
    code = Code128(content, barWidth=min(0.5 * mm, INNER / (narrow.width + 20)), barHeight=22 * mm, quiet=False)
    canvas.setFillColor(INK)
    code.drawOn(canvas, (WIDTH - code.width) / 2, EDGE + 6 * mm)
    canvas.setFont(FONT, 9)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(WIDTH / 2, EDGE + 1.5 * mm, content)
