"""The last day to ship by each mode, so that the shipment arrives before the stock of a country runs out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.alarms import find_stock_outs
from skills.distribution.demand import PATHS, read_demand
from skills.distribution.network import countries_fed, list_departures
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import inbound_by_pair, stock_by_pair
from skills.vocabulary import ALL_COUNTRIES

_LEVELS = (("p50", 0.5), ("p90", 0.9))


def plan_last_ships(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    forecast: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Last ship dates as if nothing left tonight.

    A stock-out date is the first day on which a path of demand has taken what lies in the country and what arrives
    until then. The last ship date is the latest departure, on the lane's cut-off weekday, whose usual (p50) arrival
    is not after it; one before as_of is past: that mode comes too late.

    Returns:
        One row per (sku, country, mode) whose p90 path runs out within the forecast that the lanes need, earliest
        first: lane (the mode's quickest), next_ship_on and next_arrival_on (the next departure), stock_out_p50,
        stock_out_p90, last_ship_p50, last_ship_p90; a p50 that does not run out in that time is NaT.
    """
    departures = list_departures(lanes, nodes, policy, as_of)
    quickest = departures.sort_values(["country", "mode", "arrive_p50", "lane"], kind="stable")
    quickest = quickest.drop_duplicates(["country", "mode"])
    weekly = lanes.set_index("lane")["cutoff_weekday"].fillna(-1) >= 0
    quickest = quickest.assign(weekly=quickest["lane"].map(weekly))
    demand = read_demand(forecast, as_of, float(departures["next_p90"].max()) if len(departures) else 7.0)
    fed = countries_fed(nodes, lanes)
    in_stock, arriving = stock_by_pair(stock, fed, demand), inbound_by_pair(inbound, fed, demand, as_of)
    pairs = demand.pairs.to_frame(index=False, name=["sku", "country"])
    for name, chance in _LEVELS:
        every = np.arange(len(pairs))
        pairs[f"out_{name}"] = find_stock_outs(demand, every, in_stock, arriving, PATHS.index(chance))
    wanted = (demand.mean[:, -1] > 0) & np.isfinite(pairs["out_p90"]) & (pairs["country"] != ALL_COUNTRIES)
    rows = pairs[wanted].merge(quickest, on="country", how="inner")
    morning = pd.Timestamp(as_of)
    found = rows[["sku", "country", "mode", "lane"]].assign(
        next_ship_on=morning + pd.to_timedelta(rows["depart_days"], unit="D"),
        next_arrival_on=morning + pd.to_timedelta(np.rint(rows["arrive_p50"]), unit="D"),
    )
    for name, _ in _LEVELS:
        out = rows[f"out_{name}"].where(np.isfinite(rows[f"out_{name}"]))
        latest = np.floor(out - rows["transit_days"])
        sailing = rows["depart_days"] + np.floor((latest - rows["depart_days"]) / 7) * 7
        found[f"stock_out_{name}"] = morning + pd.to_timedelta(np.floor(out), unit="D")
        found[f"last_ship_{name}"] = morning + pd.to_timedelta(sailing.where(rows["weekly"], latest), unit="D")
    found = found.sort_values(["last_ship_p90", "sku", "country", "mode"], kind="stable")
    return pd.DataFrame(found.reset_index(drop=True))
