"""When stock on the way and on order reaches the shelves, and where it comes too late to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.replenishment.demand import DemandCurve, quantile_at
from skills.replenishment.travel import Ways

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What is on the way, one place per (SKU, day), by SKU and then by day.

    Attributes:
        line: Place of the SKU.
        day: Usual day on which the units can be sold, counted from as_of.
        units: Units.
    """

    line: Days
    day: Days
    units: Days

    def count_until(self, days: Days) -> Days:
        """Per SKU: units that arrive by its day."""
        total = np.zeros(len(days), dtype=np.int64)
        in_time = self.day <= days[self.line]
        np.add.at(total, self.line[in_time], self.units[in_time])
        return total


def list_arrivals(
    skus: pd.Series,
    inbound: pd.DataFrame,
    purchase_orders: pd.DataFrame,
    lanes: pd.DataFrame,
    ways: Ways,
    qc_days: int,
    as_of: date,
) -> Arrivals:
    """Usual arrivals of shipments and open orders; what is overdue arrives, or is ready, today.

    A shipment to a node that lanes leave travels on from there: from the hub by the SKU's usual ways, from a regional
    warehouse by its quickest lane.

    Args:
        skus: One per place, each once.
        inbound: One row per (shipment, sku): units, to_node, eta; without eta they arrive today.
        purchase_orders: One row per (purchase_order, sku, ready_on): units_open; without ready_on ready today.
        lanes: from_node, to_node, transit_days_p50.
        ways: The SKUs' usual ways from the hub.
        qc_days: Between readiness and dispatch.
        as_of: Day 0.
    """
    place = {sku: row for row, sku in enumerate(skus)}
    hubs = set(lanes["from_node"]) - set(lanes["to_node"])
    onward = lanes.groupby("from_node")["transit_days_p50"].min().astype("int64").to_dict()
    moving = inbound.loc[inbound["sku"].isin(place)]
    made = purchase_orders.loc[purchase_orders["sku"].isin(place)]
    lands = _days(moving, "eta", as_of)
    to_node = moving["to_node"].tolist() if "to_node" in moving else [""] * len(moving)
    at_hub = np.array([node in hubs for node in to_node], dtype=np.bool_)
    lands = lands + np.array([0 if node in hubs else int(onward.get(node, 0)) for node in to_node], dtype=np.int64)
    rows = moving["sku"].map(place).to_numpy(dtype=np.int64)
    lands[at_hub] = ways.arrive(rows[at_hub], lands[at_hub], "p50")
    ordered = made["sku"].map(place).to_numpy(dtype=np.int64)
    finished = ways.arrive(ordered, _days(made, "ready_on", as_of) + qc_days, "p50")
    line = np.concatenate([rows, ordered])
    day = np.concatenate([lands, finished])
    units = np.concatenate([moving["units"].to_numpy(np.int64), made["units_open"].to_numpy(np.int64)])
    order = np.lexsort((day, line))
    return Arrivals(line[order], day[order], units[order])


def _days(frame: pd.DataFrame, column: str, as_of: date) -> Days:
    if column not in frame or not len(frame):
        return np.zeros(len(frame), dtype=np.int64)
    days = pd.to_datetime(frame[column]).to_numpy(dtype="datetime64[D]")
    return np.maximum((days - np.datetime64(as_of, "D")).astype(np.int64), 0)


def find_shortages(curve: DemandCurve, on_hand: Days, arrivals: Arrivals, until: Days) -> tuple[Days, Days]:
    """Where the median demand exceeds what is there by then, before a new order can arrive.

    Args:
        curve: One key per SKU.
        on_hand: Units that can be sold today.
        arrivals: What is on the way to these SKUs.
        until: Day on which a new order arrives, per SKU.
    Returns:
        Per SKU: first day of the first shortage before `until` (-1 = none), and the largest shortage [units].
    """
    median = curve.at_probability(0.5)
    first = np.full(len(on_hand), -1, dtype=np.int64)
    largest = np.zeros(len(on_hand), dtype=np.int64)
    supply = on_hand.astype(np.int64).copy()
    starts = np.searchsorted(arrivals.line, np.arange(len(on_hand)))
    counts = np.bincount(arrivals.line, minlength=len(on_hand))
    for step in range(int(counts.max(initial=0)) + 1):
        arriving = counts > step
        place = np.minimum(starts + step, max(len(arrivals.day) - 1, 0))
        day = until.copy()
        if len(arrivals.day):
            day = np.where(arriving, np.minimum(arrivals.day[place], until), until)
        asked = quantile_at(curve.quantiles_at(day), 0.5)
        short = np.ceil((asked - supply).round(4)).astype(np.int64)
        open_now = (counts >= step) & (short > 0)
        begins = np.floor(np.minimum(curve.days_until(median, supply.astype(np.float64)), 1e9)).astype(np.int64)
        first = np.where(open_now & (first < 0) & (begins < until), begins, first)
        largest = np.maximum(largest, np.where(open_now, short, 0))
        if len(arrivals.day):
            supply = supply + np.where(arriving, arrivals.units[place], 0)
    return first, np.where(first < 0, 0, largest)
