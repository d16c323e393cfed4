"""What the seller already has, brought into the shape in which `assortment` reviews it."""

from __future__ import annotations

import pandas as pd

from tasks import assortment, distribution
from tasks.nights import Night
from tasks.store.snapshots import Snapshot


def review(known: Snapshot, night: Night) -> pd.DataFrame:
    """Keep, fix, drop or watch, for every product and country.

    Stock is what lies in a country's own nodes; CM2 is the planned one of the lane that leaves most. No export says
    what advertising one product costs: CM3 is CM2 less the advertising that a new product is planned with.

    Returns:
        As `review_products`.
    """
    seller = night.seller
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        seller.base_currency, seller.policy.distribution, night.as_of,
    )  # fmt: skip
    places = known.nodes.loc[known.nodes["stage"] != "hub", ["node", "country"]]
    stock = known.stock.merge(places, on="node")[["sku", "country", "state", "units"]]
    return assortment.review_products(
        known.traffic, known.sales, known.returns, stock, known.products,
        _read_margins(contribution, night), seller.policy.assortment, night.as_of, known.stock_outs,
    )  # fmt: skip


def _read_margins(contribution: pd.DataFrame, night: Night) -> pd.DataFrame:
    """One row per (sku, country) with a price: margins per unit of the lane that leaves most."""
    priced = contribution[(contribution["wait_reason"] == "") & contribution["net_margin"].notna()]
    best = priced.sort_values(["sku", "country", "net_margin"], kind="stable").drop_duplicates(
        ["sku", "country"], keep="last"
    )
    ads = night.seller.policy.selection.planned_ads_percent
    return pd.DataFrame(
        {
            "sku": best["sku"],
            "country": best["country"],
            "cm2_minor": best["net_margin"].round(),
            "cm3_minor": (best["net_margin"] - best["price"] * ads / 100).round(),
            "returns_minor": best["returns"].round(),
            "currency": night.seller.base_currency,
        }
    ).reset_index(drop=True)
