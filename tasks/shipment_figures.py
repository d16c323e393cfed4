"""What the front page shows of shipments beside the decisions: the regret of a rule of thumb, the last ship dates."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from skills.distribution import Allocation
from skills.vocabulary import ALL_COUNTRIES
from tasks import distribution
from tasks.nights import Night
from tasks.proposals import Body, plain_rows
from tasks.store.snapshots import Snapshot

_SHOWN = 20
"""How many rows of each the proposal lists."""


def describe_shipments(
    night: Night, snapshot: Snapshot, forecast: pd.DataFrame, contribution: pd.DataFrame, allocation: Allocation
) -> Body:
    """The keys regret and last_ships of a proposal (docs/decide.md).

    Args:
        night: Whose, and which morning.
        snapshot: The frozen inputs.
        forecast: From `forecasting.forecast_demand`.
        contribution: From `distribution.quote_contribution`.
        allocation: From `distribution.allocate_stock`.
    """
    policy, morning = night.seller.policy.distribution, night.as_of
    regret = distribution.compare_with_velocity(
        allocation, snapshot.sales, snapshot.stock, snapshot.nodes, snapshot.lanes, contribution, snapshot.feeds,
        policy, morning,
    )  # fmt: skip
    ships = distribution.plan_last_ships(
        snapshot.stock, snapshot.inbound, snapshot.nodes, snapshot.lanes, forecast, policy, morning
    )
    return {"regret": _regret(regret), "last_ships": _last_sailings(ships)}


def _regret(rows: pd.DataFrame) -> Body:
    """The total, every country, and the lines that the rule of thumb would send more of, most money lost first."""
    named = rows.rename(columns=lambda name: name.replace("_base_minor", "_minor"))
    total = plain_rows(named.tail(1).drop(columns=["sku", "country"]))[0]
    countries = named[(named["sku"] == ALL_COUNTRIES) & (named["country"] != ALL_COUNTRIES)].drop(columns="sku")
    lines = named[named["sku"] != ALL_COUNTRIES]
    more = lines[lines["rule_units"] > lines["units"]]
    losing = more.sort_values(["regret_minor", "sku", "country"], ascending=[False, True, True], kind="stable")
    return {
        **total,
        "countries": plain_rows(countries),
        "rule_sends_more": plain_rows(losing.head(_SHOWN)),
        "rule_sends_more_lines": len(more),
    }


def _last_sailings(ships: pd.DataFrame) -> Body:
    """Departures of the coming week that are the last in time for the median path, the earliest cut-off first."""
    last = ships["next_ship_on"] + timedelta(days=7) > ships["last_ship_p50"]
    due = ships[last & (ships["last_ship_p50"] >= ships["next_ship_on"])]
    order = ["last_ship_p50", "stock_out_p50", "sku", "country", "mode"]
    return {"rows": plain_rows(due.sort_values(order, kind="stable").head(_SHOWN)), "count": len(due)}
