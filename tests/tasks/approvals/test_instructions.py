"""What an instruction is called."""

from __future__ import annotations

from config.seller import read_seller
from tasks.approvals.release import _write_instruction


def test_two_consignments_of_an_order_on_one_lane_are_two_instructions_by_number() -> None:
    body = {"as_of": "2025-11-24", "generated": [], "base_currency": "CNY"}
    decisions = [{"id": f"ship:{name}", "kind": "ship", "lane": "SZ-US-FAST"} for name in ("SZ-US-FAST", "SZ-US-SEA")]
    numbers = [
        _write_instruction(read_seller("demo"), "3f9c1e77", body, decision, {}, "papers")["number"]
        for decision in decisions
    ]
    assert numbers == ["SI-20251124-SZ-US-FAST-3f9c1e", "SI-20251124-SZ-US-SEA-3f9c1e"]
