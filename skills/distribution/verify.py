"""An independent check of an allocation: plain loops over the inputs, sharing no code with the search.

It knows the rule from SKILL.md alone. It recomputes what the lines take of hub stock and the value of lines and of a
sample of other cartons from forecast, stock and contribution; limits, charges and the bound are in `verify_limits`,
stock that moves between markets in `verify_transfers`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd

from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.verify_limits import Shared, check_bound, check_limits
from skills.distribution.verify_transfers import Markets, check_transfers
from skills.distribution.verify_values import Values
from skills.distribution.verify_world import Key, World, count_at_hubs, read_rows
from skills.vocabulary import mark

_KEYS = ["sku", "country", "lane"]
_SAMPLE = 200


def verify_allocation(
    allocation: Allocation,
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    products: pd.DataFrame,
    feeds: pd.DataFrame,
    policy: DistributionPolicy,
    as_of: date,
    transfers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is wrong with an allocation.

    Args:
        transfers: As `allocate_stock` had it.

    Returns:
        One row per finding: check (marked words), subject, expected, found; no rows when all is sound.
    """
    # a SKU of which no carton could leave is in none of the checks
    asked = pd.concat([allocation.lines["sku"], allocation.candidates["sku"]]).unique()
    stock, inbound, forecast = (frame[frame["sku"].isin(asked)] for frame in (stock, inbound, forecast))
    charges = contribution.reindex(columns=["country", "lane", "lane_factor", "entry_cost_base_minor", "wait_reason"])
    contribution = contribution[contribution["sku"].isin(asked) | ~charges.duplicated()]
    every, lane_rows, node_rows = read_rows(allocation.lines), read_rows(lanes), read_rows(nodes)
    carton = {str(row["sku"]): int(row["carton_units"]) for row in read_rows(products)}
    quotes, moving = (_read_quotes(frame) for frame in (contribution, transfers))
    lines = [line for line in every if (line["sku"], line["country"], line["lane"]) not in moving]
    found: list[tuple[str, str, object, object]] = []
    found += _check_cartons(every, carton)
    found += _check_hub(lines, stock, nodes, carton, policy)
    world = World(stock, inbound, nodes, lanes, forecast, quotes, carton, policy, as_of)
    shared = Shared(every, lane_rows, node_rows, quotes | moving, carton, policy)
    found += check_limits(shared, allocation)
    stale = {str(row["country"]) for row in read_rows(feeds) if row["stale"]}
    found += [
        (mark("a stale country gets nothing new"), f"{line['sku']} {line['country']}", 0, line["units"])
        for line in lines
        if line["country"] in stale and not line["held"]
    ]
    left = {
        key: units // carton[key[0]] for key, units in count_at_hubs(stock, nodes, policy).items() if key[0] in carton
    }
    for line in lines:
        left[line["sku"], line["hub"]] -= line["cartons"] if line["held"] else 0
    markets = Markets(allocation.transfers, world, moving, lane_rows, node_rows, read_rows(stock))
    found += check_bound(shared, allocation, left | markets.cartons)
    found += check_transfers(markets, every, read_rows(allocation.candidates), stale)
    faster = allocation.slots.frame[[*_KEYS, "planned_cartons"]]
    faster = faster[faster["sku"].isin(asked)]
    planned = {
        (str(row["sku"]), str(row["country"]), str(row["lane"])): int(row["planned_cartons"])
        for row in read_rows(faster[faster["planned_cartons"] >= 0])
    }
    found += [
        (mark("no more by a faster lane than slower ones count with"), " ".join(key), planned[key], line["cartons"])
        for line in lines
        if (key := (line["sku"], line["country"], line["lane"])) in planned
        and line["cartons"] > planned[key]
        and not line["held"]
    ]
    values = Values(world)
    values.bring_tonight(planned)
    found += _check_values(lines, allocation, values, set(moving))
    frame = pd.DataFrame(found, columns=["check", "subject", "expected", "found"])
    return frame.astype("str")


def _read_quotes(frame: pd.DataFrame | None) -> dict[Key, Any]:
    rows = [] if frame is None else read_rows(frame)
    return {(str(row["sku"]), str(row["country"]), str(row["lane"])): row for row in rows}


def _check_cartons(lines: list[Any], carton: dict[str, int]) -> list[tuple[str, str, object, object]]:
    return [
        (mark("units are whole cartons"), line["sku"], line["cartons"] * carton[line["sku"]], line["units"])
        for line in lines
        if line["units"] != line["cartons"] * carton[line["sku"]] or line["cartons"] <= 0
    ]


def _check_hub(
    lines: list[Any], stock: pd.DataFrame, nodes: pd.DataFrame, carton: dict[str, int], policy: DistributionPolicy
) -> list[tuple[str, str, object, object]]:
    held = count_at_hubs(stock, nodes, policy)
    sent: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        sent[line["sku"], line["hub"]] += line["units"]
    return [
        (mark("no more than the hub holds"), f"{sku} {hub}", held.get((sku, hub), 0), units)
        for (sku, hub), units in sent.items()
        if units > held.get((sku, hub), 0)
    ]


def _check_values(
    lines: list[Any], allocation: Allocation, values: Values, moving: set[Key]
) -> list[tuple[str, str, object, object]]:
    claimed = {
        (row["sku"], row["country"], row["lane"]): int(row["value_base_minor"])
        for row in read_rows(allocation.candidates)
        if row["carton"] == 1 and (row["sku"], row["country"], row["lane"]) not in moving
    }
    found: list[tuple[str, str, object, object]] = []
    for line in lines:
        key = (line["sku"], line["country"], line["lane"])
        cartons = [values.carton_value(key, number) for number in range(1, line["cartons"] + 1)]
        own, slack = sum(value for value, _ in cartons), sum(slack for _, slack in cartons)
        if abs(own - line["value_base_minor"]) > slack:
            found.append((mark("a line's value"), " ".join(key), round(own), line["value_base_minor"]))
    sent = {(line["sku"], line["country"], line["lane"]) for line in lines}
    others = [key for key in claimed if key not in sent]
    for key in others[:: max(1, len(others) // _SAMPLE)]:
        own, slack = values.carton_value(key, 1)
        if abs(own - claimed[key]) > slack:
            found.append((mark("a first carton's value"), " ".join(key), round(own), claimed[key]))
    return found
