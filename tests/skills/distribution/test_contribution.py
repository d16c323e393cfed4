"""What one more unit sold in a country brings: tax, duty, freight and the facts that stand in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.distribution import quote_contribution
from skills.distribution.freight import price_freight
from skills.distribution.standins import complete_products
from skills.rates import RateBook


def with_lanes(world: Any, **over: object) -> Any:
    return world.change(lanes=world.lanes.assign(**over))


def without_rates(world: Any, kind: str, key: str) -> Any:
    rows = [
        rate
        for rate in world.rates
        if not (rate.kind == kind and (rate.key == key or rate.key.startswith(f"{key}:")))
    ]
    return world.change(rates=RateBook(rows))


def test_duty_and_tax_are_never_added_on_top_of_ddp(small: Any) -> None:
    opened, included = small.quote(), with_lanes(small, tax_included="yes").quote()
    assert (opened["duty"] > 0).all()
    for charge in ("duty", "mpf", "hmf", "import_vat", "import_vat_cost", "rebate"):
        assert (included[charge] == 0).all(), charge
    expected = opened["contribution"] + opened["duty"] + opened["mpf"] + opened["hmf"] - opened["rebate"]
    assert np.allclose(included["contribution"], expected, atol=1e-3)


def test_the_harbour_fee_is_not_charged_on_air_freight(small: Any) -> None:
    quote = small.quote()
    of_us = quote[quote["country"] == "US"].set_index("mode")["hmf"]
    assert (of_us.loc["sea"] > 0).all()
    assert (of_us.loc["air"] == 0).all()


def test_duty_layers_stand_side_by_side_on_the_customs_value(small: Any) -> None:
    quote = small.quote()
    of_us = quote[quote["country"] == "US"]
    assert np.allclose(of_us["duty"], of_us["customs_value"] * (0.091 + 0.075), atol=1e-3)
    assert (of_us["customs_basis"] != "").all()


def test_tax_in_the_price_is_no_income_and_no_tax_is_taken_off_where_it_is_added_at_the_till(small: Any) -> None:
    quote = small.quote()
    german, american = quote[quote["country"] == "DE"], quote[quote["country"] == "US"]
    assert np.allclose(german["price"], german["gross_price"] / 1.19, atol=1e-3)
    assert (american["price"] == american["gross_price"]).all()
    assert np.allclose(german["referral"], german["gross_price"] * 0.15, atol=1e-3)


def test_import_tax_is_cash_when_the_seller_imports_and_cost_when_another_does(small: Any) -> None:
    own, others = small.quote(), with_lanes(small, importer_of_record="forwarder").quote()
    german = own["country"] == "DE"
    assert (own.loc[german, "import_vat"] > 0).all()
    assert (own["import_vat_cost"] == 0).all()
    assert (others.loc[german, "import_vat_cost"] == others.loc[german, "import_vat"]).all()
    assert (own["cash"] == others["cash"]).all()


def test_bulky_goods_pay_by_size_and_dense_ones_by_weight(small: Any) -> None:
    products = complete_products(small.products.assign(weight_kg=[0.1, 5.0, 0.1, 5.0]))
    freight, _ = price_freight(products, small.lanes[small.lanes["mode"] == "air"], small.rates, "CNY", small_day())
    of_us = freight[freight["lane"] == "US-AIR"]
    chargeable = np.maximum(products["weight_kg"], products["cm3"] / 6000)
    assert np.allclose(of_us["chargeable_kg"], chargeable, atol=1e-3)
    assert np.allclose(of_us["freight"], chargeable * 3600, atol=1)


def small_day() -> Any:
    return pd.Timestamp("2025-11-24").date()


def test_an_export_rebate_needs_a_vat_invoice(small: Any) -> None:
    with_invoice = small.quote()
    without = small.change(products=small.products.assign(vat_invoice="no")).quote()
    assert (with_invoice["rebate"] > 0).all()
    assert (without["rebate"] == 0).all()


def test_a_missing_weight_is_the_median_of_its_category_and_named(small: Any) -> None:
    products = small.products.assign(weight_kg=[np.nan, 0.5, 0.7, 0.9], category="towels")
    quote = small.change(products=products).quote()
    row = quote[quote["sku"] == "SKU-0000"].iloc[0]
    assert row["weight_kg"] == 0.7
    assert row["assumed"] == "weight_kg=0.7"
    assert (quote.loc[quote["sku"] != "SKU-0000", "assumed"] == "").all()


def test_a_country_without_a_rate_waits_and_the_others_are_quoted(small: Any) -> None:
    quote = without_rates(small, "referral_fee", "DE").quote()
    german = quote[quote["country"] == "DE"]
    assert german["contribution"].isna().all()
    assert german["wait_reason"].str.startswith("No {kind} rate for {key} is known").all()
    assert '"key": "DE"' in german["wait_values"].iloc[0]
    assert quote.loc[quote["country"] == "US", "contribution"].notna().all()


def test_a_code_without_a_duty_rate_waits_in_that_country_only(small: Any) -> None:
    products = small.products.assign(hs_code=["9999.99", *["6302.60"] * 3])
    quote = small.change(products=products).quote()
    waiting = quote[quote["wait_reason"] != ""]
    assert set(waiting["sku"]) == {"SKU-0000"}


def test_an_invalid_duty_is_not_asked_for_when_it_is_in_the_price(small: Any) -> None:
    products = small.products.assign(hs_code="9999.99")
    quote = with_lanes(small, tax_included="yes").change(products=products).quote()
    assert (quote["wait_reason"] == "").all()


def test_a_sku_never_sold_takes_the_price_of_its_category_and_says_so(small: Any) -> None:
    sales = small.sales[small.sales["sku"] != "SKU-0000"]
    quote = small.change(sales=sales).quote()
    new = quote[quote["sku"] == "SKU-0000"]
    assert set(new["country"]) == {"US", "DE"}
    assert new["price_basis"].str.startswith("median of the category").all()
    assert new["assumed"].str.contains("price=").all()


def test_recent_sales_count_before_older_ones(small: Any) -> None:
    old = small.sales.assign(day=pd.Timestamp("2025-01-06"), revenue_minor=small.sales["revenue_minor"] * 3)
    quote = small.change(sales=pd.concat([small.sales, old])).quote()
    assert np.allclose(quote["gross_price"], small.quote()["gross_price"])
    only_old = small.change(sales=old).quote()
    assert set(only_old["price_basis"]) == {"sales before the last 13 weeks"}


def test_returns_cost_their_handling_and_the_refund_of_what_cannot_be_sold_again(small: Any) -> None:
    back = small.sales[["sku", "country", "day"]].assign(units=small.sales["units"], sellable_units=0)
    quote = small.change(returns=back).quote()
    assert np.allclose(quote["return_rate"], 1.0)
    assert np.allclose(quote["refunds"], quote["price"] - quote["referral"], atol=1e-3)
    assert (small.quote()["returns"] == 0).all()


def test_a_dated_rate_is_refused_after_its_end_by_name(small: Any) -> None:
    day = pd.Timestamp("2027-06-01").date()
    quote = quote_contribution(
        small.sales, small.returns, small.products, small.lanes, small.nodes, small.rates, "CNY", small.policy, day
    )
    assert (quote["wait_reason"] != "").all()


def test_the_order_of_rows_changes_nothing(small: Any) -> None:
    def turn(table: pd.DataFrame) -> pd.DataFrame:
        return table.iloc[::-1].reset_index(drop=True)

    turned = small.change(sales=turn(small.sales), products=turn(small.products), lanes=turn(small.lanes))
    pd.testing.assert_frame_equal(small.quote(), turned.quote())


@pytest.mark.parametrize("tax_included", ["yes", "no"])
def test_goods_that_go_on_from_a_regional_node_pay_both_legs(build: Callable[..., Any], tax_included: str) -> None:
    world = with_lanes(build(countries=("US",)), tax_included=tax_included)
    nodes = pd.concat([world.nodes, world.nodes.tail(1).assign(node="US-AWD", stage="regional")])
    sea = world.lanes[world.lanes["mode"] == "sea"]
    via = sea.assign(lane="US-AWD-SEA", to_node="US-AWD", cost_per_m3_minor=90000)
    truck = sea.assign(lane="AWD-US", from_node="US-AWD", mode="truck", cost_per_m3_minor=26000, handling_minor=0)
    lanes = pd.concat([world.lanes, via, truck], ignore_index=True)
    quote = world.change(nodes=nodes, lanes=lanes).quote().set_index(["sku", "lane"])["freight"]
    assert np.isclose(quote["SKU-0000", "US-AWD-SEA"], quote["SKU-0000", "US-SEA"] * 116 / 118, atol=0.01)
    assert "AWD-US" not in quote.index.get_level_values("lane")
