"""The form all papers share: fields, parties, columns, rows, totals and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skills.documents.facts import Consignment, Paper, Row, name_parties
from skills.vocabulary import mark

LABELS = {
    "line": mark("No."),
    "sku": "SKU",
    "goods": mark("Goods"),
    "hs_code": mark("HS code"),
    "origin": mark("Origin"),
    "composition": mark("Composition"),
    "units": mark("Units"),
    "cartons": mark("Cartons"),
    "carton": mark("Carton type"),
    "units_per_carton": mark("Units per carton"),
    "size": mark("Carton size (mm)"),
    "volume_mm3": mark("Volume (m³)"),
    "net_g": mark("Net weight (kg)"),
    "gross_g": mark("Gross weight (kg)"),
    "unit_value_minor": mark("Unit value"),
    "value_minor": mark("Value of goods"),
    "customs_method": mark("Valuation method"),
    "flag": mark("For the broker"),
    "brand": mark("Brand and its kind"),
    "preference": mark("Preference abroad"),
    "destination": mark("Destination"),
    "warehouse": mark("Warehouse"),
    "sold_units": mark("Units sold"),
    "sold_on": mark("Sold on"),
    "proceeds": mark("Proceeds"),
    "market": mark("Market and stall"),
    "bought_on": mark("Bought on"),
    "order": mark("Order or parcel"),
}
KINDS = {
    "line": "count", "units": "count", "cartons": "count", "units_per_carton": "count", "volume_mm3": "volume_mm3",
    "net_g": "weight_g", "gross_g": "weight_g", "unit_value_minor": "money", "value_minor": "money",
}  # fmt: skip
SUMMED = ("units", "cartons", "volume_mm3", "net_g", "gross_g", "value_minor")


def build_paper(
    consignment: Consignment,
    *,
    title: str,
    side: str,
    roles: tuple[str, ...],
    columns: Sequence[str],
    rows: list[Row],
    fields: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> Paper:
    """A paper whose totals are the sums of its rows.

    Args:
        columns: Names of LABELS; a row has a value for each, and may have more that are only summed.
        fields: After those that every paper carries.
    """
    header = consignment.header
    shared = [
        [mark("Consignment"), str(header["consignment"])],
        [mark("Invoice number"), consignment.known("invoice_number")],
        [mark("Invoice date"), consignment.known("invoice_date")],
        [mark("Country of import"), str(header["country"])],
        [mark("Customs mode"), str(header["customs_mode"])],
    ]
    return {
        "title": title,
        "side": side,
        "parties": name_parties(consignment, roles),
        "fields": shared + [[label, value] for label, value in fields],
        "columns": [{"name": name, "label": LABELS[name], "kind": KINDS.get(name, "text")} for name in columns],
        "rows": rows,
        "totals": {name: sum(int(row[name]) for row in rows) for name in SUMMED if name in rows[0]},
        "notes": list(notes),
        "currency": str(header["currency"]),
    }


def describe_terms(consignment: Consignment) -> list[tuple[str, str]]:
    """How the goods are sold and travel."""
    header = consignment.header
    containers = [str(text) for text in header["containers"]]
    return [
        (mark("Incoterm"), consignment.known("incoterm")),
        (mark("Named place"), consignment.known("named_place")),
        (mark("Mode"), str(header["mode"])),
        (mark("Lane"), str(header["lane"])),
        (mark("Leaves from"), str(header["from_node"])),
        (mark("Goes to"), str(header["to_node"])),
        (mark("Containers"), ", ".join(containers) or consignment.ask("containers")),
        (mark("Duty and VAT in the freight price"), mark("yes") if header["tax_included"] else mark("no")),
    ]


def describe_line(consignment: Consignment, line: Row, number: int) -> dict[str, Any]:
    """The texts of a line, with what is to be completed."""
    chinese = consignment.of_line(line, "title_zh")
    return {
        "line": number,
        "sku": line["sku"],
        "goods": f"{line['title'] or line['sku']}\n{chinese}" if line["title_zh"] else line["title"] or line["sku"],
        "hs_code": consignment.of_line(line, "hs_code"),
        "origin": consignment.of_line(line, "origin"),
        "composition": consignment.of_line(line, "composition"),
        "units": line["units"],
        "cartons": line["cartons"],
        "net_g": line["net_g"],
        "gross_g": line["gross_g"],
        "unit_value_minor": line["unit_value_minor"],
        "value_minor": line["value_minor"],
    }


def pick(rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """Rows with these columns alone."""
    return [{name: row[name] for name in columns} for row in rows]
