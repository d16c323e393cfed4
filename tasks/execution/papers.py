"""Files as a target: an order, shipment instruction, price change, choice or listings as a workbook and as JSON.

The same instruction always makes the same bytes at the same place, so writing it again changes nothing: the target is
idempotent.
"""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from config.approval import TargetKind
from config.language import translator
from config.seller import Language, Seller
from config.settings import read_settings
from skills.storage.plan import OPTIONS
from skills.vocabulary import Money, mark
from tasks.execution.targets import NotSent, Payload, Seen, TargetTrouble, name_agent
from tasks.files.output import replace_file
from tasks.lines import flatten
from tasks.report_words import WORDS
from tasks.sheets import Column, Pen, Rows, open_book

TITLES = {
    "order": mark("Purchase order"),
    "ship": mark("Shipment instruction"),
    "price": mark("Price change"),
    "choose": mark("Chosen opportunity"),
    "list": mark("Listings"),
    "clear": mark("Exits of stock"),
}

_NAMES = (
    Column("what", mark("What"), width=26),
    Column("value", mark("Value"), width=60),
)
_ORDER = (
    Column("number", mark("No."), width=8),
    Column("sku", "SKU", width=18),
    Column("title", mark("Product"), width=40),
    Column("units", mark("Units"), "number", 10),
    Column("cartons", mark("Cartons"), "number", 10),
    Column("carton_units", mark("Units per carton"), "number", 14),
    Column("unit_cost", mark("Unit cost"), "decimal", 12),
    Column("cost_currency", mark("Currency"), width=10),
    Column("money_minor", mark("Money"), "money", 18),
)
_SHIPMENT = (
    Column("number", mark("No."), width=8),
    Column("sku", "SKU", width=18),
    Column("title", mark("Product"), width=40),
    Column("country", mark("Country"), width=10),
    Column("units", mark("Units"), "number", 10),
    Column("cartons", mark("Cartons"), "number", 10),
    Column("carton_units", mark("Units per carton"), "number", 14),
    Column("money_minor", mark("Money"), "money", 18),
)
_PRICES = (
    Column("number", mark("No."), width=8),
    Column("sku", "SKU", width=18),
    Column("title", mark("Product"), width=40),
    Column("country", mark("Country"), width=10),
    Column("was", mark("Price before"), "decimal", 14),
    Column("price", mark("New price"), "decimal", 14),
    Column("currency", mark("Currency"), width=10),
)
_CHOICES = (
    Column("number", mark("No."), width=8),
    Column("title", mark("Product"), width=40),
    Column("countries_listed", mark("Countries"), width=20),
    Column("supplier", mark("Supplier"), width=18),
    Column("quote", mark("Quote"), width=14),
    Column("first_units", mark("First order, units"), "number", 14),
    Column("capital_minor", mark("Capital it takes"), "money", 18),
)
_LISTINGS = (
    Column("number", mark("No."), width=8),
    Column("sku", "SKU", width=18),
    Column("listing_title", mark("Title"), width=80),
    Column("product_type", mark("Product type"), width=20),
    Column("country", mark("Country"), width=10),
    Column("attribute_count", mark("Attributes"), "number", 12),
    Column("digest", mark("Digest"), width=66),
)
_EXITS = (
    Column("number", mark("No."), width=8),
    Column("sku", "SKU", width=18),
    Column("fnsku", "FNSKU", width=14),
    Column("title", mark("Product"), width=40),
    Column("country", mark("Country"), width=10),
    Column("way_out", mark("Way out"), width=20),
    Column("units", mark("Units"), "number", 10),
    Column("discount_percent", mark("Discount, %"), "number", 12),
    Column("to_country", mark("To"), width=10),
    Column("money_minor", mark("Money"), "money", 18),
)
_COLUMNS = {
    "order": _ORDER,
    "ship": _SHIPMENT,
    "price": _PRICES,
    "choose": _CHOICES,
    "list": _LISTINGS,
    "clear": _EXITS,
}


