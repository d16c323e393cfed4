"""What was released and the seller's exports do not show yet: counted, so that no night proposes it again.

A purchase order counts as open until the day its goods are promised, a shipment as under way until its expected
arrival; its units are not available any more at the node that sends them, or not open any more on the purchase order
that they go on from. As soon as an export shows the number, the
export counts alone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select

from tasks.files.exports import Exports
from tasks.store.ledger import list_events_of
from tasks.store.models import InstructionRow, ProposalRow
from tasks.store.session import open_session

Payload = dict[str, Any]


def count_released(exports: Exports, seller: str, as_of: date) -> Exports:
    """The exports with what earlier mornings released and nobody's export shows yet.

    Args:
        exports: As read; its frames stay as they are.
        seller: Whose ledger.
        as_of: The morning; what was released on it or later is not known yet.

    Returns:
        Exports whose purchase_orders, inbound and stock have the additional rows, and whose `released` names them.
    """
    tables = dict(exports.tables)
    shown = set(tables["purchase_orders"]["purchase_order"]) | set(tables["inbound"]["shipment"])
    counted = [payload for payload in list_committed(seller, as_of) if payload["number"] not in shown]
    orders = [row for payload in counted if payload["kind"] == "order" for row in _order_rows(payload, as_of)]
    moving = [payload for payload in counted if payload["kind"] == "ship" and _is_under_way(payload, as_of)]
    tables["purchase_orders"] = _append(tables["purchase_orders"], orders)
    tables["inbound"] = _append(tables["inbound"], [row for payload in moving for row in _inbound_rows(payload)])
    stored = [payload for payload in moving if not payload.get("purchase_order")]
    tables["stock"] = _reserve(tables["stock"], stored)
    passing = [payload for payload in moving if payload.get("purchase_order")]
    tables["purchase_orders"] = _take_off_order(tables["purchase_orders"], passing)
    numbers = sorted({str(row["purchase_order"]) for row in orders} | {payload["number"] for payload in moving})
    return replace(exports, tables=tables, released=numbers)


def list_committed(seller: str, before: date) -> list[Payload]:
    """Content of what earlier mornings released, each decision once: done, perhaps done, or still to be carried out.

    Where a carrier books, its answer counts and not the paper. What was refused, what a person settled as not done,
    and what lapsed before it was sent is not committed: it may be proposed again.
    """
    states: dict[str, str] = {}
    for event in list_events_of(seller):
        if event.event in ("intent", "outcome", "settle"):
            states[event.facts["instruction"]] = event.facts.get("state", "in_doubt")
    with open_session() as session:
        rows = session.scalars(
            select(InstructionRow)
            .join(ProposalRow, ProposalRow.digest == InstructionRow.proposal)
            .where(InstructionRow.seller == seller, ProposalRow.as_of < before)
            .order_by(InstructionRow.key)
        ).all()
    booked = {(row.proposal, row.decision) for row in rows if row.target != "files"}
    committed = {}
    for row in rows:
        if row.target == "files" and (row.proposal, row.decision) in booked:
            continue
        payload = json.loads(row.payload)
        if _is_committed(states.get(row.key, "not_done"), row.closed, payload["expires"], before):
            committed[payload["number"]] = payload
    return list(committed.values())


def _is_committed(state: str, closed: bool, expires: str, morning: date) -> bool:
    if state == "not_done":
        return not closed and (not expires or date.fromisoformat(expires) >= morning)
    return state != "refused"


def _order_rows(payload: Payload, as_of: date) -> list[Payload]:
    if date.fromisoformat(payload.get("ready_on") or payload["as_of"]) < as_of:
        return []
    return [
        {
            "purchase_order": payload["number"],
            "supplier": payload["supplier"],
            "sku": line["payload"]["sku"],
            "units_open": line["payload"]["units"],
            "ordered_on": pd.Timestamp(payload["as_of"]),
            "ready_on": pd.Timestamp(payload.get("ready_on") or payload["as_of"]),
            "deposit_paid_minor": 0,
            "currency": line["payload"]["cost_currency"],
        }
        for line in payload["lines"]
    ]


def _is_under_way(payload: Payload, as_of: date) -> bool:
    return date.fromisoformat(payload.get("arrival_p50") or payload["as_of"]) >= as_of


def _inbound_rows(payload: Payload) -> list[Payload]:
    return [
        {
            "shipment": payload["number"],
            "sku": line["payload"]["sku"],
            "from_node": payload["from_node"],
            "to_node": payload["to_node"],
            "mode": payload["mode"],
            "units": line["payload"]["units"],
            "eta": pd.Timestamp(payload.get("arrival_p50") or payload["as_of"]),
        }
        for line in payload["lines"]
    ]


def _reserve(stock: pd.DataFrame, moving: list[Payload]) -> pd.DataFrame:
    """Units that leave are not available at their node any more: they count as on the way, and only there."""
    leaving: dict[tuple[str, str], int] = {}
    for payload in moving:
        for line in payload["lines"]:
            place = (line["payload"]["sku"], payload["from_node"])
            leaving[place] = leaving.get(place, 0) + line["payload"]["units"]
    if not leaving:
        return stock
    places = list(zip(stock["sku"], stock["node"], strict=True))
    taken = [
        min(units, leaving.get(place, 0)) if state == "available" else 0
        for place, state, units in zip(places, stock["state"], stock["units"], strict=True)
    ]
    return stock.assign(units=stock["units"] - pd.Series(taken, index=stock.index, dtype="int64"))


def _take_off_order(orders: pd.DataFrame, passing: list[Payload]) -> pd.DataFrame:
    """Units that go on from their purchase order count as on the way, and are open on the order no more.

    Of an order that comes in parts, those that are ready first go on first.
    """
    leaving: dict[tuple[str, str], int] = {}
    for payload in passing:
        for line in payload["lines"]:
            place = (payload["purchase_order"], line["payload"]["sku"])
            leaving[place] = leaving.get(place, 0) + line["payload"]["units"]
    if not leaving:
        return orders
    soonest = orders.reset_index(drop=True).sort_values("ready_on", kind="stable")
    taken = np.zeros(len(orders), dtype=np.int64)
    places = zip(soonest.index, soonest["purchase_order"], soonest["sku"], soonest["units_open"], strict=True)
    for row, number, sku, units in places:
        taken[row] = min(units, leaving.get((number, sku), 0))
        leaving[number, sku] = leaving.get((number, sku), 0) - taken[row]
    return orders.assign(units_open=orders["units_open"] - taken)


def _append(frame: pd.DataFrame, rows: list[Payload]) -> pd.DataFrame:
    if not rows:
        return frame
    return pd.concat([frame, pd.DataFrame(rows)[frame.columns].astype(frame.dtypes)], ignore_index=True)
