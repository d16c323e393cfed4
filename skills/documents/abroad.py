"""Papers for the way and the country of import: invoice, packing list, labels, instruction, HS summary."""

from __future__ import annotations

from skills.documents.facts import Consignment, IncompletePapers, Paper, Row
from skills.documents.layout import build_paper, describe_line, describe_terms, pick
from skills.documents.policy import PapersPolicy
from skills.documents.words import (
    ASK_BROKER,
    DECLARED,
    MADE_IN_CHINA,
    METHODS,
    NO_SALE,
    PRO_FORMA,
    ROUNDED,
    TITLES,
    TO_COMPLETE,
)
from skills.vocabulary import mark

CODE_DIGITS = 8
"""Fewer digits of an HS code than any country of import declares with."""

SHOWN = 12
"""Goods named in one row of an HS code; the invoice names all."""


def invoice_goods(consignment: Consignment, side: str) -> Paper:
    """Commercial invoice, one row per SKU; for own stock a pro-forma that states how the value was found."""
    sold = bool(consignment.header["sold_for_export"])
    columns = ("line", "sku", "goods", "hs_code", "origin", "units", "unit_value_minor", "value_minor")
    described = [describe_line(consignment, line, number) for number, line in enumerate(consignment.lines, 1)]
    rows = pick(described, (*columns, "cartons", "net_g", "gross_g"))
    methods = {line["customs_method"]: line["sku"] for line in consignment.lines}
    stated = [
        METHODS.get(name, name) if name else consignment.ask("customs_method", methods[name]) for name in methods
    ]
    for row, line in zip(rows, consignment.lines, strict=True):
        row["customs_method"] = METHODS.get(line["customs_method"], line["customs_method"]) or TO_COMPLETE
    exact = all(line["unit_value_minor"] * line["units"] == line["value_minor"] for line in consignment.lines)
    several = len(stated) > 1
    return build_paper(
        consignment,
        title=TITLES["commercial_invoice"] if sold else PRO_FORMA,
        side=side,
        roles=("exporter", "principal", "buyer" if sold else "consignee", "importer_of_record"),
        columns=(*columns, "customs_method") if several else columns,
        rows=rows,
        fields=[
            *describe_terms(consignment),
            (mark("Currency"), str(consignment.header["currency"])),
            *([] if several else [(mark("Valuation method"), stated[0])]),
        ],
        notes=[*([] if sold else [NO_SALE]), *([] if exact else [ROUNDED]), DECLARED],
    )


def list_packing(consignment: Consignment, side: str, policy: PapersPolicy) -> Paper:
    """Packing list, one row per SKU and carton type; the net weight of a SKU lies in proportion to its units."""
    rows: list[Row] = []
    for line in consignment.lines:
        boxes = [box for box in consignment.boxes if box["sku"] == line["sku"]]
        placed, units, net = 0, sum(box["count"] * box["units_per_carton"] for box in boxes), 0
        for box in boxes:
            held = box["count"] * box["units_per_carton"]
            placed += held
            share = line["net_g"] * placed // units - net
            net += share
            rows.append(
                {
                    **describe_line(consignment, line, len(rows) + 1),
                    "carton": box["carton"],
                    "size": _size(box),
                    "units_per_carton": box["units_per_carton"],
                    "units": held,
                    "cartons": box["count"],
                    "volume_mm3": box["count"] * box["length_mm"] * box["width_mm"] * box["height_mm"],
                    "net_g": share,
                    "gross_g": box["count"] * box["weight_g"],
                }
            )
    columns = (
        "line", "sku", "goods", "size", "cartons", "units_per_carton", "units", "net_g", "gross_g", "volume_mm3"
    )  # fmt: skip
    return build_paper(
        consignment,
        title=TITLES["packing_list"],
        side=side,
        roles=("exporter", "principal", "consignee", "importer_of_record"),
        columns=columns,
        rows=pick(rows, columns),
        fields=[*describe_terms(consignment), (mark("Shipping marks"), policy.shipping_marks)],
    )