class PapersTarget:
    """Writes papers under home/outbox/<seller>/<as_of>/."""

    name = "files"
    kind: TargetKind = "idempotent"

    def __init__(self, seller: Seller) -> None:
        self.seller = seller

    def act(self, key: str, digest: str, payload: Payload) -> str:
        """Write both files; returns their path below the home folder, without the ending."""
        path = paper_path(payload)
        record = {**payload, "instruction": key, "digest": digest, "agent": name_agent(self.seller.id)}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
            replace_file(path.with_name(f"{path.name}.json"), text.encode())
            replace_file(path.with_name(f"{path.name}.xlsx"), write_paper(payload, key, self.seller.language))
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        return path.relative_to(read_settings().home).as_posix()

    def observe(self, key: str, digest: str, payload: Payload) -> Seen:
        """Never asked of an idempotent target."""
        raise TargetTrouble("papers are written again, not read back")

    def close(self) -> None:
        """Nothing is held open."""


def paper_path(payload: Payload) -> Path:
    """Where an instruction's papers lie, without the ending."""
    name = re.sub(r"[^\w.-]+", "-", payload["number"])
    return Path(read_settings().home, "outbox", payload["seller"], payload["as_of"], name)


def write_paper(payload: Payload, key: str, language: Language) -> bytes:
    """The workbook's bytes: who, to whom, by when on the first sheet, the lines on the second."""
    content = io.BytesIO()
    say = translator(language)
    book = open_book(content, payload["number"], date.fromisoformat(payload["as_of"]))
    heading = f"{say(TITLES[payload['kind']])} {payload['number']} · {payload['entity'] or payload['seller']}"
    if payload["generated"]:
        heading += f" · {say(mark('Generated data'))}"
    pen = Pen(book, payload["base_currency"], language, heading)
    pen.write_sheet(mark("Summary"), _NAMES, _describe(payload, key, language))
    pen.write_sheet(mark("Line items"), _COLUMNS[payload["kind"]], _list_lines(payload, language))
    book.close()
    return content.getvalue()


def _describe(payload: Payload, key: str, language: Language) -> Rows:
    say = translator(language)
    currency = payload["base_currency"]
    money = f"{currency} {_major(payload['money_minor'], currency)}"
    facts: list[tuple[str, Any]] = [
        (mark("Number"), payload["number"]),
        (mark("Seller"), payload["seller_name"].get(language, payload["seller"])),
        (mark("Legal entity"), payload["entity"]),
        (mark("Supplier"), payload.get("supplier_name") or payload.get("supplier")),
        (mark("Lane"), payload.get("lane")),
        (mark("Mode"), say(WORDS.get(str(payload.get("mode", "")), str(payload.get("mode", ""))))),
        (mark("From"), payload.get("from_node")),
        (mark("To"), payload.get("to_node")),
        (mark("Country"), payload.get("country")),
        (mark("Ready on"), payload.get("ready_on")),
        (mark("Arrival, p50"), payload.get("arrival_p50")),
        (mark("Last day of validity"), payload["expires"]),
        (mark("Units"), payload["units"]),
        (mark("Cartons"), payload["cartons"]),
        (mark("Money"), money),
        (mark("Proposal"), payload["proposal"]),
        (mark("Instruction"), key),
        (mark("Issued by"), name_agent(payload["seller"])),
    ]
    for what, value in facts:
        if value not in (None, "", 0):
            yield {"what": say(what), "value": str(value)}


def _list_lines(payload: Payload, language: Language) -> Rows:
    say = translator(language)
    for line in payload["lines"]:
        row = flatten(line)
        for name, place in (("unit_cost_minor", "unit_cost"), ("price_minor", "price"), ("was_minor", "was")):
            if name in row:
                row[place] = _major(row[name], row.get("cost_currency") or row["currency"])
        row["countries_listed"] = ", ".join(row.get("countries", []))
        if row["kind"] == "listing":
            row["listing_title"] = line["payload"]["title"]
            row["attribute_count"] = len(json.loads(row["attributes"]))
        if row["kind"] == "stock_exit":
            row["way_out"] = say(OPTIONS[row["option"]])
        yield row


def _major(minor: int, currency: str) -> str:
    return format(Money(minor, currency).amount, "f")
