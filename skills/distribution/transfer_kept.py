"""What stock of a market is worth where it lies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.distribution.ages import PREFIX
from skills.distribution.demand import Demand
from skills.distribution.need import find_need, find_windows
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import RATE_DAYS
from skills.distribution.value import fall_only, price_cartons

_USUAL = ["landed", "contribution", "holding_week", "end_p10", "end_p50", "end_p90"]


def list_usual_ways(hub_frame: pd.DataFrame, contribution: pd.DataFrame) -> pd.DataFrame:
    """What a unit in a market is measured by: the slowest lane of its (sku, country) from a hub.

    worth of a unit that saves a lost sale = contribution + what sending another costs; worth of one that does not =
    what sending another costs (landed − product cost), never above the former nor below 0.

    Args:
        hub_frame: Slots of the hub, from `list_slots`.
        contribution: From `quote_contribution`: product_cost, storage_week.

    Returns:
        One row per (sku, country): sending, earns, later [base minor per unit], holding_week, storage_week,
        end_p10/50/90 [days from as_of to the arrival of that lane's next departure], age_fee_<day>.
    """
    slow = hub_frame[hub_frame["is_slowest"]]
    keys = ["sku", "country", "lane"]
    ages = [str(name) for name in slow.columns if str(name).startswith(PREFIX)]
    usual = slow[[*keys, *_USUAL, *ages]].merge(
        contribution[[*keys, "product_cost", "storage_week"]], on=keys, how="left"
    )
    usual["sending"] = usual["landed"] - usual["product_cost"]
    usual["earns"] = (usual["contribution"] + usual["sending"]).clip(lower=0)
    usual["later"] = usual["sending"].clip(lower=0).where(usual["sending"] < usual["earns"], usual["earns"])
    return usual.drop(columns=["lane", "landed", "contribution", "product_cost"])


def value_kept(
    frame: pd.DataFrame,
    demand: Demand,
    in_stock: np.ndarray,
    arriving: pd.DataFrame,
    policy: DistributionPolicy,
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Value of the so-manieth carton kept where it lies, never rising and at least 0, behind all that cannot leave.

    Tonight's shipments are not counted: they make a carton there worth less, and may yet be fewer.

    Returns:
        The frame with its pool and what the pool's value was made of; values of all pools in a row; where each
        pool's begin, and once more the end.
    """
    pool = frame.groupby(["sku", "hub"], sort=True).ngroup().to_numpy()
    first = np.unique(pool, return_index=True)[1]
    pools = frame.iloc[first].reset_index(drop=True)
    pair, cartons = pools["from_pair"].to_numpy(), pools["node_cartons"].to_numpy()
    lying = in_stock[pair] - cartons * pools["carton_units"].to_numpy()
    days = policy.hub_lasts_weeks * 7
    ends = pools[["there_end_p10", "there_end_p50", "there_end_p90"]].to_numpy(dtype="float64").T + days
    start = np.zeros(len(pools))
    windows = find_windows(pair, start, ends, lying, arriving, len(demand.pairs))
    rate = demand.mean_at(pair, start + RATE_DAYS) * 7 / RATE_DAYS
    steps = [str(name) for name in pools.columns if str(name).startswith(f"there_{PREFIX}")]
    ages = pools[steps].where(~pools["regional"], 0.0).rename(columns=lambda name: str(name).removeprefix("there_"))
    there = pd.concat([pools[["carton_units", "option", "premium"]], ages], axis=1).assign(
        contribution=(pools["there_earns"] - pools["there_later"]).round(4),
        later_value=pools["there_later"].round(4),
        move_cost=0.0,
        holding_week=pools["stays_week"],
        at_arrival=np.maximum(lying, 0.0).round(4),
        weekly_mean=rate.round(4),
    )
    of_pool = np.repeat(np.arange(len(pools)), cartons)
    number = np.arange(len(of_pool)) - np.repeat(np.cumsum(cartons) - cartons, cartons) + 1
    needs = find_need(windows, demand, policy.lost_sale_percent / 100)
    kept = np.maximum(price_cartons(there, needs, of_pool, number, policy), 0)
    fall_only(of_pool, kept)
    begin = np.concatenate([[0], np.cumsum(cartons)])
    found = frame.assign(
        pool=pool,
        lying=lying[pool].astype("int64"),
        reach_days=ends[1][pool],
        weekly_there=there["weekly_mean"].to_numpy()[pool],
    )
    return found, kept, begin
