"""Which lanes leave the hub tonight, when they depart, and when they and the next departure arrive."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.policy import DistributionPolicy
from skills.vocabulary import Refusal, mark

TRANSIT = ("transit_days_p10", "transit_days_p50", "transit_days_p90")


class NoHub(Refusal):
    """There is stock to send but no node that is a hub."""


def find_hubs(nodes: pd.DataFrame) -> list[str]:
    """Codes of the hub nodes, sorted.

    Raises:
        NoHub: no node has stage `hub`.
    """
    hubs = sorted(nodes.loc[nodes["stage"] == "hub", "node"])
    if not hubs:
        raise NoHub(
            mark("No node is a hub. Expected at least one row of nodes with stage `hub`; add it and run again.")
        )
    return hubs


def list_departures(
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
    ways: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Lanes from a hub to a country, with the dates of their next departure.

    A lane that ends at a regional node goes on by the quickest lane from there to a forward node of the country, when
    there is one: transit and freight of both count.

    Args:
        ways: Rows of lanes that leave instead of those from a hub.

    Returns:
        One row per lane, sorted: lane, country, hub, to_node, mode, onward (lane or ""), depart_days [days from
        as_of to the cut-off], arrive_p10, arrive_p50, arrive_p90 [to its own arrival], next_p10, next_p50,
        next_p90 [to the arrival of the next departure], transit_days (p50), capacity_cm3 (-1 = none), least_cartons
        (of a shipment).
    """
    stage = dict(zip(nodes["node"], nodes["stage"], strict=True))
    leaving = lanes[lanes["from_node"].isin(find_hubs(nodes))] if ways is None else ways
    leaving = leaving[leaving["to_node"].isin(list(stage))]
    leaving = leaving.sort_values("lane", kind="stable").reset_index(drop=True)
    onward = _list_onward(lanes, stage)
    steps = leaving[["to_node", "country"]].apply(tuple, axis=1) if len(leaving) else pd.Series(dtype=object)
    legs = [onward.get(step) for step in steps]
    transit = {name: leaving[name].astype("float64").to_numpy().copy() for name in TRANSIT}
    for row, leg in enumerate(legs):
        if leg is not None:
            for name in TRANSIT:
                transit[name][row] += float(leg[name])
    weekday = leaving["cutoff_weekday"].fillna(-1).astype("int64").to_numpy()
    depart = np.where(weekday < 0, 0, (weekday - as_of.weekday()) % 7)
    weekly = -(-policy.review_days // 7) * 7
    following = depart + np.where(weekday < 0, policy.review_days, weekly)
    capacity = leaving["weekly_capacity_m3"].astype("float64").to_numpy() * 1_000_000
    return pd.DataFrame(
        {
            "lane": leaving["lane"].astype("str"),
            "country": leaving["country"].astype("str"),
            "hub": leaving["from_node"].astype("str"),
            "to_node": leaving["to_node"].astype("str"),
            "mode": leaving["mode"].astype("str"),
            "onward": pd.Series([str(leg["lane"]) if leg is not None else "" for leg in legs], dtype="str"),
            "depart_days": depart.astype("int64"),
            **{f"arrive_{name[-3:]}": depart + transit[name] for name in TRANSIT},
            **{f"next_{name[-3:]}": following + transit[name] for name in TRANSIT},
            "transit_days": transit["transit_days_p50"],
            "least_cartons": leaving.reindex(columns=["minimum_cartons"], fill_value=0)["minimum_cartons"],
            "capacity_cm3": np.where(np.isnan(capacity), -1, np.floor(np.nan_to_num(capacity))).astype("int64"),
        }
    )


def countries_fed(nodes: pd.DataFrame, lanes: pd.DataFrame) -> dict[str, str]:
    """Node → the one country whose demand its stock serves.

    A forward or regional node serves its own country; a regional node in a country without a forward node serves the
    country of its first onward lane. Hubs serve none.
    """
    sold = set(nodes.loc[nodes["stage"] == "forward", "country"])
    onward = lanes.sort_values("lane", kind="stable").drop_duplicates("from_node")
    first = dict(zip(onward["from_node"], onward["country"], strict=True))
    return {
        str(row.node): str(row.country) if row.country in sold else str(first.get(row.node, row.country))
        for row in nodes.itertuples(index=False)
        if row.stage != "hub"
    }


def _list_onward(lanes: pd.DataFrame, stage: dict[str, str]) -> dict[tuple[str, str], pd.Series]:
    regional = lanes["from_node"].map(stage).eq("regional") & lanes["to_node"].map(stage).eq("forward")
    legs = lanes[regional].sort_values(["transit_days_p50", "lane"], kind="stable")
    found: dict[tuple[str, str], pd.Series] = {}
    for _, leg in legs.iterrows():
        found.setdefault((str(leg["from_node"]), str(leg["country"])), leg)
    return found
