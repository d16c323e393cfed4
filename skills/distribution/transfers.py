"""Lanes that carry stock from one market to another, and what a unit brings that goes by them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from skills.distribution.contribution import quote_contribution
from skills.distribution.network import countries_fed
from skills.distribution.policy import DistributionPolicy
from skills.rates import RateBook

_COLUMNS = ["sku", "country", "lane", "wait_reason"]


def find_transfer_lanes(lanes: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Lanes from a regional or forward node to a place that serves another country than it."""
    fed = countries_fed(nodes, lanes)
    between = lanes[lanes["from_node"].isin(list(fed)) & lanes["to_node"].isin(list(fed))]
    found: pd.DataFrame = between[between["from_node"].map(fed) != between["country"]]
    return found


def quote_transfers(
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: DistributionPolicy,
    as_of: date,
    country_entries: pd.DataFrame | None = None,
    age_fees: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Contribution of a unit that lies in one market and is sold in another, by each lane between them.

    As `quote_contribution`, with the lane's own freight, handling, duty and tax, its own customs border included, and
    no export rebate, as without a VAT invoice. What was paid to bring the unit to where it lies is spent and is no
    part of it.

    Returns:
        One row per (sku, country, lane), the columns of `quote_contribution`; none where no lane leads from a
        regional or forward node to another country.
    """
    ways = find_transfer_lanes(lanes, nodes)
    markets, bought = nodes[nodes["stage"] != "hub"], products.assign(vat_invoice="no")
    found = []
    for origin in sorted(set(ways["from_node"])):
        leaving = markets.assign(stage=markets["stage"].where(markets["node"] != origin, "hub"))
        onward = lanes["from_node"].isin(list(markets["node"])) & (lanes["from_node"] != origin)
        legs = pd.concat([ways[ways["from_node"] == origin], lanes[onward]])
        quote = quote_contribution(
            sales, returns, bought, legs, leaving, rates, base_currency, policy, as_of, country_entries, age_fees
        )
        found.append(quote)
    if not found:
        return pd.DataFrame(columns=_COLUMNS).astype("str")
    every = pd.concat(found, ignore_index=True)
    return every.sort_values(_COLUMNS[:3], kind="stable").reset_index(drop=True)
