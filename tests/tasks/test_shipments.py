"""Names of a shipment's folders and artifacts, and what its page says of a lane that was kept."""

from __future__ import annotations

import re

import pytest

from config.seller import read_seller
from tasks.rendering import slug
from tasks.shipments import _key, _say_mode


def test_two_lanes_with_chinese_names_keep_two_folders() -> None:
    assert slug("深圳海运") != slug("深圳空运")
    assert slug("SZ-DE-SEA released") == "SZ-DE-SEA-released"
    assert "/" not in slug("../a/b")


@pytest.mark.parametrize("order", ["", "PO-2025-123", "PO_123", "PO 123", "采购-7", "-"])
def test_every_order_number_makes_a_key_that_the_run_page_takes(order: str) -> None:
    key = _key({"journey": f"ship_inbound {order}".strip()}, read_seller("demo"))
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)


def test_order_numbers_that_differ_in_one_sign_have_keys_of_their_own() -> None:
    seller = read_seller("demo")
    keys = {
        _key({"journey": f"ship_inbound {order}"}, seller) for order in ("PO-1", "PO_1", "PO 1", "采购1", "订单1")
    }
    assert len(keys) == 5


def test_a_lane_that_was_kept_though_another_costs_less_says_so_in_money() -> None:
    flips = {"flips_to": "", "flips_at_days": "", "flips_at_margin_percent": ""}
    air, sea = ({"lane": lane, "total_minor": total} | flips for lane, total in (("AIR", 90_000), ("SEA", 50_000)))
    said = _say_mode(
        {"id": "AIR", "lane": "AIR", "quotes": [air | {"least": False}, sea | {"least": True}]}, "CNY", "en"
    )
    assert said == "All told SEA costs CNY 400 less; the proposed lane is kept."
    assert _say_mode({"id": "SEA", "lane": "SEA", "quotes": [sea | {"least": True}]}, "CNY", "en") == ""
