"""What a seller had on the first day of a backtest: by a rule, or rolled back from the stock of as_of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.seller import Seller
from skills.distribution.network import countries_fed, find_hubs
from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import Arrivals, Facts, Ints
from tasks.store.snapshots import Snapshot

_QUARTER = 91
_KEYS = ["sku", "country"]
_WAY = ["from_node", "to_node", "mode"]
_MOVED = ["sku", "from_node", "to_node", "units", "started_on", "received_on"]


def complete_movements(known: Snapshot, movements: pd.DataFrame, seller: Seller) -> pd.DataFrame:
    """The past movements, and what had begun and not come by as_of: it left the hub too, or was ordered.

    A shipment that is under way left the usual days of its way before the day it is expected (of several lanes of
    its mode the slowest); an open order comes when it is promised and checked. Nothing is added to no movements.

    Args:
        movements: One row per movement: sku, from_node, to_node, units, started_on, received_on; may be empty.

    Returns:
        The same columns; received_on of what is under way is as_of or later.
    """
    if movements.empty:
        return movements
    as_of, hub = pd.Timestamp(known.as_of), find_hubs(known.nodes)[0]
    lanes = known.lanes.sort_values("transit_days_p50", kind="stable").drop_duplicates(_WAY, keep="last")
    sent = known.inbound[known.inbound["from_node"] == hub].merge(
        lanes[[*_WAY, "transit_days_p50"]], on=_WAY, how="left"
    )
    usual = pd.to_timedelta(sent["transit_days_p50"].fillna(0), unit="D")
    sent["received_on"] = sent["eta"].where(sent["eta"] >= as_of, as_of)
    left = sent["received_on"] - usual
    sent["started_on"] = left.where(left < as_of, as_of - pd.Timedelta(days=1))
    orders = known.purchase_orders
    checked = orders["ready_on"] + pd.Timedelta(days=seller.policy.replenishment.qc_days)
    ordered = orders.rename(columns={"units_open": "units", "ordered_on": "started_on"}).assign(
        from_node="", to_node=hub, received_on=checked.where(checked >= as_of, as_of)
    )
    begun = [frame[_MOVED].astype(movements[_MOVED].dtypes) for frame in (sent, ordered)]
    return pd.concat([movements[_MOVED], *begun], ignore_index=True)


def open_by_rule(facts: Facts, policy: SimulationPolicy, working_days_per_week: int) -> tuple[Ints, Ints]:
    """Opening stock from velocity alone, the same for every policy: units at the hub per SKU, there per pair."""
    recent = facts.past_sold[:, -_QUARTER:]
    daily = recent.sum(axis=1) / max(recent.shape[1], 1)
    way = facts.lane_depart[facts.usual_lane] + facts.lane_days[facts.usual_lane, 1] + facts.review_days
    forward = np.floor(np.round(daily * (way + policy.forward_cover_days), 6)).astype(np.int64)
    made = facts.made_days[facts.sku_supplier, 1] * 7 / working_days_per_week + facts.qc_days + 7 * facts.order_every
    whole = np.bincount(facts.pair_sku, weights=daily, minlength=len(facts.skus)) * made
    cartons = np.ceil(np.round(whole / facts.carton_units, 6)).astype(np.int64)
    return cartons * facts.carton_units, forward


def roll_back(
    known: Snapshot, movements: pd.DataFrame, facts: Facts, pairs: pd.DataFrame
) -> tuple[tuple[Ints, Ints], tuple[Arrivals, Arrivals], int]:
    """Stock on day 0 = stock on as_of + what left since − what came since; and what was on its way on day 0.

    What is under way from a country's regional warehouse to its shelf counts as lying in the country.

    Args:
        movements: From `complete_movements`.
        pairs: One row per pair of `facts`: sku, country.

    Returns:
        Units at the hub per SKU and in the countries per pair; what was on its way to either; and the units by which
        a stock would have been below zero.
    """
    begin, as_of, hub = pd.Timestamp(facts.start), pd.Timestamp(known.as_of), find_hubs(known.nodes)[0]
    feeds = countries_fed(known.nodes, known.lanes)
    index = pd.MultiIndex.from_frame(pairs[_KEYS])
    skus = pd.Index(list(facts.skus))
    inside = known.inbound[known.inbound[["from_node", "to_node"]].isin(list(feeds)).all(axis=1)]
    lying = known.stock[known.stock["state"].isin(["available", "receiving", "researching"])]
    there = inside.rename(columns={"to_node": "node"})
    lying = pd.concat([frame[["sku", "node", "units"]] for frame in (lying, there)], ignore_index=True)
    moves = movements.assign(
        pair=index.get_indexer(pd.MultiIndex.from_arrays([movements["sku"], movements["to_node"].map(feeds)])),
        place=skus.get_indexer(pd.Index(movements["sku"])),
    )
    into_hub = (moves["to_node"] == hub) & (moves["place"] >= 0)
    into_country = (moves["from_node"] == hub) & (moves["pair"] >= 0)
    since = known.sales[(known.sales["day"] >= begin) & (known.sales["day"] < as_of)]
    sold = _add_up(index.get_indexer(pd.MultiIndex.from_frame(since[_KEYS])), since["units"], len(pairs))
    at_pair = index.get_indexer(pd.MultiIndex.from_arrays([lying["sku"], lying["node"].map(feeds)]))
    at_hub = np.where(lying["node"] == hub, skus.get_indexer(pd.Index(lying["sku"])), -1)
    came = moves["received_on"].between(begin, as_of, inclusive="left")
    left = moves["started_on"].between(begin, as_of, inclusive="left")
    forward = _add_up(at_pair, lying["units"], len(pairs)) + sold
    forward -= _add_up(moves["pair"][into_country & came], moves["units"][into_country & came], len(pairs))
    stock = _add_up(at_hub, lying["units"], len(skus))
    stock += _add_up(moves["place"][into_country & left], moves["units"][into_country & left], len(skus))
    stock -= _add_up(moves["place"][into_hub & came], moves["units"][into_hub & came], len(skus))
    under_way = (moves["started_on"] < begin) & (moves["received_on"] >= begin)
    unexplained = -int(np.minimum(forward, 0).sum() + np.minimum(stock, 0).sum())
    arrivals = tuple(
        _list_arrivals(moves[chosen & under_way], column, begin)
        for chosen, column in ((into_hub, "place"), (into_country, "pair"))
    )
    return (np.maximum(stock, 0), np.maximum(forward, 0)), (arrivals[0], arrivals[1]), unexplained


def _add_up(places: object, units: pd.Series, size: int) -> Ints:
    total, at = np.zeros(size, dtype=np.int64), np.asarray(places, dtype=np.int64)
    np.add.at(total, at[at >= 0], units.to_numpy(dtype=np.int64)[at >= 0])
    return total


def _list_arrivals(moves: pd.DataFrame, column: str, begin: pd.Timestamp) -> Arrivals:
    days = np.asarray((moves["received_on"] - begin).dt.days, dtype=np.int64)
    return Arrivals(moves[column].to_numpy(dtype=np.int64), moves["units"].to_numpy(dtype=np.int64), days)
