"""Turns prepared consignments into one proposal: decisions with their lines, and everything that they rest on.

The body has the keys of a night's proposal that deciding and acting read, and `consignments`, which the shipment's
page shows; integers, decimal strings and ISO dates only.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.economics.explain import LABELS, LAYER
from skills.vocabulary import mark, minor_digits, round_half_even
from tasks.consignments import OPEN, Pool
from tasks.lines import SCHEMA, ShipmentLine, make_line, sum_lines
from tasks.nights import Night
from tasks.proposals import plain, plain_number, plain_rows
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

GOODS = ("ex_works", "tooling_share", "qc_pack")
"""Paid before the goods are shipped."""
LATER = "export_rebate"
"""Comes back long after."""
LANDED = ("entry", "sku", "country", "lane", "units", "component", "amount_minor", "own_minor", "rate_currency")
"""What bills are compared with later."""

_FLIPS = 3
"""Components shown that would turn a margin soonest."""


@dataclass(frozen=True)
class Prepared:
    """What the skills said about the consignments of one run.

    Attributes:
        lines: One row per (consignment, sku), from `consignments.split_pool`.
        quotes: One row per (consignment, lane), from `freight.choose_mode`, with the quote's own columns.
        refused: One row per (consignment, sku) that cannot be shipped as it is: country, units, reason, values (what
            fills the sentence's places).
        values: One row per (entry, sku) that has a customs value, from `customs.value_lines`.
        landed: One row per (entry, sku, component), entry being the consignment, from `economics.quote_landed_cost`.
        margins: One row per (entry, sku), from `economics.quote_margin`.
        flips: From `economics.find_flips`.
        loads: Consignment → cartons, volume_m3, weight_kg, containers, terms, alternatives, load_digest, files.
        papers: Consignment → papers (title, side, confidence, files) and gaps.
    """

    lines: pd.DataFrame
    quotes: pd.DataFrame
    refused: pd.DataFrame
    values: pd.DataFrame
    landed: pd.DataFrame
    margins: pd.DataFrame
    flips: pd.DataFrame
    loads: dict[str, Body]
    papers: dict[str, Body]


def from_consignments(night: Night, known: Snapshot, pool: Pool, prepared: Prepared, customs_mode: str) -> bytes:
    """The proposal of one shipment run; its canonical bytes.

    Decisions are the consignments that are not released yet and have a landed cost; the lines that are refused are
    counted under `waits`.
    """
    base = night.seller.base_currency
    titles = dict(zip(known.products["sku"], known.products["title"], strict=True))
    described = [
        _describe(str(name), rows, prepared, known) for name, rows in prepared.lines.groupby("consignment", sort=True)
    ]
    decisions: list[Body] = []
    sources: dict[str, str] = {}
    for consignment, (_, rows) in zip(described, prepared.lines.groupby("consignment"), strict=True):
        lines = _list_lines(consignment, rows, prepared, titles, base)
        if not lines:
            continue
        place = len(decisions) + 1
        sources |= {f"{place}.{at}": number for at, (number, _) in enumerate(lines, 1)}
        decisions.append(_decide(consignment, [line for _, line in lines], pool, base))
    body: Body = {
        "schema": SCHEMA,
        "journey": night.journey,
        "seller": night.seller.id,
        "as_of": night.as_of.isoformat(),
        "snapshot": known.digest,
        "base_currency": base,
        "generated": list(night.seller.generated),
        "what_if": {},
        "source": {
            "purchase_order": pool.purchase_order,
            "proposal": pool.proposal.digest if pool.proposal else "",
            "customs_mode": customs_mode,
        },
        "decisions": decisions,
        "waits": _count_refused(prepared.refused),
        "alarms": [],
        "consignments": described,
        "landed": plain_rows(
            prepared.landed[
                [
                    "entry",
                    "sku",
                    "country",
                    "lane",
                    "units",
                    "component",
                    "amount_minor",
                    "own_minor",
                    "rate_currency",
                ]
            ]
        ),
    }
    if pool.proposal is not None and decisions:
        body["instead_of"] = {"proposal": pool.proposal.digest, "lines": sources}
    return canonical_bytes(body)


def money_when_shipped(landed: pd.DataFrame) -> int:
    """Freight, duty, tax and fees: every component but the goods themselves and what comes back later."""
    due = landed[~landed["component"].isin([*GOODS, LATER])]
    return int(due["amount_minor"].sum())


def landed_cost(landed: pd.DataFrame) -> int:
    """Every component that is a cost, and not cash that is lent to the tax office."""
    return int(landed.loc[landed["in_cost"], "amount_minor"].sum())


def _describe(name: str, rows: pd.DataFrame, prepared: Prepared, known: Snapshot) -> Body:
    """One consignment as its page shows it."""
    lane = str(rows["lane"].iloc[0])
    quotes = prepared.quotes[prepared.quotes["consignment"] == name]
    own = plain_rows(quotes[quotes["lane"] == lane])[0]
    landed = prepared.landed[prepared.landed["entry"] == name]
    units = int(landed.drop_duplicates("sku")["units"].sum()) if len(landed) else 0
    cost = landed_cost(landed)
    return {
        "id": name,
        **{key: str(rows[key].iloc[0]) for key in ("lane", "country", "from_node", "to_node", "mode", "state")},
        **{key: own[key] for key in ("incoterm", "importer_of_record", "tax_included", "chargeable_g")},
        **{key: own[key] for key in ("departs_on", "arrive_p10", "arrive_p50", "arrive_p90")},
        "units": int(rows["units"].sum()),
        **prepared.loads[name],
        "quotes": plain_rows(quotes.sort_values(["total_minor", "lane"], kind="stable")),
        "customs": _customs(name, prepared, known),
        "landed": _sum_components(landed, units),
        "landed_units": units,
        "landed_minor": cost,
        "landed_unit_minor": round_half_even(Decimal(cost) / units) if units else 0,
        "money_minor": money_when_shipped(landed),
        "margins": _margins(name, prepared, known),
        **prepared.papers.get(name, {"papers": [], "gaps": []}),
    }


def _customs(name: str, prepared: Prepared, known: Snapshot) -> list[Body]:
    values = prepared.values[prepared.values["entry"] == name]
    refused = prepared.refused[prepared.refused["consignment"] == name]
    codes = dict(zip(known.products["sku"], known.products["hs_code"], strict=True))
    rows = [
        {
            "sku": row["sku"],
            "hs_code": codes.get(row["sku"], ""),
            "units": row["units"],
            "value_minor": row["customs_value_minor"],
            "currency": row["customs_currency"],
            "method": row["customs_method"],
            "basis": row["customs_basis"],
            "evidence": row["evidence"],
            "flags": list(row["flags"]),
            "reason": "",
        }
        for row in values.to_dict("records")
    ]
    rows += [
        {"sku": row["sku"], "hs_code": codes.get(row["sku"], ""), "units": row["units"], "reason": row["reason"],
         "values": row["values"]}
        for row in refused.to_dict("records")
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["sku"])


def _sum_components(landed: pd.DataFrame, units: int) -> list[Body]:
    """The entry's components over its lines, in the order of the sheet; those that are nothing are left out."""
    rows = []
    for component, part in landed.groupby("component", sort=False):
        total = int(part["amount_minor"].sum())
        if not total:
            continue
        first = part.loc[part["amount_minor"] != 0].iloc[0]
        texts = {name: plain(first[name]) for name in ("rate_currency", "rate_from", "source", "confidence", "basis")}
        rates = sorted({str(rate) for rate in part.loc[part["amount_minor"] != 0, "rate"]})
        rows.append(
            {
                "component": component,
                "label": LABELS.get(str(component), LAYER),
                "amount_minor": total,
                "unit_minor": round_half_even(Decimal(total) / units),
                "rate": rates[0] if len(rates) == 1 else f"{rates[0]} … {rates[-1]}",
                **texts,
                "treatment": plain(first["treatment"]),
                "in_cost": bool(first["in_cost"]),
                "cash_on": plain(first["cash_on"]),
            }
        )
    return rows


def _margins(name: str, prepared: Prepared, known: Snapshot) -> list[Body]:
    titles = dict(zip(known.products["sku"], known.products["title"], strict=True))
    margins = prepared.margins[prepared.margins["entry"] == name]
    rows = []
    for row in margins.to_dict("records"):
        flips = prepared.flips[(prepared.flips["entry"] == name) & (prepared.flips["sku"] == row["sku"])]
        near = flips.dropna(subset=["distance_minor"])
        near = near[near["value_minor"] != 0]
        near = near.assign(share=(near["distance_minor"].abs() / near["value_minor"].abs()).astype("float64"))
        rows.append(
            {
                "sku": row["sku"],
                "title": titles.get(row["sku"], ""),
                **{step: int(row[step]) for step in ("price", "net_sales", "landed", "cm1", "cm2", "cm3")},
                "break_even_acos_percent": plain(row["break_even_acos_percent"]),
                "steps": {
                    step: int(row[step]) for step in margins.columns if isinstance(row[step], int) and row[step]
                },
                "flips": plain_rows(
                    near.sort_values(["share", "component"], kind="stable").head(_FLIPS)[
                        ["component", "label", "flip", "value_minor", "flips_at_minor", "against"]
                    ]
                ),
            }
        )
    return sorted(rows, key=lambda row: -row["cm3"])


def _list_lines(
    consignment: Body, rows: pd.DataFrame, prepared: Prepared, titles: dict[str, str], base: str
) -> list[tuple[str, Body]]:
    """Number in the source and line of every SKU that can go; none where it was released already."""
    name, lines = consignment["id"], []
    if consignment["state"] != OPEN:
        return []
    margins = prepared.margins[prepared.margins["entry"] == name].set_index("sku")
    for row in plain_rows(rows):
        landed = prepared.landed[(prepared.landed["entry"] == name) & (prepared.landed["sku"] == row["sku"])]
        if landed.empty:
            continue
        net, cm2 = (int(margins.loc[row["sku"], step]) for step in ("net_sales", "cm2"))
        line = make_line(
            ShipmentLine(
                **{key: row[key] for key in ("sku", "lane", "from_node", "to_node", "country", "mode")},
                **{key: row[key] for key in ("units", "cartons", "carton_units")},
            ),
            title=titles.get(row["sku"], ""),
            money_minor=money_when_shipped(landed),
            expected_value_minor=row["expected_value_minor"],
            margin_percent=str(plain_number(Decimal(cm2 * 100) / net, 1)) if net > 0 else "",
            reversible=False,
            fee_charging=True,
            expires=row["expires"],
            reason=row["reason"],
            capped_by=row["capped_by"],
            flip={},
            alternatives=[],
            evidence=_write_evidence(landed, consignment, base),
        )
        lines.append((str(row["number"]), line))
    return lines


def _write_evidence(landed: pd.DataFrame, consignment: Body, base: str) -> list[Body]:
    """The line's landed cost, one step per component, its sum last."""
    digits = minor_digits(base)
    steps = [
        {
            "label": LABELS.get(row["component"], LAYER),
            "value": format(Decimal(row["amount_minor"]).scaleb(-digits), "f"),
            "unit": base,
            "note": f"{row['rate']} {row['rate_currency']} · {row['source']} {row['rate_from']}".strip(" ·"),
        }
        for row in landed.to_dict("records")
        if row["amount_minor"]
    ]
    total = landed_cost(landed)
    units = int(landed["units"].iloc[0])
    each = Decimal(total).scaleb(-digits) / units
    steps.append(
        {
            "label": mark("landed cost"),
            "value": format(Decimal(total).scaleb(-digits), "f"),
            "unit": base,
            "note": f"{units} × {each:.4f}",
        }
    )
    steps.append(
        {
            "label": mark("Load"),
            "value": str(consignment["cartons"]),
            "unit": "cartons",
            "note": consignment["load_digest"],
        }
    )
    return steps


def _decide(consignment: Body, lines: list[Body], pool: Pool, base: str) -> Body:
    decision = {
        "id": f"ship:{consignment['id']}",
        "kind": "ship",
        **{key: consignment[key] for key in ("lane", "mode", "from_node", "to_node", "country")},
        **sum_lines(lines),
        **{key: consignment[key] for key in ("volume_m3", "weight_kg", "landed_minor", "arrive_p50")},
        "expected_value_minor": sum(line["expected_value_minor"] or 0 for line in lines),
        "deadline": consignment["departs_on"],
        "arrival_p50": consignment["arrive_p50"],
        "flip": {},
        "original_money_minor": sum(line["money_minor"] for line in lines),
        "original_currency": base,
        "papers": [file["sha256"] for paper in consignment["papers"] for file in paper["files"]],
        "lines": lines,
    }
    return decision | ({"purchase_order": pool.purchase_order} if pool.purchase_order else {})


def _count_refused(refused: pd.DataFrame) -> list[Body]:
    """What is not shipped, by the sentence that says why; one row per line, so that each names its remedy."""
    return [
        {
            "what": row["reason"],
            "values": {name: str(value) for name, value in row["values"].items()},
            "count": 1,
            "money_minor": 0,
            "countries": [row["country"]],
        }
        for row in refused.sort_values(["consignment", "sku"], kind="stable").to_dict("records")
    ]