def label_cartons(consignment: Consignment, side: str, policy: PapersPolicy) -> Paper:
    """One row per carton: number, of, sku, goods, units, weight, origin, and the content of its Code 128."""
    count = sum(box["count"] for box in consignment.boxes)
    if count > policy.most_labels:
        raise IncompletePapers(
            mark(
                "{count} carton labels are more than the {most} of one consignment. Split it, or raise most_labels."
            ),
            count=count,
            most=policy.most_labels,
        )
    lines = {line["sku"]: line for line in consignment.lines}
    rows: list[Row] = []
    for box in consignment.boxes:
        line = lines[box["sku"]]
        for _ in range(box["count"]):
            number = len(rows) + 1
            rows.append(
                {
                    "number": number,
                    "of": count,
                    "sku": box["sku"],
                    "goods": describe_line(consignment, line, number)["goods"],
                    "units": box["units_per_carton"],
                    "cartons": 1,
                    "gross_g": box["weight_g"],
                    "size": _size(box),
                    "origin": MADE_IN_CHINA if line["origin"] == "CN" else consignment.of_line(line, "origin"),
                    "barcode": f"{consignment.header['consignment']}-{number:04d}",
                }
            )
    return build_paper(
        consignment,
        title=TITLES["carton_labels"],
        side=side,
        roles=("principal", "consignee"),
        columns=("sku", "goods", "units", "cartons", "gross_g", "size", "origin"),
        rows=rows,
        fields=[(mark("Goes to"), str(consignment.header["to_node"]))],
    )


def instruct_forwarder(consignment: Consignment, side: str, policy: PapersPolicy) -> Paper:
    """Shipper's letter of instruction, one row per HS code and origin."""
    columns = ("line", "goods", "hs_code", "cartons", "units", "gross_g", "value_minor")
    return build_paper(
        consignment,
        title=TITLES["shipper_instruction"],
        side=side,
        roles=("exporter", "principal", "consignee", "importer_of_record", "forwarder"),
        columns=columns,
        rows=pick(_by_code(consignment), columns),
        fields=[
            *describe_terms(consignment),
            (mark("Shipping marks"), policy.shipping_marks),
            (mark("Freight paid by"), mark("exporter")),
            (mark("Insurance"), consignment.ask("insurance")),
        ],
        notes=[mark("Send a draft of the transport document for our approval before departure.")],
    )


def summarise_codes(consignment: Consignment, side: str) -> Paper:
    """HS summary, one row per HS code and origin, with what a broker must decide."""
    known = tuple(role for role in ("broker", "attorney") if role in consignment.parties)
    need = known if known or consignment.header["tax_included"] else ("broker",)
    rows = _by_code(consignment)
    for row in rows:
        short = len("".join(sign for sign in str(row["hs_code"]) if sign.isdigit())) < CODE_DIGITS
        row["flag"] = ASK_BROKER if short or TO_COMPLETE in row.values() else ""
    columns = (
        "line", "hs_code", "goods", "composition", "origin", "units", "cartons", "net_g", "gross_g", "value_minor",
        "flag",
    )  # fmt: skip
    return build_paper(
        consignment,
        title=TITLES["hs_summary"],
        side=side,
        roles=("importer_of_record", "principal", *need),
        columns=columns,
        rows=pick(rows, columns),
        fields=describe_terms(consignment),
        notes=[
            mark("Codes with fewer than eight digits are not national tariff numbers: the broker completes them.")
        ],
    )


def _by_code(consignment: Consignment) -> list[Row]:
    """One row per HS code and origin, goods and compositions listed."""
    groups: dict[tuple[str, str], Row] = {}
    for line in consignment.lines:
        row = describe_line(consignment, line, 0)
        found = groups.setdefault(
            (row["hs_code"], row["origin"]),
            {**row, "line": len(groups) + 1, "goods": [], "composition": []}
            | dict.fromkeys(("units", "cartons", "net_g", "gross_g", "value_minor"), 0),
        )
        for name in ("units", "cartons", "net_g", "gross_g", "value_minor"):
            found[name] += row[name]
        found["goods"].append(line["title"] or line["sku"])
        if row["composition"] not in found["composition"]:
            found["composition"].append(row["composition"])
    return [{**row, **{name: _join(row[name]) for name in ("goods", "composition")}} for row in groups.values()]


def _join(texts: list[str]) -> str:
    """One a line; the first few and how many there are."""
    return "\n".join(texts if len(texts) <= SHOWN else [*texts[:SHOWN], f"… ({len(texts)})"])


def _size(box: Row) -> str:
    return f"{box['length_mm']} × {box['width_mm']} × {box['height_mm']}"
