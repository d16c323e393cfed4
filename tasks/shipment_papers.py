"""The papers of every consignment of a run: from its lines, boxes and customs values to files that tie out."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd

from skills.vocabulary import Refusal
from tasks import documents
from tasks.consignments import Ready
from tasks.landing import ChosenCodes
from tasks.nights import Night
from tasks.rendering import slug
from tasks.shipments import folder_of
from tasks.store.snapshots import Snapshot
from tasks.stuffing import Stuffed

Body = dict[str, Any]
_TERMS = ("rebate", "funds", "terms_confidence", "terms_source")


def write_consignment_papers(
    night: Night, known: Snapshot, ready: Ready, stuffed: dict[str, Stuffed], customs_mode: str
) -> dict[str, Body]:
    """Papers of each consignment, checked to the cent against its lines; where one cannot be made, why.

    Returns:
        Consignment → papers (paper, title, side, confidence, files with name, path and sha256), gaps (sentences),
        folder (below the run's own), paper_terms (rebate and funds of the customs mode), refused
        ("" or the sentence that says why there are none, with its values under `refused_values`).
    """
    rules = documents.read_paper_rules()
    written = {}
    for name, lines in ready.lines.groupby("consignment", sort=True):
        try:
            written[str(name)] = _write(night, known, lines, ready, stuffed[str(name)], rules, customs_mode)
        except Refusal as refusal:
            values = {key: str(value) for key, value in refusal.values.items()}
            written[str(name)] = {
                "papers": [], "gaps": [], "paper_terms": {}, "refused": refusal.template, "refused_values": values,
                "folder": _name_folder(str(name), {}, stuffed[str(name)]),
            }  # fmt: skip
    return written


def _write(
    night: Night,
    known: Snapshot,
    lines: pd.DataFrame,
    ready: Ready,
    load: Stuffed,
    rules: pd.DataFrame,
    customs_mode: str,
) -> Body:
    first = lines.iloc[0]
    name = str(first["consignment"])
    lane = known.lanes.set_index("lane").loc[first["lane"]]
    included = lane["tax_included"] == "yes"
    goods = _list_goods(lines, ready, known)
    header = {
        "consignment": slug(name),
        "invoice_number": f"CI-{night.as_of:%Y%m%d}-{slug(name)}",
        "invoice_date": night.as_of.isoformat(),
        "incoterm": str(lane["incoterm"]),
        "named_place": str(known.nodes.set_index("node")["name"].get(first["to_node"], "")),
        **{key: str(first[key]) for key in ("mode", "lane", "from_node", "to_node", "country")},
        "customs_mode": customs_mode,
        "currency": str(goods["currency"].iloc[0]),
        "tax_included": included,
        "containers": [str(name) for name in load.rooms["container"]] if len(load.rooms) else [],
        "sold_for_export": False,
        "seller": night.seller.entity or night.seller.id,
        "generated": bool(night.seller.generated),
    }
    listed = documents.list_papers(str(first["country"]), customs_mode, included, rules, night.as_of)
    boxes = ready.boxes[ready.boxes["consignment"] == name]
    papers = documents.prepare_papers(header, goods, boxes, known.parties, listed, night.as_of)
    documents.check_papers(
        papers,
        {
            "value_minor": int(goods["value_minor"].sum()),
            "units": int(lines["units"].sum()),
            "cartons": int(boxes["count"].sum()),
            "net_g": int(goods["net_g"].sum()),
            "gross_g": int(goods["gross_g"].sum()),
        },
    )
    folder = folder_of({"journey": night.journey, "seller": night.seller.id, "as_of": night.as_of.isoformat()})
    own = _name_folder(name, papers, load)
    files = documents.write_papers(papers, folder / own)
    return {
        "folder": own,
        "papers": [
            {
                **{key: row[key] for key in ("paper", "title", "side", "confidence")},
                "files": [
                    {"name": file["language"] or file["path"], "path": f"{own}/{file['path']}",
                     "sha256": file["sha256"]}
                    for file in files
                    if file["paper"] == row["paper"]
                ],
            }
            for row in listed.to_dict("records")
        ],
        "gaps": list(papers["gaps"]),
        "paper_terms": {key: str(listed[key].iloc[0]) for key in _TERMS},
        "refused": "",
        "refused_values": {},
    }  # fmt: skip


def _name_folder(name: str, papers: Body, load: Stuffed) -> str:
    """The consignment and its content: another run with other papers leaves those of this one where they are."""
    content = json.dumps(papers, ensure_ascii=False, sort_keys=True) + load.digest
    return f"{slug(name)}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _list_goods(lines: pd.DataFrame, ready: Ready, known: Snapshot) -> pd.DataFrame:
    """One row per SKU as the papers name it; values are those of customs, weights those of the cartons."""
    name = lines["consignment"].iloc[0]
    boxes = ready.boxes[ready.boxes["consignment"] == name]
    weights = boxes.assign(net=boxes["count"] * boxes["net_g"], gross=boxes["count"] * boxes["weight_g"])
    sums = weights.groupby("sku").agg(net_g=("net", "sum"), gross_g=("gross", "sum"), cartons=("count", "sum"))
    facts = known.products[["sku", "title", "title_zh", "hs_code", "origin", "composition"]]
    values = ready.values[ready.values["entry"] == name]
    values = values[["sku", "customs_value_minor", "customs_currency", "customs_method"]]
    codes, country = ChosenCodes(facts, known.hs_codes), str(lines["country"].iloc[0])
    facts = facts.assign(hs_code=[codes.find(sku, country) for sku in facts["sku"]])
    goods = lines[["sku", "units"]].merge(facts, on="sku").merge(sums, on="sku").merge(values, on="sku")
    return goods.rename(columns={"customs_value_minor": "value_minor", "customs_currency": "currency"}).assign(
        unit_value_minor=goods["customs_value_minor"] // goods["units"]
    )
