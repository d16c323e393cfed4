"""What stands in for facts and stock that a seller does not have."""

from __future__ import annotations

from datetime import date
from typing import Any

from skills.distribution import measure_cost_share
from skills.distribution.standins import complete_products

AS_OF = date(2025, 11, 24)


def test_products_without_a_single_tariff_code_keep_none_and_nothing_is_sent(small: Any) -> None:
    bare = small.change(products=small.products.assign(hs_code="", category=""))
    full = complete_products(bare.products)
    assert set(full["hs_code"]) == {""}
    assert full["assumed"].str.contains("hs_code=").all()
    assert (bare.quote()["wait_reason"] != "").all()
    assert bare.allocate().lines.empty


def test_without_any_stock_the_cost_share_has_no_storage(small: Any) -> None:
    share = measure_cost_share(
        small.sales, small.stock.iloc[:0], small.products, small.lanes, small.nodes, small.rates, "CNY", AS_OF
    )
    assert (share["storage_base_minor"] == 0).all()
    assert (share["freight_base_minor"] > 0).any()
