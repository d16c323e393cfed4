"""Where a carton could go tonight: one slot per SKU, country and lane, with the window it would serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.ages import PREFIX
from skills.distribution.demand import Demand, read_demand
from skills.distribution.faster import left_at_arrival, plan_faster, stand_behind
from skills.distribution.need import Windows, find_need, find_windows
from skills.distribution.network import countries_fed, find_hubs
from skills.distribution.policy import DistributionPolicy
from skills.distribution.postponement import value_postponement

COUNTED = ("available", "receiving", "researching")
"""States of stock that will be sold from the node it lies in."""

RATE_DAYS = 28
"""Days over which the demand of a week is averaged."""

_CLIFF = ["cliff_units", "cliff_value"]


@dataclass(frozen=True)
class Slots:
    """Slots of one night.

    Attributes:
        frame: One row per (sku, country, lane), sorted; described at `list_slots`.
        windows: The same rows as arrays.
        demand: What the windows look into.
        in_stock: Units in the country, per pair of the demand.
        arriving: One row per (pair, day): units on the way to the country.
        needs: From `find_need`, of these windows.
        needs_alone: The same without what faster lanes are planned to bring tonight.
    """

    frame: pd.DataFrame
    windows: Windows
    demand: Demand
    in_stock: np.ndarray
    arriving: pd.DataFrame
    needs: np.ndarray
    needs_alone: np.ndarray


def list_slots(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    departures: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    products: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
) -> Slots:
    """Slots with their windows, positions and the money that a carton's value is made of.

    Lanes of a SKU and country are ordered by arrival; one that arrives later and costs no less is left out. Each
    serves from its arrival to the next feasible arrival: that of the next slower lane or of its own next departure,
    whichever is first; the slowest to its own next departure.

    Returns:
        frame with sku, country, lane, hub, mode, carton_units, carton_cm3, contribution, landed, cash, holding_week,
        hub_week, entry_cost_base_minor (0 where the quotes have none), age_fee_<day>, cliff_units and cliff_value (of
        the slowest lane alone), option and premium [base minor per unit that the window does not sell], what the
        option was measured from (`value_postponement`), depart_days, start_days, end_p10/50/90, in_stock, on_the_way
        (arriving before the usual end), position (both together), at_arrival (left on the mean path when the shipment
        arrives; at_arrival_alone without what faster lanes bring), weekly_mean (mean demand per week in the four
        weeks from arrival), is_slowest, planned_cartons and faster_units (`plan_faster`: the most that may go, −1 for
        no such limit, and what faster lanes bring).
        Windows and needs count what faster lanes are planned to bring tonight.
    """
    beyond = max(RATE_DAYS, policy.hub_lasts_weeks * 7)
    last = float(departures["next_p90"].max()) + beyond if len(departures) else 7.0
    demand = read_demand(forecast, as_of, last)
    money = ["sku", "country", "lane", "contribution", "landed", "cash", "holding_week"]
    money += [str(name) for name in contribution.columns if str(name).startswith(PREFIX)]
    quoted = contribution[contribution["wait_reason"] == ""]
    quoted = quoted.reindex(columns=[*money, "hub_week", "entry_cost_base_minor", *_CLIFF], fill_value=0)
    slots = quoted.merge(departures.drop(columns=["country"]), on="lane", how="inner")
    slots = slots.merge(products[["sku", "carton_units", "cm3"]], on="sku", how="inner")
    slots["pair"] = demand.find(slots["sku"], slots["country"])
    slots = slots[slots["pair"] >= 0]
    slots = _order_by_arrival(slots)
    slots = slots.sort_values(["sku", "country", "lane"], kind="stable").reset_index(drop=True)
    slots[_CLIFF] = slots[_CLIFF].where(slots["is_slowest"], 0)
    slots["premium"] = (slots["landed"] - slots["slow_landed"]).clip(lower=0).round(4)
    slots["carton_cm3"] = (slots["cm3"] * slots["carton_units"]).round(0).astype("int64")
    fed = countries_fed(nodes, lanes)
    in_stock = stock_by_pair(stock, fed, demand)
    arriving = inbound_by_pair(inbound, fed, demand, as_of)
    pair = slots["pair"].to_numpy()
    ends = slots[["end_p10", "end_p50", "end_p90"]].to_numpy(dtype="float64").T.copy()
    start = slots["arrive_p50"].to_numpy(dtype="float64")
    windows = find_windows(pair, start, ends, in_stock[pair], arriving, len(demand.pairs))
    usual = windows.supply_before(ends[1])
    rate = (demand.mean_at(pair, start + RATE_DAYS) - demand.mean_at(pair, start)) * 7 / RATE_DAYS
    slots = slots.assign(
        start_days=start,
        in_stock=in_stock[pair].astype("int64"),
        on_the_way=(usual - in_stock[pair]).astype("int64"),
        position=usual.astype("int64"),
        at_arrival=left_at_arrival(windows, demand),
        weekly_mean=rate.round(4),
    )
    needs = find_need(windows, demand, policy.lost_sale_percent / 100)
    at_hub = _hub_soon(stock, inbound, nodes, policy, as_of)
    held = slots[["sku", "hub"]].merge(at_hub, on=["sku", "hub"], how="left")["units"].fillna(0)
    measured = value_postponement(slots, windows, demand, needs, held.to_numpy(dtype="float64"), policy)
    share = policy.hub_option_percent
    flat = None if share is None else (slots["slow_contribution"].clip(lower=0) * share / 100).round(4)
    slots = pd.concat([slots.assign(hub_soon=held), measured], axis=1)
    slots["option"] = slots["postponement"] if flat is None else flat
    hub_cartons = slots[["sku", "hub"]].merge(hub_stock(stock, nodes, policy), on=["sku", "hub"], how="left")
    most = (hub_cartons["units"].fillna(0) // slots["carton_units"]).clip(lower=1).to_numpy(dtype="int64")
    planned = plan_faster(slots, windows, demand, most, policy)
    behind = stand_behind(slots, windows, planned)
    slots = slots.assign(
        at_arrival_alone=slots["at_arrival"],
        at_arrival=left_at_arrival(behind, demand),
        planned_cartons=planned,
        faster_units=(behind.supply_before(start) - windows.supply_before(start)).astype("int64"),
    )
    unused = ["pair", "cm3", "arrive_p10", "arrive_p50", "arrive_p90", "next_p10", "next_p50", "next_p90"]
    behind_needs = find_need(behind, demand, policy.lost_sale_percent / 100)
    return Slots(slots.drop(columns=unused), behind, demand, in_stock, arriving, behind_needs, needs)


def hub_stock(stock: pd.DataFrame, nodes: pd.DataFrame, policy: DistributionPolicy) -> pd.DataFrame:
    """One row per (sku, hub), sorted: the units that it may send, available less the reserve kept back."""
    here = stock[(stock["state"] == "available") & stock["node"].isin(find_hubs(nodes))]
    units = here.groupby(["sku", "node"])["units"].sum().reset_index().rename(columns={"node": "hub"})
    kept = -(-units["units"] * policy.hub_reserve_percent // 100)
    return units.assign(units=(units["units"] - kept).astype("int64"))


def _hub_soon(
    stock: pd.DataFrame, inbound: pd.DataFrame, nodes: pd.DataFrame, policy: DistributionPolicy, as_of: date
) -> pd.DataFrame:
    """One row per (sku, hub): units that it may send in the weeks that it has to last, with what reaches it."""
    soon = inbound["eta"] <= pd.Timestamp(as_of) + pd.Timedelta(weeks=policy.hub_lasts_weeks)
    coming = inbound[soon & inbound["to_node"].isin(find_hubs(nodes))].rename(columns={"to_node": "hub"})
    both = pd.concat([hub_stock(stock, nodes, policy), coming[["sku", "hub", "units"]]])
    return both.groupby(["sku", "hub"], sort=True)["units"].sum().reset_index()


def _order_by_arrival(slots: pd.DataFrame) -> pd.DataFrame:
    keys = ["sku", "country"]
    ordered = slots.sort_values([*keys, "arrive_p50", "landed", "lane"], kind="stable")
    cheapest = ordered.groupby(keys)["landed"].cummin().groupby([ordered[key] for key in keys]).shift()
    ordered = ordered[cheapest.isna() | (ordered["landed"] < cheapest)]
    grouped = ordered.groupby(keys)
    ends = {}
    for at in ("p10", "p50", "p90"):
        slower = grouped[f"arrive_{at}"].shift(-1)
        ends[f"end_{at}"] = ordered[f"next_{at}"].where(slower.isna(), np.minimum(ordered[f"next_{at}"], slower))
    return ordered.assign(
        **ends,
        is_slowest=grouped["lane"].shift(-1).isna(),
        slow_contribution=grouped["contribution"].transform("last"),
        slow_landed=grouped["landed"].transform("last"),
    )


def stock_by_pair(stock: pd.DataFrame, fed: dict[str, str], demand: Demand) -> np.ndarray:
    """Units that lie in the country and will be sold, per pair of the demand; `fed` is from `countries_fed`."""
    here = stock[stock["state"].isin(COUNTED) & stock["node"].isin(list(fed))]
    pair = demand.find(here["sku"], here["node"].map(fed))
    units = here["units"].to_numpy(dtype="float64")[pair >= 0]
    return np.bincount(pair[pair >= 0], weights=units, minlength=len(demand.pairs))


def inbound_by_pair(inbound: pd.DataFrame, fed: dict[str, str], demand: Demand, as_of: date) -> pd.DataFrame:
    """Inbound to a country, one row per (pair, day), sorted; what is overdue counts as arriving on as_of."""
    coming = inbound[inbound["to_node"].isin(list(fed))]
    days = (coming["eta"] - pd.Timestamp(as_of)).dt.days.clip(lower=0)
    pair = demand.find(coming["sku"], coming["to_node"].map(fed))
    rows = pd.DataFrame({"pair": pair, "day": days.to_numpy(), "units": coming["units"].to_numpy()})
    return rows[rows["pair"] >= 0].groupby(["pair", "day"])["units"].sum().reset_index()
