"""SKUs and countries that get nothing tonight though they would need it, and why."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from skills.distribution.problem import Problem
from skills.distribution.slots import Slots
from skills.distribution.value import Cartons
from skills.vocabulary import ALL_COUNTRIES, mark

NO_LANE = mark("No lane leads from a hub to {country}. Add one to lanes.")
NO_NODE = mark("The lane to {country} ends at a node that is not in nodes. Add the node.")
NO_QUOTE = mark("The SKU has no sales in this country and is sold elsewhere: no contribution is quoted.")
STALE = mark("The country's data is stale and it has no plan of yesterday: nothing new is sent.")
LOSS = mark("By every lane a sale there costs more than it brings.")
HUB_EMPTY = mark("The hub holds no full carton.")
HUB_SPENT = mark("The hub's cartons earn more elsewhere.")
NO_ROOM = mark("A limit on volume, weight or cash is used up by cartons that earn more.")
TOO_SMALL = mark("The line or its shipment is too small to leave, or does not earn what opening it costs.")

NOT_KEPT = mark("The country's data is stale and yesterday's line can no longer be kept: no stock, lane or quote.")

_COLUMNS = ["sku", "country", "reason", "values", "value_base_minor"]


def list_waiting(
    held: pd.DataFrame,
    forecast: pd.DataFrame,
    lanes: pd.DataFrame,
    departures: pd.DataFrame,
    contribution: pd.DataFrame,
    slots: Slots,
    cartons: Cartons,
    problem: Problem,
    offered: np.ndarray,
    chosen: np.ndarray,
    stale: set[str],
    sent: pd.DataFrame,
) -> pd.DataFrame:
    """SKUs and countries with demand that get nothing.

    Args:
        offered: Cartons per slot that could leave before what moves between markets was counted.

    Returns:
        One row per (sku, country): reason (template), values (JSON), value_base_minor, the value of the first carton
        it would get (0 where it cannot be told).
    """
    sent_pairs = pd.MultiIndex.from_frame(sent[["sku", "country"]])
    found = [
        _without_way(forecast, lanes, departures, contribution),
        _losing(slots),
        _held_back(slots, cartons, problem, offered, chosen, stale),
        held.loc[held["country"].isin(stale), ["sku", "country"]].assign(
            reason=NOT_KEPT, values="{}", value_base_minor=0
        ),
    ]
    waiting = pd.concat(found, ignore_index=True)
    waiting = waiting[~pd.MultiIndex.from_frame(waiting[["sku", "country"]]).isin(sent_pairs)]
    waiting = waiting.sort_values(["sku", "country"], kind="stable").drop_duplicates(["sku", "country"])
    return waiting.reset_index(drop=True).astype(dict.fromkeys(_COLUMNS[:4], "str"))


def _without_way(
    forecast: pd.DataFrame, lanes: pd.DataFrame, departures: pd.DataFrame, contribution: pd.DataFrame
) -> pd.DataFrame:
    last = forecast["weeks_ahead"] == forecast["weeks_ahead"].max()
    ahead = forecast[last & (forecast["country"] != ALL_COUNTRIES)]
    pairs = ahead.loc[ahead["cum_mean"] > 0, ["sku", "country"]].reset_index(drop=True)
    served = pairs["country"].isin(set(departures["country"]))
    quotes = contribution.sort_values(["sku", "country", "wait_reason", "lane"], kind="stable")
    first = quotes.drop_duplicates(["sku", "country"])[["sku", "country", "wait_reason", "wait_values"]]
    pairs = pairs.merge(first, on=["sku", "country"], how="left")
    reason = pairs["wait_reason"].fillna(NO_QUOTE).to_numpy(dtype=object)
    values = pairs["wait_values"].fillna("{}").to_numpy(dtype=object)
    countries = sorted(set(pairs["country"]))
    named = pairs["country"].map({name: json.dumps({"country": name}, ensure_ascii=False) for name in countries})
    unserved = np.where(pairs["country"].isin(set(lanes["country"])), NO_NODE, NO_LANE)
    pairs["reason"] = np.where(served, reason, unserved)
    pairs["values"] = np.where(served, values, named)
    pairs["value_base_minor"] = 0
    without: pd.DataFrame = pairs.loc[pairs["reason"] != "", _COLUMNS]
    return without


def _losing(slots: Slots) -> pd.DataFrame:
    best = slots.frame.groupby(["sku", "country"])["contribution"].max().reset_index()
    return best[best["contribution"] <= 0].assign(reason=LOSS, values="{}", value_base_minor=0)[_COLUMNS]


def _held_back(
    slots: Slots, cartons: Cartons, problem: Problem, offered: np.ndarray, chosen: np.ndarray, stale: set[str]
) -> pd.DataFrame:
    first = np.flatnonzero(cartons.number == 1)
    best = slots.frame.iloc[cartons.slot[first]][["sku", "country"]].reset_index(drop=True)
    best["value_base_minor"] = cartons.value[first]
    slot = cartons.slot[first]
    pool, known = problem.pool[slot], offered[slot] > 0
    reason = np.full(len(first), TOO_SMALL, dtype=object)
    reason[known & (problem.short_of(problem.room(chosen))[slot] >= 0)] = NO_ROOM
    reason[known & (problem.left(chosen)[pool] <= 0)] = HUB_SPENT
    reason[known & (problem.pool_cartons[pool] <= 0)] = HUB_EMPTY
    reason[best["country"].isin(stale).to_numpy()] = STALE
    best = best.assign(reason=reason, values="{}")
    best = best.sort_values(["sku", "country", "value_base_minor"], ascending=[True, True, False], kind="stable")
    return best.drop_duplicates(["sku", "country"])[_COLUMNS]
