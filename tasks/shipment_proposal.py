"""Turns prepared consignments into one proposal: decisions with their lines, and everything that they rest on.

The body has the keys of a night's proposal that deciding and acting read, and `consignments`, which the shipment's
page shows; integers, decimal strings and ISO dates only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.economics.explain import LABELS, LAYER
from skills.vocabulary import mark, minor_digits
from tasks.consignments import OPEN, Pool, Ready, list_left
from tasks.costs import Costs, cost_decision, cost_line, cost_night, margin_percent
from tasks.landing import ChosenCodes
from tasks.lines import ShipmentLine, make_line, sum_lines
from tasks.nights import Night
from tasks.proposals import begin_body, plain_rows
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

GOODS = ("ex_works", "tooling_share", "qc_pack")
"""Paid before the goods are shipped."""
LATER = "export_rebate"
"""Comes back long after."""
LANDED = ("entry", "sku", "country", "lane", "units", "component", "amount_minor", "own_minor", "rate_currency")
"""What bills are compared with later."""

STAYS = mark(
    "{units} units of {sku} from purchase order {order} stay at the hub this morning: they fill no carton, are worth "
    "no more in another country, or are beyond a limit of the split."
)


@dataclass(frozen=True)
class Prepared:
    """What the skills said about the consignments of one run.

    Attributes:
        ready: The lines that go, their boxes and customs values, and the lines that are set aside.
        quotes: One row per (consignment, lane), from `freight.choose_mode`.
        costs: Landed cost and margins; an entry is a consignment.
        loads: Consignment → from `shipments.describe_loads`.
        papers: Consignment → from `shipment_papers.write_consignment_papers`.
    """

    ready: Ready
    quotes: pd.DataFrame
    costs: Costs
    loads: dict[str, Body]
    papers: dict[str, Body]


def from_consignments(night: Night, known: Snapshot, pool: Pool, prepared: Prepared, customs_mode: str) -> bytes:
    """The proposal of one shipment run; its canonical bytes.

    Decisions are the consignments that are not released yet; the lines that are refused, and the units of a purchase
    order that stay at the hub, are counted under `waits`.
    """
    base = night.seller.base_currency
    titles = dict(zip(known.products["sku"], known.products["title"], strict=True))
    groups = [(str(name), rows) for name, rows in prepared.ready.lines.groupby("consignment", sort=True)]
    costs = {name: _costs_of(name, prepared.costs) for name, _ in groups}
    described = [_describe(name, rows, costs[name], prepared, known, titles) for name, rows in groups]
    decisions: list[Body] = []
    sources: dict[str, str] = {}
    for consignment, (name, rows) in zip(described, groups, strict=True):
        lines = _list_lines(consignment, rows, costs[name], titles, base)
        if not lines:
            continue
        place = len(decisions) + 1
        sources |= {f"{place}.{at}": number for at, (number, _) in enumerate(lines, 1)}
        decisions.append(_decide(consignment, [line for _, line in lines], pool, base))
    body: Body = {
        **begin_body(night, known.digest),
        "source": {
            "purchase_order": pool.purchase_order,
            "proposal": pool.proposal.digest if pool.proposal else "",
            "customs_mode": customs_mode,
        },
        "decisions": decisions,
        "waits": [*_list_refused(prepared.ready.refused), *_list_left(pool, prepared.ready)],
        "consignments": described,
        "landed": cost_night(prepared.costs)["landed"],
    }
    if pool.proposal is not None and decisions:
        body["instead_of"] = {"proposal": pool.proposal.digest, "lines": sources}
    return canonical_bytes(body)


def money_when_shipped(landed: pd.DataFrame) -> int:
    """Freight, duty, tax and fees: every component but the goods themselves and what comes back later."""
    due = landed[~landed["component"].isin([*GOODS, LATER])]
    return int(due["amount_minor"].sum())


def _costs_of(name: str, costs: Costs) -> Costs:
    """The same answers, of one consignment alone."""
    frames = ("landed", "margin", "waterfall", "flips", "refused", "values")
    own = {frame: getattr(costs, frame) for frame in frames}
    return replace(costs, **{frame: rows[rows["entry"] == name] for frame, rows in own.items()})


def _describe(
    name: str, rows: pd.DataFrame, costs: Costs, prepared: Prepared, known: Snapshot, titles: dict[str, str]
) -> Body:
    """One consignment as its page shows it."""
    lane, lines = str(rows["lane"].iloc[0]), plain_rows(rows)
    quotes = prepared.quotes[prepared.quotes["consignment"] == name]
    own = plain_rows(quotes[quotes["lane"] == lane])[0]
    return {
        "id": name,
        **{key: str(rows[key].iloc[0]) for key in ("lane", "country", "from_node", "to_node", "mode", "state")},
        **{key: own[key] for key in ("incoterm", "importer_of_record", "tax_included")},
        **{key: own[key] for key in ("departs_on", "arrive_p10", "arrive_p50", "arrive_p90")},
        "units": int(rows["units"].sum()),
        **prepared.loads[name],
        "quotes": plain_rows(quotes.sort_values(["total_minor", "lane"], kind="stable")),
        "customs": _customs(name, str(rows["country"].iloc[0]), prepared, known),
        **cost_decision(costs, lane, [{"payload": line} for line in lines]),
        "money_minor": money_when_shipped(costs.landed),
        "margins": [
            {"sku": line["sku"], "title": titles.get(line["sku"], ""), "units": line["units"]}
            | cost_line(costs, line["sku"], line["country"], lane)
            for line in lines
        ],
        **prepared.papers[name],
    }


def _customs(name: str, country: str, prepared: Prepared, known: Snapshot) -> list[Body]:
    """The customs value of every line, and the lines that are refused; by SKU."""
    values = prepared.ready.values[prepared.ready.values["entry"] == name]
    refused = prepared.ready.refused[prepared.ready.refused["consignment"] == name]
    codes = ChosenCodes(known.products, known.hs_codes)
    rows: list[Body] = [
        {
            "sku": row["sku"],
            "units": row["units"],
            "value_minor": row["customs_value_minor"],
            "currency": row["customs_currency"],
            "method": row["customs_method"],
            "basis": row["customs_basis"],
            "evidence": row["evidence"],
            "flags": list(row["flags"]),
            "reason": "",
            "values": {},
        }
        for row in values.to_dict("records")
    ]
    rows += [
        {
            "sku": row["sku"],
            "units": row["units"],
            "flags": [],
            "reason": row["reason"],
            "values": _texts(row["values"]),
        }
        for row in refused.to_dict("records")
    ]
    return [
        {**row, "hs_code": codes.find(row["sku"], country)} for row in sorted(rows, key=lambda row: str(row["sku"]))
    ]


def _list_lines(
    consignment: Body, rows: pd.DataFrame, costs: Costs, titles: dict[str, str], base: str
) -> list[tuple[str, Body]]:
    """Number in the source and line of every SKU; none where the consignment was released already."""
    if consignment["state"] != OPEN:
        return []
    lines = []
    for row in plain_rows(rows):
        landed = costs.landed[costs.landed["sku"] == row["sku"]]
        own = (row["sku"], row["country"], row["lane"])
        line = make_line(
            ShipmentLine(
                **{key: row[key] for key in ("sku", "lane", "from_node", "to_node", "country", "mode")},
                **{key: row[key] for key in ("units", "cartons", "carton_units")},
            ),
            title=titles.get(row["sku"], ""),
            money_minor=money_when_shipped(landed),
            expected_value_minor=row["expected_value_minor"],
            margin_percent=margin_percent(costs, *own),
            reversible=False,
            fee_charging=True,
            expires=row["expires"],
            reason=row["reason"],
            capped_by=row["capped_by"],
            flip={},
            alternatives=[],
            evidence=_write_evidence(landed, consignment, base),
        )
        lines.append((str(row["number"]), line | cost_line(costs, *own)))
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
    total = int(landed.loc[landed["in_cost"], "amount_minor"].sum())
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
        **{key: consignment[key] for key in ("volume_m3", "weight_kg")},
        "landed_minor": consignment["landed_exact_minor"],
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


def _list_refused(refused: pd.DataFrame) -> list[Body]:
    """What is not shipped: one row per line, so that each names its remedy."""
    return [
        {
            "what": row["reason"],
            "values": _texts(row["values"]),
            "count": 1,
            "money_minor": 0,
            "countries": [row["country"]],
        }
        for row in refused.sort_values(["consignment", "sku"], kind="stable").to_dict("records")
    ]


def _list_left(pool: Pool, ready: Ready) -> list[Body]:
    """What stays at the hub of a purchase order: one row per SKU."""
    return [
        {
            "what": STAYS,
            "values": {"sku": sku, "units": str(units), "order": pool.purchase_order},
            "count": 1,
            "money_minor": 0,
            "countries": [],
        }
        for sku, units in list_left(pool, ready).items()
    ]


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
