"""What a decision releases: one instruction per decision and target, written with the decision in one transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.orm import Session

from config.seller import Seller
from tasks.lines import Body, number_lines
from tasks.store.canonical import canonical_bytes
from tasks.store.models import InstructionRow

SCHEMA = "farsail.instruction/1"

_PREFIXES = {"order": "PO", "ship": "SI", "price": "PC", "choose": "OC", "list": "LF", "clear": "CS"}


def release(session: Session, seller: Seller, proposal: str, body: Body, approved: dict[str, Body]) -> dict[str, str]:
    """Put what the approved lines need into the outbox.

    Args:
        session: The one in which the decision is entered.
        seller: For the targets, and for what papers say of the sender.
        proposal: Its digest.
        body: Its body.
        approved: Number → line.

    Returns:
        Instruction key → digest of its payload, as the decision records them.
    """
    released = {}
    for decision, lines in _group(body, approved):
        for target in targets_of(seller, decision["kind"]):
            content = canonical_bytes(_write_instruction(seller, proposal, body, decision, lines, target))
            key = hashlib.sha256(f"{proposal}/{decision['id']}/{target}/{sorted(lines)}".encode()).hexdigest()
            digest = hashlib.sha256(content).hexdigest()
            session.add(
                InstructionRow(
                    key=key,
                    seller=seller.id,
                    proposal=proposal,
                    decision=decision["id"],
                    target=target,
                    payload=content,
                    digest=digest,
                    closed=False,
                )
            )
            released[key] = digest
    return released


def targets_of(seller: Seller, kind: str) -> list[str]:
    """Where decisions of a kind go; standing rules go nowhere, they are in force by their approval."""
    policy = seller.policy.execution
    return {
        "order": policy.order_targets,
        "ship": policy.shipment_targets,
        "price": policy.price_targets,
        "choose": policy.choice_targets,
        "list": policy.listing_targets,
        "clear": policy.exit_targets,
    }.get(kind, [])


def _group(body: Body, approved: dict[str, Body]) -> list[tuple[Body, dict[str, Body]]]:
    groups: dict[str, tuple[Body, dict[str, Body]]] = {}
    for number, decision, line in number_lines(body):
        if number in approved:
            groups.setdefault(decision["id"], (decision, {}))[1][number] = line
    return list(groups.values())


def _write_instruction(
    seller: Seller, proposal: str, body: Body, decision: Body, lines: dict[str, Body], target: str
) -> dict[str, Any]:
    partner = decision.get("supplier") or decision["id"].partition(":")[2]
    days = [line["expires"] for line in lines.values() if line["expires"]]
    kept = ("supplier", "supplier_name", "lane", "mode", "from_node", "to_node", "country", "ready_on",
            "arrival_p50", "purchase_order", "papers", "marketplace_id")  # fmt: skip
    return {
        "schema": SCHEMA,
        "number": f"{_PREFIXES[decision['kind']]}-{body['as_of'].replace('-', '')}-{partner}-{proposal[:6]}",
        "target": target,
        "seller": seller.id,
        "seller_name": dict(seller.name),
        "entity": seller.entity,
        "language": seller.language,
        "generated": body["generated"],
        "as_of": body["as_of"],
        "proposal": proposal,
        "decision": decision["id"],
        "kind": decision["kind"],
        **{name: decision[name] for name in kept if name in decision},
        "base_currency": body["base_currency"],
        "money_minor": sum(line["money_minor"] for line in lines.values()),
        "units": sum(line["payload"].get("units", 0) for line in lines.values()),
        "cartons": sum(line["payload"].get("cartons", 0) for line in lines.values()),
        "expires": min(days, default=""),
        "lines": [
            {
                "number": number,
                "digest": line["digest"],
                "title": line["title"],
                "money_minor": line["money_minor"],
                "payload": line["payload"],
            }
            for number, line in lines.items()
        ],
    }
