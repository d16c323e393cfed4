"""Papers for China's customs: sales contract, declaration elements, and the lists of the e-commerce modes."""

from __future__ import annotations

from collections.abc import Sequence

from skills.documents.facts import Consignment, Paper, Row
from skills.documents.layout import build_paper, describe_line, describe_terms, pick
from skills.documents.words import LATER, NO_SALE, TITLES
from skills.vocabulary import mark

Terms = Sequence[tuple[str, str]]


def draw_contract(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """Sales contract, one row per SKU; own stock has no sale that a contract could state."""
    sold = bool(consignment.header["sold_for_export"])
    if not sold:
        consignment.ask("sale")
    columns = ("line", "sku", "goods", "units", "unit_value_minor", "value_minor")
    return build_paper(
        consignment,
        title=TITLES["sales_contract"],
        side=side,
        roles=("exporter", "buyer", "principal"),
        columns=columns,
        rows=pick(_rows(consignment), columns),
        fields=[
            (mark("Contract number"), consignment.ask("contract")),
            *describe_terms(consignment),
            (mark("Terms of payment"), consignment.ask("contract")),
            *terms,
            (mark("Signature of the seller"), ""),
            (mark("Signature of the buyer"), ""),
        ],
        notes=[] if sold else [NO_SALE],
    )


def list_elements(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """Export declaration elements (申报要素), one row per SKU in the order of their codes."""
    rows: list[Row] = []
    for row in sorted(_rows(consignment), key=lambda row: str(row["hs_code"])):
        brand = {"brand": consignment.ask("brand"), "preference": consignment.ask("brand")}
        rows.append({**row, **brand, "line": len(rows) + 1})
    columns = (
        "line", "hs_code", "goods", "composition", "brand", "preference", "origin", "units", "cartons", "net_g",
        "gross_g", "value_minor",
    )  # fmt: skip
    return build_paper(
        consignment,
        title=TITLES["declaration_elements"],
        side=side,
        roles=("exporter", "principal", "manufacturer", "consignee"),
        columns=columns,
        rows=pick(rows, columns),
        fields=[*describe_terms(consignment), *terms],
        notes=[
            mark("Codes of ten digits and their elements are those of China's own tariff: the declarant checks them.")
        ],
    )


def list_warehouse_orders(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """9810: what lies ordered into which warehouse abroad, one row per SKU."""
    columns = ("line", "sku", "goods", "hs_code", "warehouse", "units", "cartons", "gross_g", "value_minor")
    place = {"warehouse": str(consignment.header["to_node"])}
    return build_paper(
        consignment,
        title=TITLES["warehouse_orders"],
        side=side,
        roles=("exporter", "principal", "consignee"),
        columns=columns,
        rows=pick([{**row, **place} for row in _rows(consignment)], columns),
        fields=[(mark("Proof of the warehouse: lease, booking or ownership"), consignment.ask("warehouse")), *terms],
    )


def open_settlement(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """9810: what is settled with the tax office once sold, one row per SKU, the sales left open."""
    columns = ("line", "sku", "goods", "units", "value_minor", "sold_units", "sold_on", "proceeds")
    later = dict.fromkeys(("sold_units", "sold_on", "proceeds"), LATER)
    return build_paper(
        consignment,
        title=TITLES["settlement_record"],
        side=side,
        roles=("exporter", "principal"),
        columns=columns,
        rows=pick([{**row, **later} for row in _rows(consignment)], columns),
        fields=[(mark("Export declaration number"), LATER), (mark("Departed on"), LATER), *terms],
        notes=[
            mark("Settled from the month after the rebate to 30 April of the next year; what is late is paid back."),
        ],
    )


def list_market_purchases(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """1039: what was bought in the market, one row per SKU."""
    columns = ("line", "sku", "goods", "hs_code", "market", "bought_on", "units", "gross_g", "value_minor")
    bought = dict.fromkeys(("market", "bought_on"), consignment.ask("market"))
    return build_paper(
        consignment,
        title=TITLES["market_purchases"],
        side=side,
        roles=("exporter", "principal", "manufacturer"),
        columns=columns,
        rows=pick([{**row, **bought} for row in _rows(consignment)], columns),
        fields=terms,
        notes=[mark("One declaration may reach 150,000 USD at most (secondary source): ask a broker.")],
    )


def list_orders(consignment: Consignment, side: str, terms: Terms) -> Paper:
    """9610, 9710, 1210: the orders behind the goods, one row per SKU, the numbers left open."""
    columns = ("line", "order", "sku", "goods", "hs_code", "destination", "units", "gross_g", "value_minor")
    known = {"order": consignment.ask("orders"), "destination": str(consignment.header["country"])}
    return build_paper(
        consignment,
        title=TITLES["order_list"],
        side=side,
        roles=("exporter", "principal", "consignee"),
        columns=columns,
        rows=pick([{**row, **known} for row in _rows(consignment)], columns),
        fields=terms,
    )


def _rows(consignment: Consignment) -> list[Row]:
    return [describe_line(consignment, line, number) for number, line in enumerate(consignment.lines, 1)]
