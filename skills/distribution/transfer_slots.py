"""Where a carton that lies in one market could go tonight, and what it is worth there and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.ages import PREFIX
from skills.distribution.demand import Demand, read_demand
from skills.distribution.faster import left_at_arrival
from skills.distribution.need import Windows, add_arrivals, find_need, find_windows
from skills.distribution.network import countries_fed
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import RATE_DAYS, Slots, inbound_by_pair, stock_by_pair
from skills.distribution.transfer_kept import value_kept
from skills.distribution.value import Cartons, fall_only, price_cartons


@dataclass(frozen=True)
class Moves:
    """Cartons that would earn more in another market than where they lie.

    Attributes:
        slots: One per (sku, country, lane) that has such a carton; the frame's columns are described at `list_moves`.
        cartons: Value there less what is lost where it lies.
        lost: Per carton of these: what is lost where it lies [base minor].
        lost_next: Per slot: what would be lost of the carton after its last.
    """

    slots: Slots
    cartons: Cartons
    lost: np.ndarray
    lost_next: np.ndarray


def list_moves(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    departures: pd.DataFrame,
    forecast: pd.DataFrame,
    transfers: pd.DataFrame,
    usual: pd.DataFrame,
    sent: pd.DataFrame,
    products: pd.DataFrame,
    stale: set[str],
    policy: DistributionPolicy,
    as_of: date,
) -> Moves | None:
    """Cartons of other markets' free stock that are worth more elsewhere, behind what the hub would send there.

    A market gives a SKU from one node a night and receives it from one: of several the pair whose cartons gain most
    by themselves. Cartons of one node that go to several countries leave in order of their value there; each bears
    what the next of those that stay loses, so where a limit stops some, the others are worth more than is said, never
    less.

    Args:
        departures: Of transfer lanes, from `list_departures`.
        transfers: From `quote_transfers`.
        usual: From `list_usual_ways`.
        sent: What the hub's own best plan sends: sku, country, start_days, units.
        products: Complete products.
        stale: Countries that neither give nor receive.

    Returns:
        None where no carton gains. slots.frame has of `list_slots` what lines and their values are made of, hub being
        the node that gives, and: from_country, node_cartons (free at the node), earns and later (of a unit where it
        could go, `list_usual_ways`), move_cost, there_earns and there_later (of one where it lies), lying (units of
        the giving country that stay in any case), reach_days (so far its own need is counted), weekly_there,
        stays_week (what a week there costs), lost_first (what the first carton to go would bring there).
    """
    frame = _list_ways(stock, nodes, lanes, departures, transfers, usual, products, stale, policy)
    if frame.empty:
        return None
    last = float(frame["next_p90"].max()) + RATE_DAYS
    reach = float(frame["there_end_p90"].max()) + policy.hub_lasts_weeks * 7
    concerned = forecast[forecast["sku"].isin(frame["sku"].unique())]
    demand = read_demand(concerned, as_of, max(last, reach))
    frame["pair"] = demand.find(frame["sku"], frame["country"])
    frame["from_pair"] = demand.find(frame["sku"], frame["from_country"])
    frame = frame[(frame["pair"] >= 0) & (frame["from_pair"] >= 0)]
    if frame.empty:
        return None
    frame = frame.sort_values(["sku", "country", "lane"], kind="stable").reset_index(drop=True)
    fed = countries_fed(nodes, lanes)
    in_stock = stock_by_pair(stock, fed, demand)
    arriving = inbound_by_pair(inbound, fed, demand, as_of)
    tonight = sent.assign(pair=demand.find(sent["sku"], sent["country"]))
    frame, windows = _open_windows(frame, demand, in_stock, arriving, tonight, policy)
    needs = find_need(windows, demand, policy.lost_sale_percent / 100)
    frame, kept, kept_begin = value_kept(frame, demand, in_stock, arriving, policy)
    most = np.minimum(frame["node_cartons"].to_numpy(), policy.most_cartons_per_line)
    slot = np.repeat(np.arange(len(frame)), most)
    number = np.arange(len(slot)) - np.repeat(np.cumsum(most) - most, most) + 1
    value = price_cartons(frame, needs, slot, number, policy)
    fall_only(slot, value)
    alone = value - kept[kept_begin[frame["pool"].to_numpy() + 1][slot] - number]
    gain = np.zeros(len(frame), dtype="int64")
    np.add.at(gain, slot, np.maximum(alone, 0))
    taken = _choose(frame, gain)
    slot, number, value, lost = _leave_in_order(frame, taken, slot, number, value, kept, kept_begin)
    if not len(slot):
        return None
    return _close_up(Slots(frame, windows, demand, in_stock, arriving, needs, needs), slot, number, value, lost, kept)


def _list_ways(
    stock: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    departures: pd.DataFrame,
    transfers: pd.DataFrame,
    usual: pd.DataFrame,
    products: pd.DataFrame,
    stale: set[str],
    policy: DistributionPolicy,
) -> pd.DataFrame:
    """One row per (sku, country, lane) with a free carton at its node, and the money of a unit at both ends."""
    ages = [str(name) for name in transfers.columns if str(name).startswith(PREFIX)]
    money = ["sku", "country", "lane", "contribution", "landed", "product_cost", "cash", "holding_week"]
    quoted = transfers[transfers["wait_reason"] == ""]
    quoted = quoted.reindex(columns=[*money, "entry_cost_base_minor", *ages], fill_value=0)
    frame = quoted.merge(departures.drop(columns="country"), on="lane", how="inner")
    frame = frame.merge(products[["sku", "carton_units", "cm3"]], on="sku", how="inner")
    here = stock[(stock["state"] == "available") & stock["node"].isin(departures["hub"].unique())]
    free = here.groupby(["sku", "node"])["units"].sum().reset_index().rename(columns={"node": "hub", "units": "free"})
    frame = frame.merge(free, on=["sku", "hub"], how="inner")
    frame["node_cartons"] = (frame["free"] // frame["carton_units"]).astype("int64")
    frame["from_country"] = frame["hub"].map(countries_fed(nodes, lanes)).astype("str")
    frame = frame[(frame["node_cartons"] > 0) & ~frame["country"].isin(stale) & ~frame["from_country"].isin(stale)]
    giving = usual.rename(columns={name: f"there_{name}" for name in usual.columns if name != "sku"})
    giving = giving.rename(columns={"there_country": "from_country"})
    frame = frame.merge(giving, on=["sku", "from_country"], how="inner")
    frame = frame.merge(usual[["sku", "country", "later"]], on=["sku", "country"], how="left")
    regional = frame["hub"].isin(nodes.loc[nodes["stage"] == "regional", "node"])
    frame["move_cost"] = (frame["landed"] - frame["product_cost"]).round(4)
    earns = (frame["contribution"] + frame["move_cost"]).clip(lower=0)
    later = frame["later"].fillna(0.0)
    frame["later"] = later.where(later < earns, earns)
    weekly_rate = policy.holding_percent_per_year / 100 / 52
    paid_before = frame["there_sending"].clip(lower=0)
    stays = frame["there_holding_week"] - frame["there_storage_week"].where(regional, 0.0)
    frame = frame.assign(
        earns=earns,
        later_value=frame["later"].round(4),
        contribution=(earns - frame["later"]).round(4),
        holding_week=(frame["holding_week"] + paid_before * weekly_rate).round(4),
        stays_week=stays.round(4),
        regional=regional,
        option=0.0,
        premium=0.0,
        carton_cm3=(frame["cm3"] * frame["carton_units"]).round(0).astype("int64"),
        is_slowest=True,
        planned_cartons=-1,
        faster_units=0,
        cliff_units=0,
        cliff_value=0.0,
    )
    return frame[frame["earns"] > 0]


def _open_windows(
    frame: pd.DataFrame,
    demand: Demand,
    in_stock: np.ndarray,
    arriving: pd.DataFrame,
    tonight: pd.DataFrame,
    policy: DistributionPolicy,
) -> tuple[pd.DataFrame, Windows]:
    """The span that each way serves: from its usual arrival to that of its own next departure."""
    start = frame["arrive_p50"].to_numpy(dtype="float64")
    ends = frame[["next_p10", "next_p50", "next_p90"]].to_numpy(dtype="float64").T.copy()
    pair = frame["pair"].to_numpy()
    windows = _count_tonight(find_windows(pair, start, ends, in_stock[pair], arriving, len(demand.pairs)), tonight)
    usual = windows.supply_before(ends[1])
    rate = (demand.mean_at(pair, start + RATE_DAYS) - demand.mean_at(pair, start)) * 7 / RATE_DAYS
    at_arrival = left_at_arrival(windows, demand)
    found = frame.assign(
        start_days=start,
        end_p10=ends[0],
        end_p50=ends[1],
        end_p90=ends[2],
        in_stock=in_stock[pair].astype("int64"),
        on_the_way=(usual - in_stock[pair]).astype("int64"),
        position=usual.astype("int64"),
        at_arrival=at_arrival,
        at_arrival_alone=at_arrival,
        weekly_mean=rate.round(4),
    )
    return found, windows


def _count_tonight(windows: Windows, tonight: pd.DataFrame) -> Windows:
    """The windows with what leaves the hub tonight for their country."""
    rows = pd.DataFrame({"pair": windows.pair, "window": np.arange(len(windows.pair))}).merge(tonight, on="pair")
    return add_arrivals(windows, rows["window"].to_numpy(), rows["start_days"].to_numpy(), rows["units"].to_numpy())


def _choose(frame: pd.DataFrame, gain: np.ndarray) -> np.ndarray:
    """Per slot whether its cartons may leave: a SKU goes to a country from one node, and a country gives from one."""
    taken = np.zeros(len(frame), dtype="bool")
    received: set[tuple[str, str]] = set()
    gives: dict[tuple[str, str], str] = {}
    sku, country, hub = frame["sku"].tolist(), frame["country"].tolist(), frame["hub"].tolist()
    from_country = frame["from_country"].tolist()
    for row in np.lexsort((np.arange(len(gain)), -gain)):
        if gain[row] <= 0:
            break
        to, given = (sku[row], country[row]), (sku[row], from_country[row])
        if to not in received and gives.setdefault(given, hub[row]) == hub[row]:
            received.add(to)
            taken[row] = True
    return taken


def _leave_in_order(
    frame: pd.DataFrame,
    taken: np.ndarray,
    slot: np.ndarray,
    number: np.ndarray,
    value: np.ndarray,
    kept: np.ndarray,
    begin: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cartons that gain, slot by slot: slot, the so-manieth, value less loss, loss [base minor]."""
    stays = taken[slot]
    slot, number, value = slot[stays], number[stays], value[stays]
    pool = frame["pool"].to_numpy()[slot]
    order = np.lexsort((number, slot, -value, pool))
    place = np.empty(len(order), dtype="int64")
    place[order] = np.arange(len(order)) - np.searchsorted(pool[order], pool[order], side="left") + 1
    inside = place <= begin[pool + 1] - begin[pool]
    lost = kept[np.where(inside, begin[pool + 1] - place, 0)]
    gains = inside & (value > lost)
    return slot[gains], number[gains], (value - lost)[gains], lost[gains]


def _close_up(
    slots: Slots, slot: np.ndarray, number: np.ndarray, value: np.ndarray, lost: np.ndarray, kept: np.ndarray
) -> Moves:
    """The slots that have a carton alone."""
    rows = np.unique(slot)
    frame = slots.frame.iloc[rows].reset_index(drop=True).assign(lost_first=lost[np.searchsorted(slot, rows)])
    pool, count = frame["pool"].to_numpy(), np.bincount(slot, minlength=len(slots.frame))[rows]
    cartons = np.bincount(pool, weights=count).astype("int64")
    size = slots.frame.drop_duplicates("pool").set_index("pool")["node_cartons"]
    ends = np.cumsum(size.sort_index().to_numpy())
    left = frame["node_cartons"].to_numpy() - cartons[pool]
    next_lost = np.where(left > 0, kept[ends[pool] - cartons[pool] - 1], 0)
    needs = slots.needs[:, rows]
    few = Slots(frame, slots.windows.take(rows), slots.demand, slots.in_stock, slots.arriving, needs, needs)
    return Moves(few, Cartons(np.searchsorted(rows, slot), number, value), lost, next_lost)
