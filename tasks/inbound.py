"""Inbound: cartons within their marketplace's limits, loaded into containers in order."""

from __future__ import annotations

from skills import inbound
from tasks.capability import capability

pack_cartons = capability(inbound.pack_cartons)
sort_boxes = capability(inbound.sort_boxes)
choose_containers = capability(inbound.choose_containers, timeout_seconds=900)
plan_pallets = capability(inbound.plan_pallets, timeout_seconds=900)
check_boxes = capability(inbound.check_boxes)
read_containers = capability(inbound.read_containers)
plan_loading = capability(inbound.plan_loading, timeout_seconds=900)
verify_loading = capability(inbound.verify_loading)
explain_loading = capability(inbound.explain_loading)
