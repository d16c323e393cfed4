"""Inbound: cartons within their limits, loaded into containers or onto pallets, in order."""

from __future__ import annotations

from skills.inbound.boxes import sort_boxes
from skills.inbound.cartons import pack_cartons
from skills.inbound.containers import choose_containers
from skills.inbound.explain import explain_loading
from skills.inbound.facts import check_boxes, read_containers
from skills.inbound.pallets import plan_pallets
from skills.inbound.plan import plan_loading
from skills.inbound.verify import verify_loading

__all__ = [
    "check_boxes",
    "choose_containers",
    "explain_loading",
    "pack_cartons",
    "plan_loading",
    "plan_pallets",
    "read_containers",
    "sort_boxes",
    "verify_loading",
]
