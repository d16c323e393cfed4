"""What stock that lies in one country would bring in another, by lanes between them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.network import countries_fed, list_departures
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import list_slots
from skills.distribution.standins import complete_products
from skills.distribution.transfers import find_transfer_lanes, quote_transfers
from skills.distribution.value import price_cartons
from skills.rates import RateBook

_COLUMNS = ["sku", "country", "to_country", "lane", "cost_base_minor", "value_base_minor"]


def quote_moves(
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    forecast: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: DistributionPolicy,
    as_of: date,
    country_entries: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Cost and value of a unit moved from where it lies to another country, for whoever weighs it against staying.

    A lane moves stock when it leads from a forward node of one country to a place that sells in another. Cost =
    freight, handling, duty and import tax of that lane, its own customs border included; no export rebate. Value =
    mean over the whole cartons that lie there of sold × (contribution + cost) × lost share − weeks until sold ×
    holding, by the same need and value as a shipment from the hub, in the window until this lane's next departure
    arrives: a unit that the window does not sell brings nothing. The mean over all is below that of the first few.

    Args:
        stock: One row per (sku, node, state): units; `available` can move.
        lanes: One row per lane; minimum_cartons, the least that it takes, may be absent.

    Returns:
        One row per (sku, country, to_country, lane), sorted: cost_base_minor, value_base_minor of a unit [4
        decimals]. Less than the lane's least, and what cannot be quoted, has no row.
    """
    fed = countries_fed(nodes, lanes)
    forward = set(nodes.loc[nodes["stage"] == "forward", "node"])
    between = find_transfer_lanes(lanes, nodes)
    between = between[between["from_node"].isin(forward)]
    every_quote = quote_transfers(
        sales, returns, products, lanes, nodes, rates, base_currency, policy, as_of, country_entries
    )
    found = []
    for origin, ways in between.groupby("from_node", sort=True):
        here = nodes[nodes["stage"] != "hub"]
        here = here.assign(stage=here["stage"].where(here["node"] != origin, "hub"))
        quote = every_quote[every_quote["lane"].isin(ways["lane"])].copy()
        quote["cost"] = quote["landed"] - quote["product_cost"]
        quote["contribution"] = quote["contribution"] + quote["cost"]
        departures = list_departures(ways, here, policy, as_of)
        slots = list_slots(
            stock, inbound, here, ways, departures, forecast, quote, complete_products(products), policy, as_of
        )
        frame = slots.frame.assign(option=0.0, premium=0.0, at_arrival=slots.frame["at_arrival_alone"])
        lying = stock[(stock["node"] == origin) & (stock["state"] == "available")].groupby("sku")["units"].sum()
        cartons = frame["sku"].map(lying).fillna(0).to_numpy() // frame["carton_units"].to_numpy()
        least = frame["lane"].map(dict(zip(departures["lane"], departures["least_cartons"], strict=True)))
        cartons = np.where(cartons >= np.maximum(least, 1), cartons, 0).astype("int64")
        slot = np.repeat(np.arange(len(frame)), cartons)
        number = np.arange(len(slot)) - np.repeat(np.cumsum(cartons) - cartons, cartons) + 1
        total = np.zeros(len(frame))
        np.add.at(total, slot, price_cartons(frame, slots.needs_alone, slot, number, policy))
        units = cartons * frame["carton_units"].to_numpy()
        keys = ["sku", "country", "lane"]
        rows = (
            frame[keys].merge(quote[[*keys, "cost"]], on=keys, how="left").rename(columns={"country": "to_country"})
        )
        rows = rows.assign(
            country=fed[str(origin)],
            cost_base_minor=rows["cost"].round(4),
            value_base_minor=(total / np.where(units > 0, units, 1)).round(4),
        )
        found.append(rows.loc[units > 0, _COLUMNS])
    texts = dict.fromkeys(_COLUMNS[:4], "str")
    every = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=_COLUMNS)
    every = every.astype(texts | dict.fromkeys(_COLUMNS[4:], "float64"))
    return every.sort_values(_COLUMNS[:4], kind="stable").reset_index(drop=True)
