"""The papers of one consignment, ready to be printed in any language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from skills.documents import abroad, china
from skills.documents.explain import explain_gaps
from skills.documents.facts import Paper, read_consignment
from skills.documents.policy import PapersPolicy
from skills.vocabulary import check_columns, mark

CHINESE = {
    "sales_contract": china.draw_contract,
    "declaration_elements": china.list_elements,
    "warehouse_orders": china.list_warehouse_orders,
    "settlement_record": china.open_settlement,
    "market_purchases": china.list_market_purchases,
    "order_list": china.list_orders,
}
NEEDED = ("paper", "title", "side", "confidence", "rebate", "funds", "terms_confidence")


def prepare_papers(
    header: Mapping[str, Any],
    lines: pd.DataFrame,
    boxes: pd.DataFrame,
    parties: pd.DataFrame,
    papers: pd.DataFrame,
    as_of: date,
    policy: PapersPolicy | None = None,
) -> dict[str, Any]:
    """Every paper of the list, filled from the same facts.

    Args:
        header: consignment, invoice_number, invoice_date, incoterm, named_place, mode, lane, from_node, to_node,
            country, customs_mode, currency, tax_included, containers (texts), sold_for_export, seller, generated.
        lines: One row per SKU: sku, title, title_zh, hs_code, origin, composition, units, cartons, net_g, gross_g
            [g], unit_value_minor, value_minor, currency, customs_method.
        boxes: One row per SKU and carton type: sku, carton, count, units_per_carton, length_mm, width_mm, height_mm,
            weight_g.
        parties: One row per role and country (`*` all): role, country, name, name_zh, address and the rest.
        papers: As `list_papers` returns it.
        as_of: The day on which they are prepared.
        policy: Shipping marks, most labels.

    Returns:
        Paper code → title, side, parties [[role, [[label, value]]]], fields [[label, value]], columns [{name, label,
        kind: text, count, money, weight_g, volume_mm3}], rows, totals, notes, currency, confidence, generated,
        prepared_on; and `gaps`: what is to be completed, marked sentences; `gaps_where`: sentence → roles or SKUs.

    Raises:
        MissingColumns: of a table or the header.
        IncompletePapers: names the rows without units, weight or value, or the missing principal or importer.
    """
    check_columns("papers", papers.columns, NEEDED)
    policy = policy or PapersPolicy()
    consignment = read_consignment(header, lines, boxes, parties)
    prepared: dict[str, Any] = {}
    for wanted in papers.to_dict("records"):
        code, side = str(wanted["paper"]), str(wanted["side"])
        terms = [
            (mark("VAT rebate"), str(wanted["rebate"])),
            (mark("Receipt of funds"), str(wanted["funds"])),
            (mark("Confidence of rebate and funds"), str(wanted["terms_confidence"])),
        ]
        paper: Paper
        if code in CHINESE:
            paper = CHINESE[code](consignment, side, terms)
        elif code == "commercial_invoice":
            paper = abroad.invoice_goods(consignment, side)
        elif code == "packing_list":
            paper = abroad.list_packing(consignment, side, policy)
        elif code == "carton_labels":
            paper = abroad.label_cartons(consignment, side, policy)
        elif code == "shipper_instruction":
            paper = abroad.instruct_forwarder(consignment, side, policy)
        else:
            paper = abroad.summarise_codes(consignment, side)
        prepared[code] = {
            **paper,
            "confidence": str(wanted["confidence"]),
            "generated": bool(header["generated"]),
            "prepared_on": as_of.isoformat(),
        }
    return prepared | explain_gaps(consignment)
