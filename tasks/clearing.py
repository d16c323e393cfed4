"""Turns the ways out of aged stock into one proposal a week: one decision, a line per product and country."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.storage.plan import WAYS
from skills.vocabulary import mark
from tasks.lines import StockExit, make_line
from tasks.nights import Night
from tasks.proposals import begin_body, plain, plain_rows
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

JOURNEY = "clear_stock"
HOLDS_DAYS = 6
"""A line holds until the eve of the next weekly proposal, or of the fee that it is about if that is sooner."""

REASONS: dict[str, str] = {
    "discount": mark(
        "Held on, {units} units bring {hold} until {end}; {percent} % off sells them sooner and brings {gain} more."
    ),
    "move": mark("Moved to {to_country} by {lane}, {units} units bring {gain} more than held on."),
    "removal": mark("Removed now, {units} units cost {cost} and save {gain} against holding them."),
    "liquidation": mark("Liquidated now, {units} units bring {gain} more than held on."),
}


def from_exits(night: Night, known: Snapshot, exits: pd.DataFrame, steps: pd.DataFrame) -> bytes:
    """The proposal's canonical bytes.

    Args:
        exits: From `storage.plan_exits`.
        steps: From `storage.explain_exits`.
    """
    titles = known.products.set_index("sku")["title"].to_dict()
    evidence: dict[tuple[str, str], list[Body]] = {}
    for step in plain_rows(steps):
        found = {name: step[name] for name in ("label", "value", "unit", "note")}
        evidence.setdefault((step["sku"], step["country"]), []).append(found)
    rows = plain_rows(exits)
    proposed = [row for row in rows if row["option"] != "hold"]
    lines = [
        _make_line(row, titles.get(row["sku"], ""), evidence[row["sku"], row["country"]], night) for row in proposed
    ]
    body = {
        **begin_body(night, known.digest),
        "decisions": [_decide(lines)] if lines else [],
        "exits": [{**row, "title": titles.get(row["sku"], "")} for row in rows],
        "months": night.seller.policy.storage.months,
        "demand_per_discount": plain(night.seller.policy.storage.demand_per_discount),
    }
    return canonical_bytes(body)


def _decide(lines: list[Body]) -> Body:
    return {
        "id": "clear:stock",
        "kind": "clear",
        "money_minor": sum(line["money_minor"] for line in lines),
        "expected_value_minor": sum(line["expected_value_minor"] for line in lines),
        "deadline": min(line["expires"] for line in lines),
        "skus": len({line["payload"]["sku"] for line in lines}),
        "units": sum(line["payload"]["units"] for line in lines),
        "cartons": 0,
        "lines": lines,
    }


def _make_line(row: Body, title: str, evidence: list[Body], night: Night) -> Body:
    option = row["option"]
    return make_line(
        StockExit(
            sku=row["sku"],
            country=row["country"],
            fnsku=row["fnsku"],
            option=option,
            units=row["units"],
            discount_percent=row["discount_percent"],
            to_country=row["to_country"],
            lane=row["lane"],
        ),
        title=title,
        money_minor=row["cost_base_minor"],
        expected_value_minor=row["gain_base_minor"],
        reversible=option == "discount",
        fee_charging=option in ("removal", "liquidation", "move"),
        expires=_last_day(row, night.as_of),
        reason=REASONS[option],
        flip={},
        alternatives=[
            {"what": way, "lane": "", "units": 0, "value_minor": int(row[f"{way}_gain_base_minor"])}
            for way in WAYS
            if way != option and row[f"{way}_gain_base_minor"] != ""
        ],
        evidence=evidence,
    )


def _last_day(row: Body, as_of: date) -> str:
    last = as_of + timedelta(days=HOLDS_DAYS)
    if row["next_fee_on"]:
        last = min(last, max(as_of, date.fromisoformat(row["next_fee_on"]) - timedelta(days=1)))
    return last.isoformat()
