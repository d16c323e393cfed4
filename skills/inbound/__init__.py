"""Inbound: cartons within their limits, loaded into containers or onto pallets, in order."""

from __future__ import annotations

from skills.inbound.explain import explain_loading
from skills.inbound.facts import check_boxes, read_containers
from skills.inbound.plan import plan_loading
from skills.inbound.verify import verify_loading

__all__ = [
    "check_boxes",
    "explain_loading",
    "plan_loading",
    "read_containers",
    "verify_loading",
]
