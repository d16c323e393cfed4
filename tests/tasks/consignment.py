"""A consignment of the demo's own goods and parties, small or large, for the tests of papers."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from skills.documents import list_papers, prepare_papers
from tasks.documents import read_paper_rules

FACTS = Path(__file__).parents[2] / "tasks" / "simulated" / "demo_facts"
AS_OF = date(2025, 11, 24)
RULES = read_paper_rules()


@cache
def read_fact_table(name: str) -> pd.DataFrame:
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def describe_header(**changes: Any) -> dict[str, Any]:
    return {
        "consignment": "SZ-US-SEA-1",
        "invoice_number": "HN-1",
        "invoice_date": "2025-11-24",
        "incoterm": "DAP",
        "named_place": "Ontario, CA",
        "mode": "sea",
        "lane": "SZ-US-SEA",
        "from_node": "SZ-HUB",
        "to_node": "US-FBA",
        "country": "US",
        "customs_mode": "9810",
        "currency": "CNY",
        "tax_included": False,
        "containers": ["40HQ 1"],
        "sold_for_export": False,
        "seller": "Haina Home Textiles",
        "generated": True,
    } | changes


def pack(cartons_by_sku: list[int], empty_g: int = 700) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines and boxes of the first products, so many cartons of each."""
    lines, boxes = [], []
    for product, cartons in zip(read_fact_table("products").to_dict("records"), cartons_by_sku, strict=False):
        held = int(product["carton_units"])
        unit_g = round(1000 * float(product["weight_kg"] or "0.4"))
        cost = round(100 * float(product["unit_cost"]))
        lines.append(
            {name: product[name] for name in ("sku", "title", "title_zh", "hs_code", "origin", "composition")}
            | {
                "units": held * cartons,
                "cartons": cartons,
                "net_g": held * cartons * unit_g,
                "gross_g": cartons * (held * unit_g + empty_g),
                "unit_value_minor": cost,
                "value_minor": cost * held * cartons,
                "currency": "CNY",
                "customs_method": "fall_back",
            }
        )
        boxes.append(
            {
                "sku": product["sku"],
                "carton": f"BOX-{product['sku']}",
                "count": cartons,
                "units_per_carton": held,
                "length_mm": 600,
                "width_mm": 400,
                "height_mm": 400,
                "weight_g": held * unit_g + empty_g,
            }
        )
    return pd.DataFrame(lines), pd.DataFrame(boxes)


def prepare(
    cartons_by_sku: list[int], lines: pd.DataFrame | None = None, boxes: pd.DataFrame | None = None, **changes: Any
) -> dict[str, Any]:
    made_lines, made_boxes = pack(cartons_by_sku)
    header = describe_header(**changes)
    papers = list_papers(header["country"], header["customs_mode"], header["tax_included"], RULES, AS_OF)
    return prepare_papers(
        header,
        made_lines if lines is None else lines,
        made_boxes if boxes is None else boxes,
        read_fact_table("parties"),
        papers,
        AS_OF,
    )


def expect(cartons_by_sku: list[int]) -> dict[str, int]:
    lines, _ = pack(cartons_by_sku)
    return {name: int(lines[name].sum()) for name in ("value_minor", "units", "cartons", "net_g", "gross_g")}
