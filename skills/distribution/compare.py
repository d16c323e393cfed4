"""What a planner's rule of thumb would send from the same stock, and what that is worth by the same value."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.distribution.lines import value_lines
from skills.distribution.network import list_departures
from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import ENTRY, LANE_CHARGE, Limits, find_pools, list_limits
from skills.distribution.slots import Slots, hub_stock
from skills.vocabulary import ALL_COUNTRIES

_DAYS = 28


def compare_with_velocity(
    allocation: Allocation,
    sales: pd.DataFrame,
    stock: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    contribution: pd.DataFrame,
    feeds: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Regret of velocity × days: the plan's value less that of the rule, on the same stock and limits.

    The rule wants, per SKU and country, velocity (units of the last 28 days ÷ 28) × days of cover − position, in
    whole cartons to the nearest, by the usual lane, which is the slowest that is worth taking; the days run until the
    next departure of that lane arrives, and `velocity_safety_days` more. Where hub stock, a lane or the week's cash
    do not reach, every line gets the same share of what it wants: cartons go in order of (k − ½) ÷ cartons wanted.
    Lines and shipments below the seller's least are left out, and countries with stale data on both sides. What
    opening a lane or entering a country costs is taken off on both sides, in the rows of countries and the total.
    Shipments between markets, which the rule does not know, count on neither side, nor do their charges; what they
    take of the limits the rule has for what the hub sends.

    Args:
        allocation: From `allocate_stock`.
        sales: One row per (sku, country, day): units.
        stock: One row per (sku, node, state): units.
        nodes: One row per node.
        lanes: One row per lane.
        contribution: From `quote_contribution`.
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
    departures = list_departures(lanes, nodes, policy, as_of)
    limits = list_limits(slots.frame, departures, lanes, nodes, contribution, policy)
    least = dict(zip(departures["lane"], departures["least_cartons"], strict=True))
    sent = _send(slots, wanted, allocation, hub_stock(stock, nodes, policy), limits, least, policy)
    at = np.flatnonzero(sent)
    alone = slots.frame.iloc[at].reset_index(drop=True)
    alone["at_arrival"] = alone["at_arrival_alone"]
    *_, value = value_lines(alone, slots.needs_alone[:, at], sent[at], policy)
    keys = ["sku", "country"]
    rule = slots.frame.iloc[at][keys].assign(
        rule_units=sent[at] * slots.frame["carton_units"].to_numpy()[at], rule_value_base_minor=value
    )
    lines = allocation.lines[~allocation.lines["held"].astype("bool")]
    lines = lines[lines["lane"].isin(slots.frame["lane"].unique())]
    ours = lines.groupby(keys)[["units", "value_base_minor"]].sum().reset_index()
    both = ours.merge(rule, on=keys, how="outer")
    amounts = ["units", "rule_units", "value_base_minor", "rule_value_base_minor"]
    both[amounts] = both[amounts].fillna(0).astype("int64")
    countries = both.groupby("country", sort=True)[amounts].sum().reset_index().assign(sku=ALL_COUNTRIES)
    for name, side in (("value_base_minor", lines), ("rule_value_base_minor", slots.frame.iloc[at])):
        charges = _charge(allocation.charges, lanes, set(side["lane"]), set(side["country"]))
        countries[name] -= countries["country"].map(charges).fillna(0).astype("int64")
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
    slots: Slots,
    wanted: np.ndarray,
    allocation: Allocation,
    hub: pd.DataFrame,
    limits: Limits,
    least: dict[str, int],
    policy: DistributionPolicy,
) -> np.ndarray:
    """Cartons that leave, per slot: shares of what is wanted as far as stock and limits reach."""
    frame, keys = slots.frame, ["sku", "country", "lane"]
    pools, left, _ = find_pools(frame, hub)
    room = limits.holds.copy()
    held = allocation.lines[allocation.lines["held"].astype("bool")].set_index(keys)["cartons"]
    kept = held.reindex(pd.MultiIndex.from_frame(frame[keys])).fillna(0).to_numpy(dtype="int64")
    for row in np.flatnonzero(kept):
        taken = limits.limit[row] >= 0
        left[pools[row]] -= kept[row]
        np.subtract.at(room, limits.limit[row][taken], kept[row] * limits.use[row][taken])
    slot = np.repeat(np.arange(len(wanted)), wanted)
    number = np.arange(len(slot)) - np.repeat(np.cumsum(wanted) - wanted, wanted) + 1
    sent = np.zeros(len(wanted), dtype="int64")
    for carton in np.lexsort((slot, (number - 0.5) / wanted[slot])):
        row = slot[carton]
        taken = limits.limit[row] >= 0
        at, use = limits.limit[row][taken], limits.use[row][taken]
        if left[pools[row]] > 0 and (use <= room[at]).all():
            sent[row] += 1
            left[pools[row]] -= 1
            np.subtract.at(room, at, use)
    sent[sent < policy.threshold_cartons] = 0
    landed = pd.Series(sent * frame["carton_units"].to_numpy() * frame["landed"].to_numpy())
    few = pd.Series(sent).groupby(frame["lane"]).transform("sum") < frame["lane"].map(least).fillna(0)
    poor = landed.groupby(frame["lane"]).transform("sum") < policy.minimum_shipment_minor
    sent[(few | poor).to_numpy()] = 0
    return sent


def _charge(charges: pd.DataFrame, lanes: pd.DataFrame, used: set[str], entered: set[str]) -> dict[str, int]:
    """By country: what the lanes used and the countries entered cost once [base minor]."""
    country_of = dict(zip(lanes["lane"], lanes["country"], strict=True))
    found: dict[str, int] = {}
    for row in charges.to_dict("records"):
        kind, subject = str(row["charge"]), str(row["subject"])
        country = str(country_of[subject]) if kind == LANE_CHARGE else subject
        if (kind == LANE_CHARGE and subject in used) or (kind == ENTRY and subject in entered):
            found[country] = found.get(country, 0) + int(row["cost_base_minor"])
    return found
