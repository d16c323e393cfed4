"""What a planner's rule of thumb would send from the same stock, and what that is worth by the same value."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.distribution.lines import value_lines
from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import find_pools
from skills.distribution.slots import Slots, hub_stock
from skills.vocabulary import ALL_COUNTRIES

_DAYS = 28


def compare_with_velocity(
    allocation: Allocation,
    sales: pd.DataFrame,
    stock: pd.DataFrame,
    nodes: pd.DataFrame,
    feeds: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Regret of velocity × days: the plan's value less that of the rule, on the same stock and limits.

    The rule wants, per SKU and country, velocity (units of the last 28 days ÷ 28) × days of cover − position, in
    whole cartons to the nearest, by the usual lane, which is the slowest that is worth taking; the days run until the
    next departure of that lane arrives, and `velocity_safety_days` more. Where hub stock, a lane or the week's cash
    do not reach, every line gets the same share of what it wants: cartons go in order of (k − ½) ÷ cartons wanted.
    Lines and shipments below the seller's least are left out, and countries with stale data on both sides.

    Args:
        allocation: From `allocate_stock`.
        sales: One row per (sku, country, day): units.
        stock: One row per (sku, node, state): units.
        nodes: One row per node.
        feeds: One row per (country, feed): stale.

    Returns:
        One row per (sku, country) that either would send to, then one per country (sku `*`), then the total (both
        `*`): units, rule_units, value_base_minor, rule_value_base_minor, regret_base_minor (negative where the rule
        sends what is worth more), regret_percent of the plan's value (NaN where that is not above 0).
    """
    slots = allocation.slots
    stale = set(feeds.loc[feeds["stale"].astype("bool"), "country"])
    wanted = _want(slots, sales, policy, as_of)
    wanted[slots.frame["country"].isin(stale).to_numpy()] = 0
    sent = _send(slots, wanted, allocation, hub_stock(stock, nodes, policy), policy)
    at = np.flatnonzero(sent)
    *_, value = value_lines(slots.frame.iloc[at].reset_index(drop=True), slots.needs[:, at], sent[at], policy)
    keys = ["sku", "country"]
    rule = slots.frame.iloc[at][keys].assign(
        rule_units=sent[at] * slots.frame["carton_units"].to_numpy()[at], rule_value_base_minor=value
    )
    lines = allocation.lines[~allocation.lines["held"].astype("bool")]
    ours = lines.groupby(keys)[["units", "value_base_minor"]].sum().reset_index()
    both = ours.merge(rule, on=keys, how="outer")
    amounts = ["units", "rule_units", "value_base_minor", "rule_value_base_minor"]
    both[amounts] = both[amounts].fillna(0).astype("int64")
    countries = both.groupby("country", sort=True)[amounts].sum().reset_index().assign(sku=ALL_COUNTRIES)
    countries = _charge_entries(countries, slots)
    total = countries[amounts].sum().to_frame().T.assign(sku=ALL_COUNTRIES, country=ALL_COUNTRIES)
    rows = pd.concat([both.sort_values(keys, kind="stable"), countries, total], ignore_index=True)
    rows["regret_base_minor"] = rows["value_base_minor"] - rows["rule_value_base_minor"]
    worth = rows["value_base_minor"].where(rows["value_base_minor"] > 0)
    rows["regret_percent"] = (rows["regret_base_minor"] * 100 / worth).round(2)
    return rows[[*keys, *amounts, "regret_base_minor", "regret_percent"]].astype(dict.fromkeys(keys, "str"))


def _want(slots: Slots, sales: pd.DataFrame, policy: DistributionPolicy, as_of: date) -> np.ndarray:
    """Cartons that the rule wants, per slot; none but by the usual lane."""
    frame = slots.frame
    since = pd.Timestamp(as_of - timedelta(days=_DAYS))
    recent = sales[(sales["day"] >= since) & (sales["day"] < pd.Timestamp(as_of))]
    sold = recent.groupby(["sku", "country"])["units"].sum()
    velocity = sold.reindex(pd.MultiIndex.from_frame(frame[["sku", "country"]])).fillna(0).to_numpy() / _DAYS
    cover = frame["end_p50"].to_numpy() + policy.velocity_safety_days
    units = np.maximum(velocity * cover - frame["position"].to_numpy(), 0.0)
    cartons = np.floor(units / frame["carton_units"].to_numpy() + 0.5).astype("int64")
    usual = frame["is_slowest"].to_numpy() & (frame["contribution"] > 0).to_numpy()
    return np.asarray(np.where(usual, cartons, 0))


def _send(
    slots: Slots, wanted: np.ndarray, allocation: Allocation, hub: pd.DataFrame, policy: DistributionPolicy
) -> np.ndarray:
    """Cartons that leave, per slot: shares of what is wanted as far as stock and limits reach."""
    frame = slots.frame
    pools, left, _ = find_pools(slots, hub)
    held = allocation.lines[allocation.lines["held"].astype("bool")].groupby(["sku", "hub"])["cartons"].sum()
    kept = held.reindex(pd.MultiIndex.from_frame(frame[["sku", "hub"]])).fillna(0).to_numpy(dtype="int64")
    left[pools] -= kept
    slot = np.repeat(np.arange(len(wanted)), wanted)
    number = np.arange(len(slot)) - np.repeat(np.cumsum(wanted) - wanted, wanted) + 1
    volume = frame["carton_cm3"].to_numpy()
    cash = np.rint((frame["cash"] * frame["carton_units"]).to_numpy()).astype("int64")
    limits = allocation.limits
    rooms = dict(zip(zip(limits["limit"], limits["subject"], strict=True), limits["holds"].tolist(), strict=True))
    uses = [
        [
            (limit, int(take))
            for limit, take in ((("lane volume", lane), volume[row]), (("weekly cash", ""), cash[row]))
            if limit in rooms
        ]
        for row, lane in enumerate(frame["lane"])
    ]
    sent = np.zeros(len(wanted), dtype="int64")
    for carton in np.lexsort((slot, (number - 0.5) / wanted[slot])):
        row = slot[carton]
        if left[pools[row]] > 0 and all(take <= rooms[limit] for limit, take in uses[row]):
            sent[row] += 1
            left[pools[row]] -= 1
            for limit, take in uses[row]:
                rooms[limit] -= take
    sent[sent < policy.threshold_cartons] = 0
    landed = pd.Series(sent * frame["carton_units"].to_numpy() * frame["landed"].to_numpy())
    sent[(landed.groupby(frame["lane"]).transform("sum") < policy.minimum_shipment_minor).to_numpy()] = 0
    return sent


def _charge_entries(countries: pd.DataFrame, slots: Slots) -> pd.DataFrame:
    """Less what entering a country costs, on each side that sends anything there."""
    cost = countries["country"].map(slots.frame.groupby("country")["entry_cost_base_minor"].max()).fillna(0)
    return countries.assign(
        value_base_minor=countries["value_base_minor"] - cost.where(countries["units"] > 0, 0).astype("int64"),
        rule_value_base_minor=countries["rule_value_base_minor"]
        - cost.where(countries["rule_units"] > 0, 0).astype("int64"),
    )
